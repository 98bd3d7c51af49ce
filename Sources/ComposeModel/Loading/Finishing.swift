import AuditModel

/// What is done once to a merged model: defaults, paths, names, profiles, and whether everything that is named exists.
struct Finishing {
  let name: String
  let context: ModelLoading.Context
  /// The variables of included projects, by the names of their files.
  let includedEnvironments: [String: [String: String]]
  let sources: ComposeSources
  var problems: [ComposeProblem]
  private var inactive: [String] = []
  private var environmentFiles: [ComposeProject.EnvironmentFileSight] = []

  init(
    name: String, context: ModelLoading.Context, includedEnvironments: [String: [String: String]],
    sources: ComposeSources, problems: [ComposeProblem]
  ) {
    self.name = name
    self.context = context
    self.includedEnvironments = includedEnvironments
    self.sources = sources
    self.problems = problems
  }

  mutating func add(_ code: String, _ message: String, at place: SourceLocation) {
    problems.append(ComposeProblem(code, message, at: place))
  }

  func project(_ root: ComposeNode, unset: [ComposeProject.UnsetVariable]) -> ComposeProject {
    ComposeProject(
      name: name, folder: context.folder, root: root, inactive: inactive, problems: problems, unsetVariables: unset,
      environmentFiles: environmentFiles, knownVariables: Set(context.environment.keys))
  }

  mutating func finish(_ root: inout ComposeNode, unset: inout [ComposeProject.UnsetVariable]) {
    root = Merge().settled(root)
    checkResources(root)
    PathResolution(folder: context.folder, home: context.environment["HOME"]).resolve(&root)
    PassedVariables(environment: context.environment).fill(&root)
    guard var top = root.map else { return }
    var usesDefault = false
    var services = ComposeMap()
    for section in ContainerSections.all {
      guard let node = top[section], let all = node.map else { continue }
      var containers = active(among: withDefaults(all), isService: section == "services")
      if section == "services" { services = containers }
      Consistency.problems(of: containers, besides: services, inactive: Set(inactive), in: top).forEach {
        problems.append($0)
      }
      for entry in containers.entries {
        guard var container = entry.value.map else { continue }
        readLabelFiles(of: &container)
        readEnvironmentFiles(of: &container, named: entry.name)
        containers.set(
          ComposeMap.Entry(name: entry.name, place: entry.place, value: entry.value.replaced(by: .map(container))))
        if container["networks"]?.map?["default"] != nil { usesDefault = true }
      }
      top[section] = node.replaced(by: .map(containers))
    }
    let gone = Set(inactive)
    unset.removeAll { $0.service.map(gone.contains) ?? false }
    nameResources(&top, usesDefault: usesDefault)
    root.content = .map(top)
  }

  private func withDefaults(_ containers: ComposeMap) -> ComposeMap {
    ComposeMap(
      containers.entries.map { entry in
        guard var container = entry.value.map else { return entry }
        addDefaults(to: &container, at: entry.place)
        return ComposeMap.Entry(
          name: entry.name, place: entry.place, value: entry.value.replaced(by: .map(container)))
      })
  }

  // MARK: Services

  private func addDefaults(to service: inout ComposeMap, at place: SourceLocation) {
    func made(_ content: ComposeNode.Content, _ near: SourceLocation) -> ComposeNode { ComposeNode(content, at: near) }
    if let node = service["build"], var build = node.map {
      if build["dockerfile"] == nil, build["dockerfile_inline"] == nil {
        build["dockerfile"] = made(.text("Dockerfile"), node.place)
      }
      if let arguments = build["args"], let all = arguments.map {
        // An argument that nobody gives a value is none.
        build["args"] = arguments.replaced(by: .map(ComposeMap(all.entries.filter { !$0.value.isNull })))
      }
      service["build"] = node.replaced(by: .map(build))
    }
    service["secrets"] = withTargets(service["secrets"])
    if let scale = service["scale"], let node = service["deploy"], var deploy = node.map, deploy["replicas"] == nil {
      deploy["replicas"] = scale
      service["deploy"] = node.replaced(by: .map(deploy))
    }
    if service["network_mode"] == nil, service["provider"] == nil, service["networks"]?.map?.isEmpty != false {
      var networks = ComposeMap()
      networks["default"] = made(.null, place)
      service["networks"] = made(.map(networks), place)
    }
    addImpliedDependencies(to: &service, at: place)
  }

