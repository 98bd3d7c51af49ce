import ArgumentParser
import Exposition
import Facts
import Reporting

/// `prodworthy metrics`.
struct MetricsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "metrics", abstract: "Read what endpoints expose as metrics.", subcommands: [MetricsLintCommand.self])
}

/// `prodworthy metrics lint`.
struct MetricsLintCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lint",
    abstract: "Hold an exposition on standard input against its format and the usual advice.",
    discussion: """
      Ends with 0 where it parses, whatever else there is to say about it, and with 1 where it does not.

      EXAMPLE:
        curl -s http://localhost:9100/metrics | prodworthy metrics lint --format prometheus
      """)

  @Option(help: "The format: openmetrics (1.0) or prometheus (the text format 0.0.4).")
  var format: ExpositionFormat = .openmetrics

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let exposition = Exposition(try Input.standardInput(), format: format)
    try Output.print(
      json
        ? Output.line(of: .array(exposition.complaints.map(Self.json))) + "\n"
        : exposition.complaints.map(Self.line).joined())
    if !exposition.parses { throw ExitStatus.failed }
  }

  private static func json(_ complaint: Complaint) -> JSONValue {
    [
      "line": .integer(complaint.line), "rule": .string(complaint.rule),
      "severity": .string(complaint.severity.rawValue), "message": .string(complaint.message),
    ]
  }

  private static func line(_ complaint: Complaint) -> String {
    Untrusted.line("\(complaint.line): \(complaint.severity.rawValue): \(complaint.rule): \(complaint.message)") + "\n"
  }
}

extension ExpositionFormat: ExpressibleByArgument {}
