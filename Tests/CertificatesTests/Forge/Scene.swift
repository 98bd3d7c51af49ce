import AuditModel
import COpenSSL
import Certificates
import Cryptography
import Testing

/// A certificate before it is signed. Everything in it can be wrong on purpose.
struct Draft: Sendable {
  /// The whole element; empty to leave it out.
  var version = DER.tagged(0, DER.integer([2]))
  var serial: [UInt8] = [0x4F, 1, 2, 3]
  var innerAlgorithm: [UInt8]?
  var outerAlgorithm: [UInt8]?
  var issuer: [UInt8]?
  var notBefore = DER.utcTime("250101000000Z")
  var notAfter = DER.utcTime("350101000000Z")
  var subject: [UInt8]
  var key: ForgedKey
  /// The SubjectPublicKeyInfo, where it is not that of `key`.
  var publicKey: [UInt8]?
  var extensions: [(identifier: OID, isCritical: Bool, value: [UInt8])] = []
  /// After the extensions were put in.
  var further: [UInt8] = []
  var tamper: (@Sendable ([UInt8]) -> [UInt8])?
  var signHash: HashFunction = .sha256
  /// The length of the salt, for RSA-PSS.
  var pssSalt: Int32?

  /// Puts an extension in the place of the one with the same identifier, or at the end; nil takes it away.
  mutating func set(_ identifier: OID, _ value: [UInt8]?, critical: Bool = false) {
    let place = extensions.firstIndex { $0.identifier == identifier }
    switch (place, value) {
    case (let place?, let value?): extensions[place] = (identifier, critical, value)
    case (let place?, nil): extensions.remove(at: place)
    case (nil, let value?): extensions.append((identifier, critical, value))
    case (nil, nil): break
    }
  }

  /// The certificate, signed by `signer` in the name of `issuer`.
  func signed(by signer: ForgedKey, issuer name: [UInt8]) -> [UInt8] {
    let list = extensions.map { one in
      DER.sequence(DER.oid(one.identifier), one.isCritical ? DER.boolean(true) : [], DER.octets(one.value))
    }
    let body = DER.sequence(
      version, DER.integer(serial), innerAlgorithm ?? signer.algorithm, issuer ?? name,
      DER.sequence(notBefore, notAfter), subject, publicKey ?? key.publicKey,
      extensions.isEmpty ? [] : DER.tagged(3, DER.sequence(of: list)), further)
    let signature = signer.sign(body, hash: signHash.forged, pssSalt: pssSalt)
    let whole = DER.sequence(body, outerAlgorithm ?? innerAlgorithm ?? signer.algorithm, DER.bits(signature))
    return tamper?(whole) ?? whole
  }

  /// The identifier by which `key` is named here: SHA-256 cut to 20 octets.
  static func identifier(of key: ForgedKey) -> [UInt8] {
    Array(SHA256.hex(key.publicKey).utf8.prefix(20))
  }

  static func authorityKey(_ key: ForgedKey) -> [UInt8] { DER.sequence(DER.implicit(0, identifier(of: key))) }
}

extension HashFunction {
  /// libcrypto's own.
  var forged: OpaquePointer? {
    switch self {
    case .sha1: EVP_sha1()
    case .sha224: EVP_sha224()
    case .sha256: EVP_sha256()
    case .sha384: EVP_sha384()
    case .sha512: EVP_sha512()
    }
  }
}

/// A root, an authority under it and a leaf under that, all in order unless a test changes something.
struct Scene: Sendable {
  var root: Draft
  var intermediate: Draft
  var leaf: Draft
  var hasIntermediate = true
  /// What signs what, where it is not the key above.
  var rootSigner: ForgedKey?
  var intermediateSigner: ForgedKey?
  var leafSigner: ForgedKey?
  var name: String? = "www.example.com"
  var at = "2026-06-01T00:00:00Z"
  var purpose = PathQuestion.Purpose.server
  var maximumDepth = PathQuestion.usualDepth
  /// Built from the whole scene when it is judged.
  var lists: (@Sendable (Scene) -> [[UInt8]])?
  var furtherIntermediates: [[UInt8]] = []
  var furtherAnchors: [[UInt8]] = []
  var sendsIntermediate = true
  var trustsRoot = true

