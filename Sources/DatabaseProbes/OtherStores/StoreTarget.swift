import AuditModel
import Facts
import Transport

/// A server of another kind than PostgreSQL, as the inventory declares it: where it is, and nothing to log in with.
struct StoreTarget: Sendable {
  /// The server's name, also the one its certificate carries.
  var host: String
  /// Where to connect.
  var endpoint: Endpoint

  /// Reads `scheme://host:port` of `target`; what stands before the host and behind the port is not read.
  init?(_ target: Target, schemes: [String], port fallback: Int) {
    guard let text = target.settings["url"]?.string, let mark = text.firstRange(of: "://"),
      schemes.contains(text[..<mark.lowerBound].lowercased())
    else { return nil }
    var authority = text[mark.upperBound...].prefix { !"/?#".contains($0) }
    if let at = authority.lastIndex(of: "@") { authority = authority[authority.index(after: at)...] }
    let digits: Substring
    if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
      host = String(authority[..<end].dropFirst())
      digits = authority[authority.index(after: end)...]
    } else {
      host = String(authority.prefix { $0 != ":" })
      digits = authority.dropFirst(host.count)
    }
    guard !host.isEmpty, !host.contains(where: { $0.isWhitespace || $0 == "," }) else { return nil }
    var port = fallback
    if digits.count > 1 {
      guard digits.first == ":", digits.dropFirst().allSatisfy({ $0.isASCII && $0.isNumber }),
        let number = UInt16(digits.dropFirst()), number > 0
      else { return nil }
      port = Int(number)
    }
    endpoint = Endpoint(host: target.settings["address"]?.string ?? host, port: port)
  }

  /// The fields of such a kind.
  static func fields(schemes: [String], example: String) -> [Schema.Field] {
    [
      Schema.Field("url", .string(.url(schemes: schemes)), required: true, "host and port: \(example)"),
      Schema.Field("address", .string(.nonEmpty), "the address to connect to instead of resolving the host"),
    ]
  }

  /// What the facts of such a kind say of the connection.
  static let connectionSchema = Schema.Field(
    "connection",
    .object([
      Schema.Field("established", .boolean, required: true, "whether somebody listens who speaks the protocol"),
      Schema.Field("reason", .nullable(.string()), required: true, "why not"),
    ]), required: true, "whether anybody could be asked")
}

extension TransportFailure {
  /// The obstacle where nothing can be said; nil where nobody being there is a fact.
  var blindness: Unseen? {
    switch self {
    case .timedOut: Unseen(.timeout, sentence)
    case .cancelled: Unseen(.interrupted, sentence)
    case .resolutionFailed, .unreachable: Unseen(.unreachable, sentence)
    case .noSuchHost, .refused, .reset, .closedEarly, .tls: nil
    }
  }
}
