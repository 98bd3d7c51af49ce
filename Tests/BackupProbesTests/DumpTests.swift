import AuditModel
import Facts
import Foundation
import Probing
import Testing

@testable import BackupProbes

@Suite("Dumps, whole and damaged")
struct DumpTests {
  let yard: BackupYard
  let scratch: Scratch

  init() throws {
    yard = try BackupYard.shared.get()
    scratch = try Scratch()
  }

  private func look(_ path: String, _ format: String) async -> Look {
    await Look("pg-dump", ["path": .string(path), "format": .string(format)])
  }

  @Test(
    "what pg_dump wrote is whole in every format",
    arguments: [
      ("events.dump", "custom"), ("loose.dump", "custom"), ("piped.dump", "custom"), ("events.dir", "directory"),
      ("events.tar", "tar"), ("events.sql", "plain"),
    ])
  func whole(_ name: String, _ format: String) async {
    let look = await look("\(yard.folder)/dumps/\(name)", format)
    #expect(look["repository", "readable"] == true)
    #expect(look["integrity", "depth"] == "contents")
    #expect(look["integrity", "damages"] == [])
    #expect(look["count", "complete"] == 1)
    #expect(look["count", "kept"] == .null)
    #expect(look["last", "state"] == "complete")
    #expect((look["restorable", "ageHours"]?.double ?? 99) < 1)
    #expect(format == "plain" || look["dumpVersion", "restorable"] == true)
    #expect(look.gaps.isEmpty)
  }

  @Test("a custom file cut at any of many places is not whole", arguments: ["events.dump", "loose.dump", "piped.dump"])
  func cutCustom(_ name: String) async throws {
    let whole = try Data(contentsOf: URL(fileURLWithPath: "\(yard.folder)/dumps/\(name)"))
    let places = [
      0, 3, 5, 9, 20, 60, 400, whole.count / 4, whole.count / 2, whole.count * 3 / 4, whole.count - 400,
      whole.count - 5, whole.count - 1,
    ]
    for place in places {
      let path = "\(scratch.folder)/cut.dump"
      try whole.prefix(place).write(to: URL(fileURLWithPath: path))
      let look = await look(path, "custom")
      #expect(look.damages.contains("truncated"), "cut at \(place) of \(whole.count): \(look.damages)")
      #expect(look["count", "complete"] == 0)
    }
  }

  @Test("flipped octets in compressed data are found, whatever place they are at")
  func flippedCustom() async throws {
    let path = try scratch.copy(of: "\(yard.folder)/dumps/events.dump", as: "flipped.dump")
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    for step in 1...12 {
      // The last half is data; the table of contents before it holds texts that carry no checksum.
      let place = whole.count / 2 + (whole.count / 2 - 8) * step / 13
      var changed = whole
      for offset in 0..<4 { changed[place + offset] ^= 0xFF }
      try changed.write(to: URL(fileURLWithPath: path))
      let look = await look(path, "custom")
      #expect(!look.damages.isEmpty, "4 octets at \(place) of \(whole.count)")
    }
  }

  @Test("without compression a flipped separator is still found")
  func flippedLoose() async throws {
    let path = try scratch.copy(of: "\(yard.folder)/dumps/loose.dump", as: "loose.dump")
    try Data.change(path) { data in
      if let place = data.range(of: Data("\tnote ".utf8))?.lowerBound { data[place] = 0x20 }
    }
    #expect(await look(path, "custom").damages == ["corrupt"])
  }

  @Test("a format from the future is told from damage")
  func newer() async throws {
    let path = try scratch.copy(of: "\(yard.folder)/dumps/events.dump", as: "newer.dump")
    try Data.change(path) { $0[6] = 17 }
    let look = await look(path, "custom")
    #expect(look.damages == ["newerFormat"])
    #expect(InstalledRestore.newestFormat(ofMajor: 15) == 114)
    #expect(InstalledRestore.newestFormat(ofMajor: 18) == 116)
  }

