import AuditModel
import Certificates
import Cryptography
import Testing

/// What is read is what was written.
@Suite("The model of certificates and lists")
struct ModelTests {
  @Test("fields")
  func fields() throws {
    let scene = Scene()
    let octets = scene.leafDER
    let certificate = try X509Certificate(der: octets)
    #expect(certificate.version == 3)
    #expect(certificate.serial == [0x4F, 1, 2, 3])
    #expect(certificate.subject.text == "CN=www.example.com")
    #expect(certificate.issuer.text == "CN=Forge Intermediate")
    #expect(certificate.notBefore.instant == Instant("2025-01-01T00:00:00Z"))
    #expect(certificate.notBefore.form == .utcTime)
    #expect(certificate.publicKey.bits == 256)
    #expect(certificate.innerAlgorithm.signatureAlgorithm == .known(.ecdsa(.sha256)))
    #expect(certificate.keyUsage?.contains(.digitalSignature) == true)
    #expect(certificate.extendedKeyUsage == [.serverAuth])
    #expect(certificate.subjectAlternativeName?.map(\.text) == ["DNS:www.example.com", "DNS:*.wild.example.com"])
    #expect(certificate.basicConstraints?.isCA == false)
    #expect(certificate.basicConstraints?.hasEncodedCA == false)
    #expect(certificate.encodingFaults.isEmpty)
    #expect(Array(certificate.der) == octets)
  }

  private func content(_ identifier: OID, _ value: [UInt8]) throws -> ExtensionContent? {
    var scene = Scene()
    scene.leaf.set(identifier, value)
    return try X509Certificate(der: scene.leafDER).extension(identifier)?.content
  }

  @Test("extensions that paths do not need")
  func further() throws {
    #expect(try content(.tlsFeature, DER.sequence(DER.integer([5]))) == .tlsFeature([5]))
    let log = [UInt8](repeating: 7, count: 32)
    let timestamp = [0] + log + [0, 0, 1, 0x8B, 0, 0, 0, 1] + [0, 0] + [4, 3] + [0, 2, 9, 9]
    let list = [0, UInt8(timestamp.count + 2), 0, UInt8(timestamp.count)] + timestamp
    guard
      case .signedCertificateTimestamps(let timestamps) = try content(
        .signedCertificateTimestamps, DER.octets(list))
    else {
      Issue.record("no timestamps")
      return
    }
    #expect(timestamps.map(\.logID) == [log])
    #expect(timestamps.first?.signature == [9, 9])
    #expect(timestamps.first?.timestamp == 0x18B_0000_0001)
    guard case .malformed = try content(.signedCertificateTimestamps, DER.octets(Array(list.dropLast()))) else {
      Issue.record("a list that is cut short was read")
      return
    }
    guard
      case .certificatePolicies(let policies) = try content(
        .certificatePolicies,
        DER.sequence(
          DER.sequence(
            DER.oid("2.23.140.1.2.1"),
            DER.sequence(
              DER.sequence(DER.oid(.cpsQualifier), DER.element(0x16, Array("http://a.example".utf8))),
              DER.sequence(DER.oid(.userNoticeQualifier), DER.sequence(DER.utf8("hello")))))))
    else {
      Issue.record("no policies")
      return
    }
    #expect(policies.first?.policy.dotted == "2.23.140.1.2.1")
    guard case .cps(let text)? = policies.first?.qualifiers?.first else {
      Issue.record("no statement")
      return
    }
    #expect(text.text == "http://a.example")
  }

  @Test("an extension that cannot be read is kept with the reason")
  func malformed() throws {
    for identifier in [
      OID.basicConstraints, .keyUsage, .extendedKeyUsage, .subjectAlternativeName, .nameConstraints,
      .authorityKeyIdentifier, .subjectKeyIdentifier, .certificatePolicies, .policyConstraints, .inhibitAnyPolicy,
      .policyMappings, .crlDistributionPoints, .authorityInformationAccess, .subjectInformationAccess, .tlsFeature,
    ] {
      for value in [[], [0x30], Array("text".utf8), DER.null + [0]] as [[UInt8]] {
        guard case .malformed(let why)? = try content(identifier, value) else {
          Issue.record("\(identifier) was read from \(value)")
          continue
        }
        #expect(!why.isEmpty)
      }
    }
  }

