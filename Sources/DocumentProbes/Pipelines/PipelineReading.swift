import AuditModel
import Definitions
import Facts

/// Pipeline files as jobs: GitHub Actions, GitLab CI, Jenkins.
enum PipelineReading {
  /// What a file says.
  struct Pipeline: Sendable {
    var system: String
    var jobs: [PipelineJob] = []
    /// Actions and images from elsewhere.
    var references: [Reference] = []
    /// Whether the token's permissions are declared; nil where the system knows none.
    var limitsPermissions: Bool?
    /// Where text that strangers choose becomes part of a command.
    var injections: [(line: Int, expression: String)] = []
  }

  /// Something from elsewhere that the pipeline runs.
  struct Reference: Sendable {
    var line: Int
    var name: String
    /// Whether the name means the same bytes for ever: a full commit id or digest.
    var isPinned: Bool
  }

  /// Reads a file by its name; nil with the reason where it is none.
  static func read(_ file: SourceFile, shown: String) -> (pipeline: Pipeline?, reason: String?) {
    let name = PathText.name(of: shown).lowercased()
    if name.hasPrefix("jenkinsfile") || name.hasSuffix(".jenkinsfile") {
      return (jenkins(String(decoding: file.bytes, as: UTF8.self), shown), nil)
    }
    let loaded = LocatedDocument.read(file)
    guard let root = loaded.value?.root else {
      let first = loaded.diagnostics.first
      return (nil, first.map { "\($0.location.line):\($0.location.column): \($0.message)" } ?? "it is no YAML")
    }
    if root["jobs"] != nil { return (github(root, shown), nil) }
    if name.contains("gitlab-ci") || root["stages"] != nil { return (gitlab(root, shown), nil) }
    return (nil, "it is no pipeline of GitHub Actions, GitLab CI or Jenkins")
  }

  // MARK: GitHub Actions

  private static func github(_ root: LocatedValue, _ shown: String) -> Pipeline {
    var pipeline = Pipeline(system: "github-actions")
    let jobs = root["jobs"]?.members ?? []
    pipeline.limitsPermissions =
      root["permissions"] != nil && root["permissions"]?.string != "write-all"
      || !jobs.isEmpty
        && jobs.allSatisfy { $0.value["permissions"] != nil && $0.value["permissions"]?.string != "write-all" }
    for member in jobs {
      let value = member.value
      var job = PipelineJob(file: shown, name: member.name, line: member.nameSpan.line)
      job.needs = value["needs"]?.string.map { [$0] } ?? value["needs"]?.elements.compactMap(\.string) ?? []
      job.ignoresFailure = isTrue(value["continue-on-error"])
      job.isDisabled = isFalse(value["if"])
      if let uses = value["uses"] { reference(uses, &pipeline, &job) }
      var hasWork = false
      for step in value["steps"]?.elements ?? [] where !isFalse(step["if"]) {
        if let uses = step["uses"] { reference(uses, &pipeline, &job) }
        guard let run = step["run"], let text = run.string else { continue }
        hasWork = true
        for line in joined(text) {
          // A step whose failure is forgiven forgives its commands.
          job.commands.append(isTrue(step["continue-on-error"]) ? line + " || true" : line)
        }
        for expression in hostileExpressions(in: text) { pipeline.injections.append((run.span.line, expression)) }
      }
      if value["environment"] != nil, hasWork, job.commands.contains(where: PipelineCommands.deploys) {
        job.declaresDeployment = true
      }
      pipeline.jobs.append(job)
    }
    return pipeline
  }

  private static func reference(_ uses: LocatedValue, _ pipeline: inout Pipeline, _ job: inout PipelineJob) {
    guard let name = uses.string else { return }
    if PipelineCommands.actionDeploys(name) { job.declaresDeployment = true }
    job.commands.append("action: \(name)")
    if name.hasPrefix("./") { return }
    let version = name.split(separator: "@").dropFirst().last.map(String.init) ?? ""
    let isCommit = [40, 64].contains(version.count) && version.allSatisfy(\.isHexDigit)
    pipeline.references.append(
      Reference(line: uses.span.line, name: name, isPinned: isCommit || name.contains("@sha256:")))
  }

  /// Fields of an event that whoever opens an issue or a pull request writes.
  private static func hostileExpressions(in text: String) -> [String] {
    var found: [String] = []
    var rest = text[...]
    while let open = rest.firstRange(of: "${{"), let close = rest[open.upperBound...].firstRange(of: "}}") {
      let inside = rest[open.upperBound..<close.lowerBound].trimmedOfSpace
      let isHostile = [
        ".title", ".body", ".head_ref", ".head.ref", ".head.label", "github.head_ref", ".message", ".author.email",
        ".author.name", ".page_name", ".default_branch",
      ].contains(where: inside.contains)
      if inside.hasPrefix("github."), isHostile { found.append(String(inside.prefix(100))) }
      rest = rest[close.upperBound...]
    }
    return found
  }

  private static func isTrue(_ value: LocatedValue?) -> Bool { value?.value == true || value?.string == "true" }

