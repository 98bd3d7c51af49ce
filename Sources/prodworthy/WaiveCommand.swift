import ArgumentParser
import AuditModel
import Definitions
import Facts

/// `prodworthy waive`.
struct WaiveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "waive",
    abstract: "Accept a finding of a run for a while: add a waiver to a file of waivers.",
    discussion: """
      A waiver changes what the gate says, never the finding and never the score. It has an owner, another person who
      approved it, a ticket, and an end within \(Waiver.longestDays) days. Nothing is written that could not be loaded.

      EXAMPLE:
        prodworthy waive reports/runs/today --check http-version-hidden --target web --reason fix-scheduled \\
          --justification "The edge is replaced in January" --owner team-edge --approved-by jane@example.com \\
          --ticket OPS-12 --days 30
      """)

  @Argument(help: "The folder of the run whose finding is accepted.", completion: .directory)
  var folder: String

  @Option(help: "The finding's check.")
  var check: String

  @Option(help: "The finding's target.")
  var target: String

  @Option(help: "The finding's subject, or what subjects begin with before a final *.")
  var subject: String?

  @Option(help: "Why: \(Waiver.Reason.allCases.map(\.rawValue).joined(separator: ", ")).")
  var reason: String

  @Option(help: "Why it can be lived with until then, in at least 20 characters.")
  var justification: String

  @Option(help: "Who answers for it.")
  var owner: String

  @Option(name: .customLong("approved-by"), help: "Who agreed; never the owner.")
  var approvedBy: String

  @Option(help: "Where it is tracked.")
  var ticket: String

  @Option(help: "For how many days, today included.")
  var days: Int?

  @Option(help: "The last day (YYYY-MM-DD), to its end in UTC.")
  var expires: String?

  @Option(help: "The most that the measured value may be.")
  var ceiling: Double?

  @Option(help: "A check that must pass for the waiver to hold. Repeatable.")
  var compensating: [String] = []

  @Option(name: .customLong("id"), help: "Its id; by default the next free one of the year.")
  var waiverID: String?

  @Option(name: .shortAndLong, help: "The file of waivers, written anew where there is none.")
  var output = "waivers.yaml"

  func validate() throws {
    guard (days == nil) != (expires == nil) else { throw ValidationError("name --days or --expires, one of them") }
    guard days.map({ (1...Waiver.longestDays).contains($0) }) != false else {
      throw ValidationError("--days runs from 1 to \(Waiver.longestDays)")
    }
  }

  func run() throws {
    let run = RunFolder(path: folder)
    let report = try run.report()
    guard report.rehearsed != true, !run.saysRehearsed else {
      throw Failure(
        .badData, "\(folder) was rehearsed, its times are made up: audit again and accept what that run finds")
    }
    let finding = try finding(in: report)
    let now = Instant.current()
    let end = expires ?? Instant(seconds: now.seconds + ((days ?? 1) - 1) * 86_400).day
    let present = try YAMLEntry.present(at: output)
    let known = try present.map { (bytes) throws(Failure) in try Self.loaded(bytes, path: output) } ?? []
    let id = waiverID ?? Self.nextID(known.map(\.id), prefix: "W-\(now.day.prefix(4))-")
    var entry = YAMLEntry()
    entry.add("id", id)
    entry.add("check", check)
    entry.add("target", target)
    if let subject { entry.add("subject", subject) }
    entry.add("reason", reason)
    entry.add("justification", justification)
    entry.add("owner", owner)
    entry.add("approvedBy", approvedBy)
    entry.add("ticket", ticket)
    entry.add("created", now.day)
    entry.add("expires", end)
    entry.add("severity", finding.severity.rawValue)
    if !finding.status.isEvaluated { entry.add("statuses", [Status.fail.rawValue, finding.status.rawValue]) }
    if let ceiling { entry.add("ceiling", number: ceiling) }
    if !compensating.isEmpty { entry.add("compensating", compensating) }
    let text = try YAMLEntry.appended(entry, to: present, under: "waivers", path: output)
    _ = try Self.loaded(Array(text.utf8), path: output)
    try Output.replace(output, with: Array(text.utf8))
    try Output.print(
      "\(id) accepts \(check) on \(target)\(subject.map { " \($0)" } ?? "") until the end of \(end); it is in \(output)\n"
    )
  }

  /// The finding that is accepted. Throws `Failure` (64) where there is nothing to accept.
  private func finding(in report: AuditReport) throws(Failure) -> Finding {
    let there = report.findings.filter { $0.check == check && $0.target == target }
    let open = there.filter { $0.status.countsInScore && $0.status != .pass }
    guard let first = open.first else {
      let targets = Set(report.findings.filter { $0.check == check }.map(\.target)).sorted()
      let hint =
        !there.isEmpty
        ? "it passes or does not apply there"
        : targets.isEmpty
          ? "the run did not judge it\(DidYouMean.phrase(check, among: report.checks.keys.sorted()))"
          : "it was judged on \(targets.joined(separator: ", "))"
      throw Failure(.usage, "there is nothing to accept of \(check) on \(target): \(hint)")
    }
    let matching = open.filter { finding in
      switch (subject, finding.subject) {
      case (nil, nil): true
      case (let pattern?, let subject?): Policy.pattern(pattern, matches: subject)
      default: false
      }
    }
    guard let worst = matching.max(by: { $0.status.badness < $1.status.badness }) else {
      let subjects = open.compactMap(\.subject)
      throw Failure(
        .usage,
        subjects.isEmpty
          ? "the finding of \(check) on \(target) has no subject: leave out --subject"
          : "the findings of \(check) on \(target) have subjects: name one with --subject, \(first.subject ?? "") for example"
      )
    }
    return worst
  }

  private static func loaded(_ bytes: [UInt8], path: String) throws(Failure) -> [Waiver] {
    let loaded = Definitions.waivers(SourceFile(path: path, bytes: bytes))
    guard let waivers = loaded.value else {
      throw Failure(.badData, Workspace.rendered(loaded.diagnostics, consequence: "nothing was written"))
    }
    return waivers
  }

  /// `prefix` with the next number that is free.
  static func nextID(_ known: [String], prefix: String) -> String {
    let numbers = known.filter { $0.hasPrefix(prefix) }.compactMap { Int($0.dropFirst(prefix.count)) }
    let next = String((numbers.max() ?? 0) + 1)
    return prefix + String(repeating: "0", count: max(0, 3 - next.count)) + next
  }
}
