import ArgumentParser
import AuditModel
import FoundationEssentials
import Glibc
import History
import Probing
import Reporting

/// `prodworthy history show`.
struct HistoryShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "The report of a run, in any format; as JSON, the very bytes that were stored.",
    discussion: """
      EXAMPLES:
        prodworthy history show latest --history history.db
        prodworthy history show 7c1e22d0 --history history.db --format json
      """)

  @Argument(help: ArgumentHelp("A run's id or the beginning of it, or `latest`.", valueName: "run"))
  var wanted: String

  @OptionGroup var place: HistoryOptions
  @OptionGroup var stream: StreamOptions
  @OptionGroup var rendering: ReportOptions

  func run() throws {
    guard rendering.format.count <= 1 else { throw Failure(.usage, "one --format at a time") }
    let store = try place.required()
    let id = try found(in: store)
    let bytes = try asking { () throws(HistoryFailure) in
      try store.document(ofRun: id, before: Deadline(milliseconds: HistoryOptions.patience))
    }
    guard let bytes else { throw Failure(.missingInput, "the report of the run \(id) is not kept any more") }
    let format = try rendering.furtherFormats().first ?? ReportFormats.console
    if format.name == "json" { return try Output.print(bytes) }
    let report = try StoredReport.decoded(bytes, named: id)
    let color = Terminal.takesColor(
      STDOUT_FILENO, environment: ProcessInfo.processInfo.environment, asked: rendering.color)
    for file in try rendered(report, as: format, rendering.options(color: color)) { try Output.print(file.bytes) }
  }

  private func found(in store: HistoryStore) throws(Failure) -> String {
    if wanted == "latest" {
      let latest = try stream.streams(of: store).compactMap(\.latest).max { $0.startedAt < $1.startedAt }
      guard let latest else { throw Failure(.missingInput, "\(store.place.name) keeps no run any more") }
      return latest.runID
    }
    let found = try asking { () throws(HistoryFailure) in
      try store.run(wanted, before: Deadline(milliseconds: HistoryOptions.patience))
    }
    guard let found else { throw Failure(.missingInput, "\(store.place.name) holds no run \(wanted)") }
    return found.run.runID
  }
}

/// Reports on their way out of a history.
enum StoredReport {
  /// The report in `bytes`. Throws `Failure` (65).
  static func decoded(_ bytes: [UInt8], named id: String) throws(Failure) -> AuditReport {
    do {
      return try ReportDocument.decode(bytes)
    } catch {
      throw Failure(.badData, "the report of the run \(id) cannot be read: \(error)")
    }
  }
}
