/// A family of OpenMetrics while it is read.
struct FamilyDraft {
  let name: String
  let line: Int
  var type: MetricType?
  var help: String?
  var unit: String?
  private(set) var samples: [MetricSample] = []
  /// Whether one of its lines could not be read: what is missing then proves nothing.
  var hasFault = false

  private var group: [UInt8]?
  private var groupTime: MetricTime?
  private var groupSeries: Set<[UInt8]> = []
  private var knownGroups: Set<[UInt8]> = []

  init(name: String, line: Int, type: MetricType? = nil) {
    self.name = name
    self.line = line
    self.type = type
  }

  var effectiveType: MetricType { type ?? .unknown }

  var family: MetricFamily {
    MetricFamily(
      name: name, type: effectiveType, help: help.flatMap { $0.isEmpty ? nil : $0 },
      unit: unit.flatMap { $0.isEmpty ? nil : $0 }, samples: samples, line: line)
  }

  /// Whether a sample of that name belongs to the family.
  func allows(_ sample: String) -> Bool {
    effectiveType.suffixes(in: .openmetrics).contains { (name + $0).utf8.elementsEqual(sample.utf8) }
  }

  /// Takes the next sample of the family.
  mutating func take(_ sample: MetricSample) throws(LineFault) {
    samples.append(sample)
    let suffix = String(decoding: sample.name.utf8.dropFirst(name.utf8.count), as: UTF8.self)
    let type = effectiveType
    try Self.checkLabels(of: sample, type, name, suffix)
    try Self.checkValue(of: sample, type, name, suffix)
    try checkPlace(of: sample, type)
    if let exemplar = sample.exemplar {
      guard
        (type == .histogram || type == .gaugehistogram) && suffix == "_bucket" || type == .counter && suffix == "_total"
      else { throw LineFault("exemplar-misplaced", "only buckets and a counter's total have exemplars") }
      if suffix == "_bucket", let limit = Self.bound(of: sample), exemplar.value > limit {
        throw LineFault("exemplar-outside", "the exemplar's value lies beyond its bucket")
      }
    }
  }

  /// Groups must not be interleaved, nor their times run backwards.
  private mutating func checkPlace(of sample: MetricSample, _ type: MetricType) throws(LineFault) {
    // The points of an info metric cannot be told from its metrics.
    let key = type == .info ? [] : sample.labelKey(without: type.pointLabel(ofFamily: name, sample: sample.name))
    defer {
      group = key
      groupTime = sample.timestamp
      knownGroups.insert(key)
    }
    if let group, group == key {
      guard (sample.timestamp == nil) == (groupTime == nil) else {
        throw LineFault("timestamps-mixed", "some samples of the metric have a timestamp, and others have none")
      }
      if let groupTime, let time = sample.timestamp, time < groupTime, type != .info {
        throw LineFault("timestamps-backwards", "the timestamp lies before that of the sample before it")
      }
    } else {
      if group != nil, knownGroups.contains(key) {
        throw LineFault("metrics-interleaved", "the samples of this label set do not stand together")
      }
      groupSeries = []
    }
    let isNew = groupSeries.insert(sample.seriesKey).inserted
    guard isNew || sample.timestamp != nil else {
      throw LineFault("sample-duplicate", "the same metric stands twice")
    }
  }

  // MARK: Rules of the types

  /// The threshold of a bucket; nil where the label is missing or no number.
  static func bound(of sample: MetricSample) -> Double? {
    sample[label: "le"].flatMap { MetricNumber.value(Array($0.utf8)[...]) }
  }

  private static func checkLabels(
    of sample: MetricSample, _ type: MetricType, _ name: String, _ suffix: String
  ) throws(LineFault) {
    if type == .stateset, sample[label: name] == nil {
      throw LineFault("state-missing", "a sample of a state set has a label called like it that names the state")
    }
    if type == .histogram || type == .gaugehistogram, suffix == "_bucket" {
      guard let text = sample[label: "le"], let bound = bound(of: sample), !bound.isNaN,
        bound != .infinity || text == "+Inf"
      else { throw LineFault("bucket-bound", "a bucket has a label le with a number, or +Inf written so") }
    }
    if type == .summary, suffix.isEmpty {
      guard let text = sample[label: "quantile"], let quantile = MetricNumber.value(Array(text.utf8)[...]),
        (0...1).contains(quantile)
      else { throw LineFault("quantile-label", "a quantile has a label quantile from 0 to 1") }
    }
  }

  private static func checkValue(
    of sample: MetricSample, _ type: MetricType, _ name: String, _ suffix: String
  ) throws(LineFault) {
    let value = sample.value
    switch (type, suffix) {
    case (.stateset, _):
      guard value == 0 || value == 1 else { throw LineFault("state-value", "a state is 0 or 1") }
    case (.info, _):
      guard value == 1 else { throw LineFault("info-value", "the value of an info metric is 1") }
    case (.summary, ""):
      guard !(value < 0) else { throw LineFault("quantile-value", "a quantile's value is not negative") }
    case (_, "_gsum"):
      guard !value.isNaN else { throw LineFault("value-nan", "\(suffix) is a number") }
    case (_, "_total"), (_, "_sum"), (_, "_count"), (_, "_bucket"), (_, "_gcount"):
      guard !value.isNaN else { throw LineFault("value-nan", "what counts is a number") }
      guard value >= 0 else { throw LineFault("value-negative", "what counts is not negative") }
      if suffix != "_total", suffix != "_sum" {
        guard value.isFinite, value.rounded() == value else {
          throw LineFault("count-fractional", "counts are whole numbers")
        }
      }
    default: break
    }
  }

  /// What shows when the family is complete.
  var faultsAtEnd: [(line: Int, fault: LineFault)] {
    var faults: [(Int, LineFault)] = []
    if let unit, !unit.isEmpty {
      if !name.utf8.reversed().starts(with: "_\(unit)".utf8.reversed()) {
        faults.append((line, LineFault("unit-suffix", "the name does not end with its unit")))
      }
      if effectiveType == .info || effectiveType == .stateset {
        faults.append((line, LineFault("unit-forbidden", "info metrics and state sets have no unit")))
      }
    }
    if effectiveType == .histogram || effectiveType == .gaugehistogram, !hasFault {
      faults += HistogramPoint.points(of: samples, family: name).flatMap { point in
        point.faults.map { (point.lastLine, $0) }
      }
    }
    return faults
  }
}
