package import Facts

/// A condition over variables or metrics, as scripts write them: comparison, arithmetic, `and`, `or`, `not`, `in`.
package struct LoadExpression: Sendable, Hashable {
  /// Why a text is no expression.
  package struct SyntaxError: Error, Sendable, Hashable {
    /// From 0, in characters.
    package var offset: Int
    /// In one line of lower case.
    package var message: String
  }

  indirect enum Node: Sendable, Hashable {
    case literal(JSONValue)
    case name(String)
    case not(Node)
    case negative(Node)
    case binary(Operator, Node, Node)
    case choice(Node, Node, Node)
    case member(Node, [Node])
    case call(Function, [Node])
  }

  enum Operator: String, Sendable, Hashable {
    case or, and
    case equal = "=="
    case notEqual = "!="
    case atMost = "<="
    case atLeast = ">="
    case less = "<"
    case more = ">"
    case plus = "+"
    case minus = "-"
    case times = "*"
    case divided = "/"
    case modulo = "%"
    case power = "^"
  }

  enum Function: String, Sendable, Hashable {
    case abs, ceil, floor, round, sqrt, min, max, length
  }

  /// As written.
  package let text: String
  let root: Node

  /// Reads an expression.
  package init(_ text: String) throws(SyntaxError) {
    self.text = text
    var parser = ExpressionParser(text)
    root = try parser.document()
  }

  /// The names in it.
  package var names: [String] { Self.names(in: root) }

  private static func names(in node: Node) -> [String] {
    switch node {
    case .literal: []
    case .name(let name): [name]
    case .not(let inner), .negative(let inner): names(in: inner)
    case .binary(_, let left, let right): names(in: left) + names(in: right)
    case .choice(let a, let b, let c): names(in: a) + names(in: b) + names(in: c)
    case .member(let value, let list): names(in: value) + list.flatMap(names)
    case .call(_, let arguments): arguments.flatMap(names)
    }
  }

  /// Whether it holds; what a name does not stand for is neither true nor equal to anything.
  package func holds(_ value: (String) -> JSONValue?) -> Bool { Self.isTrue(Self.evaluate(root, value)) }

  /// The value; nil where a name stands for nothing or an operation means nothing.
  package func value(_ value: (String) -> JSONValue?) -> JSONValue? { Self.evaluate(root, value) }

  private static func isTrue(_ value: JSONValue?) -> Bool {
    switch value {
    case nil, .null?, .bool(false)?: false
    case .string(let text)?: !text.isEmpty
    case let other?: other.double != 0
    }
  }

  private static func evaluate(_ node: Node, _ value: (String) -> JSONValue?) -> JSONValue? {
    switch node {
    case .literal(let literal): return literal
    case .name(let name): return value(name)
    case .not(let inner): return .bool(!isTrue(evaluate(inner, value)))
    case .negative(let inner): return number(evaluate(inner, value)?.double.map { -$0 })
    case .choice(let condition, let yes, let no):
      return evaluate(isTrue(evaluate(condition, value)) ? yes : no, value)
    case .member(let element, let list):
      guard let element = evaluate(element, value) else { return .bool(false) }
      return .bool(list.contains { isEqual(evaluate($0, value), element) })
    case .binary(.or, let left, let right):
      return .bool(isTrue(evaluate(left, value)) || isTrue(evaluate(right, value)))
    case .binary(.and, let left, let right):
      return .bool(isTrue(evaluate(left, value)) && isTrue(evaluate(right, value)))
    case .binary(let operation, let left, let right):
      return apply(operation, evaluate(left, value), evaluate(right, value))
    case .call(let function, let arguments): return apply(function, arguments.map { evaluate($0, value) })
    }
  }

  private static func apply(_ operation: Operator, _ left: JSONValue?, _ right: JSONValue?) -> JSONValue? {
    switch operation {
    case .equal: return .bool(isEqual(left, right))
    case .notEqual: return .bool(!isEqual(left, right))
    case .plus where left?.string != nil || right?.string != nil:
      return .string(TextTemplate.written(left) + TextTemplate.written(right))
    default: break
    }
    guard let a = numeric(left), let b = numeric(right) else {
      if let a = left?.string, let b = right?.string {
        switch operation {
        case .less: return .bool(a < b)
        case .more: return .bool(a > b)
        case .atMost: return .bool(a <= b)
        case .atLeast: return .bool(a >= b)
        default: break
        }
      }
      return nil
    }
    switch operation {
    case .less: return .bool(a < b)
    case .more: return .bool(a > b)
    case .atMost: return .bool(a <= b)
    case .atLeast: return .bool(a >= b)
    case .plus: return number(a + b)
    case .minus: return number(a - b)
    case .times: return number(a * b)
    case .divided: return number(a / b)
    case .modulo: return number(a.truncatingRemainder(dividingBy: b))
    case .power: return number(LoadScripts.power(a, b))
    case .or, .and, .equal, .notEqual: return nil
    }
  }

  private static func apply(_ function: Function, _ arguments: [JSONValue?]) -> JSONValue? {
    if function == .length { return arguments.first??.string.map { .integer($0.count) } }
    let numbers = arguments.compactMap(numeric)
    guard numbers.count == arguments.count, let first = numbers.first else { return nil }
    return switch function {
    case .abs: number(Swift.abs(first))
    case .ceil: number(first.rounded(.up))
    case .floor: number(first.rounded(.down))
    case .round: number(first.rounded())
    case .sqrt: number(first.squareRoot())
    case .min: number(numbers.min())
    case .max: number(numbers.max())
    case .length: nil
    }
  }

  private static func numeric(_ value: JSONValue?) -> Double? { value?.double ?? value?.string.flatMap(Double.init) }

  private static func isEqual(_ left: JSONValue?, _ right: JSONValue?) -> Bool {
    guard let left, let right else { return false }
    if left == right { return true }
    // Variables from files and URLs are texts where numbers are meant.
    if let a = numeric(left), let b = numeric(right) { return a == b }
    if case .bool(let truth) = left { return right.double == (truth ? 1 : 0) || right.string == String(truth) }
    if case .bool(let truth) = right { return left.double == (truth ? 1 : 0) || left.string == String(truth) }
    return false
  }

  private static func number(_ value: Double?) -> JSONValue? {
    guard let value, value.isFinite else { return nil }
    return Int(exactly: value).map { .integer($0) } ?? .double(value)
  }
}

