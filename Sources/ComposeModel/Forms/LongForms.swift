import AuditModel

/// Brings a model into its long form: short forms are spelt out, values get their types, sizes and durations their one form.
///
/// What does not fit is left as it is and told; a model that fits its shape and has no problem here is fit for output. It can
/// be applied to its own result.
struct LongForms {
  private(set) var problems: [ComposeProblem] = []

  mutating func file(_ root: ComposeNode) -> ComposeNode {
    var root = root
    edit(&root, "services") { forms, services in forms.each(&services) { $0.service(&$1, named: $2) } }
    edit(&root, "jobs") { forms, jobs in
      forms.each(&jobs) { forms, job, name in
        forms.service(&job, named: name)
        forms.edit(&job, "triggers") { $0.triggers(&$1) }
      }
    }
    edit(&root, "networks") { forms, networks in forms.each(&networks) { forms, network, _ in forms.network(&network) }
    }
    edit(&root, "volumes") { forms, volumes in forms.each(&volumes) { forms, volume, _ in forms.resource(&volume) } }
    edit(&root, "secrets") { forms, secrets in forms.each(&secrets) { forms, secret, _ in forms.resource(&secret) } }
    edit(&root, "configs") { forms, configs in forms.each(&configs) { forms, config, _ in forms.resource(&config) } }
    return root
  }

  // MARK: Walking

  mutating func add(_ code: String, _ message: String, at place: SourceLocation) {
    problems.append(ComposeProblem(code, message, at: place))
  }

  /// Changes the value of a key, where there is one.
  mutating func edit(
    _ node: inout ComposeNode, _ name: String, _ change: (inout LongForms, inout ComposeNode) -> Void
  ) {
    guard var map = node.map, var value = map[name] else { return }
    change(&self, &value)
    map[name] = value
    node.content = .map(map)
  }

  /// Changes the values of several keys.
  mutating func edit(
    _ node: inout ComposeNode, each names: [String], _ change: (inout LongForms, inout ComposeNode) -> Void
  ) {
    for name in names { edit(&node, name, change) }
  }

  /// Changes every value of a map; the change is given its key.
  mutating func each(
    _ node: inout ComposeNode, _ change: (inout LongForms, inout ComposeNode, String) -> Void
  ) {
    guard var map = node.map else { return }
    for entry in map.entries {
      var value = entry.value
      change(&self, &value, entry.name)
      map.set(ComposeMap.Entry(name: entry.name, place: entry.place, value: value))
    }
    node.content = .map(map)
  }

  /// Replaces every element of a list by what it stands for.
  mutating func elements(
    _ node: inout ComposeNode, _ change: (inout LongForms, ComposeNode) -> [ComposeNode]
  ) {
    guard let list = node.list else { return }
    node.content = .list(list.flatMap { change(&self, $0) })
  }

  // MARK: Values

  /// A truth value, also in the words of YAML 1.1.
  mutating func flag(_ node: inout ComposeNode) {
    guard let text = node.text, !node.isUnresolved else { return }
    switch text.lowercased() {
    case "true", "yes", "y", "on", "1": node.content = .boolean(true)
    case "false", "no", "n", "off", "0": node.content = .boolean(false)
    default: add("not-a-flag", "this must be true or false", at: node.place)
    }
  }

  mutating func whole(_ node: inout ComposeNode) {
    if node.isUnresolved { return }
    switch node.content {
    case .text(let text):
      if let number = Int(text) {
        node.content = .integer(number)
      } else {
        add("not-a-number", "this must be a whole number", at: node.place)
      }
    case .number(let number):
      // What stands behind the point is dropped where a fraction is allowed at all.
      if let whole = Int(exactly: number.rounded(.towardZero)) {
        node.content = .integer(whole)
      } else {
        add("not-a-number", "this must be a whole number", at: node.place)
      }
    default: break
    }
  }

  /// A whole number from 0 on.
  mutating func natural(_ node: inout ComposeNode) {
    whole(&node)
    if let number = node.integer, number < 0 { add("out-of-range", "this must be at least 0", at: node.place) }
  }

  mutating func number(_ node: inout ComposeNode) {
    guard let text = node.text, !node.isUnresolved else { return }
    if let whole = Int(text) {
      node.content = .integer(whole)
    } else if let number = Double(text), number.isFinite {
      node.content = .number(number)
    } else {
      add("not-a-number", "this must be a number", at: node.place)
    }
  }

  /// A size in bytes, as text.
  mutating func size(_ node: inout ComposeNode) {
    guard let text = node.scalarText, node.boolean == nil, !node.isUnresolved else { return }
    // No limit is a number, not a text.
    let isMisplaced = text == "-1" && node.integer == nil && node.plainText != "-1"
    if !isMisplaced, let bytes = Quantity.bytes(text) {
      node.content = .text(String(bytes))
    } else {
      add("not-a-size", "this must be a size, such as 512m", at: node.place)
    }
  }

