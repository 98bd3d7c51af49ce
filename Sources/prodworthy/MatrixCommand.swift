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
      The plan lists services with their targets, features with their services and, where the usual do not suit, columns \
      with the checks that prove them. Ends in 0 where every cell is proven, 1 where one fails or is a hole, 2 where one \
      could not be judged.

      EXAMPLE:
        prodworthy matrix reports/runs/today --plan matrix.yaml
      """)

  @Argument(help: "The folder of a run, or a report.json.", completion: .directory)
  var folder: String

  @Option(help: "The file with services, features and columns.", completion: .file(extensions: ["yaml", "yml"]))
  var plan: String

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let report = try RunFolder(path: folder).report()
    let loaded = Definitions.matrixPlan(SourceFile(path: plan, bytes: try Input.bytes(of: plan)))
    guard let document = loaded.value else { throw Failure(.badData, Workspace.rendered(loaded.diagnostics)) }
    let matrix = ValidationMatrix(Self.plan(document), findings: report.findings)
    try Output.print(
      json ? JSONText.compact(Self.document(matrix)) + "\n" : Self.text(matrix))
    let open = matrix.open.map(\.cell.status)
    if open.contains(where: { $0 == nil || $0 == .fail }) { throw ExitStatus.failed }
    if !open.isEmpty { throw ExitStatus.undecided }
  }

  private static func plan(_ document: JSONValue) -> ValidationMatrix.Plan {
    func texts(_ value: JSONValue?) -> [String] { value?.array?.compactMap(\.string) ?? [] }
    let services = (document["services"]?.array ?? []).map { service in
      ValidationMatrix.Service(
        name: service["name"]?.string ?? "", targets: texts(service["targets"]), shared: texts(service["shared"]),
        owner: service["owner"]?.string, without: texts(service["without"]))
    }
    let features = (document["features"]?.array ?? []).map {
      ValidationMatrix.Feature(name: $0["name"]?.string ?? "", services: texts($0["services"]))
    }
    let columns = document["columns"]?.array?.map {
      ValidationMatrix.Column($0["name"]?.string ?? "", texts($0["checks"]))
    }
    return ValidationMatrix.Plan(
      services: services, features: features, columns: columns ?? ValidationMatrix.Column.usual)
  }

  // MARK: Output

  private static func fact(_ cell: ValidationMatrix.Cell, _ name: String, as kind: String) -> JSONValue {
    [
      kind: .string(name), "status": .string(cell.status?.rawValue ?? "hole"), "message": .string(cell.message),
      "findings": JSONValue(cell.findings),
    ]
  }

  private static func document(_ matrix: ValidationMatrix) -> JSONValue {
    [
      "services": .array(
        zip(matrix.plan.services, matrix.cells).map { service, row in
          [
            "service": .string(service.name), "owner": JSONValue(service.owner),
            "cells": .array(zip(matrix.plan.columns, row).map { fact($1, $0.name, as: "column") }),
          ]
        }),
      "features": .array(
        matrix.plan.features.map { feature in
          [
            "feature": .string(feature.name),
            "cells": .array(
              zip(matrix.plan.services, matrix.cells(of: feature)).compactMap { service, cell in
                cell.map { fact($0, service.name, as: "service") }
              }),
          ]
        }),
      "open": .array(
        matrix.open.map { service, column, cell in
          guard var entry = fact(cell, column, as: "column").object else { return .null }
          entry["service"] = .string(service)
          return .object(entry)
        }),
    ]
  }

  /// Markdown that a terminal shows as well.
  private static func text(_ matrix: ValidationMatrix) -> String {
    func safe(_ text: String) -> String { Untrusted.line(text).replacing("|", with: "\\|") }
    func table(_ head: [String], _ rows: [[String]]) -> String {
      ([head, head.map { _ in "---" }] + rows).map { "| " + $0.joined(separator: " | ") + " |\n" }.joined()
    }
    func word(_ cell: ValidationMatrix.Cell?) -> String {
      guard let cell else { return "" }
      return cell.status?.rawValue ?? "hole"
    }
    var text = table(
      ["service"] + matrix.plan.columns.map { safe($0.name) },
      zip(matrix.plan.services, matrix.cells).map { [safe($0.name)] + $1.map(word) })
    if !matrix.plan.features.isEmpty {
      text +=
        "\n"
        + table(
          ["feature"] + matrix.plan.services.map { safe($0.name) },
          matrix.plan.features.map { [safe($0.name)] + matrix.cells(of: $0).map(word) })
    }
    let open = matrix.open
    if !open.isEmpty {
      text += "\n"
      for (service, column, cell) in open {
        let link = cell.findings.first.map { " (\($0.prefix(12)))" } ?? ""
        text +=
          "- \(safe(service)), \(safe(column)): \(cell.status?.rawValue ?? "hole"): \(safe(cell.message))\(link)\n"
      }
    }
    return text
  }
}
