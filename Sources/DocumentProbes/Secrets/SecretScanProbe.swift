import AuditModel
import Facts
import Probing

/// Looks for secrets where none may stand: files, history, logs.
struct SecretScanProbe: Probe {
  let descriptor = ProbeDescriptor(
    id: "secret-scan",
    summary: "secrets in files, Git history and logs, masked; environment and key files that Git keeps",
    targetKinds: [RepositoryTarget.kind.name], safety: .observe, facts: SecretFacts.schema, timeout: 300_000,
    traffic: "reads every file; processes of git, one for 200 commits")

  /// Commits that one process of Git tells.
  private static let batch = 200

  var targetKinds: [TargetKind] { [RepositoryTarget.kind] }

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    guard let path = target.settings["path"]?.string.flatMap(PathText.normalized), !path.isEmpty else {
      return .unseen(Unseen(.malformed, "the inventory names no path"))
    }
    context.traffic.add(requests: 1)
    guard FileReading.isFolder(path) else {
      return .unseen(Unseen(.unreachable, "\(path) is no folder that can be read"))
    }
    let git = GitRepository(path, in: context)
    let acceptance = SecretAcceptance(
      root: path, declared: target.settings["accepted"]?.array?.compactMap(\.string) ?? [])
    var gaps: [Gap] = []
    var tracked: Set<String>?
    var listed: [String]?
    if await git.top() != nil {
      tracked = await Self.list(git, ["ls-files", "-z"]).map(Set.init)
      listed = await Self.list(git, ["ls-files", "-z", "--cached", "--others", "--exclude-standard"])?.sorted()
    }
    let (files, kept) = (listed, tracked)
    let tree = await context.lane.run { () -> TreeScan in
      var scan = TreeScan(acceptance: acceptance)
      scan.read(path, files: files, context: context)
      return scan
    }
    for gap in tree.gaps { gaps.append(Gap(path: "tree", reason: gap)) }
    var facts = tree.facts
    facts["environmentFiles"] = kept.map { JSONValue($0.filter(SensitiveFiles.isEnvironment).sorted()) } ?? .null
    facts["keyFiles"] = kept.map { JSONValue($0.filter(SensitiveFiles.isKey).sorted()) } ?? .null
    if kept == nil {
      for name in ["environmentFiles", "keyFiles", "ignoresEnvironmentFiles"] {
        gaps.append(Gap(path: name, reason: "\(path) is no Git working tree, or git cannot read it"))
      }
      facts["ignoresEnvironmentFiles"] = .null
    } else {
      let leavesOut = await git.leavesOut(".env")
      facts["ignoresEnvironmentFiles"] = JSONValue(leavesOut)
      if leavesOut == nil {
        gaps.append(Gap(path: "ignoresEnvironmentFiles", reason: "git does not say what it leaves out"))
      }
    }
    await Self.history(target, git, kept != nil, tree, acceptance, into: &facts, gaps: &gaps)
    let logs = (target.settings["logs"]?.array ?? []).compactMap(\.string)
    if logs.isEmpty {
      facts["logs"] = .null
      gaps.append(Gap(path: "logs", reason: "the inventory names no logs", remedy: "name them as logs:"))
    } else {
      let scan = await context.lane.run { () -> TreeScan in
        var scan = TreeScan(acceptance: acceptance)
        scan.readLogs(logs, context: context)
        return scan
      }
      facts["logs"] = .array(scan.found.map(\.fact))
      for gap in scan.gaps { gaps.append(Gap(path: "logs", reason: gap)) }
    }
    return .seen(.object(facts), gaps: gaps)
  }

  private static func list(_ git: GitRepository, _ arguments: [String]) async -> [String]? {
    guard case .output(let bytes) = await git.run(arguments) else { return nil }
    return bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
  }

  private static func history(
    _ target: Target, _ git: GitRepository, _ isRepository: Bool, _ tree: TreeScan, _ acceptance: SecretAcceptance,
    into facts: inout JSONObject, gaps: inout [Gap]
  ) async {
    facts["history"] = .null
    facts["commitsScanned"] = .null
    func blind(_ reason: String, _ remedy: String? = nil) {
      gaps.append(Gap(path: "history", reason: reason, remedy: remedy))
    }
    guard target.settings["history"]?.bool ?? true else {
      return blind("the inventory asks not to search the history", "leave out history: false")
    }
    guard isRepository else { return blind("there is no Git repository") }
    guard let shallow = await git.isShallow() else { return blind("git cannot read the repository") }
    if shallow {
      blind("the clone is shallow: older commits are not there", "fetch the whole history (git fetch --unshallow)")
    }
    guard let total = await git.line(["rev-list", "--all", "--count"]).flatMap({ Int($0) }) else {
      return blind("the commits cannot be counted")
    }
    let limit = target.settings["historyCommits"]?.integer ?? 20_000
    if total > limit { blind("only the newest \(limit) of \(total) commits were searched", "raise historyCommits") }
    var scan = HistoryScan(acceptance: acceptance)
    var skipped = 0
    var searched = 0
    while skipped < min(total, limit) {
      // Only what was added can hold a secret that was not there before; merges bring nothing of their own but conflicts.
      let answer = await git.run([
        "log", "--all", "--full-history", "--skip=\(skipped)", "-n", "\(min(Self.batch, limit - skipped))", "-p", "-U0",
        "--no-ext-diff", "--no-textconv", "--no-renames", "--no-color", "--diff-filter=AM",
        "--diff-merges=first-parent",
        "--src-prefix=a/", "--dst-prefix=b/", "--format=%x00%H",
      ])
      switch answer {
      case .failed(let reason):
        blind("commits \(skipped + 1) to \(min(total, skipped + Self.batch)) cannot be read: \(reason)")
      case .output(let bytes):
        scan.read(bytes)
        searched += min(Self.batch, min(total, limit) - skipped)
      }
      skipped += Self.batch
    }
    let standing = Set(tree.found.map { $0.rule + $0.digest })
    facts["history"] = .array(
      scan.secrets.map { secret in
        var fact = secret.fact.object ?? JSONObject()
        fact["isInTree"] = .bool(standing.contains(secret.rule + secret.digest))
        return .object(fact)
      })
    facts["commitsScanned"] = .integer(searched)
  }
}

