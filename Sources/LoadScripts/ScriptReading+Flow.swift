import Definitions
import Facts

extension ScriptReading {
  static let methods = ["get", "post", "put", "patch", "delete", "head", "options"]
  private static let mostSteps = 10_000

  /// The steps of a flow.
  mutating func flow(_ member: LocatedValue.Member) -> [LoadStep] {
    guard member.value.value.array != nil else {
      if !member.value.value.isNull {
        refuse(member.name, "`\(member.name)` must be a list of steps", at: member.value.span)
      }
      return []
    }
    return member.value.elements.compactMap { step($0) }
  }

  private mutating func step(_ value: LocatedValue) -> LoadStep? {
    guard value.value.object != nil, let first = value.members.first else {
      refuse(text(value) ?? "flow", "a step must be an object such as `get: {url: /}`", at: value.span)
      return nil
    }
    if let member = value.member("function") {
      refuse("function", "functions of JavaScript are not run", at: member.nameSpan)
      return nil
    }
    let kinds = Self.methods + ["loop", "parallel", "think", "log"]
    guard let member = value.members.first(where: { kinds.contains($0.name) }) else {
      for member in value.members { refuse(member.name, "there is no step `\(member.name)`", at: member.nameSpan) }
      return nil
    }
    _ = first
    switch member.name {
    case "think":
      refuseOthers(value, in: "a thinking step", known: ["think", "jitter"])
      guard let seconds = scalarTemplate(member.value, "think") else { return nil }
      if let plain = seconds.plain, ScriptDuration.seconds(plain) == nil {
        refuse("think", "`think` must be a time such as 1, 500ms or 0.5 min", at: member.value.span)
        return nil
      }
      return .think(seconds: seconds, jitter: value.member("jitter").flatMap { jitter($0) })
    case "log":
      refuseOthers(value, in: "a log step", known: ["log"])
      return scalarTemplate(member.value, "log").map { .log($0) }
    case "parallel":
      refuseOthers(value, in: "a parallel step", known: ["parallel", "limit"])
      let limit = value.member("limit").flatMap { number($0, atLeast: 1, atMost: 10_000) } ?? 100
      return .parallel(flow(member), limit: Int(limit))
    case "loop": return loop(member, value)
    default:
      refuseOthers(value, in: "a step", known: [member.name])
      return request(member).map { .request($0) }
    }
  }

  // MARK: Loops

  private mutating func loop(_ member: LocatedValue.Member, _ value: LocatedValue) -> LoadStep? {
    refuseOthers(
      value, in: "a loop", known: ["loop", "count", "over", "whileTrue", "loopValue", "loopElement"])
    if let condition = value.member("whileTrue") {
      refuse("whileTrue", "`whileTrue` calls a function of JavaScript, which is not run", at: condition.nameSpan)
    }
    var loop = LoadStep.Loop(steps: [], rounds: .endless, countName: "$loopCount", elementName: "$loopElement")
    if let name = value["loopValue"].flatMap({ text($0) }) { loop.countName = name }
    if let name = value["loopElement"].flatMap({ text($0) }) { loop.elementName = name }
    declared.formUnion([loop.countName, loop.elementName])
    loop.steps = flow(member)
    if let over = value.member("over") {
      if let elements = over.value.value.array {
        for element in over.value.elements { _ = jsonTemplate(element) }
        loop.rounds = .over(elements)
      } else if let name = text(over.value) {
        loop.rounds = .overVariable(
          name.contains("{{") ? template(name, at: over.value.span) : TextTemplate("{{ \(name) }}"))
      } else {
        refuse("over", "`over` must be a list or the name of a variable", at: over.value.span)
      }
    } else if let count = value.member("count") {
      guard let rounds = rounds(count) else { return nil }
      loop.rounds = rounds
    }
    return .loop(loop)
  }

