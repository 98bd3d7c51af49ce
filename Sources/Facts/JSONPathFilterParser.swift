/// The expressions inside `[?…]` (RFC 9535 section 2.3.5).
extension JSONPathParser {
  /// A test, by itself a condition or one side of a comparison, before it is known which.
  private enum Term {
    case operand(Operand)
    /// A query that may select several values.
    case query(Query)
    /// `match` or `search`.
    case test(Condition)
  }

  mutating func condition() throws(JSONPath.SyntaxError) -> Condition {
    try nested { (parser) throws(JSONPath.SyntaxError) in
      var alternatives: [Condition] = []
      repeat { alternatives.append(try parser.conjunction()) } while parser.takeOperator("||")
      return alternatives.count == 1 ? alternatives[0] : .any(alternatives)
    }
  }

  private mutating func conjunction() throws(JSONPath.SyntaxError) -> Condition {
    var parts: [Condition] = []
    repeat { parts.append(try basic()) } while takeOperator("&&")
    return parts.count == 1 ? parts[0] : .all(parts)
  }

  /// Takes an operator with the space around it; leaves that space unread where another thing follows.
  private mutating func takeOperator(_ text: StaticString) -> Bool {
    let start = position
    skipSpace()
    guard take(text) else {
      position = start
      return false
    }
    skipSpace()
    return true
  }

  private mutating func basic() throws(JSONPath.SyntaxError) -> Condition {
    let isNegated = take("!")
    if isNegated { skipSpace() }
    let condition: Condition
    if take("(") {
      skipSpace()
      condition = try self.condition()
      skipSpace()
      guard take(")") else { throw failure("`)` is expected here") }
    } else {
      condition = try testOrComparison(allowsComparison: !isNegated)
    }
    return isNegated ? .not(condition) : condition
  }

  private mutating func testOrComparison(allowsComparison: Bool) throws(JSONPath.SyntaxError) -> Condition {
    let start = position
    let left = try term()
    let end = position
    skipSpace()
    guard allowsComparison, let comparison = takeComparison() else {
      position = end
      switch left {
      case .test(let condition): return condition
      case .query(let query), .operand(.query(let query)): return .exists(query)
      case .operand: throw failure("a value by itself is no condition; compare it", at: start)
      }
    }
    let operand = try operand(left, at: start)
    skipSpace()
    let rightStart = position
    return .comparison(operand, comparison, try self.operand(try term(), at: rightStart))
  }

  private mutating func takeComparison() -> Comparison? {
    if take("==") { return .equal }
    if take("!=") { return .notEqual }
    if take("<=") { return .lessOrEqual }
    if take(">=") { return .greaterOrEqual }
    if take("<") { return .less }
    if take(">") { return .greater }
    return nil
  }

  private func operand(_ term: Term, at start: Int) throws(JSONPath.SyntaxError) -> Operand {
    switch term {
    case .operand(let operand): return operand
    case .query: throw failure("a query that may select several values cannot be compared", at: start)
    case .test: throw failure("`match` and `search` give no value to compare", at: start)
    }
  }

  // MARK: Terms

  private mutating func term() throws(JSONPath.SyntaxError) -> Term {
    let nothing = "a query, a value or a function is expected here"
    guard let next else { throw failure(nothing) }
    switch next {
    case "@": return try queryTerm()
    case "$":
      if allowsParameters, take("${") { return .operand(try parameter()) }
      return try queryTerm()
    case "'", "\"": return .operand(.literal(.string(try string())))
    case "-", "0"..."9": return .operand(.literal(try number()))
    case "a"..."z": return try wordOrCall()
    default: throw failure(nothing)
    }
  }

  private mutating func queryTerm() throws(JSONPath.SyntaxError) -> Term {
    let query = try query()
    return query.isSingular ? .operand(.query(query)) : .query(query)
  }

  private mutating func parameter() throws(JSONPath.SyntaxError) -> Operand {
    let start = position
    while let next, next.isParameterScalar { position += 1 }
    let name = text(from: start)
    if name.isEmpty { throw failure("the name of a parameter is expected here") }
    guard take("}") else { throw failure("`}` is expected here") }
    parameterNames.insert(name)
    return .parameter(name)
  }

