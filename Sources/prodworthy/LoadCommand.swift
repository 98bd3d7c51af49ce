import ArgumentParser
import AuditModel
import Definitions
import Facts
import Foundation
import LoadGeneration
import LoadScripts
import Reporting

/// `prodworthy load`.
struct LoadCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "load", abstract: "Load a system as an Artillery script describes, and tell how it bore it.",
    subcommands: [LoadCheckCommand.self, LoadRunCommand.self, LoadMergeCommand.self])
}

/// A load script as it was read from its file.
struct LoadFile {
  /// As named on the command line.
  let path: String
  /// What came of reading it.
  let outcome: LoadScript.Outcome
  /// A digest of its bytes.
  let digest: String
  private let document: LocatedDocument

  /// Reads a script. Throws `Failure` (66, 65) where the file is missing or is neither YAML nor JSON.
  ///
  /// What such a file is refused for goes to `unreadable` first.
  init(_ path: String, chosen: String?, unreadable: ([Diagnostic]) -> Void = { _ in }) throws(Failure) {
    let bytes = try Input.bytes(of: path)
    let loaded = LocatedDocument.read(SourceFile(path: path, bytes: bytes))
    guard let document = loaded.value else {
      unreadable(loaded.diagnostics)
      throw Failure(.badData, loaded.diagnostics.map { $0.rendered() }.joined(separator: "\n\n"))
    }
    self.path = path
    self.document = document
    outcome = LoadScript.read(document, variables: ProcessInfo.processInfo.environment, chosen: chosen)
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in bytes + Array((chosen ?? "").utf8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    digest = String(hash, radix: 16)
  }

  /// Every refusal as a diagnostic with its place.
  var complaints: String {
    outcome.refusals.map {
      document.diagnostic("load-script", $0.reason, at: $0.span).rendered()
    }.joined(separator: "\n\n")
  }

  /// The script. Throws `Failure` (65) where anything of it is refused.
  func runnable() throws(Failure) -> LoadScript {
    guard outcome.refusals.isEmpty, let script = outcome.script else { throw Failure(.badData, complaints) }
    return script
  }

  /// The folder that relative paths of the script start from.
  var folder: String {
    PathText.folder(of: Input.absolute(path))
  }
}

/// `prodworthy load check`.
struct LoadCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Tell whether a script can be run, and what of it cannot.",
    discussion: """
      Ends with 0 where all of it can be run, and with 65 where something is refused: the feature's name, its line and \
      column. Nothing is left out silently.

      EXAMPLE:
        prodworthy load check artillery.yml
      """)

  @Argument(help: "The script, YAML or JSON.", completion: .file(extensions: ["yml", "yaml", "json"]))
  var file: String

  @Option(name: [.customShort("e"), .long], help: "One of the script's own environments.")
  var environment: String?

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    var damage: [Diagnostic] = []
    let script: LoadFile
    do throws(Failure) {
      script = try LoadFile(file, chosen: environment) { damage = $0 }
    } catch {
      if json, !damage.isEmpty { try Output.print(Output.line(of: Self.document(damage)) + "\n") }
      throw error
    }
    let isSupported = script.outcome.refusals.isEmpty && script.outcome.script != nil
    if json {
      try Output.print(Output.line(of: Self.document(script, isSupported)) + "\n")
    } else {
      try Output.print(isSupported ? Self.summary(script) : "")
    }
    if !isSupported {
      Output.note(script.complaints + "\n")
      throw ExitStatus.badData
    }
  }

  /// The answer for a file that is neither YAML nor JSON: what stands on each line that cannot be read.
  private static func document(_ damage: [Diagnostic]) -> JSONValue {
    [
      "supported": false,
      "refused": .array(
        damage.map { diagnostic in
          let line = diagnostic.sourceLine.drop { "-{[\"' \t,".contains($0) }
          let word = line.prefix { !":\"' \t,{}[]".contains($0) }
          return [
            "feature": .string(word.isEmpty ? diagnostic.code : String(word)),
            "line": .integer(diagnostic.location.line), "column": .integer(diagnostic.location.column),
            "reason": .string(diagnostic.message),
          ]
        }),
      "arrivals": .null, "phases": [],
    ]
  }

  private static func document(_ file: LoadFile, _ isSupported: Bool) -> JSONValue {
    let script = file.outcome.script
    return [
      "supported": .bool(isSupported),
      "refused": .array(
        file.outcome.refusals.map {
          [
            "feature": .string($0.feature), "line": .integer($0.span.line), "column": .integer($0.span.column),
            "reason": .string($0.reason),
          ]
        }),
      "arrivals": JSONValue(script?.arrivals), "seconds": script?.seconds.map { .double($0) } ?? nil,
      "phases": .array((script?.phases ?? []).map(phase)), "target": JSONValue(script?.target),
      "scenarios": .array(
        (script?.scenarios ?? []).map { ["name": .string($0.name), "weight": .double($0.weight)] }),
      "thresholds": JSONValue((script?.thresholds ?? []).map(\.expression)),
      "unresolved": JSONValue((script?.unresolved ?? []).map(\.reason)),
    ]
  }

  private static func phase(_ phase: LoadPhase) -> JSONValue {
    var document: JSONObject = [
      "name": JSONValue(phase.name), "kind": nil, "seconds": phase.seconds.map { .double($0) } ?? nil,
      "arrivals": JSONValue(phase.arrivals), "maxVusers": JSONValue(phase.mostUsers),
      "poisson": .bool(phase.isPoisson),
    ]
    switch phase.shape {
    case .constant(let rate)?:
      document["kind"] = "constant"
      document["arrivalRate"] = .double(rate)
    case .ramp(let from, let to)?:
      document["kind"] = "ramp"
      document["arrivalRate"] = .double(from)
      document["rampTo"] = .double(to)
    case .count(let count)?:
      document["kind"] = "count"
      document["arrivalCount"] = .integer(count)
    case .pause?: document["kind"] = "pause"
    case nil: break
    }
    return .object(document)
  }

  private static func summary(_ file: LoadFile) -> String {
    guard let script = file.outcome.script else { return "" }
    var lines = [
      "\(file.path) can be run: \(script.arrivals.map(String.init) ?? "an unknown number of") arrivals in \(script.seconds.map { LoadReadout.number($0) } ?? "?") s"
    ]
    for (index, phase) in script.phases.enumerated() {
      lines.append(
        "  \(phase.name ?? "phase \(index + 1)"): \(phase.arrivals.map(String.init) ?? "?") in \(phase.seconds.map { LoadReadout.number($0) } ?? "?") s"
      )
    }
    lines += script.unresolved.map { "  \($0.reason)" }
    return lines.map { Untrusted.line($0) + "\n" }.joined()
  }
}
