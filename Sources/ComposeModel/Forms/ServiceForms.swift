import AuditModel

extension LongForms {
  mutating func service(_ node: inout ComposeNode, named name: String) {
    guard node.map != nil else { return }
    edit(
      &node,
      each: [
        "attach", "init", "oom_kill_disable", "privileged", "read_only", "stdin_open", "tty", "use_api_socket",
      ]
    ) { $0.flag(&$1) }
    edit(
      &node,
      each: [
        "cpu_count", "cpu_percent", "cpu_period", "cpu_quota", "cpu_rt_period", "cpu_rt_runtime", "cpu_shares",
        "oom_score_adj", "pids_limit", "scale",
      ]
    ) { forms, value in
      // Real-time quotas may be durations.
      if let text = value.text, Int(text) == nil, let time = Quantity.nanoseconds(text) {
        value.content = .integer(time / 1000)
      } else {
        forms.whole(&value)
      }
    }
    edit(&node, "cpus") { $0.number(&$1) }
    edit(&node, each: ["mem_limit", "mem_reservation", "memswap_limit", "mem_swappiness", "shm_size"]) { $0.size(&$1) }
    edit(&node, "stop_grace_period") { $0.duration(&$1) }
    edit(&node, each: ["annotations", "labels", "sysctls"]) { $0.pairs(&$1, absent: .text("")) }
    edit(&node, "environment") { forms, environment in
      for element in environment.list ?? [] {
        if let name = element.text?.prefix(while: { $0 != "=" }), name.hasSuffix(" ") {
          forms.add("space-in-name", "the name of a variable ends with a space", at: element.place)
        }
      }
      forms.pairs(&environment, absent: .null)
    }
    edit(&node, each: ["command", "entrypoint"]) { $0.command(&$1) }
    edit(&node, each: ["dns", "dns_search", "tmpfs", "label_file"]) { $0.texts(&$1) }
    edit(&node, "dns") { forms, servers in forms.elements(&servers) { _, server in server.text == "" ? [] : [server] } }
    edit(&node, "container_name") { forms, name in
      if let text = name.text, !name.isUnresolved, !Self.isContainerName(text) {
        forms.add(
          "container-name", "a container's name is made of letters, digits, `_`, `.` and `-`, two of them at least",
          at: name.place)
      }
    }
    edit(&node, each: ["expose", "group_add"]) { $0.texts(&$1) }
    edit(&node, "extra_hosts") { $0.hosts(&$1) }
    edit(&node, "storage_opt") { forms, value in forms.each(&value) { forms, option, _ in forms.text(&option) } }
    edit(&node, "build") { $0.build(&$1) }
    edit(&node, "depends_on") { $0.dependencies(&$1) }
    edit(&node, "networks") { forms, networks in
      if let map = Merge.nameMap(networks, isDependency: false) { networks.content = .map(map) }
      forms.each(&networks) { forms, network, _ in
        forms.edit(&network, "driver_opts") { forms, options in
          forms.each(&options) { forms, value, _ in forms.text(&value) }
        }
        forms.edit(&network, each: ["priority", "gw_priority"]) { $0.whole(&$1) }
      }
    }
    edit(&node, "models") { _, models in
      if let map = Merge.nameMap(models, isDependency: false) { models.content = .map(map) }
    }
    edit(&node, "ports") { forms, ports in forms.elements(&ports) { $0.ports($1) } }
    edit(&node, "volumes") { forms, volumes in forms.elements(&volumes) { [$0.mount($1)] } }
    edit(&node, "secrets") { forms, secrets in forms.elements(&secrets) { [$0.grant($1)] } }
    edit(&node, "configs") { forms, configs in forms.elements(&configs) { [$0.grant($1)] } }
    edit(&node, "devices") { forms, devices in forms.elements(&devices) { [$0.device($1)] } }
    edit(&node, "env_file") { $0.environmentFiles(&$1) }
    edit(&node, "ulimits") { $0.limits(&$1) }
    edit(&node, "healthcheck") { $0.healthcheck(&$1) }
    edit(&node, "logging") { forms, logging in
      forms.edit(&logging, "options") { forms, options in
        forms.each(&options) { forms, value, _ in
          if value.isNull { value.content = .text("") } else { forms.text(&value) }
        }
      }
    }
    edit(&node, "deploy") { $0.deploy(&$1) }
    edit(&node, "gpus") { forms, gpus in
      if gpus.text == "all" {
        var map = ComposeMap()
        map["count"] = gpus.replaced(by: .integer(-1))
        gpus.content = .list([ComposeNode(.map(map), at: gpus.place)])
      }
      forms.elements(&gpus) { [$0.deviceRequest($1)] }
    }
    edit(&node, "blkio_config") { forms, blkio in
      forms.edit(&blkio, "weight") { $0.whole(&$1) }
      for name in ["device_read_bps", "device_read_iops", "device_write_bps", "device_write_iops"] {
        forms.edit(&blkio, name) { forms, list in
          forms.elements(&list) { forms, element in
            var element = element
            forms.edit(&element, "rate") { $0.size(&$1) }
            return [element]
          }
        }
      }
      forms.edit(&blkio, "weight_device") { forms, list in
        forms.elements(&list) { forms, element in
          var element = element
          forms.edit(&element, "weight") { $0.whole(&$1) }
          return [element]
        }
      }
    }
    edit(&node, each: ["pre_start", "post_start", "pre_stop"]) { forms, hooks in
      forms.elements(&hooks) { [$0.hook($1)] }
    }
    edit(&node, "develop") { forms, develop in
      forms.edit(&develop, "watch") { forms, watch in forms.elements(&watch) { $0.watch($1) } }
    }
    edit(&node, "pull_policy") { forms, policy in
      guard let text = policy.text, !policy.isUnresolved else { return }
      if text == "if_not_present" { policy.content = .text("missing") }
      if !Self.isPullPolicy(text) {
        forms.add(
          "unknown-word",
          "this must be always, never, missing, if_not_present, build, refresh, daily, weekly or every_…",
          at: policy.place)
      }
    }
  }

