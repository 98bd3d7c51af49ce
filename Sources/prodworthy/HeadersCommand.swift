import ArgumentParser
import Facts
import HTTPProbes

/// `prodworthy headers`.
struct HeadersCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "headers",
    abstract: "Grade the header fields of an HTTP response on standard input.",
    discussion: """
      The tests, results and points of the profile `page` are those of the MDN HTTP Observatory, algorithm version 6.
      What an answer does not tell is taken for the best: a valid certificate, and a redirect from http to https. The
      browsers' preload list is not carried: names below top-level domains that are on it as a whole count, the URL's
      host where --preloaded says that it is on the list, and what --preload-list FILE has.

      EXAMPLE:
        curl -si https://api.example.com/ | prodworthy headers --url https://api.example.com/
      """)

  @Option(help: "How the answer is meant to be read: page or api.")
  var profile: HeaderProfile = .page

  @Option(help: "Where the answer came from.")
  var url = "https://localhost/"

  @Option(help: "The Origin that the request named; the Observatory's own unless given.")
  var origin: String?

  @Flag(name: .customLong("private"), help: "The answer carries what is meant for one user alone (profile api).")
  var isPrivate = false

  @Flag(help: "The URL's host is on the browsers' HSTS preload list.")
  var preloaded = false

  @Option(help: "A file with the browsers' HSTS preload list as Chromium has it: transport_security_state_static.json.")
  var preloadList: String?

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    var circumstances = HeaderReport.Circumstances()
    circumstances.url = url
    circumstances.profile = profile
    circumstances.origin = origin
    circumstances.isPreloaded = preloaded
    if let preloadList { circumstances.preloadList = try Self.list(at: preloadList) }
    if isPrivate { circumstances.isPrivate = true }
    let bytes = try Input.standardInput()
    let report: JSONValue
    do throws(HeaderReport.Refusal) {
      report = try HeaderReport.json(of: bytes, circumstances)
    } catch {
      switch error {
      case .notHTTP: throw Failure(.badData, "standard input does not begin with an HTTP status line")
      case .notURL(let text): throw Failure(.usage, "\(text) is no http or https URL")
      }
    }
    try Output.print(json ? Output.text(of: report) : Self.table(report))
  }

  private static func list(at path: String) throws(Failure) -> PreloadList {
    let octets = try Input.bytes(of: path)
    do throws(PreloadList.Malformed) {
      return try PreloadList(octets)
    } catch {
      throw Failure(.badData, "\(path):\(error.line):\(error.column): no preload list: \(error.message)")
    }
  }

  private static func table(_ report: JSONValue) -> String {
    var lines: [String] = []
    for test in report["tests"]?.array ?? [] {
      let points = test["modifier"]?.integer ?? 0
      let sign = points > 0 ? "+" : ""
      lines.append(
        "\(test["pass"]?.bool == true ? "ok  " : "FAIL") \(padded("\(sign)\(points)", 4)) \(test["result"]?.string ?? "")"
      )
    }
    lines.append("\(report["grade"]?.string ?? "") (\(report["score"]?.integer ?? 0))")
    return lines.joined(separator: "\n") + "\n"
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}

extension HeaderProfile: ExpressibleByArgument {}
