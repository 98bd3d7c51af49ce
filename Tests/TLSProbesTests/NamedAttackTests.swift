import Facts
import Testing

@testable import TLSProbes

/// Attacks with a name as they follow from what a server accepts.
@Suite struct NamedAttackTests {
  /// Exposures by name for a server of TLS 1.2 and 1.3 with today's suites, changed by `change`.
  private func exposures(_ change: (inout JSONObject) -> Void = { _ in }) -> [String: String] {
    var facts: JSONObject = [
      "protocols": ["TLSv1.2", "TLSv1.3"], "inconclusive": [], "compression": "off", "renegotiation": "secure",
      "versions": ["ssl2": false, "ssl3": false, "tls10": false, "tls11": false, "tls12": true, "tls13": true],
      "suites": ["TLSv1.2": ["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"], "TLSv1.3": ["TLS_AES_128_GCM_SHA256"]],
      "groups": [["name": "x25519", "kind": "ec", "bits": 255]],
    ]
    change(&facts)
    var found: [String: String] = [:]
    let attacks = NamedAttacks.facts(of: .object(facts))
    #expect(NamedAttacks.schema.violations(of: attacks) == [])
    for attack in attacks.array ?? [] {
      guard let name = attack["name"]?.string else { continue }
      found[name] = attack["exposure"]?.string ?? "unknown"
    }
    return found
  }

  /// Speaks a version with one suite.
  private static func speaking(_ version: String, _ member: String, _ suite: String) -> (inout JSONObject) -> Void {
    { facts in
      facts["protocols"] = [.string(version)]
      facts["suites"] = .object([version: [.string(suite)]])
      var versions = facts["versions"]?.object ?? [:]
      versions[member] = true
      facts["versions"] = .object(versions)
    }
  }

  @Test func todaysServerIsOpenToNone() {
    let found = exposures()
    #expect(found.count == 10)
    #expect(Set(found.values) == ["closed"])
  }

  @Test(arguments: [
    ("POODLE", "open", "SSLv3", "ssl3", "TLS_RSA_WITH_AES_128_CBC_SHA"),
    ("POODLE", "closed", "SSLv3", "ssl3", "TLS_RSA_WITH_RC4_128_SHA"),
    ("RC4 biases", "open", "TLSv1.2", "tls12", "TLS_RSA_WITH_RC4_128_SHA"),
    ("BEAST", "guarded", "TLSv1.0", "tls10", "TLS_RSA_WITH_AES_128_CBC_SHA"),
    ("BEAST", "closed", "TLSv1.1", "tls11", "TLS_RSA_WITH_AES_128_CBC_SHA"),
    ("Lucky Thirteen", "guarded", "TLSv1.2", "tls12", "TLS_RSA_WITH_AES_128_CBC_SHA"),
    ("Sweet32", "open", "TLSv1.2", "tls12", "TLS_RSA_WITH_3DES_EDE_CBC_SHA"),
    ("FREAK", "open", "TLSv1.0", "tls10", "TLS_RSA_EXPORT_WITH_RC4_40_MD5"),
    ("Logjam", "open", "TLSv1.0", "tls10", "TLS_DHE_RSA_EXPORT_WITH_DES40_CBC_SHA"),
    ("FREAK", "closed", "TLSv1.0", "tls10", "TLS_DHE_RSA_EXPORT_WITH_DES40_CBC_SHA"),
  ]) func suiteOpensIt(name: String, exposure: String, version: String, member: String, suite: String) {
    #expect(exposures(Self.speaking(version, member, suite))[name] == exposure)
  }

  @Test func othersAreOpenedByOtherThings() {
    #expect(exposures { $0["compression"] = "on" }["CRIME"] == "open")
    #expect(exposures { $0["renegotiation"] = "insecure" }["insecure renegotiation"] == "open")
    #expect(exposures { $0["groups"] = [["name": "modp1024", "kind": "ff", "bits": 1024]] }["Logjam"] == "open")
    #expect(exposures { $0["groups"] = [["name": "modp2048", "kind": "ff", "bits": 2048]] }["Logjam"] == "closed")
    let drown = exposures { facts in
      var versions = facts["versions"]?.object ?? [:]
      versions["ssl2"] = true
      facts["versions"] = .object(versions)
    }
    #expect(drown["DROWN"] == "open")
  }

  @Test func whatWasNotSeenClosesNothing() {
    let found = exposures { $0["inconclusive"] = ["suites", "groups"] }
    #expect(found["Sweet32"] == "unknown")
    #expect(found["Logjam"] == "unknown")
    // SSL 3.0 is off for sure, whatever else is not known.
    #expect(found["POODLE"] == "closed")
    let blind = exposures { facts in
      facts["protocols"] = []
      facts["inconclusive"] = ["all"]
      facts["suites"] = [:]
      facts["versions"] = [:]
      facts["compression"] = .null
      facts["renegotiation"] = .null
    }
    #expect(Set(blind.values) == ["unknown"])
  }
}
