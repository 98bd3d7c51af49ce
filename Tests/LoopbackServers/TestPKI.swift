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

  /// A new root with an intermediate under it, named after `name`.
  package init(named name: String = "Loopback") throws {
    folder = try ScratchFolder()
    rootFile = folder.path("root.pem")
    intermediateFile = folder.path("intermediate.pem")
    try folder.write("", to: "index.txt")
    try folder.write(Self.configuration, to: "ca.cnf")
    try key("ec:prime256v1", "root")
    try openssl(
      "req", "-x509", "-new", "-key", "root.key", "-days", "3650", "-subj", "/CN=\(name) Root", "-addext",
      "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign", "-out", "root.pem")
    try key("ec:prime256v1", "intermediate")
    try issue(
      "intermediate", subject: "/CN=\(name) Intermediate", by: "root", from: -86400, to: 1800 * 86400,
      digest: "sha256",
      extensions: [
        "basicConstraints=critical,CA:TRUE,pathlen:0", "keyUsage=critical,keyCertSign,cRLSign",
        "subjectKeyIdentifier=hash", "authorityKeyIdentifier=keyid",
      ])
  }

  /// A leaf under the intermediate.
  package func credential(_ leaf: Leaf = Leaf(), withIntermediate: Bool = true) throws -> Credential {
    let name = UUID().uuidString
    try key(leaf.key, name)
    var extensions = [
      "subjectAltName=@names", "basicConstraints=critical,CA:FALSE", "keyUsage=critical,digitalSignature",
      "subjectKeyIdentifier=hash", "authorityKeyIdentifier=keyid",
    ]
    if let purpose = leaf.purpose { extensions.append("extendedKeyUsage=\(purpose)") }
    if leaf.mustStaple { extensions.append("tlsfeature=status_request") }
    let names = leaf.names.enumerated().map { index, name in
      let parts = name.split(separator: ":", maxSplits: 1)
      return "\(parts[0]).\(index) = \(parts[1])"
    }
    try issue(
      name, subject: "/CN=\(leaf.commonName)", by: "intermediate", from: leaf.validFrom, to: leaf.validTo,
      digest: leaf.digest,
      extensions: extensions + ["[names]"] + names)
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
      case "rsa": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:\(parts[1])"]
      default: ["-algorithm", kind]
      }
    try openssl(["genpkey"] + option + ["-out", "\(name).key"])
  }

  private func issue(
    _ name: String, subject: String, by issuer: String, from start: Int, to end: Int, digest: String,
    extensions: [String]
  ) throws {
    try folder.write(extensions.joined(separator: "\n") + "\n", to: "\(name).ext")
    try openssl("req", "-new", "-utf8", "-key", "\(name).key", "-subj", subject, "-out", "\(name).csr")
    try openssl(
      "ca", "-batch", "-config", "ca.cnf", "-cert", "\(issuer).pem", "-keyfile", "\(issuer).key", "-in",
      "\(name).csr", "-out", "\(name).pem", "-notext", "-startdate", Self.time(start), "-enddate", Self.time(end),
      "-md", digest, "-extfile", "\(name).ext")
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
    [names]
    commonName = supplied

    """
}
