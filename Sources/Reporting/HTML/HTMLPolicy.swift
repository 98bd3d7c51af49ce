import Cryptography
import FoundationEssentials

/// The page's content security policy: nothing may be fetched, and only our own style and script, by their digests, act.
enum HTMLPolicy {
  /// For a `meta` element; a browser holds inline elements against the digests of their text.
  static let value =
    "default-src 'none'; style-src 'sha256-\(digest(of: HTMLStyle.css))'; script-src 'sha256-\(digest(of: HTMLScript.source))'"
    + "; base-uri 'none'; form-action 'none'"

  /// SHA-256 in base64 (RFC 4648 section 4), as CSP level 3 section 2.3.1 writes it.
  static func digest(of text: String) -> String {
    let hex = Array(SHA256.hex(text.utf8).utf8)
    let bytes = stride(from: 0, to: hex.count - 1, by: 2).map { nibble(hex[$0]) << 4 | nibble(hex[$0 + 1]) }
    return Data(bytes).base64EncodedString()
  }

  private static func nibble(_ digit: UInt8) -> UInt8 {
    digit >= UInt8(ascii: "a") ? digit - UInt8(ascii: "a") + 10 : digit - UInt8(ascii: "0")
  }
}
