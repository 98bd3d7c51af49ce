import AuditModel

extension LintRun {
  /// One place where a secret may stand.
  private struct Candidate {
    /// What it is called, for the message.
    var name: String
    var value: String
    var place: SourceLocation
    /// Whether the name says that it is a secret.
    var isNamed: Bool
    /// The texts of it that stand in the file.
    var written: [String]
  }

  mutating func checkSecrets(_ service: LintedService) {
    let candidates = self.candidates(in: service)
    var defaults: [(name: String, place: SourceLocation)] = loopholes(of: service)
    var literals: [(name: String, place: SourceLocation)] = []
    for candidate in candidates where !candidate.written.isEmpty {
      let passwords = candidate.written.compactMap(SecretSigns.passwordInURL)
      if candidate.isNamed {
        let texts = candidate.written.filter {
          !SecretSigns.isHarmlessValue($0) && SecretSigns.passwordInURL($0) == nil
        }
        if texts.contains(where: SecretSigns.isWellKnown) {
          defaults.append((candidate.name, candidate.place))
        } else if !texts.isEmpty {
          literals.append((candidate.name, candidate.place))
        }
      } else if candidate.written.contains(where: SecretSigns.looksLikeKey) {
        literals.append((candidate.name, candidate.place))
      }
      if passwords.contains(where: SecretSigns.isWellKnown) {
        defaults.append((candidate.name, candidate.place))
      } else if !passwords.isEmpty {
        literals.append((candidate.name, candidate.place))
      }
    }
    if let first = defaults.first {
      let names = unique(defaults.map(\.name)).joined(separator: ", ")
      add(.passwordsOwn, service, "\(names): everybody knows this one", at: first.place)
    }
    if let first = literals.first {
      let names = unique(literals.map(\.name)).joined(separator: ", ")
      add(.secretsReferenced, service, "\(names): the secret stands in the file", at: first.place)
    }
  }

  private func unique(_ names: [String]) -> [String] {
    var seen: Set<String> = []
    return names.filter { seen.insert($0).inserted }
  }

  // MARK: Where secrets stand

  private func candidates(in service: LintedService) -> [Candidate] {
    var found: [Candidate] = []
    for entry in service.environment {
      found.append(candidate(entry.name, entry.value, at: entry.place))
    }
    for (key, map) in [
      ("build argument", service["build"]?["args"]?.map), ("label", service["labels"]?.map),
    ] {
      for entry in map?.entries ?? [] {
        found.append(candidate("\(key) \(entry.name)", entry.value, at: entry.place, named: entry.name))
      }
    }
    found += words(service.words, of: service.map["command"] == nil ? "entry point" : "command")
    found += words(service["healthcheck"]?["test"]?.list ?? [], of: "health check")
    return found
  }

  private func candidate(
    _ shown: String, _ value: ComposeNode, at place: SourceLocation, named name: String? = nil
  ) -> Candidate {
    let text = value.scalarText ?? ""
    return Candidate(
      name: shown, value: text, place: place, isNamed: SecretSigns.isSecretName(name ?? shown),
      written: Self.written(value, text))
  }

  /// The texts of a value that stand in the file: all of it, or the defaults of its variables.
  private static func written(_ value: ComposeNode, _ text: String) -> [String] {
    guard let template = value.template else { return text.isEmpty ? [] : [text] }
    let parts = WrittenParts(template.written)
    if SecretSigns.passwordInURL(template.written) != nil, !parts.defaults.isEmpty || parts.hasLiteral {
      // In a URL, the password alone counts.
      let password = SecretSigns.passwordInURL(template.written) ?? ""
      let inner = WrittenParts(password)
      if inner.hasLiteral { return [text] }
      return inner.defaults.map { "x://x:\($0)@x" }
    }
    if template.written.contains("://") { return [] }
    return parts.hasLiteral ? [text] : parts.defaults
  }

