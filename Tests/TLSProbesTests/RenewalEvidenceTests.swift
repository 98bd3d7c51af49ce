import AuditModel
import Facts
import Testing

@testable import TLSProbes

@Suite struct RenewalEvidenceTests {
  /// What was served and when, in days; the last is the certificate that is looked at on `today`.
  struct Script: Sendable, CustomTestStringConvertible {
    var name: String
    /// The first day and the length of every certificate's life.
    var served: [(from: Int, days: Int)]
    var today: Double
    var issuer: String
    var grade: RenewalEvidence.Grade
    var testDescription: String { name }
  }

  private static let acme = "CN=E7,O=Let's Encrypt,C=US"
  private static let own = "CN=Own Authority,O=Beispiel"

  static let scripts: [Script] = [
    Script(name: "six days, fresh", served: [(0, 6)], today: 1, issuer: acme, grade: .strong),
    Script(name: "six days, due", served: [(0, 6)], today: 4.5, issuer: acme, grade: .weak),
    Script(name: "six days, overdue", served: [(0, 6)], today: 5, issuer: acme, grade: .contradicted),
    Script(name: "47 days, fresh", served: [(0, 47)], today: 10, issuer: acme, grade: .likely),
    Script(name: "90 days, two thirds", served: [(0, 90)], today: 60, issuer: acme, grade: .likely),
    Script(name: "90 days, due", served: [(0, 90)], today: 65, issuer: acme, grade: .weak),
    Script(name: "90 days, overdue", served: [(0, 90)], today: 75, issuer: acme, grade: .contradicted),
    Script(name: "90 days by hand, late", served: [(0, 90)], today: 75, issuer: own, grade: .weak),
    Script(name: "90 days by hand, on time", served: [(0, 90)], today: 70, issuer: own, grade: .likely),
    Script(name: "200 days", served: [(0, 200)], today: 100, issuer: acme, grade: .weak),
    Script(name: "a year", served: [(0, 365)], today: 10, issuer: own, grade: .none),
    Script(name: "a year, nearly over", served: [(0, 365)], today: 350, issuer: own, grade: .none),
    Script(name: "expired", served: [(0, 365)], today: 366, issuer: own, grade: .contradicted),
    Script(
      name: "four times every sixty days", served: [(0, 90), (60, 90), (120, 90), (180, 90)], today: 190, issuer: acme,
      grade: .strong),
    Script(
      name: "a year, renewed early each year", served: [(0, 365), (275, 365), (550, 365)], today: 600, issuer: own,
      grade: .strong),
    Script(
      name: "regular until it stopped", served: [(0, 365), (275, 365), (550, 365)], today: 900, issuer: own,
      grade: .contradicted),
    Script(
      name: "renewed after it had expired", served: [(0, 90), (95, 90)], today: 100, issuer: acme,
      grade: .contradicted),
    Script(
      name: "once after it had expired, well since", served: [(0, 90), (95, 90), (155, 90)], today: 160, issuer: acme,
      grade: .weak),
    Script(name: "renewed late", served: [(0, 90), (85, 90)], today: 100, issuer: own, grade: .weak),
    Script(name: "a year, renewed late", served: [(0, 365), (350, 365)], today: 360, issuer: own, grade: .none),
    Script(name: "renewed once, early", served: [(0, 200), (120, 200)], today: 130, issuer: own, grade: .strong),
  ]

  private func instant(_ days: Double) -> Instant { Instant(seconds: 1_780_000_000 + Int(days * 86400)) }

  private func sightings(_ script: Script) -> [RenewalEvidence.Sighting] {
    script.served.enumerated().map { index, one in
      RenewalEvidence.Sighting(
        serial: String(index), notBefore: instant(Double(one.from)),
        notAfter: Instant(seconds: instant(Double(one.from + one.days)).seconds - 1),
        firstSeen: instant(Double(one.from) + 0.1))
    }
  }

  @Test(arguments: scripts) func historiesAreGraded(script: Script) throws {
    let seen = sightings(script)
    let last = try #require(seen.last)
    let life = CertificateLifetime(notBefore: last.notBefore, notAfter: last.notAfter, now: instant(script.today))
    for sightings in [seen, seen.reversed(), Array(seen.dropLast()), seen + seen] {
      let evidence = RenewalEvidence(life, serial: last.serial, issuer: script.issuer, sightings: sightings)
      #expect(evidence.grade == script.grade, "\(evidence.reasons)")
      #expect(evidence.lookedAt.contains(.history) == (script.served.count > 1))
      #expect(!evidence.reasons.isEmpty)
    }
  }

