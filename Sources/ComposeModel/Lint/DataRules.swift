import AuditModel

extension LintRun {
  mutating func checkData(_ service: LintedService) {
    guard let image = service.image, let known = service.known, !known.dataPaths.isEmpty else { return }
    if known.kind == .cache, keepsNothing(service) { return }
    let paths = dataPaths(of: service, image, known)
    let mounts = service.mounts.filter { mount in
      guard let target = mount["target"]?.text else { return false }
      return paths.contains { Self.covers(target, $0) } && !isShadowed(target, image, known, paths)
    }
    guard let mount = mounts.first else {
      let temporary = (service["tmpfs"]?.list ?? []).first { entry in
        let target = entry.text?.split(separator: ":").first.map(String.init) ?? ""
        return paths.contains { Self.covers(target, $0) }
      }
      return add(
        .dataPersisted, service,
        temporary == nil
          ? "nothing keeps \(paths[0]): its data goes with the container" : "its data lies in memory",
        at: temporary?.place ?? wrongMount(service, paths)?.place ?? service.place(of: "volumes"))
    }
    switch mount["type"]?.text {
    case "tmpfs": add(.dataPersisted, service, "its data lies in memory", at: mount.place)
    case "volume" where mount["source"]?.text ?? "" == "":
      add(
        .dataPersisted, service, "its data lies in a volume without a name: the next container gets another one",
        at: mount.place)
    default: break
    }
    if image.name == "rabbitmq", service["hostname"] == nil {
      add(
        .dataPersisted, service,
        "it keeps its data under its host name, which changes with every container: set `hostname`",
        at: service.place)
    }
  }

  /// A mount near the data that does not hold it.
  private func wrongMount(_ service: LintedService, _ paths: [String]) -> ComposeNode? {
    service.mounts.first { mount in
      guard let target = mount["target"]?.text, mount["type"]?.text == "volume" else { return false }
      return paths.contains { $0.hasPrefix(PathText.folder(of: target)) && PathText.folder(of: target) != "/" }
    }
  }

  private func dataPaths(of service: LintedService, _ image: ImageReference, _ known: KnownImage) -> [String] {
    if let folder = service["environment"]?["PGDATA"]?.scalarText, folder.hasPrefix("/") { return [folder] }
    // The official image moved its data with version 18.
    if image.name == "postgres", image.major.map({ $0 >= 18 }) ?? false { return ["/var/lib/postgresql"] }
    return known.dataPaths
  }

  /// Whether a volume of the image's own lies between a mount and the data.
  private func isShadowed(
    _ target: String, _ image: ImageReference, _ known: KnownImage, _ paths: [String]
  ) -> Bool {
    known.kind == .database && paths == ["/var/lib/postgresql/data"]
      && PathText.cleaned(target) == "/var/lib/postgresql"
  }

  private static func covers(_ target: String, _ path: String) -> Bool {
    let target = PathText.cleaned(target)
    // A mount inside the folder of data counts where the program keeps all in it.
    return path == target || path.hasPrefix(target == "/" ? "/" : target + "/")
  }

  /// Whether a cache is told to keep nothing.
  private func keepsNothing(_ service: LintedService) -> Bool {
    let words = service.words.compactMap(\.text).flatMap { ShellWords.split($0).map { $0.isEmpty ? [""] : $0 } ?? [$0] }
    guard let save = words.firstIndex(of: "--save"), words.dropFirst(save + 1).first == "" else { return false }
    guard let append = words.firstIndex(of: "--appendonly") else { return true }
    return words.dropFirst(append + 1).first != "yes"
  }

  // MARK: Mounts that several services write to

  mutating func checkSharedMounts() {
    checkVolumeDevices()
    var users: [String: [(service: LintedService, mount: ComposeNode)]] = [:]
    for service in services {
      for mount in service.mounts where mount["read_only"]?.boolean != true {
        guard let type = mount["type"]?.text, type == "volume" || type == "bind", let source = mount["source"]?.text,
          !source.isEmpty, !Self.isSocket(source)
        else { continue }
        users["\(type) \(source)", default: []].append((service, mount))
      }
    }
    for (_, sharing) in users.sorted(by: { $0.key < $1.key }) {
      let names = Set(sharing.map(\.service.name))
      guard names.count > 1 else { continue }
      for (service, mount) in sharing {
        let others = names.subtracting([service.name]).sorted().joined(separator: ", ")
        add(.volumesOwn, service, "it writes to a mount that \(others) also writes to", at: mount.place)
      }
    }
  }

  private static func isSocket(_ path: String) -> Bool { path.hasSuffix(".sock") }

  // MARK: Files of variables

  mutating func checkEnvironmentFiles() {
    for file in project.environmentFiles {
      let service = services.first { $0.name == file.service }
      guard let variables = file.variables else {
        if file.trouble == .missing, !file.isRequired { continue }
        let reason = file.trouble.map(ModelLoading.words) ?? "it cannot be read"
        add(.environmentFilesPresent, service, "\(PathText.name(of: file.path)): \(reason)", at: file.place)
        continue
      }
      let secrets = variables.filter { SecretSigns.isSecretName($0.name) && $0.value?.isEmpty == false }
      if !secrets.isEmpty, let mode = surroundings.mode(file.path), mode & 0o077 != 0 {
        add(
          .environmentFilesPrivate, service,
          "\(PathText.name(of: file.path)) holds secrets and may be read by others (mode 0\(String(mode & 0o777, radix: 8)))",
          at: file.place)
      }
      checkFilling(file, variables, secrets, service)
    }
  }

  private mutating func checkFilling(
    _ file: ComposeProject.EnvironmentFileSight, _ variables: [EnvironmentFile.Variable],
    _ secrets: [EnvironmentFile.Variable], _ service: LintedService?
  ) {
    let waiting = secrets.filter { secret in
      secret.value.map { SecretSigns.isPlaceholder($0) || SecretSigns.isWellKnown($0) } ?? false
    }
    if !waiting.isEmpty {
      add(
        .environmentFilesFilled, service,
        "\(waiting.map(\.name).joined(separator: ", ")) in \(PathText.name(of: file.path)) still has the value of an example",
        at: file.place)
    }
    let folder = PathText.folder(of: file.path)
    for name in ["\(PathText.name(of: file.path)).example", "\(PathText.name(of: file.path)).sample"] {
      guard let bytes = try? surroundings.read("\(folder)/\(name)"),
        let example = try? EnvironmentFile(String(decoding: bytes.prefix(1 << 20), as: UTF8.self))
      else { continue }
      let there = Set(variables.map(\.name))
      let missing = example.variables.map(\.name).filter { !there.contains($0) }
      if !missing.isEmpty {
        add(
          .environmentFilesFilled, service,
          "\(missing.prefix(5).joined(separator: ", ")) of \(name) is missing in \(PathText.name(of: file.path))",
          at: file.place)
      }
    }
  }
}