  private mutating func rounds(_ member: LocatedValue.Member) -> LoadStep.Loop.Rounds? {
    guard let text = text(member.value)?.trimmedOfSpaces else {
      refuse("count", "`count` must be a number or a range such as 1-10", at: member.value.span)
      return nil
    }
    if let count = Int(text) { return count < 0 ? .endless : .range(0, count) }
    let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { Int(String($0).trimmedOfSpaces) }
    if parts.count == 2, let from = parts[0], let to = parts[1], from >= 0, to >= from, to < 1_000_000_000 {
      return .range(from, to)
    }
    let template = template(text, at: member.value.span)
    guard template.plain == nil else {
      refuse("count", "`count` must be a number or a range such as 1-10", at: member.value.span)
      return nil
    }
    return .counted(template)
  }

  // MARK: Requests

  private mutating func request(_ member: LocatedValue.Member) -> LoadRequest? {
    guard let value = member.value.value.object == nil ? nil : member.value else {
      refuse(member.name, "`\(member.name)` must be an object with a `url`", at: member.value.span)
      return nil
    }
    for name in ["beforeRequest", "afterResponse", "onError"] {
      guard let hook = value.member(name), !Self.isEmpty(hook.value) else { continue }
      refuse(name, "`\(name)` calls functions of JavaScript, which are not run", at: hook.nameSpan)
    }
    refuseOthers(
      value, in: "a request",
      known: [
        "url", "uri", "name", "headers", "json", "body", "form", "formData", "qs", "cookie", "auth", "capture", "match",
        "expect", "followRedirect", "gzip", "ifTrue", "probability", "setContentLengthHeader", "beforeRequest",
        "afterResponse", "onError",
      ])
    guard let address = value.member("url") ?? value.member("uri"), let url = scalarTemplate(address.value, "url")
    else {
      refuse(member.name, "the request has no `url`", at: member.nameSpan)
      return nil
    }
    var request = LoadRequest(method: member.name.uppercased(), url: url, span: member.nameSpan)
    request.name = value["name"].flatMap { text($0) }
    if let name = value["name"], let text = text(name) { _ = template(text, at: name.span) }
    if let member = value.member("headers") { request.headers = namedTemplates(member) }
    if let member = value.member("qs") { request.query = namedTemplates(member) }
    if let member = value.member("cookie") { request.cookies = namedTemplates(member) }
    if let member = value.member("auth"), let auth = object(member) { credentials(auth, into: &request) }
    if let member = value.member("followRedirect") { request.followsRedirects = truth(member) ?? true }
    if let member = value.member("gzip") { request.asksForCompression = truth(member) ?? true }
    // Every request of ours says how long its content is.
    if let member = value.member("setContentLengthHeader") { _ = truth(member) }
    if let member = value.member("probability") { request.probability = number(member, atMost: 100) }
    if let member = value.member("ifTrue") { condition(member, into: &request) }
    content(value, into: &request)
    if let member = value.member("capture") {
      for element in Self.list(member.value) { if let capture = capture(element) { request.captures.append(capture) } }
    }
    if let member = value.member("match") { for element in Self.list(member.value) { match(element, into: &request) } }
    if let member = value.member("expect") { expectations(member, into: &request) }
    return request
  }

  private static func list(_ value: LocatedValue) -> [LocatedValue] {
    value.value.array != nil ? value.elements : value.value.isNull ? [] : [value]
  }

  private mutating func credentials(_ value: LocatedValue, into request: inout LoadRequest) {
    refuseOthers(value, in: "`auth`", known: ["user", "pass", "username", "password"])
    guard let user = (value["user"] ?? value["username"]).flatMap({ scalarTemplate($0, "user") }) else {
      return refuse("auth", "`auth` needs `user` and `pass`", at: value.span)
    }
    let password = (value["pass"] ?? value["password"]).flatMap { scalarTemplate($0, "pass") }
    request.credentials = (user, password ?? TextTemplate(""))
  }

