import AuditModel
import Facts
import Foundation
import ProbeConformance
import Probing
import Testing

@testable import ProcessProbes

extension Children {
  /// The examples of `docs/writing-a-probe.md`, as they stand there.
  @Suite("The guide to writing a probe")
  struct GuideTests {
    private static let root = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The fenced block of a language that begins with a line.
    private func block(_ language: String, beginning line: String) throws -> String {
      let guide = try String(
        contentsOf: Self.root.appendingPathComponent("docs/writing-a-probe.md"), encoding: .utf8)
      let start = try #require(guide.range(of: "```\(language)\n\(line)"), "\(language) block `\(line)`")
      let rest = guide[guide.index(start.lowerBound, offsetBy: language.count + 4)...]
      let end = try #require(rest.range(of: "\n```"))
      return String(rest[..<end.lowerBound]) + "\n"
    }

    @Test("its Python probe runs and keeps the promises of a probe")
    func python() async throws {
      let scratch = try Scratch()
      try scratch.script(named: "host-addresses", try block("python", beginning: "#!/usr/bin/env python3"))
      let addresses = Schema.array(.string())
      let probe = ExecutableProbe(
        ProbeDescriptor(
          id: "host-addresses", summary: "which addresses the host of a URL has", targetKinds: ["https", "http"],
          safety: .observe,
          facts: .object([
            Schema.Field("ipv4", addresses, required: true, "its IPv4 addresses"),
            Schema.Field("ipv6", addresses, required: true, "its IPv6 addresses"),
          ]), timeout: 5_000, traffic: "1 lookup"), command: ["./host-addresses"], folder: scratch.folder)
      func target(_ url: String) -> Target { Target(id: "web", kind: "https", settings: ["url": .string(url)]) }
      let look = await Look(by: probe, at: target("https://127.0.0.1:8443/"))
      #expect(look.facts == ["ipv4": ["127.0.0.1"], "ipv6": []])
      #expect(look.traffic == Traffic(requests: 1, processes: 1))
      #expect(await Look(by: probe, at: target("https:///")).unseen?.kind == .malformed)
      let problems = await ProbeConformance.problems(with: probe, target: target("https://127.0.0.1/"))
      #expect(problems == [])
    }

    @Test("its Swift probe is the one that is tested, and keeps the promises of a probe")
    func swift() async throws {
      let source = try String(
        contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent()
          .appendingPathComponent("FileAgeProbe.swift"), encoding: .utf8)
      #expect(try block("swift", beginning: "import AuditModel") == source)
      let target = Target(id: "runbook", kind: "file", settings: ["path": .string(#filePath)])
      #expect(await ProbeConformance.problems(with: FileAgeProbe(), target: target) == [])
      #expect(
        FileAgeProbe().derive(["changedAt": "2026-11-01T00:00:00Z"], asOf: Instant(seconds: 1_795_478_400))["ageDays"]
          == 23)
    }
  }
}
