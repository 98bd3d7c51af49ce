/// Reads a JSONPath query: the grammar of RFC 9535 with the type rules of its section 2.4.3.
struct JSONPathParser {
  /// Brackets, parentheses and calls inside one another.
  private static let depthLimit = 64
  /// The integers of I-JSON (RFC 7493): those that a double holds exactly.
  private static let integerLimit = 1 << 53

  private let text: String
  let scalars: [Unicode.Scalar]
  let allowsParameters: Bool
  var position = 0
  private var depth = 0
  var parameterNames: Set<String> = []

  init(_ text: String, allowsParameters: Bool) {
    self.text = text
    self.allowsParameters = allowsParameters
    scalars = Array(text.unicodeScalars)
  }

  mutating func document() throws(JSONPath.SyntaxError) -> Query {
    guard next == "$" else { throw failure("a query starts with `$`") }
    let query = try query()
    guard next == nil else {
      throw failure(next.map(Self.isSpace) == true ? "no space may end a query" : "`.` or `[` is expected here")
    }
    return query
  }

  // MARK: Scalars

  var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

  func failure(_ message: String, at offset: Int? = nil) -> JSONPath.SyntaxError {
    JSONPath.SyntaxError(offset: offset ?? position, message: message)
  }

  mutating func take(_ text: StaticString) -> Bool {
    var end = position
    let isThere = text.withUTF8Buffer { ascii in
      for byte in ascii {
        guard end < scalars.count, scalars[end].value == UInt32(byte) else { return false }
        end += 1
      }
      return true
    }
    if isThere { position = end }
    return isThere
  }

  mutating func skipSpace() {
    while let next, Self.isSpace(next) { position += 1 }
  }

