import AuditModel
import Facts
import Foundation
import Testing

@testable import BackupProbes

@Suite("Restic, Borg, Barman, WAL-G, bare files")
struct OtherToolTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  @Test("a repository of restic: whole, damaged, with a wrong password, and none")
  func restic() async throws {
    let repository = "\(scratch.folder)/restic"
    try Script.run(
      """
      export RESTIC_PASSWORD=canary-restic HOME="$1"
      head -c 300000 /dev/urandom >"$1/data"
      restic -q --no-cache -r "$1/restic" init; restic -q --no-cache -r "$1/restic" backup "$1/data"
      """, [scratch.folder])
    let secrets = ["password": Secret("canary-restic")]
    let look = await Look("restic", ["repository": .string(repository)], secrets: secrets)
    #expect(look["count", "complete"] == 1)
    #expect(look["encryption", "state"] == "encrypted")
    #expect(look["integrity", "damages"] == [])
    #expect((look["restorable", "ageHours"]?.double ?? 99) < 1)
    try Script.run("rm \"$(find \"$1/restic/data\" -type f | head -1)\"", [scratch.folder])
    #expect(await Look("restic", ["repository": .string(repository)], secrets: secrets).damages == ["corrupt"])
    let refused = await Look("restic", ["repository": .string(repository)], secrets: ["password": Secret("wrong")])
    #expect(refused.unseen?.kind == .denied)
    let none = await Look("restic", ["repository": .string("\(scratch.folder)/none")], secrets: secrets)
    #expect(none["repository", "readable"] == false)
  }

  @Test("a repository of Borg: encrypted or not, whole, damaged, and none")
  func borg() async throws {
    try Script.run(
      """
      export BORG_PASSPHRASE=canary-borg BORG_BASE_DIR="$1/home" HOME="$1/home"; mkdir "$1/home"
      head -c 300000 /dev/urandom >"$1/data"
      borg init -e none "$1/open" 2>/dev/null; borg create "$1/open::first" "$1/data"
      """, [scratch.folder])
    let open: JSONObject = ["repository": .string("\(scratch.folder)/open")]
    let look = await Look("borg", open)
    #expect(look["encryption", "state"] == "plain")
    #expect(look["count", "complete"] == 1)
    #expect(look["newest", "name"] == "first")
    #expect(look["newest", "sizeBytes"]?.integer ?? 0 >= 300_000)
    #expect((look["restorable", "ageHours"]?.double ?? 99) < 1)
    #expect(look["integrity", "damages"] == [])
    try Script.run(
      "f=$(find \"$1/open/data\" -type f -size +100k | head -1); printf XXXX | dd of=\"$f\" bs=1 seek=5000 conv=notrunc",
      [scratch.folder])
    #expect(await Look("borg", open).damages == ["corrupt"])
    #expect(await Look("borg", ["repository": .string("\(scratch.folder)/none")])["repository", "readable"] == false)
    let encrypted = Borg.facts(of: ["encryption": ["mode": "repokey-blake2"], "archives": []])
    #expect(encrypted.encryption == .encrypted)
    #expect(Borg.facts(of: ["encryption": ["mode": "authenticated"], "archives": []]).encryption == .plain)
  }

  @Test("Barman: only DONE is a backup")
  func barman() throws {
    let facts = Barman.facts(
      of: [
        "demo": [
          [
            "backup_id": "20261124T020000", "backup_type": "full", "status": "DONE", "end_time_timestamp": "1795485900",
            "size_bytes": 100, "retention_status": "VALID",
          ],
          [
            "backup_id": "20261125T020000", "status": "WAITING_FOR_WALS", "end_time_timestamp": "1795572300",
            "size_bytes": 100,
          ],
          ["backup_id": "20261126T010000", "status": "FAILED"], ["backup_id": "20261126T020000", "status": "STARTED"],
        ]
      ], server: "demo")
    #expect(facts.backups.map(\.state) == [.complete, .running, .failed, .running])
    #expect(facts.hasRetentionRule == true)
    let derived = BackupSummary.derive(facts.value, asOf: Instant(seconds: 1_795_485_900 + 7200))
    #expect(derived["newest"]?["name"] == "20261124T020000")
    #expect(derived["newest"]?["ageHours"] == 2)
    #expect(Barman.facts(of: ["_ERROR": ["Unknown server 'demo'"]], server: "demo").repository.isReadable == false)
    #expect(Barman.facts(of: ["demo": []], server: "demo").backups.isEmpty)
    var checked = facts
    Barman.take(
      check: [
        "demo": [
          "wal_archive": ["hint": "please make sure WAL shipping is setup", "status": "FAILED"],
          "directories": ["hint": "", "status": "OK"],
        ]
      ],
      server: "demo", &checked)
    #expect(checked.repository.state == "checkFailed")
    #expect(checked.repository.reason == "wal_archive: please make sure WAL shipping is setup")
  }

  @Test("Barman really asked about a server it does not know")
  func barmanAsked() async throws {
    let config = "\(scratch.folder)/barman.conf"
    try "[barman]\nbarman_home = \(scratch.folder)\nbarman_user = \(NSUserName())\nlog_file = \(scratch.folder)/log\n"
      .write(toFile: config, atomically: true, encoding: .utf8)
    let look = await Look("barman", ["config": .string(config), "server": "demo"])
    #expect(look["repository", "readable"] == false)
    #expect(look["repository", "reason"] == "Unknown server 'demo'")
  }

  @Test("WAL-G: the finish counts and not the object's time; a delta without its base is broken")
  func walG() {
    let facts = WalG.facts(of: [
      [
        "backup_name": "base_000000010000000000000002", "time": "2026-11-26T09:00:00Z",
        "start_time": "2026-11-20T02:00:00.5Z", "finish_time": "2026-11-20T02:10:00Z", "storage_name": "default",
        "uncompressed_size": 1000, "compressed_size": 300, "system_identifier": 77,
      ],
      [
        "backup_name": "base_000000010000000000000004_D_000000010000000000000002",
        "finish_time": "2026-11-21T02:10:00Z",
      ],
      [
        "backup_name": "base_000000010000000000000009_D_000000010000000000000007",
        "finish_time": "2026-11-22T02:10:00Z",
      ],
    ])
    #expect(facts.backups.map(\.chainWhole) == [nil, true, false])
    #expect(facts.backups.map(\.type) == ["full", "incremental", "incremental"])
    let derived = BackupSummary.derive(facts.value, asOf: Instant("2026-11-26T09:00:00Z") ?? Instant(seconds: 0))
    #expect(derived["newest"]?["at"] == "2026-11-21T02:10:00Z")
    #expect(derived["count"]?["complete"] == 2)
    #expect(derived["systems"]?[0]?["identifier"] == "77")
  }

  @Test("a tool that is not installed is an obstacle and no finding")
  func notInstalled() async {
    let look = await Look("wal-g", [:])
    #expect(look.unseen?.kind == .broken)
  }

  @Test("a folder of files, and a bucket's listing")
  func files() async throws {
    let folder = "\(scratch.folder)/files"
    try Script.run(
      "mkdir \"$1\"; head -c 5000 /dev/zero >\"$1/db-20260101T0200.gz\"; : >\"$1/db-20260102T0200.gz\"", [folder])
    let look = await Look("backup-files", ["path": .string(folder)])
    #expect(look["newest", "at"] == "2026-01-01T02:00:00Z")
    #expect(look["last", "state"] == "failed")
    #expect(look.damages == ["truncated"])
    let listing = "\(scratch.folder)/list.json"
    func write(_ text: String) throws { try text.write(toFile: listing, atomically: true, encoding: .utf8) }
    try write(#"{"Contents": [{"Key": "a/db-2026-01-03.gz", "Size": 9, "LastModified": "2026-02-01T00:00:00+00:00"}]}"#)
    let listed = await Look("backup-files", ["path": .string(listing)])
    #expect(listed["newest", "at"] == "2026-01-03T23:59:59Z")
    try write(#"{"Contents": [], "IsTruncated": true}"#)
    #expect(await Look("backup-files", ["path": .string(listing)]).gaps.contains { $0.path == "newest" })
    try write("<html>")
    #expect(await Look("backup-files", ["path": .string(listing)])["repository", "readable"] == false)
  }

  @Test(
    "times in names",
    arguments: [
      ("events-2026-11-24.dump", "2026-11-24T23:59:59Z"), ("db_20261124_020304.sql.gz", "2026-11-24T02:03:04Z"),
      ("2026-11-24T02:03:04Z-db", "2026-11-24T02:03:04Z"), ("v12-20261124.tar", "2026-11-24T23:59:59Z"),
      ("events.dump", ""), ("build-123456789012.dump", ""), ("2026-13-40.dump", ""),
    ])
  func names(_ name: String, _ time: String) {
    #expect(TimeInName.instant(name)?.description ?? "" == time)
  }

  @Test("a backup from the future does not make the others fresh")
  func future() {
    var facts = BackupFacts(tool: "t", repository: BackupFacts.Repository(isReadable: true, state: "ok"))
    let now = Instant(seconds: 1_795_000_000)
    facts.backups = [-90_000, 90_000].map { offset in
      var record = BackupRecord(name: "\(offset)", type: "dump")
      record.completedAt = Instant(seconds: now.seconds + offset)
      return record
    }
    let derived = BackupSummary.derive(facts.value, asOf: now)
    #expect(derived["newest"]?["name"] == "-90000")
    #expect(derived["backups"]?[1]?["ageHours"] == -25)
  }
}
