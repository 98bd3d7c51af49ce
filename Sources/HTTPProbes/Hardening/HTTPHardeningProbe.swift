import AuditModel
import Facts
import HTTPExchange
import Probing

/// Asks for one path as a browser does, as a stranger, from another origin and without TLS, and reads what the header
/// fields protect.
struct HTTPHardeningProbe: Probe {
  let descriptor = ProbeDescriptor(
    id: "http-hardening", summary: "what the header fields and cookies of an answer protect",
    targetKinds: ["https", "http"], safety: .observe,
    parameters: [Schema.Field("path", .string(.nonEmpty), "path and query, beginning with /", default: nil)],
    facts: HardeningSchema.facts, timeout: 20_000, traffic: "4 requests, more where they are redirected, at most 24")

  /// Another site, which cannot exist (RFC 2606).
  static let foreignOrigin = "https://prodworthy.invalid"

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    let declared = target.settings["profile"]?.string.flatMap(HeaderProfile.init(rawValue:))
    let path = parameters["path"]?.string
    return await context.looking(at: target, for: descriptor.facts) { (questioner, redact) throws(Silence) in
      var url = questioner.destination.url
      if let path { url = url.with(target: path) }
      var sight = try Self.sight(of: url, declared, questioner)
      if target.settings["preloaded"]?.bool == true, !url.hasAddressLiteral { sight.preloadedName = url.host }
      if let file = target.settings["preloadList"]?.string {
        sight.preloadList = Result { () throws(PreloadListFile.Failure) in try PreloadListFile.list(at: file) }
      }
      return HardeningFacts(redact: redact).sighting(sight)
    }
  }

  private static func sight(
    of url: HTTPURL, _ declared: HeaderProfile?, _ questioner: Questioner
  ) throws(Silence) -> HardeningSight {
    let trail = try RedirectTrail(from: url, .get, follow: true, with: questioner.client)
    let last = trail.last
    var sight = HardeningSight(answer: last, plain: .notAsked, declared: declared)
    if let hop = trail.hops.last, trail.stop != nil, hop.to?.host != questioner.destination.url.host {
      sight.leavesFor = hop.to?.authority ?? hop.location
    }
    if questioner.destination.bearer(for: last.request.url) != nil {
      switch try questioner.ask(HTTPRequest(.get, last.request.url)) {
      case .answered(let answer): sight.stranger = answer
      case .silent(let reason): sight.strangerSilence = "without the token: \(reason)"
      }
    }
    let preflight = HTTPRequest(
      .options, last.request.url,
      fields: [("Origin", Self.foreignOrigin), ("Access-Control-Request-Method", "GET")])
    if let fields = try questioner.ask(preflight).answer?.response.fields {
      sight.crossOrigin = .init(origin: Self.foreignOrigin, fields: fields)
    }
    if url.scheme == .https, case .success(let plain) = questioner.destination.plain {
      switch try route(from: plain.with(target: url.target), questioner) {
      case .success(let route): sight.plain = route
      case .failure(let silence): sight.plainSilence = silence.reason
      }
    }
    return sight
  }

  /// Why nothing can be told about plain HTTP.
  private struct PlainSilence: Error {
    var reason: String
  }

  /// Only a refused connection counts as closed.
  private static func route(
    from url: HTTPURL, _ questioner: Questioner
  ) throws(Silence) -> Result<ObservedAnswer.PlainRoute, PlainSilence> {
    do {
      let trail = try RedirectTrail(from: url, .get, follow: true, with: questioner.client)
      if trail.hops.isEmpty, let reason = trail.last.response.silence {
        return .failure(PlainSilence(reason: "without TLS: \(reason)"))
      }
      return .success(.led(through: [url] + trail.hops.compactMap(\.to)))
    } catch {
      switch error {
      case .noConnection: return .success(.closed)
      case .unseen(let unseen):
        if unseen.kind == .interrupted { throw error }
        return .failure(PlainSilence(reason: "without TLS: \(unseen.reason)"))
      }
    }
  }
}
