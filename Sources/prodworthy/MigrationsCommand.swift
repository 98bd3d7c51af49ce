import ArgumentParser
import Facts
import MigrationAnalysis
import Reporting

/// `prodworthy migrations`.
struct MigrationsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "migrations", abstract: "Look at SQL migrations before they run.",
    subcommands: [MigrationsLintCommand.self])
}

/// `prodworthy migrations lint`.
struct MigrationsLintCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lint",
    abstract: "Tell which statements of PostgreSQL migrations lock, rewrite or break what is in use.",
    discussion: """
      Ends with 0 where nothing was found and with 1 where something was. A comment `-- prodworthy-ignore RULE` before a \
      statement, or on its line, calls a rule off.

      EXAMPLE:
        prodworthy migrations lint priv/repo/migrations/*.sql
      """)

  @Argument(help: "The files, in the order in which they run.")
  var files: [String]

  @Flag(help: "The tool that runs them opens a transaction around each file.")
  var assumeInTransaction = false

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    var found: [(file: String, finding: MigrationFile.Finding)] = []
    let texts = try files.map { path in
      guard let text = String(validating: try Input.bytes(of: path), as: UTF8.self) else {
        throw Failure(.badData, "\(path): not UTF-8 text")
      }
      return text
    }
    for (path, file) in zip(files, MigrationFile.all(texts, assumesTransaction: assumeInTransaction)) {
      if let (what, line) = file.unterminated {
        throw Failure(.badData, "\(path):\(line): a \(what) begins here and never ends: close it")
      }
      found += file.findings.map { (path, $0) }
    }
    try Output.print(
      json ? Output.line(of: .array(found.map(Self.json))) + "\n" : found.map(Self.line).joined())
    if !found.isEmpty { throw ExitStatus.failed }
  }

  private static func json(_ file: String, _ finding: MigrationFile.Finding) -> JSONValue {
    [
      "file": .string(file), "line": .integer(finding.line), "rule": .string(finding.rule),
      "squawk": JSONValue(finding.squawk), "eugene": JSONValue(finding.eugene),
      "lock": .string(finding.impact.strongest.rawValue),
      "rewrite": .bool(finding.impact.rewrite != .nothing), "scan": .bool(finding.impact.scans),
      "message": .string(finding.message), "safer": .string(finding.safer),
      "locks": .array(
        finding.impact.locks.map { ["table": .string($0.table), "mode": .string($0.mode.rawValue)] }),
    ]
  }

  private static func line(_ file: String, _ finding: MigrationFile.Finding) -> String {
    Untrusted.line("\(file):\(finding.line): \(finding.rule): \(finding.message)") + "\n"
      + Untrusted.line("  safer: \(finding.safer)") + "\n"
  }
}