  init() {
    root = Self.authority("Forge Root", ForgedKey.root, issuer: ForgedKey.root)
    root.set(.authorityKeyIdentifier, nil)
    intermediate = Self.authority("Forge Intermediate", ForgedKey.intermediate, issuer: ForgedKey.root)
    leaf = Draft(subject: DER.name(common: "www.example.com"), key: ForgedKey.leaf)
    leaf.set(.subjectAlternativeName, DER.names(DER.dns("www.example.com"), DER.dns("*.wild.example.com")))
    leaf.set(.extendedKeyUsage, DER.purposes(.serverAuth))
    leaf.set(.keyUsage, DER.usage(.digitalSignature), critical: true)
    leaf.set(.basicConstraints, DER.sequence(), critical: true)
    leaf.set(.authorityKeyIdentifier, Draft.authorityKey(.intermediate))
    leaf.set(.subjectKeyIdentifier, DER.octets(Draft.identifier(of: .leaf)))
  }

  static func authority(_ name: String, _ key: ForgedKey, issuer: ForgedKey) -> Draft {
    var draft = Draft(subject: DER.name(common: name), key: key)
    draft.set(.basicConstraints, DER.authority(), critical: true)
    draft.set(.keyUsage, DER.usage(.keyCertSign, .cRLSign), critical: true)
    draft.set(.authorityKeyIdentifier, Draft.authorityKey(issuer))
    draft.set(.subjectKeyIdentifier, DER.octets(Draft.identifier(of: key)))
    return draft
  }

  var rootDER: [UInt8] { root.signed(by: rootSigner ?? root.key, issuer: root.subject) }
  var intermediateDER: [UInt8] {
    intermediate.signed(by: intermediateSigner ?? root.key, issuer: root.subject)
  }
  var leafDER: [UInt8] {
    let parent = hasIntermediate ? intermediate : root
    return leaf.signed(by: leafSigner ?? parent.key, issuer: parent.subject)
  }

  /// The verdict of the verifier. Throws where one of the certificates is none.
  func verdict() throws -> PathVerdict {
    var intermediates = try furtherIntermediates.map { try X509Certificate(der: $0) }
    if hasIntermediate, sendsIntermediate { intermediates.append(try X509Certificate(der: intermediateDER)) }
    var anchors = try furtherAnchors.map { try X509Certificate(der: $0) }
    if trustsRoot { anchors.append(try X509Certificate(der: rootDER)) }
    return PathVerifier.verdict(
      on: PathQuestion(
        leaf: try X509Certificate(der: leafDER), intermediates: intermediates, anchors: anchors,
        name: try name.map { text in
          guard let name = ReferenceName(text) else { throw BadName(text: text) }
          return name
        }, at: Instant(at) ?? Instant(seconds: 0), purpose: purpose,
        revocationLists: try lists.map { try $0(self).map { try X509CRL(der: $0) } }, maximumDepth: maximumDepth))
  }

  struct BadName: Error {
    var text: String
  }
}

/// One row of a table: what is changed, and the reason that has to come of it (or several with spaces between), or nil
/// where nothing may.
struct Row: Sendable, CustomTestStringConvertible {
  var testDescription: String
  var reason: String?
  var change: @Sendable (inout Scene) -> Void

  init(_ what: String, _ reason: String?, _ change: @escaping @Sendable (inout Scene) -> Void) {
    testDescription = what
    self.reason = reason
    self.change = change
  }

  /// The ids of the reasons that came.
  func outcome() throws -> PathVerdict {
    var scene = Scene()
    change(&scene)
    return try scene.verdict()
  }
}
