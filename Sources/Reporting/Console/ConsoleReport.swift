import AuditModel

/// The report for a terminal.
struct ConsoleReport {
  let report: AuditReport
  let options: RenderingOptions

  /// The most findings of one check that are shown.
  private static let findingLimit = 5
  /// The most checks or causes under one heading.
  private static let groupLimit = 50

  /// All lines.
  var text: String {
    var page = ConsolePage(width: options.width, usesColor: options.usesColor)
    if !options.isQuiet {
      writeFailing(into: &page)
      writeOpen(into: &page)
      writeWarnings(into: &page)
      writeStanding(into: &page)
    }
    writeSummary(into: &page)
    return page.text
  }

  private func writeFailing(into page: inout ConsolePage) {
    let failing = report.findings.filter(\.isFailing).grouped(by: \.check)
    let waiting = Dictionary(
      report.causes.map { (Place($0.target, $0.check), $0.dependents.count) }, uniquingKeysWith: +)
    for (id, findings) in failing.prefix(Self.groupLimit) {
      let severity = findings[0].severity
      page.line("\(page.painted("FAIL", .red)) \(severity.rawValue) \(page.painted(Untrusted.line(id), .bold))")
      for finding in findings.prefix(Self.findingLimit) {
        page.quote("\(place(finding)): \(finding.message)")
      }
      if findings.count > Self.findingLimit {
        page.quote("… and \(counted(findings.count - Self.findingLimit, "finding")) more")
      }
      // One place may be listed once for each of its parts, and many places may wait for one fix: told once.
      let count = Set(findings.map(\.target)).reduce(0) { $0 + (waiting[Place($1, id)] ?? 0) }
      if count > 0 { page.quote("\(counted(count, "finding")) wait\(count == 1 ? "s" : "") for this") }
      if let fix = report.checks[id]?.remediation { page.quote("fix (\(fix.effort.rawValue) effort): \(fix.text)") }
      if let command = findings.first?.reproduce { page.command(command) }
      page.line()
    }
    writeRemainder(failing.count, "failing check", into: &page)
  }

  /// What evidence did not decide: by cause where there is one, else by check.
  private func writeOpen(into page: inout ConsolePage) {
    let open = bySeverity(report.findings.filter(\.isNotProven))
    let causes = report.causes.filter { $0.check == nil && !$0.dependents.isEmpty }
    let word = page.painted("NOT PROVEN", .yellow)
    for cause in causes.prefix(Self.groupLimit) {
      page.line("\(word) \(page.painted(Untrusted.line(cause.target), .bold))")
      page.quote(cause.reason)
      page.quote("\(counted(cause.dependents.count, "finding")) wait\(cause.dependents.count == 1 ? "s" : "") for this")
      page.line()
    }
    writeRemainder(causes.count, "cause", into: &page)
    // What waits for a failing check is counted there, what waits for a probe is counted above.
    let alone = open.filter { $0.cause == nil }.grouped(by: \.check)
    for (id, findings) in alone.prefix(Self.groupLimit) {
      page.line("\(word) \(findings[0].severity.rawValue) \(page.painted(Untrusted.line(id), .bold))")
      for finding in findings.prefix(Self.findingLimit) {
        page.quote("\(place(finding)): \(finding.message) (\(finding.status.word))")
      }
      if findings.count > Self.findingLimit {
        page.quote("… and \(counted(findings.count - Self.findingLimit, "finding")) more")
      }
      page.line()
    }
    writeRemainder(alone.count, "check not proven", into: &page)
  }

  private func writeWarnings(into page: inout ConsolePage) {
    let warnings = report.findings.filter(\.isWarning).grouped(by: \.check)
    for (id, findings) in warnings.prefix(Self.groupLimit) {
      page.line("\(page.painted("WARN", .yellow)) \(findings[0].severity.rawValue) \(Untrusted.line(id))")
      for finding in findings.prefix(2) { page.quote("\(place(finding)): \(finding.message)") }
      if findings.count > 2 { page.quote("… and \(counted(findings.count - 2, "finding")) more") }
    }
    writeRemainder(warnings.count, "warning", into: &page)
    if !warnings.isEmpty { page.line() }
  }

