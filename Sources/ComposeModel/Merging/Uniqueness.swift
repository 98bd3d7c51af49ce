/// Leaves of the elements of a list that mean the same only the last one (Compose specification, "Unique resources").
enum Uniqueness {
  private enum Key {
    /// What stands before `=`.
    case name
    /// The path in the container.
    case mountTarget
    case deviceTarget
    /// The path in the container, or what it is by default.
    case grantTarget(String)
    /// Address, both ports and protocol.
    case port
    case environmentFile
    case text
  }

  private static let keys = patterns([
    ("networks.*.labels", .name), ("services.*.annotations", .name), ("services.*.build.args", .name),
    ("services.*.build.additional_contexts", .name), ("services.*.build.tags", .name),
    ("services.*.build.labels", .name), ("services.*.cap_add", .name), ("services.*.cap_drop", .name),
    ("services.*.configs", .grantTarget("")), ("services.*.deploy.labels", .name), ("services.*.dns", .name),
    ("services.*.dns_opt", .name), ("services.*.dns_search", .name), ("services.*.environment", .name),
    ("services.*.env_file", .environmentFile), ("services.*.expose", .text), ("services.*.labels", .name),
    ("services.*.links", .name), ("services.*.networks.*.aliases", .name),
    ("services.*.networks.*.link_local_ips", .name), ("services.*.ports", .port), ("services.*.profiles", .name),
    ("services.*.secrets", .grantTarget("/run/secrets")), ("services.*.sysctls", .name),
    ("services.*.tmpfs", .name), ("services.*.volumes", .mountTarget), ("services.*.devices", .deviceTarget),
  ])

  private static func patterns(_ rows: [(String, Key)]) -> [(pattern: [String], key: Key)] {
    rows.map { ($0.0.split(separator: ".").map(String.init), $0.1) }
  }

  /// The model with each such list settled. Short and long forms of one element are told apart: run it once more when all
  /// are in their long form.
  static func enforced(_ node: ComposeNode, at path: TreePath = .root) -> ComposeNode {
    switch node.content {
    case .map(let map):
      return node.replaced(
        by: .map(
          ComposeMap(
            map.entries.map {
              ComposeMap.Entry(
                name: $0.name, place: $0.place, value: enforced($0.value, at: path.appending($0.name)))
            })))
    case .list(let list):
      guard let key = keys.first(where: { path.fits($0.pattern) })?.key else { return node }
      var kept: [ComposeNode] = []
      var positions: [String: Int] = [:]
      for element in list {
        guard let identity = identity(of: element, by: key) else {
          kept.append(element)
          continue
        }
        if let position = positions[identity] {
          kept[position] = element
        } else {
          positions[identity] = kept.count
          kept.append(element)
        }
      }
      return node.replaced(by: .list(kept))
    default: return node
    }
  }

  private static func identity(of node: ComposeNode, by key: Key) -> String? {
    let text = node.scalarText
    switch key {
    case .name: return text.map { String($0.prefix { $0 != "=" }) }
    case .text: return text
    case .environmentFile: return text ?? node["path"]?.text
    case .mountTarget:
      if let text { return MountForm.parsed(text)?.target }
      return node["target"]?.text
    case .deviceTarget:
      guard let text else { return node["target"]?.text }
      let parts = text.split(separator: ":", omittingEmptySubsequences: false)
      return String(parts.count > 1 ? parts[1] : parts[0])
    case .grantTarget(let folder):
      if let text { return "\(folder)/\(text)" }
      return node["target"]?.text ?? node["source"]?.text.map { "\(folder)/\($0)" }
    case .port:
      if let text { return text }
      guard let target = node["target"]?.scalarText else { return nil }
      let host = node["host_ip"]?.text ?? "0.0.0.0"
      let published = node["published"]?.scalarText ?? ""
      return "\(host):\(published):\(target)/\(node["protocol"]?.text ?? "tcp")"
    }
  }
}
