import AuditModel
import Facts
import HTTPExchange
import Probing

/// Turns what was seen of the routes into facts. Pure. Neither content nor tokens stand in them.
struct AuthorizationFacts {
  /// Takes the target's secrets out of a text.
  var redact: (String) -> String

  /// What the look came to, with the parts that stayed out of sight.
  func sighting(_ look: AuthorizationLook, of declared: DeclaredRoutes, having identities: AuthorizationLook.Identities)
    -> Sighting
  {
    var gaps: [Gap] = []
    if declared.omitted > 0 {
      gaps.append(
        Gap(
          path: "routes", reason: "\(declared.omitted) declared routes beyond \(DeclaredRoutes.limit) were not asked",
          remedy: "declare the routes that matter most, or split the target"))
    }
    if look.isSteady == false {
      gaps.append(
        Gap(
          path: "routes",
          reason: "made-up paths were refused at the end and not at the beginning: something blocks the auditor",
          remedy: "let the auditor's address through the firewall"))
    }
    let routes = look.routes.map { facts(of: $0, having: identities, gaps: &gaps) }
    let result: JSONObject = [
      "look": .string(look.kind.rawValue), "requests": .integer(look.interview.sent),
      "budget": .integer(look.interview.limit), "limited": .bool(look.interview.wasLimited),
      "madeUpPath": look.madeUp.first.map { .string($0.statement(redact)) } ?? nil, "steady": JSONValue(look.isSteady),
      "undeclaredOperations": .integer(declared.undeclared), "omittedRoutes": .integer(declared.omitted),
      "routes": .array(routes),
    ]
    return .seen(.object(result), gaps: gaps)
  }

  private func facts(
    of sights: RouteSights, having identities: AuthorizationLook.Identities, gaps: inout [Gap]
  ) -> JSONValue {
    let route = sights.route
    let token = route.access == .forbidden ? nil : sights.token
    let facts: JSONObject = [
      "name": .string(name(route)), "method": .string(route.method.rawValue), "path": .string(path(route)),
      "declared": .string(route.access.rawValue), "owner": JSONValue(route.owner?.rawValue),
      "isSafe": .bool(route.isSafe), "strangers": strangers(sights),
      "token": token.map { accepted($0, sights) } ?? nil,
      "forbidden": (route.access == .forbidden ? sights.token : nil).map { refused($0, $0.refused) } ?? nil,
      "expired": sights.expired.map { credential($0, sights) } ?? nil,
      "otherIdentity": sights.otherIdentity.map { credential($0, sights) } ?? nil,
      "garbage": named(sights.garbage, sights), "unsigned": named(sights.unsigned, sights),
      "methods": named(sights.methods, sights), "variants": named(sights.variants, sights),
    ]
    for (part, value) in facts {
      if let reason = value["doubt"]?.string {
        gaps.append(Gap(path: "routes[\(name(route))].\(part)", reason: reason))
      }
    }
    return .object(facts)
  }

  private func name(_ route: DeclaredRoute) -> String { "\(route.method.rawValue) \(path(route))" }

  private func path(_ route: DeclaredRoute) -> String { redact(route.path).bounded(300) }

  // MARK: Parts

  private func strangers(_ sights: RouteSights) -> JSONValue {
    guard let sight = sights.strangers else { return nil }
    var refused = sight.refused
    // A crash without credentials where there is none with them, or nobody can tell.
    if sight.verdict == .failing, sights.isTokenAccepted != false { refused = sights.route.isGuarded ? false : nil }
    var facts = base(sight, refused)
    facts["answered"] = JSONValue(answered(sights))
    facts["namesScheme"] = sight.status == 401 ? .bool(sight.namesScheme) : .null
    facts["inContent"] = .bool(sight.verdict == .refusedInContent || sight.verdict == .loginPage)
    if sights.route.access == .public, answered(sights) != nil || sights.route.isInvented { facts["doubt"] = .null }
    return .object(facts)
  }