  @Test("names as text, and names that are equal")
  func names() throws {
    func name(_ der: [UInt8]) throws -> DistinguishedName {
      try DistinguishedName(try DERReader.sole(der[...], "a name"))
    }
    let hostile = try name(DER.name(("2.5.4.10", " A, B+\u{1}\"#"), (.commonName, "#x")))
    #expect(hostile.text == ##"CN=\#x,O=\ A\, B\+\01\"#"##)
    let several = try name(
      DER.sequence(
        DER.set(
          DER.sequence(DER.oid(.commonName), DER.utf8("a")), DER.sequence(DER.oid("2.5.4.11"), DER.utf8("b")))))
    #expect(several.text == "CN=a+OU=b")
    let printable = try name(
      DER.sequence(DER.set(DER.sequence(DER.oid(.commonName), DER.element(0x13, Array("Forge  ROOT ".utf8))))))
    #expect(printable.comparable == (try name(DER.name(common: "forge root"))).comparable)
    #expect(printable != (try name(DER.name(common: "forge root"))))
    let bare = try name(DER.sequence(DER.set(), DER.set(DER.sequence(DER.oid(.commonName), DER.utf8("a")))))
    #expect(bare.text.contains("CN=a"))
    #expect(try name(DER.sequence(DER.set())).isEmpty)
    #expect(throws: DERFailure.self) { try name(DER.sequence(DER.set(DER.sequence()))) }
  }

  @Test(
    "addresses in figures",
    arguments: [
      ("192.0.2.1", "192.0.2.1"), ("::", "::"), ("::1", "::1"), ("2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
      ("::ffff:192.0.2.1", "::ffff:c000:201"), ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
      ("192.0.2.01", nil), ("192.0.2", nil), ("1::2::3", nil), ("12345::", nil), (":1", nil), ("1:2:3:4:5:6:7", nil),
      ("1.2.3.4.5", nil), ("::1%eth0", nil), ("", nil),
    ] as [(String, String?)])
  func addresses(text: String, canonical: String?) {
    #expect(IPAddress.octets(text).flatMap { IPAddress.text($0) } == canonical)
  }

  @Test("what may be asked for")
  func references() {
    #expect(ReferenceName("[::1]") == .ip([UInt8](repeating: 0, count: 15) + [1]))
    #expect(ReferenceName("EXAMPLE.com.") == ReferenceName("example.com"))
    #expect(ReferenceName("A_b.example") == ReferenceName("a_b.example"))
    #expect(ReferenceName("a_b.example") != nil)
    #expect(DNSName(certificate: Array("a_b.example".utf8)) == nil)
    for text in ["", ".", "a..b", "*.example.com", "*_.example", "1.2.3", "a b", "bücher.example", "-a.example"] {
      #expect(ReferenceName(text) == nil, "\(text)")
    }
  }

  @Test("files with several blocks, and with damaged ones")
  func files() {
    let good = "-----BEGIN CERTIFICATE-----\r\nAQID\r\n-----END CERTIFICATE-----\r\n"
    let list = "text before\n  -----BEGIN X509 CRL-----\nBAUG\nBwg=\n-----END X509 CRL-----  \n"
    let key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"
    let (blocks, problems) = PEM.read(Array((good + list + key + good).utf8))
    #expect(problems.isEmpty)
    #expect(blocks.map(\.label) == ["CERTIFICATE", "X509 CRL", "PRIVATE KEY", "CERTIFICATE"])
    #expect(blocks.map(\.line) == [1, 5, 9, 12])
    #expect(blocks[1].octets == [4, 5, 6, 7, 8])
    #expect(blocks[1].isRevocationList && !blocks[1].isCertificate)

    func problem(_ text: String) -> [Int] { PEM.read(Array(text.utf8)).problems.map(\.line) }
    #expect(problem("\n-----BEGIN CERTIFICATE-----\nAQID\n") == [2])
    #expect(problem("-----BEGIN CERTIFICATE-----\nAQI\n-----END CERTIFICATE-----\n") == [1])
    #expect(problem("-----BEGIN CERTIFICATE-----\nA$ID\n-----END CERTIFICATE-----\n") == [1])
    #expect(problem("-----BEGIN CERTIFICATE-----\nAQID\n-----END X509 CRL-----\n") == [3])
    #expect(problem("-----END CERTIFICATE-----\n") == [1])
    #expect(problem("-----BEGIN CERTIFICATE-----\n" + good) == [1])
    #expect(problem("").isEmpty)
  }
}
