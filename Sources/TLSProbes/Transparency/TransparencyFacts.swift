import AuditModel
import Certificates
import Cryptography
import Facts
import Transport

/// What the logs of certificate transparency (RFC 6962) have signed about a server's certificate, as facts. Pure.
struct TransparencyFacts {
  /// How a timestamp came.
  enum Way: String, CaseIterable {
    case embedded
    case handshake
    case staple
  }

  /// What its signature is worth.
  enum Signature: String, CaseIterable {
    case valid
    /// The log did not make it over this certificate.
    case forged
    /// The log is on the list, but not the key of the certificate's issuer at hand, which it covers.
    case unverifiable
    /// The list does not have the log.
    case unlisted
    /// There is no list to know its key from.
    case unchecked
  }

  /// The last second of the year 9999.
  static let latest = Instant(seconds: 253_402_300_799)

  let inspection: Inspection
  /// Nil where the inventory names no list.
  let logs: TransparencyLogs?
  /// Whether the inventory says that anybody's browser has to trust the certificate.
  let isDeclaredPublic: Bool

  /// The facts; null where no certificate was shown, or where it cannot be read.
  var value: JSONValue {
    guard let certificate = try? X509Certificate(der: inspection.session.leafEncoding) else { return .null }
    let inside = LoggedEntry(inside: certificate, issuerKey: inspection.issuerKey)
    let outside = LoggedEntry.certificate(inspection.session.leafEncoding)
    var timestamps: [JSONValue] = []
    for one in Self.embedded(in: certificate) {
      timestamps.append(fact(one, .embedded, inspection.issuerKey.isEmpty ? nil : inside))
    }
    for (way, encoded) in [
      (Way.handshake, inspection.timestamps.encodedInHandshake), (.staple, inspection.timestamps.encodedStapled),
    ] {
      for one in encoded.compactMap({ try? SignedCertificateTimestamp($0[...]) }) {
        timestamps.append(fact(one, way, outside))
      }
    }
    return [
      "demandedBy": JSONValue(demandedBy), "listed": .bool(logs != nil), "timestamps": .array(timestamps),
    ]
  }

  /// Who wants the certificate in public logs; nil where nobody does, or where it is not known who issued it.
  private var demandedBy: String? {
    if isDeclaredPublic { return "inventory" }
    return inspection.session.verdict?.anchor == .system ? "publicRoot" : nil
  }

  private static func embedded(in certificate: X509Certificate) -> [SignedCertificateTimestamp] {
    guard case .signedCertificateTimestamps(let list)? = certificate.extension(.signedCertificateTimestamps)?.content
    else { return [] }
    return Array(list.prefix(Inspection.Timestamps.most))
  }

  private func fact(_ timestamp: SignedCertificateTimestamp, _ way: Way, _ entry: LoggedEntry?) -> JSONValue {
    let log = logs?.logs[timestamp.logID]
    return [
      "log": .string(TimestampText.hexadecimal(timestamp.logID)), "name": JSONValue(log?.name),
      "operator": JSONValue(log?.runBy), "way": .string(way.rawValue),
      "issued": JSONValue(timestamp.issued?.description),
      "signature": .string(signature(timestamp, log, entry).rawValue),
      "retired": JSONValue(log?.retired?.description), "believed": JSONValue(log?.isBelieved),
    ]
  }

  private func signature(
    _ timestamp: SignedCertificateTimestamp, _ log: TransparencyLogs.Log?, _ entry: LoggedEntry?
  ) -> Signature {
    guard logs != nil else { return .unchecked }
    guard let log else { return .unlisted }
    guard let signed = entry?.signed(with: timestamp) else { return .unverifiable }
    // RFC 6962 section 2.1.4 allows these two, over SHA-256.
    guard timestamp.hashAlgorithm == 4 else { return .forged }
    switch timestamp.signatureAlgorithm {
    case 1: return log.key.verifies(timestamp.signature, over: signed, by: .rsaPKCS1(.sha256)) ? .valid : .forged
    case 3: return log.key.verifies(timestamp.signature, over: signed, by: .ecdsa(.sha256)) ? .valid : .forged
    default: return .forged
    }
  }
}

extension SignedCertificateTimestamp {
  /// When the log made it, cut to the second; nil for a day that no calendar has.
  fileprivate var issued: Instant? {
    let seconds = timestamp / 1000
    return version == 0 && seconds <= UInt64(TransparencyFacts.latest.seconds) ? Instant(seconds: Int(seconds)) : nil
  }
}

/// Octets as text.
private enum TimestampText {
  static func hexadecimal(_ octets: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: octets.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
