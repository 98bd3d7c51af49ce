import Cryptography
import Facts
import TLSRegistry
import Transport

/// The shape of what `tls-configuration` brings back.
enum ConfigurationSchema {
  static let facts = Schema.object(
    [
      Schema.Field(
        "connection",
        .object([Schema.Field("address", .nullable(.string()), required: true, "the address that was looked at")]),
        required: true, "where it was looked"),
      Schema.Field(
        "protocols", .array(.string(.word(versionNames))), required: true, "the versions spoken, oldest first"),
      Schema.Field(
        "versions",
        .object(
          ProtocolVersion.allCases.map {
            Schema.Field(
              $0.factName, .nullable(.boolean), required: true, "whether \($0.name) is spoken; null if that is not sure"
            )
          }), required: true, "every version"),
      Schema.Field(
        "suites", .object([], others: .array(.string())), required: true,
        "by version: the registered names of the suites accepted, in the order in which the server picked them"),
      Schema.Field("suiteKinds", suiteKinds, required: true, "the suites accepted, by what they are worth"),
      Schema.Field(
        "preference", .object([], others: .nullable(.string(.word(["server", "client"])))), required: true,
        "by version: whose order of suites decides; null where one suite leaves no choice"),
      Schema.Field("groups", .array(group), required: true, "the groups of the key exchange"),
      Schema.Field(
        "modern", .nullable(modern), required: true,
        "what a client of today agrees on; null if it comes to no agreement"),
      Schema.Field(
        "certificates", .array(certificate), required: true, "every certificate the server has, the main first"),
      Schema.Field(
        "name",
        .object([
          Schema.Field("requested", .string(), required: true, "the name or address asked for"),
          Schema.Field("matches", .nullable(.boolean), required: true, "whether it is in the certificate (RFC 9525)"),
        ]), required: true, "the name the certificate must be made out to"),
      Schema.Field("chain", .nullable(chain), required: true, "the way from the main certificate to a root"),
      Schema.Field(
        "renegotiation", .nullable(.string(.word(["secure", "insecure", "notApplicable"]))), required: true,
        "whether renegotiation is bound to the session (RFC 5746); not applicable to TLS 1.3 alone"),
      Schema.Field(
        "compression", .nullable(.string(.word(["on", "off", "notApplicable"]))), required: true,
        "whether the server compresses; not applicable to TLS 1.3 alone"),
      Schema.Field("extendedMasterSecret", .nullable(.boolean), required: true, "RFC 7627, up to TLS 1.2"),
      Schema.Field("encryptThenMAC", .nullable(.boolean), required: true, "RFC 7366; null without CBC suites"),
      Schema.Field(
        "downgradeMark", .nullable(.boolean), required: true,
        "whether answers of TLS 1.2 tell that TLS 1.3 is spoken (RFC 8446 section 4.1.3)"),
      Schema.Field(
        "clientCertificate", .nullable(.boolean), required: true, "whether it asks for a client's certificate"),
      Schema.Field("postQuantum", .nullable(.boolean), required: true, "whether a post-quantum group is accepted"),
      Schema.Field(
        "largeHello", .nullable(.boolean), required: true, "whether a hello of more than 1,500 bytes is answered"),
      Schema.Field(
        "fallback",
        .array(
          .object([
            Schema.Field("version", .string(), required: true, "the older version that was offered"),
            Schema.Field(
              "honoured", .nullable(.boolean), required: true, "whether the server noticed that it speaks a newer one"),
          ])), required: true,
        "TLS_FALLBACK_SCSV (RFC 7507); none where nothing below TLS 1.2 is spoken, or one version"),
      Schema.Field("tickets", .array(ticket), required: true, "by version: how sessions are taken up again"),
      Schema.Field(
        "earlyDataBytes", .nullable(.integer(minimum: 0)), required: true,
        "what is taken before the handshake is done (RFC 8446 section 2.3); 0 for nothing"),
      Schema.Field("stapled", .nullable(.boolean), required: true, "whether an OCSP response came along"),
      Schema.Field("staple", .nullable(staple), required: true, "that response; null if none came"),
      Schema.Field(
        "stapleVerdict",
        .nullable(
          .string(
            .word(StapledAnswer.Verdict.allCases.map(\.rawValue) + ["absent", "missing", "forged", "outdated"]))),
        "what the response comes to on the day: missing where the certificate demands one"),
      Schema.Field("mustStaple", .nullable(.boolean), required: true, "whether the certificate demands one (RFC 7633)"),
      Schema.Field(
        "timestamps", .nullable(timestamps), required: true, "signed certificate timestamps, by where they stood"),
      Schema.Field(
        "transparency", .nullable(TransparencySchema.facts), required: true,
        "what logs of certificate transparency have signed; null where that cannot be told"),
      Schema.Field("alpn", .nullable(alpn), required: true, "application protocols (RFC 7301)"),
      Schema.Field("names", names, required: true, "what other names get"),
      Schema.Field(
        "strictTransport",
        .object([
          Schema.Field("spoken", .boolean, required: true, "whether HTTP is spoken within"),
          Schema.Field("present", .nullable(.boolean), required: true, "whether a valid field came"),
          Schema.Field("maxAge", .nullable(count), required: true, "seconds; null without a valid field"),
        ]), required: true, "Strict-Transport-Security in the answer to one request for /"),
      Schema.Field("addresses", .array(address), required: true, "the main certificate at every address of the name"),
      Schema.Field("connections", count, required: true, "TCP connections made"),
      Schema.Field(
        "inconclusive", .array(.string()), required: true,
        "what could not be told: a version, `suites`, `groups`, or `all`"),
      Schema.Field("doubts", .array(.string()), required: true, "why, in one line each"),
    ] + ConfigurationGrading.fields)

