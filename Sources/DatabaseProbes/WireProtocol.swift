/// The first messages of PostgreSQL's protocol 3.0 (manual, section 55.7), as far as anybody without a password sees them.
enum WireProtocol {
  /// Asks whether the server speaks TLS; the answer is one byte, `S` or `N`.
  static let sslRequest: [UInt8] = [0, 0, 0, 8, 0x04, 0xD2, 0x16, 0x2F]

  /// Asks for a session of `user` in `database`, without TLS.
  static func startup(user: String, database: String) -> [UInt8] {
    var body: [UInt8] = [0, 3, 0, 0]
    for text in ["user", user, "database", database] { body += Array(text.utf8) + [0] }
    body.append(0)
    let length = body.count + 4
    return (0..<4).map { UInt8(truncatingIfNeeded: length >> (24 - 8 * $0)) } + body
  }

  /// What a server says first.
  struct Message: Sendable, Hashable {
    /// The letter that tells its kind: `R` asks for authentication, `E` refuses.
    var letter: UInt8
    /// What follows the length.
    var body: [UInt8]

    /// A header announces more than this only where nobody speaks PostgreSQL.
    private static let mostBytes = 65536

    /// What the bytes so far amount to.
    enum Parsed: Sendable, Hashable {
      case message(Message)
      case incomplete
      case malformed
    }

    static func parsed(_ bytes: [UInt8]) -> Parsed {
      guard bytes.count >= 5 else { return .incomplete }
      let length = bytes[1..<5].reduce(0) { $0 << 8 | Int($1) }
      guard (4...mostBytes).contains(length) else { return .malformed }
      guard bytes.count >= length + 1 else { return .incomplete }
      return .message(Message(letter: bytes[0], body: Array(bytes[5..<length + 1])))
    }

    /// The text of one field of an ErrorResponse: `C` is the SQLSTATE, `M` the message.
    func field(_ code: Unicode.Scalar) -> String? {
      guard letter == UInt8(ascii: "E") else { return nil }
      for field in body.split(separator: 0) where field.first.map(UInt32.init) == code.value {
        return String(decoding: field.dropFirst(), as: UTF8.self)
      }
      return nil
    }

    /// How an `R` message wants the client to prove who it is; nil if it says nothing known.
    var authentication: String? {
      guard letter == UInt8(ascii: "R"), body.count >= 4 else { return nil }
      return switch body[0..<4].reduce(0, { $0 << 8 | Int($1) }) {
      case 0: "trust"
      case 3: "password"
      case 5: "md5"
      case 7, 9: "gss"
      case 10: "scram"
      default: nil
      }
    }
  }
}
