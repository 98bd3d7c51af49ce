/// Reads performance data: metrics separated by spaces, in which a label may be quoted and hold spaces.
struct PerformanceDataParser {
  private var rest: Substring

  /// The metrics in a text, and what is none of them.
  static func metrics(in text: String) -> (metrics: [Metric], unreadable: [String]) {
    var parser = PerformanceDataParser(rest: text[...])
    var metrics: [Metric] = []
    var unreadable: [String] = []
    parser.skipSpace()
    while !parser.rest.isEmpty {
      let start = parser.rest
      if let metric = parser.metric() {
        metrics.append(metric)
      } else {
        // Resumes behind the next space, so that one odd word does not hide the metrics after it.
        parser.rest = start
        unreadable.append(String(parser.word()))
      }
      parser.skipSpace()
    }
    return (metrics, unreadable)
  }

  private mutating func skipSpace() {
    while rest.first?.isWhitespace ?? false { rest.removeFirst() }
  }

  private mutating func word() -> Substring {
    let end = rest.firstIndex(where: \.isWhitespace) ?? rest.endIndex
    defer { rest = rest[end...] }
    return rest[..<end]
  }

  private mutating func metric() -> Metric? {
    guard let label = label(), !label.isEmpty else { return nil }
    var fields = word().split(separator: ";", omittingEmptySubsequences: false)[...]
    guard let (value, unit) = fields.popFirst().flatMap(Self.measurement), fields.count <= 5 else { return nil }
    func threshold() -> String? {
      guard let field = fields.popFirst(), !field.isEmpty else { return nil }
      return String(field)
    }
    var metric = Metric(label: label, value: value, unit: unit)
    metric.warn = threshold()
    metric.critical = threshold()
    metric.minimum = fields.popFirst().flatMap { Decimal.value(of: $0) }
    metric.maximum = fields.popFirst().flatMap { Decimal.value(of: $0) }
    return metric
  }

  /// Up to the equals sign, which it takes too; in quotes, `''` stands for a quote.
  private mutating func label() -> String? {
    guard rest.first == "'" else {
      guard let end = rest.firstIndex(where: { $0 == "=" || $0.isWhitespace }), rest[end] == "=" else { return nil }
      defer { rest = rest[rest.index(after: end)...] }
      return String(rest[..<end])
    }
    rest.removeFirst()
    var label = ""
    while let character = rest.popFirst() {
      if character != "'" {
        label.append(character)
      } else if rest.first == "'" {
        label.append(character)
        rest.removeFirst()
      } else {
        return rest.popFirst() == "=" ? label : nil
      }
    }
    return nil
  }

  /// A number with its unit, or `U` for a value that the plug-in could not find out.
  private static func measurement(_ text: Substring) -> (value: Double?, unit: String)? {
    if text == "U" { return (nil, "") }
    guard let (number, unit) = Decimal.prefix(of: text) else { return nil }
    guard !unit.contains(where: { $0.isNumber || $0 == "'" || $0 == "\"" || $0 == "=" }) else { return nil }
    return (number, String(unit))
  }
}
