import Definitions
import Facts

extension ScriptReading {
  private static let sections = [
    "target", "phases", "variables", "payload", "defaults", "http", "timeout", "tls", "environments", "plugins",
    "ensure", "expect", "apdex", "metrics-by-endpoint", "thresholds", "processor", "engines", "statsInterval",
    "includeFiles", "name",
  ]

  /// Reads `config`. Every environment of the script is looked at for what is refused, the chosen one is laid over it.
  mutating func config(_ written: LocatedValue, _ chosen: String?, into script: inout LoadScript) {
    var config = written
    if let member = written.member("environments"), let environments = object(member) {
      for entry in environments.members where entry.value.value.object != nil && entry.name != chosen {
        var ignored = script
        var look = ScriptReading(environment: environment)
        look.section(entry.value, into: &ignored)
        for refusal in look.refusals { refuse(refusal.feature, refusal.reason, at: refusal.span) }
        used += look.used
        declared.formUnion(look.declared)
      }
      if let chosen {
        if let over = environments[chosen], over.value.object != nil {
          config = Self.merged(written, over)
        } else {
          refuse("environments", "there is no environment `\(chosen)`", at: member.nameSpan)
        }
      }
    } else if chosen != nil {
      refuse("config", "the script has no `environments`", at: written.span)
    }
    section(config, into: &script)
  }

  /// `over` laid over `base`, object by object.
  private static func merged(_ base: LocatedValue, _ over: LocatedValue) -> LocatedValue {
    guard base.value.object != nil, over.value.object != nil else { return over }
    var members = base.members
    for member in over.members {
      if let index = members.firstIndex(where: { $0.name == member.name }) {
        members[index] = LocatedValue.Member(
          name: member.name, nameSpan: member.nameSpan, value: merged(members[index].value, member.value))
      } else {
        members.append(member)
      }
    }
    return LocatedValue(members: members, at: base.span)
  }

  private mutating func section(_ config: LocatedValue, into script: inout LoadScript) {
    refuseOthers(config, in: "`config`", known: Self.sections)
    if let member = config.member("target") { script.target = resolvedText(member) }
    if let member = config.member("phases") { script.phases = phases(member) }
    if let member = config.member("variables"), let value = object(member) {
      for entry in value.members {
        declared.insert(entry.name)
        _ = jsonTemplate(entry.value)
      }
      script.variables = value.value.object ?? [:]
    }
    if let member = config.member("payload") { script.payloads = payloads(member) }
    if let member = config.member("processor"), !Self.isEmpty(member.value) {
      refuse("processor", "functions of JavaScript are not run", at: member.nameSpan)
    }
    if let member = config.member("engines"), let engines = object(member) {
      for engine in engines.members {
        if engine.name == "http" {
          // What is meant for requests stands under `config.http`; the engine looks at nothing here.
          refuseOthers(engine.value, in: "`engines.http`", known: [])
        } else {
          refuse(engine.name, "the engine `\(engine.name)` is not supported: only http is", at: engine.nameSpan)
        }
      }
    }
    if let member = config.member("defaults"), let value = object(member) {
      defaults(value, "`defaults`", &script.http)
    }
    if let member = config.member("http"), let value = object(member) { http(value, &script.http) }
    if let member = config.member("timeout") { timeout(member, &script.http) }
    if let member = config.member("tls"), let value = object(member) {
      refuseOthers(value, in: "`tls`", known: ["rejectUnauthorized"])
      if let member = value.member("rejectUnauthorized") { script.http.verifiesServer = truth(member) ?? true }
    }
    if let member = config.member("statsInterval") { _ = duration(member) }
    plugins(config, into: &script)
  }

  private mutating func timeout(_ member: LocatedValue.Member, _ settings: inout LoadScript.HTTPSettings) {
    guard let seconds = duration(member) else { return }
    guard seconds > 0 else { return refuse(member.name, "`\(member.name)` must be more than 0", at: member.value.span) }
    settings.timeoutSeconds = seconds
  }