  /// A secret is mounted under its name where nothing else is said.
  private func withTargets(_ node: ComposeNode?) -> ComposeNode? {
    guard let node, let list = node.list else { return node }
    return node.replaced(
      by: .list(
        list.map { grant in
          guard var map = grant.map, map["target"] == nil, let source = map["source"]?.text else { return grant }
          map["target"] = ComposeNode(.text("/run/secrets/\(source)"), at: grant.place)
          return grant.replaced(by: .map(map))
        }))
  }

  /// What links, shared namespaces and mounts of other services depend on.
  private func addImpliedDependencies(to service: inout ComposeMap, at place: SourceLocation) {
    var implied: [(name: String, restarts: Bool, place: SourceLocation)] = []
    for link in service["links"]?.list ?? [] {
      if let name = link.text?.split(separator: ":").first { implied.append((String(name), true, link.place)) }
    }
    for key in ["network_mode", "ipc", "pid", "uts", "cgroup"] {
      if let node = service[key], let text = node.text, text.hasPrefix("service:") {
        implied.append((String(text.dropFirst(8)), true, node.place))
      }
    }
    for mount in service["volumes_from"]?.list ?? [] {
      guard let text = mount.text, !text.hasPrefix("container:"), let name = text.split(separator: ":").first else {
        continue
      }
      implied.append((String(name), false, mount.place))
    }
    guard !implied.isEmpty else { return }
    let node = service["depends_on"] ?? ComposeNode(.map(ComposeMap()), at: place)
    var dependencies = node.map ?? ComposeMap()
    for dependency in implied where dependencies[dependency.name] == nil {
      var map = ComposeMap()
      map["condition"] = ComposeNode(.text("service_started"), at: dependency.place)
      map["restart"] = ComposeNode(.boolean(dependency.restarts), at: dependency.place)
      map["required"] = ComposeNode(.boolean(true), at: dependency.place)
      dependencies[dependency.name] = ComposeNode(.map(map), at: dependency.place)
    }
    service["depends_on"] = node.replaced(by: .map(dependencies))
  }

  private mutating func active(among services: ComposeMap, isService: Bool) -> ComposeMap {
    var profiles = sources.profiles
    if profiles.isEmpty {
      profiles = (context.environment["COMPOSE_PROFILES"] ?? "").split(separator: ",").map(String.init)
    }
    var result = ComposeMap()
    for entry in services.entries {
      let own = entry.value["profiles"]?.list?.compactMap(\.text) ?? []
      if own.isEmpty || profiles.contains("*") || own.contains(where: profiles.contains) {
        result.set(entry)
      } else if isService {
        inactive.append(entry.name)
      }
    }
    return result
  }

  // MARK: Files of labels and variables

  private mutating func readLabelFiles(of service: inout ComposeMap) {
    guard let files = service["label_file"]?.list, !files.isEmpty else { return }
    var labels = ComposeMap()
    for file in files {
      guard let path = file.text else { continue }
      do throws(ComposeSources.Trouble) {
        let bytes = try sources.read(path)
        guard let parsed = try? EnvironmentFile(String(decoding: bytes, as: UTF8.self)) else {
          add("malformed", "this is no file of labels", at: file.place)
          continue
        }
        for variable in parsed.variables {
          labels[variable.name] = ComposeNode(.text(variable.value ?? ""), at: file.place)
        }
      } catch {
        add("label-file", ModelLoading.words(error), at: file.place)
      }
    }
    for entry in service["labels"]?.map?.entries ?? [] { labels.set(entry) }
    let place = service["labels"]?.place ?? service["label_file"]?.place
    if let place { service["labels"] = ComposeNode(.map(labels), at: place) }
  }

  private mutating func readEnvironmentFiles(of service: inout ComposeMap, named name: String) {
    guard let files = service["env_file"]?.list, !files.isEmpty else { return }
    let own = service["environment"]?.map ?? ComposeMap()
    var variables = ComposeMap()
    for file in files {
      guard let path = file["path"]?.text else { continue }
      var sight = ComposeProject.EnvironmentFileSight(
        service: name, path: path, place: file.place, isRequired: file["required"]?.boolean ?? true)
      do throws(ComposeSources.Trouble) {
        let bytes = try sources.read(path)
        read(bytes, isRaw: file["format"]?.text == "raw", of: file, &sight, own: own, into: &variables)
      } catch {
        sight.trouble = error
        if sight.isRequired {
          add("environment-file", "\(PathText.name(of: path)): \(ModelLoading.words(error))", at: file.place)
        }
      }
      environmentFiles.append(sight)
    }
    // A name without a value outweighs the file's too: the container is given none.
    for entry in own.entries { variables.set(entry) }
    if let place = service["environment"]?.place ?? service["env_file"]?.place, !variables.isEmpty {
      service["environment"] = ComposeNode(.map(variables), at: place)
    }
  }