  private mutating func condition(_ member: LocatedValue.Member, into request: inout LoadRequest) {
    guard let text = text(member.value) else {
      return refuse("ifTrue", "`ifTrue` must be an expression", at: member.value.span)
    }
    // Braces around a name mean the name.
    let bare = text.replacing("{{", with: " ").replacing("}}", with: " ")
    do throws(LoadExpression.SyntaxError) {
      request.condition = try LoadExpression(bare)
    } catch {
      refuse("ifTrue", "at character \(error.offset + 1): \(error.message)", at: member.value.span)
    }
  }

  private mutating func content(_ value: LocatedValue, into request: inout LoadRequest) {
    let present = ["json", "body", "form", "formData"].compactMap { value.member($0) }.filter {
      !$0.value.value.isNull
    }
    // Where several stand, Artillery sends the first of these; what is not sent must not look as if it were.
    for other in present.dropFirst() {
      refuse(other.name, "`\(other.name)` cannot stand beside `\(present[0].name)`", at: other.nameSpan)
    }
    guard let member = present.first else { return }
    switch member.name {
    case "json": request.content = .json(jsonTemplate(member.value))
    case "body":
      if member.value.value.object != nil || member.value.value.array != nil {
        request.content = .json(jsonTemplate(member.value))
      } else if let text = scalarTemplate(member.value, "body") {
        request.content = .text(text)
      }
    case "form": request.content = .form(namedTemplates(member))
    default: request.content = .parts(parts(member))
    }
  }

  private mutating func parts(_ member: LocatedValue.Member) -> [LoadRequest.Part] {
    guard let value = object(member) else { return [] }
    var parts: [LoadRequest.Part] = []
    for entry in value.members {
      let name = template(entry.name, at: entry.nameSpan)
      for element in Self.list(entry.value) {
        if element.value.object != nil {
          refuseOthers(element, in: "`formData`", known: ["value", "contentType", "fromFile"])
          let file = element.member("fromFile")
          guard let source = file ?? element.member("value"), let text = scalarTemplate(source.value, source.name)
          else {
            refuse("formData", "the part needs `value` or `fromFile`", at: element.span)
            continue
          }
          parts.append(
            LoadRequest.Part(
              name: name, value: text, isFile: file != nil,
              contentType: element["contentType"].flatMap { scalarTemplate($0, "contentType") }))
        } else if let text = scalarTemplate(element, entry.name) {
          parts.append(LoadRequest.Part(name: name, value: text, isFile: false, contentType: nil))
        }
      }
    }
    return parts
  }

  // MARK: Captures and expectations

  private mutating func capture(_ value: LocatedValue) -> LoadRequest.Capture? {
    guard value.value.object != nil else {
      refuse("capture", "a capture must be an object", at: value.span)
      return nil
    }
    for name in ["xpath", "selector", "transform", "attr", "index"] {
      if let member = value.member(name) {
        refuse(name, "captures by `\(name)` are not supported", at: member.nameSpan)
      }
    }
    refuseOthers(
      value, in: "`capture`",
      known: [
        "json", "regexp", "header", "as", "strict", "multiple", "group", "flags", "xpath", "selector", "transform",
        "attr", "index",
      ])
    guard let name = value["as"].flatMap({ text($0) }) else {
      refuse("capture", "the capture does not say `as` what", at: value.span)
      return nil
    }
    let place = VariablePlace(name)
    declared.insert(place.name)
    guard let source = source(of: value) else { return nil }
    var capture = LoadRequest.Capture(source: source, place: place, isStrict: nil, span: value.span)
    if let member = value.member("strict") { capture.isStrict = truth(member) }
    if let member = value.member("multiple") { capture.drawsOne = truth(member) ?? true }
    return capture
  }

