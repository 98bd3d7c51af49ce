import AuditModel
import Facts
import LoopbackServers
import Probing
import Testing

@testable import TLSProbes

/// When an ACME server wants a certificate renewed.
@Suite(.serialized) struct RenewalInformationTests {
  /// What the probe sees of a server whose certificate an ACME server on loopback knows.
  private func look(
    at server: ServerProcess, acme: Int?, _ pki: TestPKI, asOf now: Instant = today
  ) async throws -> (facts: JSONValue?, gaps: [Gap], unseen: Unseen?) {
    let probe = RenewalInformationProbe()
    var target = https(server.port, trust: pki.rootFile)
    if let acme { target.settings["acme"] = .string("https://127.0.0.1:\(acme)/directory") }
    let context = ProbeContext(
      deadline: Deadline(milliseconds: 10_000), lane: lane, traffic: TrafficMeter(), trust: [])
    switch await probe.observe(target, with: [:], in: context) {
    case .seen(let facts, let gaps):
      let derived = probe.derive(facts, asOf: now)
      #expect(probe.descriptor.facts.violations(of: derived) == [])
      return (derived, gaps, nil)
    case .unseen(let unseen): return (nil, [], unseen)
    }
  }

  /// An ACME server with a directory and one answer for every certificate.
  private func authority(_ pki: TestPKI, directory: String? = nil, answer: String) throws -> ServerProcess {
    // Its own port is known only once it listens; the authority header of the request has it.
    let directory = directory ?? #"{"newOrder": "https://$http_host/new", "renewalInfo": "https://$http_host/ari"}"#
    return try NginxServer.start(
      try pki.credential(),
      server: """
        default_type application/json;
        location = /directory { return 200 '\(directory)'; }
        location /ari/ { \(answer) }
        """)
  }

  @Test func windowIsReadAndJudgedByTheDay() async throws {
    let pki = try TestPKI()
    let server = try NginxServer.start(try pki.credential())
    let acme = try authority(
      pki,
      answer: """
        return 200 '{"suggestedWindow": {"start": "2027-01-02T04:00:00Z", "end": "2027-01-04T04:00:00.5Z"},
        "explanationURL": "https://example.com/why", "uri": "$request_uri"}';
        """)
    for (day, position, left) in [
      ("2027-01-01T00:00:00Z", "before", 3), ("2027-01-03T00:00:00Z", "within", 1),
      ("2027-01-05T04:00:00Z", "past", -1),
    ] {
      let now = try #require(Instant(day))
      let seen = try await look(at: server, acme: acme.port, pki, asOf: now)
      #expect(seen.gaps == [])
      #expect(seen.facts?["window"]?["position"]?.string == position)
      #expect(seen.facts?["window"]?["daysLeft"]?.integer == left)
      #expect(seen.facts?["window"]?["explanation"] == "https://example.com/why")
      let found = try judgement(of: "tls-renewal-information", seen.facts, seen.gaps)
      #expect(found["tls-renewal-window-kept"] == (position == "past" ? .fail : nil))
    }
  }

  @Test func whatIsNotToldIsNotGuessed() async throws {
    let pki = try TestPKI()
    let server = try NginxServer.start(try pki.credential())
    let without = try authority(pki, directory: "{}", answer: "return 404;")
    let unknown = try authority(pki, answer: "return 404;")
    let nonsense = try authority(pki, answer: "return 200 'window';")
    let reversed = try authority(
      pki,
      answer: """
        return 200 '{"suggestedWindow": {"start": "2027-01-04T04:00:00Z", "end": "2027-01-02T04:00:00Z"}}';
        """)
    for (acme, words) in [
      (without.port, "no renewalInfo"), (unknown.port, "status 404"), (nonsense.port, "no JSON object"),
      (reversed.port, "no window"), (try LoopbackPort.free(), "cannot be spoken to"),
    ] {
      let seen = try await look(at: server, acme: acme, pki)
      #expect(seen.facts?["window"] == .null)
      #expect(seen.facts?["unansweredBecause"]?.string?.contains(words) == true, "\(words)")
      #expect(seen.gaps.map(\.path) == ["window"])
      #expect(
        try judgement(of: "tls-renewal-information", seen.facts, seen.gaps)["tls-renewal-window-kept"] == .unknown)
    }
  }

  /// The example of RFC 9773 section 4.1.
  @Test func identifiersAreThoseOfTheStandard() {
    let key: [UInt8] = [
      0x69, 0x88, 0x5B, 0x6B, 0x87, 0x46, 0x40, 0x41, 0xE1, 0xB3, 0x7B, 0x84, 0x7B, 0xA0, 0xAE, 0x2C, 0xDE, 0x01, 0xC8,
      0xD4,
    ]
    let serial: [UInt8] = [0x00, 0x87, 0x65, 0x43, 0x21]
    #expect(CertificateIdentifier.base64url(key) == "aYhba4dGQEHhs3uEe6CuLN4ByNQ")
    #expect(CertificateIdentifier.base64url(serial) == "AIdlQyE")
    #expect(CertificateIdentifier([0x30, 0]) == nil)
  }
}
