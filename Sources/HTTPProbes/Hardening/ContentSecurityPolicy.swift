import Facts
import HTTPExchange

/// What several policies of one answer allow together, merged and held against the rules of the MDN HTTP Observatory
/// (algorithm version 6).
///
/// Not a browser's reading: a source counts if it stands in every policy, a directive given twice in one policy makes
/// all of it invalid, and a directive that only a later policy has allows nothing.
struct ContentSecurityPolicy: Sendable, Hashable {
  /// Why a list of policies cannot be read.
  struct Invalid: Error, Hashable {
    var reason: String
  }

  /// The sources of each directive, in lower case, each once.
  private(set) var sources: [String: [String]] = [:]
  /// Directives that may be repeated and were: `report-uri`, `report-to`.
  private(set) var repeated: Set<String> = []

  /// What a browser ignores in a `meta` element.
  static let withheldFromMeta: Set<String> = ["frame-ancestors", "report-uri", "sandbox"]
  /// A policy shorter than this, in UTF-16 code units, cannot be one.
  private static let shortest = 6
  /// The most policies that are merged: what is merged grows with each, and nobody sends a tenth of that.
  private static let policyLimit = 128

  var isEmpty: Bool { sources.isEmpty }

  /// Splits field values at commas: each field may carry several policies (CSP level 3 section 2.2).
  static func policies(in values: [String]) -> [String] {
    values.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false).map { Self.trimmed($0) } }
  }

  /// Merges `policies` in order.
  init(_ policies: [String]) throws(Invalid) {
    let policies = policies.map { Self.trimmed($0.unicodeScalars.filter { $0 != "\r" && $0 != "\n" }) }
    guard policies.count <= Self.policyLimit else { throw Invalid(reason: "more than \(Self.policyLimit) policies") }
    if policies.contains(where: { $0.utf16.count < Self.shortest }) {
      throw Invalid(reason: "a policy without a directive")
    }
    var merged: [String: [Entry]] = [:]
    for (index, policy) in policies.enumerated() {
      try Self.merge(policy, at: index, of: policies.count, into: &merged, &repeated)
    }
    for (directive, entries) in merged {
      var seen: Set<String> = []
      let unique = entries.map(\.source).filter { seen.insert($0).inserted }
      sources[directive] = unique.isEmpty ? ["'none'"] : unique
    }
  }

  /// Takes out what a `meta` element cannot say.
  func asInMeta() -> ContentSecurityPolicy {
    var policy = self
    for directive in Self.withheldFromMeta { policy.sources[directive] = nil }
    return policy
  }

  /// The directive that governs `name`, itself or `default-src`; nil if nothing does and everything is allowed.
  func governing(_ name: String) -> String? {
    sources[name] != nil ? name : sources["default-src"] != nil ? "default-src" : nil
  }

  mutating func remove(from directive: String, where shouldRemove: (String) -> Bool) {
    sources[directive]?.removeAll(where: shouldRemove)
  }

  // MARK: Merging

  private struct Entry {
    var source: String
    var policy: Int
    var isKept: Bool
  }

  private static func merge(
    _ policy: String, at index: Int, of count: Int, into merged: inout [String: [Entry]], _ repeated: inout Set<String>
  ) throws(Invalid) {
    var seen: Set<String> = []
    for part in policy.split(separator: ";") {
      let words = part.unicodeScalars.split(whereSeparator: isBlank).map { String($0).lowercased() }
      guard let directive = words.first else { continue }
      if !seen.insert(directive).inserted {
        guard directive == "report-uri" || directive == "report-to" else {
          throw Invalid(reason: "the directive \(directive.bounded(60)) stands twice")
        }
        repeated.insert(directive)
      }
      var values = Array(words.dropFirst())
      if values.isEmpty, directive.hasSuffix("-src") { values = ["'none'"] }
      let fresh = values.map { Entry(source: $0, policy: index, isKept: index == 0) }
      var kept = try judged((index == 0 ? [] : merged[directive] ?? []) + fresh).filter(\.isKept)
      if index == 0, count > 1 { for place in kept.indices { kept[place].isKept = false } }
      merged[directive] = kept
    }
  }

  /// Marks what stays: not what a shorter source of its own policy covers; of later policies what an earlier one has too.
  private static func judged(_ entries: [Entry]) throws(Invalid) -> [Entry] {
    let orders = entries.map { SourceOrder($0.source) }
    let places = entries.indices.sorted { left, right in
      orders[left] == orders[right] ? left < right : orders[left] < orders[right]
    }
    var sorted = places.map { entries[$0] }
    for place in sorted.indices.dropFirst() {
      let previous = sorted[place - 1]
      if sorted[place].policy == previous.policy {
        if sorted[place].source.utf8.starts(with: previous.source.utf8) { sorted[place].isKept = false }
      } else if try covers(previous.source, sorted[place].source) {
        sorted[place].isKept = true
      }
    }
    return sorted
  }

  /// Whether a source with the path of `wide` allows what `narrow` names: equal, or below a path that ends in `/`.
  private static func covers(_ wide: String, _ narrow: String) throws(Invalid) -> Bool {
    var wideParts = wide.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    let narrowParts = narrow.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    let isExact = wide.utf8.last != UInt8(ascii: "/")
    guard wideParts.count <= narrowParts.count, !isExact || wideParts.count == narrowParts.count else { return false }
    if !isExact { wideParts.removeLast() }
    for (one, other) in zip(wideParts, narrowParts) {
      let (one, other) = (try decoded(one), try decoded(other))
      if one != other { return false }
    }
    return true
  }

  /// Percent-decoded; a malformed escape makes the whole policy invalid.
  private static func decoded(_ text: Substring.UTF8View) throws(Invalid) -> [UInt8] {
    guard text.contains(UInt8(ascii: "%")) else { return Array(text) }
    var bytes: [UInt8] = []
    var rest = text[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      let digits = rest.prefix(2).compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
      guard digits.count == 2, rest.prefix(2).allSatisfy({ $0 < 0x80 }) else {
        throw Invalid(reason: "a malformed percent escape")
      }
      bytes.append(UInt8(digits[0] << 4 | digits[1]))
      rest = rest.dropFirst(2)
    }
    guard String(validating: bytes, as: UTF8.self) != nil else {
      throw Invalid(reason: "a percent escape that is no UTF-8")
    }
    return bytes
  }

  // MARK: Blanks

  /// What JavaScript takes for white space, by which the Observatory splits.
  private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value == 0xFEFF || (scalar.value != 0x85 && scalar.properties.isWhitespace)
  }

  private static func trimmed(_ text: some StringProtocol) -> String {
    let kept = text.unicodeScalars.drop(while: isBlank)
    guard let last = kept.lastIndex(where: { !isBlank($0) }) else { return "" }
    return String(String.UnicodeScalarView(kept[...last]))
  }

  private static func trimmed(_ scalars: [Unicode.Scalar]) -> String {
    trimmed(String(String.UnicodeScalarView(scalars)))
  }
}