  mutating func duration(_ node: inout ComposeNode) {
    guard let text = node.text, !node.isUnresolved else { return }
    if let nanoseconds = Quantity.nanoseconds(text) {
      node.content = .text(Quantity.durationText(nanoseconds))
    } else {
      add("not-a-duration", "this must be a duration, such as 1m30s", at: node.place)
    }
  }

  /// A file's mode, octal, as text.
  mutating func mode(_ node: inout ComposeNode) {
    if node.isUnresolved { return }
    let mode =
      switch node.content {
      case .text(let text): PlainText.integer(text.hasPrefix("0") ? text : "0\(text)")
      case .integer(let number): Optional(number)
      default: Int?.none
      }
    guard let mode, mode >= 0 else { return add("not-a-mode", "this must be a mode in octal digits", at: node.place) }
    node.content = .text("0" + String(mode, radix: 8))
  }

  /// A text or a number as text.
  mutating func text(_ node: inout ComposeNode) {
    if let text = node.scalarText, !node.isNull { node.content = .text(text) }
  }

  mutating func texts(_ node: inout ComposeNode) {
    if node.text != nil { node.content = .list(node.text?.isEmpty == true ? [] : [node]) }
    elements(&node) { _, element in [element.scalarText.map { element.replaced(by: .text($0)) } ?? element] }
  }

  /// A list of `KEY=VALUE`, or a map, as a map of texts. A key without a value gets `absent`.
  mutating func pairs(_ node: inout ComposeNode, absent: ComposeNode.Content) {
    var map = ComposeMap()
    if let list = node.list {
      for element in list {
        guard let text = element.scalarText else { continue }
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        var value = element
        value.content = parts.count > 1 ? .text(parts[1]) : absent
        value.template?.written = element.template.map { Self.behindSign($0.written) } ?? ""
        map.set(ComposeMap.Entry(name: parts[0], place: element.place, value: value))
      }
    } else if let old = node.map {
      for entry in old.entries {
        var value = entry.value
        if value.isNull { value.content = absent } else { text(&value) }
        map.set(ComposeMap.Entry(name: entry.name, place: entry.place, value: value))
      }
    } else {
      return
    }
    node.content = .map(map)
  }

  private static func behindSign(_ text: String) -> String {
    text.firstIndex(of: "=").map { String(text[text.index(after: $0)...]) } ?? ""
  }

  /// A command line as its words; a list as it is.
  mutating func command(_ node: inout ComposeNode) {
    guard let line = node.text else { return }
    guard let words = ShellWords.command(line) else {
      return add("unclosed-quote", "a quote or a bracket in this command lacks the other", at: node.place)
    }
    node.content = .list(words.map { ComposeNode(.text($0), at: node.place, template: node.template) })
  }

  /// `hosts` as `NAME=ADDRESS`, sorted as text, each of them once.
  mutating func hosts(_ node: inout ComposeNode) {
    var found: [(name: String, address: String, node: ComposeNode)] = []
    if let map = node.map {
      for entry in map.entries {
        for value in entry.value.list ?? [entry.value] {
          found.append((entry.name, value.scalarText ?? "", value))
        }
      }
    } else if let list = node.list {
      for element in list {
        guard let text = element.scalarText else { continue }
        guard let sign = text.firstIndex(where: { $0 == "=" }) ?? text.firstIndex(where: { $0 == ":" }) else {
          add("not-a-host", "an extra host is written NAME=ADDRESS", at: element.place)
          continue
        }
        let name = String(text[..<sign])
        for address in text[text.index(after: sign)...].split(separator: ",") {
          found.append((name, String(address), element))
        }
      }
    } else {
      return
    }
    var seen: Set<String> = []
    let hosts = found.compactMap { host in
      let bare =
        host.address.hasPrefix("[") && host.address.hasSuffix("]")
        ? String(host.address.dropFirst().dropLast()) : host.address
      let text = "\(host.name)=\(bare)"
      return seen.insert(text).inserted ? (text: text, node: ComposeNode(.text(text), at: host.node.place)) : nil
    }
    node.content = .list(
      hosts.sorted { $0.text.utf8.lexicographicallyPrecedes($1.text.utf8) }.map(\.node))
  }

  // MARK: Resources

  private mutating func network(_ node: inout ComposeNode) {
    resource(&node)
    edit(&node, each: ["internal", "attachable", "enable_ipv4", "enable_ipv6"]) { $0.flag(&$1) }
  }

  private mutating func resource(_ node: inout ComposeNode) {
    edit(&node, "labels") { $0.pairs(&$1, absent: .text("")) }
    edit(&node, "driver_opts") { forms, options in forms.each(&options) { forms, value, _ in forms.text(&value) } }
    guard let external = node["external"] else { return }
    if let name = external["name"] {
      if let own = node["name"], own.text != name.text {
        add("external-name", "`name` and `external.name` say different things: keep `name`", at: own.place)
      }
      edit(&node, "external") { _, value in value.content = .boolean(true) }
      if var map = node.map {
        map["name"] = name
        node.content = .map(map)
      }
    } else if external.map != nil {
      edit(&node, "external") { _, value in value.content = .boolean(true) }
    } else {
      edit(&node, "external") { $0.flag(&$1) }
    }
  }
}
