import AuditModel
import Facts
import Scenarios

extension WorkflowLoading {
  /// The words of which a step has one.
  private static let actions = ["http", "sql", "command", "wait", "poll", "parallel", "repeat"]
  /// What a step may have beside its action, by action; what is not listed goes with none of them.
  private static let companions: [String: Set<String>] = [
    "http": ["expect", "capture", "timeout", "retry", "safety"],
    "sql": ["expect", "capture", "timeout", "retry", "safety"],
    "command": ["expect", "capture", "timeout", "retry", "safety"],
    "poll": ["capture", "safety"],
    "wait": [], "parallel": [], "repeat": [],
  ]

  /// Steps in order; what they capture is in `scope` afterwards.
  mutating func steps(_ values: [LocatedValue], _ scope: inout Set<String>) -> [WorkflowStep] {
    checkNames(values)
    var steps: [WorkflowStep] = []
    for value in values {
      if let step = step(value, &scope) { steps.append(step) }
      for member in value["capture"]?.members ?? [] { scope.insert(member.name) }
    }
    return steps
  }

  private mutating func checkNames(_ values: [LocatedValue]) {
    var lines: [String: Int] = [:]
    for name in values.compactMap({ $0["step"] }) {
      guard let text = name.string else { continue }
      if let line = lines[text] {
        problems.add(
          "duplicate-step", "there is a step called `\(text)` already", at: name.span,
          fix: "the first is in line \(line)")
      } else {
        lines[text] = name.span.line
      }
    }
  }

  private mutating func step(_ value: LocatedValue, _ scope: inout Set<String>) -> WorkflowStep? {
    let found = value.members.filter { Self.actions.contains($0.name) }
    guard let member = found.first else {
      if value.value.object != nil {
        problems.add(
          "no-action", "the step does nothing", at: value.span,
          fix: "give it one of \(Self.actions.joined(separator: ", "))")
      }
      return nil
    }
    for other in found.dropFirst() {
      problems.add(
        "several-actions", "the step does `\(member.name)` already", at: other.nameSpan,
        fix: "make a step of its own of `\(other.name)`")
    }
    checkCompanions(value, of: member.name)
    let timeout = value.member("timeout").flatMap { duration($0) }
    let within = value.member("within").flatMap { duration($0) }
    let safety = value["safety"]?.string.flatMap(SafetyClass.init)
    guard let read = action(member, safety, &scope) else {
      // What else is wrong with the step is told all the same.
      _ = expectations(value["expect"], AnswerShape.nothing, scope, isShapeKnown: false)
      return nil
    }
    let limit = timeout ?? read.timeout
    if let within, let limit, within > limit, let place = value["within"] {
      problems.add(
        "contradiction", "the step is given up before it can take longer than `within`", at: place.span,
        fix: "make `within` shorter than the timeout")
    }
    let retry = value["retry"]
    let pause = retry?.member("every").flatMap { duration($0) } ?? 1000
    let expected = expectations(value["expect"], read.shape, scope)
    let captures = captures(value["capture"], of: member.name, read.shape, scope)
    return WorkflowStep(
      name: value["step"]?.string ?? "", title: value["title"]?.string, action: read.action, expectations: expected,
      captures: captures, within: within, timeout: limit ?? ScenarioDuration.longest,
      attempts: retry?["attempts"]?.value.integer ?? 1, pause: pause, safety: safety ?? read.safety,
      continues: value["continue"]?.value.bool ?? false)
  }

  private mutating func checkCompanions(_ step: LocatedValue, of action: String) {
    let all = Self.companions.values.reduce(into: Set<String>()) { $0.formUnion($1) }
    for member in step.members where all.contains(member.name) {
      guard Self.companions[action]?.contains(member.name) != true else { continue }
      problems.add(
        "not-here", "`\(member.name)` does not go with `\(action)`", at: member.nameSpan,
        fix: action == "poll" && member.name == "expect"
          ? "write it under `until`"
          : action == "poll" ? "write it inside `poll`" : "give it to the steps inside, or remove it")
    }
  }

  /// An action as far as the rest of its step depends on it.
  private struct Read {
    var action: WorkflowAction
    var shape: Schema
    var safety: SafetyClass
    /// Nil where the action has an end of its own.
    var timeout: Int?
  }

