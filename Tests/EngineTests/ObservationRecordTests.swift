import AuditModel
import Facts
import Testing

@Suite("An observation on record")
struct ObservationRecordTests {
  private let full = Observation(
    key: "tls-endpoint web {}", probe: "tls-endpoint", target: "web", kind: "https",
    declaration: ["url": "https://web/", "address": "127.0.0.1"], parameters: ["versions": true],
    facts: ["z": 1, "a": [nil, 0.5, "é\u{7F}"]],
    gaps: [Gap(path: "leaf", reason: "no permission", remedy: "a grant"), Gap(path: "chain", reason: "no roots")],
    startedAt: Instant(seconds: 1_795_516_800), durationMs: 12,
    traffic: Traffic(connections: 1, requests: 2, bytesSent: 3, bytesReceived: 4, processes: 5))

  @Test("comes back as it was, through its text")
  func roundTrip() throws {
    var blind = full
    blind.facts = nil
    blind.gaps = []
    blind.unseen = Unseen(.timeout, "nothing came before the deadline")
    for observation in [full, blind] {
      let line = JSONText.compact(observation.record)
      #expect(!line.contains("\n"))
      #expect(try Observation(record: JSONText.parse(Array(line.utf8))) == observation)
    }
  }

  @Test("has its names sorted, and none for what there is not")
  func names() throws {
    let record = try #require(full.record.object)
    #expect(record.names == record.names.sorted())
    #expect(record["facts"]?.object?.names == ["a", "z"])
    #expect(record["unseen"] == nil)
    #expect(record["gaps"]?[1]?.object?.names == ["path", "reason"])
  }

  @Test(
    "is refused where a member is missing or of the wrong kind",
    arguments: [
      ("key", nil, "key is missing"), ("probe", 1, "probe is no text"), ("durationMs", "1", "durationMs is no integer"),
      ("startedAt", "today", "startedAt is no RFC 3339 time"), ("gaps", [:], "gaps is no list"),
      ("traffic", [:], "connections is missing"),
      ("unseen", ["kind": "bored", "reason": ""], "unseen.kind is not known"),
    ] as [(String, JSONValue?, String)])
  func damage(name: String, value: JSONValue?, complaint: String) throws {
    var record = try #require(full.record.object)
    record[name] = value
    let error = #expect(throws: Observation.Damage.self) { try Observation(record: .object(record)) }
    #expect(error?.description == complaint)
  }
}
