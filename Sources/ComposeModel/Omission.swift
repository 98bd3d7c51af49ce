import Facts

/// Leaves out of a structure what says nothing: empty texts and lists, `false`, zeros, as compose implementations do. An object
/// that is written stays, though it be empty; a map of names that people choose goes when it is.
enum Omission {
  /// Names of maps whose entries are people's own: they are left as they are.
  private static let maps: Set<String> = [
    "additional_contexts", "annotations", "args", "aux_addresses", "driver_opts", "environment", "labels", "options",
    "storage_opt", "sysctls", "ulimits",
  ]

  /// Fields in which 0 says something.
  private static let tellingZeros: Set<String> = [
    "max_attempts", "parallelism", "replicas", "retries", "scale", "value",
  ]

  /// Fields in which `false` says something.
  private static let tellingFalse: Set<String> = [
    "attach", "enable_ipv4", "enable_ipv6", "init", "manual", "required",
  ]

  /// A structure, or a list of some, without what says nothing.
  static func applied(to value: JSONValue) -> JSONValue {
    if let list = value.array { return .array(list.map(applied)) }
    guard let object = value.object else { return value }
    return .object(
      JSONObject(
        object.members.compactMap { member in
          if member.name.hasPrefix("x-") { return (member.name, member.value) }
          if saysNothing(member.value, of: member.name) { return nil }
          return (member.name, maps.contains(member.name) ? member.value : applied(to: member.value))
        }))
  }

  private static func saysNothing(_ value: JSONValue, of name: String) -> Bool {
    switch value {
    case .null: name != "command" && name != "entrypoint"
    case .bool(let truth): !truth && !tellingFalse.contains(name)
    case .integer(let number): number == 0 && !tellingZeros.contains(name)
    case .double(let number): number == 0 && !tellingZeros.contains(name)
    case .string(let text): text.isEmpty
    case .array(let list): list.isEmpty && name != "command" && name != "entrypoint"
    case .object(let object): object.isEmpty && maps.contains(name)
    }
  }
}