  private mutating func source(of value: LocatedValue) -> LoadRequest.Capture.Source? {
    if let member = value.member("json") {
      return jsonQuery(member).map { .json($0) }
    }
    if let member = value.member("header") { return scalarTemplate(member.value, "header").map { .header($0) } }
    if let member = value.member("regexp") {
      guard let pattern = text(member.value), checkPattern(pattern, "regexp", at: member.value.span) else { return nil }
      var group: LoadRequest.Capture.Group?
      if let member = value.member("group"), let text = text(member.value) {
        group = Int(text).map { .number($0) } ?? .name(text)
      }
      let flags = value["flags"].flatMap { text($0) } ?? ""
      if let member = value.member("flags"), !flags.allSatisfy({ "gimsuy".contains($0) }) {
        refuse("flags", "`flags` may hold g i m s u y", at: member.value.span)
      }
      return .pattern(pattern, group: group, flags: flags)
    }
    if ["xpath", "selector", "transform"].allSatisfy({ value.member($0) == nil }) {
      refuse("capture", "the capture says neither `json` nor `regexp` nor `header`", at: value.span)
    }
    return nil
  }

  /// A JSONPath, checked here where nothing in it varies.
  private mutating func jsonQuery(_ member: LocatedValue.Member) -> TextTemplate? {
    guard let template = scalarTemplate(member.value, "json") else { return nil }
    guard template.plain != nil else { return template }
    do throws(JSONPath.SyntaxError) {
      _ = try CaptureQuery.path(template.text)
      return template
    } catch {
      refuse(
        "json", "`\(template.text)` is no JSONPath (RFC 9535): \(error.message) (at character \(error.offset + 1))",
        at: member.value.span)
      return nil
    }
  }

  private mutating func checkPattern(_ pattern: String, _ feature: String, at span: Span) -> Bool {
    if CapturePattern.regex(pattern, flags: "") != nil { return true }
    refuse(feature, "`\(pattern)` cannot be read as a regular expression", at: span)
    return false
  }

  private mutating func match(_ value: LocatedValue, into request: inout LoadRequest) {
    refuseOthers(value, in: "`match`", known: ["json", "value", "strict"])
    guard let member = value.member("json"), let expected = value["value"] else {
      return refuse("match", "`match` needs `json` and `value`", at: value.span)
    }
    guard let query = jsonQuery(member) else { return }
    request.expectations.append(.jsonEquals(query, jsonTemplate(expected)))
  }

  private mutating func expectations(_ member: LocatedValue.Member, into request: inout LoadRequest) {
    for element in Self.list(member.value) {
      guard element.value.object != nil else {
        refuse("expect", "an expectation must be an object such as statusCode: 200", at: element.span)
        continue
      }
      for entry in element.members {
        if let expectation = expectation(entry) { request.expectations.append(expectation) }
      }
    }
  }

  private mutating func expectation(_ entry: LocatedValue.Member) -> LoadRequest.Expectation? {
    let values = Self.list(entry.value)
    let templates = values.compactMap { scalarTemplate($0, entry.name) }
    guard templates.count == values.count, let first = templates.first else {
      if values.isEmpty { refuse(entry.name, "`\(entry.name)` expects nothing", at: entry.nameSpan) }
      return nil
    }
    switch entry.name {
    case "statusCode": return .status(templates)
    case "notStatusCode": return .otherStatus(templates)
    case "contentType": return .contentType(first)
    case "hasProperty": return .hasProperty(first)
    case "notHasProperty": return .lacksProperty(first)
    case "equals": return .equal(templates)
    case "hasHeader": return .hasHeader(first)
    case "headerEquals":
      guard templates.count == 2 else {
        refuse("headerEquals", "`headerEquals` takes a name and a value", at: entry.value.span)
        return nil
      }
      return .headerEquals(templates[0], templates[1])
    case "matchesRegexp":
      guard checkPattern(first.text, "matchesRegexp", at: entry.value.span) else { return nil }
      return .matches(first.text)
    default:
      refuse(entry.name, "the expectation `\(entry.name)` is not supported", at: entry.nameSpan)
      return nil
    }
  }
}