  private mutating func http(_ value: LocatedValue, _ settings: inout LoadScript.HTTPSettings) {
    refuseOthers(
      value, in: "`http`", known: ["timeout", "pool", "maxSockets", "extendedMetrics", "cookieJarOptions", "defaults"])
    if let member = value.member("timeout") { timeout(member, &settings) }
    if let member = value.member("pool"), let number = number(member, atLeast: 1, atMost: 100_000) {
      if number == number.rounded() {
        settings.pool = Int(number)
      } else {
        refuse("pool", "`pool` must be a whole number", at: member.value.span)
      }
    }
    // Users of our own open as many connections as they have requests under way, which is what these say at most.
    if let member = value.member("maxSockets") { _ = number(member, atLeast: 1) }
    if let member = value.member("extendedMetrics") { _ = truth(member) }
    if let member = value.member("cookieJarOptions"), let value = object(member) {
      cookieJar(value)
    }
    if let member = value.member("defaults"), let value = object(member) {
      defaults(value, "`http.defaults`", &settings)
    }
  }

  /// Our cookies need a name, know no list of public suffixes and give prefixes of names no meaning.
  private mutating func cookieJar(_ value: LocatedValue) {
    refuseOthers(value, in: "`cookieJarOptions`", known: ["looseMode", "rejectPublicSuffixes", "prefixSecurity"])
    for name in ["looseMode", "rejectPublicSuffixes"] {
      guard let member = value.member(name), truth(member) == true else { continue }
      refuse(name, "`\(name)` is not supported but for false", at: member.nameSpan)
    }
    if let member = value.member("prefixSecurity"), member.value.string != "unsafe-disabled" {
      refuse("prefixSecurity", "`prefixSecurity` is not supported but for unsafe-disabled", at: member.nameSpan)
    }
  }

  private mutating func defaults(
    _ value: LocatedValue, _ place: String, _ settings: inout LoadScript.HTTPSettings
  ) {
    refuseOthers(value, in: place, known: ["headers", "cookie", "strictCapture", "think"])
    if let member = value.member("headers") { settings.headers = namedTemplates(member) }
    if let member = value.member("cookie") { settings.cookies = namedTemplates(member) }
    if let member = value.member("strictCapture") { settings.isCaptureStrict = truth(member) ?? true }
    if let member = value.member("think"), let value = object(member) {
      refuseOthers(value, in: "`think`", known: ["jitter"])
      if let member = value.member("jitter") { settings.thinkJitter = jitter(member) }
    }
  }

  /// How far thinking times vary: a time, or a share such as `20%`.
  mutating func jitter(_ member: LocatedValue.Member) -> LoadStep.Jitter? {
    guard let text = resolvedText(member)?.trimmedOfSpaces else { return nil }
    if text.hasSuffix("%"), let share = Double(text.dropLast()), (0...100).contains(share) {
      return .share(share / 100)
    }
    if let seconds = ScriptDuration.seconds(text) { return .seconds(seconds) }
    refuse(member.name, "`\(member.name)` must be a time such as 500ms, or a share such as 20%", at: member.value.span)
    return nil
  }

  // MARK: Plug-ins

  private mutating func plugins(_ config: LocatedValue, into script: inout LoadScript) {
    var settings: [String: LocatedValue.Member] = [:]
    if let member = config.member("plugins"), let plugins = object(member) {
      for plugin in plugins.members {
        guard ["ensure", "expect", "apdex", "metrics-by-endpoint"].contains(plugin.name) else {
          refuse(plugin.name, "the plug-in `\(plugin.name)` is not supported", at: plugin.nameSpan)
          continue
        }
        settings[plugin.name] = plugin
      }
    }
    if let plugin = settings["ensure"] { ensure(plugin, into: &script) }
    if let section = config.member("ensure") { ensure(section, into: &script) }
    if let section = config.member("thresholds") { thresholds(section, into: &script) }
    if let plugin = settings["expect"] {
      script.judgesExpectations = true
      expect(plugin, into: &script)
    }
    if let section = config.member("expect") { expect(section, into: &script) }
    if let plugin = settings["apdex"] {
      script.apdexMilliseconds = 500
      apdex(plugin, into: &script)
    }
    if let section = config.member("apdex") { apdex(section, into: &script) }
    // Figures by endpoint are always kept, under names or URLs as written: these only choose how others name them.
    for member in [settings["metrics-by-endpoint"], config.member("metrics-by-endpoint")].compactMap({ $0 }) {
      guard let value = object(member) else { continue }
      refuseOthers(
        value, in: "`metrics-by-endpoint`",
        known: [
          "useOnlyRequestNames", "groupDynamicURLs", "stripQueryString", "ignoreUnnamedRequests", "metricsNamespace",
        ])
    }
  }

