import AuditModel

/// The page at one level of detail: verdict first, then what decides it, then everything else.
struct HTMLReport {
  let report: AuditReport
  let detail: HTMLDetail
  /// SHA-256 of the `report.json` that this is made from.
  let digest: String
  /// Findings by what has to be done about them.
  let groups: [FindingGroup]
  /// The fragment of each finding that has a row of its own, by fingerprint.
  let anchors: [String: String]
  /// Positions by target, for the filter.
  let targetNumbers: [String: Int]
  let acceptances: Acceptances
  let marks: BaselineMarks

  /// Findings under one heading.
  struct FindingGroup {
    /// Of the heading and the filter.
    let id: String
    let title: String
    /// What it means to stand here.
    let note: String
    let findings: [Finding]
    /// By check, in order.
    let checks: [(key: String, elements: [Finding])]

    init(_ id: String, _ title: String, _ note: String, _ findings: [Finding]) {
      self.id = id
      self.title = title
      self.note = note
      self.findings = findings
      checks = findings.grouped(by: \.check)
    }
  }

  /// A part of the page; adding one touches this list only.
  private struct Section {
    let id: String
    let title: String
    let write: (HTMLReport, inout HTMLPage) -> Void
  }

  init(_ report: AuditReport, detail: HTMLDetail, digest: String) {
    self.report = report
    self.detail = detail
    self.digest = digest
    acceptances = Acceptances(report)
    marks = BaselineMarks(report)
    groups = [
      FindingGroup(
        "failing", "Failing", "Evidence was collected and the requirement is not met.",
        marks.newFirst(report.findings.filter(\.isFailing))),
      FindingGroup(
        "not-proven", "Not proven",
        "No evidence is never a pass: these earn nothing and cap the score like failures.",
        bySeverity(report.findings.filter(\.isNotProven))),
      FindingGroup(
        "warnings", "Warnings", "Met with a reservation; each earns half of its weight.",
        report.findings.filter(\.isWarning)),
      FindingGroup(
        "accepted", "Accepted", "Somebody answers for these until a day. They change the gate, never the score.",
        bySeverity(report.findings.filter(\.isWaived))),
    ]
    var anchors: [String: String] = [:]
    for group in groups {
      for (_, findings) in group.checks.prefix(detail.checkLimit) {
        for finding in findings.prefix(detail.rowLimit) where anchors[finding.fingerprint] == nil {
          anchors[finding.fingerprint] = "f\(anchors.count + 1)"
        }
      }
    }
    self.anchors = anchors
    targetNumbers = Dictionary(
      report.targets.enumerated().map { ($0.element.id, $0.offset) }, uniquingKeysWith: { first, _ in first })
  }

