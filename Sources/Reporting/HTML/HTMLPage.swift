/// HTML under construction. What comes from a report goes in through `text`, `block` or an attribute, all of which encode.
struct HTMLPage {
  private(set) var html = ""
  private var ids: Set<String> = []

  /// Markup of ours, as it stands.
  mutating func markup(_ html: String) { self.html += html }

  /// Opens an element. Of two elements that would have one id, the first has it.
  mutating func open(_ name: String, _ attributes: KeyValuePairs<String, String?> = [:]) {
    html += "<\(name)"
    for (name, value) in attributes {
      if name == "id", let value, !ids.insert(value).inserted { continue }
      if let value { html += " \(name)=\"\(HTMLText.encoded(Untrusted.oneLine(value)))\"" }
    }
    html += ">"
  }

  /// Closes an element, with a line break after it.
  mutating func close(_ name: String) { html += "</\(name)>\n" }

  /// An element that holds only text.
  mutating func element(_ name: String, _ attributes: KeyValuePairs<String, String?>, _ text: String) {
    open(name, attributes)
    html += HTMLText.inline(text)
    close(name)
  }

  /// An element without attributes that holds only text.
  mutating func element(_ name: String, _ text: String) { element(name, [:], text) }

  /// A table in a region that scrolls sideways on narrow screens, by keyboard too; `rows` writes the body.
  mutating func table(_ caption: String, _ header: [String], _ rows: (inout HTMLPage) -> Void) {
    open("div", ["class": "scroll", "role": "region", "tabindex": "0", "aria-label": caption])
    open("table")
    element("caption", caption)
    markup("<thead><tr>")
    for cell in header { element("th", ["scope": "col"], cell) }
    markup("</tr></thead>\n<tbody>\n")
    rows(&self)
    markup("</tbody></table></div>\n")
  }

  /// A row of a table: its first cell is its heading.
  ///
  /// `marks` are markup of ours that stands behind the text of a cell.
  mutating func row(
    _ attributes: KeyValuePairs<String, String?>, _ cells: [String?], marks: [Int: String] = [:]
  ) {
    open("tr", attributes)
    for (index, cell) in cells.enumerated() {
      markup(index == 0 ? "<th scope=\"row\">" : "<td>")
      html += HTMLText.inline(cell ?? "")
      if let mark = marks[index] { html += mark }
      markup(index == 0 ? "</th>" : "</td>")
    }
    markup("</tr>\n")
  }

  /// Something to unfold.
  mutating func details(_ summary: String, _ content: (inout HTMLPage) -> Void) {
    markup("<details><summary>\(HTMLText.inline(summary))</summary>\n")
    content(&self)
    close("details")
  }

  /// A sentence about what a table left out, if it did.
  mutating func remainder(of count: Int, _ noun: String, limit: Int) {
    guard count > limit else { return }
    element("p", ["class": "more"], "… and \(counted(count - limit, noun)) more; all are in report.json.")
  }
}

/// Encoders for HTML: what comes out is shown, never obeyed.
enum HTMLText {
  /// The most bytes of a text on one line.
  static let lineLimit = 4 << 10

  /// Text on one line; an empty one is a dash.
  static func inline(_ raw: String) -> String {
    let text = Untrusted.oneLine(raw, limit: lineLimit, joinedBy: "⏎")
    return text.isEmpty ? "—" : encoded(text)
  }

  /// Text on as many lines as it has, at most `limit` bytes.
  static func block(_ raw: String, limit: Int) -> String { encoded(Untrusted.text(raw, limit: limit)) }

  /// Sanitised text for an element or a quoted attribute. What a pipeline's runner would obey if the page were printed to
  /// a log is written as references too.
  static func encoded(_ text: String) -> String {
    guard text.utf8.contains(where: { isSpecial($0) }) else { return text }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count + 16)
    var previous: UInt8 = 0
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "&"): bytes += "&amp;".utf8
      case UInt8(ascii: "<"): bytes += "&lt;".utf8
      case UInt8(ascii: ">"): bytes += "&gt;".utf8
      case UInt8(ascii: "\""): bytes += "&quot;".utf8
      case UInt8(ascii: "'"): bytes += "&#39;".utf8
      case UInt8(ascii: "`"): bytes += "&#96;".utf8
      case UInt8(ascii: "#") where previous == byte: bytes += "&#35;".utf8
      case UInt8(ascii: ":") where previous == byte: bytes += "&#58;".utf8
      default: bytes.append(byte)
      }
      previous = byte
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func isSpecial(_ byte: UInt8) -> Bool { "&<>\"'`#:".utf8.contains(byte) }
}
