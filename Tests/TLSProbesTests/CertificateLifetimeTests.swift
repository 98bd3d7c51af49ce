import AuditModel
import Facts
import Testing

@testable import TLSProbes

@Suite struct CertificateLifetimeTests {
  private let issue = Instant(seconds: 1_790_000_000)

  private func life(hours: Int, left: Double) -> CertificateLifetime {
    let notAfter = Instant(seconds: issue.seconds + hours * 3600 - 1)
    return CertificateLifetime(
      notBefore: issue, notAfter: notAfter, now: Instant(seconds: notAfter.seconds - Int(left * 3600)))
  }

  /// Life in hours, then hours left below which renewal is due and overdue: the examples of the rule.
  private static let examples: [(Int, Double, Double)] = [
    (2160, 720, 336), (1128, 376, 188), (4800, 720, 336), (160, 53.333, 26.667), (48, 16, 24), (24, 8, 12),
  ]

  @Test(arguments: examples)
  func thresholdsFollowTheLife(hours: Int, due: Double, overdue: Double) {
    let life = life(hours: hours, left: 0)
    #expect(abs(life.warnsBelow / 3600 - due) < 0.01)
    #expect(abs(life.failsBelow / 3600 - overdue) < 0.01)
  }

  @Test func verdictsFollowTheThresholds() {
    #expect(life(hours: 90 * 24, left: 31 * 24).verdict == .healthy)
    #expect(life(hours: 90 * 24, left: 29 * 24).verdict == .expiring)
    #expect(life(hours: 90 * 24, left: 13 * 24).verdict == .critical)
    #expect(life(hours: 90 * 24, left: 0).verdict == .critical)
    #expect(life(hours: 90 * 24, left: -0.001).verdict == .expired)
    #expect(life(hours: 90 * 24, left: 91 * 24).verdict == .notYetValid)
    // A six-day certificate is healthy for two thirds of its life.
    #expect(life(hours: 160, left: 60).verdict == .healthy)
    #expect(life(hours: 160, left: 50).verdict == .expiring)
    #expect(life(hours: 160, left: 20).verdict == .critical)
  }

  @Test func lastSecondBelongsToTheLife() {
    let notAfter = Instant(seconds: issue.seconds + 100)
    #expect(!CertificateLifetime(notBefore: issue, notAfter: notAfter, now: notAfter).isExpired)
    #expect(
      CertificateLifetime(notBefore: issue, notAfter: notAfter, now: Instant(seconds: notAfter.seconds + 1)).isExpired)
    #expect(!CertificateLifetime(notBefore: issue, notAfter: notAfter, now: issue).isNotYetValid)
  }

  @Test(arguments: [
    ("2018-02-28T23:59:59Z", 1188), ("2018-03-01T00:00:00Z", 825), ("2020-08-31T23:59:59Z", 825),
    ("2020-09-01T00:00:00Z", 398), ("2026-03-14T23:59:59Z", 398), ("2026-03-15T00:00:00Z", 200),
    ("2027-03-15T00:00:00Z", 100), ("2029-03-15T00:00:00Z", 47),
  ])
  func publicLimitFollowsTheDayOfIssue(issued: String, days: Int) throws {
    let notBefore = try #require(Instant(issued))
    #expect(CertificateLifetime(notBefore: notBefore, notAfter: notBefore, now: notBefore).publicLimitDays == days)
  }

  @Test func daysAreRoundedUpWithBothEnds() {
    let whole = CertificateLifetime(
      notBefore: issue, notAfter: Instant(seconds: issue.seconds + 200 * 86400 - 1), now: issue)
    #expect(whole.days == 200)
    let more = CertificateLifetime(
      notBefore: issue, notAfter: Instant(seconds: issue.seconds + 200 * 86400), now: issue)
    #expect(more.days == 201)
  }
}

@Suite struct DerivationTests {
  @Test func reversedAndUnreadableDatesBreakNothing() {
    let reversed: JSONValue = ["leaf": ["notBefore": "2026-01-02T00:00:00Z", "notAfter": "2026-01-01T00:00:00Z"]]
    #expect(TLSDerivation.derived(reversed, asOf: today)["leaf"]?["lifetime"]?["verdict"] == "expired")
    let unreadable: JSONValue = ["leaf": ["notBefore": nil, "notAfter": "soon"], "chain": ["path": nil]]
    let derived = TLSDerivation.derived(unreadable, asOf: today)
    #expect(derived["leaf"]?["lifetime"] == .null)
    #expect(derived["chain"]?["outdated"] == .null)
    #expect(TLSDerivation.derived(.null, asOf: today) == .null)
  }

  @Test func issuerWithoutReadableDatesIsNotTakenForValid() {
    let facts: JSONValue = ["chain": ["path": [["subject": "CN=leaf"], ["subject": "CN=ca", "notAfter": nil]]]]
    #expect(TLSDerivation.derived(facts, asOf: today)["chain"]?["outdated"]?.array?.count == 1)
  }
}
