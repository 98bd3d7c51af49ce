import Exposition
import Facts
import HTTPExchange

/// Turns one answer of a metrics endpoint into facts. Pure.
struct MetricsFacts {
  /// The most complaints that are kept.
  private static let mostComplaints = 50

  let response: HTTPResponse
  /// Nil where nothing came that could be one.
  let exposition: Exposition?
  /// The metrics that the inventory names.
  var expected: [String]?
  /// The counters that fell from one scrape to the next.
  var falling: [String]?

  /// Reads the content as what it is declared to be.
  init(_ response: HTTPResponse) {
    self.response = response
    guard response.status == 200 else {
      exposition = nil
      return
    }
    exposition = Exposition(
      response.body, format: response.mediaType == "application/openmetrics-text" ? .openmetrics : .prometheus)
  }

  /// Whether the content is declared to be one of the formats: newer scrapers refuse what is not.
  private var isTyped: Bool {
    switch response.mediaType {
    case "application/openmetrics-text"?, "text/plain"?: true
    default: false
    }
  }

  /// The facts.
  func document(access: JSONValue) -> JSONValue {
    let complaints = exposition?.complaints ?? []
    let errors = complaints.filter { $0.severity == .error }
    let isCut = response.isBodyTruncated
    return [
      "status": JSONValue(response.status),
      "contentType": JSONValue(response.fields?.first("content-type")?.bounded(200)), "typed": .bool(isTyped),
      "format": JSONValue(exposition?.format.rawValue),
      "parses": isCut ? nil : JSONValue(exposition.map { $0.parses } ?? false),
      "samples": .integer(exposition?.sampleCount ?? 0), "families": .integer(exposition?.families.count ?? 0),
      "errors": .array(errors.prefix(Self.mostComplaints).map(Self.complaint)),
      "naming": .array(advice(complaints, Self.namingRules)),
      "inconsistent": .array(advice(complaints, Self.consistencyRules)),
      "labels": .array(advice(complaints, ["label-identifier", "label-values-many"])),
      "missing": expected.map { JSONValue($0.filter { !has($0) }) } ?? nil,
      "kinds": [
        "requests": .bool(hasFamily { Self.words($0).contains("http") || Self.words($0).contains("requests") }),
        "errors": .bool(showsErrors), "durations": .bool(showsDurations),
        "saturation": .bool(
          hasFamily {
            !Self.words($0).isDisjoint(with: [
              "cpu", "memory", "resident", "queue", "pool", "connections", "threads", "fds", "heap", "goroutines",
            ])
          }),
      ],
      "falling": falling.map { JSONValue($0.map { $0.bounded(200) }) } ?? nil,
      "access": access,
    ]
  }

  private static let namingRules: Set<String> = [
    "help-missing", "unit-not-base", "unit-abbreviated", "type-in-name", "colon-in-name", "not-snake-case",
    "counter-without-total", "total-reserved", "suffix-reserved", "label-kept",
  ]
  private static let consistencyRules: Set<String> = [
    "buckets-unordered", "buckets-falling", "bucket-missing", "count-differs", "count-missing", "sum-missing",
    "sum-negative", "sample-duplicate", "timestamp-in-seconds",
  ]

  private static func complaint(_ complaint: Complaint) -> JSONValue {
    [
      "line": .integer(complaint.line), "rule": .string(complaint.rule),
      "message": .string(complaint.message.bounded(300)),
    ]
  }

  private func advice(_ complaints: [Complaint], _ rules: Set<String>) -> [JSONValue] {
    complaints.filter { $0.severity == .warn && rules.contains($0.rule) }.prefix(Self.mostComplaints).map(
      Self.complaint)
  }

  // MARK: Names

  private static func words(_ name: String) -> Set<String> {
    Set(name.lowercased().split { $0 == "_" || $0 == ":" }.map(String.init))
  }

  private func hasFamily(_ isMeant: (String) -> Bool) -> Bool {
    exposition?.families.contains { !$0.samples.isEmpty && isMeant($0.name) } ?? false
  }

  /// Whether a metric of that name, or one with a suffix of its type behind it, has a sample.
  private func has(_ name: String) -> Bool {
    let suffixes = ["", "_total", "_count", "_sum", "_bucket", "_info", "_gcount"]
    return exposition?.families.contains { family in
      family.samples.contains { sample in suffixes.contains { sample.name == name + $0 } }
    } ?? false
  }

  private var showsErrors: Bool {
    exposition?.families.contains { family in
      !Self.words(family.name).isDisjoint(with: ["error", "errors", "failed", "failures", "exceptions"])
        && !family.samples.isEmpty
        || family.samples.contains { sample in
          ["status", "code", "status_code", "http_status", "outcome", "result"].contains { sample[label: $0] != nil }
        }
    } ?? false
  }

  private var showsDurations: Bool {
    exposition?.families.contains { family in
      (family.type == .histogram || family.type == .summary) && !family.samples.isEmpty
        && !Self.words(family.name).isDisjoint(with: ["duration", "latency", "seconds", "milliseconds", "time"])
        && !family.name.hasPrefix("go_gc_")
    } ?? false
  }
}
