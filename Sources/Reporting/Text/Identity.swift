import AuditModel
import Cryptography

/// Identities that other formats want as UUIDs, made from what a report holds: a report rendered again has the same ones.
enum Identity {
  /// The namespace of all of them: 3b1f6c0a-52d7-4c0e-9f6b-7f0a5e1d9c44.
  private static let namespace: [UInt8] = [
    0x3b, 0x1f, 0x6c, 0x0a, 0x52, 0xd7, 0x4c, 0x0e, 0x9f, 0x6b, 0x7f, 0x0a, 0x5e, 0x1d, 0x9c, 0x44,
  ]

  /// The UUID of something by its kind and whatever tells it apart within that kind.
  static func uuid(_ kind: String, _ parts: String...) -> String {
    NameUUID.version5(of: ([kind] + parts).joined(separator: "\0").utf8, in: namespace)
  }

  /// The run's own id where it is a UUID, else one made from it.
  static func run(_ report: AuditReport) -> String {
    isUUID(report.runID) ? report.runID.lowercased() : uuid("run", report.runID)
  }

  /// Whether `text` is a UUID of version 1 to 5 in its usual form; readers refuse any other.
  static func isUUID(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard bytes.count == 36 else { return false }
    for (index, byte) in bytes.enumerated() {
      switch index {
      case 8, 13, 18, 23: if byte != UInt8(ascii: "-") { return false }
      case 14: if !(UInt8(ascii: "1")...UInt8(ascii: "5")).contains(byte) { return false }
      case 19: if !"89abAB".utf8.contains(byte) { return false }
      default: if !"0123456789abcdefABCDEF".utf8.contains(byte) { return false }
      }
    }
    return true
  }
}
