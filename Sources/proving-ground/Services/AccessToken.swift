import Cryptography
import Facts

/// Who may do what until when: a JSON Web Token (RFC 7519), signed with HMAC-SHA-256 (RFC 7518 section 3.2).
struct AccessToken: Sendable, Equatable {
  /// The number of the account.
  var account: Int
  /// `user` or `admin`.
  var role: String
  /// The first second at which it no longer holds, since 1970.
  var expiresAt: Int

  private static let issuer = "events-platform"

  /// Why a token is not accepted.
  enum Refusal: Error {
    /// It is no token at all.
    case garbled
    /// Its signature is missing or of somebody else.
    case forged
    /// Its time is over.
    case expired
  }

  /// The token in its compact form, signed with `key`.
  func signed(with key: [UInt8]) -> String {
    let header: JSONValue = ["alg": "HS256", "typ": "JWT"]
    let claims: JSONValue = [
      "iss": .string(Self.issuer), "sub": .string(String(account)), "role": .string(role), "exp": .integer(expiresAt),
    ]
    let content = [header, claims].map { Base64URL.text(of: Array(JSONText.compact($0).utf8)) }.joined(separator: ".")
    return content + "." + Base64URL.text(of: HMACSHA256.code(of: Array(content.utf8), key: key))
  }

  /// Reads a token in its compact form, as carefully as `manner` lets it.
  init(_ text: Substring, key: [UInt8], manner: TokenManner, now: Int) throws(Refusal) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, let header = Self.object(parts[0]), let claims = Self.object(parts[1]),
      let account = claims["sub"]?.string.flatMap({ Int($0) }), let role = claims["role"]?.string,
      let expiresAt = claims["exp"]?.integer, claims["iss"]?.string == Self.issuer
    else { throw .garbled }
    let isUnsigned = header["alg"]?.string?.lowercased() == "none"
    if !(manner.acceptsUnsigned && isUnsigned), !manner.ignoresSignatures {
      guard header["alg"]?.string == "HS256", let signature = Base64URL.bytes(of: parts[2]) else { throw .forged }
      let expected = HMACSHA256.code(of: Array("\(parts[0]).\(parts[1])".utf8), key: key)
      guard Self.isEqual(signature, expected) else { throw .forged }
    }
    if !manner.ignoresExpiry, now >= expiresAt { throw .expired }
    self.account = account
    self.role = role
    self.expiresAt = expiresAt
  }

  /// A token for an account.
  init(account: Int, role: String, expiresAt: Int) {
    self.account = account
    self.role = role
    self.expiresAt = expiresAt
  }

  private static func object(_ part: Substring) -> JSONValue? {
    guard let bytes = Base64URL.bytes(of: part), let value = try? JSONText.parse(bytes), value.object != nil else {
      return nil
    }
    return value
  }

  /// Takes as long for a nearly right signature as for a wrong one.
  private static func isEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    left.count == right.count && zip(left, right).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
  }
}

/// How carefully tokens are read.
struct TokenManner: Codable, Sendable {
  /// Whether a token that says `alg: none` needs no signature.
  var acceptsUnsigned = false
  /// Whether any signature will do.
  var ignoresSignatures = false
  /// Whether tokens hold forever.
  var ignoresExpiry = false
}

/// Base64 for URLs without padding (RFC 4648 section 5).
enum Base64URL {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

  /// `bytes` as text.
  static func text(of bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let value = (0..<3).reduce(0) { $0 << 8 | ($1 < group.count ? Int(group[start + $1]) : 0) }
      for index in 0...group.count { text.append(alphabet[value >> (18 - 6 * index) & 63]) }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The bytes that `text` stands for; nil where it stands for none.
  static func bytes(of text: Substring) -> [UInt8]? {
    var bytes: [UInt8] = []
    var (value, bits) = (0, 0)
    for character in text.utf8 {
      guard let digit = alphabet.firstIndex(of: character) else { return nil }
      value = (value << 6 | digit) & 0xFFFF
      bits += 6
      if bits >= 8 {
        bits -= 8
        bytes.append(UInt8(truncatingIfNeeded: value >> bits))
      }
    }
    return bits < 6 ? bytes : nil
  }
}
