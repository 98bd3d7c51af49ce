import Certificates
import Facts
import Transport

/// The shape of what `tls-endpoint` brings back.
enum TLSSchema {
  static let facts = Schema.object([
    Schema.Field("connection", connection, required: true, "whether anybody could be met"),
    Schema.Field(
      "upgrade", .nullable(upgrade), required: true,
      "the talk that leads to TLS; null without a connection, and where TLS begins with the first byte"),
    Schema.Field("handshake", .nullable(handshake), required: true, "the TLS handshake; null without a connection"),
    Schema.Field("leaf", .nullable(leaf), required: true, "the server's certificate; null if none was shown"),
    Schema.Field("chain", .nullable(chain), required: true, "the way to a root; null if no certificate was shown"),
    Schema.Field("name", name, required: true, "the name the certificate must be made out to"),
    Schema.Field("otherNames", .array(otherName), required: true, "what the further names of the inventory get"),
    Schema.Field(
      "pins", .nullable(KeyPins.schema),
      "the keys that clients pin; null where the inventory names none, or no certificate was shown"),
    Schema.Field("versions", .nullable(versions), required: true, "null unless the versions were asked for"),
  ])

  private static let connection = Schema.object([
    Schema.Field("established", .boolean, required: true, "whether a TCP connection came about"),
    Schema.Field("reason", .nullable(.string()), required: true, "why not"),
    Schema.Field("address", .nullable(.string()), required: true, "the address connected to"),
    Schema.Field("resolveMicroseconds", .nullable(microseconds), required: true, "from the name to addresses"),
    Schema.Field("connectMicroseconds", .nullable(microseconds), required: true, "from addresses to a connection"),
  ])

  private static let upgrade = Schema.object([
    Schema.Field(
      "protocol", .string(.word(UpgradeProtocol.allCases.map(\.rawValue))), required: true, "the protocol spoken"),
    Schema.Field(
      "offered", .nullable(.boolean), required: true,
      "whether the server gave the go-ahead; null where it ended the connection instead of an answer"),
    Schema.Field("refusedBecause", .nullable(.string()), required: true, "why not, in its own words if it gave any"),
    Schema.Field("banner", .nullable(.string()), required: true, "what the server calls itself"),
    Schema.Field(
      "bytesAfterGoAhead", .nullable(count), required: true,
      "bytes of plaintext behind the go-ahead; null without one"),
  ])

  private static let handshake = Schema.object([
    Schema.Field("completed", .boolean, required: true, "whether the two sides came to an agreement"),
    Schema.Field("reason", .nullable(.string()), required: true, "why not"),
    Schema.Field("version", .nullable(.string()), required: true, "the protocol version: TLSv1.3"),
    Schema.Field("cipher", .nullable(.string()), required: true, "the cipher suite's registered name"),
    Schema.Field("group", .nullable(.string()), required: true, "the group of the key exchange; null without one"),
    Schema.Field("alpn", .nullable(.string()), required: true, "the application protocol; null if none was chosen"),
    Schema.Field("microseconds", .nullable(microseconds), required: true, "how long it took"),
  ])