  static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    scalar == " " || scalar == "\t" || scalar == "\n" || scalar == "\r"
  }

  static func isDigit(_ scalar: Unicode.Scalar) -> Bool { "0" <= scalar && scalar <= "9" }

  func text(from start: Int) -> String {
    String(String.UnicodeScalarView(scalars[start..<position]))
  }

  mutating func nested<Result>(
    _ read: (inout JSONPathParser) throws(JSONPath.SyntaxError) -> Result
  ) throws(JSONPath.SyntaxError) -> Result {
    guard depth < Self.depthLimit else { throw failure("nested deeper than \(Self.depthLimit) levels") }
    depth += 1
    defer { depth -= 1 }
    return try read(&self)
  }

  // MARK: Segments

  /// A query from its `$` or `@`. Space behind its last segment is left unread.
  mutating func query() throws(JSONPath.SyntaxError) -> Query {
    let start = position
    let origin: Query.Origin = next == "$" ? .root : .current
    position += 1
    var segments: [Segment] = []
    while true {
      let end = position
      skipSpace()
      guard let segment = try segment() else {
        position = end
        return Query(origin: origin, segments: segments, text: text(from: start))
      }
      segments.append(segment)
    }
  }

  private mutating func segment() throws(JSONPath.SyntaxError) -> Segment? {
    if take("[") { return Segment(isDescendant: false, selectors: try selectors()) }
    if take("..") {
      let selectors = take("[") ? try selectors() : [try shorthand()]
      return Segment(isDescendant: true, selectors: selectors)
    }
    if take(".") { return Segment(isDescendant: false, selectors: [try shorthand()]) }
    return nil
  }

  private mutating func shorthand() throws(JSONPath.SyntaxError) -> Selector {
    if take("*") { return .wildcard }
    let start = position
    while let next, Self.isNameScalar(next), position > start || !Self.isDigit(next) { position += 1 }
    if position == start { throw failure("a name or `*` is expected here") }
    return .name(text(from: start))
  }

  private static func isNameScalar(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9", "_", "\u{80}"...: true
    default: false
    }
  }

  // MARK: Selectors

  private mutating func selectors() throws(JSONPath.SyntaxError) -> [Selector] {
    try nested { (parser) throws(JSONPath.SyntaxError) in
      var selectors: [Selector] = []
      repeat {
        parser.skipSpace()
        selectors.append(try parser.selector())
        parser.skipSpace()
      } while parser.take(",")
      guard parser.take("]") else { throw parser.failure("`,` or `]` is expected here") }
      return selectors
    }
  }

  private mutating func selector() throws(JSONPath.SyntaxError) -> Selector {
    switch next {
    case "'", "\"": return .name(try string())
    case "*":
      position += 1
      return .wildcard
    case "?":
      position += 1
      skipSpace()
      return .filter(try condition())
    default: return try indexOrSlice()
    }
  }

  private mutating func indexOrSlice() throws(JSONPath.SyntaxError) -> Selector {
    let start = try integer()
    let end = position
    skipSpace()
    guard take(":") else {
      position = end
      guard let start else { throw failure("a selector is expected here") }
      return .index(start)
    }
    skipSpace()
    let stop = try integer()
    if stop != nil { skipSpace() }
    var step: Int?
    if take(":") {
      let end = position
      skipSpace()
      step = try integer()
      if step == nil { position = end }
    }
    return .slice(start: start, end: stop, step: step ?? 1)
  }

  /// An integer without leading zeros within the range of I-JSON; nil if none stands here.
  private mutating func integer() throws(JSONPath.SyntaxError) -> Int? {
    let start = position
    let isNegative = take("-")
    guard let first = next, Self.isDigit(first) else {
      if isNegative { throw failure("a digit is expected here") }
      return nil
    }
    var number = 0
    while let next, Self.isDigit(next) {
      number = number * 10 + Int(next.value - 0x30)
      guard number < Self.integerLimit else { throw failure("an integer beyond ±(2^53 - 1)", at: start) }
      position += 1
    }
    let digits = position - start - (isNegative ? 1 : 0)
    if first == "0", digits > 1 { throw failure("an integer has no leading zero", at: start) }
    if first == "0", isNegative { throw failure("zero has no sign", at: start) }
    return isNegative ? -number : number
  }

  // MARK: Strings

  /// A string in single or double quotes.
  mutating func string() throws(JSONPath.SyntaxError) -> String {
    let start = position
    let quote = next
    position += 1
    var string = String.UnicodeScalarView()
    while let next {
      position += 1
      switch next {
      case _ where next == quote: return String(string)
      case "\\": string.append(try escape(in: quote))
      case "\0"..."\u{1F}": throw failure("a control character must be escaped", at: position - 1)
      default: string.append(next)
      }
    }
    throw failure("the string is not closed", at: start)
  }

  private mutating func escape(in quote: Unicode.Scalar?) throws(JSONPath.SyntaxError) -> Unicode.Scalar {
    let start = position - 1
    guard let scalar = next else { throw failure("the string is not closed") }
    position += 1
    switch scalar {
    case "b": return "\u{8}"
    case "f": return "\u{C}"
    case "n": return "\n"
    case "r": return "\r"
    case "t": return "\t"
    case "/", "\\": return scalar
    case _ where scalar == quote: return scalar
    case "u": return try escapedScalar(from: start)
    default: throw failure("no such escape", at: start)
    }
  }

  private mutating func escapedScalar(from start: Int) throws(JSONPath.SyntaxError) -> Unicode.Scalar {
    let first = try codeUnit()
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard UTF16.isLeadSurrogate(first), take("\\u") else { throw failure("a lone surrogate", at: start) }
    let second = try codeUnit()
    guard let scalar = Unicode.Scalar(leading: first, trailing: second) else {
      throw failure("a lone surrogate", at: start)
    }
    return scalar
  }

  private mutating func codeUnit() throws(JSONPath.SyntaxError) -> UInt16 {
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard let digit = next?.hexadecimalValue else {
        throw failure("four hexadecimal digits are expected here")
      }
      unit = unit << 4 | UInt16(digit)
      position += 1
    }
    return unit
  }
}