  /// `[a-zA-Z0-9][a-zA-Z0-9_.-]+`, as the schema of the specification and engines have it.
  private static func isContainerName(_ text: String) -> Bool {
    guard let first = text.first, text.utf8.count > 1 else { return false }
    return ShapeCheck.isResourceName(text) && !"_.-".contains(first)
  }

  private static func isPullPolicy(_ text: String) -> Bool {
    let words = ["always", "never", "build", "if_not_present", "missing", "refresh", "daily", "weekly"]
    if words.contains(text) { return true }
    guard text.hasPrefix("every_") else { return false }
    var rest = text.dropFirst(6).utf8[...]
    guard !rest.isEmpty else { return false }
    while !rest.isEmpty {
      let digits = rest.prefix { (48...57).contains($0) }
      rest = rest.dropFirst(digits.count)
      guard !digits.isEmpty, let unit = rest.first, "wdhms".utf8.contains(unit) else { return false }
      rest = rest.dropFirst()
    }
    return true
  }

  private mutating func build(_ node: inout ComposeNode) {
    if var map = Merge.buildMap(node) {
      // Said here, since it is seen from the folder of the project that the file belongs to.
      if map["context"] == nil { map["context"] = ComposeNode(.text("."), at: node.place) }
      node.content = .map(map)
    }
    edit(&node, "args") { $0.pairs(&$1, absent: .null) }
    edit(&node, each: ["labels", "additional_contexts"]) { $0.pairs(&$1, absent: .text("")) }
    edit(&node, "extra_hosts") { $0.hosts(&$1) }
    edit(&node, each: ["no_cache", "privileged", "pull"]) { $0.flag(&$1) }
    edit(&node, each: ["provenance", "sbom"]) { $0.text(&$1) }
    edit(&node, "shm_size") { $0.size(&$1) }
    edit(&node, "ulimits") { $0.limits(&$1) }
    edit(&node, "no_cache_filter") { $0.texts(&$1) }
    edit(&node, "secrets") { forms, secrets in forms.elements(&secrets) { [$0.grant($1)] } }
    edit(&node, "ssh") { forms, keys in
      guard let map = keys.map else { return }
      keys.content = .list(
        map.entries.map { entry in
          let path = entry.value.scalarText ?? ""
          return ComposeNode(.text(path.isEmpty ? entry.name : "\(entry.name)=\(path)"), at: entry.place)
        })
    }
  }