  /// Whether a public route answers; nil where that cannot be told.
  private func answered(_ sights: RouteSights) -> Bool? {
    guard let sight = sights.strangers else { return nil }
    switch sight.verdict {
    case .open, .redirected: return true
    case .refused, .refusedInContent, .redirectedToLogin, .failing: return false
    case .notFound: return sights.route.isInvented ? nil : false
    case .loginPage:
      if LoginSigns().isLoginPath(sights.route.path) { return true }
      return sights.token.flatMap { token in
        token.likeness.flatMap { own in sight.likeness.map { own.equals($0) } }
      }
    default: return nil
    }
  }

  private func accepted(_ sight: Sight, _ sights: RouteSights) -> JSONValue {
    let accepted = sights.isTokenAccepted
    return [
      "verdict": .string(sight.verdict.rawValue), "status": JSONValue(sight.status),
      "statement": .string(sight.statement(redact)), "accepted": JSONValue(accepted),
      "doubt": accepted == nil ? .string(redact(sight.doubt).bounded(300)) : nil,
    ]
  }

  /// A credential that was real once, or is another's: its refusal says something where the right one is let in.
  private func credential(_ sight: Sight, _ sights: RouteSights) -> JSONValue {
    let isRefused = sights.isRefused(sight)
    let isMoot = sights.isTokenAccepted == false && sights.route.access != .forbidden
    guard isRefused == true, isMoot else { return refused(sight, isRefused) }
    var facts = base(sight, nil)
    facts["doubt"] = "the token of whoever may see it is refused too"
    return .object(facts)
  }

  private func refused(_ sight: Sight, _ refused: Bool?) -> JSONValue { .object(base(sight, refused)) }

  /// Several questions of one kind: one that was let in decides, one in doubt leaves the rest in doubt.
  private func named(_ list: [RouteSights.Named]?, _ sights: RouteSights) -> JSONValue {
    guard let list else { return nil }
    let openTo = list.filter { $0.refused == false }.map(\.name)
    let crashedBy = list.filter { crashed($0.sight, sights) == true }.map(\.name)
    let isAllSettled = list.allSatisfy { $0.refused != nil }
    let mayHaveCrashed = list.contains { crashed($0.sight, sights) == nil }
    let doubtful = list.first { $0.refused == nil }
    return [
      "refused": openTo.isEmpty ? (isAllSettled ? true : nil) : false, "openTo": JSONValue(openTo),
      "survived": crashedBy.isEmpty ? (mayHaveCrashed ? nil : true) : false, "crashedBy": JSONValue(crashedBy),
      "doubt": openTo.isEmpty
        ? JSONValue(doubtful.map { "\($0.name): \(redact(doubt(about: $0, sights)).bounded(300))" }) : nil,
      "tried": .array(list.map { ["name": .string($0.name), "statement": .string($0.sight.statement(redact))] }),
    ]
  }

  private func doubt(about named: RouteSights.Named, _ sights: RouteSights) -> String {
    named.sight.refused == true ? "the token of whoever may see it is refused too" : named.sight.doubt
  }

  /// Whether the request made the service fail; nil where the service did not answer it, or fails in any case.
  private func crashed(_ sight: Sight, _ sights: RouteSights) -> Bool? {
    switch sight.verdict {
    case .failing: sights.strangers?.verdict == .failing ? nil : true
    case .limited, .silent, .withheld: nil
    default: false
    }
  }

  private func base(_ sight: Sight, _ refused: Bool?) -> JSONObject {
    [
      "verdict": .string(sight.verdict.rawValue), "status": JSONValue(sight.status),
      "statement": .string(sight.statement(redact)), "refused": JSONValue(refused),
      "doubt": refused == nil ? .string(redact(sight.doubt).bounded(300)) : nil,
    ]
  }
}

extension Sight {
  /// The statement without secrets, bounded.
  func statement(_ redact: (String) -> String) -> String { redact(statement).bounded(300) }
}