  private mutating func read(
    _ bytes: [UInt8], isRaw: Bool, of file: ComposeNode, _ sight: inout ComposeProject.EnvironmentFileSight,
    own: ComposeMap, into variables: inout ComposeMap
  ) {
    let environment = includedEnvironments[file.place.path] ?? context.environment
    guard bytes.count <= 1 << 20, let text = String(validating: bytes, as: UTF8.self) else {
      sight.trouble = .unreadable("it is no text")
      return add("environment-file", "this is no file of variables", at: file.place)
    }
    do throws(EnvironmentFile.Fault) {
      let found = try EnvironmentFile(text, isRaw: isRaw) { environment[$0] ?? own[$0]?.scalarText }.variables
      sight.variables = found
      for variable in found {
        guard let value = variable.value else { continue }
        variables[variable.name] = ComposeNode(
          .text(value), at: file.place, template: ComposeNode.Template(written: "${\(variable.name)}", unset: []))
      }
    } catch {
      sight.trouble = .unreadable("line \(error.line): \(error.message)")
      add(
        "environment-file", "line \(error.line) of \(PathText.name(of: sight.path)): \(error.message)", at: file.place)
    }
  }

  // MARK: Resources

  private mutating func checkResources(_ root: ComposeNode) {
    for entry in root["volumes"]?.map?.entries ?? [] where entry.value["external"]?.boolean == true {
      for name in ["driver", "driver_opts", "labels"] {
        if let other = entry.value.map?.entry(name) {
          add("external-and-more", "an external volume takes no `\(name)`", at: other.place)
        }
      }
    }
    for (section, kinds) in [("configs", ["file", "environment", "content"]), ("secrets", ["file", "environment"])] {
      for entry in root[section]?.map?.entries ?? [] {
        let found = kinds.filter { entry.value[$0] != nil }
        if found.count > 1 {
          add("several-sources", "\(kinds.joined(separator: ", ")) exclude one another", at: entry.place)
        } else if found.isEmpty, entry.value["driver"] == nil, entry.value["external"]?.boolean != true {
          add("no-source", "`\(entry.name)` needs one of \(kinds.joined(separator: ", "))", at: entry.place)
        }
      }
    }
  }

  /// Gives every resource its name, and adds the network that services are in by default.
  private func nameResources(_ top: inout ComposeMap, usesDefault: Bool) {
    if usesDefault, top["networks"]?["default"] == nil, let place = (top["services"] ?? top["jobs"])?.place {
      var networks = top["networks"]?.map ?? ComposeMap()
      networks["default"] = ComposeNode(.null, at: place)
      top["networks"] = ComposeNode(.map(networks), at: top["networks"]?.place ?? place)
    }
    for section in ["networks", "volumes", "secrets", "configs"] {
      guard let node = top[section], let map = node.map else { continue }
      var named = ComposeMap()
      for entry in map.entries {
        var entry = entry
        var resource = entry.value.map ?? ComposeMap()
        if resource["name"] == nil {
          let isExternal = resource["external"]?.boolean == true
          var first = ComposeMap()
          first["name"] = ComposeNode(.text(isExternal ? entry.name : "\(name)_\(entry.name)"), at: entry.place)
          for other in resource.entries { first.set(other) }
          resource = first
        }
        entry.value = entry.value.replaced(by: .map(resource))
        named.set(entry)
      }
      top[section] = node.replaced(by: .map(named))
    }
    if let node = top["models"], let map = node.map {
      var named = ComposeMap()
      for entry in map.entries {
        var entry = entry
        if var model = entry.value.map, model["name"] == nil {
          model["name"] = ComposeNode(.text(entry.name), at: entry.place)
          entry.value = entry.value.replaced(by: .map(model))
        }
        named.set(entry)
      }
      top["models"] = node.replaced(by: .map(named))
    }
  }
}
