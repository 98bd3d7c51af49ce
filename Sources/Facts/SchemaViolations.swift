extension Schema {
  /// One way in which a value is not of the shape.
  public struct Violation: Sendable, Hashable {
    /// A step from a value to one inside it.
    public enum Step: Sendable, Hashable {
      /// To the member of that name.
      case name(String)
      /// To the element at that index, from 0.
      case index(Int)
    }

    /// What is wrong.
    public enum Kind: Sendable, Hashable {
      /// The object at the path has a member that the shape does not know.
      case unknownName(String, allowed: [String])
      /// The object at the path lacks a member that must be there.
      case missingName(String)
      /// The value is of another type; both in words: "a number".
      case wrongType(expected: String, found: String)
      /// The number is out of bounds; the bounds in words: "at least 0 and at most 1".
      case outOfRange(String)
      /// The text is none of the words.
      case notOneOf(allowed: [String])
      /// The text does not have the form; what is expected, in words.
      case malformed(String)
      /// The list has fewer elements than this.
      case tooFew(Int)
    }

    /// From the outermost value to the one that is wrong.
    public var path: [Step]
    /// What is wrong with it.
    public var kind: Kind

    /// Something wrong at a path.
    public init(path: [Step], kind: Kind) {
      self.path = path
      self.kind = kind
    }
  }

  /// Everything in which `value` is not of this shape; empty if it is.
  public func violations(of value: JSONValue) -> [Violation] {
    var found: [Violation] = []
    collect(value, at: [], into: &found)
    return found
  }

  private func collect(_ value: JSONValue, at path: [Violation.Step], into found: inout [Violation]) {
    func report(_ kind: Violation.Kind) { found.append(Violation(path: path, kind: kind)) }
    switch (self, value) {
    case (.any, _), (.boolean, .bool), (.nullable, .null): break
    case (.nullable(let inner), _): inner.collect(value, at: path, into: &found)
    case (.either(let alternatives), _):
      found += Self.closest(alternatives.map { $0.violations(of: value) }, expected: typeName, found: value.kindName)
        .map { Violation(path: path + $0.path, kind: $0.kind) }
    case (.integer(let minimum, let maximum), .integer), (.integer(let minimum, let maximum), .double):
      guard let number = value.integer else {
        let isWhole = value.double.map { $0 == $0.rounded() } ?? false
        return report(isWhole ? .outOfRange("within 64 bits") : .wrongType(expected: typeName, found: "a fraction"))
      }
      if minimum.map({ number < $0 }) ?? false || maximum.map({ number > $0 }) ?? false {
        report(.outOfRange(Self.range(minimum.map { .integer($0) }, maximum.map { .integer($0) })))
      }
    case (.number(let minimum, let maximum), .integer), (.number(let minimum, let maximum), .double):
      let minimum = minimum.map { JSONValue.double($0) }
      let maximum = maximum.map { JSONValue.double($0) }
      if minimum.map({ value.order(against: $0) == .before }) ?? false
        || maximum.map({ value.order(against: $0) == .after }) ?? false
      {
        report(.outOfRange(Self.range(minimum, maximum)))
      }
    case (.string(let form), .string(let text)): if let kind = form.violation(by: text) { report(kind) }
    case (.array(let element, let minimumCount), .array(let elements)):
      if elements.count < minimumCount { report(.tooFew(minimumCount)) }
      for (index, value) in elements.enumerated() {
        element.collect(value, at: path + [.index(index)], into: &found)
      }
    case (.object(let fields, let others), .object(let object)):
      let known = Dictionary(fields.map { (JSONValue.string($0.name), $0) }) { first, _ in first }
      for (name, value) in object {
        if let schema = known[.string(name)]?.schema ?? others {
          schema.collect(value, at: path + [.name(name)], into: &found)
        } else {
          report(.unknownName(name, allowed: fields.map(\.name)))
        }
      }
      for field in fields where field.isRequired && object[field.name] == nil { report(.missingName(field.name)) }
    default: report(.wrongType(expected: typeName, found: value.kindName))
    }
  }

  /// The violations of the alternative that was most likely meant: one of the value's type, with the fewest of them.
  private static func closest(_ alternatives: [[Violation]], expected: String, found: String) -> [Violation] {
    let ofThatType = alternatives.filter { violations in
      !violations.contains { violation in
        if violation.path.isEmpty, case .wrongType = violation.kind { true } else { false }
      }
    }
    return ofThatType.min { $0.count < $1.count }
      ?? [Violation(path: [], kind: .wrongType(expected: expected, found: found))]
  }

  private static func range(_ minimum: JSONValue?, _ maximum: JSONValue?) -> String {
    [minimum.map { "at least \($0.plainText)" }, maximum.map { "at most \($0.plainText)" }]
      .compactMap { $0 }.joined(separator: " and ")
  }

  /// What the shape is, in words: "a whole number", "text or a list".
  private var typeName: String {
    switch self {
    case .any: "any value"
    case .boolean: "true or false"
    case .integer: "a whole number"
    case .number: "a number"
    case .string: "text"
    case .array: "a list"
    case .object: "an object"
    case .nullable(let inner): "\(inner.typeName) or null"
    case .either(let alternatives):
      alternatives.map(\.typeName).reduce(into: [String]()) { names, name in
        if !names.contains(name) { names.append(name) }
      }.joined(separator: " or ")
    }
  }
}
