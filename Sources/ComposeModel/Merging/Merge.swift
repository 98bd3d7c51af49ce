import AuditModel

/// Lays one compose model over another (Compose specification, "Merge"): maps merge, lists append, some fields are replaced,
/// and lists of `KEY=VALUE` are joined by key.
struct Merge {
  private(set) var problems: [ComposeProblem] = []
  /// Whether entries tagged `!reset` stay, for what is merged later on.
  private let keepsResets: Bool

  init(keepsResets: Bool = false) { self.keepsResets = keepsResets }

  private enum Rule {
    /// The overriding value takes the place of the other.
    case replace
    /// Both become lists of `KEY=VALUE`.
    case pairs
    /// As `pairs`, keeping each host once with each address.
    case hosts
    /// A text is a build context.
    case build
    /// A list of names is a map of names.
    case names
    /// Options merge only where the drivers agree.
    case logging
    /// Two maps merge; anything else replaces.
    case mapsOnly
    /// Pools with the same subnet merge.
    case pools
  }

  private static let rules = patterns([
    ("networks.*.ipam.config", .pools), ("networks.*.labels", .pairs), ("volumes.*.labels", .pairs),
    ("services.*.annotations", .pairs), ("services.*.build", .build), ("services.*.build.args", .pairs),
    ("services.*.build.additional_contexts", .pairs), ("services.*.build.extra_hosts", .hosts),
    ("services.*.build.labels", .pairs), ("services.*.command", .replace), ("services.*.depends_on", .names),
    ("services.*.deploy.labels", .pairs), ("services.*.dns", .pairs), ("services.*.dns_opt", .pairs),
    ("services.*.dns_search", .pairs), ("services.*.entrypoint", .replace), ("services.*.env_file", .pairs),
    ("services.*.label_file", .pairs), ("services.*.environment", .pairs), ("services.*.extra_hosts", .hosts),
    ("services.*.healthcheck.test", .replace), ("services.*.labels", .pairs), ("services.*.logging", .logging),
    ("services.*.models", .names), ("services.*.networks", .names), ("services.*.sysctls", .pairs),
    ("services.*.tmpfs", .pairs), ("services.*.ulimits.*", .mapsOnly),
  ])

  private static func patterns(_ rows: [(String, Rule)]) -> [(pattern: [String], rule: Rule)] {
    rows.map { ($0.0.split(separator: ".").map(String.init), $0.1) }
  }

  /// `base` with `override` laid over it.
  mutating func merged(_ base: ComposeNode, with override: ComposeNode, at path: TreePath = .root) -> ComposeNode {
    if override.directive == .replace { return withoutDirective(override) }
    if override.directive == .positional {
      var plain = override
      plain.directive = nil
      guard let first = base.list, let second = override.list else { return merged(base, with: plain, at: path) }
      return plain.replaced(by: .list(mergedInPlace(first, with: second, at: path)))
    }
    let rule = Self.rules.first(where: { path.fits($0.pattern) })?.rule
    // A key without a value says nothing, other than that there is no command. `services` needs one.
    let mayBeNull = rule != .replace && path.steps != ["services"]
    if override.isNull, override.directive == nil, mayBeNull { return base }
    if let rule {
      return merged(base, with: override, at: path, by: rule)
    }
    switch (base.content, override.content) {
    case (.map(let first), .map(let second)): return base.replaced(by: .map(merged(first, with: second, at: path)))
    case (.list(let first), .list(let second)): return override.replaced(by: .list(first + second))
    case (.map, _), (.list, _):
      problems.append(
        ComposeProblem(
          "cannot-merge", "cannot merge \(path.text): the values are of different kinds", at: override.place))
      return override
    // A scalar gives way to anything.
    default: return override
    }
  }

  private mutating func merged(_ base: ComposeMap, with override: ComposeMap, at path: TreePath) -> ComposeMap {
    var result = base
    for entry in override.entries {
      if entry.value.directive == .reset {
        if keepsResets { result.set(entry) } else { result[entry.name] = nil }
        continue
      }
      if let existing = result.entry(entry.name), existing.value.directive != .reset {
        let value = merged(existing.value, with: entry.value, at: path.appending(entry.name))
        result.set(ComposeMap.Entry(name: entry.name, place: entry.place, value: value))
      } else {
        result.set(
          ComposeMap.Entry(
            name: entry.name, place: entry.place, value: keepsResets ? entry.value : settled(entry.value)))
      }
    }
    return result
  }

  /// Lists of which the elements at one position merge; one that is nothing, or an empty map, leaves the other as it is.
  private mutating func mergedInPlace(
    _ base: [ComposeNode], with override: [ComposeNode], at path: TreePath
  ) -> [ComposeNode] {
    var result = base
    for (index, element) in override.enumerated() where !Self.isBlank(element) {
      guard index < result.count else {
        result.append(element)
        continue
      }
      let isDeeper = result[index].map != nil && element.map != nil
      result[index] = isDeeper ? merged(result[index], with: element, at: path.appending("[]")) : element
    }
    return result
  }

  private static func isBlank(_ node: ComposeNode) -> Bool { node.isNull || node.map?.isEmpty == true }

  private func withoutDirective(_ node: ComposeNode) -> ComposeNode {
    var node = node
    node.directive = nil
    return keepsResets ? node : settled(node)
  }

