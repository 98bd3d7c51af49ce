import ArgumentParser
import AuditModel
import Definitions
import Engine
import Facts
import Reporting

/// What a command works on.
struct SelectionOptions: ParsableArguments {
  @Option(name: [.customShort("f"), .long], help: "The inventory.", completion: .file(extensions: ["yaml", "yml"]))
  var file: String?

  @Option(help: "A policy's name (\(Composition.policyNames.joined(separator: ", "))) or file.")
  var policy: String?

  @Option(help: "A folder with further checks and probe manifests. Repeatable.", completion: .directory)
  var checks: [String] = []

  /// The request these options make.
  var request: Workspace.Request { Workspace.Request(file: file, policy: policy, checkFolders: checks) }
}

/// What people say about findings.
struct OverlayOptions: ParsableArguments {
  @Option(help: "A file of waivers; by default the one that the inventory or the policy names.", completion: .file())
  var waivers: String?

  @Flag(name: .customLong("no-waivers"), help: "Judge as if nothing had been accepted.")
  var noWaivers = false

  @Option(help: "A file of attestations; by default the one that the inventory names.", completion: .file())
  var attestations: String?

  @Option(
    help: "A baseline: what fails and does not stand in it is new, and the gate asks that nothing is.",
    completion: .file(extensions: ["json"]))
  var baseline: String?

  func validate() throws {
    guard !noWaivers || waivers == nil else { throw ValidationError("--waivers and --no-waivers exclude each other") }
  }

  /// The files these options name.
  var files: OverlayFiles {
    OverlayFiles(waivers: waivers, attestations: attestations, baseline: baseline, ignoresWaivers: noWaivers)
  }
}

/// What reports look like.
struct ReportOptions: ParsableArguments {
  @Option(help: "A further report: \(ReportFormats.all.map(\.name).joined(separator: ", ")). Repeatable.")
  var format: [String] = []

  @Option(
    name: .customLong("junit-dialect"),
    help: "How JUnit is written: \(JUnitDialect.allCases.map(\.rawValue).joined(separator: ", ")).")
  var junitDialect: String = JUnitDialect.rich.rawValue

  @Option(
    name: .customLong("sarif-profile"),
    help: "How much SARIF holds: \(SARIFProfile.allCases.map(\.rawValue).joined(separator: ", ")).")
  var sarifProfile: String = SARIFProfile.full.rawValue

  @Flag(inversion: .prefixedNo, help: "Colour; by default only on a terminal and without NO_COLOR.")
  var color: Bool?

  func validate() throws {
    guard JUnitDialect(rawValue: junitDialect) != nil else {
      let known = JUnitDialect.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("there is no JUnit dialect \(junitDialect); known are \(known)")
    }
    guard SARIFProfile(rawValue: sarifProfile) != nil else {
      let known = SARIFProfile.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("there is no SARIF profile \(sarifProfile); known are \(known)")
    }
    for name in format where ReportFormats.named(name) == nil {
      let known = ReportFormats.all.map(\.name)
      throw ValidationError("there is no report format \(name)\(DidYouMean.phrase(name, among: known))")
    }
  }

  /// The formats asked for. Unknown ones were refused by `validate`.
  func furtherFormats() throws(Failure) -> [any ReportFormat] { format.compactMap { ReportFormats.named($0) } }

  /// The formats that every run folder gets, those in `further` left out; `report.json` last, as the seal of the folder.
  static func written(further: [any ReportFormat]) -> [any ReportFormat] {
    ["junit", "markdown", "json"].filter { name in !further.contains { $0.name == name } || name == "json" }
      .compactMap { ReportFormats.named($0) }
  }

  /// What the renderers are told.
  func options(color: Bool) -> RenderingOptions {
    RenderingOptions(
      junitDialect: JUnitDialect(rawValue: junitDialect) ?? .rich, usesColor: color, width: Terminal.width(1),
      sarifProfile: SARIFProfile(rawValue: sarifProfile) ?? .full)
  }
}

/// A suggestion for a word that is not known.
enum DidYouMean {
  /// `: did you mean …?` with the nearest of `known`, or the whole list where none is near.
  static func phrase(_ word: String, among known: [String]) -> String {
    let near = Suggestion.nearest(to: word, among: known)
    return near.isEmpty
      ? "; known are \(known.sorted().joined(separator: ", "))" : ": did you mean \(near.joined(separator: " or "))?"
  }
}

extension Workspace {
  /// Throws `Failure` (64) where one of `ids` is no check.
  func requireChecks(_ ids: [String]) throws(Failure) {
    let known = catalogue.checks.map(\.id)
    for id in ids where !known.contains(id) {
      throw Failure(.usage, "there is no check \(id)\(DidYouMean.phrase(id, among: known))")
    }
  }
}
