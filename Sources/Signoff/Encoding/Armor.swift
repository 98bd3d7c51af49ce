/// Base64 between two marks, as OpenSSH writes keys and signatures.
enum Armor {
  /// The octets under `label`. Nothing may stand before the first mark or after the last one but the end of its line, and
  /// nothing inside but base64 in lines; nil where it is otherwise, so that no other text means the same octets.
  static func octets(in text: [UInt8], label: String) -> [UInt8]? {
    let newline = UInt8(ascii: "\n")
    var lines = text.split(separator: newline, omittingEmptySubsequences: false)
    // Files from other systems end their lines in two characters: all of them, or none.
    let hasReturns = lines.dropLast().allSatisfy { $0.last == UInt8(ascii: "\r") } && lines.count > 1
    if hasReturns { lines = lines.map { $0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0 } }
    if lines.last?.isEmpty == true { lines.removeLast() }
    guard lines.count >= 3, lines.first?.elementsEqual("-----BEGIN \(label)-----".utf8) == true,
      lines.last?.elementsEqual("-----END \(label)-----".utf8) == true
    else { return nil }
    let inside = lines.dropFirst().dropLast()
    guard inside.allSatisfy({ !$0.isEmpty }) else { return nil }
    return Base64.decode(inside.joined())
  }

  /// The text, in lines of 70 characters as OpenSSH has them.
  static func text(_ octets: [UInt8], label: String) -> String {
    var text = "-----BEGIN \(label)-----\n"
    var rest = Base64.encode(octets)[...]
    while !rest.isEmpty {
      text += rest.prefix(70) + "\n"
      rest = rest.dropFirst(70)
    }
    return text + "-----END \(label)-----\n"
  }
}
