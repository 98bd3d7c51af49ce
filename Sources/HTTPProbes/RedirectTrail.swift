import AuditModel
import Facts
import HTTPExchange

/// A request and the redirects followed from its answer, within the target's own host.
struct RedirectTrail: Sendable {
  /// The most redirects that are followed.
  static let limit = 10

  struct Hop: Sendable {
    var status: Int
    var from: HTTPURL
    /// Nil where `Location` is no http or https URL.
    var to: HTTPURL?
    /// `Location` as it was sent.
    var location: String

    /// Leads from https to http.
    var isDowngrade: Bool { from.scheme == .https && to?.scheme == .http }
  }

  /// Every redirect seen, the last one perhaps not followed.
  private(set) var hops: [Hop] = []
  /// The last answer that came.
  private(set) var last: Answer
  /// Whether a redirect leads back to where one came from; nil if that was not found out.
  private(set) var isLoop: Bool?
  /// Why the last redirect was not followed; nil if there is none left to follow.
  private(set) var stop: String?

  /// Whether the redirect that was not followed leads to another host.
  var leavesHost: Bool {
    guard stop != nil, let next = hops.last?.to else { return false }
    return next.host != last.request.url.host
  }

  /// Asks for `url` and, if wanted, follows where the answers point to.
  init(from url: HTTPURL, _ method: HTTPMethod, follow: Bool, with client: Client) throws(Silence) {
    last = try client.answer(to: method, url)
    var seen: Set<HTTPURL> = [url]
    while let hop = Self.hop(of: last) {
      hops.append(hop)
      guard let next = hop.to else {
        stop = "the Location is no http or https URL"
        isLoop = false
        return
      }
      if !seen.insert(next).inserted {
        stop = "the redirect leads back to \(next.text.bounded(200))"
        isLoop = true
        return
      }
      if !follow {
        stop = "redirects are not followed here"
        return
      }
      guard next.host == client.destination.url.host else {
        stop = "the redirect leaves for \(next.authority)"
        isLoop = false
        return
      }
      if hops.count > Self.limit {
        stop = "more than \(Self.limit) redirects"
        return
      }
      do {
        last = try client.answer(to: method, next)
      } catch {
        guard case .noConnection(let reason) = error else { throw error }
        stop = "the redirect leads to \(next.text.bounded(200)), where there is no connection: \(reason)"
        isLoop = false
        return
      }
    }
    isLoop = false
  }

  private static func hop(of answer: Answer) -> Hop? {
    guard let status = answer.response.status, [301, 302, 303, 307, 308].contains(status),
      let location = answer.response.fields?.first("location")
    else { return nil }
    let from = answer.request.url
    return Hop(status: status, from: from, to: from.resolving(location), location: location)
  }
}
