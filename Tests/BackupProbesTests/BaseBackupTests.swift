import Facts
import Foundation
import Testing

@testable import BackupProbes

@Suite("Base backups against their manifests")
struct BaseBackupTests {
  let yard: BackupYard
  let scratch: Scratch

  init() throws {
    yard = try BackupYard.shared.get()
    scratch = try Scratch()
  }

  /// A copy of the backup that shares its files: what is changed has to be made the copy's own before.
  private func linked() throws -> String {
    try Script.run("cp -al \"$1/base\" \"$2/base\"", [yard.folder, scratch.folder])
    return "\(scratch.folder)/base"
  }

  /// The verdict of pg_verifybackup: whether it finds the backup whole.
  private func reference(_ path: String) -> Bool {
    (try? Script.run("$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -1)/pg_verifybackup -n \"$1\"", [path])) != nil
  }

  @Test("whole, and as pg_verifybackup sees it")
  func whole() async {
    let look = await Look("base-backup", ["path": .string("\(yard.folder)/base")])
    #expect(look["integrity", "damages"] == [])
    #expect(look["integrity", "depth"] == "checksums")
    #expect(look["count", "complete"] == 1)
    #expect(reference("\(yard.folder)/base"))
  }

  @Test(
    "damaged, and as pg_verifybackup sees it",
    arguments: [
      ("own global/pg_control; printf X | dd of=global/pg_control bs=1 seek=100 conv=notrunc", "corrupt"),
      ("rm base/1/1259", "missing"),
      ("own base/1/1259; truncate -s 100 base/1/1259", "truncated"),
      ("own PG_VERSION; echo more >>PG_VERSION", "corrupt"),
      ("echo extra >base/1/extra", "extra"), ("rm backup_manifest", "notABackup"),
      ("sed -i 's/\"Size\": 3,/\"Size\": 4,/' backup_manifest", "corrupt"),
      ("own backup_manifest; truncate -s -200 backup_manifest", "truncated"),
    ])
  func damaged(_ script: String, _ kind: String) async throws {
    let copy = try linked()
    try Script.run("own() { cp \"$1\" \"$1.own\"; mv \"$1.own\" \"$1\"; }; cd \"$1\"; \(script)", [copy])
    let look = await Look("base-backup", ["path": .string(copy)])
    #expect(look.damages == [kind])
    #expect(look["count", "complete"] == 0)
    #expect(!reference(copy))
  }

  @Test("the log that the backup needs is looked for")
  func log() async throws {
    let copy = try linked()
    try Script.run(
      "cd \"$1/pg_wal\"; cp \"$(ls | grep -m1 '^[0-9A-F]*$')\" 0000000100000000000000F0; rm \"$(ls | grep -m1 '^[0-9A-F]*$')\"",
      [copy])
    #expect(await Look("base-backup", ["path": .string(copy)]).damages == ["missing"])
  }

  @Test("CRC-32C of its standard's examples")
  func checksum() {
    func value(_ bytes: [UInt8]) -> UInt32 {
      var crc = CRC32C()
      bytes.withUnsafeBytes { crc.update($0) }
      return crc.value
    }
    #expect(value([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
    #expect(value([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
    #expect(value(Array(0..<32)) == 0x46DD_794E)
    #expect(value(Array("123456789".utf8)) == 0xE306_9283)
  }
}
