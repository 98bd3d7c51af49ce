import Glibc
import Probing

/// The leaf certificates of a proving ground.
enum Leaf: String, CaseIterable, Sendable {
  case web
  case database
  case expired
  case expiring
  case wrongName = "wrong-name"
  case selfSigned = "self-signed"
  case weakKey = "weak-key"
  case weakSignature = "weak-signature"
  case longLived = "long-lived"
  case forClients = "for-clients"
  case fromExpiredIssuer = "from-expired-issuer"

  /// Whether OpenSSL serves it only below its usual level of security.
  var isBelowStandard: Bool { self == .weakKey || self == .weakSignature }

  /// The certificate authority that signs it.
  fileprivate var issuer: String { self == .fromExpiredIssuer ? "expired-intermediate" : "intermediate" }

  /// What `openssl req` makes its key with.
  fileprivate var key: [String] {
    self == .weakKey ? ["rsa:1024"] : ["ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
  }

  /// The section of the configuration with its extensions.
  fileprivate var extensions: String {
    switch self {
    case .wrongName: "other"
    case .forClients: "client"
    default: "leaf"
    }
  }

  /// The days, counted from now, on which it begins and ends to be valid.
  fileprivate var validity: ClosedRange<Int> {
    switch self {
    case .web, .database, .wrongName, .selfSigned, .weakKey, .weakSignature, .forClients, .fromExpiredIssuer: -25...65
    case .longLived: -25...875
    case .expired: -90 ... -1
    case .expiring: -80...5
    }
  }

  fileprivate var commonName: String { self == .wrongName ? "other.example" : "localhost" }

  fileprivate var alternativeNames: String {
    self == .wrongName ? "DNS:other.example" : "DNS:localhost,IP:127.0.0.1"
  }
}

/// A certificate authority of the platform's own, with a root, an intermediate and leaves, made with `openssl`.
struct CertificateAuthority: Sendable {
  private let launcher: Launcher
  private let deadline: Deadline
  private let openssl: String
  private var folder: Folder { launcher.folder }

  /// Makes everything: keys on P-256, signatures with SHA-256.
  init(launcher: Launcher, before deadline: Deadline) throws(GroundFailure) {
    self.launcher = launcher
    self.deadline = deadline
    openssl = try Launcher.path(of: "openssl")
    try Files.makeFolder(folder.pki, mode: 0o700)
    try Files.write(Self.configuration, to: file("openssl.cnf"))
    for authority in Self.authorities { try Files.write("", to: file("\(authority).index")) }
    try makeRequest(for: "root", commonName: "Proving Ground Root")
    try sign("root", by: "root", days: -400...3000, extensions: "root", isSelfSigned: true)
    try makeRequest(for: "intermediate", commonName: "Proving Ground Intermediate")
    try sign("intermediate", by: "root", days: -200...1500, extensions: "intermediate")
    try makeRequest(for: "expired-intermediate", commonName: "Proving Ground Expired Intermediate")
    try sign("expired-intermediate", by: "root", days: -200 ... -1, extensions: "intermediate")
    for leaf in Leaf.allCases {
      try makeRequest(for: leaf.rawValue, commonName: leaf.commonName, key: leaf.key)
      let isSelfSigned = leaf == .selfSigned
      try sign(
        leaf.rawValue, by: isSelfSigned ? leaf.rawValue : leaf.issuer, days: leaf.validity, extensions: leaf.extensions,
        digest: leaf == .weakSignature ? "sha1" : "sha256", isSelfSigned: isSelfSigned)
    }
  }

  /// The root's certificate in PEM.
  func root() throws(GroundFailure) -> String { try contents(of: "root.pem") }

  /// The certificate of `leaf` in PEM, followed by its issuer's if wanted and there is one.
  func chain(of leaf: Leaf, withIntermediate: Bool) throws(GroundFailure) -> String {
    let certificate = try contents(of: "\(leaf.rawValue).pem")
    guard withIntermediate, leaf != .selfSigned else { return certificate }
    return try certificate + contents(of: "\(leaf.issuer).pem")
  }

  /// The private key of `leaf` in PEM.
  func key(of leaf: Leaf) throws(GroundFailure) -> String { try contents(of: "\(leaf.rawValue).key") }

