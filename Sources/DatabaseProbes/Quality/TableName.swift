/// A table as people write it: `events`, `public.events`, `"Odd name"."Table"`.
///
/// A part is taken as it stands, as the catalogs show it; quotes are needed only around a dot, a space or a quote.
struct TableName: Sendable, Hashable {
  /// The schema; nil where none is named.
  var schema: String?
  var name: String

  /// Reads a name of one part or two; nil for anything else.
  init?(_ text: String) {
    var parts: [String] = []
    var rest = text[...]
    while true {
      guard let part = Self.part(&rest), !part.isEmpty else { return nil }
      parts.append(part)
      if rest.isEmpty { break }
      guard rest.removeFirst() == "." else { return nil }
    }
    guard parts.count <= 2, let name = parts.last, !text.utf8.contains(0) else { return nil }
    (schema, self.name) = (parts.count == 2 ? parts[0] : nil, name)
  }

  /// A table whose schema is known.
  init(schema: String, name: String) { (self.schema, self.name) = (schema, name) }

  /// As SQL writes it.
  var quoted: String { ((schema.map { [$0] } ?? []) + [name]).map(Self.quoted).joined(separator: ".") }

  /// As people read it: quotes only where they are needed.
  var plain: String { ((schema.map { [$0] } ?? []) + [name]).map(SessionFacts.quoted).joined(separator: ".") }

  /// Any name as SQL takes it, whatever is in it.
  static func quoted(_ name: String) -> String {
    "\"\(name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\""))\""
  }

  private static func part(_ rest: inout Substring) -> String? {
    guard rest.first == "\"" else {
      let part = rest.prefix { $0 != "." }
      rest = rest[part.endIndex...]
      return part.contains("\"") ? nil : String(part)
    }
    rest.removeFirst()
    var part = ""
    while let character = rest.popFirst() {
      if character != "\"" {
        part.append(character)
      } else if rest.first == "\"" {
        part.append(rest.removeFirst())
      } else {
        return part
      }
    }
    return nil
  }
}
