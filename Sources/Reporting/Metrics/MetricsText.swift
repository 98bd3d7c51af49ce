/// Gauges in the text format that Prometheus scrapes and its node exporter picks up from files (version 0.0.4).
enum PrometheusText {
  static func text(of families: [MetricFamily]) -> String {
    families.filter { !$0.samples.isEmpty }.map { family in
      "# HELP \(family.name) \(MetricsText.help(family.help))\n# TYPE \(family.name) gauge\n"
        + MetricsText.samples(of: family)
    }.joined()
  }
}

/// The same as OpenMetrics 1.0, which GitLab reads from a job.
enum OpenMetricsText {
  static func text(of families: [MetricFamily]) -> String {
    families.filter { !$0.samples.isEmpty }.map { family in
      "# TYPE \(family.name) gauge\n# HELP \(family.name) \(MetricsText.label(family.help))\n"
        + MetricsText.samples(of: family)
    }.joined() + "# EOF\n"
  }
}

/// What the two formats share.
private enum MetricsText {
  static func samples(of family: MetricFamily) -> String {
    family.samples.map { sample in
      let labels = sample.labels.map { "\($0.name)=\"\(label($0.value))\"" }.joined(separator: ",")
      return "\(family.name)\(labels.isEmpty ? "" : "{\(labels)}") \(sample.value.text)\n"
    }.joined()
  }

  static func label(_ text: String) -> String { escaped(text, quotes: true) }

  static func help(_ text: String) -> String { escaped(text, quotes: false) }

  private static func escaped(_ text: String, quotes: Bool) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": result.append(contentsOf: "\\\\".unicodeScalars)
      case "\n": result.append(contentsOf: "\\n".unicodeScalars)
      case "\"" where quotes: result.append(contentsOf: "\\\"".unicodeScalars)
      default: result.append(scalar)
      }
    }
    return String(result)
  }
}
