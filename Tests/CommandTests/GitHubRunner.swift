import Facts
import Foundation

/// Does with a job what the runner of GitHub Actions does with it.
struct GitHubRunner {
  private let bench: Bench
  private let sources: String
  private let context: [String: String]

  /// What came of a job.
  struct Result {
    var conclusion = "success"
    /// The status of the first step that failed.
    var exitStatus: Int32 = 0
    /// The names of the steps with scripts that were run.
    var ran: [String] = []
    /// The actions that were used, without version.
    var used: [String] = []
    var artifacts: Set<String> = []
    var summary = ""
    var log = ""
  }

  struct Unknown: Error { let what: String }

  init(_ bench: Bench, sources: String, event: String, head: String = "team/shop") {
    self.bench = bench
    self.sources = sources
    context = [
      "github.event_name": event, "github.repository": "team/shop", "github.ref": "refs/pull/7/merge",
      "github.event.pull_request.head.repo.full_name": event == "pull_request" ? head : "",
      "github.event.pull_request.number": event == "pull_request" ? "7" : "", "github.token": "a-token",
      "secrets.AUDITOR_PASSWORD": "a-password",
    ]
  }

  func run(_ job: JSONValue) throws -> Result {
    var result = Result()
    let work = try bench.emptied()
    var path: [String] = []
    for name in ["summary", "path", "output", "env"] { try bench.write("files/\(name)", "") }
    for step in job["steps"]?.array ?? [] {
      let condition = step["if"]?.string
      // Without a word on the state of the job a step runs only while nothing has failed.
      let speaksOfState = condition?.contains(/(always|cancelled|success|failure)\(\)/) == true
      guard speaksOfState || result.conclusion == "success" else { continue }
      if let condition {
        guard try Condition(Self.inner(condition), context, folder: work).isTrue() else { continue }
      }
      if let action = step["uses"]?.string?.split(separator: "@").first.map(String.init) {
        result.used.append(action)
        try use(action, step["with"], in: work, &result)
        continue
      }
      guard let script = step["run"]?.string else { throw Unknown(what: "a step without run and uses") }
      let name = step["name"]?.string ?? script
      result.ran.append(name)
      var variables = [
        "CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": work, "GITHUB_REPOSITORY": "team/shop",
        "GITHUB_STEP_SUMMARY": bench.path("files/summary"), "GITHUB_PATH": bench.path("files/path"),
        "GITHUB_OUTPUT": bench.path("files/output"), "GITHUB_ENV": bench.path("files/env"),
        "GITHUB_EVENT_NAME": context["github.event_name"] ?? "",
        "PATH": (path + ["\(bench.path("tools"))", "/usr/bin", "/bin"]).joined(separator: ":"),
      ]
      for (key, value) in step["env"]?.object ?? [:] { variables[key] = try expanded(value.string ?? "") }
      let outcome = try bench.bash(try expanded(script), in: work, variables, errexit: true)
      result.log += "## \(name)\n\(outcome.output)"
      path = try bench.read("files/path").split(separator: "\n").map(String.init)
      if outcome.status != 0 {
        if result.conclusion == "success" { result.exitStatus = outcome.status }
        result.conclusion = "failure"
      }
    }
    result.summary = try bench.read("files/summary")
    return result
  }

  private func use(_ action: String, _ inputs: JSONValue?, in work: String, _ result: inout Result) throws {
    switch action {
    case "actions/checkout": _ = try bench.checkout(sources)
    case "github/codeql-action/upload-sarif":
      let file = bench.path("\(work)/\(inputs?["sarif_file"]?.string ?? "")")
      let sarif = try JSONText.parse(Array(try bench.read(file).utf8))
      guard sarif["version"] == "2.1.0" else { throw Unknown(what: "no SARIF in \(file)") }
    case "actions/upload-artifact":
      let folder = "\(work)/\(inputs?["path"]?.string ?? "")"
      result.artifacts = Set(try FileManager.default.contentsOfDirectory(atPath: folder))
    default: throw Unknown(what: action)
    }
  }

  private static func inner(_ text: String) -> String {
    guard text.hasPrefix("${{"), text.hasSuffix("}}") else { return text }
    return String(text.dropFirst(3).dropLast(2))
  }

  /// A text with every `${{ … }}` replaced by its value.
  private func expanded(_ text: String) throws -> String {
    var text = text
    while let match = text.firstMatch(of: /\$\{\{\s*([A-Za-z0-9_.]+)\s*\}\}/) {
      guard let value = context[String(match.1)] else { throw Unknown(what: String(match.1)) }
      text.replaceSubrange(match.range, with: value)
    }
    return text
  }
}

extension Bench {
  /// The folder of work as it is before anything is checked out.
  fileprivate func emptied() throws -> String {
    try? FileManager.default.removeItem(atPath: path("work"))
    try make("work")
    return path("work")
  }
}

/// A condition in the words of GitHub's expressions or GitLab's rules, as far as the templates use them.
struct Condition {
  private var tokens: [String]
  private let values: [String: String]
  private let folder: String

  struct Unreadable: Error { let token: String }

  init(_ text: String, _ values: [String: String], folder: String = "") throws {
    tokens = text.matches(of: /'[^']*'|"[^"]*"|&&|\|\||==|!=|!|\(|\)|\$?[A-Za-z_][A-Za-z0-9_.]*/).map { String($0.0) }
    self.values = values
    self.folder = folder
  }

  func isTrue() throws -> Bool {
    var reading = self
    let value = try reading.either()
    guard reading.tokens.isEmpty else { throw Unreadable(token: reading.tokens[0]) }
    return Self.truth(value)
  }

  private static func truth(_ value: String) -> Bool { !value.isEmpty && value != "false" }

  private mutating func either() throws -> String {
    var value = try both()
    while tokens.first == "||" {
      tokens.removeFirst()
      let other = try both()
      value = Self.truth(value) ? value : other
    }
    return value
  }

  private mutating func both() throws -> String {
    var value = try comparison()
    while tokens.first == "&&" {
      tokens.removeFirst()
      let other = try comparison()
      value = Self.truth(value) ? other : value
    }
    return value
  }

  private mutating func comparison() throws -> String {
    let left = try single()
    guard let relation = tokens.first, relation == "==" || relation == "!=" else { return left }
    tokens.removeFirst()
    let right = try single()
    return (left == right) == (relation == "==") ? "true" : "false"
  }

  private mutating func single() throws -> String {
    guard let token = tokens.first else { throw Unreadable(token: "the end") }
    tokens.removeFirst()
    if token == "!" { return Self.truth(try single()) ? "false" : "true" }
    if token.hasPrefix("'") || token.hasPrefix("\"") { return String(token.dropFirst().dropLast()) }
    if token.hasPrefix("$") { return values[String(token.dropFirst())] ?? "" }
    if tokens.first == "(" {
      tokens.removeFirst()
      var arguments: [String] = []
      while tokens.first.map({ $0 != ")" }) == true {
        arguments.append(try single())
      }
      guard tokens.first == ")" else { throw Unreadable(token: token) }
      tokens.removeFirst()
      switch token {
      case "cancelled": return "false"
      case "hashFiles":
        return arguments.contains { FileManager.default.fileExists(atPath: "\(folder)/\($0)") } ? "a-digest" : ""
      default: throw Unreadable(token: token)
      }
    }
    guard let value = values[token] else { throw Unreadable(token: token) }
    return value
  }
}
