package import Facts

/// Rows of values in a file: CSV with a header (RFC 4180), or a JSON list of objects.
package enum DataTable {
  /// Why a file holds no rows.
  package struct Failure: Error, Sendable {
    /// The line, from 1.
    package var line: Int
    /// In lower case.
    package var reason: String
  }

  /// The most rows that are read.
  package static let most = 10_000

  /// The rows of a file with that name.
  package static func rows(_ bytes: [UInt8], named path: String) throws(Failure) -> [JSONValue] {
    let rows = path.lowercased().hasSuffix(".json") ? try json(bytes) : try csv(bytes)
    guard !rows.isEmpty else { throw Failure(line: 1, reason: "there is no row") }
    guard rows.count <= most else { throw Failure(line: 1, reason: "there are more than \(most) rows") }
    return rows
  }

  private static func json(_ bytes: [UInt8]) throws(Failure) -> [JSONValue] {
    let value: JSONValue
    do throws(JSONText.SyntaxError) {
      value = try JSONText.parse(bytes)
    } catch {
      throw Failure(line: error.line, reason: error.message)
    }
    guard let rows = value.array, rows.allSatisfy({ $0.object != nil }) else {
      throw Failure(line: 1, reason: "this is no list of objects")
    }
    return rows
  }

  /// Values stay text, as in the file.
  private static func csv(_ bytes: [UInt8]) throws(Failure) -> [JSONValue] {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Failure(line: 1, reason: "this is not UTF-8")
    }
    var records: [(line: Int, fields: [String])] = []
    var fields: [String] = []
    var field = ""
    var (line, began) = (1, 1)
    var state = State.start
    func endField() {
      fields.append(field)
      field = ""
      state = .start
    }
    func endRecord() {
      endField()
      if fields != [""] { records.append((began, fields)) }
      fields = []
    }
    for character in text.hasPrefix("\u{FEFF}") ? text.dropFirst() : text[...] {
      if character.isNewline { line += 1 }
      switch (state, character) {
      case (.quoted, "\""): state = .quote
      case (.quoted, _): field.append(character)
      case (.quote, "\""):
        field.append("\"")
        state = .quoted
      case (.start, "\""): state = .quoted
      case (_, ","): endField()
      case (_, "\n"), (_, "\r\n"), (_, "\r"):
        endRecord()
        began = line
        if records.count > most + 1 { throw Failure(line: line, reason: "there are more than \(most) rows") }
      case (.quote, _): throw Failure(line: line, reason: "text stands behind a closing quote")
      default:
        field.append(character)
        state = .plain
      }
    }
    guard state != .quoted else { throw Failure(line: began, reason: "a quote is never closed") }
    if !field.isEmpty || !fields.isEmpty || state == .quote { endRecord() }
    guard let header = records.first?.fields else { throw Failure(line: 1, reason: "there is no header") }
    guard Set(header).count == header.count, !header.contains("") else {
      throw Failure(line: 1, reason: "the names in the header are not all there and different")
    }
    var rows: [JSONValue] = []
    for (line, fields) in records.dropFirst() {
      guard fields.count == header.count else {
        throw Failure(line: line, reason: "\(fields.count) fields under a header of \(header.count)")
      }
      rows.append(.object(JSONObject(zip(header, fields.map { .string($0) }))))
    }
    return rows
  }

  private enum State {
    case start, plain, quoted, quote
  }
}