  private var sections: [Section] {
    var sections = [
      Section(id: "gate", title: "Gate") { $0.writeGate(into: &$1) }
    ]
    func add(_ isWanted: Bool, _ id: String, _ title: String, _ write: @escaping (HTMLReport, inout HTMLPage) -> Void) {
      if isWanted { sections.append(Section(id: id, title: title, write: write)) }
    }
    if let way = report.wayToGreen {
      add(true, "way-to-green", "Cheapest way to green: \(way.sentence)") { $0.write(way, into: &$1) }
    }
    if let baseline = report.baseline {
      add(true, "baseline", "Against the baseline: \(baseline.new.count) new") { $0.write(baseline, into: &$1) }
    }
    add(!report.causes.isEmpty, "mend-first", "Mend first: \(counted(report.causes.count, "cause"))") {
      $0.writeCauses(into: &$1)
    }
    for (index, group) in groups.enumerated() where !group.findings.isEmpty || index == 0 {
      add(true, group.id, "\(group.title): \(counted(group.findings.count, "finding"))") { $0.write(group, into: &$1) }
    }
    let wrong = report.waiversToMend.count
    let toMend = wrong > 0 ? ", \(wrong) to be mended" : ""
    add(!report.waivers.isEmpty, "waivers", "Waivers: \(report.waivers.count)\(toMend)") { $0.writeWaivers(into: &$1) }
    let statements = report.attestations.count { $0.state == .valid }
    let lapsed = report.attestationsToMend.count
    add(
      !report.attestations.isEmpty, "attestations",
      "Attested: \(counted(statements, "statement"))\(lapsed > 0 ? ", \(lapsed) to be mended" : "")"
    ) { $0.writeAttestations(into: &$1) }
    if let forecast = report.forecast, let day = report.asOf {
      add(true, "forecast", "Ends before \(day.day): \(forecast.count)") { $0.write(forecast, into: &$1) }
    }
    if let matrix = report.matrix {
      let open = matrix.services.flatMap(\.cells).count { !$0.isProven }
      add(true, "matrix", "Services: \(open == 0 ? "every cell proven" : "\(counted(open, "cell")) not proven")") {
        $0.write(matrix, into: &$1)
      }
    }
    let measures = report.tellingMeasures
    add(!measures.isEmpty, "measures", "Measured: \(report.measuresSentence ?? "")") {
      $0.write(measures, into: &$1)
    }
    add(!report.checklist.isEmpty, "checklist", "Checklist") { $0.writeChecklist(into: &$1) }
    add(true, "score", "Score") { $0.writeScore(into: &$1) }
    add(!report.notSeen.isEmpty, "not-seen", "Not seen: \(counted(report.notSeen.count, "part"))") {
      $0.writeNotSeen(into: &$1)
    }
    add(!report.carried.isEmpty, "carried", "Evidence of earlier runs: \(report.carried.count)") {
      $0.writeCarried(into: &$1)
    }
    add(true, "traffic", "Traffic sent") { $0.writeTraffic(into: &$1) }
    let passing = Set(report.findings.lazy.filter { $0.status == .pass }.map(\.check)).count
    add(passing > 0, "passed", "Passed: \(counted(passing, "check"))") { $0.writePassed(into: &$1) }
    let outside = report.findings.count { !$0.status.countsInScore }
    add(outside > 0, "outside", "Not applicable or deselected: \(counted(outside, "finding"))") {
      $0.writeOutside(into: &$1)
    }
    add(true, "sign-off", "Sign-off") { $0.writeSignOff(into: &$1) }
    return sections
  }

  /// The whole page.
  var text: String {
    let sections = sections
    var page = HTMLPage()
    page.markup("<!DOCTYPE html>\n")
    page.markup("<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
    page.open("meta", ["http-equiv": "Content-Security-Policy", "content": HTMLPolicy.value])
    page.markup("\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
    page.markup(
      "<meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"color-scheme\" content=\"light dark\">\n")
    page.element("title", "\(report.verdict): \(report.system.name) (\(report.system.environment.rawValue))")
    page.markup("<style>\(HTMLStyle.css)</style>\n</head>\n<body>\n")
    page.markup("<a class=\"skip\" href=\"#main\">Skip to the findings</a>\n")
    writeHeader(into: &page)
    page.markup("<nav aria-label=\"Parts of the report\"><ul>\n")
    for section in sections {
      page.markup("<li><a href=\"#\(section.id)\">\(HTMLText.inline(section.title))</a></li>\n")
    }
    // Laying out only what is in sight pays where there is much, and misleads whoever takes a picture of the whole.
    page.markup("</ul></nav>\n<main id=\"main\" tabindex=\"-1\"\(anchors.count > 500 ? " class=\"long\"" : "")>\n")
    writeFilters(into: &page)
    for section in sections {
      page.markup("<section id=\"\(section.id)\" aria-labelledby=\"\(section.id)-title\">\n")
      page.element("h2", ["id": "\(section.id)-title"], section.title)
      section.write(self, &page)
      page.close("section")
    }
    page.markup("</main>\n<footer><p>")
    page.markup(
      HTMLText.inline(
        "Written by \(report.tool.name) \(report.tool.version), report schema \(report.schemaVersion). "
          + "report.json holds everything."))
    page.markup("</p></footer>\n<script>\(HTMLScript.source)</script>\n</body>\n</html>\n")
    return page.html
  }
}
