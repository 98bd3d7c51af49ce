package import TLSRegistry

/// One profile of Mozilla's Server Side TLS guidelines.
package struct Guideline: Sendable, Hashable {
  /// The version of the guidelines: `6.0`.
  package var version: String
  /// Which clients it is made for.
  package var profile: Profile
  /// The protocol versions it allows.
  package var versions: Set<ProtocolVersion>
  /// The suites it allows up to TLS 1.2, by registered name.
  package var suites: Set<String>
  /// The suites it allows with TLS 1.3.
  package var suites13: Set<String>
  /// The kinds of key it allows.
  package var certificateTypes: Set<ServerProfile.Key.Kind>
  /// The curves it allows for EC keys, by canonical name.
  package var certificateCurves: Set<String>
  /// The signatures it allows under certificates, in OpenSSL's words.
  package var certificateSignatures: Set<String>
  /// The smallest RSA key it allows, in bits; nil where it allows none.
  package var rsaBits: Int?
  /// The smallest finite-field group it allows, in bits; nil where it allows none.
  package var dhBits: Int?
  /// The smallest curve it allows for the key exchange, in bits.
  package var ecdhBits: Int
  /// The groups it recommends, by canonical name.
  package var groups: Set<String>
  /// The longest life of a certificate it allows, in days.
  package var maximumLifetimeDays: Int
  /// The life of a certificate it recommends, in days.
  package var recommendedLifetimeDays: Int
  /// The least max-age of HSTS, in seconds.
  package var hstsSeconds: Int
  /// Whether the server's order of suites has to decide.
  package var wantsServerOrder: Bool

  /// Who is to be served, the strictest first.
  package enum Profile: String, Sendable, Hashable, CaseIterable {
    case modern, intermediate, old
  }
}

extension Guideline {
  /// The guidelines known here, newest and strictest first; from Mozilla's Server Side TLS guidelines.
  package static let all: [Guideline] = [
    modern("6.0", postQuantum: true), intermediate("6.0", postQuantum: true, withDHE: false),
    modern("5.8", postQuantum: true), intermediate("5.8", postQuantum: true, withDHE: false),
    old("5.8", postQuantum: true, withDHE: false, dhBits: 2048), modern("5.7", postQuantum: false),
    intermediate("5.7", postQuantum: false, withDHE: true), old("5.7", postQuantum: false, withDHE: true, dhBits: 1024),
  ]

  /// The newest guideline with this profile: version 6.0 has no profile `old` any more.
  package static func current(_ profile: Profile) -> Guideline? { all.first { $0.profile == profile } }

  private static func modern(_ version: String, postQuantum: Bool) -> Guideline {
    Guideline(
      version: version, profile: .modern, versions: [.tls13], suites: [], suites13: suites13,
      certificateTypes: [.ec], certificateCurves: curves, certificateSignatures: ecdsaSignatures, rsaBits: nil,
      dhBits: nil, ecdhBits: 256, groups: groups(postQuantum), maximumLifetimeDays: 90, recommendedLifetimeDays: 90,
      hstsSeconds: hstsSeconds, wantsServerOrder: false)
  }

  private static func intermediate(_ version: String, postQuantum: Bool, withDHE: Bool) -> Guideline {
    Guideline(
      version: version, profile: .intermediate, versions: [.tls12, .tls13],
      suites: ecdheAEAD.union(withDHE ? dheAEAD : []), suites13: suites13, certificateTypes: [.ec, .rsa],
      certificateCurves: curves, certificateSignatures: ecdsaSignatures.union(["sha256WithRSAEncryption"]),
      rsaBits: 2048, dhBits: 2048, ecdhBits: 256, groups: groups(postQuantum), maximumLifetimeDays: 366,
      recommendedLifetimeDays: 90, hstsSeconds: hstsSeconds, wantsServerOrder: false)
  }

  private static func old(_ version: String, postQuantum: Bool, withDHE: Bool, dhBits: Int) -> Guideline {
    Guideline(
      version: version, profile: .old, versions: [.tls10, .tls11, .tls12, .tls13],
      suites: ecdheAEAD.union(ecdheCBC).union(staticRSA).union(withDHE ? dheAEAD.union(dheCBC) : []),
      suites13: suites13, certificateTypes: [.rsa], certificateCurves: curves,
      certificateSignatures: ["sha256WithRSAEncryption"], rsaBits: 2048, dhBits: dhBits, ecdhBits: 256,
      groups: groups(postQuantum), maximumLifetimeDays: 366, recommendedLifetimeDays: 90, hstsSeconds: hstsSeconds,
      wantsServerOrder: true)
  }

  /// Two years.
  private static let hstsSeconds = 63_072_000
  private static let curves: Set<String> = ["secp256r1", "secp384r1"]
  private static let ecdsaSignatures: Set<String> = ["ecdsa-with-SHA256", "ecdsa-with-SHA384", "ecdsa-with-SHA512"]

  private static func groups(_ postQuantum: Bool) -> Set<String> {
    curves.union(["x25519"]).union(postQuantum ? ["x25519mlkem768"] : [])
  }

  private static let suites13: Set<String> = [
    "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256",
  ]
  private static let ecdheAEAD = names(
    ["ECDHE_ECDSA", "ECDHE_RSA"], ["AES_128_GCM_SHA256", "AES_256_GCM_SHA384", "CHACHA20_POLY1305_SHA256"])
  private static let dheAEAD = names(
    ["DHE_RSA"], ["AES_128_GCM_SHA256", "AES_256_GCM_SHA384", "CHACHA20_POLY1305_SHA256"])
  private static let ecdheCBC = names(
    ["ECDHE_ECDSA", "ECDHE_RSA"],
    ["AES_128_CBC_SHA256", "AES_128_CBC_SHA", "AES_256_CBC_SHA384", "AES_256_CBC_SHA"])
  private static let dheCBC = names(["DHE_RSA"], ["AES_128_CBC_SHA256", "AES_256_CBC_SHA256"])
  private static let staticRSA = names(
    ["RSA"],
    [
      "AES_128_GCM_SHA256", "AES_256_GCM_SHA384", "AES_128_CBC_SHA256", "AES_256_CBC_SHA256", "AES_128_CBC_SHA",
      "AES_256_CBC_SHA", "3DES_EDE_CBC_SHA",
    ])

  private static func names(_ exchanges: [String], _ ciphers: [String]) -> Set<String> {
    Set(exchanges.flatMap { exchange in ciphers.map { "TLS_\(exchange)_WITH_\($0)" } })
  }
}
