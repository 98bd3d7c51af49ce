package import Facts

extension ComposeNode {
  /// The value as JSON.
  package var json: JSONValue {
    switch content {
    case .null: .null
    case .boolean(let truth): .bool(truth)
    case .integer(let number): .integer(number)
    case .number(let number): .double(number)
    case .text(let text): .string(text)
    case .list(let list): .array(list.map(\.json))
    case .map(let map): .object(JSONObject(map.entries.map { ($0.name, $0.value.json) }))
    }
  }
}

extension ComposeProject {
  /// The effective model in the keys and shapes that compose implementations print.
  package var json: JSONValue {
    var result: JSONObject = ["name": .string(name)]
    result["services"] = .object(JSONObject(services.map { ($0.name, .object(Self.service($0.value))) }))
    if let jobs = root["jobs"]?.map, !jobs.isEmpty {
      result["jobs"] = .object(JSONObject(jobs.entries.map { ($0.name, .object(Self.service($0.value))) }))
    }
    for section in ["networks", "volumes", "secrets", "configs", "models"] {
      guard let map = root[section]?.map, !map.isEmpty else { continue }
      result[section] = .object(
        JSONObject(map.entries.map { ($0.name, .object(Self.resource($0.value, isNetwork: section == "networks"))) }))
    }
    for entry in root.map?.entries ?? [] where entry.name.hasPrefix("x-") { result[entry.name] = entry.value.json }
    return .object(result)
  }

  /// Maps that say something by being there.
  private static let keptEmpty: Set<String> = [
    "build", "healthcheck", "logging", "develop", "blkio_config", "credential_spec",
  ]

  /// Figures whose 0 says no more than their absence.
  private static let defaultsToZero: Set<String> = [
    "mem_limit", "mem_reservation", "memswap_limit", "mem_swappiness", "shm_size", "cpus", "cpu_count", "cpu_percent",
    "cpu_period", "cpu_quota", "cpu_rt_period", "cpu_rt_runtime", "cpu_shares", "pids_limit", "oom_score_adj",
  ]

  /// Left out where they say what is so anyway.
  private static let defaultsToFalse: Set<String> = [
    "privileged", "read_only", "tty", "stdin_open", "oom_kill_disable", "use_api_socket", "internal", "attachable",
    "external",
  ]

  private static func service(_ node: ComposeNode) -> JSONObject {
    var result: JSONObject = ["command": nil, "entrypoint": nil]
    for entry in node.map?.entries ?? [] {
      let value = entry.value.json
      switch entry.name {
      case "command", "entrypoint": result[entry.name] = value
      case "extends": continue
      case "deploy": if let deploy = Self.deploy(value) { result[entry.name] = deploy }
      case "depends_on": if value.object?.isEmpty == false { result[entry.name] = Self.entries(of: value) }
      case "networks", "models": if value.object?.isEmpty == false { result[entry.name] = Self.entries(of: value) }
      case "volumes":
        let mounts = (value.array ?? []).map(Self.mount)
        result[entry.name] = mounts.isEmpty ? nil : .array(mounts)
      case "develop":
        guard var develop = value.object else { continue }
        let watched = develop["watch"]?.array ?? []
        develop["watch"] = watched.isEmpty ? nil : .array(watched.map { Self.watch(Omission.applied(to: $0)) })
        result[entry.name] = .object(develop)
      case "provider": result[entry.name] = Self.provider(value)
      case "blkio_config":
        // What is said of a device is said in full.
        let members = (value.object?.members ?? []).filter { !($0.value.array?.isEmpty == true || isZero($0.value)) }
        result[entry.name] = .object(JSONObject(members.map { ($0.name, $0.value) }))
      case "build", "configs", "credential_spec", "devices", "gpus", "healthcheck", "logging", "ports", "post_start",
        "pre_start", "pre_stop", "secrets", "triggers":
        if isDefault(value, of: entry.name) { continue }
        result[entry.name] = Omission.applied(to: value)
      default:
        if isDefault(value, of: entry.name) { continue }
        result[entry.name] = value
      }
    }
    return result
  }

  private static func deploy(_ value: JSONValue) -> JSONValue? {
    guard var deploy = value.object else { return nil }
    if deploy["resources"] == nil { deploy["resources"] = [:] }
    if deploy["placement"] == nil { deploy["placement"] = [:] }
    for side in ["limits", "reservations"] {
      guard var amounts = deploy["resources"]?[side]?.object, var resources = deploy["resources"]?.object else {
        continue
      }
      for name in ["cpus", "memory", "pids"] where amounts[name].map(isZero) ?? false { amounts[name] = nil }
      resources[side] = .object(amounts)
      deploy["resources"] = .object(resources)
    }
    return Omission.applied(to: .object(deploy))
  }

  /// The entries of a map of structures, those that say nothing at all with them.
  private static func entries(of value: JSONValue) -> JSONValue {
    .object(JSONObject((value.object?.members ?? []).map { ($0.name, Omission.applied(to: $0.value)) }))
  }

  private static func mount(_ value: JSONValue) -> JSONValue {
    guard var mount = Omission.applied(to: value).object else { return value }
    if var memory = mount["tmpfs"]?.object, let size = memory["size"], isZero(size) {
      memory["size"] = nil
      mount["tmpfs"] = .object(memory)
    }
    return .object(mount)
  }

  /// A provider with its options as lists: each may be given several times.
  private static func provider(_ value: JSONValue) -> JSONValue {
    guard var provider = value.object else { return value }
    func text(_ value: JSONValue) -> JSONValue {
      switch value {
      case .bool(let truth): .string(truth ? "true" : "false")
      case .integer(let number): .string(String(number))
      case .double(let number): .string(NumberText.of(number))
      default: value
      }
    }
    if let options = provider["options"]?.object {
      provider["options"] = .object(
        JSONObject(options.members.map { ($0.name, .array(($0.value.array ?? [$0.value]).map(text))) }))
    }
    return .object(provider)
  }

  /// Something that is watched, with the command it runs, be it none.
  private static func watch(_ value: JSONValue) -> JSONValue {
    guard var watch = value.object else { return value }
    if watch["exec"] == nil { watch["exec"] = ["command": nil] }
    return .object(watch)
  }

  private static func isZero(_ value: JSONValue) -> Bool {
    switch value {
    case .integer(let number): number == 0
    case .double(let number): number == 0
    case .string(let text): text == "0"
    default: false
    }
  }

  private static func resource(_ node: ComposeNode, isNetwork: Bool) -> JSONObject {
    var result = JSONObject()
    for entry in node.map?.entries ?? [] where !isDefault(entry.value.json, of: entry.name) {
      result[entry.name] = entry.name == "ipam" ? Omission.applied(to: entry.value.json) : entry.value.json
    }
    if isNetwork, result["ipam"] == nil { result["ipam"] = [:] }
    return result
  }

  private static func isDefault(_ value: JSONValue, of name: String) -> Bool {
    value.isNull || value.string?.isEmpty == true || value.array?.isEmpty == true
      || value.object?.isEmpty == true && !keptEmpty.contains(name)
      || defaultsToZero.contains(name) && isZero(value) || value.bool == false && defaultsToFalse.contains(name)
  }
}