  private mutating func dependencies(_ node: inout ComposeNode) {
    if let map = Merge.nameMap(node, isDependency: true) { node.content = .map(map) }
    each(&node) { forms, dependency, _ in
      forms.edit(&dependency, "restart") { $0.flag(&$1) }
      guard var map = dependency.map, map["required"] == nil else { return }
      map["required"] = ComposeNode(.boolean(true), at: dependency.place)
      dependency.content = .map(map)
    }
  }

  private mutating func ports(_ node: ComposeNode) -> [ComposeNode] {
    if var map = node.map {
      for (name, word) in [("mode", "ingress"), ("protocol", "tcp")] where map[name] == nil {
        map[name] = ComposeNode(.text(word), at: node.place)
      }
      var port = node.replaced(by: .map(map))
      edit(&port, "target") { $0.whole(&$1) }
      edit(&port, "published") { $0.text(&$1) }
      if let address = map["host_ip"], let text = address.text, !IPAddressText.isValid(text) {
        add("not-an-address", "`host_ip` must be an IP address", at: address.place)
      }
      return [port]
    }
    guard let text = node.scalarText, !node.isUnresolved else { return [node] }
    do throws(PortForm.Fault) {
      return try PortForm.parsed(text).map { form in
        var map = ComposeMap()
        map["mode"] = ComposeNode(.text("ingress"), at: node.place)
        if !form.hostAddress.isEmpty { map["host_ip"] = ComposeNode(.text(form.hostAddress), at: node.place) }
        map["target"] = ComposeNode(.integer(form.target), at: node.place)
        if !form.published.isEmpty { map["published"] = ComposeNode(.text(form.published), at: node.place) }
        map["protocol"] = ComposeNode(.text(form.transport), at: node.place)
        return node.replaced(by: .map(map))
      }
    } catch {
      add("not-a-port", "this is no port: \(error.message)", at: node.place)
      return [node]
    }
  }

  private mutating func mount(_ node: ComposeNode) -> ComposeNode {
    if node.map != nil {
      var mount = node
      edit(&mount, "read_only") { $0.flag(&$1) }
      edit(&mount, "bind") { forms, bind in
        forms.edit(&bind, "create_host_path") { $0.flag(&$1) }
      }
      edit(&mount, "target") { _, target in
        if let text = target.text { target.content = .text(Self.mountPoint(text)) }
      }
      edit(&mount, "volume") { forms, volume in
        forms.edit(&volume, "nocopy") { $0.flag(&$1) }
        forms.edit(&volume, "labels") { $0.pairs(&$1, absent: .text("")) }
      }
      edit(&mount, "tmpfs") { forms, tmpfs in
        forms.edit(&tmpfs, "size") { $0.size(&$1) }
        forms.edit(&tmpfs, "mode") { forms, mode in
          if let text = mode.text, let value = PlainText.integer(text.hasPrefix("0") ? text : "0\(text)") {
            mode.content = .integer(value)
          }
        }
      }
      if node["target"] == nil { add("missing-key", "a mount lacks `target`", at: node.place) }
      return mount
    }
    guard let text = node.scalarText, !node.isUnresolved else { return node }
    guard let form = MountForm.parsed(text) else {
      add("not-a-mount", "this is no mount: it is written [SOURCE:]TARGET[:OPTIONS]", at: node.place)
      return node
    }
    var map = ComposeMap()
    func made(_ content: ComposeNode.Content) -> ComposeNode { ComposeNode(content, at: node.place) }
    map["type"] = made(.text(form.type))
    if !form.source.isEmpty { map["source"] = made(.text(form.source)) }
    map["target"] = made(.text(Self.mountPoint(form.target)))
    if form.isReadOnly { map["read_only"] = made(.boolean(true)) }
    var bind = ComposeMap()
    if !form.relabelling.isEmpty { bind["selinux"] = made(.text(form.relabelling)) }
    if !form.propagation.isEmpty { bind["propagation"] = made(.text(form.propagation)) }
    if form.type == "bind" { bind["create_host_path"] = made(.boolean(true)) }
    if form.type == "bind" || !bind.isEmpty { map["bind"] = made(.map(bind)) }
    var volume = ComposeMap()
    if form.isNotCopied { volume["nocopy"] = made(.boolean(true)) }
    if form.type == "volume", text.count > 2 || form.isNotCopied { map["volume"] = made(.map(volume)) }
    return node.replaced(by: .map(map))
  }

