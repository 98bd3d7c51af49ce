/// What is complained of in Dockerfiles; the raw value is the id of the check that judges it. The rules are those that
/// decide over what runs, of the many that hadolint has (DL3002, DL3004, DL3006–3008, DL3013, DL3016, DL3018, DL3020, DL3028,
/// DL3057, DL4006 and the secrets of BuildKit's own checks).
package enum DockerfileRule: String, CaseIterable, Sendable {
  case baseNamed = "dockerfile-base-named"
  case basePinned = "dockerfile-base-pinned"
  case userUnprivileged = "dockerfile-user-unprivileged"
  case sudoAbsent = "dockerfile-sudo-absent"
  case packagesPinned = "dockerfile-packages-pinned"
  case filesCopied = "dockerfile-files-copied"
  case healthcheckDefined = "dockerfile-healthcheck-defined"
  case secretsAbsent = "dockerfile-secrets-absent"
  case pipesFail = "dockerfile-pipes-fail"
}

/// One thing to complain of in a Dockerfile.
package struct DockerfileComplaint: Sendable, Hashable {
  package var rule: DockerfileRule
  /// One line, without any value that may be a secret.
  package var message: String
  /// From 1.
  package var line: Int

  /// A complaint about a line.
  package init(_ rule: DockerfileRule, _ message: String, line: Int) {
    self.rule = rule
    self.message = message
    self.line = line
  }
}

