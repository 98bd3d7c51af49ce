import AuditModel
import Facts
import Foundation
import Probing
import Testing

@testable import DatabaseProbes

/// Seeders that behave and that do not, each in a throw-away server.
@Suite(.serialized) struct SeedCheckTests {
  /// Lets the probe try a shell script beside an inventory.
  private func check(_ script: String, _ seed: JSONObject = [:], cancellation: Cancellation? = nil) async throws -> Look
  {
    let folder = NSTemporaryDirectory() + "seed-check-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try FileManager.default.createDirectory(atPath: "\(folder)/scratch", withIntermediateDirectories: true)
    try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: "\(folder)/scratch")
    try "#!/bin/sh\nset -e\n\(script)\n".write(toFile: "\(folder)/seed", atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(folder)/seed")
    try """
    CREATE TABLE events (id int PRIMARY KEY, title text, price int, made timestamptz DEFAULT now());
    CREATE TABLE speakers (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text);
    """.write(toFile: "\(folder)/schema.sql", atomically: true, encoding: .utf8)
    var declared: JSONObject = [
      "command": ["./seed"], "schema": .string("\(folder)/schema.sql"), "scratch": .string("\(folder)/scratch"),
    ]
    for (name, value) in seed { declared[name] = value }
    #expect(SeedPlan.field.schema.violations(of: .object(declared)).isEmpty)
    let meter = TrafficMeter()
    let deadline =
      cancellation.map { Deadline(milliseconds: 100_000, cancellation: $0) } ?? Deadline(milliseconds: 100_000)
    let context = ProbeContext(deadline: deadline, lane: BlockingLane(width: 2), traffic: meter)
    let target = Target(
      id: "db", kind: "postgres", settings: ["url": "postgresql://a@localhost/b", "seed": .object(declared)],
      location: SourceLocation(path: "\(folder)/prodworthy.yaml", line: 1, column: 1))
    let probe = SeedCheckProbe()
    var look = Look(traffic: meter.traffic)
    switch await probe.observe(target, with: [:], in: context) {
    case .seen(let facts, let gaps):
      (look.facts, look.gaps) = (facts, gaps)
      #expect(probe.descriptor.facts.violations(of: facts).isEmpty)
      #expect(facts["removed"] == true)
    case .unseen(let unseen): look.unseen = unseen
    }
    look.traffic = meter.traffic
    #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/scratch").isEmpty)
    return look
  }

  private func table(_ name: String, in look: Look) -> JSONValue? {
    look["tables"]?.array?.first { $0["name"] == .string(name) }
  }

  @Test func aSeederThatBehaves() async throws {
    let look = try await check(
      """
      psql -q -c "INSERT INTO events (id, title, price) SELECT n, 'Event ' || n, n * 10 FROM generate_series(1, 20) n \
      ON CONFLICT DO NOTHING" "$DATABASE_URL"
      psql -q -c "INSERT INTO speakers (name) SELECT 'S' || n FROM generate_series(1, 3) n WHERE NOT EXISTS (SELECT FROM speakers)"
      """,
      ["volatile": ["*.made", "*.gone"], "rows": ["events": 20, "public.speakers": 4, "missing": 0]])
    #expect(look["runs"]?.array?.map { $0["succeeded"] } == [true, true, true])
    for name in ["events", "speakers"] {
      let table = table("public.\(name)", in: look)
      #expect(table?["deterministic"] == true && table?["idempotent"] == true, "\(String(describing: table))")
    }
    #expect(table("public.events", in: look)?["masked"] == ["made"])
    #expect(look["idleMasks"] == ["*.gone"])
    #expect(look["demands"]?.array?.map { $0["holds"] } == [true, false, false])
    #expect(look["demands"]?.array?.map { $0["exists"] } == [true, true, false])
    #expect(look.traffic.processes == 6)
  }

  @Test func aSeederThatIsDifferentEveryTimeAndAddsMore() async throws {
    let look = try await check(
      """
      psql -q -c "INSERT INTO events (id, title, price) SELECT n, 'E', random() * 1000000 FROM generate_series(1, 9) n \
      ON CONFLICT (id) DO UPDATE SET price = excluded.price, made = events.made"
      psql -q -c "INSERT INTO speakers (name) VALUES ('x')"
      """)
    let events = table("public.events", in: look)
    #expect(events?["deterministic"] == false && events?["idempotent"] == false)
    #expect(events?["differing"] == ["made", "price"])
    #expect(events?["changed"] == ["price"])
    let speakers = table("public.speakers", in: look)
    #expect(speakers?["deterministic"] == true && speakers?["idempotent"] == false)
    #expect(speakers?["rowsAgain"] == 2)
  }

  @Test func aSeederThatFailsSaysWhyWithoutThePassword() async throws {
    let look = try await check("echo \"cannot use $DATABASE_URL\" >&2; exit 3")
    #expect(look["runs"]?.array?.count == 1)
    #expect(look["tables"] == .null)
    let reason = look["runs"]?.array?.first?["reason"]?.string ?? ""
    #expect(reason.contains("seed ended with 3") && reason.contains("cannot use postgresql://seeder:"))
    #expect(reason.firstMatch(of: /seeder:[0-9a-z]{30,}@/) == nil, "\(reason)")
  }

  @Test func aSecondRunThatFailsAndOneThatTakesTooLong() async throws {
    let again = try await check(
      "psql -v ON_ERROR_STOP=1 -q -c \"INSERT INTO events (id) VALUES (1)\"", ["volatile": ["events.made"]])
    #expect(again["runs"]?.array?.map { $0["succeeded"] } == [true, true, false])
    #expect(again["runs"]?.array?.last?["reason"]?.string?.contains("duplicate key") == true)
    #expect(table("public.events", in: again)?["idempotent"] == .null)
    let slow = try await check("sleep 60 & sleep 60", ["timeoutSeconds": 1])
    #expect(slow["runs"]?.array?.first?["reason"]?.string?.contains("not done in time") == true)
  }

  @Test func masks() {
    let table = TableName(schema: "public", name: "events")
    #expect(SeedPlan.Mask("events.made")?.covers("made", of: table) == true)
    #expect(SeedPlan.Mask("other.events.made")?.covers("made", of: table) == false)
    #expect(SeedPlan.Mask("*.made")?.covers("made", of: table) == true)
    #expect(SeedPlan.Mask("*.made")?.covers("id", of: table) == false)
    for text in ["made", "", ".made", "events.", "a.b.c.d"] { #expect(SeedPlan.Mask(text) == nil) }
    let wrong = SeedPlan.violations(in: ["seed": ["volatile": ["*.a", "b"], "rows": ["a.b.c": 1]]])
    #expect(wrong.map(\.path.count) == [3, 3])
  }
}