  /// A path in a container without what changes nothing.
  private static func mountPoint(_ path: String) -> String { path.contains("/") ? PathText.cleaned(path) : path }

  private mutating func grant(_ node: ComposeNode) -> ComposeNode {
    if let name = node.scalarText {
      var map = ComposeMap()
      map["source"] = ComposeNode(.text(name), at: node.place)
      return node.replaced(by: .map(map))
    }
    var grant = node
    edit(&grant, "mode") { $0.mode(&$1) }
    return grant
  }

  private mutating func device(_ node: ComposeNode) -> ComposeNode {
    guard let text = node.scalarText else { return node }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard (1...3).contains(parts.count) else {
      add("not-a-device", "a device is written SOURCE[:TARGET[:PERMISSIONS]]", at: node.place)
      return node
    }
    var map = ComposeMap()
    map["source"] = ComposeNode(.text(parts[0]), at: node.place)
    map["target"] = ComposeNode(.text(parts.count > 1 ? parts[1] : parts[0]), at: node.place)
    map["permissions"] = ComposeNode(.text(parts.count > 2 ? parts[2] : "rwm"), at: node.place)
    return node.replaced(by: .map(map))
  }

  private mutating func deviceRequest(_ node: ComposeNode) -> ComposeNode {
    var request = node
    edit(&request, "options") { $0.pairs(&$1, absent: .text("")) }
    if let count = node["count"], node["device_ids"] != nil {
      add("count-and-ids", "`count` and `device_ids` exclude each other", at: count.place)
    }
    edit(&request, "count") { forms, count in
      if count.text == "all" {
        count.content = .integer(-1)
      } else {
        forms.whole(&count)
      }
    }
    if var map = request.map, map["count"] == nil, map["device_ids"] == nil {
      map["count"] = ComposeNode(.integer(-1), at: node.place)
      request.content = .map(map)
    }
    return request
  }

  private mutating func environmentFiles(_ node: inout ComposeNode) {
    if node.text != nil { node.content = .list([node]) }
    elements(&node) { forms, element in
      var file = element
      if element.text != nil {
        var map = ComposeMap()
        map["path"] = element
        file.content = .map(map)
      }
      forms.edit(&file, "required") { $0.flag(&$1) }
      if var map = file.map, map["required"] == nil {
        map["required"] = ComposeNode(.boolean(true), at: element.place)
        file.content = .map(map)
      }
      return [file]
    }
  }

  private mutating func limits(_ node: inout ComposeNode) {
    each(&node) { forms, limit, _ in
      forms.whole(&limit)
      forms.edit(&limit, each: ["soft", "hard"]) { $0.whole(&$1) }
    }
  }

