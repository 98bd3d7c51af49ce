import AuditModel
import Facts

/// A waiver as a report shows it, read from its text: whatever version wrote it, and none where it knows of none.
struct WaiverLine: Sendable, Hashable {
  var id: String
  var check: String
  var target: String
  var owner: String
  var ticket: String
  var expires: Instant
  var state: String

  /// The waivers in a report's bytes.
  static func lines(in document: [UInt8]) -> [WaiverLine] {
    let rows = (try? JSONText.parse(document))?["waivers"]?.array ?? []
    return rows.compactMap { row -> WaiverLine? in
      let waiver = row["waiver"] ?? row
      guard let id = waiver["id"]?.string, let text = waiver["expires"]?.string, var expires = Instant(text) else {
        return nil
      }
      // A day is its last second: until then the waiver holds.
      if text.utf8.count == 10 { expires.seconds += 86_399 }
      return WaiverLine(
        id: id, check: waiver["check"]?.string ?? "", target: waiver["target"]?.string ?? "",
        owner: waiver["owner"]?.string ?? "", ticket: waiver["ticket"]?.string ?? "", expires: expires,
        state: row["state"]?.string ?? "")
    }
  }
}
