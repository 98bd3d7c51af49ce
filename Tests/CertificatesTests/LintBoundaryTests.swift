import AuditModel
import LoopbackServers
import Testing

@testable import Certificates

/// Where rules begin, end and change, to the second.
@Suite struct LintBoundaryTests {
  private func status(_ id: String, _ draft: LintDraft) throws -> LintStatus {
    try #require(try draft.lints()[id]).status
  }

  /// A leaf that begins at `from` and lives so many seconds, both ends included.
  private func leaf(_ from: String, seconds: Int) throws -> LintDraft {
    let start = try #require(Instant(from))
    func time(_ instant: Instant) -> String {
      String(instant.description.dropFirst(2).filter { $0.isNumber || $0 == "Z" })
    }
    return .leaf(time(start), time(Instant(seconds: start.seconds + seconds - 1)))
  }

  /// The limit in days, its first and its last second.
  static let schedule: [(Int, String, String?)] = [
    (397, "2020-09-01T00:00:00Z", nil), (398, "2020-09-01T00:00:00Z", nil),
    (199, "2026-03-15T00:00:00Z", "2027-03-15T00:00:00Z"), (200, "2026-03-15T00:00:00Z", "2027-03-15T00:00:00Z"),
    (99, "2027-03-15T00:00:00Z", "2029-03-15T00:00:00Z"), (100, "2027-03-15T00:00:00Z", "2029-03-15T00:00:00Z"),
    (46, "2029-03-15T00:00:00Z", nil), (47, "2029-03-15T00:00:00Z", nil),
  ]

  @Test(arguments: schedule)
  func lifetimeIsLimitedToTheSecond(days: Int, from: String, until: String?) throws {
    let id = "validity-\(days)-days"
    let broken: LintStatus = [397, 199, 99, 46].contains(days) ? .warn : .error
    #expect(try status(id, leaf(from, seconds: days * 86400)) == .pass)
    #expect(try status(id, leaf(from, seconds: days * 86400 + 1)) == broken)
    let before = try #require(Instant(from)).seconds - 1
    #expect(try status(id, leaf(Instant(seconds: before).description, seconds: days * 86400 + 1)) == .notEffective)
    guard let until else { return }
    let last = try #require(Instant(until)).seconds - 1
    #expect(try status(id, leaf(Instant(seconds: last).description, seconds: days * 86400 + 1)) == broken)
    #expect(try status(id, leaf(until, seconds: days * 86400 + 1)) == .notEffective)
  }

  @Test func monthsAndDaysOfOldLimitsAreThoseOfTheCalendar() throws {
    #expect(try status("validity-39-months", .leaf("160702000000Z", "191002000000Z")) == .pass)
    #expect(try status("validity-39-months", .leaf("160702000000Z", "191002000001Z")) == .error)
    #expect(try status("validity-39-months", .leaf("160701235959Z", "191201000000Z")) == .notEffective)
    // 30 November and 39 months is 30 February, which is 2 March in 2020 (1 March in other years).
    #expect(try status("validity-39-months", .leaf("161130000000Z", "200301000000Z")) == .pass)
    #expect(try status("validity-39-months", .leaf("161130000000Z", "200301000001Z")) == .error)
    #expect(try status("validity-825-days", .leaf("180302000000Z", "200604000000Z")) == .pass)
    #expect(try status("validity-825-days", .leaf("180302000000Z", "200604000001Z")) == .error)
    #expect(try status("validity-825-days", .leaf("180301235959Z", "200704000001Z")) == .notEffective)
  }

  /// Rules on what the subject of a validated domain may not say fell with the Baseline Requirements 2.0.0, which allow
  /// nothing but what they name; that organizations are named stayed.
  @Test func rulesOnSubjectsBeginAndEndToTheSecond() throws {
    func policy(_ oid: OID, _ from: String, _ until: String) -> LintDraft {
      var draft = LintDraft.leaf(from, until)
      draft.put(.certificatePolicies, D.sequence(D.sequence(D.oid(oid))))
      return draft
    }
    let domain: OID = "2.23.140.1.2.1"
    for id in ["locality", "org", "postal", "province", "street"].map({ "dv-no-\($0)" }) {
      #expect(try status(id, policy(domain, "120630235959Z", "130601000000Z")) == .notEffective)
      #expect(try status(id, policy(domain, "120701000000Z", "130601000000Z")) == .pass)
      #expect(try status(id, policy(domain, "230914235959Z", "231201000000Z")) == .pass)
      #expect(try status(id, policy(domain, "230915000000Z", "231201000000Z")) == .notEffective)
      #expect(try status(id, policy("2.23.140.1.2.2", "130601000000Z", "131201000000Z")) == .notApplicable)
    }
    #expect(try status("ov-organization", policy("2.23.140.1.2.2", "120630235959Z", "130601000000Z")) == .notEffective)
    #expect(try status("ov-organization", policy("2.23.140.1.2.2", "240601000000Z", "240801000000Z")) == .error)
    #expect(try status("ov-organization", policy(domain, "240601000000Z", "240801000000Z")) == .notApplicable)
  }

