import AuditModel
import Cryptography
import Definitions
import Glibc
import History
import Probing
import Transport

/// Tells notices over their channels.
struct Delivering: Sendable {
  /// By name.
  let channels: [String: ServiceDefinition.Channel]
  /// How long one attempt may take, in milliseconds.
  static let patience = 10_000
  /// After this many attempts a notice is given up; the last comes about a day after the first.
  static let mostAttempts = 12

  /// One attempt. Blocks: only on a lane.
  func deliver(_ notice: DueNotice, at now: Instant) -> HistoryStore.Delivery {
    guard let channel = channels[notice.channel] else {
      return .givenUp(reason: "there is no channel \(notice.channel) any more")
    }
    let deadline = Deadline(milliseconds: Self.patience)
    do throws(Refusal) {
      switch channel.destination {
      case .webhook(let url, let key, let bearer):
        var fields = [("X-Prodworthy-Event", notice.kind), ("Idempotency-Key", notice.key)]
        if let key { fields += Self.signature(of: notice.body, key: key, at: now) }
        if let bearer { fields.append(("Authorization", "Bearer \(bearer.exposed)")) }
        try post(notice.body, to: url, fields, channel, before: deadline)
      case .slack(let url): try post(notice.body, to: url, [], channel, before: deadline)
      case .alertmanager(let url, let bearer):
        let fields = bearer.map { [("Authorization", "Bearer \($0.exposed)")] } ?? []
        let base = String(url.exposed.reversed().drop { $0 == "/" }.reversed())
        try post(notice.body, to: Secret(base + "/api/v2/alerts"), fields, channel, before: deadline)
      case .email(let mail):
        let message = Letter.message(notice.body, from: mail, key: notice.key, at: now)
        try MailSession.send(message, over: mail, trust: channel.trust, before: deadline)
      }
      return .delivered
    } catch {
      let attempts = notice.attempts + 1
      if error.isFinal || attempts >= Self.mostAttempts { return .givenUp(reason: error.reason) }
      return .again(at: Instant(seconds: now.seconds + Self.pause(after: attempts, notice.key)), reason: error.reason)
    }
  }

  /// Seconds until the next attempt: doubling from half a minute to four hours, and up to a quarter more, so that many
  /// notices do not come back at once.
  static func pause(after attempts: Int, _ key: String) -> Int {
    let base = min(30 << min(max(attempts, 1) - 1, 20), 4 * 3600)
    let spread = key.utf8.reduce(attempts) { ($0 &* 31 &+ Int($1)) & 0xFFFF }
    return base + base / 4 * spread / 0xFFFF
  }

  /// The code over time and body proves who sent it, and that it was not sent long ago.
  static func signature(of body: String, key: Secret, at now: Instant) -> [(String, String)] {
    let code = HMACSHA256.code(of: Array("\(now.seconds).\(body)".utf8), key: Array(key.exposed.utf8))
    let digits = Array("0123456789abcdef".utf8)
    let text = String(decoding: code.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    return [("X-Prodworthy-Timestamp", String(now.seconds)), ("X-Prodworthy-Signature", "sha256=\(text)")]
  }

  private func post(
    _ body: String, to url: Secret, _ fields: [(String, String)], _ channel: ServiceDefinition.Channel,
    before deadline: Deadline
  ) throws(Refusal) {
    let status = try HTTPPost.send(
      Array(body.utf8), to: url, fields: fields, trust: channel.trust, before: deadline)
    switch status {
    case 200..<300: return
    // Whoever answers so does not want to hear of it again.
    case 410: throw Refusal("the server answered 410", isFinal: true)
    default: throw Refusal("the server answered \(status)")
    }
  }
}

/// Why an attempt came to nothing. Names no URL and holds no secret.
struct Refusal: Error, Sendable {
  var reason: String
  /// Whether another attempt is pointless.
  var isFinal: Bool

  init(_ reason: String, isFinal: Bool = false) {
    self.reason = reason
    self.isFinal = isFinal
  }

  init(_ failure: TransportFailure) { self.init(failure.sentence) }
}

extension Connection {
  /// Encrypts the connection, and refuses a server that does not prove to be `host`.
  func secure(host: String, trust: [String], alpn: [String], before deadline: Deadline) throws(Refusal) {
    let store: TrustStore
    do throws(TrustStore.Failure) {
      store = try TrustStore.including(trust)
    } catch {
      throw Refusal(error.sentence)
    }
    let session: TLSSession
    do throws(TransportFailure) {
      session = try startTLS(
        TLSClientSettings(serverName: host, trust: store, minimumVersion: .tls12, alpn: alpn), before: deadline)
    } catch { throw Refusal(error) }
    guard session.provesIdentity(at: Instant(seconds: time(nil))) else {
      throw Refusal("the server does not prove to be the one meant")
    }
  }
}
