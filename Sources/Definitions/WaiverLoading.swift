package import AuditModel
import Facts

extension Definitions {
  /// The waivers of a file. Whether the checks and targets they name exist is told where they are laid over findings.
  package static func waivers(_ file: SourceFile) -> Loaded<[Waiver]> {
    let (root, found) = YAMLReader.read(file)
    var problems = found
    guard let root else { return Loaded(nil, problems.diagnostics) }
    Structure.check(root, against: WaiverSchema.schema, into: &problems)
    var lines: [String: Int] = [:]
    for waiver in root["waivers"]?.elements ?? [] {
      if let id = waiver["id"], let text = id.string {
        if let line = lines[text] {
          problems.add(
            "duplicate-id", "there is a waiver `\(text)` already", at: id.span, fix: "the first is in line \(line)")
        } else {
          lines[text] = id.span.line
        }
      }
      checkWaiver(waiver, into: &problems)
    }
    guard problems.isEmpty else { return Loaded(nil, problems.diagnostics) }
    do {
      var waivers: [Waiver] = []
      for element in root["waivers"]?.elements ?? [] {
        var waiver = try Waiver(definition: element.value)
        waiver.location = SourceLocation(path: file.path, line: element.span.line, column: element.span.column)
        waivers.append(waiver)
      }
      return Loaded(waivers, [])
    } catch {
      problems.add("malformed", "the waivers cannot be read: \(error)", at: root.span)
      return Loaded(nil, problems.diagnostics)
    }
  }

  private static func checkWaiver(_ waiver: LocatedValue, into problems: inout Problems) {
    if let text = waiver["justification"], let words = text.string, !words.isEmpty,
      words.split(whereSeparator: \.isWhitespace).joined(separator: " ").count < 20
    {
      problems.add(
        "justification", "the justification is too short to judge by", at: text.span,
        fix: "say in at least 20 characters why this can be lived with until then")
    }
    if let owner = waiver["owner"]?.string, let approver = waiver["approvedBy"], let name = approver.string,
      owner.isSamePerson(as: name)
    {
      problems.add("self-approved", "nobody approves a waiver of their own", at: approver.span)
    }
    for name in ["check", "target", "subject"] {
      guard let value = waiver[name], let text = value.string, text.dropLast().contains("*") else { continue }
      problems.add(
        "pattern", "`\(name)` may have a * at its end only", at: value.span, fix: "write one waiver for each")
    }
    checkPeriod(
      waiver, from: "created", to: "expires", atMost: Waiver.longestDays, noun: "waiver", into: &problems)
    let statuses = waiver["statuses"]?.elements ?? []
    let names = statuses.compactMap(\.string)
    if let undecided = statuses.first(where: { $0.string.flatMap(Status.init).map { !$0.isEvaluated } == true }) {
      // Else losing sight of a failure would make it acceptable.
      if !names.contains("fail") {
        problems.add(
          "statuses", "what covers `\(undecided.string ?? "")` has to cover `fail` too", at: undecided.span,
          fix: "add fail: what nobody can see may be failing")
      }
      if let ceiling = waiver.member("ceiling") {
        problems.add(
          "statuses", "a ceiling can only be held against what was measured", at: ceiling.nameSpan,
          fix: "remove it, or cover only fail and warn")
      }
    }
    if let ceiling = waiver["ceiling"], case .object(let members) = ceiling.value, members.isEmpty {
      problems.add("ceiling", "the ceiling has no bound", at: ceiling.span, fix: "add atMost or atLeast")
    }
    for value in waiver["compensating"]?.elements ?? [] {
      let check = value["check"] ?? value
      guard let id = check.string, id == waiver["check"]?.string, value["target"]?.string == nil else { continue }
      problems.add("compensating", "a check cannot compensate for itself", at: check.span)
    }
  }

  /// Two dates in their order, and not too far apart.
  static func checkPeriod(
    _ value: LocatedValue, from first: String, to last: String, atMost days: Int, noun: String,
    into problems: inout Problems
  ) {
    guard let start = value[first]?.string.flatMap({ Instant($0) }), let end = value[last],
      let instant = end.string.flatMap({ Instant(endOf: $0) })
    else { return }
    if instant < start {
      problems.add("period", "`\(last)` comes before `\(first)`", at: end.span)
    } else if instant.seconds(since: start) / 86_400 > days {
      problems.add(
        "period", "the \(noun) holds \(instant.seconds(since: start) / 86_400) days, and \(days) are the most",
        at: end.span, fix: "at the latest \(Instant(seconds: start.seconds + days * 86_400).day)")
    }
  }
}

extension Instant {
  /// The last second that `text` names: the end of a day in UTC, or the moment itself.
  init?(endOf text: String) {
    guard let instant = Instant(text) else { return nil }
    self.init(seconds: instant.seconds + (text.utf8.count == 10 ? 86_399 : 0))
  }
}

extension String {
  /// Whether two names are one person's, upper and lower case and the space around them left aside.
  func isSamePerson(as other: String) -> Bool {
    func plain(_ name: String) -> String {
      name.split(whereSeparator: \.isWhitespace).joined(separator: " ").lowercased()
    }
    return plain(self) == plain(other)
  }
}

extension Waiver {
  /// Reads a waiver that has the shape of `WaiverSchema`.
  fileprivate init(definition: JSONValue) throws(Malformed) {
    guard let created = Instant(try definition.text("created")),
      let expires = Instant(endOf: try definition.text("expires"))
    else { throw Malformed(description: "a date is no date") }
    var statuses: [Status] = []
    for text in try definition.texts("statuses") { if let status = Status(rawValue: text) { statuses.append(status) } }
    var compensating: [Compensation] = []
    for value in definition["compensating"]?.array ?? [] {
      guard let check = value.string ?? value["check"]?.string else { continue }
      compensating.append(Compensation(check: check, target: value["target"]?.string))
    }
    var ceiling: Ceiling?
    if let value = definition["ceiling"] {
      ceiling = Ceiling(
        atLeast: value["atLeast"]?.double, atMost: value.double ?? value["atMost"]?.double)
    }
    self.init(
      id: try definition.text("id"), check: try definition.text("check"), target: try definition.text("target"),
      subject: definition["subject"]?.string, reason: try definition.word("reason"),
      justification: try definition.prose("justification"), owner: try definition.text("owner"),
      approvedBy: try definition.text("approvedBy"), ticket: try definition.text("ticket"), created: created,
      expires: expires, statuses: statuses.isEmpty ? Waiver.usualStatuses : statuses, ceiling: ceiling,
      compensating: compensating, severity: definition["severity"]?.string.flatMap(Severity.init))
  }
}
