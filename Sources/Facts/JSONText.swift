/// JSON documents (RFC 8259) as text: read strictly, written deterministically.
public enum JSONText {
  /// Where a document stops being JSON, and why.
  public struct SyntaxError: Error, Sendable, Hashable {
    /// From 1.
    public var line: Int
    /// From 1, in Unicode scalars.
    public var column: Int
    /// What is wrong there, in lower case.
    public var message: String

    /// What is wrong at a place.
    public init(line: Int, column: Int, message: String) {
      self.line = line
      self.column = column
      self.message = message
    }
  }

  /// Reads one document from UTF-8.
  ///
  /// Stricter than RFC 8259 where that leaves a choice: no duplicate names, no lone surrogates, no byte order mark, no
  /// number beyond the range of a double, at most 512 levels.
  public static func parse(_ bytes: [UInt8]) throws(SyntaxError) -> JSONValue {
    do throws(JSONParser.Failure) {
      return try JSONParser.document(in: bytes.span)
    } catch {
      throw SyntaxError(at: error.offset, of: bytes, error.message)
    }
  }

  /// Writes on one line without spaces, names in document order.
  public static func compact(_ value: JSONValue) -> String {
    var writer = JSONWriter(isIndented: false)
    writer.write(value)
    return writer.text
  }

  /// Writes with names sorted by their UTF-8, an indent of two spaces and a newline at the end.
  public static func canonical(_ value: JSONValue) -> String {
    var writer = JSONWriter(isIndented: true)
    writer.write(value)
    return writer.text + "\n"
  }
}

extension JSONText.SyntaxError {
  fileprivate init(at offset: Int, of bytes: [UInt8], _ message: String) {
    let before = bytes.prefix(offset)
    let newline = UInt8(ascii: "\n")
    let lineStart = before.lastIndex(of: newline).map { $0 + 1 } ?? 0
    self.init(
      line: before.count { $0 == newline } + 1,
      column: before[lineStart...].count { $0 & 0b1100_0000 != 0b1000_0000 } + 1,
      message: message)
  }
}
