import ArgumentParser
import AuditModel
import Engine
import Facts
import FoundationEssentials
import Glibc
import Probing
import Reporting
import Transport

/// `prodworthy doctor`.
struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Tell whether an audit could run here: libraries, files, targets within reach, a place for reports.",
    discussion: """
      Exits 0 where all is well; else as an audit would over the files, 69 where a target is out of reach.

      EXAMPLE:
        prodworthy doctor -f prodworthy.yaml
      """)

  @Argument(help: "A bare URL, or the path of an inventory.", completion: .file(extensions: ["yaml", "yml"]))
  var targets: [String] = []

  @OptionGroup var selection: SelectionOptions

  @Option(help: "The folder that reports would go to.", completion: .directory)
  var out: String?

  @Flag(help: "Print JSON.")
  var json = false

  /// One thing that was looked at.
  private struct Line {
    var topic: String
    var status = ExitStatus.passed
    var detail: String
  }

  func run() async throws {
    var lines = [Line(topic: "prodworthy", detail: Prodworthy.version)]
    for library in Composition.probeSets.flatMap(\.libraries) + Reporting.libraries {
      lines.append(Line(topic: "library", detail: library))
    }
    let environment = ProcessInfo.processInfo.environment
    for name in ["GITHUB_ACTIONS", "GITLAB_CI", "TF_BUILD", "BUILDKITE", "CIRCLECI", "JENKINS_URL", "CI"]
    where environment[name] != nil {
      lines.append(Line(topic: "pipeline", detail: "\(name) is set"))
      break
    }
    var request = selection.request
    request.targets = targets
    do throws(Failure) {
      let workspace = try Workspace.load(request, environment: environment)
      let inventory = workspace.inventory
      lines.append(
        Line(
          topic: "inventory",
          detail: "\(inventory?.system ?? ""), \(inventory?.targets.count ?? 0) targets, policy \(workspace.policy.id)")
      )
      for target in inventory?.targets ?? [] { lines.append(await reach(target)) }
    } catch {
      lines.append(Line(topic: "inventory", status: error.status, detail: error.message))
    }
    if let folder = out ?? environment["PRODWORTHY_OUT"] {
      do throws(Failure) {
        try Output.makeFolder(folder)
        try Output.replace("\(folder)/.doctor", with: [])
        unlink("\(folder)/.doctor")
        lines.append(Line(topic: "reports", detail: "\(folder) can be written"))
      } catch {
        lines.append(Line(topic: "reports", status: error.status, detail: error.message))
      }
    }
    try Output.print(json ? Self.json(lines) : Self.text(lines))
    throw lines.map(\.status).first { $0 != .passed } ?? .passed
  }

  /// Whether the target takes a TCP connection.
  private func reach(_ target: Target) async -> Line {
    guard let url = target.settings["url"]?.string, let address = Address(url: url) else {
      return Line(topic: "target \(target.id)", detail: "has no address to connect to")
    }
    let host = target.settings["address"]?.string ?? address.host
    let failure = await BlockingLane(width: 1).run { () -> String? in
      do throws(TransportFailure) {
        try Connection.open(
          Endpoint(host: host, port: address.port), before: Deadline(milliseconds: 3000), traffic: TrafficMeter()
        ).close()
        return nil
      } catch {
        return error.sentence
      }
    }
    return Line(
      topic: "target \(target.id)", status: failure == nil ? .passed : .unavailable,
      detail: "\(host):\(address.port) \(failure ?? "takes a connection")")
  }

  private static func text(_ lines: [Line]) -> String {
    lines.map { line in
      let words = line.detail.split(separator: "\n", omittingEmptySubsequences: false).map {
        Untrusted.line(String($0))
      }
      return
        "\(line.status == .passed ? "ok  " : "FAIL")  \(Untrusted.line(line.topic)): \(words.joined(separator: "\n      "))\n"
    }.joined()
  }

  private static func json(_ lines: [Line]) -> String {
    Output.text(
      of:
        .array(
          lines.map { ["topic": .string($0.topic), "ok": .bool($0.status == .passed), "detail": .string($0.detail)] }))
  }
}

/// Host and port of a URL.
struct Address {
  /// A name or literal address, without brackets.
  let host: String
  /// The URL's port, or its scheme's own.
  let port: Int

  /// Reads the authority of `url`; nil if it has none, or a scheme whose port is not known and no port.
  init?(url: String) {
    guard let scheme = url.firstRange(of: "://") else { return nil }
    let authority = url[scheme.upperBound...].prefix { !"/?#".contains($0) }
    let place = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority
    let defaults = ["https": 443, "http": 80, "postgresql": 5432, "postgres": 5432]
    let named: Substring
    if place.hasPrefix("["), let end = place.firstIndex(of: "]") {
      host = String(place[place.index(after: place.startIndex)..<end])
      named = place[place.index(after: end)...].dropFirst()
    } else {
      host = String(place.prefix { $0 != ":" })
      named = place.drop { $0 != ":" }.dropFirst()
    }
    guard let port = named.isEmpty ? defaults[String(url[..<scheme.lowerBound])] : Int(named),
      (1...65_535).contains(port)
    else { return nil }
    self.port = port
  }
}
