import AuditModel

/// What surrounds the findings: the verdict, the gate, the checklist, the arithmetic, the dark, the traffic, the sign-off.
extension HTMLReport {
  private static let verdictClass: [Gate.Decision: String] = [.passed: "pass", .failed: "fail", .undecided: "open"]

  func writeHeader(into page: inout HTMLPage) {
    let kind = Self.verdictClass[report.gate.status] ?? "open"
    page.markup("<header class=\"verdict \(kind)\">\n<p class=\"over\">Production readiness</p>\n<h1>")
    page.markup("<span class=\"word\">\(HTMLText.inline(report.verdict))</span> ")
    page.markup("<span class=\"system\">\(HTMLText.inline(report.system.name))</span> ")
    page.markup("<span class=\"environment\">\(report.system.environment.rawValue)</span></h1>\n")
    page.element("p", ["class": "decision"], "\(report.decision) · \(report.checklistSentence)")
    if let sentence = report.rehearsalSentence { page.element("p", ["class": "alert"], "Rehearsed: \(sentence).") }
    if report.interrupted {
      page.element("p", ["class": "alert"], "Interrupted: the run ended before everything was looked at.")
    }
    for reason in report.partial.prefix(min(detail.rowLimit, 20)) {
      page.element("p", ["class": "alert"], "Partial run: \(reason)")
    }
    page.remainder(of: report.partial.count, "reason", limit: min(detail.rowLimit, 20))
    if let day = report.asOf {
      page.element(
        "p", ["class": "alert"], "Judged as of \(day), from facts recorded on \(report.startedAt.day).")
    }
    if let parts = report.shardSentence, !report.isWhole {
      page.element("p", ["class": "alert"], "Divided run: \(parts).")
    }
    if let omission = detail.omission(in: report) {
      page.element("p", ["class": "alert"], "Shortened: \(omission). The whole report is in report.json.")
    }
    writeTiles(into: &page)
    page.markup("<dl class=\"facts\">\n")
    let kinds = report.targets.grouped(by: \.kind).map { "\($0.elements.count) \($0.key)" }.joined(separator: ", ")
    let standing: [(String, String?)] = [
      ("Baseline", report.baselineSentence), ("Acceptances", report.acceptanceSentence),
      ("Attestations", report.attestationSentence), ("Carried", report.carriedSentence),
      ("Parts", report.shardSentence), ("Put back", report.undoneSentence),
    ]
    for (term, value) in [
      ("Policy", "\(report.policy.id) (\(report.policy.title))"), ("Targets", report.targets.isEmpty ? "none" : kinds),
      ("Findings", report.findingCounts), ("Started", "\(report.startedAt), took \(seconds(report.durationMs)) s"),
      ("Run", report.runID),
    ] + standing.compactMap({ term, value in value.map { (term, $0) } }) {
      page.markup("<div>")
      page.element("dt", term)
      page.element("dd", value)
      page.markup("</div>\n")
    }
    page.markup("</dl>\n</header>\n")
  }

  private func writeTiles(into page: inout HTMLPage) {
    page.markup("<div class=\"tiles\">\n<div class=\"tile wide\"><p class=\"figure\">")
    page.markup(
      "\(HTMLText.inline(report.score.proven.map(percent) ?? "none"))</p><p>\(HTMLText.inline(scoreWords))</p>")
    page.markup(ScoreGauge(report.score).svg)
    page.markup("</div>\n")
    for (group, kind) in zip(groups, ["fail", "open", "warn", "accept"]) {
      page.markup("<div class=\"tile \(group.findings.isEmpty ? "none" : kind)\"><p class=\"figure\">")
      page.markup("\(group.findings.count)</p><p>\(group.title.lowercased())</p></div>\n")
    }
    page.markup("</div>\n")
  }

  private var scoreWords: String {
    guard let possible = report.score.possible, let coverage = report.score.coverage else {
      return "score: nothing was in the sum"
    }
    return "score proven of 100, \(percent(possible)) possible, \(coverage / 10) % of the weight evaluated"
  }

