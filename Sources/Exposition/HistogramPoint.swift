/// The samples of one histogram at one time.
struct HistogramPoint {
  private(set) var lastLine = 0
  private var lastBound: Double?
  private var lastCount = 0.0
  private var count: Double?
  private var hasSum = false
  private var hasGaugeSum = false
  private var hasNegativeBound = false
  private var hasNegativeGaugeSum = false
  private var isUnordered = false
  private var isFalling = false

  /// The points of a family, in order; each run of samples of one label set and time is one.
  static func points(of samples: [MetricSample], family: String) -> [HistogramPoint] {
    var points: [HistogramPoint] = []
    var last: (labels: [UInt8], time: MetricTime?)?
    for sample in samples {
      let suffix = String(decoding: sample.name.utf8.dropFirst(family.utf8.count), as: UTF8.self)
      let labels = sample.labelKey(without: suffix == "_bucket" ? "le" : nil)
      var point = HistogramPoint()
      if let last, last.labels == labels, last.time == sample.timestamp { point = points.removeLast() }
      point.take(sample, suffix)
      points.append(point)
      last = (labels, sample.timestamp)
    }
    return points
  }

  private mutating func take(_ sample: MetricSample, _ suffix: String) {
    lastLine = sample.line
    switch suffix {
    case "_bucket":
      guard let bound = FamilyDraft.bound(of: sample) else { return }
      if bound < 0 { hasNegativeBound = true }
      if let lastBound, bound <= lastBound { isUnordered = true }
      if sample.value < lastCount { isFalling = true }
      (lastBound, lastCount) = (bound, sample.value)
    case "_count", "_gcount": count = sample.value
    case "_sum": hasSum = true
    case "_gsum":
      hasGaugeSum = true
      if sample.value < 0 { hasNegativeGaugeSum = true }
    default: break
    }
  }

  /// What is wrong with it (OpenMetrics 1.0, "Histogram" and "GaugeHistogram").
  var faults: [LineFault] {
    var faults: [LineFault] = []
    if isUnordered { faults.append(LineFault("buckets-unordered", "the buckets are not in the order of their bounds")) }
    if isFalling { faults.append(LineFault("buckets-falling", "a bucket counts less than the one before it")) }
    if lastBound != .infinity {
      faults.append(LineFault("bucket-missing", "the bucket +Inf is missing"))
    } else if let count, count != lastCount {
      faults.append(LineFault("count-differs", "the count is not that of the bucket +Inf"))
    }
    if hasSum || hasGaugeSum, count == nil {
      faults.append(LineFault("count-missing", "there is a sum and no count"))
    }
    if !hasSum, !hasGaugeSum, count != nil {
      faults.append(LineFault("sum-missing", "there is a count and no sum"))
    }
    if hasNegativeBound, hasSum {
      faults.append(LineFault("sum-forbidden", "a histogram with negative bounds has no sum"))
    }
    if !hasNegativeBound, hasNegativeGaugeSum {
      faults.append(LineFault("sum-negative", "the sum is negative, and no bound is"))
    }
    return faults
  }
}