  private mutating func expect(_ member: LocatedValue.Member, into script: inout LoadScript) {
    guard let value = object(member) else { return }
    refuseOthers(
      value, in: "`expect`",
      known: ["outputFormat", "formatter", "reportFailuresAsErrors", "expectDefault200", "useOnlyRequestNames"])
    if let member = value.member("expectDefault200") { script.http.expectsStatus200 = truth(member) ?? false }
  }

  private mutating func apdex(_ member: LocatedValue.Member, into script: inout LoadScript) {
    guard let value = object(member) else { return }
    refuseOthers(value, in: "`apdex`", known: ["threshold"])
    if let member = value.member("threshold"), let number = number(member) { script.apdexMilliseconds = number }
  }

  // MARK: Thresholds

  private mutating func ensure(_ member: LocatedValue.Member, into script: inout LoadScript) {
    guard let value = object(member) else { return }
    for entry in value.members {
      switch entry.name {
      case "thresholds":
        guard entry.value.value.array != nil else {
          refuse("thresholds", "`thresholds` must be a list", at: entry.value.span)
          continue
        }
        for element in entry.value.elements {
          guard element.value.object != nil else {
            refuse("thresholds", "a threshold must be a metric with its limit", at: element.span)
            continue
          }
          for member in element.members {
            guard let limit = number(member, atLeast: -1e15, atMost: 1e15) else { continue }
            add(at: member.nameSpan, feature: member.name, to: &script) { () throws(LoadThreshold.SyntaxError) in
              try .ensured(member.name, under: limit, written: Self.number(limit))
            }
          }
        }
      case "conditions":
        guard entry.value.value.array != nil else {
          refuse("conditions", "`conditions` must be a list", at: entry.value.span)
          continue
        }
        for element in entry.value.elements { condition(element, into: &script) }
      default:
        guard LoadThreshold.legacy(entry.name, 0, written: "") != nil else {
          refuse(entry.name, "`\(entry.name)` is not supported in `ensure`", at: entry.nameSpan)
          continue
        }
        if let limit = number(entry, atMost: 1e15),
          let threshold = LoadThreshold.legacy(entry.name, limit, written: Self.number(limit))
        {
          script.thresholds.append(threshold)
        }
      }
    }
  }

  private mutating func condition(_ element: LocatedValue, into script: inout LoadScript) {
    guard let member = element.member("expression"), let text = member.value.string else {
      return refuse("conditions", "a condition needs an `expression`", at: element.span)
    }
    refuseOthers(element, in: "a condition", known: ["expression", "strict"])
    let isStrict = element.member("strict").flatMap { truth($0) } ?? true
    add(at: member.value.span, feature: "expression", to: &script) { () throws(LoadThreshold.SyntaxError) in
      var threshold = try LoadThreshold.condition(text)
      threshold.isStrict = isStrict
      return threshold
    }
  }

  private mutating func add(
    at span: Span, feature: String, to script: inout LoadScript,
    _ make: () throws(LoadThreshold.SyntaxError) -> LoadThreshold
  ) {
    do throws(LoadThreshold.SyntaxError) {
      let threshold = try make()
      if !script.thresholds.contains(threshold) { script.thresholds.append(threshold) }
    } catch {
      refuse(feature, error.message, at: span)
    }
  }