  private static func isFalse(_ value: LocatedValue?) -> Bool {
    guard let value else { return false }
    return value.value == false
      || value.string.map { $0.filter { !$0.isWhitespace } == "${{false}}" || $0 == "false" } == true
  }

  /// Lines of a script; a line that ends in a backslash goes on.
  private static func joined(_ text: String) -> [String] {
    var lines: [String] = []
    var pending = ""
    for line in text.split(whereSeparator: \.isNewline) {
      if line.hasSuffix("\\") {
        pending += line.dropLast() + " "
      } else {
        lines.append(pending + line)
        pending = ""
      }
    }
    if !pending.isEmpty { lines.append(pending) }
    return lines
  }

  // MARK: GitLab CI

  private static let gitlabWords: Set<String> = [
    "stages", "variables", "default", "include", "workflow", "image", "services", "before_script", "after_script",
    "cache",
    "pages", "spec",
  ]

  private static func gitlab(_ root: LocatedValue, _ shown: String) -> Pipeline {
    var pipeline = Pipeline(system: "gitlab-ci")
    let stages = [".pre"] + (root["stages"]?.elements.compactMap(\.string) ?? ["build", "test", "deploy"]) + [".post"]
    func image(_ value: LocatedValue?) {
      guard let value, let name = value.string ?? value["name"]?.string, !name.contains("$") else { return }
      pipeline.references.append(Reference(line: value.span.line, name: name, isPinned: name.contains("@sha256:")))
    }
    image(root["image"])
    image(root["default"]?["image"])
    var byStage: [(job: PipelineJob, stage: Int)] = []
    for member in root.members where !gitlabWords.contains(member.name) && !member.name.hasPrefix(".") {
      let value = merged(member.value, in: root, depth: 0)
      guard value["script"] != nil || value["trigger"] != nil || value["extends"] != nil else { continue }
      var job = PipelineJob(file: shown, name: member.name, line: member.nameSpan.line)
      for part in ["before_script", "script"] {
        if let text = value[part]?.string { job.commands += joined(text) }
        for line in value[part]?.array ?? [] { job.commands += joined(line.string ?? "") }
      }
      job.ignoresFailure = value["allow_failure"] == true
      job.isDisabled = value["when"] == "never"
      image(member.value["image"])
      let stage = stages.firstIndex(of: value["stage"]?.string ?? "test") ?? stages.count
      if let needs = value["needs"]?.array {
        job.needs = needs.compactMap { $0.string ?? $0["job"]?.string }
        byStage.append((job, -1))
      } else {
        byStage.append((job, stage))
      }
    }
    for (job, stage) in byStage {
      var job = job
      if stage >= 0 {
        job.needs = byStage.filter { entry in
          let own = stages.firstIndex(of: root[entry.job.name]?["stage"]?.string ?? "test") ?? stages.count
          return (entry.stage >= 0 ? entry.stage : own) < stage && entry.job.name != job.name
        }.map(\.job.name)
      }
      pipeline.jobs.append(job)
    }
    return pipeline
  }

  /// A job with what it extends.
  private static func merged(_ value: LocatedValue, in root: LocatedValue, depth: Int) -> JSONObject {
    var result = JSONObject()
    guard depth < 10 else { return result }
    for name in value["extends"]?.string.map({ [$0] }) ?? value["extends"]?.elements.compactMap(\.string) ?? [] {
      guard let base = root[name] else { continue }
      for (key, part) in merged(base, in: root, depth: depth + 1) { result[key] = part }
    }
    for member in value.members { result[member.name] = member.value.value }
    return result
  }

  // MARK: Jenkins

  private static func jenkins(_ text: String, _ shown: String) -> Pipeline {
    var pipeline = Pipeline(system: "jenkins")
    var before: [String] = []
    var job: PipelineJob?
    var isScript = false
    for (offset, raw) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      var line = raw.trimmedOfSpace
      if line.hasPrefix("//") { continue }
      if let stage = line.firstRange(of: "stage(") {
        if let finished = job { pipeline.jobs.append(finished) }
        let name = line[stage.upperBound...].drop { "'\"(".contains($0) }.prefix { !"'\")".contains($0) }
        job = PipelineJob(file: shown, name: String(name), line: offset + 1, needs: before)
        before.append(String(name))
      }
      if line.contains("catchError") || line.contains("returnStatus: true") { job?.ignoresFailure = true }
      if isScript {
        if line.contains("'''") || line.contains("\"\"\"") {
          isScript = false
          continue
        }
        job?.commands.append(line)
        continue
      }
      for word in ["sh ", "sh(", "bat ", "bat(", "powershell "] where line.hasPrefix(word) {
        line = String(line.dropFirst(word.count))
        let marks = ["'''", "\"\"\""].first(where: line.contains)
        if let marks, line.replacing(marks, with: "", maxReplacements: 1).contains(marks) == false {
          isScript = true
        }
        job?.commands.append(line.trimmed(of: "'\"() "))
        break
      }
    }
    if let finished = job { pipeline.jobs.append(finished) }
    return pipeline
  }
}
