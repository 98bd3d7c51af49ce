import AuditModel
import Facts
import Probing
import Transport

/// The kind `redis`.
enum RedisTarget {
  static let schemes = ["redis", "rediss"]
  static let kind = TargetKind(
    name: "redis", summary: "a Redis or Valkey server, as anybody sees it",
    fields: StoreTarget.fields(schemes: schemes, example: "redis://cache.example:6379"), schemes: schemes)
}

/// Says PING to a Redis server in plaintext and over TLS, without a password.
struct RedisProbe: Probe {
  let descriptor = ProbeDescriptor(
    id: "redis-wire", summary: "what a Redis server tells anybody: plaintext spoken, TLS offered, a password demanded",
    targetKinds: ["redis"], safety: .observe, facts: RedisFacts.schema, timeout: 10_000,
    traffic: "2 connections with one PING each")

  var targetKinds: [TargetKind] { [RedisTarget.kind] }

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    await context.lane.run { Self.look(at: target, context) }
  }

  private static let ping = Array("*1\r\n$4\r\nPING\r\n".utf8)
  /// The longest line that is read, in bytes.
  private static let mostBytes = 512

  private static func look(at target: Target, _ context: ProbeContext) -> Sighting {
    guard let store = StoreTarget(target, schemes: RedisTarget.schemes, port: 6379) else {
      return .unseen(Unseen(.malformed, "the url is not of the form redis://host:port"))
    }
    var facts = RedisFacts()
    do throws(TransportFailure) {
      facts.plaintext = try answer(store, overTLS: false, context)
    } catch {
      if let blindness = error.blindness, case .timedOut(let phase) = error, phase == "connect" || phase == "resolve" {
        return .unseen(blindness)
      }
      switch error {
      case .cancelled, .resolutionFailed, .unreachable: return .unseen(Unseen(.unreachable, error.sentence))
      case .noSuchHost, .refused:
        facts.obstacle = error.sentence
        return .seen(facts.value)
      default: facts.plaintext = .silent(error.sentence)
      }
    }
    do throws(TransportFailure) {
      facts.encrypted = try answer(store, overTLS: true, context)
    } catch {
      if case .tls(let failure) = error, failure.cause == .notTLS {
        facts.encrypted = .foreign
      } else {
        facts.encrypted = .silent(error.sentence)
      }
    }
    return .seen(facts.value, gaps: facts.gaps)
  }

  private static func answer(
    _ store: StoreTarget, overTLS: Bool, _ context: ProbeContext
  ) throws(TransportFailure) -> RedisFacts.Answer {
    let deadline = context.deadline.capped(milliseconds: 4000)
    let connection = try Connection.open(store.endpoint, before: deadline, traffic: context.traffic)
    defer { connection.close() }
    if overTLS {
      _ = try connection.agreeOnTLS(TLSClientSettings(serverName: store.host, trust: nil), before: deadline)
    }
    context.traffic.add(requests: 1)
    var bytes: [UInt8] = []
    do {
      try connection.write(ping, before: deadline)
      while !bytes.contains(10), bytes.count < mostBytes {
        let more = try connection.read(upTo: mostBytes, before: deadline)
        if more.isEmpty { break }
        bytes += more
      }
    } catch {
      // After a handshake a server without an answer is still one that speaks TLS.
      guard bytes.isEmpty, overTLS, error != .cancelled else {
        if bytes.isEmpty { throw error }
        return RedisFacts.Answer(bytes)
      }
      return .mute
    }
    if bytes.isEmpty { return overTLS ? .mute : .silent("the server ended the connection without an answer") }
    return RedisFacts.Answer(bytes)
  }
}

/// What was heard from a Redis server, as facts. Pure.
struct RedisFacts {
  /// The answer to PING on one way.
  enum Answer: Sendable, Hashable {
    /// `+PONG`: anybody may go on.
    case welcome
    /// `-NOAUTH`: a password first.
    case guarded
    /// `-DENIED`: protected mode, nobody from elsewhere.
    case closed
    /// Another error of the protocol, in the server's words.
    case error(String)
    /// TLS, and then nothing: a client certificate may be missing.
    case mute
    /// What was said is not of the protocol.
    case foreign
    /// Nothing was said, and why.
    case silent(String)