  private static let versionNames = ProtocolVersion.allCases.map(\.name)

  private static let suiteKinds = Schema.object([
    Schema.Field(
      "insecure", list, required: true, "no encryption, no authentication, export, RC4, or less than 112 bits"),
    Schema.Field("smallBlock", list, required: true, "ciphers with blocks of 64 bits (Sweet32): 3DES, IDEA, …"),
    Schema.Field("cbc", list, required: true, "cipher block chaining"),
    Schema.Field("aead", list, required: true, "authenticated encryption"),
    Schema.Field("forwardSecret", list, required: true, "a key that leaks later opens nothing recorded before"),
    Schema.Field("staticKeyExchange", list, required: true, "it does: the secret rests on the server's own key"),
  ])

  private static let group = Schema.object([
    Schema.Field("name", .string(), required: true, "the registered name, a known prime's, or dhe with its bits"),
    Schema.Field("id", .nullable(.integer(minimum: 0, maximum: 65535)), required: true, "the registered number"),
    Schema.Field("bits", .nullable(count), required: true, "the size of the field, or of the parameter set"),
    Schema.Field(
      "kind", .string(.word(NamedGroup.Kind.allCases.map(\.rawValue))), required: true,
      "elliptic curve, finite field, hybrid, or key encapsulation"),
    Schema.Field("ownParameters", .boolean, required: true, "whether the server sends the field instead of naming it"),
    Schema.Field(
      "soundness", .nullable(.string(.word(FieldSoundness.allCases.map(\.rawValue)))), required: true,
      "what a finite field is worth beside its size; null for other groups, for one too large to look into, and where"
        + " time was up"),
    Schema.Field("protocols", .array(.string()), required: true, "the versions under which it was seen"),
  ])

  private static let modern = Schema.object([
    Schema.Field("version", .string(), required: true, "the version"),
    Schema.Field("suite", .string(), required: true, "the suite"),
    Schema.Field("group", .nullable(.string()), required: true, "the group; null without one"),
    Schema.Field("forwardSecret", .boolean, required: true, "whether the suite is forward secret"),
    Schema.Field("aead", .boolean, required: true, "whether the suite authenticates what it encrypts"),
  ])

