/// Reads the grammar of RFC 9485 section 3.
struct RegexpParser {
  private static let depthLimit = 100
  /// The scalars that a backslash makes ordinary. `$` is not among them: it is written `[$]`.
  private static let escapable: Set<Unicode.Scalar> = [
    "(", ")", "*", "+", "-", ".", "?", "[", "\\", "]", "^", "{", "|", "}",
  ]

  private let pattern: [Unicode.Scalar]
  private var position = 0
  private var depth = 0

  private struct Malformed: Error {}

  /// The expression; nil if the pattern is malformed.
  static func parse(_ pattern: String) -> RegexpNode? {
    var parser = RegexpParser(pattern: Array(pattern.unicodeScalars))
    guard let node = try? parser.alternatives(), parser.next == nil else { return nil }
    return node
  }

  private init(pattern: [Unicode.Scalar]) { self.pattern = pattern }

  private var next: Unicode.Scalar? { position < pattern.count ? pattern[position] : nil }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard next == scalar else { return false }
    position += 1
    return true
  }

  private mutating func takeAny() throws(Malformed) -> Unicode.Scalar {
    guard let scalar = next else { throw Malformed() }
    position += 1
    return scalar
  }

  // MARK: Structure

  private mutating func alternatives() throws(Malformed) -> RegexpNode {
    guard depth < Self.depthLimit else { throw Malformed() }
    depth += 1
    defer { depth -= 1 }
    var branches = [try branch()]
    while take("|") { branches.append(try branch()) }
    return branches.count == 1 ? branches[0] : .alternatives(branches)
  }

  private mutating func branch() throws(Malformed) -> RegexpNode {
    var pieces: [RegexpNode] = []
    while let next, next != "|", next != ")" { pieces.append(try quantified(try atom())) }
    return .sequence(pieces)
  }

  private mutating func atom() throws(Malformed) -> RegexpNode {
    let scalar = try takeAny()
    switch scalar {
    case "(":
      let inner = try alternatives()
      guard take(")") else { throw Malformed() }
      return inner
    case ".": return .scalar(ScalarSet(ranges: ["\n"..."\n", "\r"..."\r"], isInverted: true))
    case "[": return .scalar(try bracketed())
    case "\\": return .scalar(try escape())
    case "^": return .start
    case "$": return .end
    case ")", "*", "+", "?", "]", "{", "|", "}": throw Malformed()
    default: return .scalar(ScalarSet(ranges: [scalar...scalar]))
    }
  }

  private mutating func quantified(_ atom: RegexpNode) throws(Malformed) -> RegexpNode {
    if take("*") { return .repeated(atom, minimum: 0, maximum: nil) }
    if take("+") { return .repeated(atom, minimum: 1, maximum: nil) }
    if take("?") { return .repeated(atom, minimum: 0, maximum: 1) }
    guard take("{") else { return atom }
    let minimum = try count()
    var maximum: Int? = minimum
    if take(",") { maximum = next == "}" ? nil : try count() }
    guard take("}"), maximum.map({ $0 >= minimum }) ?? true else { throw Malformed() }
    return .repeated(atom, minimum: minimum, maximum: maximum)
  }

  private mutating func count() throws(Malformed) -> Int {
    var count = 0
    let start = position
    while let next, ("0"..."9").contains(next) {
      // Far beyond what a program may hold; the cap keeps the arithmetic from overflowing.
      count = min(count * 10 + Int(next.value - 0x30), 1_000_000)
      position += 1
    }
    if position == start { throw Malformed() }
    return count
  }

  // MARK: Sets of scalars

  private mutating func escape() throws(Malformed) -> ScalarSet {
    if next == "p" || next == "P" { return ScalarSet(categories: try category()) }
    let scalar = try escapedScalar()
    return ScalarSet(ranges: [scalar...scalar])
  }

  private mutating func escapedScalar() throws(Malformed) -> Unicode.Scalar {
    switch try takeAny() {
    case "n": return "\n"
    case "r": return "\r"
    case "t": return "\t"
    case let scalar where Self.escapable.contains(scalar): return scalar
    default: throw Malformed()
    }
  }

  private mutating func category() throws(Malformed) -> UInt32 {
    let isComplement = try takeAny() == "P"
    guard take("{") else { throw Malformed() }
    var name = ""
    while !take("}") { name.unicodeScalars.append(try takeAny()) }
    guard let bits = ScalarSet.categories(named: name) else { throw Malformed() }
    return isComplement ? ~bits : bits
  }

  private mutating func bracketed() throws(Malformed) -> ScalarSet {
    var set = ScalarSet()
    set.isInverted = take("^")
    if take("-") { set.ranges.append("-"..."-") } else { try member(of: &set) }
    while !take("]") {
      if take("-") {
        // A hyphen stands for itself only at either end.
        guard take("]") else { throw Malformed() }
        set.ranges.append("-"..."-")
        return set
      }
      try member(of: &set)
    }
    return set
  }

  private mutating func member(of set: inout ScalarSet) throws(Malformed) {
    if next == "\\", position + 1 < pattern.count, pattern[position + 1] == "p" || pattern[position + 1] == "P" {
      position += 1
      set.categories |= try category()
      return
    }
    let first = try setScalar()
    if next == "-", position + 1 < pattern.count, pattern[position + 1] != "]" {
      position += 1
      let last = try setScalar()
      guard first <= last else { throw Malformed() }
      set.ranges.append(first...last)
    } else {
      set.ranges.append(first...first)
    }
  }

  private mutating func setScalar() throws(Malformed) -> Unicode.Scalar {
    switch try takeAny() {
    case "\\": return try escapedScalar()
    case "[", "]", "-": throw Malformed()
    case let scalar: return scalar
    }
  }
}
