import AuditModel

/// What there is to complain of in a compose model.
package enum ComposeLint {
  /// What surrounds the files on the machine that looks at them.
  package struct Surroundings: Sendable {
    /// The content of the file at an absolute path.
    package var read: @Sendable (String) throws(ComposeSources.Trouble) -> [UInt8]
    /// The permission bits of the file at an absolute path; nil where they cannot be told.
    package var mode: @Sendable (String) -> Int?

    package init(
      read: @escaping @Sendable (String) throws(ComposeSources.Trouble) -> [UInt8],
      mode: @escaping @Sendable (String) -> Int? = { _ in nil }
    ) {
      self.read = read
      self.mode = mode
    }
  }

  /// All complaints, in the order of their places.
  package static func complaints(
    about project: ComposeProject, in surroundings: Surroundings
  ) -> [ComposeComplaint] {
    var run = LintRun(project, surroundings)
    run.run()
    var seen: Set<ComposeComplaint> = []
    return run.complaints.filter { seen.insert($0).inserted }.sorted { first, second in
      let (a, b) = (first.place, second.place)
      return (a.path, a.line, a.column, first.rule.rawValue, first.message)
        < (b.path, b.line, b.column, second.rule.rawValue, second.message)
    }
  }
}

extension ComposeLint {
  /// Whether a service is to do its work and end: others wait for that, or it is told never to start again and serves
  /// nothing.
  package static func endsByItself(_ name: String, in project: ComposeProject) -> Bool {
    let isAwaited = project.services.contains { entry in
      entry.value["depends_on"]?[name]?["condition"]?.text == "service_completed_successfully"
    }
    if isAwaited { return true }
    guard let service = project.services.first(where: { $0.name == name })?.value else { return false }
    let serves = service["ports"]?.list?.isEmpty == false || service["healthcheck"] != nil
    return ["no", "false"].contains(service["restart"]?.scalarText ?? "") && !serves
  }
}

/// A service with what the rules ask of it.
struct LintedService {
  let name: String
  /// Where its key stands.
  let place: SourceLocation
  let map: ComposeMap
  /// The image it runs; nil where it only builds one.
  let image: ImageReference?
  let known: KnownImage?
  /// Whether others wait for it to end, or it is told never to start again and serves nothing.
  let endsByItself: Bool
  /// The text of the Dockerfile it is built from, where that could be read.
  let dockerfile: String?

  subscript(key: String) -> ComposeNode? { map[key] }

  /// Where a key stands; the service's own place where it has none.
  func place(of key: String) -> SourceLocation { map.entry(key)?.place ?? place }

  var ports: [ComposeNode] { map["ports"]?.list ?? [] }
  var mounts: [ComposeNode] { map["volumes"]?.list ?? [] }
  var environment: [ComposeMap.Entry] { map["environment"]?.map?.entries ?? [] }

  /// The words of its command and of its entry point.
  var words: [ComposeNode] { (map["entrypoint"]?.list ?? []) + (map["command"]?.list ?? []) }
}

/// One pass of all rules over a model.
struct LintRun {
  let project: ComposeProject
  let surroundings: ComposeLint.Surroundings
  private(set) var services: [LintedService] = []
  private(set) var complaints: [ComposeComplaint] = []

  init(_ project: ComposeProject, _ surroundings: ComposeLint.Surroundings) {
    self.project = project
    self.surroundings = surroundings
    services = project.services.compactMap { entry in
      guard let map = entry.value.map, map["provider"] == nil else { return nil }
      let image = map["image"]?.text.flatMap { $0.isEmpty ? nil : ImageReference($0) }
      let isBuilt = map["build"] != nil
      return LintedService(
        name: entry.name, place: entry.place, map: map, image: isBuilt ? nil : image,
        known: (isBuilt ? nil : image).flatMap(KnownImage.of),
        endsByItself: ComposeLint.endsByItself(entry.name, in: project),
        dockerfile: Self.dockerfile(of: map, surroundings))
    }
  }

  private static func dockerfile(of service: ComposeMap, _ surroundings: ComposeLint.Surroundings) -> String? {
    guard let build = service["build"] else { return nil }
    if let inline = build["dockerfile_inline"]?.text { return inline }
    guard let context = build["context"]?.text, context.hasPrefix("/") else { return nil }
    let path = PathText.joined(context, build["dockerfile"]?.text ?? "Dockerfile")
    guard let bytes = try? surroundings.read(path), bytes.count <= 1 << 20 else { return nil }
    return String(validating: bytes, as: UTF8.self)
  }

  mutating func add(_ rule: ComposeRule, _ service: LintedService?, _ message: String, at place: SourceLocation) {
    complaints.append(ComposeComplaint(rule, service: service?.name, message, at: place))
  }

  mutating func run() {
    checkFile()
    for service in services {
      checkForm(service)
      checkHealth(service)
      checkDependencies(service)
      checkRestart(service)
      checkResources(service)
      checkImage(service)
      checkPorts(service)
      checkSecrets(service)
      checkPrivileges(service)
      checkHostPaths(service)
      checkHardening(service)
      checkData(service)
    }
    checkDistinctPorts()
    checkNetworks()
    checkSharedMounts()
    checkEnvironmentFiles()
  }
}