  @Test func twentyHistoriesAreScripted() { #expect(Self.scripts.count >= 20) }

  @Test func sightingsOfTheFutureCountForNothing() {
    let life = CertificateLifetime(notBefore: instant(0), notAfter: instant(90), now: instant(1))
    let future = RenewalEvidence.Sighting(
      serial: "9", notBefore: instant(-60), notAfter: instant(30), firstSeen: instant(2))
    let evidence = RenewalEvidence(life, serial: "1", issuer: Self.own, sightings: [future])
    #expect(evidence.lookedAt == [.lifetime, .position])
  }

  /// No lifetime fact that a check fails on is red in the first two thirds of a life that is in order.
  @Test(arguments: [6, 45, 47, 90, 200])
  func healthyLivesAreNeverRedInTheirFirstTwoThirds(days: Int) throws {
    let start = try #require(Instant("\(days > 100 ? 2026 : days > 47 ? 2027 : 2029)-06-01T00:00:00Z"))
    let end = Instant(seconds: start.seconds + days * 86400 - 1)
    for issuer in [Self.acme, Self.own] {
      for step in stride(from: 0, through: 2000, by: 4) {
        let now = Instant(seconds: start.seconds + days * 86400 * step * 2 / 6000)
        let facts: JSONValue = [
          "leaf": [
            "serial": "01", "issuer": .string(issuer), "notBefore": .string(start.description),
            "notAfter": .string(end.description),
          ],
          "chain": ["anchor": "system", "path": []],
        ]
        let leaf = TLSDerivation.derived(facts, asOf: now)["leaf"]
        // In the last second of the two thirds renewal is due, which is a warning.
        #expect(
          leaf?["lifetime"]?["verdict"] == "healthy" || step == 2000 && leaf?["lifetime"]?["verdict"] == "expiring",
          "\(days) days, step \(step)")
        #expect(leaf?["lifetime"]?["isExpired"] == false)
        #expect(leaf?["lifetime"]?["isNotYetValid"] == false)
        #expect(leaf?["lifetime"]?["publicLimit"] == "kept")
        #expect(leaf?["renewal"]?["grade"] != "contradicted")
      }
    }
  }

  @Test func unreadableDatesHaveNoEvidence() {
    let facts: JSONValue = ["leaf": ["notBefore": nil, "notAfter": nil]]
    #expect(TLSDerivation.derived(facts, asOf: instant(0))["leaf"]?["renewal"] == .null)
  }
}

@Suite struct CertificateFactsTests {
  @Test func octetsThatAreNoCertificateHaveNoLints() {
    #expect(CertificateFacts.lints([], isPublic: true) == .null)
    #expect(CertificateFacts.lints([0x30, 3, 1, 2, 3], isPublic: false) == .null)
  }

  /// What an audit with a history puts beside the certificate counts when the facts are judged.
  @Test func earlierCertificatesAreASign() throws {
    func renewal(_ earlier: JSONValue) throws -> JSONValue {
      let now = try #require(Instant("2027-03-10T00:00:00Z"))
      let facts: JSONValue = [
        "leaf": [
          "serial": "0c", "issuer": "CN=Own Authority", "notBefore": "2027-03-01T00:00:00Z",
          "notAfter": "2027-09-01T00:00:00Z", "earlier": earlier,
        ]
      ]
      return try #require(TLSDerivation.derived(facts, asOf: now)["leaf"]?["renewal"])
    }
    func served(_ serial: String, _ from: String, _ to: String) -> JSONValue {
      [
        "serial": .string(serial), "notBefore": .string("\(from)T00:00:00Z"), "notAfter": .string("\(to)T00:00:00Z"),
        "firstSeen": .string("\(from)T06:00:00Z"),
      ]
    }
    let alone = try renewal([])
    #expect(alone["lookedAt"] == ["lifetime", "position"])
    #expect(alone["renewedAtShare"] == .null)
    let early = try renewal([
      served("0a", "2026-07-01", "2027-01-01"), served("0b", "2026-11-01", "2027-05-01"),
      served("0c", "2027-03-01", "2027-09-01"),
    ])
    #expect(early["grade"] == "strong")
    #expect(early["lookedAt"] == ["lifetime", "position", "history"])
    #expect(try #require(early["renewedAtShare"]?.double) < 0.7)
    let late = try renewal([served("0b", "2026-07-01", "2027-01-01")])
    #expect(late["grade"] == "contradicted")
  }
}