  /// Thresholds in the words of k6.
  private mutating func thresholds(_ member: LocatedValue.Member, into script: inout LoadScript) {
    guard let value = object(member) else { return }
    for metric in value.members {
      for element in metric.value.value.array != nil ? metric.value.elements : [metric.value] {
        threshold(metric, element, into: &script)
      }
    }
  }

  private mutating func threshold(
    _ metric: LocatedValue.Member, _ element: LocatedValue, into script: inout LoadScript
  ) {
    var condition = element
    var stopsAfter: Double?
    if element.value.object != nil {
      refuseOthers(element, in: "a threshold", known: ["threshold", "abortOnFail", "delayAbortEval"])
      guard let inner = element["threshold"] else {
        return refuse(metric.name, "the threshold of `\(metric.name)` has no `threshold`", at: element.span)
      }
      condition = inner
      if let member = element.member("abortOnFail"), truth(member) == true { stopsAfter = 0 }
      if let member = element.member("delayAbortEval"), let delay = duration(member), stopsAfter != nil {
        stopsAfter = delay
      }
    }
    guard let text = condition.string else {
      return refuse(metric.name, "a threshold of `\(metric.name)` must be text such as p(95)<200", at: condition.span)
    }
    let (name, stop) = (metric.name, stopsAfter)
    add(at: condition.span, feature: text, to: &script) { () throws(LoadThreshold.SyntaxError) in
      var threshold = try LoadThreshold.k6(name, text)
      threshold.stopsAfter = stop
      return threshold
    }
  }

  private static func number(_ value: Double) -> String { Int(exactly: value).map(String.init) ?? String(value) }

  // MARK: Phases

  /// More users than this are not planned.
  private static let mostArrivals = 100_000_000.0

  private mutating func phases(_ member: LocatedValue.Member) -> [LoadPhase] {
    guard member.value.value.array != nil else {
      if !member.value.value.isNull { refuse("phases", "`phases` must be a list", at: member.value.span) }
      return []
    }
    var phases: [LoadPhase] = []
    for element in member.value.elements {
      guard element.value.object != nil else {
        refuse("phases", "a phase must be an object", at: element.span)
        continue
      }
      if let phase = phase(element) { phases.append(phase) }
    }
    return phases
  }

  private mutating func phase(_ value: LocatedValue) -> LoadPhase? {
    refuseOthers(
      value, in: "a phase",
      known: ["name", "duration", "arrivalRate", "rampTo", "arrivalCount", "pause", "maxVusers", "mode"])
    var phase = LoadPhase(nil, seconds: nil)
    phase.name = value["name"].flatMap { text($0) }
    if let member = value.member("maxVusers") { phase.mostUsers = number(member, atLeast: 1).map { Int($0) } }
    if let member = value.member("mode") {
      switch member.value.string {
      case "poisson": phase.isPoisson = true
      case "uniform": break
      default: refuse("mode", "`mode` must be uniform or poisson", at: member.value.span)
      }
    }
    if let pause = value.member("pause") {
      for other in value.members where ["duration", "arrivalRate", "rampTo", "arrivalCount"].contains(other.name) {
        refuse(other.name, "`\(other.name)` cannot stand beside `pause`", at: other.nameSpan)
      }
      phase.shape = .pause
      phase.seconds = duration(pause)
      return phase
    }
    guard let length = value.member("duration") else {
      refuse(
        value.members.first?.name ?? "phases", "the phase needs a `duration`",
        at: value.members.first?.nameSpan ?? value.span)
      return nil
    }
    phase.seconds = duration(length)
    let rate = value.member("arrivalRate")
    let ramp = value.member("rampTo")
    if let count = value.member("arrivalCount") {
      if let other = rate ?? ramp {
        refuse(other.name, "`\(other.name)` cannot stand beside `arrivalCount`", at: other.nameSpan)
      }
      if let number = number(count, atMost: Self.mostArrivals) {
        phase.shape = .count(Int(number))
        if number != number.rounded() {
          refuse("arrivalCount", "`arrivalCount` must be a whole number", at: count.value.span)
        }
      }
    } else if let ramp {
      let start = rate.map { number($0) } ?? 0
      if let start, let end = number(ramp) { phase.shape = .ramp(from: start, to: end) }
    } else if let rate {
      if let number = number(rate) { phase.shape = number == 0 ? .pause : .constant(rate: number) }
    } else {
      refuse(
        "duration", "the phase needs `arrivalRate`, `rampTo` or `arrivalCount` beside `duration`", at: length.nameSpan)
    }
    if case .ramp(let from, let to)? = phase.shape, from == to {
      phase.shape = from == 0 ? .pause : .constant(rate: from)
    }
    let most: Double =
      switch phase.shape {
      case .constant(let rate)?: rate
      case .ramp(let from, let to)?: max(from, to)
      default: 0
      }
    if most * (phase.seconds ?? 0) > Self.mostArrivals {
      refuse("duration", "more than \(Int(Self.mostArrivals)) arrivals in one phase", at: length.value.span)
      return nil
    }
    return phase
  }

