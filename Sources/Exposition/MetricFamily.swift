/// The type of a family of metrics.
package enum MetricType: String, Sendable, Hashable, CaseIterable {
  case counter, gauge, histogram, gaugehistogram, stateset, info, summary
  /// No type is declared; the Prometheus text format calls it `untyped`.
  case unknown

  /// What may follow the family's name in its samples' names (OpenMetrics 1.0, "Suffixes").
  func suffixes(in format: ExpositionFormat) -> [String] {
    switch (self, format) {
    case (.counter, .openmetrics): ["_total", "_created"]
    case (.summary, .openmetrics): ["", "_count", "_sum", "_created"]
    case (.summary, .prometheus): ["", "_count", "_sum"]
    case (.histogram, .openmetrics): ["_count", "_sum", "_bucket", "_created"]
    case (.histogram, .prometheus): ["_count", "_sum", "_bucket"]
    case (.gaugehistogram, _): ["_gcount", "_gsum", "_bucket"]
    case (.info, .openmetrics): ["_info"]
    default: [""]
    }
  }

  /// The label by which the samples of one point are told apart; nil if there is none.
  func pointLabel(ofFamily name: String, sample: String) -> String? {
    switch self {
    case .summary: sample == name ? "quantile" : nil
    case .stateset: name
    case .histogram, .gaugehistogram: sample == name + "_bucket" ? "le" : nil
    default: nil
    }
  }
}

/// A name with its value.
package struct Label: Sendable, Hashable {
  /// Its name.
  package var name: String
  /// Its value, unescaped.
  package var value: String
}

/// What a sample points to outside of the metrics, such as a trace.
package struct Exemplar: Sendable {
  /// Its labels.
  package var labels: [Label]
  /// The value that was observed.
  package var value: Double
}

/// One line with a value.
package struct MetricSample: Sendable {
  /// Where it stands, from 1.
  package var line: Int
  /// Its whole name, with the suffix of its type.
  package var name: String
  /// In the order of the line.
  package var labels: [Label]
  /// May be infinite or no number.
  package var value: Double
  var timestamp: MetricTime?
  package var exemplar: Exemplar?

  /// The value of the label called `name`; nil if there is none.
  package subscript(label name: String) -> String? {
    labels.first { $0.name.utf8.elementsEqual(name.utf8) }?.value
  }

  /// The labels without `left`, as one word: equal label sets have equal words, whatever their order.
  func labelKey(without left: String? = nil) -> [UInt8] {
    var parts: [[UInt8]] = []
    for label in labels where left.map({ !$0.utf8.elementsEqual(label.name.utf8) }) ?? true {
      // No byte of UTF-8 is 254 or 255.
      parts.append(Array(label.name.utf8) + [0xFE] + Array(label.value.utf8))
    }
    parts.sort { $0.lexicographicallyPrecedes($1) }
    return Array(parts.joined(separator: [0xFF]))
  }

  /// Name and labels as one word.
  package var seriesKey: [UInt8] { Array(name.utf8) + [0xFF] + labelKey() }
}

/// Metrics of one name and type.
package struct MetricFamily: Sendable {
  /// Its name, without the suffixes of its type.
  package var name: String
  /// Its type, as far as declared.
  package var type: MetricType
  /// What it means; nil where that is not said.
  package var help: String?
  /// Its unit; nil where that is not said.
  package var unit: String?
  /// In the order of the exposition.
  package var samples: [MetricSample]
  /// The first line that speaks of it, from 1.
  package var line: Int
}