/// What people accepted as no secrets.
struct SecretAcceptance: Sendable {
  private var fingerprints: Set<String> = []
  private var folders: [String] = []

  /// What the inventory declares, and the lines of `.gitleaksignore` at the root.
  init(root: String, declared: [String]) {
    var lines = declared
    if let bytes = try? FileReading.bytes(of: "\(root)/.gitleaksignore", limit: 1 << 20) {
      lines += String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).map(\.trimmedOfSpace)
        .filter { !$0.hasPrefix("#") }
    }
    for line in lines {
      if line.hasSuffix("/") { folders.append(line) } else { fingerprints.insert(line) }
    }
  }

  func covers(_ secret: FoundSecret) -> Bool {
    secret.fingerprints.contains(where: fingerprints.contains) || folders.contains(where: secret.file.hasPrefix)
  }
}

/// Files that are told by their names.
enum SensitiveFiles {
  private static let templates = [".example", ".sample", ".template", ".dist", ".defaults", ".tmpl", ".schema", ".md"]

  /// `.env`, `.env.production`, `prod.env`, but no template.
  static func isEnvironment(_ path: String) -> Bool {
    let name = PathText.name(of: path).lowercased()
    guard name == ".env" || name.hasPrefix(".env.") || name.hasSuffix(".env") || name == ".envrc" else { return false }
    return !templates.contains(where: name.contains)
  }

  /// Private keys, key stores and files of passwords.
  static func isKey(_ path: String) -> Bool {
    let name = PathText.name(of: path).lowercased()
    return [
      "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", ".pgpass", ".netrc", ".htpasswd", ".git-credentials", ".dockercfg",
    ]
    .contains(name)
      || [".p12", ".pfx", ".jks", ".keystore", ".kdbx", ".ppk", ".key"].contains(where: name.hasSuffix)
      || name.hasSuffix(".pem") && (name.contains("key") || name.contains("priv"))
  }

  /// Whether a file says how the system is set up.
  static func isConfiguration(_ path: String) -> Bool {
    let name = PathText.name(of: path).lowercased()
    return isEnvironment(path) || name.hasPrefix("dockerfile") || name.contains("compose") || name.hasPrefix("config.")
      || name.hasPrefix("settings.") || name.hasPrefix("application.") || name.hasPrefix("appsettings")
      || [".yaml", ".yml", ".ini", ".conf", ".cfg", ".toml", ".properties", ".tfvars", ".env"].contains(
        where: name.hasSuffix)
  }
}
