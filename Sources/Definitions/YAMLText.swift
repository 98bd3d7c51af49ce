import Facts

/// A file's bytes as text that is safe to hand to the YAML parser, or what is wrong with them.
struct YAMLText {
  /// Larger files are refused, in bytes.
  static let largest = 1 << 20

  let source: SourceText
  let text: String
  private(set) var problems: Problems

  init(_ file: SourceFile, upTo largest: Int = Self.largest, masking masked: @escaping (String) -> String) {
    let bytes = file.bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? file.bytes[3...] : file.bytes[...]
    let isTooLarge = bytes.count > largest
    // Of a file that is refused for its size, only as much as an excerpt needs.
    let decoded = String(decoding: isTooLarge ? bytes.prefix(200) : bytes, as: UTF8.self)
    text = decoded
    source = SourceText(path: file.path, text: decoded)
    problems = Problems(in: source, masking: masked)
    if isTooLarge {
      problems.add(
        "too-large", "the file has \(bytes.count) bytes, more than \(largest)", at: .start, fix: "split it")
      return
    }
    if let prefix = String.validPrefixLength(bytes) {
      let before = SourceText(path: "", text: String(decoding: bytes.prefix(prefix), as: UTF8.self))
      problems.add("not-utf8", "this is not UTF-8", at: before.end, fix: "save the file as UTF-8")
    } else if let index = decoded.unicodeScalars.firstIndex(where: { !$0.isYAML }) {
      let scalar = decoded.unicodeScalars[index]
      let before = SourceText(path: "", text: String(decoded.unicodeScalars[..<index]))
      problems.add(
        "control-character",
        "the character U+\(String(scalar.value, radix: 16, uppercase: true)) may not stand in YAML",
        at: before.end, fix: "remove it, or write it as an escape in double quotes")
    } else if let line = source.firstHashingHazard {
      problems.add(
        "key-not-text", "a key that is not plain text may not stand in a file with aliases",
        at: Span(line: line, column: 1), fix: "write the key as text")
    }
  }
}

extension Unicode.Scalar {
  /// Whether YAML 1.1 section 5.1 lets it stand in a file.
  fileprivate var isYAML: Bool {
    switch value {
    case 0x09, 0x0A, 0x0D, 0x20...0x7E, 0x85, 0xA0...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: true
    default: false
    }
  }
}

extension String {
  /// How many bytes are UTF-8 before the first that is not; nil if all are.
  fileprivate static func validPrefixLength(_ bytes: ArraySlice<UInt8>) -> Int? {
    var decoder = UTF8()
    var iterator = bytes.makeIterator()
    var count = 0
    while true {
      switch decoder.decode(&iterator) {
      case .scalarValue(let scalar): count += UTF8.width(scalar)
      case .emptyInput: return nil
      case .error: return count
      }
    }
  }
}

extension SourceText {
  /// The place behind the last character.
  fileprivate var end: Span { Span(line: lineCount, column: scalars(ofLine: lineCount).count + 1) }

  /// The first line that looks like a list, an object or an alias in the place of a key, where the text also has
  /// aliases: the parser compares keys with everything inside them, and aliases can make that as large as they like.
  fileprivate var firstHashingHazard: Int? {
    var aliases: Set<String> = []
    var anchors: Set<String> = []
    var hazard: Int?
    for number in 1...lineCount {
      let line = KeyScan(scalars(ofLine: number))
      aliases.formUnion(line.aliases)
      anchors.formUnion(line.anchors)
      if line.hasComplexKey, hazard == nil { hazard = number }
    }
    // An alias without its anchor is refused by the parser before anything is compared.
    return aliases.isDisjoint(with: anchors) ? nil : hazard
  }
}

/// What a line may hold in the place of a key, read generously: text may look like it too.
private struct KeyScan {
  /// Names behind `*`.
  private(set) var aliases: Set<String> = []
  /// Names behind `&`.
  private(set) var anchors: Set<String> = []
  private(set) var hasComplexKey = false

  init(_ line: ArraySlice<Unicode.Scalar>) {
    var previous: Unicode.Scalar = " "
    var lastVisible: Unicode.Scalar?
    var isAlias = false
    var isAfterQuestion = false
    // Which of the brackets open on this line began a node; the others are text, as in `/orders/{id}:`.
    var openings: [Bool] = []
    var closesNode = false
    for scalar in line {
      let isSpace = scalar == " " || scalar == "\t"
      // Whether a node can begin here.
      let begins = " \t,[{:?-".unicodeScalars.contains(previous)
      if isAfterQuestion, isSpace { hasComplexKey = true }
      isAfterQuestion = scalar == "?" && begins
      if scalar == ":", isAlias || lastVisible.map({ closesNode && "]}".unicodeScalars.contains($0) }) ?? true {
        hasComplexKey = true
      }
      if "[{".unicodeScalars.contains(scalar) { openings.append(begins) }
      if "]}".unicodeScalars.contains(scalar) { closesNode = openings.popLast() ?? true }
      if begins, !isSpace { isAlias = scalar == "*" }
      if !isSpace { lastVisible = scalar }
      previous = scalar
    }
    if isAfterQuestion { hasComplexKey = true }
    aliases = Self.names(behind: "*", in: line)
    anchors = Self.names(behind: "&", in: line)
  }

  private static func names(behind sign: Unicode.Scalar, in line: ArraySlice<Unicode.Scalar>) -> Set<String> {
    guard line.contains(sign) else { return [] }
    var names: Set<String> = []
    var name: String.UnicodeScalarView?
    for scalar in line {
      let isName =
        switch scalar {
        case "0"..."9", "A"..."Z", "a"..."z", "_", "-": true
        default: false
        }
      if isName {
        name?.append(scalar)
      } else {
        if let name, !name.isEmpty { names.insert(String(name)) }
        name = scalar == sign ? String.UnicodeScalarView() : nil
      }
    }
    if let name, !name.isEmpty { names.insert(String(name)) }
    return names
  }
}
