import ArgumentParser
import Facts
import History
import Probing

/// `prodworthy history export`.
struct HistoryExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Every run as a line of JSON, oldest first: what it came to, and its report as it was written.",
    discussion: """
      `report` holds the report as text, so that it stays the same byte for byte; `history add` takes the file.

      EXAMPLE:
        prodworthy history export --history history.db > history.jsonl
      """)

  @OptionGroup var place: HistoryOptions
  @OptionGroup var stream: StreamOptions

  func run() throws {
    let store = try place.required()
    let rehearsal = try RehearsalMark(of: store)
    for state in try stream.streams(of: store) {
      let runs = try asking { () throws(HistoryFailure) in
        try store.runs(of: state.stream.id, limit: .max, before: Deadline(milliseconds: HistoryOptions.patience))
      }
      for run in runs.reversed() {
        let bytes = try asking { () throws(HistoryFailure) in
          try store.document(ofRun: run.runID, before: Deadline(milliseconds: HistoryOptions.patience))
        }
        // Somebody may have removed it meanwhile.
        guard let bytes else { continue }
        let line: JSONValue = [
          "run": rehearsal.marked(JSONObject(state.stream.json.filter { $0.name != "runs" } + Array(run.json))),
          "report": .string(String(decoding: bytes, as: UTF8.self)),
        ]
        try Output.print(Output.line(of: line) + "\n")
      }
    }
  }
}
