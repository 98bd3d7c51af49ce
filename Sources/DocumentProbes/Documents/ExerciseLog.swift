import AuditModel
import Facts

/// A log of exercises: any Markdown lines that hold a day, what was practised and how it went.
enum ExerciseLog {
  /// What is to be practised.
  static let kinds = ["restore", "rollback", "failover", "incident"]

  private static let words: [String: [String]] = [
    "restore": ["restore", "recovery drill", "backup drill"],
    "rollback": ["rollback", "roll back", "rolled back", "roll-back"],
    "failover": ["failover", "fail-over", "fail over", "switchover"],
    "incident": ["incident", "game day", "gameday", "tabletop", "fire drill"],
  ]
  private static let failure = ["fail:", "failed", "failure", "unsuccessful", "did not", "not ok", "aborted", "✗", "❌"]
  private static let success = [
    "success", "succeeded", "passed", "pass", " ok", "|ok", "worked", "done", "complete", "✓", "✅", "✔",
  ]

  /// The newest entry of each kind; kinds without an entry stand with null.
  static func newest(in document: MarkdownDocument) -> JSONValue {
    .array(
      kinds.map { kind in
        let entries = document.text.compactMap { line -> (on: Instant, line: Int, text: String)? in
          let lower = line.text.lowercased()
          // Plans are no exercises.
          if ["planned", "scheduled", "next "].contains(where: lower.contains) { return nil }
          guard words[kind]?.contains(where: lower.contains) == true, let on = DocumentReview.day(in: line.text) else {
            return nil
          }
          return (on, line.line, lower)
        }
        let newest = entries.max { ($0.on, $0.line) < ($1.on, $1.line) }
        let result = newest.flatMap { entry -> String? in
          if failure.contains(where: entry.text.contains) { return "failed" }
          return success.contains(where: entry.text.contains) ? "succeeded" : nil
        }
        return [
          "kind": .string(kind), "on": JSONValue(newest?.on.day), "result": JSONValue(result),
          "line": JSONValue(newest?.line),
        ]
      })
  }
}
