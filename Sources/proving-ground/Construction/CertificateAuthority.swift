import FoundationEssentials
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
  case rsa
  case withoutKeyIdentifiers = "without-key-identifiers"
  case mustStaple = "must-staple"
  case replaced
  case smallExponent = "small-exponent"
  case lookalike

  /// Whether OpenSSL serves it only below its usual level of security.
  var isBelowStandard: Bool { self == .weakKey || self == .weakSignature }

  /// The certificate authority that signs it.
  fileprivate var issuer: String { self == .fromExpiredIssuer ? "expired-intermediate" : "intermediate" }

  /// What `openssl req` makes its key with.
  fileprivate var key: [String] {
    switch self {
    case .weakKey: ["rsa:1024"]
    case .rsa: ["rsa:2048"]
    case .smallExponent: ["rsa:2048", "-pkeyopt", "rsa_keygen_pubexp:3"]
    default: ["ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    }
  }

  /// The section of the configuration with its extensions.
  fileprivate var extensions: String {
    switch self {
    case .wrongName: "other"
    case .forClients: "client"
    case .rsa, .smallExponent: "rsa_leaf"
    case .lookalike: "lookalike"
    case .withoutKeyIdentifiers: "nameless"
    case .mustStaple: "stapled"
    default: "leaf"
    }
  }

  /// The days, counted from now, on which it begins and ends to be valid.
  fileprivate var validity: ClosedRange<Int> {
    switch self {
    case .longLived: -25...875
    case .expired: -90 ... -1
    case .expiring: -80...5
    case .replaced: -79...11
    default: -25...65
    }
  }

  fileprivate var commonName: String { self == .wrongName ? "other.example" : "localhost" }

  fileprivate var alternativeNames: String {
    switch self {
    case .wrongName: "DNS:other.example"
    // Cyrillic letters that read as Latin ones.
    case .lookalike: "DNS:localhost,IP:127.0.0.1,DNS:xn--n1aae7f7o.example"
    default: "DNS:localhost,IP:127.0.0.1"
    }
  }
}

/// A certificate authority of the platform's own, with a root, an intermediate and leaves, made with `openssl`.
struct CertificateAuthority: Sendable {
  private let launcher: Launcher
  private let deadline: Deadline
  private let openssl: String
  private var folder: Folder { launcher.folder }

  /// Makes the authorities and those leaves that are needed: keys on P-256, signatures with SHA-256. Certificates say that
  /// issuers and revocations are published on the plain port `publishedAt`.
  init(launcher: Launcher, leaves: Set<Leaf>, publishedAt port: Int, before deadline: Deadline) throws(GroundFailure) {
    self.launcher = launcher
    self.deadline = deadline
    openssl = try Launcher.path(of: "openssl")
    try Files.makeFolder(folder.pki, mode: 0o700)
    try Files.write(Self.configuration(publishedAt: "http://localhost:\(port)/ca"), to: file("openssl.cnf"))
    for authority in Self.authorities {
      try Files.write("", to: file("\(authority).index"))
      try Files.write("01\n", to: file("\(authority).number"))
    }
    try make(authority: "root", named: "Proving Ground Root", days: -400...3000, by: "root")
    try make(authority: "intermediate", named: "Proving Ground Intermediate", days: -200...1500, by: "root")
    if leaves.contains(.fromExpiredIssuer) {
      try make(
        authority: "expired-intermediate", named: "Proving Ground Expired Intermediate", days: -200 ... -1, by: "root")
    }
    for leaf in leaves.sorted(by: { $0.rawValue < $1.rawValue }) {
      try makeRequest(for: leaf.rawValue, subject: "/CN=\(leaf.commonName)", key: leaf.key)
      let isSelfSigned = leaf == .selfSigned
      try sign(
        leaf.rawValue, by: isSelfSigned ? leaf.rawValue : leaf.issuer, days: leaf.validity, extensions: leaf.extensions,
        digest: leaf == .weakSignature ? "sha1" : "sha256", isSelfSigned: isSelfSigned)
    }
  }

  private func make(authority: String, named name: String, days: ClosedRange<Int>, by issuer: String)
    throws(GroundFailure)
  {
    try makeRequest(for: authority, subject: "/C=DE/O=Events Platform/CN=\(name)")
    let isRoot = authority == issuer
    try sign(
      authority, by: issuer, days: days, extensions: isRoot ? "root" : "intermediate", isSelfSigned: isRoot)
  }

  /// The issuers and their lists of revocations, in DER, by the names under which they are published.
  func published() throws(GroundFailure) -> [(name: String, bytes: [UInt8])] {
    var published: [(name: String, bytes: [UInt8])] = []
    for authority in ["root", "intermediate"] {
      try launcher.run(
        [openssl, "ca", "-gencrl", "-crldays", "7", "-config", file("openssl.cnf"), "-name", "\(authority)_authority"]
          + ["-cert", file("\(authority).pem"), "-keyfile", file("\(authority).key"), "-md", "sha256"]
          + ["-out", file("\(authority).crl")], log: "openssl", before: deadline)
      for (ending, name) in [("pem", "\(authority).crt"), ("crl", "\(authority).crl")] {
        published.append((name, PEM.content(of: try contents(of: "\(authority).\(ending)"))))
      }
    }
    return published
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
    for name: String, subject: String, key: [String] = Leaf.web.key
  ) throws(GroundFailure) {
    try launcher.run(
      [
        openssl, "req", "-new", "-config", file("openssl.cnf"), "-nodes", "-keyout", file("\(name).key"), "-subj",
        subject, "-out", file("\(name).csr"), "-newkey",
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
        + ["-name", "\(Self.authorities.contains(issuer) ? issuer : "root")_authority"]
        + ["-md", digest] + authority
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
  private static func configuration(publishedAt place: String) -> String {
    let folder = "../pki"
    func authority(_ section: String, _ name: String, serial: String) -> String {
      """
      [\(section)]
      database = \(folder)/\(name).index
      new_certs_dir = \(folder)
      policy = names
      unique_subject = no
      crlnumber = \(folder)/\(name).number
      crl_extensions = revocations
      \(serial)

      """
    }
    func references(to issuer: String) -> String {
      """
      certificatePolicies = 2.23.140.1.2.1
      authorityInfoAccess = caIssuers;URI:\(place)/\(issuer).crt
      crlDistributionPoints = URI:\(place)/\(issuer).crl
      """
    }
    func leaf(
      _ section: String, usage: String = "digitalSignature", purpose: String = "serverAuth",
      names: String = Leaf.web.alternativeNames, hasKeyIdentifiers: Bool = true, feature: String = ""
    ) -> String {
      """
      [\(section)]
      basicConstraints = critical, CA:FALSE
      keyUsage = critical, \(usage)
      extendedKeyUsage = \(purpose)
      \(hasKeyIdentifiers ? "subjectKeyIdentifier = hash\nauthorityKeyIdentifier = keyid" : "subjectKeyIdentifier = none\nauthorityKeyIdentifier = none")
      subjectAltName = \(names)
      \(references(to: "intermediate"))
      \(feature)

      """
    }
    let authorities = Self.authorities.map { name in
      authority("\(name)_authority", name, serial: "rand_serial = yes")
    }
    let leaves = [
      leaf("leaf"), leaf("other", names: Leaf.wrongName.alternativeNames), leaf("client", purpose: "clientAuth"),
      leaf("lookalike", names: Leaf.lookalike.alternativeNames),
      leaf("rsa_leaf", usage: "digitalSignature, keyEncipherment"), leaf("nameless", hasKeyIdentifiers: false),
      leaf("stapled", feature: "tlsfeature = status_request"),
    ]
    return authorities.joined() + """
      [req]
      distinguished_name = request_name
      [request_name]
      [names]
      countryName = optional
      organizationName = optional
      commonName = supplied
      [revocations]
      authorityKeyIdentifier = keyid:always
      [root]
      basicConstraints = critical, CA:TRUE
      keyUsage = critical, keyCertSign, cRLSign
      subjectKeyIdentifier = hash
      [intermediate]
      basicConstraints = critical, CA:TRUE, pathlen:0
      keyUsage = critical, digitalSignature, keyCertSign, cRLSign
      extendedKeyUsage = serverAuth, clientAuth
      subjectKeyIdentifier = hash
      authorityKeyIdentifier = keyid:always
      \(references(to: "root"))

      """ + leaves.joined()
  }
}

/// What stands between the lines of a PEM file (RFC 7468).
enum PEM {
  /// The bytes of the first block in `text`; none where there is no block.
  static func content(of text: String) -> [UInt8] { contents(of: text).first ?? [] }

  /// The bytes of every block in `text`.
  static func contents(of text: String) -> [[UInt8]] {
    var blocks: [[UInt8]] = []
    var lines: [Substring]?
    for line in text.split(separator: "\n") {
      if line.hasPrefix("-----BEGIN ") {
        lines = []
      } else if line.hasPrefix("-----END "), let whole = lines {
        blocks.append(Data(base64Encoded: whole.joined()).map { [UInt8]($0) } ?? [])
        lines = nil
      } else {
        lines?.append(line)
      }
    }
    return blocks
  }
}
