import ArgumentParser
import AuditModel
import Definitions
import Engine
import Facts
import FoundationEssentials

/// `prodworthy attest`.
struct AttestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "attest",
    abstract: "State what no probe can see: add an attestation to a file of attestations.",
    discussion: """
      STATEMENT is one that the checklist asks for; `prodworthy checks --by checklist` lists them with their words. It
      rests on evidence, ends on a day, and goes stale when a text it speaks of changes.

      EXAMPLE:
        prodworthy attest rollback-rehearsed --by jane@example.com --evidence https://wiki.example/rehearsal/12 \\
          --text docs/rollback.md --days 90
      """)

  @Argument(help: "The statement's id.")
  var statement: String?

  @Option(help: "Or a check that waits for a person.")
  var check: String?

  @Option(help: "The target of that check.")
  var target: String?

  @Option(help: "The part of the target.")
  var subject: String?

  @Option(help: "What is stated, where a check is attested.")
  var words: String?

  @Option(help: "Who states it.")
  var by: String

  @Option(name: .customLong("reviewed-by"), help: "Who looked at it too; somebody else.")
  var reviewedBy: String?

  @Option(help: "What it rests on: an address, a ticket, a document. Repeatable.")
  var evidence: [String]

  @Option(help: "A file it speaks of, seen from the file of attestations. Repeatable.", completion: .file())
  var text: [String] = []

  @Option(help: "For how many days, today included.")
  var days: Int?

  @Option(help: "The last day (YYYY-MM-DD), to its end in UTC.")
  var expires: String?

  @Option(help: "A folder with further checks and probe manifests. Repeatable.", completion: .directory)
  var checks: [String] = []

  @Option(name: .shortAndLong, help: "The file of attestations, written anew where there is none.")
  var output = "attestations.yaml"

  func validate() throws {
    guard (days == nil) != (expires == nil) else { throw ValidationError("name --days or --expires, one of them") }
    guard days.map({ (1...Attestation.longestDays).contains($0) }) != false else {
      throw ValidationError("--days runs from 1 to \(Attestation.longestDays)")
    }
    guard (statement == nil) != (check == nil) else {
      throw ValidationError("name a statement or --check, one of them")
    }
    guard check == nil || (target != nil && words != nil) else {
      throw ValidationError("--check needs --target and --words")
    }
    guard statement == nil || (target == nil && subject == nil && words == nil) else {
      throw ValidationError("--target, --subject and --words go with --check: a statement has its own words")
    }
  }

  func run() throws {
    let workspace = try Workspace.load(
      Workspace.Request(checkFolders: checks, wantsInventory: false),
      environment: ProcessInfo.processInfo.environment)
    let catalogue = workspace.catalogue
    let requests = catalogue.checklist.flatMap(\.attest)
    let now = Instant.current()
    let end = expires ?? Instant(seconds: now.seconds + ((days ?? 1) - 1) * 86_400).day
    let present = try YAMLEntry.present(at: output)
    func loaded(_ bytes: [UInt8]) throws(Failure) -> [Attestation] {
      let loaded = Definitions.attestations(
        SourceFile(path: output, bytes: bytes), checks: catalogue.checks, checklist: catalogue.checklist,
        digest: OverlayFiles.digest)
      guard let attestations = loaded.value else {
        throw Failure(.badData, Workspace.rendered(loaded.diagnostics, consequence: "nothing was written"))
      }
      return attestations
    }
    let known = try present.map { (bytes) throws(Failure) in try loaded(bytes) } ?? []
    let id = WaiveCommand.nextID(known.map(\.id), prefix: "A-\(now.day.prefix(4))-")
    var entry = YAMLEntry()
    entry.add("id", id)
    if let statement {
      guard let request = requests.first(where: { $0.id == statement }) else {
        throw Failure(
          .usage,
          "the checklist asks for no statement \(statement)\(DidYouMean.phrase(statement, among: requests.map(\.id)))")
      }
      entry.add("attests", statement)
      entry.add("statement", request.statement)
    } else {
      entry.add("check", check ?? "")
      entry.add("target", target ?? "")
      if let subject { entry.add("subject", subject) }
      entry.add("statement", words ?? "")
    }
    entry.add("by", by)
    if let reviewedBy { entry.add("reviewedBy", reviewedBy) }
    entry.add("on", now.day)
    entry.add("expires", end)
    entry.add("evidence", evidence)
    if !text.isEmpty {
      let folder = PathText.folder(of: output)
      var texts: [[(String, String)]] = []
      for file in text {
        guard let digest = OverlayFiles.digest(file.hasPrefix("/") ? file : "\(folder)/\(file)") else {
          throw Failure(.missingInput, "cannot read \(file), seen from \(folder)")
        }
        texts.append([("file", file), ("sha256", digest)])
      }
      entry.add("texts", texts)
    }
    let content = try YAMLEntry.appended(entry, to: present, under: "attestations", path: output)
    _ = try loaded(Array(content.utf8))
    try Output.replace(output, with: Array(content.utf8))
    try Output.print("\(id) attests \(statement ?? check ?? "") until the end of \(end); it is in \(output)\n")
  }
}
