import AuditModel
import Facts
import Postgres

/// The answer to a request for TLS.
enum TLSOffer: Sendable, Hashable {
  /// `S`: go on with TLS.
  case offered
  /// `N`: there is none.
  case declined
  /// `E`: an error instead of an answer, which a server without room gives.
  case failed
  /// The connection ended without one.
  case closed
  /// No server of PostgreSQL's protocol says this.
  case foreign(UInt8)

  init(_ answer: UInt8?) {
    switch answer {
    case UInt8(ascii: "S"): self = .offered
    case UInt8(ascii: "N"): self = .declined
    case UInt8(ascii: "E"): self = .failed
    case let byte?: self = .foreign(byte)
    case nil: self = .closed
    }
  }

  /// Whether it is a PostgreSQL server's.
  var isPostgres: Bool { self == .offered || self == .declined || self == .failed }
}

/// The answer to a request for a session without TLS.
enum PlaintextAnswer: Sendable, Hashable {
  case message(WireProtocol.Message)
  /// None, and why.
  case silent(String)
}

/// What was heard on the wire, as facts. Pure.
struct WireFacts {
  /// How the application asks for encryption.
  var sslMode: SSLMode?
  /// Why nobody could be asked; nil if somebody answered.
  var obstacle: String?
  /// The address connected to.
  var address: String?
  /// The answer about TLS; nil if there was nobody to ask.
  var offer: TLSOffer?
  /// The session asked for without TLS; nil if none was.
  var session: Session?
  /// The answer to that; nil if none was asked for.
  var plaintext: PlaintextAnswer?

  /// A session to ask for.
  struct Session: Sendable, Hashable {
    var user: String
    var database: String
  }

  init(sslMode: SSLMode?) { self.sslMode = sslMode }

  static let schema = Schema.object([
    Schema.Field(
      "connection",
      .object([
        Schema.Field("established", .boolean, required: true, "whether a PostgreSQL server answers"),
        Schema.Field("reason", .nullable(.string()), required: true, "why not"),
        Schema.Field("address", .nullable(.string()), required: true, "the address connected to"),
      ]), required: true, "whether anybody could be asked"),
    Schema.Field(
      "tls",
      .object([
        Schema.Field("offered", .nullable(.boolean), required: true, "whether the server offers TLS")
      ]), required: true, "the answer to SSLRequest"),
    Schema.Field(
      "plaintext",
      .object([
        Schema.Field(
          "accepted", .nullable(.boolean), required: true,
          "whether a session without TLS gets as far as authentication; null if that could not be told"),
        Schema.Field("user", .nullable(.string()), required: true, "the role the session was asked for"),
        Schema.Field("database", .nullable(.string()), required: true, "the database it was asked for"),
        Schema.Field("answer", .nullable(.string()), required: true, "the letter of the first message"),
        Schema.Field(
          "authentication", .nullable(.string(.word(["trust", "password", "md5", "gss", "scram"]))), required: true,
          "how the server wants the client to prove who it is"),
        Schema.Field("sqlstate", .nullable(.string()), required: true, "the code of a refusal"),
        Schema.Field("reason", .nullable(.string()), required: true, "the server's words"),
      ]), required: true, "the answer to a StartupMessage without TLS"),
    Schema.Field(
      "application",
      .object([
        Schema.Field(
          "sslmode", .nullable(.string(.word(SSLMode.allCases.map(\.rawValue)))), required: true,
          "how it asks for encryption; null if not declared")
      ]), required: true, "what the inventory declares of the application"),
  ])

  /// The facts.
  var value: JSONValue {
    [
      "connection": [
        "established": .bool(reasonForNone == nil), "reason": JSONValue(reasonForNone), "address": JSONValue(address),
      ],
      "tls": ["offered": offer == .offered ? true : offer == .declined ? false : nil],
      "plaintext": plaintextValue,
      "application": ["sslmode": JSONValue(sslMode?.rawValue)],
    ]
  }

  /// What is missing although somebody answered.
  var gaps: [Gap] {
    guard reasonForNone == nil else { return [] }
    var gaps: [Gap] = []
    if offer == .failed {
      gaps.append(Gap(path: "tls.offered", reason: "the server answered the request for TLS with an error"))
    }
    if let reason = reasonForDoubt { gaps.append(Gap(path: "plaintext.accepted", reason: reason)) }
    return gaps
  }

  private var reasonForNone: String? {
    switch offer {
    case nil: obstacle
    case .closed: "the connection was closed without an answer"
    case .foreign: "what listens there does not speak PostgreSQL's protocol"
    case .offered, .declined, .failed: nil
    }
  }

  /// Access rules are matched before the role is, so the first message tells whether one admits plaintext: a request for
  /// authentication, or SQLSTATE 28000. The words follow the server's language and decide nothing.
  private var isAccepted: Bool? {
    guard case .message(let message) = plaintext else { return nil }
    return switch message.letter {
    case UInt8(ascii: "R"): true
    case UInt8(ascii: "E") where message.field("C") == "28000": false
    default: nil
    }
  }

  private var reasonForDoubt: String? {
    guard isAccepted == nil else { return nil }
    switch plaintext {
    case nil: return "the url names no role to ask for"
    case .silent(let reason): return reason
    case .message(let message):
      let words = message.field("M").map { ": \($0.bounded())" } ?? ""
      return "the server answered with \(message.field("C") ?? Self.name(of: message))\(words)"
    }
  }

  private var plaintextValue: JSONValue {
    var facts: JSONObject = [
      "accepted": JSONValue(isAccepted), "user": JSONValue(session?.user), "database": JSONValue(session?.database),
      "answer": nil, "authentication": nil, "sqlstate": nil, "reason": nil,
    ]
    switch plaintext {
    case nil: break
    case .silent(let reason): facts["reason"] = .string(reason)
    case .message(let message):
      facts["answer"] = .string(Self.name(of: message))
      facts["authentication"] = JSONValue(message.authentication)
      facts["sqlstate"] = JSONValue(message.field("C").map { $0.bounded() })
      facts["reason"] = JSONValue(message.field("M").map { $0.bounded() })
    }
    return .object(facts)
  }

  private static func name(of message: WireProtocol.Message) -> String {
    String(Character(Unicode.Scalar(message.letter)))
  }
}