  private func writeSummary(into page: inout ConsolePage) {
    let color: ConsolePage.Color =
      switch report.gate.status {
      case .passed: .green
      case .failed: .red
      case .undecided: .yellow
      }
    page.line("\(page.painted(report.verdict, color)): \(report.decision)")
    page.line("score \(report.score.sentence), \(report.checklistSentence)")
    if let sentence = report.rehearsalSentence { page.line("\(page.painted("REHEARSED", .yellow)): \(sentence)") }
    if options.isQuiet { return }
    for condition in report.gate.conditions where condition.status != .pass {
      page.quote("\(condition.status.rawValue) \(condition.id): \(condition.detail)")
    }
    page.line("findings: \(report.findingCounts)")
    if let measured = report.measuresSentence { page.line("measured \(measured)") }
    let moved = report.tellingMeasures.filter { $0.verdict == .regressed || $0.verdict == .improved }
    for item in moved.prefix(Self.findingLimit) {
      let place = item.place.isEmpty ? "" : " on \(item.place)"
      page.quote("\(item.verdict.words): \(item.name)\(place): \(item.valueWords), noise explains \(item.bandWords)")
    }
    if moved.count > Self.findingLimit {
      page.quote("… and \(counted(moved.count - Self.findingLimit, "number")) more")
    }
    if let matrix = report.matrix {
      let open = matrix.services.flatMap { row in row.cells.filter { !$0.isProven }.map { (row.name, $0) } }
      page.line("services: \(open.isEmpty ? "every cell proven" : "\(counted(open.count, "cell")) not proven")")
      for (name, cell) in open.prefix(Self.findingLimit * 2) {
        page.quote("\(name), \(cell.column): \(cell.status?.rawValue ?? "hole"): \(cell.message)")
      }
      if open.count > Self.findingLimit * 2 { page.quote("… and \(open.count - Self.findingLimit * 2) more") }
    }
    for reason in report.partial { page.quote("partial run: \(reason)") }
    if let way = report.wayToGreen {
      page.line("cheapest way to green: \(way.sentence)")
      for step in way.steps.prefix(Self.findingLimit * 2) {
        page.quote(
          "\(step.effort.rawValue) effort: \(step.check ?? "let it be seen") on \(step.target)"
            + (step.settles > 1 ? ", settles \(counted(step.settles, "finding"))" : ""))
      }
      if way.steps.count > Self.findingLimit * 2 { page.quote("… and \(way.steps.count - Self.findingLimit * 2) more") }
      for id in way.beyond { page.quote("no fix turns \(id)") }
    }
    let gains = report.score.arithmetic.rows.filter { $0.gain > 0 }
      .sorted { ($1.gain, $0.check) < ($0.gain, $1.check) }.prefix(3)
    if !gains.isEmpty { page.line("what would raise the score most:") }
    for row in gains { page.quote("+\(percent(row.gain)) \(row.check)") }
    page.line(
      "audited \(Untrusted.line(report.system.name)) (\(report.system.environment.rawValue)), policy \(Untrusted.line(report.policy.id)), "
        + "\(counted(report.targets.count, "target")), \(counted(report.traffic.total.requests, "request")) sent, "
        + "\(seconds(report.durationMs)) s")
  }

  /// What people said about findings, what was carried, and what time will do.
  private func writeStanding(into page: inout ConsolePage) {
    let waived = report.findings.count { $0.isWaived }
    if !report.waivers.isEmpty {
      let active = report.waivers.count { $0.state == .active }
      page.line("waivers: \(active) of \(report.waivers.count) cover \(counted(waived, "finding"))")
      for row in report.waivers.filter({ !$0.complaint.isEmpty }).prefix(Self.groupLimit) {
        page.quote("\(row.waiver.id) (\(row.place)): \(row.complaint)")
      }
    }
    if !report.attestations.isEmpty {
      page.line(
        "attestations: \(report.attestations.count { $0.state == .valid }) of \(report.attestations.count) hold")
      for row in report.attestations.filter({ $0.state != .valid }).prefix(Self.groupLimit) {
        page.quote("\(row.attestation.id) (\(row.topic)): \(row.state.word), \(row.problem ?? "")")
      }
    }
    if let baseline = report.baseline {
      page.line(
        "against the baseline of \(baseline.writtenAt.day): \(baseline.new.count) new, \(baseline.known.count) known, "
          + "\(baseline.fixed.count) fixed, \(baseline.unverified.count) unverified")
    }
    for evidence in report.carried.prefix(Self.groupLimit) {
      page.line(evidence.refused == nil ? "carried, \(evidence.age) old" : "not carried")
      page.quote("\(evidence.probe) on \(evidence.target): \(evidence.refused ?? "until \(evidence.expires)")")
    }
    if let undone = report.undoneSentence { page.quote(undone) }
    if let forecast = report.forecast {
      page.line("until then \(counted(forecast.count, "thing")) end\(forecast.count == 1 ? "s" : "")")
      for expiry in forecast.prefix(Self.groupLimit) {
        page.quote(
          "\(expiry.at.day) \(expiry.kind.rawValue) \(expiry.what)\(expiry.target.map { " on \($0)" } ?? ""): "
            + expiry.message)
      }
    }
    let isSaid = !report.waivers.isEmpty || !report.attestations.isEmpty || report.baseline != nil
    if isSaid || !report.carried.isEmpty || report.forecast != nil { page.line() }
  }

  private struct Place: Hashable {
    let target: String
    let check: String?

    init(_ target: String, _ check: String?) {
      self.target = target
      self.check = check
    }
  }

  private func place(_ finding: Finding) -> String {
    finding.subject.map { "\(finding.target) \($0)" } ?? finding.target
  }

  private func writeRemainder(_ count: Int, _ noun: String, into page: inout ConsolePage) {
    guard count > Self.groupLimit else { return }
    page.line("… and \(count - Self.groupLimit) more: \(noun)")
    page.line()
  }
}
