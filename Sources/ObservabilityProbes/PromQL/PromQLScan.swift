/// What one PromQL expression asks for, as far as its words tell: no parser, so that no dialect is refused.
struct PromQLScan: Sendable {
  /// One selector of series.
  struct Selector: Sendable, Hashable {
    /// The metric's name; nil where only labels select.
    var metric: String?
    /// Name, operator (`=`, `!=`, `=~`, `!~`) and value.
    var matchers: [Matcher]
    /// Whether it stands inside `absent` or `absent_over_time`.
    var isInAbsent: Bool
  }

  /// One condition on a label.
  struct Matcher: Sendable, Hashable {
    var label: String
    var relation: String
    var value: String
  }

  /// In order.
  private(set) var selectors: [Selector] = []
  /// The functions and aggregations that are called.
  private(set) var functions: Set<String> = []
  /// Whether a comparison stands outside of braces.
  private(set) var hasComparison = false
  /// Whether everything in it was understood; an expression with variables, for example, is not.
  private(set) var isUnderstood = true

  /// Words that are no metrics.
  private static let keywords: Set<String> = [
    "and", "or", "unless", "atan2", "bool", "offset", "inf", "nan", "start", "end",
  ]
  /// Words behind which a list of labels stands.
  private static let grouping: Set<String> = [
    "by", "without", "on", "ignoring", "group_left", "group_right",
  ]
  /// The most selectors that are kept.
  static let mostSelectors = 500
  /// The longest expression that is looked at, in bytes.
  private static let longest = 64 << 10

  /// Looks through `expression`.
  init(_ expression: String) {
    let bytes = Array(expression.utf8.prefix(Self.longest))
    isUnderstood = expression.utf8.count <= Self.longest
    var scanner = Scanner(bytes: bytes)
    /// For each open parenthesis whether it is that of `absent`.
    var open: [Bool] = []
    var pendingCall: String?
    while let byte = scanner.peek {
      switch byte {
      case UInt8(ascii: "("):
        open.append(pendingCall.map { $0.hasPrefix("absent") } ?? false)
        pendingCall = nil
        scanner.position += 1
      case UInt8(ascii: ")"):
        _ = open.popLast()
        scanner.position += 1
      case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"): _ = scanner.quoted()
      case UInt8(ascii: "#"): scanner.skipLine()
      case UInt8(ascii: "["): scanner.skip(to: UInt8(ascii: "]"))
      case UInt8(ascii: "{"):
        take(metric: nil, scanner.matchers(), isInAbsent: open.contains(true))
      case UInt8(ascii: ">"), UInt8(ascii: "<"):
        hasComparison = true
        scanner.position += 1
      case UInt8(ascii: "!"), UInt8(ascii: "="):
        hasComparison = true
        scanner.position += scanner.peekSecond == UInt8(ascii: "=") ? 2 : 1
      case UInt8(ascii: "$"):
        isUnderstood = false
        scanner.position += 1
      default:
        if Scanner.isDigit(byte) {
          // A number or a duration, with its unit.
          scanner.skip { Self.isWord($0) || $0 == UInt8(ascii: ".") }
        } else if Self.isWord(byte) {
          let word = scanner.word()
          scanner.skipBlanks()
          if Self.grouping.contains(word.lowercased()) {
            if scanner.peek == UInt8(ascii: "(") { scanner.skip(to: UInt8(ascii: ")")) }
          } else if scanner.peek == UInt8(ascii: "(") {
            if !Self.keywords.contains(word.lowercased()) {
              functions.insert(word)
              pendingCall = word
            }
          } else if Self.isAggregation(word), scanner.isAtGrouping(Self.grouping) {
            functions.insert(word)
          } else if !Self.keywords.contains(word.lowercased()) {
            let matchers = scanner.peek == UInt8(ascii: "{") ? scanner.matchers() : []
            take(metric: word, matchers, isInAbsent: open.contains(true))
          }
        } else {
          scanner.position += 1
        }
      }
    }
  }

