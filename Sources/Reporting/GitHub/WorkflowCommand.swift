/// A workflow command of GitHub Actions: `::error file=F,line=L,title=T::message`.
struct WorkflowCommand {
  /// Where an annotation stands.
  enum Level: String {
    case error
    case warning
  }

  let level: Level
  let properties: [(name: String, value: String)]
  let message: String

  /// The line that the runner obeys.
  var text: String {
    let list = properties.map { "\($0.name)=\(Self.property($0.value))" }.joined(separator: ",")
    return "::\(level.rawValue)\(list.isEmpty ? "" : " \(list)")::\(Self.data(message))\n"
  }

  // The percent sign first, or its own escapes would be escaped again (actions/toolkit, `command.ts`).
  private static func data(_ raw: String) -> String {
    escaped(
      Untrusted.disarmed(Untrusted.text(raw, limit: 4 << 10)), ["%": "%25", "\r": "%0D", "\n": "%0A"])
  }

  private static func property(_ raw: String) -> String {
    escaped(
      Untrusted.disarmed(Untrusted.text(raw, limit: 1 << 10)),
      ["%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"])
  }

  private static func escaped(_ text: String, _ escapes: [Unicode.Scalar: String]) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      if let escape = escapes[scalar] { result += escape } else { result.unicodeScalars.append(scalar) }
    }
    return result
  }
}
