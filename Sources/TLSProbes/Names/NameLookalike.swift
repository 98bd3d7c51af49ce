import Facts

/// A name whose label passes for one in Latin letters: all of its letters look like those, or Latin ones are mixed with
/// others (UTS 39 sections 4 and 5, as far as Cyrillic, Greek and Armenian go).
struct NameLookalike: Sendable, Hashable {
  /// The name as it stands in the certificate.
  var name: String
  /// The label in its own letters.
  var shown: String
  /// What it looks like; nil where some of its letters look like no Latin one.
  var passesFor: String?

  /// The most that are listed.
  static let most = 20

  var fact: JSONValue {
    ["name": .string(name), "shown": .string(shown), "passesFor": JSONValue(passesFor)]
  }

  /// Those among `names`, in order.
  static func all(among names: [String]) -> [NameLookalike] {
    Array(names.lazy.compactMap(NameLookalike.init).prefix(most))
  }

  private init?(_ name: String) {
    let labels = name.split(separator: ".", omittingEmptySubsequences: true)
    // Under a domain in its own letters a label in the same is what anybody expects.
    let isOwnScript = labels.last?.lowercased().hasPrefix(Punycode.prefix) ?? false
    for label in labels {
      guard let scalars = Punycode.decoded(label) else { continue }
      let scripts = Set(scalars.compactMap(Script.init))
      let likenesses = scalars.map { $0.isASCII ? $0 : Self.likenesses[$0] }
      let isWhole = likenesses.allSatisfy { $0 != nil }
      let isMixed = scripts.contains(.latin) && scripts.count > 1
      guard isMixed || (isWhole && !isOwnScript && scalars.contains { !$0.isASCII }) else { continue }
      self.name = name
      shown = String(String.UnicodeScalarView(scalars))
      passesFor = isWhole ? String(String.UnicodeScalarView(likenesses.compactMap { $0 })) : nil
      return
    }
    return nil
  }

  /// Scripts that share the look of letters with Latin; other letters are no script here, since nobody takes them for it.
  private enum Script: Hashable {
    case latin, greek, cyrillic, armenian

    init?(_ scalar: Unicode.Scalar) {
      switch scalar.value {
      case 0x61...0x7A, 0xDF...0xF6, 0xF8...0x24F, 0x250...0x2AF: self = .latin
      case 0x370...0x3FF: self = .greek
      case 0x400...0x52F: self = .cyrillic
      case 0x530...0x58F: self = .armenian
      default: return nil
      }
    }
  }

  /// Small letters and the Latin ones that they are taken for.
  private static let likenesses: [Unicode.Scalar: Unicode.Scalar] = {
    let pairs =
      "аa сc ԁd еe ғf ɡg һh іi јj кk ӏl оo рp ԛq ѕs ѵv ԝw хx уy ьb αa οo νv ρp ιi κk χx υu օo սu հh ոn ցg ıi ɑa"
    return Dictionary(
      pairs.split(separator: " ").compactMap { pair in
        let scalars = Array(pair.unicodeScalars)
        return scalars.count == 2 ? (scalars[0], scalars[1]) : nil
      }
    ) { first, _ in first }
  }()
}