/// Recursive descent over the characters of an expression.
private struct ExpressionParser {
  private typealias Node = LoadExpression.Node
  private let characters: [Character]
  private var position = 0
  private var depth = 0

  /// What may stand inside one another at most.
  private static let deepest = 64
  private static let longest = 4096

  init(_ text: String) { characters = Array(text) }

  mutating func document() throws(LoadExpression.SyntaxError) -> LoadExpression.Node {
    guard characters.count <= Self.longest else { throw failure("the expression is longer than \(Self.longest)") }
    let node = try choice()
    skipSpaces()
    guard position == characters.count else { throw failure("nothing more was expected here") }
    return node
  }

  private func failure(_ message: String) -> LoadExpression.SyntaxError {
    LoadExpression.SyntaxError(offset: position, message: message)
  }

  private mutating func skipSpaces() {
    while position < characters.count, characters[position].isWhitespace { position += 1 }
  }

  private mutating func take(_ sign: String) -> Bool {
    skipSpaces()
    let sign = Array(sign)
    guard position + sign.count <= characters.count, Array(characters[position..<position + sign.count]) == sign else {
      return false
    }
    position += sign.count
    return true
  }

  private mutating func takeWord(_ word: String) -> Bool {
    let start = position
    guard take(word) else { return false }
    if position < characters.count, Self.isNamePart(characters[position]) {
      position = start
      return false
    }
    return true
  }

  private static func isNamePart(_ character: Character) -> Bool {
    character.isLetter || character.isNumber || "_$.".contains(character)
  }

  private mutating func choice() throws(LoadExpression.SyntaxError) -> Node {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.deepest else { throw failure("nested deeper than \(Self.deepest) levels") }
    let condition = try disjunction()
    guard take("?") else { return condition }
    let yes = try choice()
    guard take(":") else { throw failure("expected `:`") }
    return .choice(condition, yes, try choice())
  }

