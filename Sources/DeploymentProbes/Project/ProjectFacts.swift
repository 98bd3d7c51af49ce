import AuditModel
import ComposeModel
import Facts
import Probing

/// What an engine says of a project, beside what the files say. Values of variables are not looked at.
struct ProjectFacts {
  let project: ComposeProject
  let version: JSONValue
  let containers: [JSONValue]
  /// By the name or id under which they were asked for.
  let images: [String: JSONValue]

  func sighting(gaps: [Gap]) -> Sighting {
    var names = project.services.filter { $0.value["provider"] == nil }.map(\.name)
    for container in containers {
      if let name = label(container, "service"), !names.contains(name) { names.append(name) }
    }
    return .seen(
      [
        "engine": ["version": JSONValue(version["Version"]?.string), "api": JSONValue(version["ApiVersion"]?.string)],
        "project": .string(project.name), "services": .array(names.map(facts)),
      ], gaps: gaps)
  }

  private func label(_ container: JSONValue, _ name: String) -> String? {
    container["Config"]?["Labels"]?["com.docker.compose.\(name)"]?.string
  }

  private func facts(of name: String) -> JSONValue {
    let declared = project.services.first { $0.name == name }?.value
    let own = containers.filter { label($0, "service") == name && label($0, "oneoff") != "True" }
    let wanted = declared?["deploy"]?["replicas"]?.integer ?? declared?["scale"]?.integer ?? 1
    let endsByItself = ComposeLint.endsByItself(name, in: project)
    let running = own.filter { $0["State"]?["Status"]?.string == "running" }
    let done = own.filter { $0["State"]?["Status"]?.string == "exited" && $0["State"]?["ExitCode"]?.integer == 0 }
    let states = own.compactMap { $0["State"]?["Status"]?.string }
    return [
      "name": .string(name), "declared": .bool(declared != nil), "endsByItself": .bool(endsByItself),
      "wanted": .integer(wanted),
      "containers": .integer(own.count), "running": .integer(running.count),
      "satisfied": .bool(running.count >= wanted || endsByItself && !done.isEmpty),
      "states": JSONValue(states), "health": JSONValue(health(of: own)), "healthDefined": .bool(definesHealth(own)),
      "restarts": JSONValue(own.compactMap { $0["RestartCount"]?.integer }.max()),
      "startedAt": JSONValue(startedAt(running)),
      "outOfMemory": own.isEmpty ? .null : .bool(own.contains { $0["State"]?["OOMKilled"]?.bool == true }),
      "image": image(of: own, declared), "drift": JSONValue(declared.map { drift(of: own, $0) } ?? []),
      "openPorts": JSONValue(undeclaredPorts(of: own, declared)),
      "anonymousData": JSONValue(anonymousData(of: own)),
      "logsRotate": own.isEmpty ? .null : .bool(own.allSatisfy(rotatesLogs)),
      "memoryLimited": own.isEmpty ? .null : .bool(own.allSatisfy { ($0["HostConfig"]?["Memory"]?.integer ?? 0) > 0 }),
    ]
  }

  // MARK: State

  /// The worst state of health among the containers; nil where none has a health check.
  private func health(of containers: [JSONValue]) -> String? {
    let order = ["unhealthy", "starting", "healthy"]
    let found = containers.compactMap { $0["State"]?["Health"]?["Status"]?.string }.filter { $0 != "none" }
    return order.first(where: found.contains) ?? found.first
  }

  private func definesHealth(_ containers: [JSONValue]) -> Bool {
    !containers.isEmpty
      && containers.allSatisfy { container in
        let status = container["State"]?["Health"]?["Status"]?.string
        return status != nil && status != "none"
      }
  }

  /// When the container that was started last was started. Engines write the year 1 for "never".
  private func startedAt(_ containers: [JSONValue]) -> String? {
    containers.compactMap { $0["State"]?["StartedAt"]?.string.flatMap { Instant($0) } }
      .filter { $0.seconds > 0 }.max()?.description
  }

  // MARK: Images

