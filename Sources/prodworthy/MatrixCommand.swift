import ArgumentParser
import AuditModel
import Definitions
import Engine
import Facts
import Reporting

/// `prodworthy matrix`.
struct MatrixCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "matrix",
    abstract: "What of each service and feature is proven by a run, as a table; a hole counts as a failure.",
    discussion: """
      The services and features are those that the inventory declares under `matrix`, or those of a plan of the same \
      shape: services with their targets, features with their services and, where the usual do not suit, columns with \
      the checks that prove them. Ends in 0 where every cell is proven, 1 where one fails or is a hole, 2 where one \
      could not be judged.

      EXAMPLE:
        prodworthy matrix reports/runs/today
        prodworthy matrix reports/runs/today --plan matrix.yaml
      """)

  @Argument(help: "The folder of a run, or a report.json.", completion: .directory)
  var folder: String

  @Option(
    help: "The file with services, features and columns; by default the matrix of the inventory.",
    completion: .file(extensions: ["yaml", "yml"]))
  var plan: String?

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let report = try RunFolder(path: folder).report()
    let matrix = try matrix(of: report)
    try Output.print(json ? Output.line(of: Self.document(matrix)) + "\n" : Self.text(matrix))
    let open = Self.open(matrix).map(\.cell.status)
    if open.contains(where: { $0 == nil || $0 == .fail }) { throw ExitStatus.failed }
    if !open.isEmpty { throw ExitStatus.undecided }
  }

  private func matrix(of report: AuditReport) throws(Failure) -> AuditReport.MatrixSummary {
    guard let plan else {
      if let matrix = report.matrix { return matrix }
      throw Failure(.usage, "the inventory of this run declares no `matrix`: name a plan with --plan")
    }
    let loaded = Definitions.matrixPlan(SourceFile(path: plan, bytes: try Input.bytes(of: plan)))
    guard let document = loaded.value else { throw Failure(.badData, Workspace.rendered(loaded.diagnostics)) }
    return ValidationMatrix(ValidationMatrix.Plan(document: document), findings: report.findings).summary
  }

  private static func open(
    _ matrix: AuditReport.MatrixSummary
  ) -> [(service: String, cell: AuditReport.MatrixSummary.Cell)] {
    matrix.services.flatMap { row in row.cells.filter { !$0.isProven }.map { (row.name, $0) } }
  }

  // MARK: Output

  private static func fact(_ cell: AuditReport.MatrixSummary.Cell, as kind: String) -> JSONValue {
    [
      kind: .string(cell.column), "status": .string(cell.status?.rawValue ?? "hole"), "message": .string(cell.message),
      "findings": JSONValue(cell.findings),
    ]
  }

  private static func document(_ matrix: AuditReport.MatrixSummary) -> JSONValue {
    [
      "services": .array(
        matrix.services.map { row in
          [
            "service": .string(row.name), "owner": JSONValue(row.owner),
            "cells": .array(row.cells.map { fact($0, as: "column") }),
          ]
        }),
      "features": .array(
        matrix.features.map { row in
          ["feature": .string(row.name), "cells": .array(row.cells.map { fact($0, as: "service") })]
        }),
      "open": .array(
        open(matrix).map { service, cell in
          guard var entry = fact(cell, as: "column").object else { return .null }
          entry["service"] = .string(service)
          return .object(entry)
        }),
    ]
  }

  /// Markdown that a terminal shows as well.
  private static func text(_ matrix: AuditReport.MatrixSummary) -> String {
    func safe(_ text: String) -> String { Untrusted.line(text).replacing("|", with: "\\|") }
    func table(_ head: String, _ columns: [String], _ rows: [AuditReport.MatrixSummary.Row]) -> String {
      let lines = rows.map { row in
        [safe(row.name)]
          + columns.map { name in row.cells.first { $0.column == name }.map { $0.status?.rawValue ?? "hole" } ?? "" }
      }
      let heads = [head] + columns.map(safe)
      return ([heads, heads.map { _ in "---" }] + lines).map { "| " + $0.joined(separator: " | ") + " |\n" }.joined()
    }
    var text = table("service", matrix.columns, matrix.services)
    if !matrix.features.isEmpty { text += "\n" + table("feature", matrix.services.map(\.name), matrix.features) }
    let open = open(matrix)
    if !open.isEmpty { text += "\n" }
    for (service, cell) in open {
      let link = cell.findings.first.map { " (\($0.prefix(12)))" } ?? ""
      text +=
        "- \(safe(service)), \(safe(cell.column)): \(cell.status?.rawValue ?? "hole"): \(safe(cell.message))\(link)\n"
    }
    return text
  }
}