  private mutating func healthcheck(_ node: inout ComposeNode) {
    edit(&node, "test") { forms, test in
      guard let text = test.text else {
        if let first = test.list?.first, let word = first.text, !["NONE", "CMD", "CMD-SHELL"].contains(word) {
          forms.add("health-check", "a list must begin with CMD, CMD-SHELL or NONE", at: first.place)
        }
        return
      }
      test.content = .list([
        ComposeNode(.text("CMD-SHELL"), at: test.place),
        ComposeNode(.text(text), at: test.place, template: test.template),
      ])
    }
    edit(&node, "disable") { $0.flag(&$1) }
    edit(&node, "retries") { $0.natural(&$1) }
    edit(&node, each: ["interval", "timeout", "start_period", "start_interval"]) { $0.duration(&$1) }
  }

  private mutating func deploy(_ node: inout ComposeNode) {
    edit(&node, "labels") { $0.pairs(&$1, absent: .text("")) }
    edit(&node, "replicas") { $0.whole(&$1) }
    edit(&node, "placement") { forms, placement in forms.edit(&placement, "max_replicas_per_node") { $0.whole(&$1) } }
    edit(&node, "restart_policy") { forms, policy in
      forms.edit(&policy, each: ["delay", "window"]) { $0.duration(&$1) }
      forms.edit(&policy, "max_attempts") { $0.natural(&$1) }
    }
    edit(&node, each: ["update_config", "rollback_config"]) { forms, rollout in
      forms.edit(&rollout, each: ["delay", "monitor"]) { $0.duration(&$1) }
      forms.edit(&rollout, "parallelism") { $0.natural(&$1) }
      forms.edit(&rollout, "max_failure_ratio") { $0.number(&$1) }
    }
    edit(&node, "resources") { forms, resources in
      forms.edit(&resources, each: ["limits", "reservations"]) { forms, side in
        forms.edit(&side, "cpus") { $0.number(&$1) }
        forms.edit(&side, "memory") { $0.size(&$1) }
        forms.edit(&side, "pids") { $0.whole(&$1) }
        forms.edit(&side, "devices") { forms, devices in forms.elements(&devices) { [$0.deviceRequest($1)] } }
        forms.edit(&side, "generic_resources") { forms, list in
          forms.elements(&list) { forms, element in
            var element = element
            forms.edit(&element, "discrete_resource_spec") { forms, spec in forms.edit(&spec, "value") { $0.whole(&$1) }
            }
            return [element]
          }
        }
      }
    }
  }

  /// When a job runs; a schedule in its short form is a crontab expression.
  mutating func triggers(_ node: inout ComposeNode) {
    edit(&node, "manual") { $0.flag(&$1) }
    edit(&node, "schedule") { forms, schedule in
      forms.elements(&schedule) { _, element in
        guard element.text != nil else { return [element] }
        var map = ComposeMap()
        map["cron"] = element
        return [ComposeNode(.map(map), at: element.place)]
      }
    }
  }

  private mutating func hook(_ node: ComposeNode) -> ComposeNode {
    var hook = node
    edit(&hook, "command") { $0.command(&$1) }
    edit(&hook, "privileged") { $0.flag(&$1) }
    edit(&hook, "environment") { $0.pairs(&$1, absent: .null) }
    return hook
  }

  private mutating func watch(_ node: ComposeNode) -> [ComposeNode] {
    var watch = node
    edit(&watch, each: ["ignore", "include"]) { $0.texts(&$1) }
    edit(&watch, "exec") { forms, exec in exec = forms.hook(exec) }
    edit(&watch, "initial_sync") { $0.flag(&$1) }
    if let path = watch["path"], path.text == "" { add("empty-path", "a watched path is empty", at: path.place) }
    guard let paths = watch["path"]?.list else { return [watch] }
    return paths.map { path in
      var map = watch.map ?? ComposeMap()
      map["path"] = path
      return watch.replaced(by: .map(map))
    }
  }
}
