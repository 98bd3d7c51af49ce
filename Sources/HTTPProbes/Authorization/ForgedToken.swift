import AuditModel
import Facts
import HTTPExchange

/// A JSON Web Token (RFC 7519) that carries no valid signature, so that whoever takes it takes anything.
struct ForgedToken: Sendable {
  /// A stable word for it.
  var name: String
  /// The whole value of `Authorization`, or what presents it. Claims of the declared token are a part of that secret.
  var presented: Presented

  /// Forgeries of `bearer` if that is a token with claims, else of one that is made up.
  static func forged(from bearer: Secret?) -> [ForgedToken] {
    if let token = bearer.flatMap({ SignedToken($0.exposed) }) {
      return [
        ForgedToken(name: "algorithmNone", presented: secret(unsigned("none") + token.claims + ".")),
        ForgedToken(name: "algorithmNoneInOtherCase", presented: secret(unsigned("nOnE") + token.claims + ".")),
        ForgedToken(name: "signatureStripped", presented: secret("\(token.header).\(token.claims).")),
        ForgedToken(
          name: "signatureWrong", presented: secret("\(token.header).\(token.claims).\(token.wrongSignature)")),
      ]
    }
    let claims = Base64URL.encoded(
      #"{"sub":"1","name":"admin","role":"admin","admin":true,"iat":1700000000,"exp":4102444800}"#)
    let header = Base64URL.encoded(#"{"alg":"HS256","typ":"JWT"}"#)
    let signature = Base64URL.encoded(bytes: (0..<32).map { _ in UInt8.random(in: 0...255) })
    return [
      ForgedToken(name: "algorithmNone", presented: .madeUp("Bearer " + unsigned("none") + claims + ".")),
      ForgedToken(name: "algorithmNoneInOtherCase", presented: .madeUp("Bearer " + unsigned("nOnE") + claims + ".")),
      ForgedToken(name: "signatureStripped", presented: .madeUp("Bearer \(header).\(claims).")),
      ForgedToken(name: "signatureWrong", presented: .madeUp("Bearer \(header).\(claims).\(signature)")),
    ]
  }

  private static func secret(_ token: String) -> Presented { .secret("Bearer " + token) }

  /// The header of a token without signature, with the dot behind it (RFC 7519 section 6).
  private static func unsigned(_ algorithm: String) -> String {
    Base64URL.encoded(#"{"alg":"\#(algorithm)","typ":"JWT"}"#) + "."
  }
}

/// The three parts of a signed token as they stand in it (RFC 7515 section 3.1).
private struct SignedToken {
  var header: String
  var claims: String
  /// The signature with every bit of its first byte turned over.
  var wrongSignature: String

  /// Nil for a token of any other form.
  init?(_ token: String) {
    let parts = token.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 3, let header = Base64URL.decoded(parts[0]), let claims = Base64URL.decoded(parts[1]),
      var signature = Base64URL.decoded(parts[2]), let first = signature.first,
      (try? JSONText.parse(header))?.object != nil, (try? JSONText.parse(claims))?.object != nil
    else { return nil }
    signature[0] = ~first
    self.header = parts[0]
    self.claims = parts[1]
    wrongSignature = Base64URL.encoded(bytes: signature)
  }
}

/// Base64 for URLs without padding (RFC 4648 section 5).
enum Base64URL {
  private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

  static func encoded(_ text: String) -> String { encoded(bytes: Array(text.utf8)) }

  static func encoded(bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = Array(bytes[start..<min(start + 3, bytes.count)])
      let padded = group + [UInt8](repeating: 0, count: 3 - group.count)
      let value = Int(padded[0]) << 16 | Int(padded[1]) << 8 | Int(padded[2])
      for digit in 0...group.count { text.append(digits[value >> (18 - 6 * digit) & 63]) }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Nil for what is no base64 for URLs.
  static func decoded(_ text: String) -> [UInt8]? {
    var bytes: [UInt8] = []
    var value = 0
    var bits = 0
    for byte in text.utf8 {
      guard let digit = digits.firstIndex(of: byte) else { return nil }
      value = (value << 6 | digit) & 0xFFFF
      bits += 6
      if bits >= 8 {
        bits -= 8
        bytes.append(UInt8(value >> bits & 0xFF))
      }
    }
    return text.utf8.count % 4 == 1 ? nil : bytes
  }
}
