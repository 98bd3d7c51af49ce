import AuditModel
import Cryptography

/// The digest by which a rendering names the `report.json` that it was made from.
enum ReportDigest {
  /// SHA-256 of the canonical bytes, in hexadecimal digits: what `sha256sum report.json` prints.
  static func of(_ report: AuditReport) throws -> String { SHA256.hex(try ReportDocument.encode(report)) }
}
