import Certificates
import Cryptography
import Testing

/// Keys times states of the leaf times forms of the chain, and the well-known public list of bad and good servers as far
/// as a chain can show it.
@Suite("Chains as servers send them")
struct ChainMatrixTests {
  enum State: String, CaseIterable, Sendable {
    case good, expired, future, wrongName, longLived

    var reason: String? {
      switch self {
      case .good, .longLived: nil
      case .expired: "expired"
      case .future: "not-yet-valid"
      case .wrongName: "name-mismatch"
      }
    }
  }

  enum Form: String, CaseIterable, Sendable {
    case full, missing, reversed, withRoot, withJunk
  }

  private static let keys: [ForgedKey] = [
    .rsa2048, ForgedKey(.rsa(3072)), ForgedKey(.rsa(4096)), .leaf, .p384, .ed25519,
  ]

  @Test("every state raises its reason in every form of chain, and nothing else does", arguments: State.allCases)
  func matrix(state: State) throws {
    for key in Self.keys {
      for form in Form.allCases {
        var scene = Scene()
        scene.leaf.key = key
        switch state {
        case .good: break
        case .expired: scene.leaf.notAfter = DER.utcTime("260501000000Z")
        case .future: scene.leaf.notBefore = DER.utcTime("260701000000Z")
        case .wrongName: scene.name = "other.example.com"
        case .longLived:
          scene.leaf.notBefore = DER.utcTime("260315000000Z")
          scene.leaf.notAfter = DER.utcTime("261001235959Z")
        }
        switch form {
        case .full: break
        case .missing: scene.sendsIntermediate = false
        case .reversed:
          scene.sendsIntermediate = false
          scene.furtherIntermediates = [scene.rootDER, scene.intermediateDER]
        case .withRoot: scene.furtherIntermediates = [scene.rootDER]
        case .withJunk: scene.furtherIntermediates = [Scene.stranger]
        }
        var expected = Set(state.reason.map { [$0] } ?? [])
        if form == .missing { expected.insert("untrusted") }
        let verdict = try scene.verdict()
        #expect(Set(verdict.reasons.map(\.id)) == expected, "\(key.kind) \(state) \(form): \(verdict.reasons)")
      }
    }
  }

  @Test("the public list", arguments: rows)
  func list(row: Row) throws {
    let verdict = try row.outcome()
    #expect(Set(verdict.reasons.map(\.id)) == Set(row.reason.map { [$0] } ?? []), "\(verdict.reasons)")
  }

  static let rows: [Row] = [
    Row("expired", "expired") { $0.leaf.notAfter = DER.utcTime("250201000000Z") },
    Row("wrong.host", "name-mismatch") { $0.name = "wrong.host.example.com" },
    Row("self-signed", "untrusted") {
      $0.hasIntermediate = false
      $0.leaf.issuer = $0.leaf.subject
      $0.leafSigner = .leaf
    },
    Row("untrusted-root", "untrusted") {
      $0.trustsRoot = false
      $0.furtherAnchors = [Scene.stranger]
      $0.furtherIntermediates = [$0.rootDER]
    },
    Row("revoked", "revoked") { $0.lists = { [ListDraft(revoked: [($0.leaf.serial, 1)]).signed($0)] } },
    Row("incomplete-chain", "untrusted") { $0.sendsIntermediate = false },
    Row("sha1-2017", "signature-algorithm") {
      $0.leaf.innerAlgorithm = DER.sequence(DER.oid(.ecdsaWithSHA1))
      $0.leaf.signHash = .sha1
    },
    Row("sha1-intermediate", "signature-algorithm") {
      $0.intermediate.innerAlgorithm = DER.sequence(DER.oid(.ecdsaWithSHA1))
      $0.intermediate.signHash = .sha1
    },
    Row("sha384", nil) {
      $0.leaf.innerAlgorithm = DER.sequence(DER.oid(.ecdsaWithSHA384))
      $0.leaf.signHash = .sha384
    },
    Row("sha512", nil) {
      $0.intermediate.key = .rsa2048
      $0.leaf.innerAlgorithm = DER.sequence(DER.oid(.sha512WithRSA), DER.null)
      $0.leaf.signHash = .sha512
    },
    Row("ecc384", nil) { $0.leaf.key = .p384 },
    Row("rsa1024", "key-weak") { $0.leaf.key = .rsa1024 },
    Row("no-san", "san-missing") {
      $0.leaf.set(.subjectAlternativeName, nil)
      $0.name = nil
    },
    Row("no-common-name", nil) { $0.leaf.subject = DER.name(("2.5.4.6", "NL")) },
    Row("no-subject", nil) {
      $0.leaf.subject = DER.sequence()
      $0.leaf.set(.subjectAlternativeName, DER.names(DER.dns("www.example.com")), critical: true)
    },
    Row("1000-sans", nil) {
      $0.leaf.set(
        .subjectAlternativeName,
        DER.sequence(of: [DER.dns("www.example.com")] + (1..<1000).map { DER.dns("a\($0).example.com") }))
    },
    Row("xn--n1aae7f7o", nil) {
      $0.leaf.set(.subjectAlternativeName, DER.names(DER.dns("www.example.com"), DER.dns("xn--n1aae7f7o.example.com")))
      $0.name = "xn--n1aae7f7o.example.com"
    },
    Row("long label", nil) {
      let name = String(repeating: "a", count: 63) + ".example.com"
      $0.leaf.set(.subjectAlternativeName, DER.names(DER.dns("www.example.com"), DER.dns(name)))
      $0.name = name
    },
    Row("a label that is too long", "san-malformed") {
      let name = String(repeating: "a", count: 64) + ".example.com"
      $0.leaf.set(.subjectAlternativeName, DER.names(DER.dns("www.example.com"), DER.dns(name)))
    },
    Row("the leaf as a root", "untrusted") {
      $0.hasIntermediate = false
      $0.trustsRoot = false
      $0.leaf.issuer = $0.intermediate.subject
      $0.leafSigner = .intermediate
      $0.furtherAnchors = [$0.leafDER]
    },
  ]
}
