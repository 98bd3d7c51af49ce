import AuditModel

extension LintRun {
  /// How long a broken service may go unnoticed, in seconds.
  private static let slowest = 300.0

  /// Whether a service has a health check, as far as its file and its Dockerfile tell.
  func hasHealthcheck(_ service: LintedService) -> Bool {
    if let check = service["healthcheck"] {
      if check["disable"]?.boolean == true || check["test"]?.list?.first?.text == "NONE" { return false }
      if check["test"] != nil { return true }
    }
    return service.dockerfile.map { Dockerfile($0).hasHealthcheck } ?? false
  }

  mutating func checkHealth(_ service: LintedService) {
    guard !service.endsByItself else { return }
    let check = service["healthcheck"]
    if check?["disable"]?.boolean == true {
      return add(
        .healthcheckDefined, service, "its health check is switched off",
        at: check?.map?.entry("disable")?.place ?? service.place)
    }
    if check?["test"]?.list?.first?.text == "NONE" {
      return add(
        .healthcheckDefined, service, "its health check is switched off",
        at: check?.map?.entry("test")?.place ?? service.place)
    }
    guard hasHealthcheck(service) else {
      return add(.healthcheckDefined, service, "it has no health check", at: service.place(of: "healthcheck"))
    }
    guard let test = check?["test"], let words = test.list?.compactMap(\.text) else { return }
    if Self.provesNothing(words) {
      add(
        .healthcheckReal, service, "its health check succeeds whatever happens",
        at: check?.map?.entry("test")?.place ?? service.place)
    }
    func seconds(_ key: String, _ usual: Double) -> Double {
      check?[key]?.text.flatMap(Quantity.nanoseconds).map { Double($0) / 1e9 } ?? usual
    }
    let worst = seconds("interval", 30) * Double(check?["retries"]?.integer ?? 3) + seconds("start_period", 0)
    if worst > Self.slowest {
      add(
        .healthcheckPrompt, service, "it can be broken for \(Int(worst)) s before its health check says so",
        at: service.place(of: "healthcheck"))
    }
  }

  /// Whether a test can only succeed.
  private static func provesNothing(_ words: [String]) -> Bool {
    let isShell = words.first == "CMD-SHELL"
    let rest = words.first == "CMD" || isShell ? Array(words.dropFirst()) : words
    let line = rest.joined(separator: " ")
    let parts = line.split(separator: " ").map(String.init)
    guard let first = parts.first else { return true }
    if ["true", ":", "/bin/true", "/usr/bin/true"].contains(first) { return true }
    if first == "echo", !line.contains("|"), !line.contains("&&") { return true }
    if line == "exit 0" { return true }
    return ["|| exit 0", "|| true", "|| :", "; exit 0", "; true"].contains { line.hasSuffix($0) }
  }

  // MARK: Dependencies

  mutating func checkDependencies(_ service: LintedService) {
    for dependency in service["depends_on"]?.map?.entries ?? [] {
      guard let other = services.first(where: { $0.name == dependency.name }) else { continue }
      switch dependency.value["condition"]?.text {
      case "service_healthy":
        // Of an image that is built elsewhere nothing is known.
        let isVisible = other.image != nil || other.dockerfile != nil || other["healthcheck"] != nil
        if !hasHealthcheck(other), isVisible {
          add(
            .dependenciesProvable, service,
            "waits for `\(other.name)` to be healthy, which has no health check here",
            at: dependency.place)
        }
      case "service_started", nil:
        // `links` and the like imply it; the file says nothing there.
        if other.endsByItself, Self.isMigration(other.name) {
          add(
            .dependenciesWait, service, "does not wait for `\(other.name)` to be done", at: dependency.place)
        } else if other.known?.isStateful == true || other["healthcheck"]?["test"] != nil {
          add(
            .dependenciesWait, service, "starts as soon as `\(other.name)` has been started, ready or not",
            at: dependency.place)
        }
      default: break
      }
    }
  }

  private static func isMigration(_ name: String) -> Bool {
    ["migrat", "seed", "init"].contains { name.lowercased().contains($0) }
  }

  // MARK: Restarts