/// What there is to complain of in a Dockerfile.
package struct DockerfileLint {
  private let file: Dockerfile
  private var complaints: [DockerfileComplaint] = []
  /// Defaults of `ARG` before the first `FROM`.
  private var arguments: [String: String] = [:]

  /// All complaints, by line.
  package static func complaints(about file: Dockerfile) -> [DockerfileComplaint] {
    var lint = DockerfileLint(file)
    lint.run()
    return lint.complaints.sorted { ($0.line, $0.rule.rawValue) < ($1.line, $1.rule.rawValue) }
  }

  private init(_ file: Dockerfile) {
    self.file = file
    for instruction in file.instructions where instruction.keyword == "ARG" && instruction.stage < 0 {
      let parts = instruction.arguments.split(separator: "=", maxSplits: 1).map(String.init)
      if parts.count > 1 { arguments[parts[0]] = parts[1] }
    }
  }

  private mutating func add(_ rule: DockerfileRule, _ message: String, line: Int) {
    complaints.append(DockerfileComplaint(rule, message, line: line))
  }

  private mutating func run() {
    if file.stages.isEmpty { add(.baseNamed, "no FROM: this builds nothing", line: 1) }
    checkBases()
    checkUser()
    if !file.stages.isEmpty, !file.hasHealthcheck {
      add(.healthcheckDefined, "the image has no HEALTHCHECK of its own", line: file.stages.last?.line ?? 1)
    }
    for written in file.instructions {
      // What an ONBUILD holds is carried out by whoever builds on this image.
      let instruction = written.keyword == "ONBUILD" ? written.deferred : written
      switch instruction.keyword {
      case "RUN": checkRun(instruction)
      case "ADD": checkAdd(instruction)
      case "ENV", "ARG": checkSecrets(instruction)
      default: break
      }
    }
  }

  // MARK: Base images

  private mutating func checkBases() {
    var aliases: Set<String> = []
    for stage in file.stages {
      defer { if let alias = stage.alias { aliases.insert(alias) } }
      let image = expanded(stage.image)
      if image.lowercased() == "scratch" || aliases.contains(image.lowercased()) { continue }
      // What a build argument decides, the file does not say.
      if image.contains("$") || image.isEmpty { continue }
      let reference = ImageReference(image)
      if reference.isFloating {
        let what = reference.tag.map { "the tag `\($0)`" } ?? "no tag, which is `latest`"
        add(.basePinned, "the base \(reference.path) has \(what)", line: stage.line)
      }
    }
  }

  private func expanded(_ text: String) -> String {
    guard text.contains("$") else { return text }
    var interpolation = Interpolation { [arguments] in arguments[$0] }
    guard let result = try? interpolation.text(text), interpolation.unset.isEmpty else { return text }
    return result
  }

  private mutating func checkUser() {
    guard let last = file.stages.last else { return }
    guard let user = file.lineage.last(where: { $0.keyword == "USER" }) else {
      // Images whose name says it have an unprivileged user already.
      let image = expanded(last.image).lowercased()
      let isUnprivileged = ["nonroot", "unprivileged", "rootless", "chainguard", "cgr.dev"].contains {
        image.contains($0)
      }
      if !isUnprivileged { add(.userUnprivileged, "no USER: the image runs as root", line: last.line) }
      return
    }
    let name = user.words.first?.split(separator: ":").first.map(String.init) ?? ""
    if name == "root" || name == "0" { add(.userUnprivileged, "the last USER is root", line: user.line) }
  }

  // MARK: Commands

  private mutating func checkRun(_ instruction: Dockerfile.Instruction) {
    let script = ([instruction.arguments] + instruction.documents).joined(separator: "\n")
    let commands = Self.commands(in: script)
    if commands.contains(where: { $0.first == "sudo" }) {
      add(.sudoAbsent, "sudo: what runs as root is decided by USER", line: instruction.line)
    }
    let unpinned = commands.flatMap(Self.unpinnedPackages)
    if !unpinned.isEmpty {
      let names = unpinned.prefix(4).joined(separator: ", ") + (unpinned.count > 4 ? ", …" : "")
      add(.packagesPinned, "no version: \(names)", line: instruction.line)
    }
    if !instruction.isExecForm, Self.hasPipe(instruction.arguments), !failsInPipes(instruction, script) {
      add(.pipesFail, "in a pipe only the last command's failure counts", line: instruction.line)
    }
  }

  /// The commands of a script, split at `&&`, `||`, `;`, `|` and line ends, without options of RUN itself and assignments.
  private static func commands(in script: String) -> [[String]] {
    var commands: [[String]] = []
    var words: [String] = []
    var word = ""
    var quote: Character?
    func isAssignment(_ text: String) -> Bool {
      guard let sign = text.firstIndex(of: "="), sign != text.startIndex else { return false }
      return text[..<sign].allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) || $0 == "_" }
    }
    func flushWord() {
      if !word.isEmpty { words.append(word) }
      word = ""
    }
    func flush() {
      flushWord()
      let bare = Array(
        words.drop {
          isAssignment($0) || $0.hasPrefix("--mount") || $0.hasPrefix("--network") || $0 == "(" || $0 == "{"
        })
      if !bare.isEmpty { commands.append(bare) }
      words = []
    }
    for character in script {
      if let open = quote {
        if character == open { quote = nil } else { word.append(character) }
      } else if character == "\"" || character == "'" {
        quote = character
      } else if ";&|\n".contains(character) {
        flush()
      } else if character == " " || character == "\t" {
        flushWord()
      } else {
        word.append(character)
      }
    }
    flush()
    return commands
  }

  private static func unpinnedPackages(_ command: [String]) -> [String] {
    var words = command.first == "sudo" ? Array(command.dropFirst()) : command
    if words.first?.split(separator: "/").last?.hasPrefix("python") == true, words.dropFirst().first == "-m" {
      words = Array(words.dropFirst(2))
    }
    guard let program = words.first?.split(separator: "/").last.map(String.init) else { return [] }
    let arguments = Array(words.dropFirst().prefix { $0 != "--" })
    func packages(after verbs: Set<String>, options withValue: Set<String>) -> [String]? {
      guard let verb = arguments.firstIndex(where: { !$0.hasPrefix("-") }), verbs.contains(arguments[verb]) else {
        return nil
      }
      var found: [String] = []
      var skips = false
      for argument in arguments[(verb + 1)...] {
        if skips {
          skips = false
        } else if argument.hasPrefix("-") {
          skips = withValue.contains(argument)
        } else {
          found.append(argument)
        }
      }
      return found.filter { !$0.contains("$") }
    }
    switch program {
    case "apt-get", "apt", "aptitude":
      return (packages(after: ["install"], options: ["-t", "-o", "-c"]) ?? []).filter {
        !$0.contains("=") && !$0.hasSuffix(".deb") && !$0.contains("/")
      }
    case "apk":
      return (packages(after: ["add"], options: ["-t", "--virtual", "-X", "--repository"]) ?? []).filter {
        !$0.contains("=") && !$0.contains("<") && !$0.contains(">") && !$0.contains("~") && !$0.hasSuffix(".apk")
      }
    case "pip", "pip2", "pip3":
      // Files of requirements and of constraints hold the versions.
      let files = ["-r", "--requirement", "-c", "--constraint"]
      if arguments.contains(where: { argument in
        files.contains(argument) || files.contains { $0.hasPrefix("--") && argument.hasPrefix("\($0)=") }
      }) {
        return []
      }
      return
        (packages(
          after: ["install"],
          options: [
            "-i", "--index-url", "--extra-index-url", "-t", "--target", "--prefix", "--root", "--build", "-b", "-f",
            "--find-links", "--trusted-host", "--cache-dir", "--proxy", "--timeout", "--retries", "--src",
          ]) ?? []).filter { package in
          // A place in a repository is fixed by the reference behind its path.
          if package.hasPrefix("git+") { return !(package.split(separator: "/").last?.contains("@") ?? false) }
          return !package.contains("=") && !package.contains("<") && !package.contains(">") && !package.contains("@")
            && !package.contains("://") && !package.hasPrefix(".") && !package.hasPrefix("/")
            && ![".whl", ".txt", ".tar.gz", ".zip"].contains { package.hasSuffix($0) }
        }
    case "npm":
      return
        (packages(after: ["install", "i", "add"], options: ["--prefix", "--registry", "--loglevel", "--cache"]) ?? [])
        .filter { name in
          if name.hasPrefix("git+") || name.hasPrefix("git:") || name.hasSuffix(".git") { return !name.contains("#") }
          let bare = name.hasPrefix("@") ? String(name.dropFirst()) : name
          return !bare.contains("@") && !name.contains("://") && !name.hasPrefix(".") && !name.hasPrefix("/")
            && !name.hasPrefix("~") && ![".tgz", ".tar", ".tar.gz"].contains { name.hasSuffix($0) }
        }
    case "gem":
      if arguments.contains("-v") || arguments.contains(where: { $0.hasPrefix("--version") }) { return [] }
      return (packages(after: ["install", "i"], options: ["--source"]) ?? []).filter {
        !$0.contains(":") && !$0.hasSuffix(".gem") && $0 != "true" && $0 != "false"
      }
    default: return []
    }
  }

  /// Whether commands are piped into one another.
  private static func hasPipe(_ text: String) -> Bool {
    var quote: Character?
    var previous: Character = " "
    let characters = Array(text)
    for (index, character) in characters.enumerated() {
      if let open = quote {
        if character == open { quote = nil }
      } else if character == "\"" || character == "'" {
        quote = character
      } else if character == "|", previous != "|", previous != ">" {
        let next = index + 1 < characters.count ? characters[index + 1] : " "
        if next != "|" { return true }
      }
      previous = character
    }
    return false
  }

  private func failsInPipes(_ instruction: Dockerfile.Instruction, _ script: String) -> Bool {
    if script.contains("pipefail") { return true }
    let shell = file.instructions.last {
      $0.keyword == "SHELL" && $0.stage == instruction.stage && $0.line < instruction.line
    }
    let words = shell?.words ?? []
    let name = words.first?.split { "/\\".contains($0) }.last?.lowercased() ?? ""
    if ["powershell", "pwsh", "cmd"].contains(where: name.hasPrefix) { return true }
    // POSIX shells did not know it before 2024 (POSIX.1-2024), and those that /bin/sh leads to may not.
    return name != "sh" && words.contains { $0.contains("pipefail") }
  }

  // MARK: Files and secrets

  private mutating func checkAdd(_ instruction: Dockerfile.Instruction) {
    let words = instruction.words
    let sources = words.filter { !$0.hasPrefix("--") }.dropLast()
    let hasChecksum = words.contains { $0.hasPrefix("--checksum=") }
    let archives = [".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".txz", ".tbz2", ".lzma"]
    for quoted in sources where !quoted.hasPrefix("<<") {
      let source = quoted.filter { $0 != "\"" }
      if source.contains("://") || source.hasPrefix("git@") {
        let isGit = source.hasSuffix(".git") || source.contains(".git#") || source.hasPrefix("git@")
        if !hasChecksum, !isGit {
          return add(.filesCopied, "ADD fetches a file without a checksum", line: instruction.line)
        }
      } else if !archives.contains(where: source.hasSuffix), !source.contains("$") {
        return add(.filesCopied, "ADD copies what COPY would copy without surprises", line: instruction.line)
      }
    }
  }

  private mutating func checkSecrets(_ instruction: Dockerfile.Instruction) {
    let words = ShellWords.split(instruction.arguments) ?? instruction.words
    var pairs: [(name: String, value: String)] = []
    if instruction.keyword == "ENV", let first = words.first, !first.contains("=") {
      pairs = [(first, words.dropFirst().joined(separator: " "))]
    } else {
      for word in words {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        pairs.append((parts[0], parts.count > 1 ? parts[1] : ""))
      }
    }
    for (name, value) in pairs {
      let isSecret = SecretSigns.isSecretName(name)
      if instruction.keyword == "ARG", isSecret {
        add(.secretsAbsent, "ARG \(name): build arguments stay readable in the image's history", line: instruction.line)
      } else if isSecret && !SecretSigns.isHarmlessValue(value) || SecretSigns.looksLikeKey(value)
        || SecretSigns.passwordInURL(value).map({ !$0.contains("$") }) ?? false
      {
        add(.secretsAbsent, "ENV \(name): the secret becomes part of the image", line: instruction.line)
      }
    }
  }
}
