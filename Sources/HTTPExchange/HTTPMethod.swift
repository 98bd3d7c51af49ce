/// A method of a request: any token (RFC 9110 section 9.1).
package struct HTTPMethod: RawRepresentable, Sendable, Hashable {
  package let rawValue: String

  /// Nil if it is no token (RFC 9110 section 5.6.2), and could break out of the request line.
  package init?(rawValue: String) {
    let isToken = rawValue.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        || "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
    guard isToken, !rawValue.isEmpty else { return nil }
    self.rawValue = rawValue
  }

  private init(known: String) { rawValue = known }

  package static let get = HTTPMethod(known: "GET")
  package static let head = HTTPMethod(known: "HEAD")
  package static let options = HTTPMethod(known: "OPTIONS")
  package static let trace = HTTPMethod(known: "TRACE")
  package static let post = HTTPMethod(known: "POST")
  package static let put = HTTPMethod(known: "PUT")
  package static let patch = HTTPMethod(known: "PATCH")
  package static let delete = HTTPMethod(known: "DELETE")

  /// Those that neither change nor send anything (RFC 9110 section 9.2.1), without TRACE, which repeats secrets.
  package static let safe: [HTTPMethod] = [.get, .head, .options]
}