  /// Controls that the script brings to life; without it they stay hidden.
  func writeFilters(into page: inout HTMLPage) {
    guard groups.contains(where: { !$0.findings.isEmpty }) else { return }
    page.markup("<div id=\"filters\" class=\"filters\" role=\"search\" aria-label=\"Filter the findings\" hidden>\n")
    page.markup("<label>Text <input id=\"filter-text\" type=\"search\" autocomplete=\"off\"></label>\n")
    select(
      "filter-state", "State",
      groups.filter { !$0.findings.isEmpty }.map { ($0.id, $0.title) } + [("passed", "Passed")],
      into: &page)
    select("filter-severity", "Severity", Severity.allCases.map { ($0.rawValue, $0.rawValue) }, into: &page)
    if (2...200).contains(report.targets.count) {
      select(
        "filter-target", "Target", report.targets.enumerated().map { (String($0.offset), $0.element.id) }, into: &page)
    }
    page.markup("<button type=\"button\" id=\"filter-reset\">Reset</button>\n")
    page.markup("<button type=\"button\" id=\"unfold\" aria-pressed=\"false\">Unfold all</button>\n")
    page.markup("<output id=\"filter-count\" aria-live=\"polite\"></output>\n</div>\n")
  }

  private func select(_ id: String, _ label: String, _ options: [(String, String)], into page: inout HTMLPage) {
    page.markup("<label>\(label) <select id=\"\(id)\"><option value=\"\">all</option>\n")
    for (value, title) in options { page.element("option", ["value": value], title) }
    page.markup("</select></label>\n")
  }

  func writeGate(into page: inout HTMLPage) {
    guard !report.gate.conditions.isEmpty else {
      page.element("p", "The policy names no condition, so nothing decides.")
      return
    }
    let worstFirst: [Gate.Condition.Outcome: Int] = [.fail: 0, .undecided: 1, .pass: 2]
    let conditions =
      report.gate.conditions.count <= detail.rowLimit
      ? report.gate.conditions
      : report.gate.conditions.enumerated().sorted {
        (worstFirst[$0.element.status] ?? 0, $0.offset) < (worstFirst[$1.element.status] ?? 0, $1.offset)
      }.map(\.element)
    page.table("Conditions of the gate", ["Condition", "Result", "Limit and what was found"]) { page in
      for condition in conditions.prefix(max(detail.rowLimit, 100)) {
        let (kind, word) =
          switch condition.status {
          case .pass: ("pass", "pass")
          case .fail: ("fail", "FAIL")
          case .undecided: ("open", "UNDECIDED")
          }
        page.markup("<tr><th scope=\"row\">\(HTMLText.inline(condition.id))</th><td>\(Self.badge(kind, word))</td>")
        page.markup("<td>\(HTMLText.inline(condition.detail))</td></tr>\n")
      }
    }
    page.remainder(of: conditions.count, "condition", limit: max(detail.rowLimit, 100))
  }

  /// A state as a mark and a word, never as a colour alone.
  static func badge(_ kind: String, _ word: String) -> String {
    let marks = ["pass": "✓", "warn": "!", "fail": "✕", "open": "?", "accept": "≈", "none": "–"]
    return
      "<span class=\"badge \(kind)\"><span aria-hidden=\"true\">\(marks[kind] ?? "–")</span> \(HTMLText.inline(word))</span>"
  }

  func writeCauses(into page: inout HTMLPage) {
    page.element("p", ["class": "note"], "Each of these keeps other findings from passing or from being decided.")
    let causes = report.causes.enumerated().sorted {
      ($1.element.dependents.count, $0.offset) < ($0.element.dependents.count, $1.offset)
    }.map(\.element)
    page.table("Causes", ["Target", "Shown by", "What is wrong", "Waiting for it"]) { page in
      for cause in causes.prefix(detail.rowLimit) {
        page.markup("<tr><th scope=\"row\">\(HTMLText.inline(cause.target))</th><td>")
        page.markup(
          "\(HTMLText.inline(cause.check ?? "the probe itself"))</td><td>\(HTMLText.inline(cause.reason))</td><td>")
        page.markup(counted(cause.dependents.count, "finding"))
        let links = cause.dependents.compactMap { anchors[$0] }.prefix(5)
        if !links.isEmpty {
          let list = links.enumerated().map {
            "<a href=\"#\($0.element)\" aria-label=\"Finding \($0.offset + 1) that waits for this\">\($0.offset + 1)</a>"
          }
          page.markup(": " + list.joined(separator: " "))
        }
        page.markup("</td></tr>\n")
      }
    }
    page.remainder(of: causes.count, "cause", limit: detail.rowLimit)
  }

  // MARK: Checklist