  private static let leaf = Schema.object([
    Schema.Field("subject", .string(), required: true, "RFC 4514 text"),
    Schema.Field("issuer", .string(), required: true, "RFC 4514 text"),
    Schema.Field("serial", .string(), required: true, "hexadecimal"),
    Schema.Field("notBefore", .nullable(.string(.date)), required: true, "the first second of its validity"),
    Schema.Field("notAfter", .nullable(.string(.date)), required: true, "the last second of its validity"),
    Schema.Field(
      "names", .array(.string()), required: true, "its DNS names, at most \(Certificate.mostNames)"),
    Schema.Field(
      "addresses", .array(.string()), required: true, "its IP addresses, at most \(Certificate.mostNames)"),
    Schema.Field("nameCount", count, required: true, "how many names and addresses it has in truth"),
    Schema.Field("keyAlgorithm", .nullable(.string()), required: true, "RSA, EC, ED25519, …"),
    Schema.Field("keyBits", .nullable(count), required: true, "the size of the key"),
    Schema.Field("keySecurityBits", .nullable(count), required: true, "its strength (NIST SP 800-57)"),
    Schema.Field("signatureAlgorithm", .string(), required: true, "the algorithm of its issuer's signature"),
    Schema.Field("signatureDigest", .string(), required: true, "the hash under that signature: SHA256"),
    Schema.Field("isSelfSigned", .boolean, required: true, "whether it is its own issuer"),
    Schema.Field("isCA", .boolean, required: true, "whether it may sign certificates"),
    Schema.Field("serverAuth", .boolean, required: true, "whether its extended key usage admits a TLS server"),
    Schema.Field("mustStaple", .boolean, required: true, "whether it demands a stapled OCSP answer"),
    Schema.Field("issuerURLs", .array(.string()), required: true, "where its issuer's certificate is published"),
    Schema.Field("fingerprint", .string(), required: true, "SHA-256, hexadecimal"),
    Schema.Field(
      "lints", .nullable(.array(lint)), required: true,
      "the rules that it breaks, at most \(CertificateFacts.mostLints); null if it cannot be read"),
    Schema.Field(
      "keyConcerns", .nullable(.array(.string(.word(KeyConcern.allCases.map(\.rawValue))))), required: true,
      "what speaks against its key beside its strength; null if it cannot be read"),
    Schema.Field(
      "lookalikes", .array(lookalike), required: true, "its names in other letters that pass for names in Latin ones"),
    Schema.Field("earlier", .array(earlier), "what the history knows to have been served here before"),
    Schema.Field("lifetime", .nullable(lifetime), "its place in its life; null if its dates cannot be read"),
    Schema.Field(
      "renewal", .nullable(renewal), "what speaks for renewal by a machine; null if its dates cannot be read"),
  ])

  private static let lint = Schema.object([
    Schema.Field("id", .string(), required: true, "a permanent word"),
    Schema.Field("source", .string(), required: true, "where the rule stands: RFC 5280 4.1.2.2"),
    Schema.Field(
      "authority", .string(.word(CertificateLint.Authority.allCases.map(\.rawValue))), required: true,
      "whose rule it is"),
    Schema.Field(
      "binds", .boolean, required: true,
      "whether it binds this certificate: standards bind all, other rules those under a root of the system"),
    Schema.Field(
      "status", .string(.word(["notice", "warn", "error"])), required: true, "how much it weighs"),
    Schema.Field("message", .string(), required: true, "the rule, and what breaks it"),
  ])

  private static let lookalike = Schema.object([
    Schema.Field("name", .string(), required: true, "the name in the certificate"),
    Schema.Field("shown", .string(), required: true, "the label in its own letters"),
    Schema.Field("passesFor", .nullable(.string()), required: true, "what it looks like; null where letters are mixed"),
  ])

  private static let renewal = Schema.object([
    Schema.Field(
      "grade", .string(.word(RenewalEvidence.Grade.allCases.map(\.rawValue))), required: true,
      "how much the signs say together"),
    Schema.Field("reasons", .array(.string()), required: true, "the signs, in words"),
    Schema.Field(
      "lookedAt", .array(.string(.word(RenewalEvidence.Sign.allCases.map(\.rawValue)))), required: true,
      "which signs there was anything to see of"),
    Schema.Field(
      "renewedAtShare", .nullable(.number(minimum: 0)), required: true,
      "the share of its life at which the last predecessor was replaced; null where the history shows none"),
  ])

  private static let earlier = Schema.object([
    Schema.Field("serial", .string(), required: true, "hexadecimal"),
    Schema.Field("notBefore", .string(.date), required: true, "the first second of its validity"),
    Schema.Field("notAfter", .string(.date), required: true, "the last second of its validity"),
    Schema.Field("firstSeen", .string(.date), required: true, "the earliest run known to have seen it"),
  ])

  private static let lifetime = Schema.object([
    Schema.Field("days", .integer(), required: true, "its whole life in days, rounded up"),
    Schema.Field("daysLeft", .integer(), required: true, "whole days left, negative once it has expired"),
    Schema.Field("secondsLeft", .integer(), required: true, "seconds left, negative once it has expired"),
    Schema.Field("shareLeft", .number(), required: true, "the share of its life that is left"),
    Schema.Field("isExpired", .boolean, required: true, "whether its last second has passed"),
    Schema.Field("isNotYetValid", .boolean, required: true, "whether its first second is still to come"),
    Schema.Field("warnsBelowDays", .number(), required: true, "with fewer days left renewal is due"),
    Schema.Field("failsBelowDays", .number(), required: true, "with fewer days left renewal is overdue"),
    Schema.Field(
      "verdict", .string(.word(CertificateLifetime.Verdict.allCases.map(\.rawValue))), required: true,
      "where it stands"),
    Schema.Field(
      "publicLimitDays", count, required: true, "the longest life a public authority might give it when it was issued"),
    Schema.Field(
      "publicLimit", .string(.word(["kept", "exceeded", "exceededPrivately"])), required: true,
      "whether it keeps that limit; privately where it leads to a root declared by the inventory"),
  ])

