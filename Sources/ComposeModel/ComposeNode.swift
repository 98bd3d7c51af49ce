package import AuditModel

/// A part of a compose model with the place where it was written.
package struct ComposeNode: Sendable {
  /// What stands there.
  package enum Content: Sendable {
    case null
    case boolean(Bool)
    case integer(Int)
    case number(Double)
    case text(String)
    case list([ComposeNode])
    case map(ComposeMap)
  }

  /// What a tag asks of the merge (Compose specification, "Merge").
  package enum Directive: Sendable {
    /// `!reset`: what other files say here is dropped.
    case reset
    /// `!override`: what other files say here is replaced.
    case replace
    /// `!merge`: the elements of a list merge with those at the same position.
    case positional
  }

  /// How a text came to be, where it holds variables.
  package struct Template: Sendable {
    /// As it was written.
    package var written: String
    /// The variables that had no value and no default.
    package var unset: [String]
    /// Whether it could not be filled in: it stands as it was written.
    package var isUnresolved = false
  }

  package var content: Content
  package var place: SourceLocation
  package var directive: Directive?
  package var template: Template?
  /// A scalar that stood without quotes, as written.
  package var plainText: String?

  package init(
    _ content: Content, at place: SourceLocation, directive: Directive? = nil, template: Template? = nil,
    plainText: String? = nil
  ) {
    self.content = content
    self.place = place
    self.directive = directive
    self.template = template
    self.plainText = plainText
  }

  /// The text, if this is one.
  package var text: String? { if case .text(let text) = content { text } else { nil } }
  // Kept out of line: inlined, accessors of a plain value make the optimiser of Swift 6.3 end with an ownership error.
  /// The truth value, if this is one.
  @inline(never)
  package var boolean: Bool? { if case .boolean(let truth) = content { truth } else { nil } }
  /// The whole number, if this is one.
  @inline(never)
  package var integer: Int? { if case .integer(let number) = content { number } else { nil } }
  /// The elements, if this is a list.
  package var list: [ComposeNode]? { if case .list(let elements) = content { elements } else { nil } }
  /// The entries, if this is a map.
  package var map: ComposeMap? { if case .map(let map) = content { map } else { nil } }
  /// Whether nothing stands there.
  @inline(never)
  package var isNull: Bool { if case .null = content { true } else { false } }

  /// A scalar as text, written as a compose implementation writes it into an environment; nil for a list or a map.
  package var scalarText: String? {
    switch content {
    case .null, .list, .map: nil
    case .boolean(let truth): truth ? "true" : "false"
    case .integer(let number): String(number)
    case .number(let number): NumberText.of(number)
    case .text(let text): text
    }
  }

  /// The value of a key, if this is a map that has it.
  package subscript(name: String) -> ComposeNode? { map?[name] }

  /// Whether a text could not be filled in, so that nothing follows from what it is.
  var isUnresolved: Bool { template?.isUnresolved ?? false }

  /// The same place with other content.
  func replaced(by content: Content) -> ComposeNode {
    ComposeNode(content, at: place, directive: directive, template: template, plainText: plainText)
  }
}

/// The entries of a map in order; names are unique.
package struct ComposeMap: Sendable {
  /// One key with its value.
  package struct Entry: Sendable {
    package var name: String
    /// Where the key stands.
    package var place: SourceLocation
    package var value: ComposeNode
  }

  package private(set) var entries: [Entry] = []
  private var positions: [String: Int] = [:]

  package init() {}

  package init(_ entries: some Sequence<Entry>) {
    for entry in entries { set(entry) }
  }

  package var isEmpty: Bool { entries.isEmpty }
  package var names: [String] { entries.map(\.name) }

  /// The value of a key. Setting one keeps the place of the key that was there; a new one gets the value's own.
  package subscript(name: String) -> ComposeNode? {
    get { positions[name].map { entries[$0].value } }
    set {
      if let value = newValue {
        if let position = positions[name] {
          entries[position].value = value
        } else {
          set(Entry(name: name, place: value.place, value: value))
        }
      } else if let position = positions.removeValue(forKey: name) {
        entries.remove(at: position)
        for (name, other) in positions where other > position { positions[name] = other - 1 }
      }
    }
  }

  package func entry(_ name: String) -> Entry? { positions[name].map { entries[$0] } }

  /// Adds an entry, or replaces the one of its name, in its place.
  package mutating func set(_ entry: Entry) {
    if let position = positions[entry.name] {
      entries[position] = entry
    } else {
      positions[entry.name] = entries.count
      entries.append(entry)
    }
  }
}

/// Floating point numbers as text.
enum NumberText {
  /// As compose implementations print them (Go's `%g`): the fewest digits that tell the number, with an exponent of at least
  /// two digits below 1e-4 and from 1e6 on.
  static func of(_ number: Double) -> String {
    guard number.isFinite, number != 0 else {
      return number.isNaN ? "NaN" : number == 0 ? "0" : number < 0 ? "-Inf" : "+Inf"
    }
    let (digits, exponent) = parts(of: number.magnitude)
    let sign = number < 0 ? "-" : ""
    if exponent < -4 || exponent >= 6 {
      let fraction = digits.dropFirst()
      let figures = exponent.magnitude < 10 ? "0\(exponent.magnitude)" : "\(exponent.magnitude)"
      return "\(sign)\(digits.prefix(1))\(fraction.isEmpty ? "" : ".\(fraction)")e\(exponent < 0 ? "-" : "+")\(figures)"
    }
    if exponent < 0 { return "\(sign)0.\(String(repeating: "0", count: -exponent - 1))\(digits)" }
    let missing = max(0, exponent + 1 - digits.count)
    let padded = digits + String(repeating: "0", count: missing)
    let fraction = padded.dropFirst(exponent + 1)
    return "\(sign)\(padded.prefix(exponent + 1))\(fraction.isEmpty ? "" : ".\(fraction)")"
  }

  /// The significant digits of a positive number, and the power of ten of the first of them.
  private static func parts(of number: Double) -> (digits: String, exponent: Int) {
    let halves = "\(number)".split(separator: "e").map(String.init)
    let mantissa = halves.first ?? ""
    var exponent = halves.count > 1 ? Int(halves[1]) ?? 0 : 0
    let point = mantissa.firstIndex(of: ".").map { mantissa.distance(from: mantissa.startIndex, to: $0) }
    let all = mantissa.filter { $0 != "." }
    let digits = all.drop { $0 == "0" }
    exponent += (point ?? mantissa.count) - 1 - (all.count - digits.count)
    var kept = digits
    while kept.count > 1, kept.last == "0" { kept = kept.dropLast() }
    return (String(kept), exponent)
  }
}