  private static let authorities = ["root", "intermediate", "expired-intermediate"]

  private func contents(of name: String) throws(GroundFailure) -> String {
    guard let text = Files.text(at: file(name)) else { throw Files.failure("cannot read \(file(name))") }
    return text
  }

  private func file(_ name: String) -> String { "\(folder.pki)/\(name)" }

  private func makeRequest(
    for name: String, commonName: String, key: [String] = Leaf.web.key
  ) throws(GroundFailure) {
    try launcher.run(
      [
        openssl, "req", "-new", "-config", file("openssl.cnf"), "-nodes", "-keyout", file("\(name).key"), "-subj",
        "/O=Events Platform/CN=\(commonName)", "-out", file("\(name).csr"), "-newkey",
      ] + key, log: "openssl", before: deadline)
  }

  /// `openssl ca` and not `openssl x509`: only it takes a beginning in the past in OpenSSL 3.0.
  private func sign(
    _ name: String, by issuer: String, days: ClosedRange<Int>, extensions: String, digest: String = "sha256",
    isSelfSigned: Bool = false
  ) throws(GroundFailure) {
    let authority =
      isSelfSigned
      ? ["-selfsign", "-keyfile", file("\(issuer).key")]
      : ["-cert", file("\(issuer).pem"), "-keyfile", file("\(issuer).key")]
    try launcher.run(
      [openssl, "ca", "-batch", "-notext", "-config", file("openssl.cnf")]
        + ["-name", "\(Self.authorities.contains(issuer) ? issuer : "root")_authority", "-md", digest] + authority
        + ["-extensions", extensions, "-startdate", Self.date(inDays: days.lowerBound)]
        + ["-enddate", Self.date(inDays: days.upperBound)]
        + ["-in", file("\(name).csr"), "-out", file("\(name).pem")],
      log: "openssl", before: deadline)
  }

  /// The time of day now, `days` from today, as X.509 GeneralizedTime.
  private static func date(inDays days: Int) -> String {
    var seconds = time(nil) + days * 86_400
    var parts = tm()
    gmtime_r(&seconds, &parts)
    func padded(_ number: Int32, _ width: Int) -> String {
      let digits = String(number)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    return padded(parts.tm_year + 1900, 4) + padded(parts.tm_mon + 1, 2) + padded(parts.tm_mday, 2)
      + padded(parts.tm_hour, 2) + padded(parts.tm_min, 2) + padded(parts.tm_sec, 2) + "Z"
  }

  /// Paths are relative to where processes live, since `$` and quotes in a path would mean something here.
  private static var configuration: String {
    let folder = "../pki"
    let authorities = Self.authorities.map { name in
      """
      [\(name)_authority]
      database = \(folder)/\(name).index
      new_certs_dir = \(folder)
      policy = names
      unique_subject = no
      rand_serial = yes

      """
    }
    return authorities.joined() + """
      [req]
      distinguished_name = request_name
      [request_name]
      [names]
      organizationName = supplied
      commonName = supplied
      [root]
      basicConstraints = critical, CA:TRUE
      keyUsage = critical, keyCertSign, cRLSign
      subjectKeyIdentifier = hash
      [intermediate]
      basicConstraints = critical, CA:TRUE, pathlen:0
      keyUsage = critical, keyCertSign, cRLSign
      subjectKeyIdentifier = hash
      authorityKeyIdentifier = keyid:always
      [leaf]
      basicConstraints = critical, CA:FALSE
      keyUsage = critical, digitalSignature
      extendedKeyUsage = serverAuth
      subjectKeyIdentifier = hash
      authorityKeyIdentifier = keyid
      subjectAltName = \(Leaf.web.alternativeNames)
      [other]
      basicConstraints = critical, CA:FALSE
      keyUsage = critical, digitalSignature
      extendedKeyUsage = serverAuth
      subjectKeyIdentifier = hash
      authorityKeyIdentifier = keyid
      subjectAltName = \(Leaf.wrongName.alternativeNames)
      [client]
      basicConstraints = critical, CA:FALSE
      keyUsage = critical, digitalSignature
      extendedKeyUsage = clientAuth
      subjectKeyIdentifier = hash
      authorityKeyIdentifier = keyid
      subjectAltName = \(Leaf.web.alternativeNames)

      """
  }
}