  @Test("a folder with a file gone, cut or flipped, or without its table of contents")
  func folders() async throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: "\(yard.folder)/dumps/events.dir")
    let data = try #require(files.first { $0.hasSuffix(".dat.gz") && !$0.hasPrefix("blob") })
    let blob = try #require(files.first { $0.hasPrefix("blob_") })
    for (index, gone) in [data, blob, "blobs.toc"].enumerated() where files.contains(gone) {
      let copy = try scratch.copy(of: "\(yard.folder)/dumps/events.dir", as: "gone\(index)")
      try FileManager.default.removeItem(atPath: "\(copy)/\(gone)")
      #expect(await look(copy, "directory").damages == ["missing"], "\(gone)")
    }
    let cut = try scratch.copy(of: "\(yard.folder)/dumps/events.dir", as: "cut")
    try Data.change("\(cut)/\(data)") { $0 = $0.prefix($0.count / 2) }
    #expect(await look(cut, "directory").damages == ["truncated"])
    let flipped = try scratch.copy(of: "\(yard.folder)/dumps/events.dir", as: "flipped")
    try Data.change("\(flipped)/\(data)") { $0[$0.count / 2] ^= 0x55 }
    #expect(await look(flipped, "directory").damages == ["corrupt"])
    let headless = try scratch.copy(of: "\(yard.folder)/dumps/events.dir", as: "headless")
    try FileManager.default.removeItem(atPath: "\(headless)/toc.dat")
    #expect(await look(headless, "directory").damages == ["notABackup"])
  }

  @Test("a tar file cut or without a member")
  func tars() async throws {
    let whole = try Data(contentsOf: URL(fileURLWithPath: "\(yard.folder)/dumps/events.tar"))
    for place in [100, 512, 5000, whole.count / 2, whole.count - 1024] {
      let path = "\(scratch.folder)/cut.tar"
      try whole.prefix(place).write(to: URL(fileURLWithPath: path))
      #expect(await look(path, "tar").damages == ["truncated"], "cut at \(place) of \(whole.count)")
    }
    let path = "\(scratch.folder)/less.tar"
    try Script.run(
      """
      mkdir "$1/members"; tar -xf "$2" -C "$1/members"; cd "$1/members"; rm "$(ls | grep -m1 '^[0-9]*.dat$')"
      tar --format=ustar -cf ../less.tar -- *
      """, [scratch.folder, "\(yard.folder)/dumps/events.tar"])
    let damages = await look(path, "tar").damages
    #expect(damages == ["missing"])
  }

  @Test("a plain dump is held to its last words")
  func plain() async throws {
    let text = try String(contentsOfFile: "\(yard.folder)/dumps/events.sql", encoding: .utf8)
    func verdict(_ text: String) async throws -> [String] {
      let path = "\(scratch.folder)/case.sql"
      try text.write(toFile: path, atomically: true, encoding: .utf8)
      return await look(path, "plain").damages
    }
    let closing = "-- PostgreSQL database dump complete\n--\n"
    #expect(text.contains(closing))
    let start = try #require(text.range(of: closing)?.lowerBound)
    #expect(try await verdict(String(text[..<start])) == ["truncated"])
    #expect(try await verdict(String(text.prefix(text.count / 2))) == ["truncated"])
    #expect(try await verdict("") == ["truncated"])
    #expect(try await verdict("SELECT 1;\n") == ["notABackup"])
    // Current minor releases write another line behind the last words, older ones do not.
    #expect(try await verdict(String(text[..<start]) + closing + "\n") == [])
    #expect(try await verdict(String(text[..<start]) + closing + "\n\\unrestrict abc\n\n") == [])
    #expect(try await verdict(String(text[..<start]) + closing + "DROP TABLE orders;\n") == ["truncated"])
    #expect(
      try await verdict(
        text.split(separator: "\tnote ", maxSplits: 1, omittingEmptySubsequences: false).joined(separator: " note "))
        == ["corrupt"])
    try Script.run("gzip -k \"$1\"", [try scratch.copy(of: "\(yard.folder)/dumps/events.sql", as: "z.sql")])
    #expect(await look("\(scratch.folder)/z.sql.gz", "plain").damages == [])
    try Data.change("\(scratch.folder)/z.sql.gz") { $0 = $0.prefix($0.count - 9) }
    #expect(await look("\(scratch.folder)/z.sql.gz", "plain").damages == ["truncated"])
  }

  @Test("a folder of dumps: the newest counts, a near-empty one shows, unfinished ones wait")
  func collection() async throws {
    let folder = "\(scratch.folder)/nightly"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for day in 1...4 {
      try FileManager.default.copyItem(
        atPath: "\(yard.folder)/dumps/events.sql", toPath: "\(folder)/events-2026-01-0\(day).sql")
    }
    try "--\n-- PostgreSQL database dump\n--\n\n--\n-- PostgreSQL database dump complete\n--\n"
      .write(toFile: "\(folder)/events-2026-01-05.sql", atomically: true, encoding: .utf8)
    try "--".write(toFile: "\(folder)/events-2026-01-06.sql.part", atomically: true, encoding: .utf8)
    let look = await look(folder, "plain")
    #expect(look["newest", "name"] == "events-2026-01-05.sql")
    #expect(look["newest", "at"] == "2026-01-05T23:59:59Z")
    #expect((look["newest", "shareOfMedian"]?.double ?? 1) < 0.01)
    #expect(look["count", "kept"] == 5)
    #expect(look["restorable", "spanDays"] == 4)
    #expect(look["globals"] == false)
    try FileManager.default.copyItem(atPath: "\(yard.folder)/dumps/globals.sql", toPath: "\(folder)/globals.sql")
    #expect(await self.look(folder, "plain")["globals"] == true)
    #expect(await self.look("\(folder)/nowhere", "plain")["repository", "readable"] == false)
  }

  @Test("random damage never crashes the reader")
  func hostile() async throws {
    var random = SystemRandomNumberGenerator()
    for (name, format) in [("events.dump", "custom"), ("events.tar", "tar")] {
      let whole = try Data(contentsOf: URL(fileURLWithPath: "\(yard.folder)/dumps/\(name)"))
      for _ in 0..<30 {
        var data = whole
        for _ in 0..<8 {
          data[Int.random(in: 0..<min(3000, data.count), using: &random)] = UInt8.random(in: 0...255, using: &random)
        }
        let path = "\(scratch.folder)/random"
        try data.write(to: URL(fileURLWithPath: path))
        let inspection = DumpInspection(
          path: path, format: format == "tar" ? .tar : .custom, deadline: Deadline(milliseconds: 10_000))
        _ = inspection.facts().value
      }
    }
  }
}