  private func image(of containers: [JSONValue], _ declared: ComposeNode?) -> JSONValue {
    let wanted = declared?["image"]?.text
    let names = containers.compactMap { $0["Config"]?["Image"]?.string }
    // Of a service that is built without a name for its image, compose implementations make one up.
    let isAsDeclared: Bool? = containers.isEmpty || wanted == nil ? nil : names.allSatisfy { $0 == wanted }
    var isNewest: Bool?
    for container in containers {
      guard let id = container["Image"]?.string, let name = container["Config"]?["Image"]?.string,
        let current = images[name]?["Id"]?.string
      else { continue }
      isNewest = (isNewest ?? true) && current == id
    }
    let digests = containers.flatMap { container in
      (container["Image"]?.string).flatMap { images[$0]?["RepoDigests"]?.array?.compactMap(\.string) } ?? []
    }
    return [
      "declared": JSONValue(wanted), "running": JSONValue(names), "asDeclared": JSONValue(isAsDeclared),
      "newestHere": JSONValue(isNewest), "digests": JSONValue(Array(Set(digests)).sorted()),
    ]
  }

  // MARK: Drift

  /// What is more open in the engine than in the files.
  private func drift(of containers: [JSONValue], _ declared: ComposeNode) -> [String] {
    var found: Set<String> = []
    for container in containers {
      let host = container["HostConfig"]
      if host?["Privileged"]?.bool == true, declared["privileged"]?.boolean != true { found.insert("privileged") }
      for (key, name) in [("PidMode", "pid"), ("IpcMode", "ipc"), ("UTSMode", "uts"), ("UsernsMode", "userns_mode")]
      where host?[key]?.string == "host" && declared[name]?.text != "host" { found.insert("\(name): host") }
      if host?["NetworkMode"]?.string == "host", declared["network_mode"]?.text != "host" {
        found.insert("network_mode: host")
      }
      func bare(_ name: String) -> String {
        name.uppercased().hasPrefix("CAP_") ? String(name.uppercased().dropFirst(4)) : name.uppercased()
      }
      let allowed = Set(declared["cap_add"]?.list?.compactMap { $0.text.map(bare) } ?? [])
      for capability in host?["CapAdd"]?.array?.compactMap({ $0.string.map(bare) }) ?? []
      where !allowed.contains(capability) {
        found.insert("cap_add: \(capability)")
      }
      let declaredMemory = declared["mem_limit"]?.text ?? declared["deploy"]?["resources"]?["limits"]?["memory"]?.text
      if let limit = declaredMemory.flatMap({ Int($0) }), limit > 0, host?["Memory"]?.integer != limit {
        found.insert("memory limit")
      }
      if declared["read_only"]?.boolean == true, host?["ReadonlyRootfs"]?.bool == false {
        found.insert("writable root")
      }
      let restart = declared["restart"]?.text?.split(separator: ":").first.map(String.init)
      if let restart, let policy = host?["RestartPolicy"]?["Name"]?.string,
        policy != restart, !(restart == "no" && policy.isEmpty)
      {
        found.insert("restart: \(policy.isEmpty ? "no" : policy)")
      }
    }
    return found.sorted()
  }

  /// Ports of the host that a container takes and the files do not give it, and those that are bound more widely.
  private func undeclaredPorts(of containers: [JSONValue], _ declared: ComposeNode?) -> [String] {
    let allowed = declared?["ports"]?.list ?? []
    var found: Set<String> = []
    for container in containers {
      for (inside, bindings) in container["HostConfig"]?["PortBindings"]?.object?.members ?? [] {
        let target = inside.prefix { $0 != "/" }
        for binding in bindings.array ?? [] {
          let address = binding["HostIp"]?.string ?? ""
          let isDeclared = allowed.contains { port in
            port["target"]?.scalarText == String(target)
              && (port["host_ip"]?.text ?? "" == address
                || ["", "0.0.0.0", "::"].contains(port["host_ip"]?.text ?? ""))
          }
          if !isDeclared {
            found.insert("\(address.isEmpty ? "*" : address):\(binding["HostPort"]?.string ?? "") → \(inside)")
          }
        }
      }
    }
    return found.sorted()
  }

