package import Facts

/// The rows of a CSV file (RFC 4180, with any delimiter).
package enum CSVRows {
  /// The most rows that are kept.
  package static let most = 1_000_000

  /// Why a text is no CSV.
  package struct Failure: Error, Sendable {
    /// From 1.
    package var line: Int
    /// In one line of lower case.
    package var reason: String
  }

  /// The fields of each row, without those of a payload's header and, where it says so, empty lines.
  package static func read(_ text: String, for payload: LoadScript.Payload) throws(Failure) -> [JSONObject] {
    var rows = try split(text, delimiter: payload.delimiter)
    if payload.skipsEmptyLines { rows.removeAll { $0 == [""] } }
    var names = payload.fields
    if names.isEmpty, let header = rows.first {
      names = header
      rows.removeFirst()
    } else if payload.skipsHeader, !rows.isEmpty {
      rows.removeFirst()
    }
    return rows.map { row in
      JSONObject(zip(names, row).map { ($0, payload.casts ? cast($1) : .string($1)) })
    }
  }

  private static func split(_ text: String, delimiter: Character) throws(Failure) -> [[String]] {
    var rows: [[String]] = []
    var row: [String] = []
    var field = ""
    var isQuoted = false
    var wasQuoted = false
    var line = 1
    var quoteLine = 1
    var characters = (text.hasPrefix("\u{FEFF}") ? text.dropFirst() : text[...]).makeIterator()
    var pending: Character?
    while let character = pending ?? characters.next() {
      pending = nil
      if isQuoted {
        if character == "\"" {
          let next = characters.next()
          if next == "\"" {
            field.append("\"")
          } else {
            isQuoted = false
            pending = next
          }
        } else {
          if character.isNewline { line += 1 }
          field.append(character)
        }
      } else if character == "\"", field.isEmpty, !wasQuoted {
        isQuoted = true
        wasQuoted = true
        quoteLine = line
      } else if character == delimiter {
        row.append(field)
        (field, wasQuoted) = ("", false)
      } else if character == "\n" || character == "\r\n" || character == "\r" {
        row.append(field)
        guard rows.count < most else { throw Failure(line: line, reason: "more than \(most) rows") }
        rows.append(row)
        (row, field, wasQuoted) = ([], "", false)
        line += 1
      } else {
        field.append(character)
      }
    }
    if isQuoted { throw Failure(line: quoteLine, reason: "a quote begins here and never ends") }
    if !field.isEmpty || !row.isEmpty || wasQuoted { rows.append(row + [field]) }
    return rows
  }

  private static func cast(_ text: String) -> JSONValue {
    guard let first = text.utf8.first, (48...57).contains(first) || first == UInt8(ascii: "-"),
      text.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }), let number = Double(text), number.isFinite
    else { return .string(text) }
    return Int(text).map { .integer($0) } ?? .double(number)
  }
}
