import Foundation

/// A log of certificate transparency (RFC 6962) as far as it signs.
package struct TransparencyLog: Sendable {
  /// What it signs.
  package enum Entry: Sendable {
    case certificate([UInt8])
    /// The signed part before the timestamps were put in, and the issuer's SubjectPublicKeyInfo.
    case precertificate(issuerKey: [UInt8], toBeSigned: [UInt8])
  }

  package var name: String
  package var runBy: String
  /// `usable`, `retired`, `rejected`, ….
  package var state = "usable"
  /// From when on it is in that state, RFC 3339.
  package var since = "2024-01-01T00:00:00Z"
  private let key: SigningKey
  private let identifier: [UInt8]

  /// A log with a new key: `ec:prime256v1` or `rsa:2048`.
  package init(_ name: String, runBy: String, key kind: String = "ec:prime256v1") throws {
    self.name = name
    self.runBy = runBy
    key = try SigningKey(kind)
    isRSA = kind.hasPrefix("rsa")
    identifier = try Self.hash(key.subjectPublicKeyInfo)
  }

  private let isRSA: Bool

  /// A timestamp as encoded, made `secondsAgo` before now.
  package func timestamp(of entry: Entry, secondsAgo: Int = 60) throws -> [UInt8] {
    let time = Self.number((Int(Date().timeIntervalSince1970) - secondsAgo) * 1000, width: 8)
    var signed: [UInt8] = [0, 0] + time
    switch entry {
    case .certificate(let der): signed += [0, 0] + Self.number(der.count, width: 3) + der
    case .precertificate(let issuerKey, let part):
      signed += [0, 1] + (try Self.hash(issuerKey)) + Self.number(part.count, width: 3) + part
    }
    signed += [0, 0]
    let signature = try key.signature(over: signed)
    return [0] + identifier + time + [0, 0] + [4, isRSA ? 1 : 3] + Self.number(signature.count, width: 2) + signature
  }

  /// Timestamps as one list (RFC 6962 section 3.3).
  package static func list(_ timestamps: [[UInt8]]) -> [UInt8] {
    let inner = timestamps.flatMap { number($0.count, width: 2) + $0 }
    return number(inner.count, width: 2) + inner
  }

  /// What `openssl s_server -serverinfo` sends as the TLS extension, for any version of TLS.
  package static func serverInfo(_ timestamps: [[UInt8]]) -> String {
    let list = list(timestamps)
    // For the ServerHello of TLS 1.2 and the Certificate of TLS 1.3; 18 is signed_certificate_timestamp.
    let block: [UInt8] = [0, 0, 0x11, 0x80, 0, 18] + number(list.count, width: 2) + list
    let text = Data(block).base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed])
    let label = "SERVERINFOV2 FOR signed_certificate_timestamp"
    return "-----BEGIN \(label)-----\n\(text)\n-----END \(label)-----\n"
  }

  /// A list of logs as browsers' makers publish it.
  package static func published(_ logs: [TransparencyLog]) -> String {
    let operators = Dictionary(grouping: logs, by: \.runBy).map { runBy, logs in
      let entries = logs.map { log in
        let key = Data(log.key.subjectPublicKeyInfo).base64EncodedString()
        return """
          {"description": "\(log.name)", "log_id": "\(Data(log.identifier).base64EncodedString())", "key": "\(key)",
           "state": {"\(log.state)": {"timestamp": "\(log.since)"}}}
          """
      }
      return #"{"name": "\#(runBy)", "logs": [\#(entries.joined(separator: ","))]}"#
    }
    return #"{"version": "1.0", "operators": [\#(operators.joined(separator: ","))]}"#
  }

  private static func hash(_ octets: [UInt8]) throws -> [UInt8] {
    let folder = try ScratchFolder()
    try Data(octets).write(to: URL(fileURLWithPath: folder.path("octets")))
    try ChildProcess.run("openssl", ["dgst", "-sha256", "-binary", "-out", "hash", "octets"], in: folder)
    return Array(try Data(contentsOf: URL(fileURLWithPath: folder.path("hash"))))
  }

  private static func number(_ value: Int, width: Int) -> [UInt8] {
    (0..<width).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}
