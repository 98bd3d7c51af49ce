import AuditModel
import Compression
import Facts
import Foundation
import LoopbackPostgres
import Probing
import Testing

@testable import BackupProbes

@Suite("Dumps of PostgreSQL 16 and newer, compressed in all its ways", .enabled(if: OtherBuild.compressing != nil))
struct CompressedDumpTests {
  let yard: NewerDumpYard
  let scratch: Scratch

  init() throws {
    yard = try NewerDumpYard.compressing.get()
    scratch = try Scratch()
  }

  private func look(_ path: String, _ format: String) async -> Look {
    await Look("pg-dump", ["path": .string(path), "format": .string(format)])
  }

  private static let compressions = ["none", "gzip", "lz4", "zstd", "zstd-long"]

  private static func format(of name: String) -> String {
    switch name.split(separator: ".").last {
    case "dir": "directory"
    case "tar": "tar"
    case "sql": "plain"
    default: "custom"
    }
  }

  @Test("what pg_dump 17 wrote is whole in every format and compression", arguments: compressions)
  func whole(_ compression: String) async throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: "\(yard.folder)/dumps")
      .filter {
        $0.hasPrefix("\(compression).") || $0.hasPrefix("\(compression)-piped.")
          || $0.hasPrefix("\(compression)-redirected.")
      }
    #expect(names.count == (compression == "none" ? 4 : 5))
    for name in names {
      let look = await look("\(yard.folder)/dumps/\(name)", Self.format(of: name))
      #expect(look["integrity", "depth"] == "contents", "\(name)")
      #expect(look["integrity", "damages"] == [], "\(name)")
      #expect(look["count", "complete"] == 1, "\(name)")
      #expect(look.gaps.allSatisfy { $0.path.hasPrefix("dumpVersion") }, "\(name): \(look.gaps)")
      #expect(name.hasSuffix(".sql") || look["dumpVersion", "written"] == "1.16", "\(name)")
    }
  }

  @Test("cut at any of many places they are not whole", arguments: ["lz4", "zstd"])
  func cut(_ compression: String) async throws {
    for name in [
      "\(compression).dump", "\(compression)-piped.dump", "\(compression)-redirected.dump", "\(compression).sql",
    ] {
      let whole = try Data(contentsOf: URL(fileURLWithPath: "\(yard.folder)/dumps/\(name)"))
      let path = "\(scratch.folder)/cut"
      for place in [0, whole.count / 3, whole.count / 2, whole.count * 4 / 5, whole.count - 60, whole.count - 1] {
        try whole.prefix(place).write(to: URL(fileURLWithPath: path))
        let look = await look(path, Self.format(of: name))
        #expect(look.damages.contains("truncated"), "\(name) cut at \(place) of \(whole.count): \(look.damages)")
      }
    }
  }

  @Test("a folder with a member gone, cut, emptied or flipped", arguments: [("lz4", "lz4"), ("zstd", "zst")])
  func folders(_ compression: String, _ ending: String) async throws {
    let original = "\(yard.folder)/dumps/\(compression).dir"
    let files = try FileManager.default.contentsOfDirectory(atPath: original).sorted {
      try FileManager.default.attributesOfItem(atPath: "\(original)/\($0)")[.size] as? Int ?? 0
        > FileManager.default.attributesOfItem(atPath: "\(original)/\($1)")[.size] as? Int ?? 0
    }
    let rows = try #require(files.first { $0.hasSuffix(".dat.\(ending)") && !$0.hasPrefix("blob") })
    let blob = try #require(files.first { $0.hasPrefix("blob_") })
    let list = try #require(files.first { $0.hasPrefix("blobs") && $0.hasSuffix(".toc") })
    for (index, gone) in [rows, blob, list].enumerated() {
      let copy = try scratch.copy(of: original, as: "gone\(index)")
      try FileManager.default.removeItem(atPath: "\(copy)/\(gone)")
      #expect(await look(copy, "directory").damages == ["missing"], "\(gone)")
    }
    let changes: [(String, (inout Data) -> Void)] = [
      ("truncated", { $0 = $0.prefix($0.count / 2) }), ("truncated", { $0 = $0.dropLast(2) }),
      ("truncated", { $0 = Data() }), ("corrupt", { $0[0] ^= 0x10 }),
      ("corrupt", { $0.append(contentsOf: Data("something else".utf8)) }),
    ]
    for (index, (kind, change)) in changes.enumerated() {
      let copy = try scratch.copy(of: original, as: "changed\(index)")
      try Data.change("\(copy)/\(rows)", change)
      #expect(await look(copy, "directory").damages == [kind], "change \(index)")
    }
  }

  @Test("octets overwritten in the middle of the data are found", arguments: ["lz4", "zstd"])
  func overwritten(_ compression: String) async throws {
    let whole = try Data(contentsOf: URL(fileURLWithPath: "\(yard.folder)/dumps/\(compression).dump"))
    let path = "\(scratch.folder)/overwritten.dump"
    for step in 1...10 {
      // The rows of `orders` are most of the file; pg_dump's frames carry no checksum, so that a single flip may hide.
      let place = whole.count * (40 + 4 * step) / 100
      var changed = whole
      for offset in 0..<48 { changed[place + offset] = UInt8(truncatingIfNeeded: 0x81 &+ offset &* 37) }
      try changed.write(to: URL(fileURLWithPath: path))
      #expect(!(await look(path, "custom")).damages.isEmpty, "48 octets at \(place) of \(whole.count)")
    }
  }

  @Test("a script that another program compressed", arguments: [("zstd -q", "zst"), ("lz4 -q", "lz4"), ("gzip", "gz")])
  func scripts(_ command: String, _ ending: String) async throws {
    let plain = try scratch.copy(of: "\(yard.folder)/dumps/none.sql", as: "script.sql")
    try Script.run("$2 <\"$1\" >\"$1.$3\"", [plain, command, ending])
    let path = "\(plain).\(ending)"
    try #require(FileManager.default.fileExists(atPath: path))
    #expect(await look(path, "plain").damages == [])
    try Data.change(path) { $0[$0.count / 2] ^= 0x04 }
    #expect(await !look(path, "plain").damages.isEmpty)
  }

  @Test("what nothing here uncompresses is a gap, and no damage", arguments: ["lz4", "zstd"])
  func withheld(_ compression: String) throws {
    let form = try #require(CompressedForm(rawValue: compression))
    for name in ["\(compression).dump", "\(compression).dir", "\(compression).sql"] {
      let format = try #require(DumpInspection.Format(rawValue: Self.format(of: name)))
      let inspection = DumpInspection(
        path: "\(yard.folder)/dumps/\(name)", format: format, deadline: Deadline(milliseconds: 20_000),
        withheld: [form])
      let facts = inspection.facts()
      if format == .plain {
        #expect(facts.integrity == nil)
        #expect(facts.gaps.contains { $0.path == "integrity" && $0.reason.contains(compression) })
      } else {
        // Structure only, which sends for pg_restore.
        #expect(facts.integrity?.damages.isEmpty == true)
        #expect(DumpInspection.needsTool(facts))
      }
    }
  }

  @Test("scripts under xz or bzip2 are gaps", arguments: [[0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], Array("BZh91AY".utf8)])
  func unreadForms(_ opening: [UInt8]) async throws {
    let path = "\(scratch.folder)/script.sql"
    try Data(opening + [UInt8](repeating: 7, count: 600)).write(to: URL(fileURLWithPath: path))
    let plain = await look(path, "plain")
    #expect(plain["integrity"] == .null)
    #expect(plain.gaps.contains { $0.path == "integrity" && $0.reason.contains("which is not read") })
    let custom = await look(path, "custom")
    #expect(custom.damages == ["notABackup"])
  }

  @Test("a second table of contents behind the data has to be the first one")
  func redirected() async throws {
    let whole = try Data(contentsOf: URL(fileURLWithPath: "\(yard.folder)/dumps/none.dump"))
    let path = "\(scratch.folder)/second.dump"
    let original = try Data(contentsOf: URL(fileURLWithPath: "\(yard.folder)/dumps/lz4-redirected.dump"))
    for change: (inout Data) -> Void in [
      { $0.append(0) }, { $0.append(contentsOf: [0, 1, 0, 0, 0]) }, { $0[$0.count - 40] ^= 0xFF },
      { $0.append(contentsOf: whole) },
    ] {
      var changed = original
      change(&changed)
      try changed.write(to: URL(fileURLWithPath: path))
      let look = await look(path, "custom")
      #expect(look.damages.count == 1)
    }
  }

  @Test("a format from the future, and a header that names an unknown compression")
  func header() async throws {
    let path = try scratch.copy(of: "\(yard.folder)/dumps/zstd.dump", as: "newer.dump")
    try Data.change(path) { $0[6] = 17 }
    #expect(await look(path, "custom").damages == ["newerFormat"])
    try Data.change(path) { ($0[6], $0[11]) = (16, 9) }
    #expect(await look(path, "custom").damages == ["corrupt"])
    // The data are under Zstandard, whatever the header says of them.
    try Data.change(path) { $0[11] = 2 }
    #expect(await look(path, "custom").damages.contains("corrupt"))
  }

  @Test("what pg_dump 16 and 18 wrote is whole, and cut it is not", arguments: OtherBuild.all)
  func versions(_ build: OtherBuild) async throws {
    let yard = try NewerDumpYard(build, compressions: ["gzip"])
    for name in [
      "none.dump", "none.dir", "none.tar", "none.sql", "gzip.dump", "gzip-piped.dump", "gzip-redirected.dump",
      "gzip.dir", "gzip.sql",
    ] {
      let path = "\(yard.folder)/dumps/\(name)"
      let look = await look(path, Self.format(of: name))
      #expect(look["integrity", "damages"] == [], "\(name)")
      #expect(look["integrity", "depth"] == "contents", "\(name)")
      guard !name.hasSuffix(".dir") else { continue }
      let cut = "\(scratch.folder)/cut"
      try Data(contentsOf: URL(fileURLWithPath: path)).dropLast(1100).write(to: URL(fileURLWithPath: cut))
      #expect(await self.look(cut, Self.format(of: name)).damages.contains("truncated"), "\(name)")
    }
  }
}

