import AuditModel
import Facts
import HTTPExchange
import Probing

/// Asks the declared routes of a target, with and without credentials of many kinds, who is let in.
struct HTTPAuthorizationProbe: Probe {
  /// Between two requests, in milliseconds: one after the other, and no more than fifty a second.
  var pause = 20

  let descriptor = ProbeDescriptor(
    id: "http-authorization", summary: "who is let in on the declared routes", targetKinds: ["https", "http"],
    safety: .observe,
    parameters: [
      Schema.Field(
        "look", .string(.word(AuthorizationLook.Kind.allCases.map(\.rawValue))),
        "strangers: no, made-up, expired and others' credentials by safe methods; forgeries: unsigned tokens and other "
          + "spellings; writes: methods that change something",
        default: .string(AuthorizationLook.Kind.strangers.rawValue))
    ],
    facts: AuthorizationSchema.facts, timeout: 180_000,
    traffic: "about 12 requests per declared route, 22 for forgeries; up to 2000, 3000 for forgeries")

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    await context.lane.run { look(at: target, parameters, context) }
  }

  private func look(at target: Target, _ parameters: JSONObject, _ context: ProbeContext) -> Sighting {
    let redactor = Redactor(secrets: target.secrets.values)
    let destination: Destination
    do {
      destination = try Destination(target, trust: context.trust)
    } catch {
      return .unseen(Unseen(.malformed, error.reason))
    }
    let client = Client(destination: destination, deadline: context.deadline, traffic: context.traffic)
    let kind = parameters["look"]?.string.flatMap(AuthorizationLook.Kind.init) ?? .strangers
    let declared = DeclaredRoutes(of: target)
    let identities = AuthorizationLook.Identities(of: target)
    do {
      let look = try AuthorizationLook(
        kind, at: declared, as: identities, login: target.settings["login"]?.string, pause: pause, with: client)
      if let first = look.madeUp.first, first.verdict == .silent {
        return .unseen(Unseen(context.deadline.hasPassed ? .timeout : .unreachable, redactor.redacted(first.statement)))
      }
      return AuthorizationFacts { redactor.redacted($0) }.sighting(look, of: declared, having: identities)
    } catch {
      return .unseen(Unseen(.interrupted, "the run was interrupted"))
    }
  }
}