  /// The matrix: a row per item, a column per target, or per kind of target where there are many.
  func writeChecklist(into page: inout HTMLPage) {
    let open = report.openItems
    page.element(
      "p", ["class": "note"],
      "\(open) of \(counted(report.checklist.count, "item")) open. A cell is the worst of what the checks of that row found."
    )
    let kinds = Dictionary(report.targets.map { ($0.id, $0.kind) }, uniquingKeysWith: { first, _ in first })
    let isByKind = report.targets.count > 10
    var columns: [String] = []
    for target in report.targets {
      let name = isByKind ? target.kind : target.id
      if !columns.contains(name) { columns.append(name) }
      if columns.count == 12 { break }
    }
    let findings = Dictionary(report.findings.map { ($0.fingerprint, $0) }, uniquingKeysWith: { first, _ in first })
    page.table("Checklist by \(isByKind ? "kind of target" : "target")", ["Item", "Requirement", "State"] + columns) {
      page in
      var area: String?
      for row in report.checklist.prefix(max(detail.rowLimit, 200)) {
        if row.area != area {
          area = row.area
          page.markup("<tr class=\"area\"><th scope=\"rowgroup\" colspan=\"\(3 + columns.count)\">")
          page.markup("\(HTMLText.inline(row.area))</th></tr>\n")
        }
        page.markup("<tr><th scope=\"row\">\(HTMLText.inline(row.id))</th><td>\(HTMLText.inline(row.title))</td>")
        page.markup("<td>\(Self.badge(Self.kind(of: row.status), row.status.word))\(Self.said(of: row))</td>")
        let found = row.findings.compactMap { findings[$0] }
          .grouped { isByKind ? kinds[$0.target] ?? $0.target : $0.target }
        for column in columns {
          page.markup("<td>\(cell(found.first { $0.key == column }?.elements ?? []))</td>")
        }
        page.markup("</tr>\n")
      }
    }
    page.remainder(of: report.checklist.count, "item", limit: max(detail.rowLimit, 200))
  }

  /// Who attested an item, and what nobody did, below its state.
  private static func said(of row: AuditReport.ChecklistRow) -> String {
    let words = [
      row.attestations.isEmpty ? nil : "by \(names(row.attestations))",
      row.awaiting.isEmpty || row.status != .notCovered ? nil : "nobody attests \(names(row.awaiting))",
    ].compactMap(\.self)
    return words.isEmpty ? "" : "<p class=\"mark\">\(HTMLText.inline(words.joined(separator: "; ")))</p>"
  }

  private func cell(_ findings: [Finding]) -> String {
    guard let worst = findings.max(by: { $0.status.badness < $1.status.badness }) else {
      return "<span class=\"nothing\">—<span class=\"unseen\"> nothing looked</span></span>"
    }
    let badge = Self.badge(
      worst.isWaived ? "accept" : Self.kind(of: worst.status), worst.isWaived ? "accepted" : worst.status.word)
    return anchors[worst.fingerprint].map { "<a href=\"#\($0)\">\(badge)</a>" } ?? badge
  }

  private static func kind(of status: Status) -> String {
    switch status {
    case .pass: "pass"
    case .warn: "warn"
    case .fail: "fail"
    case .error, .unknown, .blocked, .manual: "open"
    case .notApplicable, .skipped: "none"
    }
  }

  private static func kind(of coverage: AuditReport.ChecklistRow.Coverage) -> String {
    switch coverage {
    case .pass: "pass"
    case .warn: "warn"
    case .fail: "fail"
    case .notProven: "open"
    case .notApplicable, .notCovered, .attested: "none"
    }
  }

  // MARK: Score

  func writeScore(into page: inout HTMLPage) {
    let sum = report.score.arithmetic
    guard sum.totalWeight > 0, let proven = report.score.proven, let possible = report.score.possible,
      let coverage = report.score.coverage
    else {
      page.element("p", "No check was in the sum, so there is no score.")
      return
    }
    page.element(
      "p", ["class": "note"],
      "Each check earns weight × credit: 1000 for a pass, 500 for a warning, nothing else; over several targets their "
        + "mean, at most 500 while one is open. Whole numbers, never rounded up; accepting a finding changes nothing.")
    page.table("How the score was computed", ["Figure", "Computed", "Cap", "Result"]) { page in
      func row(_ name: String, _ quotient: String, _ value: Int, _ cap: Severity?, _ result: Int) {
        let cap = cap.map { "\(percent($0.cap)) while a \($0.rawValue) check is open" } ?? "none"
        page.row([:], [name, "\(quotient) = \(value) ‰", cap, percent(result)])
      }
      row("proven", "\(sum.earned) / \(sum.totalWeight)", sum.earned / sum.totalWeight, sum.provenCap, proven)
      row(
        "possible, if all undecided passed", "\(sum.earnable) / \(sum.totalWeight)", sum.earnable / sum.totalWeight,
        sum.possibleCap, possible)
      row(
        "evaluated", "\(sum.evaluatedWeight) × 1000 / \(sum.totalWeight)",
        sum.evaluatedWeight * 1000 / sum.totalWeight, nil, coverage)
    }
    writeAreas(into: &page)
    page.details("The \(counted(sum.rows.count, "check")) in the sum") { page in
      page.table(
        "Checks in the sum",
        ["Check", "Weight", "Worst status", "Credit", "Weight × credit", "Adds when repaired alone"]
      ) { page in
        for row in sum.rows.prefix(detail.rowLimit) {
          page.row(
            [:],
            [
              row.check, "\(row.weight)", row.status.word, "\(row.credit)", "\(row.weight * row.credit)",
              percent(row.gain),
            ])
        }
        page.row(["class": "sum"], ["sum", "\(sum.totalWeight)", " ", " ", "\(sum.earned)", " "])
      }
      page.remainder(of: sum.rows.count, "check", limit: detail.rowLimit)
    }
  }