  private mutating func action(
    _ member: LocatedValue.Member, _ safety: SafetyClass?, _ scope: inout Set<String>
  ) -> Read? {
    let value = member.value
    switch member.name {
    case "http": return http(value, scope)
    case "sql": return sql(value, safety, scope)
    case "command": return command(value, scope)
    case "wait":
      return duration(member).map {
        Read(action: .wait($0), shape: AnswerShape.nothing, safety: .observe, timeout: nil)
      }
    case "poll": return poll(value, safety, scope)
    case "parallel": return parallel(value, &scope)
    case "repeat": return repetition(value, &scope)
    default: return nil
    }
  }

  // MARK: Containers

  private mutating func parallel(_ value: LocatedValue, _ scope: inout Set<String>) -> Read? {
    checkNames(value.elements)
    var steps: [WorkflowStep] = []
    var captured: [String: Int] = [:]
    var after = scope
    for element in value.elements {
      // No branch sees what another captures: nothing says which is first.
      var branch = scope
      if let step = step(element, &branch) { steps.append(step) }
      for member in element["capture"]?.members ?? [] {
        if let line = captured[member.name] {
          problems.add(
            "capture-race", "a step beside this one captures `\(member.name)` too", at: member.nameSpan,
            fix: "the other is in line \(line): give one of them another name")
        }
        captured[member.name] = member.nameSpan.line
        branch.insert(member.name)
      }
      after.formUnion(branch)
    }
    scope = after
    guard steps.count == value.elements.count, !steps.isEmpty else { return nil }
    return Read(
      action: .parallel(steps), shape: AnswerShape.nothing, safety: steps.map(\.safety).max() ?? .observe, timeout: nil)
  }

  private mutating func repetition(_ value: LocatedValue, _ scope: inout Set<String>) -> Read? {
    let times = value.member("times")
    let each = value.member("each")
    if let each, let times {
      let second =
        each.nameSpan.line > times.nameSpan.line || each.nameSpan.column > times.nameSpan.column ? each : times
      problems.add("repeat", "`times` and `each` exclude one another", at: second.nameSpan)
    } else if each == nil, times == nil, value.value.object != nil {
      problems.add("repeat", "`repeat` needs `times` or `each`", at: value.span)
    }
    var over: WorkflowAction.Repetition.Over?
    if let count = times?.value.value.integer { over = .count(count) }
    if let each {
      if each.value.string != nil {
        let list = text(each.value, scope)
        if let list, list.pieces.count != 1 || list.places.count != 1 {
          problems.add(
            "repeat", "`each` must be a list, or a variable that holds one", at: each.value.span,
            fix: "write ${name}, or [a, b]")
        }
        over = list.map { .list(.text($0)) }
      } else {
        over = template(each.value, scope).map { .list($0) }
      }
    }
    var inner = scope
    let name = value["as"]
    if let name, let text = name.string {
      checkNew(text, at: name.span, scope)
      inner.insert(text)
    }
    let random = randomValues(value["random"], declaring: false)
    for member in value["random"]?.members ?? [] {
      checkNew(member.name, at: member.nameSpan, inner)
      inner.insert(member.name)
    }
    let own = Set([name?.string].compactMap { $0 } + random.map(\.name))
    let steps = self.steps(value["steps"]?.elements ?? [], &inner)
    scope.formUnion(inner.subtracting(own))
    guard let over, let name = name?.string, !steps.isEmpty else { return nil }
    return Read(
      action: .repeated(.init(over: over, name: name, random: random, steps: steps)), shape: AnswerShape.nothing,
      safety: steps.map(\.safety).max() ?? .observe, timeout: nil)
  }

  private mutating func checkNew(_ name: String, at span: Span, _ scope: Set<String>) {
    guard VariablePath(name)?.steps.isEmpty == true else {
      problems.add(
        "name", "`\(name)` cannot stand in ${…}", at: span, fix: "use letters, digits, `_` and `-`, a letter first")
      return
    }
    if scope.contains(name) {
      problems.add("duplicate-name", "there is a variable `\(name)` already", at: span, fix: "give it another name")
    }
  }