  private static let certificate = Schema.object([
    Schema.Field("serial", .string(), required: true, "hexadecimal"),
    Schema.Field("fingerprint", .string(), required: true, "SHA-256, hexadecimal"),
    Schema.Field("subject", .string(), required: true, "RFC 4514 text"),
    Schema.Field("issuer", .string(), required: true, "RFC 4514 text"),
    Schema.Field("notBefore", .nullable(.string(.date)), required: true, "the first second of its validity"),
    Schema.Field("notAfter", .nullable(.string(.date)), required: true, "the last second of its validity"),
    Schema.Field("keyAlgorithm", .nullable(.string()), required: true, "RSA, EC, ED25519, …"),
    Schema.Field("keyBits", .nullable(count), required: true, "the size of the key"),
    Schema.Field("keyCurve", .nullable(.string()), required: true, "the curve of an EC key"),
    Schema.Field("keySecurityBits", .nullable(count), required: true, "its strength (NIST SP 800-57)"),
    Schema.Field("hasExponentOne", .boolean, required: true, "whether an RSA key signs nothing at all"),
    Schema.Field("signatureAlgorithm", .string(), required: true, "the algorithm of its issuer's signature"),
    Schema.Field("signatureDigest", .string(), required: true, "the hash under that signature"),
    Schema.Field("names", .array(.string()), required: true, "its DNS names, at most \(Certificate.mostNames)"),
    Schema.Field("nameCount", count, required: true, "how many names and addresses it has in truth"),
    Schema.Field("isSelfSigned", .boolean, required: true, "whether it is its own issuer"),
    Schema.Field(
      "stapleVerdict",
      .nullable(
        .string(
          .word(StapledAnswer.Verdict.allCases.map(\.rawValue) + ["absent", "missing", "forged", "outdated"]))),
      "what the response comes to on the day: missing where the certificate demands one"),
    Schema.Field("mustStaple", .boolean, required: true, "whether it demands a stapled OCSP answer"),
    Schema.Field("namesResponder", .boolean, required: true, "whether it names an OCSP responder"),
    Schema.Field("embeddedTimestamps", count, required: true, "timestamps within it"),
  ])

  private static let chain = Schema.object([
    Schema.Field("trusted", .nullable(.boolean), required: true, "whether the way is sound, whatever the day"),
    Schema.Field("anchor", .nullable(.string()), required: true, "where the root comes from"),
    Schema.Field(
      "issuerFound", .nullable(.boolean), required: true, "whether the leaf's issuer was sent, or is a root"),
    Schema.Field("presentedCount", count, required: true, "how many certificates were sent"),
    Schema.Field("problems", .nullable(.array(.string())), required: true, "what is wrong, a permanent word each"),
    Schema.Field("signatureDigests", .array(.string()), required: true, "the hashes under the signatures sent"),
  ])

  private static let ticket = Schema.object([
    Schema.Field("protocol", .string(), required: true, "the version"),
    Schema.Field(
      "resumption", .string(.word(["resumed", "notResumed", "notOffered"])), required: true,
      "whether a second handshake took the session up again"),
    Schema.Field(
      "lifetimeSeconds", .nullable(count), required: true, "how long the ticket is kept; null without a ticket"),
  ])

  private static let staple = Schema.object([
    Schema.Field(
      "verdict", .string(.word(StapledAnswer.Verdict.allCases.map(\.rawValue))), required: true,
      "what it says of the certificate"),
    Schema.Field(
      "signatureValid", .nullable(.boolean), required: true,
      "whether the issuer or its responder signed it; null without the issuer"),
    Schema.Field("thisUpdate", .nullable(.string(.date)), required: true, "from when on it is true"),
    Schema.Field("nextUpdate", .nullable(.string(.date)), required: true, "until when there is a newer one"),
    Schema.Field("isCurrent", .nullable(.boolean), "whether the day is between the two"),
  ])

  private static let timestamps = Schema.object([
    Schema.Field("embedded", count, required: true, "in the certificate"),
    Schema.Field("inHandshake", count, required: true, "in the TLS extension"),
    Schema.Field("stapled", count, required: true, "in the OCSP response"),
  ])

  private static let alpn = Schema.object([
    Schema.Field("protocols", list, required: true, "those the server chose"),
    Schema.Field(
      "unknownProtocol", .nullable(.string(.word(["refused", "ignored", "picked"]))), required: true,
      "what it does with one it does not know; null where that was not tried"),
  ])

  private static let names = Schema.object(
    [("withoutName", "no name"), ("unknownName", "a name nobody has")].map { name, what in
      Schema.Field(
        name, .nullable(.string(.word(["sameCertificate", "otherCertificate", "refused", "notApplicable"]))),
        required: true, "what \(what) gets; not applicable where the target is an address")
    })

  private static let address = Schema.object([
    Schema.Field("address", .string(), required: true, "in figures"),
    Schema.Field("serial", .nullable(.string()), required: true, "of the certificate there"),
    Schema.Field("notAfter", .nullable(.string(.date)), required: true, "of the certificate there"),
    Schema.Field("fingerprint", .nullable(.string()), required: true, "of the certificate there"),
    Schema.Field("agrees", .nullable(.boolean), required: true, "whether it is the main certificate"),
    Schema.Field("routed", .boolean, required: true, "whether this machine's network leads there"),
    Schema.Field("reason", .nullable(.string()), required: true, "why it does not agree, or could not be seen"),
  ])

  private static let list = Schema.array(.string())
  private static let count = Schema.integer(minimum: 0)
}
