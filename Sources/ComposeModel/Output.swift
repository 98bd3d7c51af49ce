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
    for section in ["networks", "volumes", "secrets", "configs", "models"] {
      guard let map = root[section]?.map, !map.isEmpty else { continue }
      result[section] = .object(
        JSONObject(map.entries.map { ($0.name, .object(Self.resource($0.value, isNetwork: section == "networks"))) }))
    }
    for entry in root.map?.entries ?? [] where entry.name.hasPrefix("x-") { result[entry.name] = entry.value.json }
    return .object(result)
  }

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
      case "deploy":
        guard var deploy = value.object else { continue }
        if deploy["resources"] == nil { deploy["resources"] = [:] }
        if deploy["placement"] == nil { deploy["placement"] = [:] }
        result["deploy"] = .object(deploy)
      case "depends_on":
        result[entry.name] = .object(
          JSONObject((value.object?.members ?? []).map { ($0.name, Self.withoutFalse($0.value, ["restart"])) }))
      case "healthcheck": result[entry.name] = Self.withoutFalse(value, ["disable"])
      case "volumes":
        result[entry.name] = .array((value.array ?? []).map { Self.withoutFalse($0, ["read_only"]) })
      default:
        if isDefault(value, of: entry.name) { continue }
        result[entry.name] = value
      }
    }
    return result
  }

  private static func resource(_ node: ComposeNode, isNetwork: Bool) -> JSONObject {
    var result = JSONObject()
    for entry in node.map?.entries ?? [] where !isDefault(entry.value.json, of: entry.name) {
      result[entry.name] = entry.value.json
    }
    if isNetwork, result["ipam"] == nil { result["ipam"] = [:] }
    return result
  }

  private static func isDefault(_ value: JSONValue, of name: String) -> Bool {
    value.isNull || value.array?.isEmpty == true || value.object?.isEmpty == true
      || value.bool == false && defaultsToFalse.contains(name)
  }

  private static func withoutFalse(_ value: JSONValue, _ names: [String]) -> JSONValue {
    guard var object = value.object else { return value }
    for name in names where object[name]?.bool == false { object[name] = nil }
    return .object(object)
  }
}
