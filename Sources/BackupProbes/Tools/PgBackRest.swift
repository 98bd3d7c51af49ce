import AuditModel
import Facts
import Glibc
import Probing

/// pgBackRest: `info`, the listing of its repositories, and `verify`.
///
/// `info` ends with 0 whatever it finds: the status codes in its answer decide.
struct PgBackRest: Sendable {
  let config: String?
  let stanza: String
  let verifies: Bool
  let run: ToolRun

  /// `info`'s codes for a stanza: what they say, and whether there is anything to read.
  private static let states: [Int: (word: String, isReadable: Bool)] = [
    0: ("ok", true), 1: ("missingStanza", false), 2: ("noBackups", true), 3: ("missingData", false), 4: ("mixed", true),
    5: ("mismatch", true), 6: ("backupNotFound", true), 99: ("other", true),
  ]

  private var base: [String] {
    ["pgbackrest"] + (config.map { ["--config=\($0)"] } ?? [])
      + ["--stanza=\(stanza)", "--log-level-console=off", "--log-level-file=off", "--log-level-stderr=error"]
  }

  func sight() async -> ToolSight {
    let answer = await run.answer(base + ["info", "--output=json"])
    guard answer.status == 0 else { return .unseen(answer.unseen(.unreachable, "pgbackrest info failed")) }
    guard let stanzas = answer.document?.array else {
      return .unseen(Unseen(.malformed, "pgbackrest info did not answer with a list of stanzas"))
    }
    guard let found = stanzas.first(where: { $0["name"]?.string == stanza }) else {
      return .facts(.unreadable("pgBackRest", state: "missingStanza", "there is no stanza \(stanza)"))
    }
    var facts = Self.facts(of: found)
    if facts.repository.isReadable {
      await list(found, &facts)
      if verifies { await verify(&facts) } else { Self.withoutVerification(&facts) }
    }
    facts.hasRetentionRule = config.flatMap { Self.hasRetentionRule($0, stanza: stanza) }
    return .facts(facts)
  }

  static func withoutVerification(_ facts: inout BackupFacts) {
    facts.gaps.append(
      Gap(path: "integrity", reason: "the inventory asks not to read the content", remedy: "set verify: true"))
  }

  /// What `info` says of one stanza. Pure.
  static func facts(of stanza: JSONValue) -> BackupFacts {
    let code = stanza["status"]?["code"]?.integer
    let message = stanza["status"]?["message"]?.string
    let state = code.flatMap { states[$0] } ?? ("code \(code.map(String.init) ?? "missing")", true)
    var facts = BackupFacts(
      tool: "pgBackRest",
      repository: BackupFacts.Repository(
        isReadable: state.isReadable, state: state.word, reason: code == 0 ? nil : reason(stanza, message)))
    let databases = stanza["db"]?.array ?? []
    // A newer number follows an upgrade of the server; what was saved before it restores the system of then.
    var current: [Int: Int] = [:]
    for database in databases {
      if let id = database["id"]?.integer {
        current[database["repo-key"]?.integer ?? 1, default: 0] = max(
          current[database["repo-key"]?.integer ?? 1] ?? 0, id)
      }
    }
    for database in databases
    where database["id"]?.integer == current[database["repo-key"]?.integer ?? 1] {
      guard let identifier = database["system-id"]?.integer else { continue }
      let system = BackupFacts.System(identifier: String(identifier), version: database["version"]?.string)
      if !facts.systems.contains(where: { $0.identifier == system.identifier }) { facts.systems.append(system) }
    }
    let all = stanza["backup"]?.array ?? []
    let present = all.filter { backup in
      let repository = backup["database"]?["repo-key"]?.integer ?? 1
      return current[repository] == nil || backup["database"]?["id"]?.integer == nil
        || backup["database"]?["id"]?.integer == current[repository]
    }
    let labels = Set(all.compactMap { label in label["label"]?.string.map { place(of: label) + $0 } })
    facts.backups = present.map { record(of: $0, labels: labels) }
    if all.count > present.count, present.isEmpty {
      facts.repository.reason = "all \(all.count) backups are of a former database system"
      facts.repository.state = "formerSystem"
    }
    let ciphers =
      (stanza["repo"]?.array ?? []).compactMap { $0["cipher"]?.string } + [stanza["cipher"]?.string].compactMap { $0 }
    if !ciphers.isEmpty { facts.encryption = ciphers.contains("none") ? .plain : .encrypted }
    facts.locations = Set(facts.backups.compactMap(\.location)).count
    facts.log = log(of: stanza, current: current, newest: newest(present))
    if stanza["status"]?["lock"]?["backup"]?["held"]?.bool == true {
      facts.backups.append(BackupRecord(name: "the backup being taken", state: .running))
    }
    return facts
  }

