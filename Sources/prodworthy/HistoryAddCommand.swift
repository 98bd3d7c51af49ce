import ArgumentParser
import AuditModel
import Engine
import Facts
import History
import Probing
import Reporting

/// `prodworthy history add`.
struct HistoryAddCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add",
    abstract: "Add runs that were kept in folders, or exported from another history.",
    discussion: """
      Each is in once its line is printed, whatever happens then. Adding a run twice changes nothing. Older runs take \
      their place in the order of time.

      EXAMPLE:
        prodworthy history add --history history.db reports/runs/*
      """)

  @Argument(help: "Folders of runs, report.json files, or exports (*.jsonl).")
  var runs: [String]

  @OptionGroup var place: HistoryOptions

  func run() throws {
    let store = try place.required(.creating)
    for path in runs {
      if path.hasSuffix(".jsonl") {
        try add(export: path, to: store)
      } else {
        let file = path.hasSuffix(".json") ? path : "\(path)/report.json"
        let bytes = try Input.bytes(of: file)
        var entry = RunEntry(report: try Self.report(bytes, in: file), document: bytes)
        // A report alone has no evidence to carry on.
        if !path.hasSuffix(".json"), Input.exists("\(path)/run.json"), Input.exists("\(path)/observations.jsonl") {
          entry.evidence = try RunEvidence(of: try RunFolder(path: path).run(), catalogue: Composition.probesAlone)
        }
        try add(entry, from: path, to: store)
      }
    }
  }

  private static func report(_ bytes: [UInt8], in file: String) throws(Failure) -> AuditReport {
    do {
      return try ReportDocument.decode(bytes)
    } catch {
      throw Failure(.badData, "\(file) is not a report: \(error)")
    }
  }

  private func add(export path: String, to store: HistoryStore) throws(Failure) {
    let lines = try Input.bytes(of: path).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() where !line.isEmpty {
      let place = "\(path):\(index + 1)"
      let value: JSONValue
      do throws(JSONText.SyntaxError) {
        value = try JSONText.parse(Array(line))
      } catch {
        throw Failure(.badData, "\(place):\(error.column): not a line of an export: \(error.message)")
      }
      guard let text = value["report"]?.string else {
        throw Failure(.badData, "\(place):1: not a line of an export: it has no report")
      }
      let bytes = Array(text.utf8)
      try add(
        RunEntry(
          report: try Self.report(bytes, in: place), document: bytes, key: value["run"]?["runKey"]?.string,
          isPinned: value["run"]?["pinned"]?.bool ?? false), from: place, to: store)
    }
  }

  private func add(_ entry: RunEntry, from place: String, to store: HistoryStore) throws(Failure) {
    let outcome = try asking { () throws(HistoryFailure) in
      try store.append(entry, before: Deadline(milliseconds: HistoryOptions.patience))
    }
    let id = entry.report.runID
    let line =
      switch outcome {
      case .stored: "\(id) added"
      case .present: "\(id) was there"
      case .superseded(let other): "\(id) left out: \(other) is kept for the same planned time"
      }
    try Output.print(Untrusted.line("\(line) (\(place))") + "\n")
  }
}
