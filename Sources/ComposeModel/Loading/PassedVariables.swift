/// Variables that a service or a build names without a value: they take it from the environment of the project that says so.
struct PassedVariables {
  /// The variables of that project.
  let environment: [String: String]

  /// Fills in what the containers of a whole model name.
  func fill(_ root: inout ComposeNode) {
    guard var top = root.map else { return }
    for section in ContainerSections.all {
      guard let node = top[section], var containers = node.map else { continue }
      for entry in containers.entries {
        guard var container = entry.value.map else { continue }
        fill(&container)
        containers.set(
          ComposeMap.Entry(name: entry.name, place: entry.place, value: entry.value.replaced(by: .map(container))))
      }
      top[section] = node.replaced(by: .map(containers))
    }
    root.content = .map(top)
  }

  private func fill(_ container: inout ComposeMap) {
    if let node = container["environment"], let variables = node.map {
      container["environment"] = node.replaced(by: .map(filled(variables)))
    }
    if let node = container["build"], var build = node.map, let arguments = build["args"], let variables = arguments.map
    {
      build["args"] = arguments.replaced(by: .map(filled(variables)))
      container["build"] = node.replaced(by: .map(build))
    }
  }

  /// The map with what is known; what is not stays without a value.
  func filled(_ variables: ComposeMap) -> ComposeMap {
    ComposeMap(
      variables.entries.map { entry in
        guard entry.value.isNull, let value = environment[entry.name] else { return entry }
        var entry = entry
        entry.value.content = .text(value)
        entry.value.template = ComposeNode.Template(written: "${\(entry.name)}", unset: [])
        return entry
      })
  }
}

/// The sections of a compose file that describe containers.
enum ContainerSections {
  static let all = ["services", "jobs"]
}
