import CLibXML2

/// An XML document on its way into memory, through libxml2's text writer. Takes sanitised text only.
struct XMLWriter: ~Copyable {
  /// What libxml2 flushes into, some kilobytes at a time.
  private final class Sink {
    var bytes: [UInt8] = []
  }

  /// libxml2 has no memory left, or was asked for something that is no XML.
  struct Failure: Error {}

  private let sink = Sink()
  private let writer: xmlTextWriterPtr
  private var isBroken = false

  /// An empty document, UTF-8. Throws `Failure` where memory is lacking.
  init() throws(Failure) {
    prodworthy_xmlInit()
    let output = xmlOutputBufferCreateIO(
      { context, bytes, count in
        guard let context, let bytes, count > 0 else { return 0 }
        let sink = Unmanaged<Sink>.fromOpaque(context).takeUnretainedValue()
        sink.bytes.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: Int(count)))
        return count
      }, nil, Unmanaged.passUnretained(sink).toOpaque(), nil)
    guard let output else { throw Failure() }
    guard let writer = xmlNewTextWriter(output) else {
      xmlOutputBufferClose(output)
      throw Failure()
    }
    self.writer = writer
    note(xmlTextWriterSetIndent(writer, 1))
    note(xmlTextWriterStartDocument(writer, "1.0", "UTF-8", nil))
  }

  deinit { xmlFreeTextWriter(writer) }

  /// The bytes flushed so far: a few kilobytes less than were written.
  var count: Int { sink.bytes.count }

  /// Opens the element `name`.
  mutating func start(_ name: String) { note(xmlTextWriterStartElement(writer, name)) }

  /// Adds an attribute to the element just opened.
  mutating func attribute(_ name: String, _ value: String) {
    guard Self.hasPairs(value) else {
      note(xmlTextWriterWriteAttribute(writer, name, value))
      return
    }
    note(xmlTextWriterStartAttribute(writer, name))
    writeInert(value)
    note(xmlTextWriterEndAttribute(writer))
  }

  /// Adds text to the open element.
  mutating func text(_ text: String) {
    if Self.hasPairs(text) { writeInert(text) } else { note(xmlTextWriterWriteString(writer, text)) }
  }

  /// Whether there are two hashes or colons side by side: with them start the commands of pipelines' runners, which would
  /// obey them if the document were printed to a log.
  private static func hasPairs(_ text: String) -> Bool {
    var previous: UInt8 = 0
    for byte in text.utf8 {
      if byte == previous, byte == UInt8(ascii: "#") || byte == UInt8(ascii: ":") { return true }
      previous = byte
    }
    return false
  }

  /// Writes the second of such a pair as a character reference: the same text to every reader.
  private mutating func writeInert(_ text: String) {
    var run = String.UnicodeScalarView()
    var previous: Unicode.Scalar = " "
    for scalar in text.unicodeScalars {
      if scalar == previous, scalar == "#" || scalar == ":" {
        if !run.isEmpty { note(xmlTextWriterWriteString(writer, String(run))) }
        run = String.UnicodeScalarView()
        note(xmlTextWriterWriteRaw(writer, scalar == "#" ? "&#35;" : "&#58;"))
      } else {
        run.append(scalar)
      }
      previous = scalar
    }
    if !run.isEmpty { note(xmlTextWriterWriteString(writer, String(run))) }
  }

  /// Closes the innermost open element.
  mutating func end() { note(xmlTextWriterEndElement(writer)) }

  /// An element that holds nothing but attributes and text.
  mutating func element(_ name: String, _ attributes: KeyValuePairs<String, String> = [:], text content: String = "") {
    start(name)
    for (name, value) in attributes { attribute(name, value) }
    if !content.isEmpty { text(content) }
    end()
  }

  /// Closes everything and gives the document. Throws `Failure` where any step went wrong.
  consuming func finished() throws(Failure) -> [UInt8] {
    note(xmlTextWriterEndDocument(writer))
    note(xmlTextWriterFlush(writer))
    guard !isBroken else { throw Failure() }
    return sink.bytes
  }

  private mutating func note(_ result: Int32) { if result < 0 { isBroken = true } }
}