  private mutating func disjunction() throws(LoadExpression.SyntaxError) -> Node {
    var node = try conjunction()
    while takeWord("or") || take("||") { node = .binary(.or, node, try conjunction()) }
    return node
  }

  private mutating func conjunction() throws(LoadExpression.SyntaxError) -> Node {
    var node = try comparison()
    while takeWord("and") || take("&&") { node = .binary(.and, node, try comparison()) }
    return node
  }

  private mutating func comparison() throws(LoadExpression.SyntaxError) -> Node {
    if takeWord("not") { return .not(try comparison()) }
    let left = try sum()
    for sign in ["===", "!==", "==", "!=", "<=", ">=", "<", ">"] where take(sign) {
      let name = sign.count == 3 ? String(sign.prefix(2)) : sign
      guard let operation = LoadExpression.Operator(rawValue: name) else { break }
      return .binary(operation, left, try sum())
    }
    let start = position
    let isNegated = takeWord("not")
    if takeWord("in") {
      guard take("(") else { throw failure("expected `(`") }
      let list = Node.member(left, try arguments())
      return isNegated ? .not(list) : list
    }
    position = start
    return left
  }

  private mutating func sum() throws(LoadExpression.SyntaxError) -> Node {
    var node = try product()
    while true {
      if take("+") {
        node = .binary(.plus, node, try product())
      } else if take("-") {
        node = .binary(.minus, node, try product())
      } else {
        return node
      }
    }
  }

  private mutating func product() throws(LoadExpression.SyntaxError) -> Node {
    var node = try sign()
    while true {
      if take("*") {
        node = .binary(.times, node, try sign())
      } else if take("/") {
        node = .binary(.divided, node, try sign())
      } else if take("%") || takeWord("mod") {
        node = .binary(.modulo, node, try sign())
      } else {
        return node
      }
    }
  }

  private mutating func sign() throws(LoadExpression.SyntaxError) -> Node {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.deepest else { throw failure("nested deeper than \(Self.deepest) levels") }
    if take("-") { return .negative(try sign()) }
    skipSpaces()
    if position + 1 < characters.count, characters[position] == "!", characters[position + 1] != "=" {
      position += 1
      return .not(try sign())
    }
    let base = try value()
    return take("^") ? .binary(.power, base, try sign()) : base
  }

  private mutating func value() throws(LoadExpression.SyntaxError) -> Node {
    skipSpaces()
    guard position < characters.count else { throw failure("something is missing at the end") }
    let first = characters[position]
    if take("(") {
      let inner = try choice()
      guard take(")") else { throw failure("expected `)`") }
      return inner
    }
    if first == "\"" || first == "'" { return try quoted(first) }
    let start = position
    while position < characters.count, Self.isNamePart(characters[position]) { position += 1 }
    let word = String(characters[start..<position])
    guard !word.isEmpty else { throw failure("`\(first)` means nothing here") }
    if first.isNumber {
      guard let number = Double(word) else { throw failure("`\(word)` is no number") }
      return .literal(Int(exactly: number).map { .integer($0) } ?? .double(number))
    }
    switch word {
    case "true": return .literal(true)
    case "false": return .literal(false)
    case "null", "undefined": return .literal(nil)
    default: break
    }
    if take("(") {
      guard let function = LoadExpression.Function(rawValue: word) else {
        throw failure("there is no function `\(word)`")
      }
      return .call(function, try arguments())
    }
    return .name(word)
  }

  private mutating func quoted(_ quote: Character) throws(LoadExpression.SyntaxError) -> Node {
    position += 1
    var text = ""
    while position < characters.count, characters[position] != quote {
      if characters[position] == "\\", position + 1 < characters.count { position += 1 }
      text.append(characters[position])
      position += 1
    }
    guard position < characters.count else { throw failure("a quote is not closed") }
    position += 1
    return .literal(.string(text))
  }

  private mutating func arguments() throws(LoadExpression.SyntaxError) -> [Node] {
    var list: [Node] = []
    if take(")") { return list }
    repeat { list.append(try choice()) } while take(",")
    guard take(")") else { throw failure("expected `)`") }
    return list
  }
}