  mutating func checkRestart(_ service: LintedService) {
    let restart = service["restart"]
    let policy = service["deploy"]?["restart_policy"]
    let word = restart?.scalarText ?? ""
    let isOnFailure = word.hasPrefix("on-failure")
    if isOnFailure {
      let most = word.split(separator: ":").dropFirst().first.flatMap { Int($0) }
      checkAttempts(most, of: service, at: service.place(of: "restart"))
    }
    // With both, what `deploy` says is what takes effect.
    if policy == nil, isOnFailure || ["always", "unless-stopped"].contains(word) { return }
    if let policy {
      let condition = policy["condition"]?.text ?? "any"
      if condition == "on-failure" {
        let place = policy.map?.entry("max_attempts")?.place ?? policy.place
        checkAttempts(policy["max_attempts"]?.integer, of: service, at: place)
      }
      if condition != "none" { return }
    }
    guard !service.endsByItself else { return }
    add(
      .restartPolicy, service,
      restart == nil && policy == nil
        ? "it has no restart policy: once it has ended, or the machine has started anew, it is gone"
        : "it is told not to start again",
      at: policy?.place ?? service.place(of: "restart"))
  }

  private mutating func checkAttempts(_ most: Int?, of service: LintedService, at place: SourceLocation) {
    guard let most else {
      return add(.restartBounded, service, "it is started again on failure without end", at: place)
    }
    if most > 5 { add(.restartBounded, service, "it is started again \(most) times, more than 5", at: place) }
    if most < 5, !service.endsByItself {
      add(.restartBounded, service, "it is given up after \(most) failures, fewer than 5", at: place)
    }
  }

  // MARK: Resources

  mutating func checkResources(_ service: LintedService) {
    let resources = service["deploy"]?["resources"]
    let limits = resources?["limits"]
    func isSet(_ node: ComposeNode?) -> Bool { node?.scalarText.map { !["", "0", "-1"].contains($0) } ?? false }
    var missing: [String] = []
    if !isSet(service["mem_limit"]), !isSet(limits?["memory"]) { missing.append("memory") }
    if !isSet(service["cpus"]), !isSet(limits?["cpus"]), !isSet(service["cpu_quota"]) { missing.append("processors") }
    if !missing.isEmpty {
      let deploy = service["deploy"]
      let place =
        resources?.map?.entry("limits")?.place ?? deploy?.map?.entry("resources")?.place ?? service.place(of: "deploy")
      add(.limitsSet, service, "it may take all \(missing.joined(separator: " and ")) of the machine", at: place)
    }
    checkLogs(service)
    guard service.known?.kind == .database || service.known?.kind == .queue else { return }
    let grace = service["stop_grace_period"]?.text.flatMap(Quantity.nanoseconds).map { $0 / 1_000_000_000 } ?? 10
    if grace < 30 {
      add(
        .shutdownGraceful, service, "it is killed \(grace) s after it was asked to stop, in the midst of its writing",
        at: service.place(of: "stop_grace_period"))
    }
  }

  private mutating func checkLogs(_ service: LintedService) {
    let logging = service["logging"]
    let driver = logging?["driver"]?.text ?? "json-file"
    if driver == "none" {
      return add(.logsRotated, service, "its output is thrown away", at: service.place(of: "logging"))
    }
    guard driver == "json-file" || driver.isEmpty else { return }
    if logging?["options"]?["max-size"] == nil {
      add(.logsRotated, service, "its log grows until the disk is full", at: service.place(of: "logging"))
    }
  }

  // MARK: Images

  mutating func checkImage(_ service: LintedService) {
    guard let image = service.image, let node = service["image"] else { return }
    // A text without the value of its variable says nothing of the tag.
    if node.template.map({ !$0.unset.isEmpty || $0.isUnresolved }) ?? false { return }
    if image.isFloating {
      let what = image.tag.map { "the tag `\($0)`" } ?? "no tag, which is `latest`"
      add(.imagePinned, service, "its image has \(what): what runs changes from one pull to the next", at: node.place)
    } else if image.isMajorOnly {
      add(.imageExact, service, "its image is pinned to a major version only", at: node.place)
    }
  }
}
