import AuditModel
import Facts

/// What a Prometheus scrapes.
struct ScrapeTargets {
  /// The most that are kept.
  static let most = 2000

  private struct Entry {
    var labels: JSONObject
    var health: String?
    var error: String?
    var secondsSinceScrape: Int?
    var interval: Double?
    var scrapeSeconds: Double?

    /// Not scraped for more than two intervals and a bit.
    var isStale: Bool? {
      guard let secondsSinceScrape, let interval else { return nil }
      return Double(secondsSinceScrape) > 2 * interval + 1
    }
  }

  private let entries: [Entry]

  /// Reads the answer of `/api/v1/targets`.
  init(_ data: JSONValue, now: Instant) {
    entries = (data["activeTargets"]?.array ?? []).prefix(Self.most).map { target in
      let last = target["lastScrape"]?.string.flatMap { Instant($0) }
      let wasScraped = last.map { $0.seconds > 0 } ?? false
      return Entry(
        labels: target["labels"]?.object ?? [:], health: target["health"]?.text(20),
        error: target["lastError"]?.text(300).flatMap { $0.isEmpty ? nil : $0 },
        secondsSinceScrape: wasScraped ? last.map { max(0, now.seconds(since: $0)) } : nil,
        interval: PrometheusDuration.seconds(target["scrapeInterval"]?.string),
        scrapeSeconds: target["lastScrapeDuration"]?.double)
    }
  }

  /// The values of a label, sorted.
  func values(of label: String) -> [String] {
    Array(Set(entries.compactMap { $0.labels[label]?.text() })).sorted()
  }

  /// One object a target.
  func facts(serviceLabel label: String) -> JSONValue {
    .array(
      entries.map { entry in
        [
          "service": JSONValue(entry.labels[label]?.text()), "job": JSONValue(entry.labels["job"]?.text()),
          "instance": JSONValue(entry.labels["instance"]?.text()),
          // Not scraped yet: neither up nor down.
          "up": JSONValue(entry.health == "up" ? true : entry.health == "down" ? false : nil),
          "error": JSONValue(entry.error), "secondsSinceScrape": JSONValue(entry.secondsSinceScrape),
          "intervalSeconds": .number(entry.interval), "stale": JSONValue(entry.isStale),
          "scrapeSeconds": .number(entry.scrapeSeconds),
        ]
      })
  }

  /// One object an expected service.
  func services(_ names: [String], label: String) -> JSONValue {
    .array(
      names.map { name in
        let own = entries.filter { $0.labels[label]?.string == name }
        return [
          "name": .string(name), "targets": .integer(own.count), "up": .integer(own.count { $0.health == "up" }),
        ]
      })
  }
}
