import Foundation

/// A small certificate authority made with the openssl command: a root, an intermediate, and leaves with chosen faults.
package final class TestPKI: Sendable {
  /// A certificate with its key, as PEM files.
  package struct Credential: Sendable {
    /// What a server sends: the leaf, and the intermediate unless that was left out.
    package var chainFile: String
    /// The leaf alone.
    package var leafFile: String
    /// The private key.
    package var keyFile: String
  }

  /// What a leaf is to be like.
  package struct Leaf: Sendable {
    /// Alternative names in openssl's words: `DNS:localhost`, `IP:127.0.0.1`.
    package var names: [String]
    /// The first second of validity, in seconds from now.
    package var validFrom: Int
    /// The last second of validity, in seconds from now.
    package var validTo: Int
    /// `ec:prime256v1`, `rsa:2048`, ….
    package var key: String
    /// The hash under the issuer's signature.
    package var digest: String
    /// The extended key usage; nil for none.
    package var purpose: String?
    /// The common name of its subject: at most 64 characters, for openssl.
    package var commonName: String
    /// Whether it demands a stapled OCSP response.
    package var mustStaple = false
    /// The whole subject in openssl's form, `/O=Somebody` or `/` for an empty one; nil for the common name alone.
    package var subject: String?
    /// Further extensions in openssl's words.
    package var extensions: [String] = []

    /// A leaf for localhost from yesterday for 60 days, unless said otherwise.
    package init(
      names: [String] = ["DNS:localhost", "IP:127.0.0.1"], validFrom: Int = -86400, validTo: Int = 60 * 86400,
      key: String = "ec:prime256v1", digest: String = "sha256", purpose: String? = "serverAuth",
      commonName: String = "leaf"
    ) {
      self.names = names
      self.validFrom = validFrom
      self.validTo = validTo
      self.key = key
      self.digest = digest
      self.purpose = purpose
      self.commonName = commonName
    }
  }

  /// The root's certificate.
  package let rootFile: String
  /// The intermediate's certificate.
  package let intermediateFile: String
  private let folder: ScratchFolder
  private let name: String

  /// A new root with an intermediate under it, named after `name`; `digest`, `key` and `extensions` are the
  /// intermediate's.
  package init(
    named name: String = "Loopback", intermediateDigest digest: String = "sha256",
    intermediateKey: String = "ec:prime256v1",
    extensions: [String] = []
  ) throws {
    self.name = name
    folder = try ScratchFolder()
    rootFile = folder.path("root.pem")
    intermediateFile = folder.path("intermediate.pem")
    try folder.write("", to: "index.txt")
    try folder.write(Self.configuration, to: "ca.cnf")
    try key("ec:prime256v1", "root")
    try openssl(
      "req", "-x509", "-new", "-key", "root.key", "-days", "3650", "-subj", "/CN=\(name) Root", "-addext",
      "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign", "-out", "root.pem")
    try key(intermediateKey, "intermediate")
    try issue(
      "intermediate", subject: "/CN=\(name) Intermediate", by: "root", from: Self.time(-86400),
      to: Self.time(1800 * 86400), digest: digest,
      extensions: [
        "basicConstraints=critical,CA:TRUE,pathlen:0", "keyUsage=critical,keyCertSign,cRLSign",
        "subjectKeyIdentifier=hash", "authorityKeyIdentifier=keyid",
      ] + extensions)
  }

  /// A leaf under the intermediate.
  package func credential(_ leaf: Leaf = Leaf(), withIntermediate: Bool = true) throws -> Credential {
    let name = UUID().uuidString
    try key(leaf.key, name)
    try issue(leaf, name, from: Self.time(leaf.validFrom), to: Self.time(leaf.validTo))
    return try credential(of: name, withIntermediate: withIntermediate)
  }

  /// A leaf that `logs` have signed before it was issued, with what they signed in it (RFC 6962 section 3.1); `forging`
  /// puts signatures over another certificate there.
  package func timestamped(_ leaf: Leaf = Leaf(), by logs: [TransparencyLog], forging: Bool = false) throws
    -> Credential
  {
    let name = UUID().uuidString
    let (start, end) = (Self.time(leaf.validFrom), Self.time(leaf.validTo))
    try key(leaf.key, name)
    let number = String((0..<16).map { _ in "0123456789ABCDEF".randomElement() ?? "0" })
    try folder.write("4A\(number)\n", to: "number.txt")
    try folder.write("", to: "numbered.txt")
    try issue(leaf, name, from: start, to: end, in: "numbered")
    // The signed part stands behind four octets of header.
    try openssl("asn1parse", "-in", "\(name).pem", "-strparse", "4", "-noout", "-out", "\(name).tbs")
    var signed = try octets("\(name).tbs")
    if forging { signed[signed.count - 1] ^= 1 }
    let entry = TransparencyLog.Entry.precertificate(issuerKey: try intermediateKey(), toBeSigned: signed)
    let list = TransparencyLog.list(try logs.map { try $0.timestamp(of: entry) })
    var again = leaf
    // An octet string around the list, inside the extension's own.
    let value = [0x04, 0x82, UInt8(list.count >> 8), UInt8(list.count & 0xFF)] + list
    again.extensions.append(
      "1.3.6.1.4.1.11129.2.4.2=DER:" + value.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined())
    try folder.write("4A\(number)\n", to: "number.txt")
    try folder.write("", to: "numbered.txt")
    try issue(again, name, from: start, to: end, in: "numbered")
    return try credential(of: name, withIntermediate: true)
  }

  /// A certificate of a leaf in DER.
  package func encoding(of credential: Credential) throws -> [UInt8] {
    let name = UUID().uuidString
    try openssl("x509", "-in", credential.leafFile, "-outform", "DER", "-out", "\(name).der")
    return try octets("\(name).der")
  }

  /// The key of the certificate in a PEM file as clients pin it: `sha256/` and Base64.
  package func pin(of file: String) throws -> String {
    let name = UUID().uuidString
    try openssl("x509", "-in", file, "-noout", "-pubkey", "-out", "\(name).pub")
    try openssl("pkey", "-pubin", "-in", "\(name).pub", "-outform", "DER", "-out", "\(name).spki")
    try openssl("dgst", "-sha256", "-binary", "-out", "\(name).hash", "\(name).spki")
    return "sha256/" + Data(try octets("\(name).hash")).base64EncodedString()
  }

  /// An OCSP response like `staple(for:)`, which also carries timestamps of logs (RFC 6962 section 3.3); in DER.
  package func staple(for credential: Credential, carrying timestamps: [[UInt8]]) throws -> String {
    let bare = try Data(contentsOf: URL(fileURLWithPath: try staple(for: credential)))
    guard let response = OCSPResponse(Array(bare)) else {
      throw ChildProcess.Failure(description: "the OCSP response of the openssl command has another form")
    }
    let name = UUID().uuidString
    let signed = response.toBeSigned(carrying: TransparencyLog.list(timestamps))
    try Data(signed).write(to: URL(fileURLWithPath: folder.path("\(name).tbs")))
    try openssl("dgst", "-sha256", "-sign", "intermediate.key", "-out", "\(name).signature", "\(name).tbs")
    try Data(response.encoding(of: signed, signature: try octets("\(name).signature")))
      .write(to: URL(fileURLWithPath: folder.path("\(name).der")))
    return folder.path("\(name).der")
  }

  /// The root's key certified by another root, as PEM: with it a chain leads to either.
  package func crossCertificate(by other: TestPKI) throws -> String {
    let name = UUID().uuidString
    try other.folder.write(try folder.read("root.key"), to: "\(name).key")
    try other.issue(
      name, subject: "/CN=\(self.name) Root", by: "root", from: Self.time(-86400), to: Self.time(1800 * 86400),
      digest: "sha256",
      extensions: [
        "basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign", "subjectKeyIdentifier=hash",
        "authorityKeyIdentifier=keyid",
      ])
    return try other.folder.read("\(name).pem")
  }

  private func intermediateKey() throws -> [UInt8] {
    try openssl("x509", "-in", "intermediate.pem", "-noout", "-pubkey", "-out", "intermediate.pub")
    try openssl("pkey", "-pubin", "-in", "intermediate.pub", "-outform", "DER", "-out", "intermediate.spki")
    return try octets("intermediate.spki")
  }

  private func octets(_ file: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: folder.path(file))))
  }

  private func issue(_ leaf: Leaf, _ name: String, from start: String, to end: String, in section: String? = nil) throws
  {
    let isNameless = leaf.subject == "/"
    var extensions = [
      "basicConstraints=critical,CA:FALSE", "keyUsage=critical,digitalSignature", "subjectKeyIdentifier=hash",
      "authorityKeyIdentifier=keyid",
    ]
    if !leaf.names.isEmpty { extensions.append("subjectAltName=\(isNameless ? "critical," : "")@names") }
    if let purpose = leaf.purpose { extensions.append("extendedKeyUsage=\(purpose)") }
    if leaf.mustStaple { extensions.append("tlsfeature=status_request") }
    let names = leaf.names.enumerated().map { index, name in
      let parts = name.split(separator: ":", maxSplits: 1)
      return "\(parts[0]).\(index) = \(parts[1])"
    }
    try issue(
      name, subject: leaf.subject ?? "/CN=\(leaf.commonName)", by: "intermediate", from: start, to: end,
      digest: leaf.digest, extensions: extensions + leaf.extensions + ["[names]"] + names, in: section)
  }

  private func credential(of name: String, withIntermediate: Bool) throws -> Credential {
    let own = try folder.read("\(name).pem")
    let chain = withIntermediate ? own + (try folder.read("intermediate.pem")) : own
    return Credential(
      chainFile: try folder.write(chain, to: "\(name)-chain.pem"), leafFile: folder.path("\(name).pem"),
      keyFile: folder.path("\(name).key"))
  }

  /// A certificate for localhost signed with its own key.
  package func selfSigned() throws -> Credential {
    let name = UUID().uuidString
    try key("ec:prime256v1", name)
    try openssl(
      "req", "-x509", "-new", "-key", "\(name).key", "-days", "60", "-subj", "/CN=localhost", "-addext",
      "subjectAltName=DNS:localhost,IP:127.0.0.1", "-out", "\(name).pem")
    let file = folder.path("\(name).pem")
    return Credential(chainFile: file, leafFile: file, keyFile: folder.path("\(name).key"))
  }

  /// An OCSP response for a leaf by its issuer, good from now on for `minutes`, in a file in DER.
  package func staple(for credential: Credential, minutes: Int = 60, revoked: Bool = false) throws -> String {
    let name = UUID().uuidString
    if revoked {
      try openssl(
        "ca", "-batch", "-config", "ca.cnf", "-cert", "intermediate.pem", "-keyfile", "intermediate.key", "-md",
        "sha256",
        "-revoke", credential.leafFile)
    }
    try openssl(
      "ocsp", "-issuer", "intermediate.pem", "-cert", credential.leafFile, "-no_nonce", "-reqout", "\(name).req")
    try openssl(
      "ocsp", "-index", "index.txt", "-CA", "intermediate.pem", "-rsigner", "intermediate.pem", "-rkey",
      "intermediate.key", "-reqin", "\(name).req", "-respout", "\(name).der", "-nmin", "\(minutes)")
    return folder.path("\(name).der")
  }

  private func key(_ kind: String, _ name: String) throws {
    let parts = kind.split(separator: ":").map(String.init)
    let option =
      switch parts[0] {
      case "ec": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:\(parts[1])"]
      // A third part is the number of primes: with more of them a large key is made quickly. A fourth is the exponent.
      case "rsa":
        ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:\(parts[1])"]
          + (parts.count > 2 ? ["-pkeyopt", "rsa_keygen_primes:\(parts[2])"] : [])
          + (parts.count > 3 ? ["-pkeyopt", "rsa_keygen_pubexp:\(parts[3])"] : [])
      default: ["-algorithm", kind]
      }
    try openssl(["genpkey"] + option + ["-out", "\(name).key"])
  }

  private func issue(
    _ name: String, subject: String, by issuer: String, from start: String, to end: String, digest: String,
    extensions: [String], in section: String? = nil
  ) throws {
    try folder.write(extensions.joined(separator: "\n") + "\n", to: "\(name).ext")
    try openssl("req", "-new", "-utf8", "-key", "\(name).key", "-subj", subject, "-out", "\(name).csr")
    try openssl(
      [
        "ca", "-batch", "-config", "ca.cnf", "-cert", "\(issuer).pem", "-keyfile", "\(issuer).key", "-in",
        "\(name).csr", "-out", "\(name).pem", "-notext", "-startdate", start, "-enddate", end, "-md", digest,
        "-extfile", "\(name).ext",
      ] + (section.map { ["-name", $0] } ?? []))
  }

  private func openssl(_ arguments: String...) throws { try openssl(arguments) }

  private func openssl(_ arguments: [String]) throws {
    try ChildProcess.run("openssl", arguments, in: folder)
  }

  private static func time(_ seconds: Int) -> String {
    let format = DateFormatter()
    format.locale = Locale(identifier: "en_US_POSIX")
    format.timeZone = .gmt
    format.dateFormat = "yyyyMMddHHmmss'Z'"
    return format.string(from: Date(timeIntervalSinceNow: TimeInterval(seconds)))
  }

  private static let configuration = """
    [ca]
    default_ca = authority
    [authority]
    database = index.txt
    new_certs_dir = .
    rand_serial = yes
    unique_subject = no
    policy = names
    [numbered]
    database = numbered.txt
    new_certs_dir = .
    serial = number.txt
    unique_subject = no
    policy = names
    [names]
    commonName = optional
    organizationName = optional

    """
}
