extension Defect {
  /// What can be wrong with backups, and with the copies of them elsewhere.
  static let backups = [
    stored("repository-plaintext", "backups are not encrypted") { $0.isEncrypted = false },
    stored("repository-single", "all backups are in one place") { $0.places = 1 },
    stored("repository-keeps-all", "no rule removes old backups") { $0.hasRetention = false },
    stored("backup-part-lost", "a part of a backup is gone") { $0.damage = .partLost },
    stored("log-segment-lost", "a piece of the archived log is missing") { $0.damage = .segmentLost },
    stored("newest-log-lost", "the log is missing without which the newest backup is none") {
      $0.damage = .newestLogLost
    },
    stored("backup-parent-lost", "the newest backup builds on one that is gone") { $0.damage = .parentUnlisted },
    stored("repository-place-lost", "nothing is left in the second place of backups") { $0.damage = .placeEmptied },
    copied("copies-stale", "no dump was copied to the bucket for three days") { $0.newestHours = 75 },
    copied("copies-gone", "the bucket is empty") { $0.nights = 0 },
    copied("copies-single", "the bucket holds one dump") { $0.nights = 1 },
    copied("copies-few", "the bucket goes back three days") { $0.nights = 3 },
    copied("copy-shrunk", "the last dump has a tenth of the usual size") { $0.newestShare = 0.1 },
    copied("copy-empty", "the last dump is empty") { ($0.newestShare, $0.newestHours) = (0, 1) },
    copied("copy-from-the-future", "a dump is dated tomorrow") { $0.hasFuture = true },
    Defect(id: "bucket-closed", summary: "the bucket shows nobody what is in it", part: .bucket, isBlinding: true) {
      $0.bucket.isReadable = false
    },
    dumped("dumps-without-roles", "dumps are kept without the roles that they name") { $0.keepsGlobals = false },
    dumped("dump-too-new", "dumps were written by a pg_dump that the pg_restore here cannot follow") {
      $0.isTooNew = true
    },
    dumped("dump-cut", "the newest dump ends in its middle") { $0.isCut = true },
  ]

  /// A repository without an archive would be another one.
  private static func stored(
    _ id: String, _ summary: String, _ change: @escaping @Sendable (inout RepositoryPlan) -> Void
  ) -> Defect {
    Defect(id: id, summary: summary, part: .repository, also: [.archive]) { change(&$0.repository) }
  }

  private static func copied(
    _ id: String, _ summary: String, _ change: @escaping @Sendable (inout BucketPlan) -> Void
  ) -> Defect {
    Defect(id: id, summary: summary, part: .bucket) { change(&$0.bucket) }
  }

  private static func dumped(
    _ id: String, _ summary: String, _ change: @escaping @Sendable (inout DumpPlan) -> Void
  ) -> Defect {
    Defect(id: id, summary: summary, part: .dumps) {
      var plan = DumpPlan()
      change(&plan)
      $0.dumps = plan
      $0.inventory.namesDumps = true
    }
  }
}