  /// Purposes without a name in the registries are nobody's business here, and a list of them alone is none.
  @Test func purposesWithoutANameAreNotJudged() throws {
    let id = "subscriber-purposes-only-tls"
    func leaf(_ purposes: OID..., from: String = "230914235959Z") -> LintDraft {
      var draft = LintDraft.leaf(from, "231130000000Z")
      draft.put(.extendedKeyUsage, D.sequence(purposes.flatMap { D.oid($0) }))
      return draft
    }
    let (server, client): (OID, OID) = ("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2")
    let (mail, code): (OID, OID) = ("1.3.6.1.5.5.7.3.4", "1.3.6.1.5.5.7.3.3")
    #expect(try status(id, leaf(server, client, mail)) == .pass)
    #expect(try status(id, leaf(server, code)) == .warn)
    #expect(try status(id, leaf(server, code, from: "230915000000Z")) == .notEffective)
    #expect(try status(id, leaf(server, "2.5.29.37.0")) == .warn)
    #expect(try status(id, leaf(server, "1.3.6.1.4.1.99.7")) == .pass)
    #expect(try status(id, leaf("1.3.6.1.4.1.99.7")) == .notApplicable)
    var bare = leaf(server)
    bare.drop(.authorityInformationAccess)
    #expect(try status("subscriber-access-present", bare) == .error)
    bare.put(.extendedKeyUsage, D.sequence(D.oid(mail)))
    bare.put(.certificatePolicies, D.sequence(D.sequence(D.oid("1.3.6.1.4.1.99.1"))))
    #expect(try status("subscriber-access-present", bare) == .notApplicable)
  }

  @Test func calendarAgreesWithInstants() {
    for day in stride(from: -700_000, to: 2_900_000, by: 9973) {
      let date = Civil.date(days: day)
      #expect(Civil.days(year: date.year, month: date.month, day: date.day) == day)
      #expect(Civil.days(year: date.year, month: date.month + 39, day: date.day) > day)
      let text = Instant(seconds: day * 86400).day
      #expect(text.split(separator: "-").compactMap { Int($0) } == [date.year, date.month, date.day])
    }
  }

  @Test func whatIsNotForServersIsNoBusinessOfTheBaseline() throws {
    var draft = LintDraft.leaf("240601000000Z", "240830000000Z")
    draft.drop(.subjectAlternativeName)
    draft.put(.certificatePolicies, D.sequence(D.sequence(D.oid("1.3.6.1.4.1.99.1"))))
    #expect(try status("names-present", draft) == .error)
    draft.put(.extendedKeyUsage, D.sequence(D.oid("1.3.6.1.5.5.7.3.4")))
    #expect(try status("names-present", draft) == .notApplicable)
    // It says itself that it keeps to the Baseline Requirements.
    draft.put(.certificatePolicies, D.sequence(D.sequence(D.oid("2.23.140.1.2.2"))))
    #expect(try status("names-present", draft) == .error)
    // A rule of RFC 5280 binds everybody.
    draft.put(.certificatePolicies, D.sequence(D.sequence(D.oid("1.3.6.1.4.1.99.1"))))
    #expect(try status("subject-or-alternative", draft) == .error)
  }

  /// RFC 5280 wants a key identifier in every certificate, the Baseline Requirements want none in a server's since 2.0.0.
  @Test func oneOfTwoRulesOnKeyIdentifiersIsBrokenByServers() throws {
    for (from, other) in [("230914235959Z", LintStatus.notEffective), ("230915000000Z", .warn)] {
      var draft = LintDraft.leaf(from, "231201000000Z")
      draft.put(.subjectKeyIdentifier, D.octets([1]))
      #expect(try status("subject-key-present", draft) == .pass)
      #expect(try status("subscriber-no-subject-key", draft) == other)
      draft.drop(.subjectKeyIdentifier)
      #expect(try status("subject-key-present", draft) == .warn)
      let certificate = try LintedCertificate(der: try draft.encoded())
      let lint = try #require(CertificateLint.all.first { $0.id == "subject-key-present" })
      #expect(certificate.contradicts(lint) == (other == .warn))
    }
  }

