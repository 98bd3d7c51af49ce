import Foundation
import Testing

/// A proving ground that lives as long as a test needs it.
struct Ground {
  /// Its folder.
  let folder: String

  /// The inventory it printed.
  var inventory: String { "\(folder)/prodworthy.yaml" }

  /// Where platforms leave an empty database for the next one.
  private static let template = Scratch.file("database-template")

  /// Starts one with `defects`, runs `body`, and takes it down again whatever happens.
  static func with<Result>(_ defects: [String] = [], _ body: (Ground) throws -> Result) throws -> Result {
    let folder = Scratch.file("ground")
    let arguments = ["up", "--detach", "--directory", folder, "--database-template", template]
    let up = try BuiltCommand.provingGround.run(
      arguments + (defects.isEmpty ? [] : ["--defect", defects.joined(separator: ",")]))
    defer { _ = try? BuiltCommand.provingGround.run(["down", folder]) }
    try #require(up.status == 0, "the proving ground did not start: \(up.errors)")
    return try body(Ground(folder: folder))
  }

  /// Audits it.
  func audit(_ arguments: [String] = []) throws -> (outcome: BuiltCommand.Outcome, report: Report, folder: String) {
    let out = Scratch.file("run")
    // What an audit cannot put back stays with its platform: the next one must not try.
    let outcome = try BuiltCommand.prodworthy.run(
      ["audit", "-f", inventory, "--out", out] + arguments, environment: ["PRODWORTHY_STATE": "\(folder).state"])
    return (outcome, try Report(folder: out), out)
  }
}

/// The members of `report.json` that tests look at.
struct Report: Decodable {
  struct Gate: Decodable {
    struct Condition: Decodable { var id: String, status: String, detail: String }
    var status: String
    var conditions: [Condition]
  }
  struct Finding: Decodable {
    var check: String
    var target: String
    var subject: String?
    var status: String
    var message: String
    var cause: Int?
  }
  struct Row: Decodable { var id: String, status: String, attestations: [String], awaiting: [String] }
  struct Cause: Decodable { var target: String, check: String?, reason: String, dependents: [String] }
  struct Attested: Decodable {
    struct Attestation: Decodable {
      struct Topic: Decodable { var statement: String? }
      var id: String
      var topic: Topic
    }
    var attestation: Attestation
    var state: String
    var problem: String?
  }
  struct Matrix: Decodable {
    struct Service: Decodable {
      struct Cell: Decodable { var column: String, status: String? }
      var name: String
      var cells: [Cell]
    }
    var services: [Service]
  }
  struct Score: Decodable { var proven: Double?, possible: Double?, coverage: Double? }

  var gate: Gate
  var findings: [Finding]
  var checklist: [Row]
  var causes: [Cause]
  var score: Score
  var interrupted: Bool
  var matrix: Matrix?
  var attestations: [Attested]

  init(folder: String) throws {
    self = try JSONDecoder().decode(
      Report.self, from: Data(contentsOf: URL(fileURLWithPath: "\(folder)/report.json")))
  }

  /// Every check × target that does not pass for a reason of its own: not warned, not blocked by another.
  var red: Set<String> {
    Set(findings.filter { ["fail", "error", "unknown"].contains($0.status) }.map { "\($0.check) \($0.target)" })
  }
}
