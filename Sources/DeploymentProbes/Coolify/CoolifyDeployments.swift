import AuditModel
import Facts

/// The last deployments of one application, newest first.
struct CoolifyDeployments {
  /// One of them.
  struct Entry {
    /// `queued`, `in_progress`, `finished`, `failed`, `cancelled-by-user`.
    var status: String
    var commit: String?
    var createdAt: Instant?
    var finishedAt: Instant?
    var isRollback: Bool
    /// Started the containers anew without building or fetching anything.
    var isRestart: Bool
  }

  let entries: [Entry]

  /// Reads what the API lists.
  init(_ list: [JSONValue]) {
    entries = list.compactMap { item -> Entry? in
      guard let status = item["status"]?.string else { return nil }
      return Entry(
        status: status, commit: item["commit"]?.string, createdAt: Self.instant(item["created_at"]),
        finishedAt: Self.instant(item["finished_at"]), isRollback: Self.isTrue(item["rollback"]),
        isRestart: Self.isTrue(item["restart_only"]))
    }
    .sorted { ($0.createdAt?.seconds ?? 0) > ($1.createdAt?.seconds ?? 0) }
  }

  /// What follows from them. `images` are the versions whose images are kept on the server, where that can be told.
  func facts(images: Int?) -> JSONObject {
    let ended = entries.filter { ["finished", "failed"].contains($0.status) }
    let last = ended.first
    let running = ended.first { $0.status == "finished" && !$0.isRestart }
    let failed = ended.count { $0.status == "failed" }
    let durations = ended.filter { $0.status == "finished" }.compactMap { entry -> Int? in
      guard let begun = entry.createdAt, let ended = entry.finishedAt else { return nil }
      let seconds = ended.seconds(since: begun)
      return seconds >= 0 ? seconds : nil
    }
    let commits = Set(
      ended.filter { $0.status == "finished" }.compactMap(\.commit).filter { !$0.isEmpty && $0.uppercased() != "HEAD" })
    let rollback = ended.first { $0.isRollback && $0.status == "finished" }
    return [
      "deployments": .integer(ended.count), "lastStatus": JSONValue(last?.status),
      "lastAt": JSONValue(last.flatMap { $0.finishedAt ?? $0.createdAt }?.description),
      "runningCommit": JSONValue(running?.commit), "deploying": .bool(entries.contains { $0.status == "in_progress" }),
      "failed": .integer(failed),
      "failedShare": ended.isEmpty ? .null : .double(Double(failed * 1000 / ended.count) / 1000),
      "medianSeconds": JSONValue(Self.median(durations)),
      // The number of versions that can run: those whose images are there, or else those that were deployed once.
      "versions": .integer(images ?? commits.count), "versionsAreImages": .bool(images != nil),
      "rolledBackAt": JSONValue(rollback.flatMap { $0.finishedAt ?? $0.createdAt }?.description),
    ]
  }

  private static func median(_ values: [Int]) -> Int? {
    values.isEmpty ? nil : values.sorted()[values.count / 2]
  }

  private static func isTrue(_ value: JSONValue?) -> Bool { value?.bool ?? (value?.integer == 1) }

  /// `2026-08-01T10:00:00.000000Z`, and `2026-08-01 10:00:00`, which is UTC too.
  private static func instant(_ value: JSONValue?) -> Instant? {
    guard let text = value?.string else { return nil }
    return Instant(text) ?? Instant(text.replacing(" ", with: "T") + "Z")
  }
}
