/// The types of one room that are declared to conform to a protocol.
///
/// A declaration counts where it begins a line; indented ones stand in another type, or in a text. The conformance may stand
/// at the type or at an extension of it, and may lead through protocols of the same room.
struct Conformances {
  /// Their names, sorted, each once.
  let types: [String]

  /// Those among `sources`, which are the texts of all files of the room, that conform to `wanted` and not to `exempt`.
  init(to wanted: String, exempting exempt: String, in sources: [String]) {
    let declarations = sources.flatMap(Self.declarations)
    var protocols: Set = [wanted]
    var refined = 0
    while refined < protocols.count {
      refined = protocols.count
      for one in declarations where one.isProtocol && !one.inherited.isDisjoint(with: protocols) {
        protocols.insert(one.name)
      }
    }
    let conforming = declarations.filter { !$0.isProtocol && !$0.inherited.isDisjoint(with: protocols) }
    let exempted = Set(declarations.filter { $0.inherited.contains(exempt) }.map(\.name))
    types = Set(conforming.map(\.name)).subtracting(exempted).sorted()
  }

  private struct Declaration {
    var isProtocol: Bool
    var name: String
    /// What stands behind its colon.
    var inherited: Set<String>
  }

  private static let modifiers: Set<Substring> = ["public", "package", "internal", "private", "fileprivate", "final"]
  private static let keywords: Set<Substring> = ["struct", "class", "actor", "enum", "extension", "protocol"]

  private static func declarations(in source: String) -> [Declaration] {
    let lines = source.split(separator: "\n", omittingEmptySubsequences: false)
    return lines.indices.compactMap { index in
      let words = lines[index].split(separator: " ", omittingEmptySubsequences: false)
        .drop { modifiers.contains($0) || $0.hasPrefix("@") }
      guard let keyword = words.first, keywords.contains(keyword) else { return nil }
      // A long list of conformances goes on in the next lines.
      let rest = words.dropFirst().joined(separator: " ") + lines[(index + 1)...].prefix(8).map { " " + $0 }.joined()
      let head = rest.prefix { $0 != "{" }
      let name = head.prefix { $0.isLetter || $0.isNumber || "_.".contains($0) }
      guard !name.isEmpty else { return nil }
      var inherited: Set<String> = []
      if let colon = head.firstIndex(of: ":") {
        let list = head[head.index(after: colon)...].split(separator: " where ", maxSplits: 1).first ?? ""
        inherited = Set(list.split(whereSeparator: { ",& ".contains($0) }).map(String.init))
      }
      return Declaration(isProtocol: keyword == "protocol", name: String(name), inherited: inherited)
    }
  }
}