  // MARK: Data and logs

  /// Where containers keep data in volumes without a name, which the next container will not find.
  private func anonymousData(of containers: [JSONValue]) -> [String] {
    var found: Set<String> = []
    for container in containers {
      for mount in container["Mounts"]?.array ?? [] where mount["Type"]?.string == "volume" {
        let name = mount["Name"]?.string ?? ""
        let isAnonymous = name.utf8.count == 64 && name.allSatisfy(\.isHexDigit)
        if isAnonymous, let target = mount["Destination"]?.string { found.insert(target) }
      }
    }
    return found.sorted()
  }

  private func rotatesLogs(_ container: JSONValue) -> Bool {
    let log = container["HostConfig"]?["LogConfig"]
    guard log?["Type"]?.string == "json-file" else { return log?["Type"]?.string != "none" }
    return log?["Config"]?["max-size"]?.string != nil
  }

  // MARK: What depends on the day

  static func derived(_ facts: JSONValue, asOf now: Instant) -> JSONValue {
    guard var object = facts.object, let services = object["services"]?.array else { return facts }
    object["services"] = .array(
      services.map { service in
        guard var entry = service.object else { return service }
        let started = entry["startedAt"]?.string.flatMap { Instant($0) }
        entry["upSeconds"] = JSONValue(started.map { max(0, now.seconds(since: $0)) })
        return .object(entry)
      })
    return .object(object)
  }

  static let schema = Schema.object([
    .required(
      "engine",
      .object([
        .required("version", .nullable(.string()), "the engine's version"),
        .required("api", .nullable(.string()), "the newest version of its API"),
      ]), "who was asked"),
    .required("project", .string(), "the project's name"),
    .required("services", .array(service), "the services of the files, and those that run beside them"),
  ])

  private static let service = Schema.object([
    .required("name", .string(), "the service"), .required("declared", .boolean, "whether the files know it"),
    .required("endsByItself", .boolean, "whether it is to do its work and end, as a migration does"),
    .required("wanted", .integer(minimum: 0), "how many containers the files ask for"),
    .required("containers", .integer(minimum: 0), "how many there are"),
    .required("running", .integer(minimum: 0), "how many of them run"),
    .required("satisfied", .boolean, "whether enough run, or one that ends by itself has ended well"),
    .required("states", .array(.string()), "their states, in the engine's words"),
    .required(
      "health", .nullable(.string()), "the worst state of health: healthy, starting, unhealthy; null without a check"),
    .required("healthDefined", .boolean, "whether every container has a health check"),
    .required(
      "restarts", .nullable(.integer(minimum: 0)), "how often the engine started one again; null without containers"),
    .required("startedAt", .nullable(.string(.date)), "when the newest running container was started"),
    .required("outOfMemory", .nullable(.boolean), "whether one was killed for its memory"),
    .required(
      "image",
      .object([
        .required("declared", .nullable(.string()), "the image in the files"),
        .required("running", .array(.string()), "the images that run"),
        .required(
          "asDeclared", .nullable(.boolean), "whether they are the same by name; null where the files name none"),
        .required(
          "newestHere", .nullable(.boolean), "whether what runs is what the name stands for on the engine's host now"),
        .required("digests", .array(.string()), "the digests of what runs"),
      ]), "which image runs"),
    .required("drift", .array(.string()), "what is more open, or less bounded, than the files say"),
    .required("openPorts", .array(.string()), "ports of the host that the files do not give"),
    .required("anonymousData", .array(.string()), "paths whose data lies in volumes without a name"),
    .required("logsRotate", .nullable(.boolean), "whether logs are bounded"),
    .required("memoryLimited", .nullable(.boolean), "whether memory is bounded"),
    Schema.Field("upSeconds", .nullable(.integer(minimum: 0)), "for how long the newest container has been running"),
  ])
}