  private static func place(of backup: JSONValue) -> String { "\(backup["database"]?["repo-key"]?.integer ?? 1)/" }

  /// The stanza's message, and those of the repositories that are not well.
  private static func reason(_ stanza: JSONValue, _ message: String?) -> String {
    let repositories = (stanza["repo"]?.array ?? []).compactMap { repository -> String? in
      guard repository["status"]?["code"]?.integer != 0, let words = repository["status"]?["message"]?.string else {
        return nil
      }
      return "repository \(repository["key"]?.integer ?? 1): \(words)"
    }
    return ([message ?? "no status"] + repositories).joined(separator: "; ").bounded()
  }

  private static func record(of backup: JSONValue, labels: Set<String>) -> BackupRecord {
    var record = BackupRecord(name: backup["label"]?.string ?? "?")
    switch backup["type"]?.string {
    case "diff": record.type = "differential"
    case "incr": record.type = "incremental"
    case let type: record.type = type
    }
    record.startedAt = backup["timestamp"]?["start"]?.integer.map { Instant(seconds: $0) }
    record.completedAt = backup["timestamp"]?["stop"]?.integer.map { Instant(seconds: $0) }
    record.sizeBytes = backup["info"]?["size"]?.integer
    record.storedBytes =
      backup["info"]?["repository"]?["size"]?.integer ?? backup["info"]?["repository"]?["delta"]?.integer
    record.parent = backup["prior"]?.string
    let needed = (backup["reference"]?.array ?? []).compactMap(\.string) + [record.parent].compactMap { $0 }
    record.chainWhole = needed.allSatisfy { labels.contains(place(of: backup) + $0) }
    record.location = "repository \(backup["database"]?["repo-key"]?.integer ?? 1)"
    // Pages whose checksums were wrong when they were copied: the backup holds damage of the database itself.
    if backup["error"]?.bool == true {
      record.state = .failed
      record.complaint = "pages had wrong checksums when they were copied"
    }
    if record.completedAt == nil { record.state = .running }
    return record
  }

  private static func newest(_ backups: [JSONValue]) -> JSONValue? {
    backups.filter { $0["error"]?.bool != true }.max {
      ($0["timestamp"]?["stop"]?.integer ?? 0) < ($1["timestamp"]?["stop"]?.integer ?? 0)
    }
  }

  /// What `info` says of the archive: its bounds, not whether all between them is there.
  private static func log(of stanza: JSONValue, current: [Int: Int], newest: JSONValue?) -> BackupFacts.Log? {
    let key = newest?["database"]?["repo-key"]?.integer
    let archives = (stanza["archive"]?.array ?? []).filter { archive in
      let repository = archive["database"]?["repo-key"]?.integer ?? 1
      return (key == nil || key == repository)
        && (current[repository] == nil || archive["database"]?["id"]?.integer == current[repository])
    }
    guard let archive = archives.first else { return nil }
    var log = BackupFacts.Log(first: archive["min"]?.string, last: archive["max"]?.string)
    if let stop = newest?["archive"]?["stop"]?.string, let start = newest?["archive"]?["start"]?.string {
      log.coversNewest = log.last.map { $0 >= stop } ?? false
      if let first = log.first, first.prefix(8) == start.prefix(8), first > start { log.coversNewest = false }
    } else if newest != nil {
      log.coversNewest = nil
    }
    return log
  }

  // MARK: What is really in the repository

