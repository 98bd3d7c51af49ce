import AuditModel

extension LintRun {
  private static let dangerousCapabilities: Set<String> = [
    "ALL", "SYS_ADMIN", "SYS_PTRACE", "NET_ADMIN", "SYS_MODULE", "SYS_RAWIO", "SYS_BOOT", "SYS_TIME",
    "DAC_READ_SEARCH", "BPF", "PERFMON", "SYSLOG", "MAC_ADMIN", "MAC_OVERRIDE", "CHECKPOINT_RESTORE",
  ]

  private static func capability(_ text: String) -> String {
    let upper = text.uppercased()
    return upper.hasPrefix("CAP_") ? String(upper.dropFirst(4)) : upper
  }

  private func capabilities(_ service: LintedService, _ key: String) -> [String] {
    (service[key]?.list ?? []).compactMap { $0.text.map(Self.capability) }
  }

  mutating func checkPrivileges(_ service: LintedService) {
    if service["privileged"]?.boolean == true {
      add(
        .unprivileged, service, "it is privileged: root in it is root on the host", at: service.place(of: "privileged"))
    }
    let added = capabilities(service, "cap_add")
    let dangerous = added.filter(Self.dangerousCapabilities.contains)
    if !dangerous.isEmpty {
      add(
        .capabilitiesHarmless, service, "it gets \(dangerous.joined(separator: ", "))", at: service.place(of: "cap_add")
      )
    } else if !added.isEmpty, !capabilities(service, "cap_drop").contains("ALL") {
      add(
        .capabilitiesFew, service, "it gets \(added.joined(separator: ", ")) on top of all the usual capabilities",
        at: service.place(of: "cap_add"))
    }
    for key in ["pid", "ipc", "uts", "userns_mode", "network_mode", "cgroup"] where service[key]?.text == "host" {
      add(.namespacesOwn, service, "`\(key)` is that of the host", at: service.place(of: key))
    }
    if service["cgroup_parent"]?.text?.isEmpty == false {
      add(
        .controlGroupOwn, service, "it runs in a control group of its own choice, past the limits of the engine's",
        at: service.place(of: "cgroup_parent"))
    }
    for option in service["security_opt"]?.list ?? [] {
      let written = option.text?.replacing("=", with: ":").lowercased() ?? ""
      let text = written.hasPrefix("label:seccomp:") ? String(written.dropFirst(6)) : written
      if ["seccomp:unconfined", "apparmor:unconfined", "label:disable", "systempaths:unconfined"].contains(text) {
        add(.confinementKept, service, "`\(text)` takes a wall away", at: option.place)
      }
    }
    if service["devices"]?.list?.isEmpty == false {
      add(.devicesAbsent, service, "it gets devices of the host", at: service.place(of: "devices"))
    }
    if service["use_api_socket"]?.boolean == true {
      add(
        .engineSocketHidden, service, "it gets the engine's socket: that is root on the host",
        at: service.place(of: "use_api_socket"))
    }
  }

  // MARK: Folders of the host

  private static let sensitive: [String] = [
    "/etc", "/root", "/proc", "/sys", "/boot", "/dev", "/var/run", "/run", "/usr", "/lib", "/lib32", "/lib64", "/bin",
    "/sbin", "/var/lib/docker", "/var/lib/containerd", "/var/lib/kubelet", "/var/spool/cron",
  ]
  private static let outside: [String] = ["/var", "/home", "/srv", "/opt", "/mnt", "/media", "/tmp"]
  /// Harmless to read.
  private static let readable: [String] = [
    "/etc/localtime", "/etc/timezone", "/etc/ssl", "/etc/letsencrypt", "/etc/pki", "/etc/ca-certificates",
    "/etc/hostname", "/usr/share/zoneinfo", "/usr/local/share/ca-certificates",
  ]

  private static func lies(_ path: String, in folders: [String]) -> Bool {
    folders.contains { path == $0 || path.hasPrefix($0 + "/") }
  }

  private static func isEngineSocket(_ path: String) -> Bool {
    ["docker.sock", "containerd.sock", "podman.sock", "crio.sock"].contains { path.hasSuffix("/" + $0) }
  }

  mutating func checkHostPaths(_ service: LintedService) {
    for mount in service.mounts {
      if let propagation = mount["bind"]?["propagation"], let word = propagation.text,
        ["shared", "rshared", "slave", "rslave"].contains(word)
      {
        add(.mountsPrivate, service, "mounts pass between it and the host (`\(word)`)", at: propagation.place)
      }
      guard mount["type"]?.text == "bind", let source = mount["source"], let path = source.text else { continue }
      if Self.isEngineSocket(path) {
        add(
          .engineSocketHidden, service, "it gets the engine's socket: that is root on the host, read-only or not",
          at: source.place)
        continue
      }
      // What is written relative to the project is the project's own.
      let written = source.plainText ?? path
      guard written.hasPrefix("/") || written.hasPrefix("~") else { continue }
      if mount["read_only"]?.boolean == true, Self.lies(path, in: Self.readable) { continue }
      checkHostPath(path, service, at: source.place)
    }
  }

  private mutating func checkHostPath(_ path: String, _ service: LintedService?, at place: SourceLocation) {
    if path == "/" || Self.lies(path, in: Self.sensitive) {
      add(.hostPathsHarmless, service, "\(path) of the host is the system's own", at: place)
    } else if Self.lies(path, in: Self.outside) {
      add(.hostPathsApart, service, "\(path) of the host belongs to nobody's deployment", at: place)
    }
  }

  /// Folders of the host behind named volumes.
  mutating func checkVolumeDevices() {
    for volume in project.root["volumes"]?.map?.entries ?? [] {
      for key in ["device", "mountpoint"] {
        guard let node = volume.value["driver_opts"]?[key], let path = node.text else { continue }
        let written = node.plainText ?? path
        if written.hasPrefix("/"), !path.hasPrefix("/dev/") || path == "/dev" {
          checkHostPath(path, nil, at: node.place)
        }
      }
    }
  }

  // MARK: Hardening

  mutating func checkHardening(_ service: LintedService) {
    var missing: [String] = []
    let options = (service["security_opt"]?.list ?? []).compactMap(\.text)
    let isNailed = options.contains {
      ["no-new-privileges", "no-new-privileges:true", "no-new-privileges=true"].contains($0)
    }
    if !isNailed { missing.append("no-new-privileges") }
    if !capabilities(service, "cap_drop").contains("ALL") { missing.append("cap_drop: [ALL]") }
    let pids = service["pids_limit"] ?? service["deploy"]?["resources"]?["limits"]?["pids"]
    let hasFewProcesses = pids?.integer.map { $0 > 0 } ?? false
    if !hasFewProcesses { missing.append("a limit of processes") }
    let user = service["user"]?.text?.split(separator: ":").first.map(String.init)
    if user == "root" || user == "0" { missing.append("a user other than root") }
    guard !missing.isEmpty else { return }
    var also: [String] = []
    if service["read_only"]?.boolean != true { also.append("read_only") }
    if user == nil { also.append("user") }
    var place = service.place
    if pids != nil, !hasFewProcesses {
      place = service.place(of: "pids_limit")
    } else if service["security_opt"]?.list?.isEmpty == false, !isNailed {
      place = service.place(of: "security_opt")
    }
    add(
      .hardened, service,
      "it lacks \(missing.joined(separator: ", "))\(also.isEmpty ? "" : "; also unset: \(also.joined(separator: ", "))")",
      at: place)
  }
}