  /// Whether a byte may stand in a metric's name.
  static func isWord(_ byte: UInt8) -> Bool {
    (0x30...0x3A).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
      || byte == UInt8(ascii: "_")
  }

  private static func isAggregation(_ word: String) -> Bool {
    ["sum", "min", "max", "avg", "group", "stddev", "stdvar", "count", "count_values", "bottomk", "topk", "quantile"]
      .contains(word)
  }

  private mutating func take(metric: String?, _ matchers: [Matcher]?, isInAbsent: Bool) {
    guard let matchers, selectors.count < Self.mostSelectors else {
      isUnderstood = false
      return
    }
    let named = metric ?? matchers.first { $0.label == "__name__" && $0.relation == "=" }?.value
    selectors.append(Selector(metric: named, matchers: matchers, isInAbsent: isInAbsent))
  }

  /// A cursor over an expression.
  private struct Scanner {
    let bytes: [UInt8]
    var position = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    var peek: UInt8? { position < bytes.count ? bytes[position] : nil }
    var peekSecond: UInt8? { position + 1 < bytes.count ? bytes[position + 1] : nil }

    static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    mutating func skip(while condition: (UInt8) -> Bool) {
      while let byte = peek, condition(byte) { position += 1 }
    }

    mutating func skipBlanks() { skip { $0 == 0x20 || $0 == 0x0A || $0 == 0x09 || $0 == 0x0D } }

    mutating func skipLine() { skip { $0 != 0x0A } }

    mutating func skip(to end: UInt8) {
      skip { $0 != end }
      if peek != nil { position += 1 }
    }

    mutating func word() -> String {
      let start = position
      skip(while: PromQLScan.isWord)
      return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    /// Whether a grouping word follows, as between `sum` and `by`.
    func isAtGrouping(_ words: Set<String>) -> Bool {
      var ahead = self
      return words.contains(ahead.word().lowercased())
    }

    /// The text in quotes at the position.
    mutating func quoted() -> String {
      let quote = bytes[position]
      position += 1
      var text: [UInt8] = []
      while let byte = peek, byte != quote {
        position += 1
        if byte == UInt8(ascii: "\\"), quote != UInt8(ascii: "`"), let escaped = peek {
          position += 1
          if escaped != UInt8(ascii: "\\"), escaped != quote { text.append(byte) }
          text.append(escaped)
        } else {
          text.append(byte)
        }
      }
      if peek != nil { position += 1 }
      return String(decoding: text, as: UTF8.self)
    }

    /// The conditions in braces at the position; nil where they cannot be read.
    mutating func matchers() -> [Matcher]? {
      position += 1
      var found: [Matcher] = []
      while true {
        skipBlanks()
        guard let byte = peek else { return nil }
        if byte == UInt8(ascii: "}") {
          position += 1
          return found
        }
        if byte == UInt8(ascii: ",") {
          position += 1
          continue
        }
        let isQuoted = byte == UInt8(ascii: "\"")
        let label = isQuoted ? quoted() : word()
        skipBlanks()
        let start = position
        skip { "=!~".utf8.contains($0) }
        let relation = String(decoding: bytes[start..<position], as: UTF8.self)
        if isQuoted, relation.isEmpty {
          found.append(Matcher(label: "__name__", relation: "=", value: label))
          continue
        }
        skipBlanks()
        guard !label.isEmpty, ["=", "!=", "=~", "!~"].contains(relation), let quote = peek,
          "\"'`".utf8.contains(quote)
        else {
          skip(to: UInt8(ascii: "}"))
          return nil
        }
        found.append(Matcher(label: label, relation: relation, value: quoted()))
      }
    }
  }
}

extension PromQLScan.Matcher {
  /// Whether a label of that value meets the condition. Regular expressions are read by `pattern`; nil where they cannot.
  func accepts(_ value: String) -> Bool? {
    switch relation {
    case "=": value == self.value
    case "!=": value != self.value
    case "=~": AnchoredPattern(self.value)?.matches(value)
    default: (AnchoredPattern(self.value)?.matches(value)).map { !$0 }
    }
  }
}
