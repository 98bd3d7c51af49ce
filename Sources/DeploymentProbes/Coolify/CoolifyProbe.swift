import AuditModel
import Facts
import HTTPExchange
import Probing

/// Asks Coolify what it runs, how it deployed it last, and whether it could go back.
struct CoolifyProbe: Probe {
  let descriptor = ProbeDescriptor(
    id: "coolify",
    summary: "what Coolify runs: servers, health, the last deployments, what a rollback could go back to",
    targetKinds: ["coolify"], safety: .observe, facts: CoolifyFacts.schema, timeout: 60_000,
    traffic: "5 GET requests, and 3 for each application, 305 at most")

  /// The kind of target.
  static let kind = TargetKind(
    name: "coolify", summary: "a Coolify server, by its API",
    fields: [
      Schema.Field("url", .string(.url(schemes: ["http", "https"])), required: true, "where it answers"),
      Schema.Field(
        "bearer", .string(.secretReference), "a token with the ability `read`, sent to this origin only, as a reference"
      ),
      Schema.Field("trust", .string(.path), "a PEM file with roots to trust beside the system's"),
      Schema.Field("address", .string(.nonEmpty), "the address to connect to instead of resolving the host"),
      Schema.Field("serverName", .string(.nonEmpty), "the name to ask for and to expect in the certificate"),
      Schema.Field(
        "applications", .array(.string(.nonEmpty)), "names or UUIDs of the applications that count; else all of them"),
      Schema.Field("release", .string(.nonEmpty), "the commit that is meant to run, whole or its beginning"),
    ])

  /// As many applications are looked at.
  private static let mostApplications = 100
  /// As many deployments of each are looked at.
  private static let mostDeployments = 20

  var targetKinds: [TargetKind] { [Self.kind] }

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    await context.lane.run {
      let redactor = Redactor(secrets: target.secrets.values)
      do throws(CoolifyAPI.Obstacle) {
        let (facts, gaps) = try Self.look(target, CoolifyAPI(target, context))
        if context.deadline.isCancelled { return .unseen(Unseen(.interrupted, "the run was called off")) }
        return .seen(
          redactor.redacted(facts),
          gaps: gaps.map { Gap(path: $0.path, reason: redactor.redacted($0.reason).bounded(300), remedy: $0.remedy) })
      } catch {
        return .unseen(Unseen(error.unseen.kind, redactor.redacted(error.unseen.reason).bounded(300)))
      }
    }
  }

  func derive(_ facts: JSONValue, asOf now: Instant) -> JSONValue { CoolifyFacts.derived(facts, asOf: now) }

  private static func look(
    _ target: Target, _ api: CoolifyAPI
  ) throws(CoolifyAPI.Obstacle) -> (facts: JSONValue, gaps: [Gap]) {
    guard target.secrets["bearer"] != nil else {
      throw CoolifyAPI.Obstacle(.denied, "the inventory names no token (bearer)")
    }
    var gaps: [Gap] = []
    let resources = try api.list("/resources")
    let wanted = target.settings["applications"]?.array?.compactMap(\.string) ?? []
    func counts(_ item: JSONValue) -> Bool {
      wanted.isEmpty || [item["name"]?.string, item["uuid"]?.string].contains { $0.map(wanted.contains) ?? false }
    }
    let listed = resources.filter { $0["type"]?.string != "application" || counts($0) }
    var applications: [JSONValue] = []
    let named = try api.list("/applications").filter(counts)
    if named.count > mostApplications {
      gaps.append(
        Gap(
          path: "applications",
          reason: "there are \(named.count) applications; \(mostApplications) were looked at"))
    }
    for application in named.prefix(mostApplications) {
      applications.append(try self.application(application, api, &gaps))
    }
    for name in wanted
    where !named.contains(where: { [$0["name"]?.string, $0["uuid"]?.string].contains(name) }) {
      gaps.append(Gap(path: "applications", reason: "there is no application \(name.bounded(80))"))
    }
    let servers = attempt("servers", &gaps) { () throws(CoolifyAPI.Obstacle) in
      try api.list("/servers").map(CoolifyFacts.server)
    }
    let isHealthy = attempt("healthy", &gaps) { () throws(CoolifyAPI.Obstacle) in try api.isHealthy() }
    let isClosed = attempt("refusesStrangers", &gaps) { () throws(CoolifyAPI.Obstacle) in try api.refusesStrangers() }
    return (
      [
        "healthy": JSONValue(isHealthy), "refusesStrangers": JSONValue(isClosed),
        "servers": servers.map { .array($0) } ?? .null,
        "resources": .array(listed.prefix(500).map(CoolifyFacts.resource)), "applications": .array(applications),
        "release": JSONValue(target.settings["release"]?.string),
      ], gaps
    )
  }

  private static func application(
    _ listed: JSONValue, _ api: CoolifyAPI, _ gaps: inout [Gap]
  ) throws(CoolifyAPI.Obstacle) -> JSONValue {
    let name = CoolifyFacts.name(of: listed)
    guard let uuid = listed["uuid"]?.string, !uuid.isEmpty,
      uuid.utf8.allSatisfy({ (48...57).contains($0) || (97...122).contains($0) || (65...90).contains($0) || $0 == 45 })
    else { throw CoolifyAPI.Obstacle(.malformed, "an application has no uuid that could stand in a path") }
    let whole = try api.json("/applications/\(uuid)")
    var images: Int?
    do throws(CoolifyAPI.Obstacle) {
      let kept = try api.json("/applications/\(uuid)/rollback-images")
      let list = kept["images"]?.array ?? []
      // The list is empty where the server cannot be reached, which says nothing.
      images = list.isEmpty ? nil : list.count
    } catch {
      // Older versions do not tell: then what was deployed before has to do.
      if ![404, 405].contains(error.status) {
        gaps.append(Gap(path: "applications", reason: "\(name): \(error.unseen.reason)"))
      }
    }
    let path = "/deployments/applications/\(uuid)?skip=0&take=\(mostDeployments)"
    let deployments = CoolifyDeployments(try api.list(path, under: "deployments"))
    return CoolifyFacts.application(whole, name: name, deployments.facts(images: images))
  }

  private static func attempt<Value>(
    _ path: String, _ gaps: inout [Gap], _ look: () throws(CoolifyAPI.Obstacle) -> Value
  ) -> Value? {
    do throws(CoolifyAPI.Obstacle) {
      return try look()
    } catch {
      gaps.append(Gap(path: path, reason: error.unseen.reason))
      return nil
    }
  }
}