@Suite("Rows of a COPY")
struct RowScannerTests {
  private func fault(_ statement: String, _ rows: [UInt8], isUTF8: Bool = true) -> ReadingFault? {
    var scanner = RowScanner(of: statement.utf8, isUTF8: isUTF8)
    do throws(ReadingFault) {
      try rows.withUnsafeBytes { bytes in
        Result { () throws(ReadingFault) in try scanner.take(bytes) }
      }.get()
      return scanner.hasEnded ? nil : .truncated("the rows")
    } catch {
      return error
    }
  }

  @Test(
    "columns are counted past quoted names",
    arguments: [
      ("COPY public.orders (id, note) FROM stdin;", 2),
      ("COPY public.\"odd, (n)\" (\"a, b\", \"c)\", \"d\"\"e\") FROM stdin;", 3),
      ("COPY public.nothing  FROM stdin;", nil), ("COPY public.one (id) FROM stdin;", 1), ("COPY", nil),
    ])
  func columns(_ statement: String, _ count: Int?) { #expect(RowScanner.columns(of: statement.utf8) == count) }

  @Test("what a dump never writes is damage")
  func damage() {
    let two = "COPY t (a, b) FROM stdin;"
    #expect(fault(two, Array("1\tü€𝄞\\t\\\\\\N\n\\N\t\\N\n\\.\n".utf8)) == nil)
    #expect(fault(two, Array("1\n\\.\n".utf8)) != nil)
    #expect(fault(two, Array("1\ta\\qb\n\\.\n".utf8)) != nil)
    #expect(fault(two, Array("1\ta\n".utf8)) == .truncated("the rows"))
    for octets: [UInt8] in [
      [0xC3], [0x80], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE0, 0x80, 0x80],
    ] {
      let rows = Array("1\t".utf8) + octets + Array("\n\\.\n".utf8)
      #expect(fault(two, rows) != nil)
      #expect(fault(two, rows, isUTF8: false) == nil)
    }
  }
}
