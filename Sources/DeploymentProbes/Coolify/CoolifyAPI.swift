import AuditModel
import Facts
import HTTPExchange
import Probing

/// Asks a Coolify server by its API (`/api/v1`), with GET only. Blocks: only on a lane.
struct CoolifyAPI {
  /// Why a question has no answer that could be read.
  struct Obstacle: Error {
    var unseen: Unseen
    /// The status of the answer, where there is one.
    var status: Int?

    init(_ kind: Unseen.Kind, _ reason: String, status: Int? = nil) {
      unseen = Unseen(kind, reason)
      self.status = status
    }
  }

  /// The most that is read of an answer, in bytes.
  private static let contentLimit = 8 << 20

  private let client: Client

  /// A client for a target's declaration.
  init(_ target: Target, _ context: ProbeContext) throws(Obstacle) {
    do {
      client = Client(
        destination: try Destination(target, trust: context.trust), deadline: context.deadline, traffic: context.traffic
      )
    } catch {
      throw Obstacle(.malformed, error.reason)
    }
  }

  /// The JSON at a path below `/api/v1`. A status decides and not the body: a disabled API answers 403 with a body that
  /// speaks of success.
  func json(_ path: String) throws(Obstacle) -> JSONValue {
    let response = try answer(path)
    let shown = path.prefix { $0 != "?" }.prefix(200)
    switch response.status ?? 0 {
    case 200: break
    case 401: throw Obstacle(.denied, "Coolify does not know the token (401 at \(shown))", status: 401)
    case 403:
      throw Obstacle(
        .denied, "Coolify refuses \(shown) (403): its API is off, or the address or the token may not ask", status: 403)
    case 404:
      throw Obstacle(.malformed, "there is nothing at \(shown) (404): no Coolify, or too old a one", status: 404)
    case let status: throw Obstacle(.malformed, "Coolify answers \(shown) with status \(status)", status: status)
    }
    guard !response.isBodyTruncated else {
      throw Obstacle(.malformed, "the answer at \(shown) is larger than \(Self.contentLimit >> 20) MiB", status: 200)
    }
    do {
      return try JSONText.parse(response.body)
    } catch {
      throw Obstacle(.malformed, "the answer at \(shown) is no JSON: \(error.message)", status: 200)
    }
  }

  /// A list at a path, with the members that a name may be behind in some versions.
  func list(_ path: String, under name: String? = nil) throws(Obstacle) -> [JSONValue] {
    let answer = try json(path)
    if let list = answer.array ?? name.flatMap({ answer[$0]?.array }) { return list }
    // Collections that were sorted or filtered come as an object with their indexes for names.
    if let members = answer.object?.members, members.allSatisfy({ Int($0.name) != nil }) { return members.map(\.value) }
    throw Obstacle(.malformed, "the answer at \(path.prefix { $0 != "?" }.prefix(200)) is no list", status: 200)
  }

  /// What the server says of itself, without credentials: `OK`.
  func isHealthy() throws(Obstacle) -> Bool {
    let response = try answer("/health", presenting: .nothing)
    let text = String(decoding: response.body.prefix(64), as: UTF8.self).filter { !$0.isWhitespace }
    return response.status == 200 && text == "OK"
  }

  /// Whether a question that only the owner of a token may ask is refused to strangers.
  func refusesStrangers() throws(Obstacle) -> Bool {
    [401, 403].contains(try answer("/version", presenting: .nothing).status ?? 0)
  }

  private func answer(_ path: String, presenting presented: Presented = .declared) throws(Obstacle) -> HTTPResponse {
    let base = client.destination.url
    let prefix = String(base.path.reversed().drop { $0 == "/" }.reversed())
    let root = prefix.hasSuffix("/api/v1") ? prefix : prefix + "/api/v1"
    var request = HTTPRequest(
      .get, base.with(target: root + path), fields: [(name: "Accept", value: "application/json")])
    request.contentLimit = Self.contentLimit
    do {
      return try client.heard(request, presenting: presented).response
    } catch {
      throw Obstacle(error.unseen.kind, error.unseen.reason)
    }
  }
}