  /// Looks whether the backups and segments that `info` speaks of are there.
  private func list(_ stanza: JSONValue, _ facts: inout BackupFacts) async {
    let keys = (stanza["repo"]?.array ?? []).compactMap { $0["key"]?.integer }
    for key in keys {
      let answer = await run.answer(
        base + [
          "--repo=\(key)", "repo-ls", "backup/\(self.stanza)", "--recurse", "--output=json",
          "--filter=backup\\.manifest$",
        ])
      guard answer.status == 0, let listed = answer.document?.object else { continue }
      for index in facts.backups.indices
      where facts.backups[index].location == "repository \(key)" && facts.backups[index].state != .running {
        let name = facts.backups[index].name
        if listed["\(name)/backup.manifest"] == nil {
          facts.backups[index].state = .failed
          facts.backups[index].complaint = "pgBackRest lists it, and its manifest is not in the repository"
        }
      }
    }
    guard
      let newest = Self.newest(
        (stanza["backup"]?.array ?? []).filter { backup in
          facts.backups.contains { $0.name == backup["label"]?.string && $0.state == .complete }
        })
    else { return }
    let key = newest["database"]?["repo-key"]?.integer ?? 1
    let identifier = (stanza["archive"]?.array ?? []).first {
      ($0["database"]?["repo-key"]?.integer ?? 1) == key
        && $0["database"]?["id"]?.integer == newest["database"]?["id"]?.integer
    }?["id"]?.string
    guard let identifier else { return }
    let answer = await run.answer(
      base + ["--repo=\(key)", "repo-ls", "archive/\(self.stanza)/\(identifier)", "--recurse", "--output=json"])
    guard answer.status == 0, let listed = answer.document?.object else {
      facts.gaps.append(Gap(path: "log.gaps", reason: answer.unseen(.broken, "the archive could not be listed").reason))
      return
    }
    let starts = (stanza["backup"]?.array ?? []).compactMap { backup -> String? in
      guard facts.backups.contains(where: { $0.name == backup["label"]?.string && $0.state == .complete }) else {
        return nil
      }
      return backup["archive"]?["start"]?.string
    }
    Self.take(
      listed, start: newest["archive"]?["start"]?.string, stop: newest["archive"]?["stop"]?.string,
      oldest: starts.min(), &facts)
  }

  /// Compares the archive's listing with what the newest backup needs. Pure.
  static func take(_ listed: JSONObject, start: String?, stop: String?, oldest: String?, _ facts: inout BackupFacts) {
    var times: [String: Int] = [:]
    for (path, entry) in listed.members where entry["type"] == "file" {
      guard let file = path.split(separator: "/").last, file.utf8.count > 24, LogSegment.isName(file.prefix(24)) else {
        continue
      }
      // `.backup` and `.partial` are no segments; those have a checksum behind a hyphen.
      guard file.utf8.count == 24 || file.dropFirst(24).first == "-" else { continue }
      times[String(file.prefix(24))] = entry["time"]?.integer ?? 0
    }
    let names = times.keys.sorted()
    let size = LogSegment.size(of: names)
    var log = facts.log ?? BackupFacts.Log()
    log.first = names.first
    log.last = names.last
    log.lastAt = names.last.flatMap { times[$0] }.flatMap { $0 > 0 ? Instant(seconds: $0) : nil }
    log.gaps = LogSegment.gaps(among: names, from: oldest ?? start, size: size)
    if let start, let stop, let first = LogSegment.parts(start, size: size),
      let last = LogSegment.parts(stop, size: size),
      first.timeline == last.timeline, last.number >= first.number, last.number - first.number < 1_000_000,
      let timeline = Int(first.timeline, radix: 16)
    {
      log.coversNewest = (first.number...last.number).allSatisfy {
        times[LogSegment.name(timeline: timeline, number: $0, size: size)] != nil
      }
      log.continuesFromNewest =
        log.coversNewest == true && LogSegment.gaps(among: names, from: start, size: size).isEmpty
    }
    facts.log = log
  }

  // MARK: Verification

