import AuditModel
import Facts
import Glibc
import HTTPExchange
import Probing
import Transport

/// Why a question to a service has no answer that could be read.
struct Obstacle: Error {
  var unseen: Unseen
  /// The status of the answer; nil where there was none.
  var status: Int?

  init(_ kind: Unseen.Kind, _ reason: String, status: Int? = nil) {
    unseen = Unseen(kind, reason)
    self.status = status
  }
}

/// One look at a service with an HTTP interface. Blocks: only on a lane.
struct ServiceVisit {
  /// The most that is read of an answer in JSON, in bytes.
  static let contentLimit = 8 << 20

  let client: Client
  let target: Target
  /// What the declared credentials make of `Authorization`.
  private let presented: Presented

  /// Reads the target's declaration.
  init(_ target: Target, _ context: ProbeContext) throws(Obstacle) {
    self.target = target
    do {
      client = Client(
        destination: try Destination(target, trust: context.trust), deadline: context.deadline, traffic: context.traffic
      )
    } catch {
      throw Obstacle(.malformed, error.reason)
    }
    if let password = target.secrets["password"] {
      let user = target.settings["user"]?.string ?? ""
      presented = .secret("Basic " + Base64Text.encoded(Array("\(user):\(password.exposed)".utf8)))
    } else {
      presented = .declared
    }
  }

  /// Whether the inventory declares credentials.
  var hasCredentials: Bool { target.secrets["password"] != nil || target.secrets["bearer"] != nil }

  /// The URL of `path`, with its query, under the declared one.
  func url(_ path: String) -> HTTPURL {
    let base = client.destination.url
    return base.with(target: String(base.path.reversed().drop { $0 == "/" }.reversed()) + path)
  }

  /// What comes back from `path`, whatever it is.
  func answer(
    _ path: String, _ method: HTTPMethod = .get, fields: [(name: String, value: String)] = [],
    content: JSONValue? = nil, anonymously: Bool = false, presenting other: Presented? = nil
  ) throws(Obstacle) -> Answer {
    try answer(
      at: url(path), method, fields: fields, content: content, anonymously: anonymously, presenting: other)
  }

  /// What comes back from `url`, whatever it is.
  func answer(
    at url: HTTPURL, _ method: HTTPMethod = .get, fields: [(name: String, value: String)] = [],
    content: JSONValue? = nil, anonymously: Bool = false, presenting other: Presented? = nil
  ) throws(Obstacle) -> Answer {
    var request = HTTPRequest(method, url, fields: fields)
    request.contentLimit = Self.contentLimit
    if let content {
      request.content = Array(JSONText.compact(content).utf8)
      request.fields.append((name: "Content-Type", value: "application/json"))
    }
    if let tenant = target.settings["tenant"]?.string, url.hasSameOrigin(as: client.destination.url) {
      request.fields.append((name: "X-Scope-OrgID", value: tenant))
    }
    return try exchange(request, presenting: anonymously ? .nothing : other ?? presented)
  }

  /// Sends any request and brings back what comes, as far as it is an HTTP answer.
  func exchange(_ request: HTTPRequest, presenting presented: Presented) throws(Obstacle) -> Answer {
    do {
      return try client.heard(request, presenting: presented)
    } catch {
      throw Obstacle(error.unseen.kind, error.unseen.reason)
    }
  }

  /// The content of a successful answer, as it stands.
  func content(
    _ path: String, fields: [(name: String, value: String)] = [], anonymously: Bool = false
  ) throws(Obstacle) -> HTTPResponse {
    let response = try answer(path, fields: fields, anonymously: anonymously).response
    try Self.demandSuccess(response, path)
    return response
  }

  /// The JSON of a successful answer.
  func json(_ path: String) throws(Obstacle) -> JSONValue {
    try Self.json(of: try answer(path, fields: [(name: "Accept", value: "application/json")]).response, path)
  }

  /// The JSON in a successful `response` to a question at `path`.
  static func json(of response: HTTPResponse, _ path: String) throws(Obstacle) -> JSONValue {
    try demandSuccess(response, path)
    let path = shown(path)
    guard !response.body.isEmpty else { throw Obstacle(.malformed, "the answer at \(path) is empty", status: 200) }
    guard !response.isBodyTruncated else {
      throw Obstacle(.malformed, "the answer at \(path) is larger than \(contentLimit >> 20) MiB", status: 200)
    }
    do {
      return try JSONText.parse(response.body)
    } catch {
      let type = response.mediaType.map { " but \($0)" } ?? ""
      throw Obstacle(.malformed, "the answer at \(path) is not JSON\(type): \(error.message)", status: 200)
    }
  }

  private static func demandSuccess(_ response: HTTPResponse, _ path: String) throws(Obstacle) {
    let status = response.status ?? 0
    let path = shown(path)
    switch status {
    case 200...299: return
    case 401, 403:
      throw Obstacle(.denied, "the service answers \(status) at \(path): the auditor may not look", status: status)
    case 300...399:
      throw Obstacle(
        .denied, "the service leads elsewhere (\(status)) from \(path), perhaps to a login", status: status)
    case 404, 405, 410, 501:
      throw Obstacle(
        .malformed, "the service has nothing at \(path) (\(status)): it is another one, or too old", status: status)
    default: throw Obstacle(.malformed, "the service answers \(status) at \(path)", status: status)
    }
  }

  private static func shown(_ path: String) -> String { String(path.prefix { $0 != "?" }).bounded(200) }

  /// Whether strangers get what lies at `path`; nil where that cannot be told.
  func isOpen(at path: String, notes: inout Notes, as fact: String) -> Bool? {
    notes.attempt(fact) { () throws(Obstacle) in
      let response = try answer(path, anonymously: true).response
      switch response.status ?? 0 {
      case 200...299: return true
      case 300...399, 401, 403, 407: return false
      default: throw Obstacle(.malformed, "without credentials the service answers \(response.status ?? 0)")
      }
    } ?? nil
  }