  /// Findings by the first word of their check, as bars with their numbers beside them.
  private func writeAreas(into page: inout HTMLPage) {
    let areas = report.findings.filter { $0.status.countsInScore }
      .grouped { String($0.check.unicodeScalars.prefix { $0 != "-" }.prefix(40)) }
      .sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    guard !areas.isEmpty else { return }
    page.table("Findings by area", ["Area", "Share", "Pass", "Warn", "Fail", "Not proven", "Accepted"]) { page in
      for (area, findings) in areas.prefix(min(detail.rowLimit, 60)) {
        let counts = [
          findings.count { $0.status == .pass }, findings.count(where: \.isWarning), findings.count(where: \.isFailing),
          findings.count(where: \.isNotProven), findings.count(where: \.isWaived),
        ]
        page.markup("<tr><th scope=\"row\">\(HTMLText.inline(area))</th><td>\(StackedBar(counts).svg)</td>")
        for count in counts { page.markup("<td>\(count)</td>") }
        page.markup("</tr>\n")
      }
    }
    page.remainder(of: areas.count, "area", limit: min(detail.rowLimit, 60))
  }

  // MARK: The dark, the traffic, the sign-off

  func writeNotSeen(into page: inout HTMLPage) {
    page.table("Parts that could not be seen", ["Target", "Probe", "Part", "Why", "What would show it"]) { page in
      for part in report.notSeen.prefix(detail.rowLimit) {
        page.row([:], [part.target, part.probe, part.path ?? "everything", part.reason, part.remedy])
      }
    }
    page.remainder(of: report.notSeen.count, "part", limit: detail.rowLimit)
  }

  func writeTraffic(into page: inout HTMLPage) {
    let targets = report.traffic.byTarget.sorted {
      if $0.value.requests != $1.value.requests { return $0.value.requests > $1.value.requests }
      return $0.key.utf8.lexicographicallyPrecedes($1.key.utf8)
    }
    page.table(
      "Traffic by target", ["Target", "Connections", "Requests", "Bytes sent", "Bytes received", "Processes"]
    ) { page in
      func row(_ name: String, _ traffic: Traffic, _ attributes: KeyValuePairs<String, String?>) {
        page.row(
          attributes,
          [
            name, "\(traffic.connections)", "\(traffic.requests)", "\(traffic.bytesSent)", "\(traffic.bytesReceived)",
            "\(traffic.processes)",
          ])
      }
      for (name, traffic) in targets.prefix(min(detail.rowLimit, 100)) { row(name, traffic, [:]) }
      row("all", report.traffic.total, ["class": "sum"])
    }
    page.remainder(of: targets.count, "target", limit: min(detail.rowLimit, 100))
  }

  /// What people sign, by hand on paper or with a key.
  func writeSignOff(into page: inout HTMLPage) {
    page.element(
      "p", ["class": "note"],
      "A signature holds for the one report.json with the digest below; whoever checks it runs the two commands.")
    page.markup("<dl class=\"facts\">\n")
    for (term, value) in [
      ("SHA-256 of report.json", digest), ("Policy digest", report.policy.digest),
      ("Verdict", "\(report.verdict), \(report.decision)"),
      ("Score", report.score.sentence), ("Accepted findings", "\(report.findings.count(where: \.isWaived))"),
    ] {
      page.markup("<div>")
      page.element("dt", term)
      page.markup("<dd class=\"mono\">\(HTMLText.inline(value))</dd></div>\n")
    }
    page.markup(
      "</dl>\n<pre tabindex=\"0\">\nsha256sum report.json\nprodworthy verify RUN-FOLDER --policy POLICY</pre>\n")
    page.table("Signatures", ["Role", "Name", "Decision", "Date", "Signature"]) { page in
      for _ in 0..<3 {
        page.markup("<tr class=\"blank\"><td></td><td></td><td></td><td></td><td></td></tr>\n")
      }
    }
  }
}
