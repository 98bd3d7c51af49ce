/// The header fields of a message in order, duplicates included (RFC 9110 section 5).
package struct HeaderFields: Sendable {
  /// Names in lower case.
  package private(set) var fields: [(name: String, value: String)] = []

  /// No field.
  package init() {}

  /// Adds a field behind the others.
  package mutating func append(name: String, value: String) { fields.append((name.lowercased(), value)) }

  /// The values of all fields called `name` (lower case), in order.
  package subscript(name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }

  /// The value of the first field called `name` (lower case).
  package func first(_ name: String) -> String? { fields.first { $0.name == name }?.value }

  /// The elements of a comma-separated list that may be spread over several fields, in lower case.
  package func list(_ name: String) -> [String] {
    self[name].flatMap { $0.split(separator: ",") }.map { $0.trimmed.lowercased() }.filter { !$0.isEmpty }
  }
}

extension StringProtocol {
  /// Without spaces and tabs at either end.
  package var trimmed: String {
    let isBlank: (Unicode.Scalar) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\r" || $0 == "\n" }
    let kept = unicodeScalars.drop(while: isBlank)
    guard let last = kept.lastIndex(where: { !isBlank($0) }) else { return "" }
    return String(String.UnicodeScalarView(kept[...last]))
  }
}
