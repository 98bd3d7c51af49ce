/// A text format in which metrics are exposed.
package enum ExpositionFormat: String, Sendable, CaseIterable {
  /// OpenMetrics 1.0.
  case openmetrics
  /// The Prometheus text format 0.0.4.
  case prometheus
}

/// Something wrong with an exposition, or not as it should be.
package struct Complaint: Sendable, Hashable {
  /// How bad it is.
  package enum Severity: String, Sendable, Hashable {
    /// The exposition does not parse: a scraper may refuse all of it.
    case error
    /// It parses, and is not as it should be.
    case warn
  }

  /// From 1 to one past the last line, where something is missing at the end.
  package var line: Int
  /// The rule that is broken, a word that stays.
  package var rule: String
  /// How bad it is.
  package var severity: Severity
  /// What is wrong, in lower case. May repeat text of the exposition, which is hostile.
  package var message: String

  /// A complaint about a line.
  package init(line: Int, rule: String, severity: Severity, message: String) {
    self.line = line
    self.rule = rule
    self.severity = severity
    self.message = message
  }
}

/// Why a line cannot be read.
struct LineFault: Error {
  var rule: String
  var message: String

  init(_ rule: String, _ message: String) {
    self.rule = rule
    self.message = message
  }
}
