import Facts
import Probing

/// Coolify, by which the platform might be deployed: a server that answers its API.
struct CoolifyWing: Wing {
  var settings = CoolifySettings()

  static let ports = ["coolify"]

  func start(in site: Site, before deadline: Deadline) throws(GroundFailure) -> [AwaitedPart] {
    try Files.write(Accounts.newSession(), to: Self.tokenFile(in: site), mode: 0o600)
    var settings = ServiceSettings(name: .coolify, port: site.ports["coolify"])
    settings.coolify = self.settings
    settings.coolify?.tokenFile = Self.tokenFile(in: site)
    let part = try site.launcher.start(settings)
    let port = settings.port
    return [AwaitedPart(part: part) { Ports.isOpen(port) }]
  }

  func targets(in site: Site) -> [InventoryTarget] {
    [
      [
        ("id", "coolify"), ("kind", "coolify"), ("url", .string("http://127.0.0.1:\(site.ports["coolify"])/")),
        ("bearer", .string("${file:\(Self.tokenFile(in: site))}")), ("release", .string(CoolifySettings.release)),
      ]
    ]
  }

  private static func tokenFile(in site: Site) -> String { "\(site.folder.path)/coolify.token" }
}

extension Defect.Realm {
  /// Coolify.
  fileprivate static let coolify = Self("coolify")
}

extension CoolifyWing {
  private static let changes:
    [(id: String, summary: String, turns: String, change: @Sendable (inout CoolifySettings) -> Void)] =
      [
        ("coolify-unwell", "Coolify says that it is not well", "answers", { $0.isHealthy = false }),
        ("coolify-open", "Coolify answers without a token", "strangers-refused", { $0.asksForToken = false }),
        ("coolify-server-lost", "Coolify does not reach its server", "servers-reachable", { $0.reachesServer = false }),
        (
          "coolify-worker-ended", "an application in Coolify has ended", "resources-running",
          { $0.workerStatus = "exited" }
        ),
        (
          "coolify-api-unhealthy", "an application in Coolify is unhealthy", "resources-healthy",
          { $0.apiStatus = "running:unhealthy" }
        ),
        ("coolify-deployment-failed", "the last deployment failed", "deployment-succeeded", { $0.lastFailed = true }),
        ("coolify-deployments-fail", "four of ten deployments failed", "deployments-reliable", { $0.failures = 4 }),
        (
          "coolify-images-pruned", "the image of the version before was removed", "rollback-possible",
          { $0.keepsImages = false }
        ),
        ("coolify-never-back", "nobody ever rolled back", "rollback-exercised", { $0.wasRolledBack = false }),
        (
          "coolify-without-health", "an application in Coolify has no health check", "health-checks-defined",
          { $0.hasHealthCheck = false }
        ),
        ("coolify-unlimited", "an application in Coolify may take all memory", "limits-set", { $0.isLimited = false }),
        (
          "coolify-other-release", "another version runs than the one that is judged", "release-deployed",
          { $0.commit = "77aa10b2c3d4e5f60718293a4b5c6d7e8f901234" }
        ),
      ]

  static let defects = changes.map { each in
    Defect(id: each.id, summary: each.summary, part: Defect.Part("Coolify: \(each.summary)", in: .coolify)) {
      each.change(&$0[CoolifyWing.self].settings)
    }
  }

  static let expectations: [String: [ExpectedFinding]] = changes.reduce(into: [:]) { table, each in
    table[each.id] = [ExpectedFinding(check: "coolify-\(each.turns)", target: "coolify")]
  }
}
