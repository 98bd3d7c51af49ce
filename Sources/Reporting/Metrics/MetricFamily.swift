/// A gauge with its samples; equal label sets are one sample.
struct MetricFamily {
  /// How two samples whose labels turn out equal become one.
  enum Merge {
    case sum
    case least
  }

  struct Sample {
    var labels: [(name: String, value: String)]
    /// Decimal digits, never an exponent.
    var value: Value
  }

  /// An exact decimal: a reader gets the digits of the report, whatever the locale.
  enum Value: Hashable {
    case count(Int)
    /// In per mille, shown in percent with one decimal.
    case percent(perMille: Int)
    /// In per mille, shown as a share of one.
    case ratio(perMille: Int)
    /// In milliseconds, shown in seconds.
    case seconds(milliseconds: Int)

    var text: String {
      switch self {
      case .count(let number): String(number)
      case .percent(let perMille): Reporting.percent(perMille)
      case .ratio(let perMille): Reporting.seconds(perMille)
      case .seconds(let milliseconds): Reporting.seconds(milliseconds)
      }
    }
  }

  let name: String
  let help: String
  let merge: Merge
  private(set) var samples: [Sample] = []
  private var positions: [String: Int] = [:]

  init(_ name: String, _ help: String, merge: Merge = .sum) {
    self.name = name
    self.help = help
    self.merge = merge
  }

  /// The same samples, each with the label `name`, which none of them has yet.
  func labelled(_ name: String, _ value: String) -> MetricFamily {
    var family = self
    for index in family.samples.indices { family.samples[index].labels.append((name, value)) }
    return family
  }

  /// Adds a sample; label values are sanitised here. Two of the same labels would spoil the whole exposition.
  mutating func add(_ value: Value, _ labels: KeyValuePairs<String, String>) {
    let labels = labels.map {
      (name: $0.key, value: Untrusted.withoutCommands(Untrusted.oneLine($0.value, limit: 200)))
    }
    let key = labels.map { "\($0.name)\0\($0.value)" }.joined(separator: "\0")
    guard let position = positions[key] else {
      positions[key] = samples.count
      samples.append(Sample(labels: labels, value: value))
      return
    }
    guard case .count(let old) = samples[position].value, case .count(let new) = value else { return }
    samples[position].value =
      switch merge {
      case .sum: .count(old.addingReportingOverflow(new).overflow ? .max : old + new)
      case .least: .count(min(old, new))
      }
  }
}
