import AuditModel

/// Whether the services of a model, or its jobs, agree with one another and name only what there is.
struct Consistency {
  private var problems: [ComposeProblem] = []
  private let services: ComposeMap
  /// What else may be depended on.
  private let others: ComposeMap
  private let inactive: Set<String>
  private let top: ComposeMap

  static func problems(
    of services: ComposeMap, besides others: ComposeMap, inactive: Set<String>, in top: ComposeMap
  ) -> [ComposeProblem] {
    var check = Consistency(services, others, inactive, top)
    check.run()
    return check.problems
  }

  private init(_ services: ComposeMap, _ others: ComposeMap, _ inactive: Set<String>, _ top: ComposeMap) {
    self.services = services
    self.others = others
    self.inactive = inactive
    self.top = top
  }

  private mutating func add(_ code: String, _ message: String, at place: SourceLocation) {
    problems.append(ComposeProblem(code, message, at: place))
  }

  private mutating func run() {
    var containers: [String: String] = [:]
    for entry in services.entries {
      guard let service = entry.value.map else { continue }
      checkImage(service, of: entry)
      checkReferences(service, of: entry)
      checkDependencies(service, of: entry)
      checkCopies(service, of: entry)
      checkLimits(service)
      checkMounts(service)
      if let node = service["container_name"], let name = node.text {
        if let other = containers[name] {
          add("container-name", "the container name is already that of `\(other)`", at: node.place)
        }
        containers[name] = entry.name
      }
    }
    findCircle()
  }

  private mutating func checkImage(_ service: ComposeMap, of entry: ComposeMap.Entry) {
    if service["image"]?.text ?? "" == "", service["build"] == nil, service["provider"] == nil {
      add("no-image", "`\(entry.name)` has neither an image nor a build", at: entry.place)
    }
    if let build = service["build"], let inline = build.map?.entry("dockerfile_inline"), build["dockerfile"] != nil {
      add("two-dockerfiles", "`dockerfile` and `dockerfile_inline` exclude each other", at: inline.place)
    }
    if let platform = service["platform"], let all = service["build"]?["platforms"]?.list, !all.isEmpty,
      !all.contains(where: { $0.text == platform.text })
    {
      add("platform", "`build.platforms` does not hold the platform of `\(entry.name)`", at: platform.place)
    }
  }

  private mutating func checkReferences(_ service: ComposeMap, of entry: ComposeMap.Entry) {
    if let mode = service.entry("network_mode"), mode.value.text != "", let networks = service["networks"]?.map,
      !networks.isEmpty
    {
      add("network-mode", "`network_mode` and `networks` exclude each other", at: mode.place)
    }
    for network in service["networks"]?.map?.entries ?? []
    where network.name != "default" && top["networks"]?[network.name] == nil {
      add("undefined-network", "the network `\(network.name)` is not defined", at: network.place)
    }
    for volume in service["volumes"]?.list ?? [] where volume["type"]?.text == "volume" {
      guard let source = volume["source"], let name = source.text, !name.isEmpty else { continue }
      if top["volumes"]?[name] == nil {
        add("undefined-volume", "the volume `\(name)` is not defined", at: source.place)
      }
    }
    for volume in service["volumes"]?.list ?? []
    where volume["type"]?.text == "bind" && volume["source"]?.text ?? "" == "" {
      add("no-source", "a bind mount needs a source", at: volume.place)
    }
    for section in ["secrets", "configs"] {
      let grants = (service[section]?.list ?? []) + (service["build"]?[section]?.list ?? [])
      for grant in grants {
        guard let name = grant["source"]?.text else { continue }
        if top[section]?[name] == nil {
          add("undefined-\(section.dropLast())", "`\(name)` is not among the \(section)", at: grant.place)
        }
      }
    }
    for context in service["build"]?["additional_contexts"]?.map?.entries ?? [] {
      guard let text = context.value.text, text.hasPrefix("service:") else { continue }
      let name = String(text.dropFirst(8))
      if let other = services[name] ?? others[name] {
        if other["build"] == nil {
          add("not-built", "`\(name)` is not built, so that its image is no context", at: context.place)
        }
      } else if !inactive.contains(name) {
        add(
          "undefined-service", "the context `\(context.name)` names `\(name)`, which is no service", at: context.place)
      }
    }
    for model in service["models"]?.map?.entries ?? [] where top["models"]?[model.name] == nil {
      add("undefined-model", "the model `\(model.name)` is not defined", at: model.place)
    }
    for watch in service["develop"]?["watch"]?.list ?? [] {
      let action = watch["action"]?.text ?? ""
      if action.hasPrefix("sync"), watch["target"]?.text ?? "" == "" {
        add("watch-target", "watching with `\(action)` needs a target", at: watch.place)
      }
    }
  }