  private mutating func poll(_ value: LocatedValue, _ safety: SafetyClass?, _ scope: Set<String>) -> Read? {
    let asking = ["http", "sql", "command"]
    let found = value.members.filter { asking.contains($0.name) }
    for other in found.dropFirst() {
      problems.add("several-actions", "the poll asks by `\(found[0].name)` already", at: other.nameSpan)
    }
    let every = value.member("every").flatMap { duration($0) } ?? 500
    let timeout = value.member("timeout").flatMap { duration($0) } ?? 30_000
    if every >= timeout, let place = value["every"] ?? value["timeout"] {
      problems.add("contradiction", "the poll is given up before it asks a second time", at: place.span)
    }
    guard let member = found.first else {
      if value.value.object != nil {
        problems.add(
          "no-action", "the poll asks nothing", at: value.span, fix: "give it one of http, sql, command")
      }
      return nil
    }
    var scope = scope
    let read = action(member, safety, &scope)
    let until = expectations(value["until"], read?.shape ?? AnswerShape.nothing, scope, isShapeKnown: read != nil)
    guard let read else { return nil }
    return Read(
      action: .poll(.init(action: read.action, until: until, every: every)), shape: read.shape,
      safety: max(.probe, read.safety), timeout: timeout)
  }

  // MARK: Asking

  private mutating func http(_ value: LocatedValue, _ scope: Set<String>) -> Read? {
    guard value.value.object != nil else { return nil }
    let method = value["method"]?.string ?? "GET"
    let contents = value.members.filter { ["json", "form", "body"].contains($0.name) }
    if let place = value["method"], place.string != nil { checkMethod(method, at: place.span) }
    for other in contents.dropFirst() {
      problems.add("several-contents", "the request has the content `\(contents[0].name)` already", at: other.nameSpan)
    }
    if let content = contents.first, ["GET", "HEAD", "OPTIONS"].contains(method) {
      problems.add(
        "content", "a request with \(method) has no content", at: content.nameSpan,
        fix: "write method: POST, or put it under `query`")
    }
    let url = text(value["url"], scope)
    if let url, let place = value["url"] { checkURL(url, at: place, named: value.member("target")) }
    if let name = value["target"], let text = name.string, !targets.contains(text) {
      problems.add(
        "unknown-target", "there is no target `\(text)`", at: name.span,
        fix: Suggestion.phrase(text, among: targets) ?? "declare it under targets")
    }
    checkHeaders(value["headers"])
    let query = texts(value["query"], scope)
    let headers = texts(value["headers"], scope)
    let content = content(contents.first, scope)
    guard let url else { return nil }
    let isSafe = ["GET", "HEAD", "OPTIONS"].contains(method)
    return Read(
      action: .http(
        .init(
          method: method, url: url, target: value["target"]?.string, query: query, headers: headers, content: content,
          redirects: value["redirects"]?.value.integer ?? 0)),
      shape: AnswerShape.http, safety: isSafe ? .observe : .mutate, timeout: 10_000)
  }

  private mutating func content(_ member: LocatedValue.Member?, _ scope: Set<String>) -> WorkflowAction.Content {
    switch member?.name {
    case "json": template(member?.value, scope).map { .json($0) } ?? .none
    case "form": .form(texts(member?.value, scope))
    case "body": text(member?.value, scope).map { .text($0) } ?? .none
    default: .none
    }
  }