  // MARK: Payload

  private mutating func payloads(_ member: LocatedValue.Member) -> [LoadScript.Payload] {
    if member.value.value.isNull { return [] }
    let list = member.value.value.array != nil ? member.value.elements : [member.value]
    return list.compactMap { value in
      guard value.value.object != nil else {
        refuse("payload", "a payload must be an object with `path` and `fields`", at: value.span)
        return nil
      }
      return payload(value, named: member)
    }
  }

  private mutating func payload(_ value: LocatedValue, named member: LocatedValue.Member) -> LoadScript.Payload? {
    refuseOthers(
      value, in: "`payload`",
      known: [
        "path", "fields", "order", "skipHeader", "delimiter", "cast", "skipEmptyLines", "loadAll", "name", "options",
      ])
    guard let path = value.member("path") else {
      refuse("payload", "the payload has no `path`", at: member.nameSpan)
      return nil
    }
    var payload = LoadScript.Payload(
      path: "", fields: [], isInOrder: false, skipsHeader: false, delimiter: ",", casts: true, skipsEmptyLines: true,
      allRowsName: nil, span: path.value.span)
    guard let text = resolvedText(path) else { return nil }
    payload.path = text
    if let fields = value.member("fields") {
      payload.fields = fields.value.elements.compactMap { self.text($0) }
      if payload.fields.isEmpty || payload.fields.count != fields.value.elements.count {
        refuse("fields", "`fields` must be a list of names", at: fields.value.span)
      }
    }
    if let order = value.member("order") {
      switch order.value.string {
      case "sequence": payload.isInOrder = true
      case "random": break
      default: refuse("order", "`order` must be random or sequence", at: order.value.span)
      }
    }
    if let member = value.member("skipHeader") { payload.skipsHeader = truth(member) ?? false }
    if let member = value.member("cast") { payload.casts = truth(member) ?? true }
    if let member = value.member("skipEmptyLines") { payload.skipsEmptyLines = truth(member) ?? true }
    if let member = value.member("delimiter") { payload.delimiter = delimiter(member) }
    if let member = value.member("options"), let options = object(member) {
      refuseOthers(options, in: "`options`", known: ["delimiter"])
      if let member = options.member("delimiter") { payload.delimiter = delimiter(member) }
    }
    if let member = value.member("loadAll"), truth(member) == true {
      payload.allRowsName = value["name"].flatMap { self.text($0) }
      if payload.allRowsName == nil { refuse("loadAll", "`loadAll` needs a `name`", at: member.nameSpan) }
    } else if payload.fields.isEmpty {
      refuse("payload", "the payload has no `fields`", at: member.nameSpan)
    }
    declared.formUnion(payload.allRowsName.map { [$0] } ?? payload.fields)
    return payload
  }

  private mutating func delimiter(_ member: LocatedValue.Member) -> Character {
    guard let text = text(member.value), text.count == 1, let character = text.first else {
      refuse("delimiter", "`delimiter` must be one character", at: member.value.span)
      return ","
    }
    return character
  }
}
