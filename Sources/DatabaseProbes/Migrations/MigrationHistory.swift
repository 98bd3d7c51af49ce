/// What a tool's table and the folder of its files say together.
struct MigrationHistory: Sendable, Hashable {
  /// One migration, from the table, from the folder, or from both.
  struct Entry: Sendable, Hashable {
    var key: String
    var name: String?
    var file: String?
    /// Whether the table says that it ran, or began to.
    var isRecorded: Bool
    var isApplied: Bool
    var hasFailed: Bool
    /// Nil where there is no folder to look into.
    var hasFile: Bool?
    /// Whether it was left out while a later one was run; nil for what has no file.
    var isSkipped: Bool?
    /// Whether the file is still what was run; nil where the tool keeps no checksum, or either side is missing.
    var isUnchanged: Bool?
    var isReversible: Bool?
    /// Whether it is one that a release may have to take back: not applied yet, or among the last.
    var isRecent: Bool
    var order: MigrationOrder
  }

  /// How many of the applied ones count as recent.
  private static let recentCount = 5

  private(set) var entries: [Entry] = []
  /// What has not run yet, in the order in which it will.
  private(set) var pending: [MigrationScript] = []
  /// How many ends the graph of the revisions has; nil for tools without one, or without files.
  private(set) var heads: Int?

  /// `scripts` is nil where there is no folder to look into.
  init(tool: MigrationTool, records: [MigrationRecord], scripts: [MigrationScript]?) {
    let recorded = Self.recorded(tool, records, scripts)
    let latest = recorded.values.filter { $0.state == .applied }.compactMap { record in
      scripts?.first { $0.key == record.key }?.order ?? (scripts == nil ? MigrationOrder(record.key) : nil)
    }.max()
    let baseline = recorded.values.filter { $0.state == .baseline }.map { MigrationOrder($0.key) }.max()
    var known: Set<String> = []
    for script in scripts ?? [] {
      known.insert(script.key)
      let record = recorded[script.key]
      let isBelow = record == nil && (baseline.map { script.order <= $0 } ?? false)
      let isApplied = record?.state == .applied || record?.state == .baseline || isBelow
      let hasFailed = record?.state == .failed
      let isLate = !isApplied && !hasFailed && tool != .alembic && !(tool == .flyway && script.key.hasPrefix("R:"))
      entries.append(
        Entry(
          key: script.key, name: record?.name, file: script.file, isRecorded: record != nil, isApplied: isApplied,
          hasFailed: hasFailed, hasFile: true, isSkipped: isLate && (latest.map { script.order < $0 } ?? false),
          isUnchanged: record?.state == .applied
            ? record?.checksum.flatMap { sum in script.checksums.map { $0.contains(sum.lowercased()) } } : nil,
          isReversible: script.isReversible, isRecent: !isApplied, order: script.order))
      if !isApplied, !hasFailed { pending.append(script) }
    }
    for record in recorded.values
    where !known.contains(record.key) && record.state != .undone && record.state != .baseline {
      entries.append(
        Entry(
          key: record.key, name: record.name, file: nil, isRecorded: true, isApplied: record.state == .applied,
          hasFailed: record.state == .failed, hasFile: scripts == nil ? nil : false, isSkipped: nil, isUnchanged: nil,
          isReversible: nil, isRecent: false, order: MigrationOrder(record.key)))
    }
    entries.sort { ($0.order, $0.key) < ($1.order, $1.key) }
    for index in entries.indices.filter({ entries[$0].isApplied && entries[$0].file != nil }).suffix(Self.recentCount) {
      entries[index].isRecent = true
    }
    if tool == .alembic, let scripts, !scripts.isEmpty {
      let parents = Set(scripts.flatMap(\.parents))
      heads = max(scripts.count { !parents.contains($0.key) }, records.count)
    }
  }

  /// The records by key. Tools that keep only where they are get one for everything up to there.
  private static func recorded(
    _ tool: MigrationTool, _ records: [MigrationRecord], _ scripts: [MigrationScript]?
  ) -> [String: MigrationRecord] {
    var found: [String: MigrationRecord] = [:]
    // Drizzle's entries are known by their moment, and where the journal was written anew, by their hash.
    let keys = Set((scripts ?? []).map(\.key))
    var byChecksum: [String: String] = [:]
    if tool == .drizzle {
      for script in scripts ?? [] { for sum in script.checksums ?? [] { byChecksum[sum] = script.key } }
    }
    for var record in records {
      if tool != .flyway { record.key = MigrationScript.normalized(record.key) }
      if !keys.contains(record.key), let key = record.checksum.flatMap({ byChecksum[$0] }) { record.key = key }
      found[record.key] = record
    }
    switch tool {
    case .golangMigrate:
      guard let last = found.values.first else { break }
      for script in scripts ?? [] where script.order < MigrationOrder(last.key) {
        found[script.key] = MigrationRecord(key: script.key, name: nil, state: .applied, checksum: nil)
      }
    case .alembic:
      // What a revision follows ran before it.
      let byKey = Dictionary((scripts ?? []).map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
      var open = Array(found.keys)
      while let key = open.popLast() {
        for parent in byKey[key]?.parents ?? [] where found[parent] == nil {
          found[parent] = MigrationRecord(key: parent, name: nil, state: .applied, checksum: nil)
          open.append(parent)
        }
      }
    default: break
    }
    return found
  }
}
