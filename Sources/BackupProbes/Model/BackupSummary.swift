import AuditModel
import Facts

/// What follows from the list of backups on a given day. Pure.
enum BackupSummary {
  /// Backups compared with the newest for a jump in size.
  private static let compared = 5

  /// The facts with ages and totals added.
  static func derive(_ facts: JSONValue, asOf now: Instant) -> JSONValue {
    guard var whole = facts.object, let listed = facts["backups"]?.array else { return facts }
    let backups = listed.map { Entry($0, asOf: now) }
    whole["backups"] = .array(backups.map(\.value))
    let complete = backups.filter { $0.isComplete && $0.point != nil }.sorted { ($0.point ?? now) < ($1.point ?? now) }
    // A backup from the future says nothing of how fresh the others are.
    let past = complete.filter { ($0.point ?? now).seconds <= now.seconds + 300 }
    let newest = past.last ?? complete.last
    let last = backups.filter { $0.point != nil }.max { ($0.point ?? now) < ($1.point ?? now) }
    whole["newest"] =
      newest.map { entry in
        [
          "name": .string(entry.name), "at": JSONValue(entry.point?.description),
          "ageHours": hours(entry.point, before: now), "sizeBytes": JSONValue(entry.size),
          "shareOfMedian": share(of: entry, among: past),
        ]
      } ?? nil
    whole["last"] =
      last.map {
        ["name": .string($0.name), "state": $0.value["state"] ?? nil, "complaint": $0.value["complaint"] ?? nil]
      }
      ?? nil
    let collects = facts["repository"]?["collection"]?.bool ?? true
    whole["count"] = [
      "complete": .integer(backups.count { $0.isComplete }),
      "kept": collects ? .integer(backups.count { $0.isComplete }) : nil,
    ]
    whole["restorable"] = restorable(facts, newest: newest, oldest: past.first, now)
    return .object(whole)
  }

  private struct Entry {
    var value: JSONValue
    var point: Instant?

    init(_ value: JSONValue, asOf now: Instant) {
      let started = value["startedAt"]?.string.flatMap { Instant($0) }
      let completed = value["completedAt"]?.string.flatMap { Instant($0) }
      point = [started, completed].compactMap { $0 }.min()
      var object = value.object ?? [:]
      let newest = [started, completed].compactMap { $0 }.max()
      object["ageHours"] = BackupSummary.hours(newest, before: now)
      self.value = .object(object)
    }

    var name: String { value["name"]?.string ?? "" }
    var size: Int? { value["sizeBytes"]?.integer ?? value["storedBytes"]?.integer }
    var type: String? { value["type"]?.string }
    /// Whole in the tool's eyes, with all it builds on.
    var isComplete: Bool { value["state"] == "complete" && value["chainWhole"] != false }
  }

  private static func hours(_ instant: Instant?, before now: Instant) -> JSONValue {
    instant.map { .double((Double(now.seconds - $0.seconds) / 36).rounded() / 100) } ?? nil
  }

  /// The size of `newest` in relation to the median of up to five of its kind before it; null where there is none.
  private static func share(of newest: Entry, among backups: [Entry]) -> JSONValue {
    let before = backups.filter {
      $0.name != newest.name && $0.type == newest.type && ($0.point ?? newest.point) != nil
    }
    .filter { entry in entry.point.flatMap { point in newest.point.map { point <= $0 } } ?? false }
    let sizes = before.suffix(compared).compactMap(\.size).sorted()
    guard let size = newest.size, !sizes.isEmpty else { return nil }
    let middle = sizes.count / 2
    let median =
      sizes.count % 2 == 1 ? Double(sizes[middle]) : (Double(sizes[middle - 1]) + Double(sizes[middle])) / 2
    guard median > 0 else { return nil }
    return .double((Double(size) / median * 1000).rounded() / 1000)
  }

  /// From when to when data can be brought back: by the newest backup, or further, by the log behind it.
  private static func restorable(_ facts: JSONValue, newest: Entry?, oldest: Entry?, _ now: Instant) -> JSONValue {
    guard let newest, let point = newest.point else { return nil }
    var at = point
    var by = "backup"
    if facts["log"]?["continuesFromNewest"] == true, facts["log"]?["coversNewest"] != false,
      let lastAt = facts["log"]?["lastAt"]?.string.flatMap({ Instant($0) }), lastAt > point
    {
      (at, by) = (lastAt, "log")
    }
    let span = oldest?.point.map { Double(at.seconds - $0.seconds) / 86400 }
    return [
      "newestAt": .string(at.description), "by": .string(by), "ageHours": hours(at, before: now),
      "oldestAt": JSONValue(oldest?.point?.description),
      "spanDays": span.map { .double(($0 * 100).rounded() / 100) } ?? nil,
    ]
  }
}
