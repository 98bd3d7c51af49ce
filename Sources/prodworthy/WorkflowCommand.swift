import ArgumentParser
import AuditModel
import Definitions
import Facts
import Glibc
import Postgres
import Probing
import Reporting
import ScenarioProbes
import Scenarios

/// `prodworthy workflow`.
struct WorkflowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "workflow", abstract: "Go a way through a system step by step, and tell what came of each.",
    subcommands: [WorkflowCheckCommand.self, WorkflowRunCommand.self])
}

/// A workflow's file as it was read.
struct WorkflowFile {
  /// As named on the command line.
  let path: String
  /// What came of it.
  let loaded: Loaded<Workflow>

  /// Reads a file. Throws `Failure` (66) where it is missing.
  init(_ path: String) throws(Failure) {
    self.path = path
    loaded = Definitions.workflow(
      SourceFile(path: path, bytes: try Input.bytes(of: path)), readFile: DataFile.bytes(of:))
  }
}

/// `prodworthy workflow check`.
struct WorkflowCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Tell everything that is wrong in workflow files, each at its place.",
    discussion: """
      Ends with 0 where nothing is, and with 65 where something is. Nothing is sent.

      EXAMPLE:
        prodworthy workflow check workflows/*.yaml
      """)

  @Argument(help: "The files.", completion: .file(extensions: ["yml", "yaml"]))
  var files: [String]

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    var all: [WorkflowFile] = []
    for path in files { all.append(try WorkflowFile(path)) }
    if json {
      try Output.print(Output.line(of: .array(all.map(Self.document))) + "\n")
    } else {
      let sound = all.compactMap { file in
        file.loaded.value.map {
          Untrusted.line("\(file.path): \($0.id), \($0.steps.count) steps, class \($0.safety.rawValue)") + "\n"
        }
      }
      try Output.print(sound.joined())
    }
    let diagnostics = all.flatMap(\.loaded.diagnostics)
    guard !diagnostics.isEmpty else { return }
    Output.note(diagnostics.map { $0.rendered() }.joined(separator: "\n\n") + "\n")
    throw ExitStatus.badData
  }

  private static func document(_ file: WorkflowFile) -> JSONValue {
    let workflow = file.loaded.value
    return [
      "file": .string(file.path), "valid": .bool(workflow != nil), "workflow": JSONValue(workflow?.id),
      "title": JSONValue(workflow?.title), "safety": JSONValue(workflow?.safety.rawValue),
      "steps": JSONValue(workflow?.steps.count),
      "diagnostics": .array(
        file.loaded.diagnostics.map {
          [
            "code": .string($0.code), "message": .string($0.message), "line": .integer($0.location.line),
            "column": .integer($0.location.column), "fix": JSONValue($0.fix),
          ]
        }),
    ]
  }
}
