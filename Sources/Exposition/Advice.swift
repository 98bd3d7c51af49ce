/// What is not forbidden and still not as it should be: the naming rules of the Prometheus community (the nine of promlint and
/// the duplicates) and labels that make too many series.
struct Advice {
  /// Different values of one label above this make a family expensive.
  static let mostLabelValues = 100
  /// Series above this are too many for one target.
  static let mostSeries = 10_000

  private let format: ExpositionFormat

  init(_ format: ExpositionFormat) { self.format = format }

  /// The warnings on all families.
  func complaints(on families: [MetricFamily]) -> [Complaint] {
    var complaints: [Complaint] = []
    var count = 0
    for family in families {
      count += family.samples.count
      complaints += naming(family).map {
        Complaint(line: family.line, rule: $0.rule, severity: .warn, message: "\(family.name): \($0.message)")
      }
      complaints += LabelUse.uses(in: family).compactMap { complaint(on: $0, family) }
    }
    if count == 0 {
      complaints.append(Complaint(line: 1, rule: "no-samples", severity: .warn, message: "nothing is exposed"))
    }
    if count > Self.mostSeries {
      complaints.append(
        Complaint(
          line: 1, rule: "series-many", severity: .warn,
          message: "\(count) series from one target, more than \(Self.mostSeries)"))
    }
    return complaints
  }

  private func complaint(on use: LabelUse, _ family: MetricFamily) -> Complaint? {
    if let kind = use.identifier {
      return Complaint(
        line: use.identifierLine, rule: "label-identifier", severity: .warn,
        message: "\(family.name): the label \(use.name) holds \(kind.words): each makes series of its own")
    }
    guard use.distinct > Self.mostLabelValues else { return nil }
    return Complaint(
      line: family.line, rule: "label-values-many", severity: .warn,
      message: "\(family.name): the label \(use.name) has \(use.distinct) values, more than \(Self.mostLabelValues)")
  }

  // MARK: Names

  private func naming(_ family: MetricFamily) -> [LineFault] {
    let name = family.name
    let lower = name.lowercased()
    let words = lower.split(separator: "_", omittingEmptySubsequences: false).map(String.init)
    var faults: [LineFault] = []
    if family.help == nil { faults.append(LineFault("help-missing", "it has no help text")) }
    faults += unitFaults(words)
    faults += suffixFaults(family)
    if family.type != .unknown, words.dropFirst().contains(family.type.rawValue) {
      faults.append(LineFault("type-in-name", "the name repeats the type \(family.type.rawValue)"))
    }
    if name.contains(":") {
      faults.append(LineFault("colon-in-name", "colons are kept for the results of recording rules"))
    }
    if Self.isCamelCase(name) { faults.append(LineFault("not-snake-case", "the name is not in snake_case")) }
    if let label = family.samples.lazy.flatMap(\.labels).first(where: { Self.isCamelCase($0.name) }) {
      faults.append(LineFault("not-snake-case", "the label \(label.name) is not in snake_case"))
    }
    return faults
  }

  private func unitFaults(_ words: [String]) -> [LineFault] {
    var faults: [LineFault] = []
    for word in words {
      if let base = MetricUnit.base(of: word), base != word {
        faults.append(LineFault("unit-not-base", "the unit is \(word): use the base unit \(base)"))
        break
      }
    }
    if let word = words.dropFirst().first(where: { MetricUnit.abbreviations.contains($0) }) {
      faults.append(LineFault("unit-abbreviated", "the unit \(word) is abbreviated"))
    }
    return faults
  }

  private func suffixFaults(_ family: MetricFamily) -> [LineFault] {
    let name = family.name
    let type = family.type
    if type == .unknown { return [] }
    var faults: [LineFault] = []
    if type == .counter, format == .prometheus, !name.hasSuffix("_total") {
      faults.append(LineFault("counter-without-total", "a counter's name ends with _total"))
    }
    if type != .counter || format == .openmetrics, name.hasSuffix("_total") {
      faults.append(LineFault("total-reserved", "only the samples of counters end with _total"))
    }
    let distributes = type == .histogram || type == .gaugehistogram
    if !distributes, name.hasSuffix("_bucket") {
      faults.append(LineFault("suffix-reserved", "_bucket is kept for histograms"))
    }
    if !distributes, type != .summary, name.hasSuffix("_count") || name.hasSuffix("_sum") {
      faults.append(LineFault("suffix-reserved", "_count and _sum are kept for histograms and summaries"))
    }
    let labels = Set(family.samples.flatMap { $0.labels.map(\.name) })
    if !distributes, labels.contains("le") {
      faults.append(LineFault("label-kept", "the label le is kept for histograms"))
    }
    if type != .summary, labels.contains("quantile") {
      faults.append(LineFault("label-kept", "the label quantile is kept for summaries"))
    }
    return faults
  }

  /// A small letter directly before a capital one.
  private static func isCamelCase(_ name: String) -> Bool {
    zip(name.utf8, name.utf8.dropFirst()).contains { (0x61...0x7A).contains($0) && (0x41...0x5A).contains($1) }
  }
}

/// Units in metric names.
enum MetricUnit {
  static let abbreviations: Set<String> = [
    "s", "ms", "us", "ns", "sec", "b", "kb", "mb", "gb", "tb", "pb", "m", "h", "d",
  ]

  private static let bases = [
    "amperes": "amperes", "bytes": "bytes", "celsius": "celsius", "grams": "grams", "joules": "joules",
    "kelvin": "kelvin", "kelvins": "kelvin", "meters": "meters", "metres": "metres", "moles": "moles",
    "seconds": "seconds", "volts": "volts", "bits": "bytes", "minutes": "seconds", "hours": "seconds",
    "days": "seconds", "weeks": "seconds", "inches": "meters", "yards": "meters", "miles": "meters",
    "percent": "ratio",
  ]
  private static let prefixes = [
    "pico", "nano", "micro", "milli", "centi", "deci", "deca", "hecto", "kilo", "kibi", "mega", "mebi", "giga", "gibi",
    "tera", "tebi", "peta", "pebi",
  ]

  /// The base unit of the unit that `word` names; nil if it names none.
  static func base(of word: String) -> String? {
    if let base = bases[word] { return base }
    for prefix in prefixes where word.hasPrefix(prefix) {
      if let base = bases[String(word.dropFirst(prefix.count))] { return base }
    }
    return nil
  }
}
