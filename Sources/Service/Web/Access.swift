import AuditModel
import Cryptography
import Definitions

/// Who may look.
struct Access: Sendable {
  /// SHA-256 of the tokens: comparing digests takes the same time whatever is sent.
  private let tokens: [String]
  private let isOpenOnLoopback: Bool

  init(_ definition: ServiceDefinition) {
    tokens = definition.tokens.map { SHA256.hex($0.secret.exposed.utf8) }
    isOpenOnLoopback = definition.isOpenOnLoopback
  }

  /// Whether a request may see what is not for everybody.
  ///
  /// A token counts as bearer token (RFC 6750), and as the password of a login in a browser (RFC 7617), whatever the name.
  /// Without one, only a client on this machine that came by no proxy and asks for this machine by name: a page from
  /// elsewhere, opened in a browser here, asks for another name even where that name leads here.
  func allows(_ request: Request, from peer: String?) -> Bool {
    if let authorization = request.fields["authorization"] { return isKnown(Self.token(in: authorization)) }
    guard isOpenOnLoopback, let peer, Self.isLoopback(peer) else { return false }
    let passedOn = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"]
    guard !passedOn.contains(where: { request.fields[$0] != nil }) else { return false }
    return Self.isThisMachine(request.fields["host"] ?? "")
  }

  private func isKnown(_ token: String?) -> Bool {
    guard let token else { return false }
    let digest = Array(SHA256.hex(token.utf8).utf8)
    // Every token is compared to its end.
    return tokens.reduce(false) { found, known in
      let difference = zip(digest, known.utf8).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) }
      return difference == 0 || found
    }
  }

  private static func token(in authorization: String) -> String? {
    let words = authorization.split(separator: " ", maxSplits: 1)
    guard words.count == 2 else { return nil }
    switch words[0].lowercased() {
    case "bearer": return String(words[1])
    case "basic":
      guard let bytes = Base64.decoded(words[1]), let colon = bytes.firstIndex(of: UInt8(ascii: ":")) else {
        return nil
      }
      return String(decoding: bytes[(colon + 1)...], as: UTF8.self)
    default: return nil
    }
  }

  static func isLoopback(_ address: String) -> Bool {
    address.hasPrefix("127.") || address == "::1" || address.hasPrefix("::ffff:127.")
  }

  static func isThisMachine(_ host: String) -> Bool {
    var name = host[...]
    if name.hasPrefix("["), let end = name.firstIndex(of: "]") {
      name = name[name.index(after: name.startIndex)..<end]
    } else if let colon = name.firstIndex(of: ":") {
      name = name[..<colon]
    }
    let isFigures = name.utf8.allSatisfy { (48...57).contains($0) || $0 == 46 }
    return name.lowercased() == "localhost" || name == "::1" || (name.hasPrefix("127.") && isFigures)
  }
}