  /// `--requirepass x`, `--password=x`, and URLs, among the words of a command.
  private func words(_ nodes: [ComposeNode], of what: String) -> [Candidate] {
    var found: [Candidate] = []
    for (index, node) in nodes.enumerated() {
      guard let text = node.text else { continue }
      // A line for a shell holds several words.
      let parts = ShellWords.split(text) ?? [text]
      for (position, part) in parts.enumerated() where part.hasPrefix("-") {
        let name = part.drop { $0 == "-" }
        let pieces = name.split(separator: "=", maxSplits: 1).map(String.init)
        guard let flag = pieces.first, Self.isSecretFlag(flag) else { continue }
        let following: ComposeNode? =
          parts.count == 1 && index + 1 < nodes.count ? nodes[index + 1] : nil
        let value =
          pieces.count > 1 ? pieces[1] : position + 1 < parts.count ? parts[position + 1] : following?.text ?? ""
        guard !value.isEmpty, !value.hasPrefix("-"), !value.contains("$") else { continue }
        let source = pieces.count > 1 || parts.count > 1 ? node : following ?? node
        let isAllVariable = source.template.map { !WrittenParts(Self.behindSign($0.written)).hasLiteral } ?? false
        found.append(
          Candidate(
            name: "\(what) --\(flag)", value: value, place: node.place, isNamed: true,
            written: isAllVariable ? [] : [value]))
      }
      if SecretSigns.passwordInURL(text) != nil || SecretSigns.looksLikeKey(text) {
        found.append(
          Candidate(
            name: what, value: text, place: node.place, isNamed: false, written: Self.written(node, text)))
      }
    }
    return found
  }

  private static func behindSign(_ text: String) -> String {
    text.firstIndex(of: "=").map { String(text[text.index(after: $0)...]) } ?? text
  }

  private static func isSecretFlag(_ flag: String) -> Bool {
    ["requirepass", "masterauth", "auth"].contains(flag.lowercased()) && flag.lowercased() != "auth"
      || SecretSigns.isSecretName(flag)
  }

  // MARK: Doors that stand open

  /// Settings that let everybody in, and accounts that come with the program.
  private func loopholes(of service: LintedService) -> [(name: String, place: SourceLocation)] {
    var found: [(name: String, place: SourceLocation)] = []
    func value(_ name: String) -> String? { service.map["environment"]?[name]?.scalarText?.lowercased() }
    func place(_ name: String) -> SourceLocation {
      service.map["environment"]?.map?.entry(name)?.place ?? service.place
    }
    let isTrue: (String?) -> Bool = { ["true", "yes", "1", "on"].contains($0 ?? "") }
    if value("POSTGRES_HOST_AUTH_METHOD") == "trust" {
      found.append(("POSTGRES_HOST_AUTH_METHOD=trust", place("POSTGRES_HOST_AUTH_METHOD")))
    }
    for name in [
      "MYSQL_ALLOW_EMPTY_PASSWORD", "MARIADB_ALLOW_EMPTY_ROOT_PASSWORD", "ALLOW_EMPTY_PASSWORD",
      "GF_AUTH_ANONYMOUS_ENABLED",
    ] where isTrue(value(name)) { found.append((name, place(name))) }
    if value("xpack.security.enabled") == "false" {
      found.append(("xpack.security.enabled=false", place("xpack.security.enabled")))
    }
    let words = service.words.compactMap(\.text).joined(separator: " ").split(separator: " ")
    if let index = words.firstIndex(of: "--protected-mode"), words.dropFirst(index + 1).first == "no" {
      found.append(("--protected-mode no", service.place(of: "command")))
    }
    if service.known?.kind == .dashboard {
      let settings = [
        "GF_SECURITY_ADMIN_PASSWORD", "GF_SECURITY_ADMIN_PASSWORD__FILE", "GF_SECURITY_ADMIN_PASSWORD_FILE",
        "GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION", "GF_AUTH_DISABLE_LOGIN_FORM",
      ]
      let isSet = settings.contains { service.map["environment"]?[$0] != nil }
      // What a file that cannot be read says is not known.
      let isVisible = !project.environmentFiles.contains { $0.service == service.name && $0.variables == nil }
      let hasOwnConfiguration = service.mounts.contains { $0["target"]?.text?.hasPrefix("/etc/grafana") == true }
      if !isSet, isVisible, !hasOwnConfiguration {
        found.append(("GF_SECURITY_ADMIN_PASSWORD is not set, which is admin", service.place(of: "environment")))
      }
    }
    return found
  }
}