  private static let chain = Schema.object([
    Schema.Field(
      "trusted", .nullable(.boolean), required: true,
      "whether the way to a root is sound, whatever the day; null without roots to judge by"),
    Schema.Field(
      "anchor", .nullable(.string(.word(ChainVerdict.Anchor.allCases.map(\.rawValue)))), required: true,
      "where the root comes from: the system's store or a declared file; null if none was reached"),
    Schema.Field("hasAnchor", .nullable(.boolean), required: true, "whether a root was reached"),
    Schema.Field(
      "issuerFound", .nullable(.boolean), required: true,
      "whether the issuer of the server's certificate was sent, or is a root"),
    Schema.Field("errors", .nullable(.array(problem)), required: true, "everything wrong with the way"),
    Schema.Field(
      "presented", .array(presented), required: true,
      "the certificates as sent, at most \(TLSSession.mostCertificates)"),
    Schema.Field("presentedCount", count, required: true, "how many were sent"),
    Schema.Field(
      "orderIsRight", .boolean, required: true, "whether each was issued by the one sent after it"),
    Schema.Field(
      "path", .nullable(.array(link)), required: true, "from the server's certificate as far up as it could be built"),
    Schema.Field(
      "signatureDigests", .array(.string()), required: true, "the hashes under the signatures below the root"),
    Schema.Field(
      "interceptor", .string(), required: true,
      "what reads traffic on its way and names itself as the issuer or has a key of its own, `\(Interceptor.none)` for"
        + " nothing that is known"),
    Schema.Field(
      "outdated", .nullable(.array(link)), "the issuers on the path that have expired or are not valid yet"),
  ])

  private static let problem = Schema.object([
    Schema.Field("id", .string(), required: true, "a permanent word"),
    Schema.Field("message", .string(), required: true, "libcrypto's sentence"),
    Schema.Field("depth", count, required: true, "0 for the server's certificate, 1 for its issuer, …"),
  ])

  private static let presented = Schema.object([
    Schema.Field("subject", .string(), required: true, "RFC 4514 text"),
    Schema.Field("issuer", .string(), required: true, "RFC 4514 text"),
    Schema.Field("notAfter", .nullable(.string(.date)), required: true, "the last second of its validity"),
    Schema.Field("fingerprint", .string(), required: true, "SHA-256, hexadecimal"),
  ])

  private static let link = Schema.object([
    Schema.Field("subject", .string(), required: true, "RFC 4514 text"),
    Schema.Field("issuer", .string(), required: true, "RFC 4514 text"),
    Schema.Field("notBefore", .nullable(.string(.date)), required: true, "the first second of its validity"),
    Schema.Field("notAfter", .nullable(.string(.date)), required: true, "the last second of its validity"),
  ])

  private static let name = Schema.object([
    Schema.Field("requested", .string(), required: true, "the name or address asked for"),
    Schema.Field("matches", .nullable(.boolean), required: true, "whether it is among the certificate's (RFC 9525)"),
  ])

  private static let otherName = Schema.object([
    Schema.Field("name", .string(), required: true, "the name asked for"),
    Schema.Field(
      "matches", .nullable(.boolean), required: true,
      "whether it is among those of the certificate shown; null where nobody answered"),
    Schema.Field(
      "sameCertificate", .nullable(.boolean), required: true, "whether that is the certificate of the first name"),
    Schema.Field("reason", .nullable(.string()), required: true, "why not"),
  ])

  private static let versions = Schema.object(
    TLSVersion.allCases.map { version in
      Schema.Field(
        version.factName, .nullable(.boolean), required: true,
        "whether the server accepts \(version.rawValue); null if that could not be told")
    })

  private static let microseconds = Schema.integer(minimum: 0)
  private static let count = Schema.integer(minimum: 0)
}