  private func verify(_ facts: inout BackupFacts) async {
    let answer = await run.answer(base + ["verify", "--output=text", "--verbose"])
    guard answer.status == 0 || !answer.output.isEmpty else {
      facts.gaps.append(
        Gap(
          path: "integrity", reason: answer.unseen(.broken, "pgbackrest verify failed").reason,
          remedy: "pgBackRest 2.39 and later verify; set verify: false where the repository is too large to read"))
      return
    }
    guard let integrity = Self.verification(answer.text) else {
      facts.gaps.append(Gap(path: "integrity", reason: "pgbackrest verify said nothing that can be read"))
      return
    }
    facts.integrity = integrity
  }

  /// Reads the text of `verify --verbose`; nil where it holds no verdict. Pure.
  static func verification(_ text: String) -> BackupFacts.Integrity? {
    var integrity = BackupFacts.Integrity(depth: .checksums, examined: 0, damages: [])
    var subject = ""
    var verdict: String?
    for line in text.split(whereSeparator: \.isNewline) {
      let words = line.drop { $0 == " " }
      if words.hasPrefix("status: ") {
        verdict = String(words.dropFirst(8))
      } else if words.hasPrefix("archiveId: ") || words.hasPrefix("backup: ") {
        subject = String(words.prefix { $0 != "," })
        integrity.examined += 1
        if words.hasPrefix("backup: "), !words.contains("status: valid"), !words.contains("status: in-progress") {
          integrity.damages.append(
            BackupFacts.Damage(
              subject: subject, kind: .corrupt, reason: String(words.dropFirst(subject.utf8.count + 2))))
        }
      } else if words.hasPrefix("missing:") || words.contains("invalid:") || words.hasPrefix("other:") {
        let counts = words.split(separator: ",").compactMap { part -> (String, Int)? in
          let halves = part.split(separator: ":")
          guard halves.count == 2, let count = Int(halves[1].drop { $0 == " " }) else { return nil }
          return (String(halves[0].drop { $0 == " " }), count)
        }
        for (name, count) in counts where count > 0 {
          integrity.damages.removeAll { $0.subject == subject && $0.reason.hasPrefix("status: ") }
          integrity.damages.append(
            BackupFacts.Damage(
              subject: "\(subject), \(name)", kind: name == "missing" ? .missing : .corrupt,
              reason: "pgbackrest verify counts \(count) files: \(name)"))
        }
      } else if words.hasPrefix("ERROR") || words.hasPrefix("no ") {
        integrity.damages.append(BackupFacts.Damage(subject: "repository", kind: .corrupt, reason: String(words)))
      }
    }
    guard let verdict else { return nil }
    if verdict != "ok", integrity.damages.isEmpty {
      integrity.damages.append(
        BackupFacts.Damage(subject: "repository", kind: .corrupt, reason: "pgbackrest verify says \(verdict)"))
    }
    return integrity
  }

  /// Whether the file tells how long full backups are kept, for all stanzas or for this one. Only names are read: the file
  /// may hold the repository's key.
  private static func hasRetentionRule(_ path: String, stanza: String) -> Bool? {
    let deadline = Deadline(milliseconds: 2000)
    guard let source = try? OctetSource(path, before: deadline), source.size < 1 << 20,
      let bytes = try? source.bytes(source.size, of: "the configuration")
    else { return nil }
    var section = ""
    for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
      let words = line.drop { $0 == " " }
      if words.hasPrefix("[") { section = String(words.dropFirst().prefix { $0 != "]" }) }
      let name = words.prefix { $0 != "=" && $0 != " " }
      if section.hasPrefix("global") || section.hasPrefix(stanza), name.hasPrefix("repo"),
        name.hasSuffix("-retention-full")
      {
        return true
      }
    }
    return false
  }
}

extension LogSegment {
  /// The size of the segments with these names, as far as their numbers tell: 16 MiB unless they carry over earlier.
  static func size(of names: [String]) -> UInt64 {
    let segments = names.filter { isName($0) }
    let lows = segments.compactMap { UInt64($0.suffix(8), radix: 16) }
    guard let most = lows.max(), Set(segments.map { $0.prefix(16) }).count > 1 || most > 255 else { return 16 << 20 }
    var perFile: UInt64 = 4
    while perFile <= most, perFile < 4096 { perFile *= 2 }
    return (UInt64(1) << 32) / perFile
  }
}
