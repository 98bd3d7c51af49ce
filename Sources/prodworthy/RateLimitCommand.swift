import ArgumentParser
import Facts
import RateLimits

/// `prodworthy ratelimit`.
struct RateLimitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ratelimit", abstract: "Read what a response says about rate limits.", subcommands: [Parse.self])

  /// `prodworthy ratelimit parse`.
  struct Parse: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Read the rate-limit fields of a response head on standard input.",
      discussion: """
        A status line and header lines, as `curl -i` prints them. Points in time are taken against the response's Date.

        EXAMPLE:
          curl -si https://api.example.com/events | prodworthy ratelimit parse --json
        """)

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
      let text = String(decoding: try Input.standardInput(), as: UTF8.self)
      guard let head = ResponseHead(text) else {
        throw Failure(.badData, "standard input is no response: it has neither a status line nor header lines")
      }
      let declaration = Declaration(head.fields)
      try Output.print(json ? Output.line(of: declaration.document) + "\n" : declaration.sentences)
    }
  }
}

extension Declaration {
  /// The declaration as JSON.
  fileprivate var document: JSONValue {
    [
      "form": .string(form.rawValue), "forms": JSONValue(forms.map(\.rawValue)),
      "policies": .array(policies.map { $0.document }), "remaining": JSONValue(remaining),
      "resetSeconds": number(resetSeconds), "retryAfterSeconds": number(retryAfterSeconds),
      "limits": .array(standings.map { $0.document }),
    ]
  }

  /// The declaration in words.
  fileprivate var sentences: String {
    guard form != .none else { return "no rate limit is declared\n" }
    var lines = policies.map { policy in
      let quota = policy.quota.map(String.init) ?? "?"
      let window = policy.windowSeconds.map { " in \(JSONText.compact(number($0))) s" } ?? ""
      return "\(policy.name.map { "\($0): " } ?? "")\(quota) \(policy.unit)\(window)"
    }
    if let remaining { lines.append("\(remaining) left") }
    if resetSeconds != nil { lines.append("more in \(JSONText.compact(number(resetSeconds))) s") }
    return lines.map { $0 + "\n" }.joined() + "(\(form.rawValue))\n"
  }
}

extension Declaration.Policy {
  fileprivate var document: JSONValue {
    [
      "name": JSONValue(name), "quota": JSONValue(quota), "windowSeconds": number(windowSeconds), "unit": .string(unit),
      "burst": JSONValue(burst),
    ]
  }
}

extension Declaration.Standing {
  fileprivate var document: JSONValue {
    ["name": JSONValue(name), "remaining": JSONValue(remaining), "resetSeconds": number(resetSeconds)]
  }
}

/// A number, whole where it is; `null` for none.
private func number(_ value: Double?) -> JSONValue {
  guard let value, value.isFinite else { return nil }
  return Int(exactly: value).map { .integer($0) } ?? .double(value)
}