  private static let methods = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]

  private mutating func checkMethod(_ method: String, at span: Span) {
    if method == "TRACE" || method == "CONNECT" {
      problems.add("method", "\(method) is not sent", at: span)
    } else if method.isEmpty || !method.utf8.allSatisfy({ (0x41...0x5A).contains($0) || $0 == 0x2D || $0 == 0x5F }) {
      problems.add(
        "method", "`\(method)` is no method", at: span,
        fix: Suggestion.phrase(method.uppercased(), among: Self.methods, label: "known are"))
    }
  }

  private mutating func checkURL(_ url: TextTemplate, at place: LocatedValue, named target: LocatedValue.Member?) {
    guard case .text(let start)? = url.pieces.first else { return }
    if start.hasPrefix("https://") || start.hasPrefix("http://") {
      if let target {
        problems.add("contradiction", "an absolute URL and a target exclude one another", at: target.nameSpan)
      }
    } else if start.contains("://") {
      problems.add("url", "only http and https URLs can be asked", at: place.span)
    } else if !start.hasPrefix("/") {
      problems.add(
        "url", "a relative URL begins with /", at: place.span, fix: "write /\(start)…, or begin it with https://")
    }
  }

  private mutating func checkHeaders(_ headers: LocatedValue?) {
    for member in headers?.members ?? [] {
      let isToken =
        !member.name.isEmpty
        && member.name.utf8.allSatisfy { byte in
          (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            || "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
      if !isToken {
        problems.add("header", "`\(member.name)` is no name of a header field", at: member.nameSpan)
      } else if ["content-length", "transfer-encoding", "connection", "host"].contains(member.name.lowercased()) {
        problems.add("header", "`\(member.name)` is set by itself", at: member.nameSpan, fix: "remove it")
      }
    }
  }

  private mutating func command(_ value: LocatedValue, _ scope: Set<String>) -> Read? {
    guard value.value.object != nil else { return nil }
    let words = (value["run"]?.elements ?? []).compactMap { text($0, scope) }
    if let first = value["run"]?.elements.first, first.string == "" {
      problems.add("command", "the program's name is empty", at: first.span)
    }
    let input = value["input"].flatMap { text($0, scope) }
    for member in value["environment"]?.members ?? [] where member.name.isEmpty || member.name.contains("=") {
      problems.add("command", "`\(member.name)` is no name of a variable", at: member.nameSpan)
    }
    let environment = texts(value["environment"], scope)
    guard !words.isEmpty else { return nil }
    // A program can do anything: only its author knows that it does not.
    return Read(
      action: .command(.init(words: words, input: input, environment: environment)), shape: AnswerShape.command,
      safety: .mutate, timeout: 10_000)
  }

  private mutating func sql(_ value: LocatedValue, _ safety: SafetyClass?, _ scope: Set<String>) -> Read? {
    let arguments = (value["arguments"]?.elements ?? []).compactMap { template($0, scope) }
    guard let query = value["query"], let text = query.string else { return nil }
    if let mark = text.firstRange(of: "${") {
      let name = text[mark.upperBound...].prefix { $0 != "}" }
      if let path = VariablePath(name) { use(path.name, at: place(of: "${", in: query), scope) }
      problems.add(
        "sql-template", "a value pasted into a statement can be read as SQL", at: place(of: "${", in: query),
        fix: "write $1 and list ${\(name)} under arguments")
    } else {
      let outline = StatementOutline(text)
      if outline.isSeveral {
        problems.add("sql", "there is more than one statement", at: query.span, fix: "make a step of each")
      }
      if outline.writes, safety ?? .observe < .mutate {
        problems.add(
          "sql", "the statement writes, and the step reads only", at: query.span,
          fix: "say safety: mutate if it is meant")
      }
      let given = value["arguments"]?.elements.count ?? 0
      if outline.highestArgument != given {
        problems.add(
          "arguments", "the statement takes \(outline.highestArgument) and is given \(given)",
          at: value["arguments"]?.span ?? query.span)
      }
    }
    return Read(
      action: .sql(.init(query: text, arguments: arguments)), shape: AnswerShape.sql, safety: .observe, timeout: 10_000)
  }

  // MARK: Judging and keeping

  private mutating func expectations(
    _ value: LocatedValue?, _ shape: Schema, _ scope: Set<String>, isShapeKnown: Bool = true
  ) -> [StepExpectation] {
    (value?.elements ?? []).compactMap { expectation($0, isShapeKnown ? shape : .any, scope) }
  }

  private mutating func expectation(
    _ value: LocatedValue, _ shape: Schema, _ scope: Set<String>
  ) -> StepExpectation? {
    guard value.value.object != nil else { return nil }
    let path = value["fact"].flatMap { self.path($0, in: shape, scope) }
    let relations = Matcher.Relation.allCases.filter { value[$0.rawValue] != nil }
    let otherwise = value["otherwise"].flatMap { text($0, scope) }
    guard let relation = relations.first, relations.count == 1, let limit = value[relation.rawValue] else {
      let members = value.members.filter { Matcher.Relation(rawValue: $0.name) != nil }
      problems.add(
        "relation",
        members.isEmpty ? "the expectation compares with nothing" : "an expectation has one comparison",
        at: members.dropFirst().first?.nameSpan ?? value.span,
        fix: members.isEmpty ? "add one of equals, atLeast, atMost, oneOf, contains, matches, exists, …" : nil)
      return nil
    }
    if let other = limit.value.comparedFact, let place = limit["fact"] {
      let compared = self.path(place, in: shape, scope)
      guard let path, let compared, !other.isEmpty else { return nil }
      return StepExpectation(path: path, relation: relation, limit: .fact(compared), otherwise: otherwise)
    }
    if relation == .matches || relation == .matchesNot, let pattern = limit.string, !pattern.contains("${"),
      Regexp(pattern) == nil
    {
      problems.add("regexp", "this is no regular expression of RFC 9485", at: limit.span)
    }
    guard let template = template(limit, scope), let path else { return nil }
    return StepExpectation(path: path, relation: relation, limit: .value(template), otherwise: otherwise)
  }

  /// A path into an answer of the shape; nil where it cannot be read, which is told by its shape.
  private mutating func path(_ value: LocatedValue, in shape: Schema, _ scope: Set<String>) -> JSONPath? {
    guard let text = value.string else { return nil }
    guard let path = try? JSONPath(text, allowingParameters: true) else {
      if (try? FactPath(text)) != nil {
        problems.add("path", "there is no subject here", at: value.span, fix: "begin it with `$`")
      }
      return nil
    }
    for name in path.parameterNames.sorted() { use(name, at: place(of: "${\(name)}", in: value), scope) }
    if let first = path.unreachablePaths(in: shape).first {
      let selectsNothing = path.possibleSchemas(in: shape).isEmpty
      let end = selectsNothing ? PathReach.deadEnd(of: path, in: shape) : nil
      problems.add(
        "unreachable-path",
        end.map { "there is no `\($0.name)` in the answer: `\(text)`" }
          ?? "`\(selectsNothing ? text : first)` can select nothing in the answer",
        at: value.span, fix: end.flatMap { Suggestion.phrase($0.name, among: $0.known) })
    }
    return path
  }

  /// Which sources go with which action.
  private static let sources: [String: Set<String>] = [
    "http": ["json", "header", "regexp", "fact"], "sql": ["column", "fact"], "command": ["json", "regexp", "fact"],
  ]

  private mutating func captures(
    _ value: LocatedValue?, of action: String, _ shape: Schema, _ scope: Set<String>
  ) -> [StepCapture] {
    var captures: [StepCapture] = []
    for member in value?.members ?? [] {
      guard VariablePath(member.name)?.steps.isEmpty == true else {
        problems.add(
          "name", "`\(member.name)` cannot stand in ${…}", at: member.nameSpan,
          fix: "use letters, digits, `_` and `-`, a letter first")
        continue
      }
      checkShadowing(member)
      let given = member.value.members.filter { $0.name != "row" }
      guard given.count == 1, let source = given.first else {
        if member.value.value.object != nil {
          problems.add(
            "capture", "`\(member.name)` must come from one of json, header, regexp, column and fact",
            at: given.dropFirst().first?.nameSpan ?? member.value.span)
        }
        continue
      }
      let known = Self.sources[shapeName(shape) ?? action] ?? []
      if ["json", "header", "regexp", "column", "fact"].contains(source.name), !known.contains(source.name) {
        problems.add(
          "capture", "a step with `\(action)` has no `\(source.name)` to keep", at: source.nameSpan,
          fix: known.isEmpty ? nil : "it has \(known.sorted().joined(separator: ", "))")
        continue
      }
      if let row = member.value.member("row"), source.name != "column" {
        problems.add("capture", "`row` goes with `column`", at: row.nameSpan)
      }
      if let kept = self.source(source, member.value["row"]?.value.integer ?? 0, shape, scope) {
        captures.append(StepCapture(name: member.name, source: kept))
      }
    }
    return captures
  }

  private func shapeName(_ shape: Schema) -> String? {
    shape == AnswerShape.http
      ? "http" : shape == AnswerShape.sql ? "sql" : shape == AnswerShape.command ? "command" : nil
  }

  private mutating func source(
    _ member: LocatedValue.Member, _ row: Int, _ shape: Schema, _ scope: Set<String>
  ) -> StepCapture.Source? {
    guard let text = member.value.string else { return nil }
    switch member.name {
    case "json": return path(member.value, in: .any, scope).map { .json($0) }
    case "fact": return path(member.value, in: shape, scope).map { .fact($0) }
    case "header": return .header(text.lowercased())
    case "column": return .row(column: text, index: row)
    case "regexp":
      guard StepCapture.pattern(text) != nil else {
        problems.add("regexp", "this is no regular expression", at: member.value.span)
        return nil
      }
      return .regexp(text)
    default: return nil
    }
  }
}
