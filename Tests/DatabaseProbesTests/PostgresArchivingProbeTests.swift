import AuditModel
import Facts
import LoopbackPostgres
import Testing

@testable import DatabaseProbes

@Suite struct PostgresArchivingProbeTests {
  let server: PostgresServer

  init() throws { server = try PostgresServer.shared.get() }

  @Test func aServerThatArchivesNothingSaysSo() async {
    let look = await Look(
      PostgresArchivingProbe(), server.declaration(user: "auditor", sslmode: "verify-full", trust: server.root),
      password: PostgresServer.password)
    #expect(look["settings", "mode"] == "off")
    #expect(look["settings", "isInRecovery"] == false)
    #expect(look["archiver", "archivedCount"] == 0)
    #expect(look["archiver", "failingNow"] == false)
    #expect(look["receivers"] == [])
    #expect(look.gaps.isEmpty)
    #expect(look.traffic.connections == 1)
    #expect(ArchivingFacts.derive(look.facts ?? nil, asOf: .init(seconds: 0))["continuous"] == false)
  }

  @Test func aRoleWithoutLoginSeesNothing() async {
    let look = await Look(
      PostgresArchivingProbe(), server.declaration(user: "auditor", sslmode: "verify-full", trust: server.root),
      password: "wrong")
    #expect(look.unseen?.kind == .denied)
  }

  @Test func distancesInSegments() {
    let size = 16 << 20
    #expect(ArchivingFacts.distance(from: "000000010000000000000004", to: "000000010000000000000005", size: size) == 0)
    #expect(ArchivingFacts.distance(from: "0000000100000000000000FE", to: "000000010000000100000001", size: size) == 2)
    #expect(ArchivingFacts.distance(from: "00000002.history", to: "000000020000000000000005", size: size) == nil)
    #expect(
      ArchivingFacts.distance(
        from: "000000010000000000000003.00000028.backup", to: "000000010000000000000005", size: size) == 1)
    #expect(ArchivingFacts.distance(from: nil, to: "000000020000000000000005", size: size) == nil)
  }
}