  @Test func whetherItAppliesIsAskedBeforeWhetherItIsInForce() throws {
    let draft = LintDraft.leaf("100601000000Z", "110601000000Z")
    #expect(try status("names-present", draft) == .notEffective)
    #expect(try status("ca-country", draft) == .notApplicable)
    #expect(try status("ec-key-usage", draft) == .notApplicable)
  }

  @Test func selfSignedIsWhatItsOwnKeySigned() throws {
    var root = try LintSamples.shared.get().ecRoot
    #expect(try LintedCertificate(der: try root.encoded()).isSelfSigned)
    root.signer = nil
    #expect(try !LintedCertificate(der: try root.encoded()).isSelfSigned)
    root = try LintSamples.shared.get().rsaRoot
    root.digest = "md5"
    root.algorithm = D.algorithm("1.2.840.113549.1.1.4")
    #expect(try LintedCertificate(der: try root.encoded()).isSelfSigned)
    root.subject.removeLast()
    #expect(try !LintedCertificate(der: try root.encoded()).isSelfSigned)
  }

  /// A hash that is longer than the order of a DSA key's group would have to be cut, which zlint does not.
  @Test(arguments: [(160, "sha1", true), (160, "sha256", false), (256, "sha1", true), (256, "sha256", true)])
  func hashesAreNotCutToTheGroupOfAKey(bits: Int, digest: String, isOwn: Bool) throws {
    var root = LintDraft.root(D.time("090601000000Z"), D.time("190601000000Z"), try SigningKey("dsa:\(bits)"))
    root.digest = digest
    root.algorithm = D.algorithm(digest == "sha1" ? "1.2.840.10040.4.3" : "2.16.840.1.101.3.4.3.2", null: false)
    #expect(try LintedCertificate(der: try root.encoded()).isSelfSigned == isOwn)
    #expect(try status("root-key-usage-critical", root) == (isOwn ? .pass : .notApplicable))
  }

  /// What a policy asks of a subject, it asks of servers alone.
  @Test func authoritiesNeedNoCountryByTheirPolicies() throws {
    var draft = LintDraft.subordinate("240601000000Z", "290601000000Z")
    draft.put(.certificatePolicies, D.sequence(D.sequence(D.oid("2.23.140.1.2.2"))))
    draft.subject.removeFirst()
    #expect(try status("ov-country", draft) == .notApplicable)
    #expect(try status("ov-organization", draft) == .notApplicable)
    draft.put(.basicConstraints, critical: true, D.sequence())
    #expect(try status("ov-country", draft) == .error)
    draft.from = D.time("120601000000Z")
    #expect(try status("ov-country", draft) == .notEffective)
  }

  /// Basic constraints whose path length is more than 64 bits or longer than it need be are none to zlint.
  @Test(arguments: [
    ([UInt8](repeating: 1, count: 8), true), ([UInt8](repeating: 1, count: 9), false), ([0, 1], false),
    ([0, 0x80], true), ([0xFF, 0x80], false), ([0xFF, 0x7F], true), ([0x80], true), ([], false),
  ])
  func pathLengthsThatNobodyReadsMakeNoAuthority(number: [UInt8], isRead: Bool) throws {
    var draft = LintDraft.subordinate("240601000000Z", "290601000000Z")
    draft.put(.basicConstraints, critical: true, D.sequence(D.boolean(true), D.integer(number)))
    #expect(try LintedCertificate(der: try draft.encoded()).isCA == isRead)
    #expect(try status("subordinate-policies-present", draft) == (isRead ? .pass : .notApplicable))
    #expect(try status("path-length-needs-ca", draft) == (isRead ? .pass : .error))
  }

  /// Every truncation and every flipped octet is judged or refused, and neither crashes.
  @Test func damagedCertificatesAreJudgedOrRefused() throws {
    let octets = try LintDraft.organization("240601000000Z", "240830000000Z").encoded()
    for count in stride(from: 0, to: octets.count, by: 7) {
      #expect(throws: DERFailure.self) { try LintedCertificate(der: Array(octets.prefix(count))) }
    }
    for index in stride(from: 0, to: octets.count, by: 3) {
      for change: UInt8 in [0x01, 0x80] {
        var damaged = octets
        damaged[index] ^= change
        guard let certificate = try? LintedCertificate(der: damaged) else { continue }
        #expect(certificate.lints.count == CertificateLint.all.count)
      }
    }
  }
}