  private mutating func checkDependencies(_ service: ComposeMap, of entry: ComposeMap.Entry) {
    for dependency in service["depends_on"]?.map?.entries ?? []
    where services[dependency.name] == nil && others[dependency.name] == nil {
      let isInactive = inactive.contains(dependency.name)
      // What may be missing is a service whose profile is not active, and not one that nobody defines.
      if isInactive, dependency.value["required"]?.boolean == false { continue }
      add(
        isInactive ? "inactive-service" : "undefined-service",
        isInactive
          ? "`\(entry.name)` needs `\(dependency.name)`, whose profile is not active"
          : "`\(entry.name)` depends on `\(dependency.name)`, which is no service", at: dependency.place)
    }
    for key in ["network_mode", "ipc", "pid", "uts"] {
      guard let node = service[key], let text = node.text, text.hasPrefix("service:") else { continue }
      let name = String(text.dropFirst(8))
      if services[name] == nil, others[name] == nil, !inactive.contains(name), service["depends_on"]?[name] == nil {
        add("undefined-service", "`\(key)` names `\(name)`, which is no service", at: node.place)
      }
    }
  }

  private mutating func checkCopies(_ service: ComposeMap, of entry: ComposeMap.Entry) {
    let replicas = service["deploy"]?["replicas"]
    if let scale = service["scale"]?.integer, let other = replicas?.integer, scale != other {
      add("scale", "`scale` and `deploy.replicas` say different things", at: service["scale"]?.place ?? entry.place)
    }
    if let name = service["container_name"], (service["scale"]?.integer ?? replicas?.integer ?? 1) > 1 {
      add("container-name-scaled", "a service with a container name has one container only", at: name.place)
    }
  }

  private mutating func checkLimits(_ service: ComposeMap) {
    let resources = service["deploy"]?["resources"]
    for (key, side, name) in [
      ("mem_limit", "limits", "memory"), ("mem_reservation", "reservations", "memory"), ("cpus", "limits", "cpus"),
      ("pids_limit", "limits", "pids"),
    ] {
      // Where `deploy` has any limit, what it does not name is none; 0 says nothing.
      guard let own = service[key], let limits = resources?[side]?.map else { continue }
      let amounts = [own, limits[name]].map { $0?.scalarText.flatMap(Double.init) ?? 0 }
      if amounts[0] == 0 || amounts[0] == amounts[1] { continue }
      add("two-limits", "`\(key)` and `deploy.resources.\(side).\(name)` say different things", at: own.place)
    }
  }

  /// Whether temporary file systems lie where something else is mounted. Of volumes at one path the last counts.
  private mutating func checkMounts(_ service: ComposeMap) {
    var taken: Set<String> = []
    for memory in service["tmpfs"]?.list ?? [] {
      guard let text = memory.text else { continue }
      let path = String(text.prefix { $0 != ":" })
      if !taken.insert(path).inserted { add("mounted-twice", "`\(path)` is mounted already", at: memory.place) }
    }
    for volume in service["volumes"]?.list ?? [] {
      guard let target = volume["target"], let path = target.text, taken.contains(path) else { continue }
      add("mounted-twice", "`\(path)` is mounted already", at: target.place)
    }
  }

  /// Tells the first circle of dependencies.
  private mutating func findCircle() {
    enum State { case open, done }
    var states: [String: State] = [:]
    var trail: [String] = []
    func visit(_ name: String) -> [String]? {
      switch states[name] {
      case .done: return nil
      case .open: return Array(trail[(trail.firstIndex(of: name) ?? 0)...]) + [name]
      case nil: break
      }
      // As many services as a recursion may be deep.
      guard trail.count < 1000 else { return nil }
      states[name] = .open
      trail.append(name)
      defer {
        trail.removeLast()
        states[name] = .done
      }
      for dependency in services[name]?["depends_on"]?.map?.names ?? [] where services[dependency] != nil {
        if let circle = visit(dependency) { return circle }
      }
      return nil
    }
    for entry in services.entries {
      guard let circle = visit(entry.name) else { continue }
      let first = circle[0]
      let next = circle.count > 1 ? circle[1] : first
      let place = services[first]?["depends_on"]?.map?.entry(next)?.place ?? entry.place
      return add("circle", "services depend on one another in a circle: \(circle.joined(separator: " → "))", at: place)
    }
  }
}