    init(_ bytes: [UInt8]) {
      let line = String(decoding: bytes.prefix { $0 != 13 && $0 != 10 }, as: UTF8.self)
      if line.uppercased().hasPrefix("+PONG") {
        self = .welcome
      } else if line.hasPrefix("-NOAUTH") || line.hasPrefix("-NOPERM") || line.hasPrefix("-WRONGPASS") {
        self = .guarded
      } else if line.hasPrefix("-DENIED") {
        self = .closed
      } else if line.hasPrefix("-ERR operation not permitted") {
        self = .guarded
      } else if line.hasPrefix("-") {
        self = .error(line.bounded(200))
      } else {
        self = .foreign
      }
    }

    /// Whether the protocol is spoken on this way; nil if that cannot be told.
    var isSpoken: Bool? {
      switch self {
      case .welcome, .guarded, .closed, .error: true
      case .foreign: false
      case .mute, .silent: nil
      }
    }

    /// Whether a password is demanded; nil if that cannot be told.
    var isGuarded: Bool? {
      switch self {
      case .welcome: false
      case .guarded, .closed: true
      case .error, .mute, .foreign, .silent: nil
      }
    }
  }

  /// Why nobody could be asked; nil if somebody was there.
  var obstacle: String?
  var plaintext: Answer?
  var encrypted: Answer?

  static let schema = Schema.object([
    StoreTarget.connectionSchema,
    Schema.Field(
      "plaintext",
      .object([Schema.Field("spoken", .nullable(.boolean), required: true, "whether it answers without TLS")]),
      required: true, "PING without TLS"),
    Schema.Field(
      "tls", .object([Schema.Field("offered", .nullable(.boolean), required: true, "whether it answers over TLS")]),
      required: true, "PING over TLS"),
    Schema.Field(
      "authentication",
      .object([
        Schema.Field("demanded", .nullable(.boolean), required: true, "whether PING without a password is refused"),
        Schema.Field(
          "protectedMode", .nullable(.boolean), required: true, "whether that is for clients from elsewhere only"),
      ]), required: true, "whether anybody may give commands"),
  ])

  /// TLS on the port means that what did not answer in plaintext does not speak it; and the other way round.
  private var speaksTLS: Bool? {
    switch encrypted {
    case .welcome, .guarded, .closed, .error, .mute: true
    case .foreign: false
    case .silent: plaintext?.isSpoken == true ? false : nil
    case nil: nil
    }
  }

  private var speaksPlaintext: Bool? {
    if let spoken = plaintext?.isSpoken { return spoken }
    if case .silent = plaintext { return speaksTLS == true ? false : nil }
    return nil
  }

  private var isGuarded: Bool? {
    let answers = [plaintext, encrypted].compactMap { $0?.isGuarded }
    return answers.contains(false) ? false : answers.first
  }

  private var reason: String? {
    if let obstacle { return obstacle }
    // A port that takes connections and says nothing on either way is no server yet.
    if case .silent(let why) = plaintext, case .silent = encrypted { return why }
    return plaintext == .foreign && speaksTLS != true ? "what listens there does not speak Redis's protocol" : nil
  }

  /// The facts.
  var value: JSONValue {
    [
      "connection": ["established": .bool(reason == nil), "reason": JSONValue(reason)],
      "plaintext": ["spoken": reason == nil ? JSONValue(speaksPlaintext) : nil],
      "tls": ["offered": reason == nil ? JSONValue(speaksTLS) : nil],
      "authentication": [
        "demanded": reason == nil ? JSONValue(isGuarded) : nil,
        "protectedMode": plaintext == nil ? nil : .bool(plaintext == .closed || encrypted == .closed),
      ],
    ]
  }

  /// What is missing although somebody was there.
  var gaps: [Gap] {
    guard reason == nil else { return [] }
    func words(_ answer: Answer?) -> String {
      switch answer {
      case .silent(let reason): reason
      case .error(let line): "the server answered \(line)"
      case .mute: "the server ends TLS sessions without an answer, as it does where a client certificate is missing"
      default: "the server gave no answer that tells"
      }
    }
    var gaps: [Gap] = []
    if speaksPlaintext == nil { gaps.append(Gap(path: "plaintext.spoken", reason: words(plaintext))) }
    if speaksTLS == nil { gaps.append(Gap(path: "tls.offered", reason: words(encrypted))) }
    if isGuarded == nil {
      let telling = plaintext?.isSpoken == true ? plaintext : encrypted
      gaps.append(Gap(path: "authentication.demanded", reason: words(telling)))
    }
    return gaps
  }
}