  /// Without anything that is tagged `!reset`, once there is nothing left to reset.
  func settled(_ node: ComposeNode) -> ComposeNode {
    var node = node
    if node.directive == .positional, let list = node.list {
      node.content = .list(list.filter { !Self.isBlank($0) })
    }
    if node.directive != .reset { node.directive = nil }
    switch node.content {
    case .map(let map):
      node.content = .map(
        ComposeMap(
          map.entries.filter { $0.value.directive != .reset }.map {
            ComposeMap.Entry(name: $0.name, place: $0.place, value: settled($0.value))
          }))
    case .list(let list): node.content = .list(list.filter { $0.directive != .reset }.map(settled))
    default: break
    }
    return node
  }

  // MARK: Fields with rules of their own

  private mutating func merged(
    _ base: ComposeNode, with override: ComposeNode, at path: TreePath, by rule: Rule
  ) -> ComposeNode {
    switch rule {
    case .replace: return override
    case .pairs:
      return override.replaced(by: .list(Self.sequence(Self.reset(base, by: override)) + Self.sequence(override)))
    case .hosts:
      let first = Self.sequence(Self.reset(base, by: override))
      let known = Set(first.compactMap(\.scalarText))
      let new = Self.sequence(override).filter { !known.contains($0.scalarText ?? "") }
      return override.replaced(by: .list(first + new))
    case .build:
      guard let first = Self.buildMap(base), let second = Self.buildMap(override) else { return override }
      return override.replaced(by: .map(merged(first, with: second, at: path)))
    case .names:
      let isDependency = path.steps.last == "depends_on"
      guard let first = Self.nameMap(base, isDependency: isDependency),
        let second = Self.nameMap(override, isDependency: isDependency)
      else { return override }
      return override.replaced(by: .map(merged(first, with: second, at: path)))
    case .logging:
      guard let first = base.map, let second = override.map else { return override }
      let isReset = second["driver"]?.directive == .reset
      if !isReset, let one = first["driver"]?.text, let other = second["driver"]?.text, one != other { return override }
      return override.replaced(by: .map(merged(first, with: second, at: path)))
    case .mapsOnly:
      guard let first = base.map, let second = override.map else { return override }
      return override.replaced(by: .map(merged(first, with: second, at: path)))
    case .pools: return mergedPools(base, override, at: path)
    }
  }

  /// A map, or a list of `KEY=VALUE`, without the keys that a map tags `!reset`.
  private static func reset(_ base: ComposeNode, by override: ComposeNode) -> ComposeNode {
    let names = Set((override.map?.entries ?? []).filter { $0.value.directive == .reset }.map(\.name))
    if names.isEmpty { return base }
    if let map = base.map {
      return base.replaced(by: .map(ComposeMap(map.entries.filter { !names.contains($0.name) })))
    }
    guard let list = base.list else { return base }
    return base.replaced(
      by: .list(
        list.filter { element in
          guard let text = element.scalarText else { return true }
          return !names.contains { text == $0 || text.hasPrefix("\($0)=") || text.hasPrefix("\($0):") }
        }))
  }

  /// A list as it is, a map as `KEY=VALUE`, a scalar as the only element.
  static func sequence(_ node: ComposeNode) -> [ComposeNode] {
    switch node.content {
    case .list(let list): return list
    case .null: return []
    case .map(let map):
      return map.entries.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }.flatMap { entry in
        if entry.value.directive == .reset { return [ComposeNode]() }
        let values = entry.value.list ?? [entry.value]
        return values.map { value in
          let text = value.scalarText.map { "\(entry.name)=\($0)" } ?? entry.name
          let template = value.template.map {
            ComposeNode.Template(written: "\(entry.name)=\($0.written)", unset: $0.unset)
          }
          return ComposeNode(.text(text), at: entry.place, template: template)
        }
      }
    default: return [node]
    }
  }

  static func buildMap(_ node: ComposeNode) -> ComposeMap? {
    if let map = node.map { return map }
    guard node.text != nil else { return nil }
    var map = ComposeMap()
    map["context"] = node
    return map
  }

  /// A list of names as a map of names.
  static func nameMap(_ node: ComposeNode, isDependency: Bool) -> ComposeMap? {
    if let map = node.map { return map }
    guard let list = node.list else { return nil }
    return ComposeMap(
      list.compactMap { element in
        guard let name = element.scalarText else { return nil }
        var value = ComposeNode(.null, at: element.place)
        if isDependency {
          var map = ComposeMap()
          map["condition"] = ComposeNode(.text("service_started"), at: element.place)
          map["required"] = ComposeNode(.boolean(true), at: element.place)
          value.content = .map(map)
        }
        return ComposeMap.Entry(name: name, place: element.place, value: value)
      })
  }

  /// The pools of the overriding file, each laid over the one that has its subnet; what the other file says of further
  /// subnets is dropped, as implementations do.
  private mutating func mergedPools(_ base: ComposeNode, _ override: ComposeNode, at path: TreePath) -> ComposeNode {
    guard let pools = base.list, let others = override.list else { return override }
    if pools.isEmpty { return override.replaced(by: .list([])) }
    var result: [ComposeNode] = []
    for other in others {
      let pool = pools.first { $0["subnet"]?.text == other["subnet"]?.text }
      guard let existing = pool?.map, let map = other.map else {
        result.append(other)
        continue
      }
      result.append(other.replaced(by: .map(merged(existing, with: map, at: path.appending("[]")))))
    }
    return override.replaced(by: .list(result))
  }
}
