import AuditModel
import Certificates
import LoopbackServers
import Testing

/// Certificates that the lints are tried on, made once.
struct LintSamples: Sendable {
  let rsaRoot: LintDraft
  let oldRoot: LintDraft
  let ecRoot: LintDraft
  let rsa1024: SigningKey

  static let shared = Result { try LintSamples() }

  init() throws {
    let rsa = try SigningKey("rsa:2048")
    rsaRoot = .root(D.time("240601000000Z"), D.time("20550601000000Z", generalized: true), rsa)
    oldRoot = .root(D.time("100601000000Z"), D.time("300601000000Z"), rsa)
    var root = LintDraft.root(D.time("240601000000Z"), D.time("340601000000Z"), try SigningKey("ec:prime256v1"))
    root.algorithm = D.algorithm("1.2.840.10045.4.3.2", null: false)
    ecRoot = root
    rsa1024 = try SigningKey("rsa:1024")
  }

  /// Certificates that keep every rule of their time, by name.
  var sound: [(name: String, draft: LintDraft)] {
    var sha1 = LintDraft.leaf("150601000000Z", "160601000000Z")
    sha1.algorithm = D.algorithm("1.2.840.113549.1.1.5")
    var elliptic = LintDraft.leaf("240601000000Z", "240830000000Z")
    elliptic.key = D.ecKey("1.2.840.10045.3.1.7")
    elliptic.put(.keyUsage, critical: true, D.bits([0x80], unused: 7))
    var any = LintDraft.subordinate("240601000000Z", "290601000000Z")
    any.put(
      .certificatePolicies,
      D.sequence(
        D.sequence(
          D.oid(.anyPolicy), D.sequence(D.sequence(D.oid(.cpsQualifier), D.ia5("http://ca.example/cps"))))))
    any.drop(.policyMappings)
    return [
      ("leaf of 2013", .leaf("130301000000Z", "131201000000Z")), ("leaf of 2015", sha1),
      ("leaf of 2017", .leaf("170601000000Z", "200801000000Z")),
      ("leaf of 2018", .leaf("180401000000Z", "200601000000Z")),
      ("leaf of 2024", .leaf("240601000000Z", "240830000000Z")),
      ("leaf of 2026", .leaf("260401000000Z", "260630000000Z")),
      ("leaf of 2027", .leaf("270401000000Z", "270630000000Z")),
      ("leaf of 2029", .leaf("290401000000Z", "290510000000Z")),
      ("elliptic leaf", elliptic), ("organization", .organization("190601000000Z", "200601000000Z")),
      ("organization of 2024", .organization("240601000000Z", "240830000000Z")),
      ("root", rsaRoot), ("old root", oldRoot), ("elliptic root", ecRoot),
      ("subordinate", .subordinate("240601000000Z", "290601000000Z")),
      ("subordinate of 2022", .subordinate("220601000000Z", "290601000000Z")),
      ("old subordinate", .subordinate("100601000000Z", "130601000000Z")), ("subordinate for any policy", any),
    ]
  }
}

@Suite struct LintRuleTests {
  @Test func everyIdentifierAndNameStandsOnce() {
    let ids = CertificateLint.all.map(\.id)
    #expect(Set(ids).count == ids.count)
    let names = CertificateLint.all.compactMap(\.zlint)
    #expect(Set(names).count == names.count)
    #expect(names.count >= 60)
    // The name of a lint of zlint says how heavily it may weigh at most.
    #expect(names.allSatisfy { ["e_", "w_", "n_"].contains($0.prefix(2)) })
  }

  /// Notices are remarks that a sound certificate may earn.
  @Test func soundCertificatesBreakNoRule() throws {
    for (name, draft) in try LintSamples.shared.get().sound {
      let certificate = try LintedCertificate(der: try draft.encoded())
      let broken = certificate.lints.filter {
        ($0.status == .error || $0.status == .warn) && !certificate.contradicts($0.lint)
      }
      #expect(broken.map(\.message).isEmpty, "\(name): \(broken.map { "\($0.lint.id): \($0.message)" })")
    }
  }

  @Test func everyRuleIsKeptBySomeSoundCertificate() throws {
    var kept: Set<String> = []
    for (_, draft) in try LintSamples.shared.get().sound {
      for result in try draft.lints().values where result.status == .pass { kept.insert(result.lint.id) }
    }
    #expect(CertificateLint.all.map(\.id).filter { !kept.contains($0) } == [])
  }

  @Test func everyRuleIsBrokenBySomeFault() throws {
    let samples = try LintSamples.shared.get()
    let faults = try LintFault.all(samples)
    let untried = CertificateLint.all.map(\.id).filter { id in !faults.contains { $0.id == id } }
    #expect(untried == [], "rules that no fault breaks")
    for fault in faults {
      let result = try #require(try fault.draft.lints()[fault.id], "\(fault.id) is no lint")
      #expect(result.status == fault.status, "\(fault.id): \(result.message)")
      #expect(result.message.hasPrefix(result.lint.rule))
    }
  }
}
