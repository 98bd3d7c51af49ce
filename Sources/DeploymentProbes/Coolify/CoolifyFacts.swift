import AuditModel
import Facts
import HTTPExchange

/// What is told of a Coolify server. Values of variables, webhooks and logs are not looked at.
enum CoolifyFacts {
  static func name(of item: JSONValue) -> String {
    (item["name"]?.string ?? item["uuid"]?.string ?? "").bounded(120)
  }

  static func server(_ item: JSONValue) -> JSONValue {
    let settings = item["settings"]
    return [
      "name": .string(name(of: item)),
      "reachable": JSONValue(settings?["is_reachable"]?.bool ?? item["is_reachable"]?.bool),
      "usable": JSONValue(settings?["is_usable"]?.bool ?? item["is_usable"]?.bool),
    ]
  }

  static func resource(_ item: JSONValue) -> JSONValue {
    let status = item["status"]?.string.flatMap { CoolifyStatus($0) }
    return [
      "name": .string(name(of: item)), "type": .string((item["type"]?.string ?? "").bounded(60)),
      "state": JSONValue(status?.state), "health": JSONValue(status?.health),
    ]
  }

  static func application(_ item: JSONValue, name: String, _ deployments: JSONObject) -> JSONValue {
    func isSet(_ key: String) -> Bool? {
      item[key].map { value in
        let text = value.string ?? value.integer.map(String.init) ?? ""
        return !["", "0", "0b", "0m"].contains(text.lowercased())
      }
    }
    let commit = item["git_commit_sha"]?.string
    let tag = item["docker_registry_image_tag"]?.string
    let isPinned: Bool? =
      if item["build_pack"]?.string == "dockerimage" {
        tag.map { !["", "latest", "stable", "main", "master", "edge", "nightly"].contains($0.lowercased()) }
      } else {
        commit.map { !$0.isEmpty && $0.uppercased() != "HEAD" }
      }
    var facts: JSONObject = [
      "name": .string(name),
      "healthCheckDefined": JSONValue(
        item["health_check_enabled"]?.bool.map { $0 || item["custom_healthcheck_found"]?.bool == true }),
      "pinned": JSONValue(isPinned), "memoryLimited": JSONValue(isSet("limits_memory")),
      "processorsLimited": JSONValue(isSet("limits_cpus")),
    ]
    for member in deployments.members { facts[member.name] = member.value }
    return .object(facts)
  }

  // MARK: What depends on the day

  static func derived(_ facts: JSONValue, asOf now: Instant) -> JSONValue {
    guard var object = facts.object, let applications = object["applications"]?.array else { return facts }
    let release = object["release"]?.string
    object["applications"] = .array(
      applications.map { application in
        guard var entry = application.object else { return application }
        let rolledBack = entry["rolledBackAt"]?.string.flatMap { Instant($0) }
        entry["rolledBackDaysAgo"] = JSONValue(rolledBack.map { max(0, now.seconds(since: $0)) / 86400 })
        let running = entry["runningCommit"]?.string
        entry["runsRelease"] = JSONValue(release.flatMap { release in running.map { matches($0, release) } })
        return .object(entry)
      })
    return .object(object)
  }

  /// Whether one is the beginning of the other, of seven digits at least (git's own abbreviation).
  private static func matches(_ commit: String, _ release: String) -> Bool {
    let (short, long) = commit.utf8.count < release.utf8.count ? (commit, release) : (release, commit)
    return short.lowercased() == long.lowercased()
      || short.utf8.count >= 7 && long.lowercased().hasPrefix(short.lowercased())
  }

  // MARK: The shape

  static let schema = Schema.object([
    .required("healthy", .nullable(.boolean), "its health endpoint, asked without credentials, says OK"),
    .required("refusesStrangers", .nullable(.boolean), "without a token it does not even tell its version"),
    .required(
      "servers",
      .nullable(
        .array(
          .object([
            .required("name", .string(), "the server"),
            .required("reachable", .nullable(.boolean), "Coolify reaches it"),
            .required("usable", .nullable(.boolean), "Coolify can deploy to it"),
          ]))), "the machines it deploys to"),
    .required(
      "resources",
      .array(
        .object([
          .required("name", .string(), "the application, database or service"),
          .required("type", .string(), "what it is, in Coolify's words"),
          .required("state", .nullable(.string()), "running, exited, restarting, degraded, …"),
          .required("health", .nullable(.string()), "healthy, unhealthy or unknown"),
        ])), "everything it runs"),
    .required("applications", .array(application), "the applications, with their last deployments"),
    .required("release", .nullable(.string()), "the commit that is meant to run, as the inventory says"),
  ])

  private static let application = Schema.object([
    .required("name", .string(), "the application"),
    .required("healthCheckDefined", .nullable(.boolean), "it has a health check"),
    .required("pinned", .nullable(.boolean), "it is deployed from a fixed commit or tag"),
    .required("memoryLimited", .nullable(.boolean), "its memory is bounded"),
    .required("processorsLimited", .nullable(.boolean), "its processors are bounded"),
    .required("deployments", .integer(minimum: 0), "how many of the last 20 deployments have ended"),
    .required("lastStatus", .nullable(.string()), "how the last one ended: finished or failed"),
    .required("lastAt", .nullable(.string(.date)), "when"),
    .required("runningCommit", .nullable(.string()), "the commit that was deployed last without failing"),
    .required("deploying", .boolean, "a deployment is in progress"),
    .required("failed", .integer(minimum: 0), "how many of them failed"),
    .required("failedShare", .nullable(.number(minimum: 0, maximum: 1)), "the share that failed"),
    .required("medianSeconds", .nullable(.integer(minimum: 0)), "how long a deployment takes"),
    .required("versions", .integer(minimum: 0), "how many versions can run"),
    .required(
      "versionsAreImages", .boolean,
      "whether these are images on the server; else commits that were deployed without failing"),
    .required("rolledBackAt", .nullable(.string(.date)), "when it was rolled back last, among the last 20 deployments"),
    Schema.Field("rolledBackDaysAgo", .nullable(.integer(minimum: 0)), "how many days ago"),
    Schema.Field("runsRelease", .nullable(.boolean), "whether it runs the commit that the inventory names"),
  ])
}