  private mutating func number() throws(JSONPath.SyntaxError) -> JSONValue {
    let start = position
    _ = take("-")
    let first = position
    try digits()
    if scalars[first] == "0", position > first + 1 { throw failure("a number has no leading zero", at: start) }
    if take(".") { try digits() }
    if take("e") || take("E") {
      if !take("+") { _ = take("-") }
      try digits()
    }
    let text = text(from: start)
    if let whole = Int(text) { return .integer(whole) }
    guard let number = Double(text) else { throw failure("not a number", at: start) }
    return .double(number)
  }

  private mutating func digits() throws(JSONPath.SyntaxError) {
    guard let next, Self.isDigit(next) else { throw failure("a digit is expected here") }
    while let next = self.next, Self.isDigit(next) { position += 1 }
  }

  // MARK: Functions

  private mutating func wordOrCall() throws(JSONPath.SyntaxError) -> Term {
    let start = position
    while let next, next.isFunctionScalar { position += 1 }
    let name = text(from: start)
    if next == "(" { return try nested { (parser) throws(JSONPath.SyntaxError) in try parser.call(name, at: start) } }
    switch name {
    case "true": return .operand(.literal(true))
    case "false": return .operand(.literal(false))
    case "null": return .operand(.literal(.null))
    default: throw failure("a query, a value or a function is expected here", at: start)
    }
  }

  /// The five functions of RFC 9535 section 2.4.
  private mutating func call(_ name: String, at start: Int) throws(JSONPath.SyntaxError) -> Term {
    switch name {
    case "length": return .operand(.length(try values(1, of: name, at: start)[0]))
    case "count": return .operand(.count(try nodes(of: name)))
    case "value": return .operand(.value(try nodes(of: name)))
    case "match", "search":
      let arguments = try values(2, of: name, at: start)
      return .test(.matches(arguments[0], Pattern(arguments[1]), asWhole: name == "match"))
    default: throw failure("no such function; there are length, count, match, search and value", at: start)
    }
  }

  private mutating func arguments() throws(JSONPath.SyntaxError) -> [(term: Term, start: Int)] {
    position += 1
    skipSpace()
    if take(")") { return [] }
    var arguments: [(Term, Int)] = []
    repeat {
      skipSpace()
      let start = position
      arguments.append((try term(), start))
      skipSpace()
    } while take(",")
    guard take(")") else { throw failure("`,` or `)` is expected here") }
    return arguments
  }

  private mutating func values(
    _ count: Int, of name: String, at start: Int
  ) throws(JSONPath.SyntaxError) -> [Operand] {
    var operands: [Operand] = []
    for argument in try arguments() { operands.append(try operand(argument.term, at: argument.start)) }
    guard operands.count == count else {
      throw failure("`\(name)` takes \(count == 1 ? "one argument" : "two arguments")", at: start)
    }
    return operands
  }

  private mutating func nodes(of name: String) throws(JSONPath.SyntaxError) -> Query {
    let start = position
    let arguments = try arguments()
    guard arguments.count == 1 else { throw failure("`\(name)` takes one argument", at: start) }
    switch arguments[0].term {
    case .query(let query), .operand(.query(let query)): return query
    default: throw failure("`\(name)` takes a query", at: arguments[0].start)
    }
  }
}

extension Pattern {
  fileprivate init(_ operand: Operand) {
    if case .literal(let literal) = operand {
      self = .fixed(literal.string.flatMap { Regexp($0) })
    } else {
      self = .computed(operand)
    }
  }
}

extension Unicode.Scalar {
  fileprivate var isParameterScalar: Bool {
    switch self {
    case "a"..."z", "A"..."Z", "0"..."9", "_", "-": true
    default: false
    }
  }

  fileprivate var isFunctionScalar: Bool {
    switch self {
    case "a"..."z", "0"..."9", "_": true
    default: false
    }
  }
}