  /// A probe's sighting: what `look` brings back, without any secret of the target.
  static func sighting(
    of target: Target, _ context: ProbeContext, _ look: (ServiceVisit, inout Notes) throws(Obstacle) -> JSONValue
  ) -> Sighting {
    let redactor = Redactor(secrets: target.secrets.values)
    func clean(_ unseen: Unseen) -> Sighting {
      .unseen(Unseen(unseen.kind, redactor.redacted(unseen.reason).bounded(300)))
    }
    do throws(Obstacle) {
      var notes = Notes()
      let facts = try look(try ServiceVisit(target, context), &notes)
      if context.deadline.isCancelled { return .unseen(Unseen(.interrupted, "the run was interrupted")) }
      return .seen(
        redactor.redacted(facts),
        gaps: notes.gaps.map {
          Gap(path: redactor.redacted($0.path), reason: redactor.redacted($0.reason).bounded(300), remedy: $0.remedy)
        })
    } catch {
      return clean(error.unseen)
    }
  }
}

/// The parts that could not be seen.
struct Notes {
  private(set) var gaps: [Gap] = []

  /// What `look` brings back, or nil with a gap at `path`.
  mutating func attempt<Value>(_ path: String, _ look: () throws(Obstacle) -> Value) -> Value? {
    do throws(Obstacle) {
      return try look()
    } catch {
      add(path, error.unseen.reason)
      return nil
    }
  }

  /// Adds a gap, unless there are too many to be read by anybody.
  mutating func add(_ path: String, _ reason: String, remedy: String? = nil) {
    if gaps.count < 200 { gaps.append(Gap(path: path, reason: reason, remedy: remedy)) }
  }
}

/// Where an address can be reached from.
enum AddressScope: String, CaseIterable {
  /// From the machine itself.
  case loopback
  /// From its own network (RFC 1918, RFC 4193, link-local and shared addresses).
  case `private`
  /// From everywhere.
  case `public`

  /// The scope of a literal address.
  init(of address: String) {
    let parts = address.split(separator: ".").compactMap { UInt8($0) }
    if parts.count == 4, !address.contains(":") {
      switch (parts[0], parts[1]) {
      case (127, _): self = .loopback
      case (10, _), (192, 168), (169, 254), (172, 16...31), (100, 64...127): self = .private
      default: self = .public
      }
      return
    }
    let lower = address.lowercased()
    if lower == "::1" {
      self = .loopback
    } else if lower.hasPrefix("::ffff:") {
      self = AddressScope(of: String(lower.dropFirst(7)))
    } else if let first = lower.split(separator: ":", omittingEmptySubsequences: false).first,
      ["fc", "fd", "fe8", "fe9", "fea", "feb"].contains(where: { first.hasPrefix($0) })
    {
      self = .private
    } else {
      self = .public
    }
  }
}

/// Base64 (RFC 4648 section 4).
enum Base64Text {
  private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// `bytes` with padding.
  static func encoded(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = Array(bytes[start..<min(start + 3, bytes.count)])
      let padded = group + [UInt8](repeating: 0, count: 3 - group.count)
      let number = UInt32(padded[0]) << 16 | UInt32(padded[1]) << 8 | UInt32(padded[2])
      for index in 0..<4 {
        text.append(index <= group.count ? digits[Int(number >> (18 - 6 * UInt32(index)) & 63)] : UInt8(ascii: "="))
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}

extension HTTPURL {
  /// A text as it may stand as a value in a query (RFC 3986 section 2.1).
  static func queryValue(_ text: String) -> String {
    var bytes: [UInt8] = []
    let hex = Array("0123456789ABCDEF".utf8)
    for byte in text.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
        bytes.append(byte)
      default: bytes += [UInt8(ascii: "%"), hex[Int(byte >> 4)], hex[Int(byte & 15)]]
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension JSONValue {
  /// A finite number, whole where it is, or `null`.
  static func number(_ value: Double?) -> JSONValue {
    guard let value, value.isFinite else { return nil }
    return Int(exactly: value).map { .integer($0) } ?? .double(value)
  }

  /// The text, bounded, if this is a string.
  func text(_ limit: Int = 200) -> String? { string?.bounded(limit) }
}

extension Instant {
  /// The present second.
  static var present: Instant { Instant(seconds: time(nil)) }
}

/// A word that nobody else will have used, for what is planted and looked for.
enum PlantedWord {
  /// `prefix` with 24 hexadecimal digits behind it.
  static func fresh(_ prefix: String) -> String {
    var generator = SystemRandomNumberGenerator()
    return prefix + hexadecimal(octets: 12, using: &generator)
  }

  /// Random hexadecimal digits.
  static func hexadecimal(octets: Int) -> String {
    var generator = SystemRandomNumberGenerator()
    return hexadecimal(octets: octets, using: &generator)
  }

  private static func hexadecimal(octets: Int, using generator: inout SystemRandomNumberGenerator) -> String {
    (0..<octets).map { _ in
      let octet = String(UInt8.random(in: 0...255, using: &generator), radix: 16)
      return octet.utf8.count == 1 ? "0" + octet : octet
    }.joined()
  }
}

extension Deadline {
  /// Waits `milliseconds`, or until the work ends or is called off; says whether there is time left. Blocks: only on a lane.
  func pause(milliseconds: Int) -> Bool {
    let pause = capped(milliseconds: milliseconds)
    while pause.millisecondsLeft > 0 { usleep(UInt32(min(pause.millisecondsLeft, 50)) * 1000) }
    return !hasPassed
  }
}
