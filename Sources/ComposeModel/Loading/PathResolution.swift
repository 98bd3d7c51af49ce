import AuditModel

/// Makes the paths of a model absolute.
struct PathResolution {
  /// Absolute.
  let folder: String
  /// What `~` stands for.
  let home: String?

  func resolve(_ root: inout ComposeNode) {
    for section in ContainerSections.all {
      change(&root, section) { services in
        for name in services.map?.names ?? [] { change(&services, name) { resolve(service: &$0) } }
      }
    }
    for section in ["secrets", "configs"] {
      change(&root, section) { resources in
        for name in resources.map?.names ?? [] { change(&resources, name) { change(&$0, "file", path) } }
      }
    }
    change(&root, "volumes") { volumes in
      for name in volumes.map?.names ?? [] {
        change(&volumes, name) { volume in
          guard volume["driver"]?.text ?? "local" == "local", volume["driver_opts"]?["o"]?.text == "bind" else {
            return
          }
          change(&volume, "driver_opts") { change(&$0, "device", path) }
        }
      }
    }
  }

  func resolve(service: inout ComposeNode) {
    change(&service, "build") { build in
      change(&build, "context", context)
      change(&build, "additional_contexts") { contexts in
        for name in contexts.map?.names ?? [] { change(&contexts, name, context) }
      }
      change(&build, "ssh") { keys in
        elements(&keys) { key in
          guard let text = key.text, let sign = text.firstIndex(of: "=") else { return }
          let path = PathText.joined(folder, String(text[text.index(after: sign)...]))
          key.content = .text("\(text[..<sign])=\(path)")
        }
      }
    }
    change(&service, "env_file") { files in elements(&files) { change(&$0, "path", path) } }
    change(&service, "label_file") { files in elements(&files, path) }
    change(&service, "develop") { develop in
      change(&develop, "watch") { watch in elements(&watch) { change(&$0, "path", path) } }
    }
    change(&service, "volumes") { volumes in
      elements(&volumes) { volume in
        if volume["type"]?.text == "bind" { change(&volume, "source", path) }
      }
    }
  }

  private func path(_ node: inout ComposeNode) {
    guard let text = node.text, !text.isEmpty, !text.hasPrefix("\\\\"), !MountForm.isWindowsPath(text) else { return }
    node.plainText = text
    if text.hasPrefix("~") {
      // Also `~name`, which is no other person's home here.
      if let home { node.content = .text(PathText.cleaned("\(home)/\(text.dropFirst())")) }
    } else {
      node.content = .text(PathText.joined(folder, text))
    }
  }

  /// A build context, which may be something else than a folder.
  private func context(_ node: inout ComposeNode) {
    guard let text = node.text else { return }
    let isElsewhere =
      text.contains("://") || text.hasPrefix("git@") || text.hasPrefix("github.com/") || text.hasPrefix("service:")
    if !isElsewhere { path(&node) }
  }

  private func change(_ node: inout ComposeNode, _ name: String, _ change: (inout ComposeNode) -> Void) {
    guard var map = node.map, var value = map[name] else { return }
    change(&value)
    map[name] = value
    node.content = .map(map)
  }

  private func elements(_ node: inout ComposeNode, _ change: (inout ComposeNode) -> Void) {
    guard var list = node.list else { return }
    for index in list.indices { change(&list[index]) }
    node.content = .list(list)
  }
}
