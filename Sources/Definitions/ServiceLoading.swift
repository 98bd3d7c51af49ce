import AuditModel
import Facts
import Scheduling

extension Definitions {
  /// The service's file. `zone` gives the bytes of a time zone's TZif file, nil for a name that there is not.
  package static func service(
    _ file: SourceFile, resolve: SecretResolver, zone: (String) -> [UInt8]?
  ) -> Loaded<ServiceDefinition> {
    let mask = SecretMask(names: ["token", "password", "historyPassword", "key", "bearer", "url"])
    let (root, problems) = YAMLReader.read(file, masking: mask.masked)
    guard let root else { return Loaded(nil, problems.diagnostics) }
    var loading = ServiceLoading(
      root: root, folder: FilePath.folder(of: file.path), resolver: resolve, problems: problems)
    let definition = loading.run(zone)
    return Loaded(definition, loading.problems.diagnostics)
  }
}

private struct ServiceLoading {
  let root: LocatedValue
  let folder: String
  let resolver: SecretResolver
  var problems: Problems

  /// The shortest token that is worth guessing, in bytes.
  private static let shortestToken = 16

  mutating func run(_ zone: (String) -> [UInt8]?) -> ServiceDefinition? {
    // What is wrong with a secret is told with its key, never with its line.
    Structure.check(root, against: ServiceSchema.schema, into: &problems)
    guard problems.isEmpty else { return nil }
    let (address, port) = endpoint("listen", fallback: "127.0.0.1:8642")
    let tls = root["tls"].flatMap { value in
      value["certificate"]?.string.flatMap { certificate in
        value["key"]?.string.map {
          ServiceDefinition.TLS(
            certificate: FilePath.absolute(certificate, in: folder), key: FilePath.absolute($0, in: folder))
        }
      }
    }
    let tokens = (root["tokens"]?.elements ?? []).compactMap { token($0) }
    checkReach(address, hasTLS: tls != nil, hasTokens: !tokens.isEmpty)
    let history = root["history"]?.string ?? "history.db"
    let audits = (root["audits"]?.elements ?? []).compactMap { audit($0, zone) }
    checkNames("audits")
    let channels = (root["notify"]?.elements ?? []).compactMap { channel($0) }
    checkNames("notify")
    checkNames("tokens")
    let password = root["historyPassword"].flatMap { secret($0, "historyPassword") }
    guard problems.isEmpty else { return nil }
    let retention = root["retention"]
    return ServiceDefinition(
      address: address, port: port, tls: tls, tokens: tokens,
      isOpenOnLoopback: root["openOnLoopback"]?.value.bool ?? true,
      publicURL: root["publicURL"]?.string.map { String($0.reversed().drop { $0 == "/" }.reversed()) },
      history: history.contains("://") ? history : FilePath.absolute(history, in: folder),
      historyPassword: password, runs: FilePath.absolute(root["runs"]?.string ?? "runs", in: folder),
      runDays: retention?["runDays"]?.value.integer ?? 14, days: retention?["days"]?.value.integer ?? 90,
      dailyDays: retention?["dailyDays"]?.value.integer, audits: audits, channels: channels)
  }

  // MARK: Where it listens

  /// The literal address and the port of `127.0.0.1:8642` or `[::1]:8642`.
  private mutating func endpoint(_ name: String, fallback: String) -> (String, Int) {
    let text = root[name]?.string ?? fallback
    guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
      (0...65_535).contains(port)
    else {
      problems.add(
        "malformed", "`\(name)` must be an address and a port, like 127.0.0.1:8642", at: root[name]?.span ?? root.span)
      return ("", 0)
    }
    var host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
    let isLiteral =
      !host.isEmpty
      && host.utf8.allSatisfy { byte in
        (48...58).contains(byte) || byte == 46 || (97...102).contains(byte | 32)
      }
    if !isLiteral {
      problems.add(
        "malformed", "`\(name)` must name a literal address", at: root[name]?.span ?? root.span,
        fix: "127.0.0.1 for this machine alone, 0.0.0.0 or [::] for all")
    }
    return (String(host), port)
  }

  /// Who can reach the service from elsewhere has to say who they are, and not in plaintext.
  private mutating func checkReach(_ address: String, hasTLS: Bool, hasTokens: Bool) {
    guard !address.isEmpty, !address.hasPrefix("127."), address != "::1" else { return }
    let span = root["listen"]?.span ?? root.span
    if !hasTokens {
      problems.add(
        "no-authentication", "a service that others can reach needs tokens", at: span,
        fix: "add tokens: [{ name: …, token: ${env:NAME} }], or listen on 127.0.0.1")
    }
    if !hasTLS, root["behindProxy"]?.value.bool != true {
      problems.add(
        "no-tls", "tokens would cross the network in plaintext", at: span,
        fix: "add tls: { certificate: …, key: … }, or behindProxy: true where a proxy does it")
    }
  }

  private mutating func checkNames(_ list: String) {
    var lines: [String: Int] = [:]
    for name in (root[list]?.elements ?? []).compactMap({ $0["name"] }) {
      guard let text = name.string else { continue }
      if let line = lines[text] {
        problems.add(
          "duplicate-name", "there is one called `\(text)` already", at: name.span, fix: "the first is in line \(line)")
      } else {
        lines[text] = name.span.line
      }
    }
  }

  // MARK: Secrets

  private mutating func secret(_ value: LocatedValue, _ name: String) -> Secret? {
    guard let text = value.string else { return nil }
    switch resolver.secret(text, folder: folder) {
    case .success(let secret): return secret
    case .failure(let failure):
      problems.add("secret", "`\(name)`: \(failure.reason)", at: value.span)
      return nil
    }
  }

  private mutating func token(_ value: LocatedValue) -> ServiceDefinition.Token? {
    guard let name = value["name"]?.string, let place = value["token"], let secret = secret(place, "token") else {
      return nil
    }
    guard secret.exposed.utf8.count >= Self.shortestToken else {
      problems.add(
        "weak-token", "the token of `\(name)` has fewer than \(Self.shortestToken) characters", at: place.span,
        fix: "make one with: openssl rand -hex 32")
      return nil
    }
    guard secret.exposed.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      problems.add("weak-token", "the token of `\(name)` cannot stand in a header field", at: place.span)
      return nil
    }
    return ServiceDefinition.Token(name: name, secret: secret)
  }

  // MARK: Audits

  private func paths(_ value: LocatedValue, _ name: String) -> [String] {
    (value[name]?.elements ?? []).compactMap(\.string).map { FilePath.absolute($0, in: folder) }
  }

  private mutating func audit(_ value: LocatedValue, _ zone: (String) -> [UInt8]?) -> ServiceDefinition.Audit? {
    guard let name = value["name"]?.string, let inventory = value["inventory"]?.string,
      let planned = value["schedule"], let text = planned.string
    else { return nil }
    let expression: CronExpression
    do throws(CronExpression.SyntaxError) {
      expression = try CronExpression(text)
    } catch {
      problems.add(
        "schedule", "`schedule`: \(error.message)", at: planned.span,
        fix: "minute hour day month weekday, as in \"0 2 * * *\", or @daily")
      return nil
    }
    guard let rules = rules(of: value["timezone"], zone) else { return nil }
    let policy = value["policy"]?.string
    let isFile = policy.map { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") } ?? false
    return ServiceDefinition.Audit(
      schedule: Schedule(
        name: name, expression: expression, zone: rules, jitterSeconds: value["jitterSeconds"]?.value.integer ?? 0,
        catchUpSeconds: value["catchUpSeconds"]?.value.integer ?? 86_400),
      inventory: FilePath.absolute(inventory, in: folder),
      policy: isFile ? policy.map { FilePath.absolute($0, in: folder) } : policy, checks: paths(value, "checks"),
      trust: paths(value, "trust"), deadlineSeconds: value["deadlineSeconds"]?.value.integer ?? 1800,
      carries: value["carry"]?.value.bool ?? false)
  }

  private mutating func rules(of zone: LocatedValue?, _ bytes: (String) -> [UInt8]?) -> TimeZoneRules? {
    guard let zone, let name = zone.string, name != "UTC" else { return .utc }
    let isName =
      name.utf8.allSatisfy { byte in
        (48...57).contains(byte) || (97...122).contains(byte | 32) || "/_+-".utf8.contains(byte)
      } && !name.hasPrefix("/")
    guard isName, let file = bytes(name) else {
      problems.add(
        "timezone", "there is no time zone `\(name)`", at: zone.span,
        fix: "name one as Europe/Berlin; tzdata holds them")
      return nil
    }
    do throws(TimeZoneRules.Malformed) {
      return try TimeZoneRules(tzif: file)
    } catch {
      problems.add("timezone", "the time zone `\(name)` cannot be read: \(error.reason)", at: zone.span)
      return nil
    }
  }

  // MARK: Channels

  private mutating func channel(_ value: LocatedValue) -> ServiceDefinition.Channel? {
    guard let name = value["name"]?.string, let kind = value["kind"]?.string else { return nil }
    let uses: [String: Set<String>] = [
      "webhook": ["url", "key", "bearer"], "slack": ["url"], "alertmanager": ["url", "bearer"],
      "email": ["server", "security", "user", "password", "from", "to"],
    ]
    let common: Set = ["name", "kind", "trust", "events", "severity"]
    for member in value.members where !common.contains(member.name) && uses[kind]?.contains(member.name) == false {
      problems.add("unknown-key", "a channel of kind \(kind) takes no `\(member.name)`", at: member.nameSpan)
    }
    guard let destination = destination(value, kind) else { return nil }
    let events = (value["events"]?.elements ?? []).compactMap { $0.string.flatMap(ServiceDefinition.Event.init) }
    return ServiceDefinition.Channel(
      name: name, destination: destination,
      events: events.isEmpty ? Set(ServiceDefinition.Event.allCases) : Set(events),
      severity: value["severity"]?.string.flatMap(Severity.init) ?? .high, trust: paths(value, "trust"))
  }

  private mutating func destination(_ value: LocatedValue, _ kind: String) -> ServiceDefinition.Destination? {
    if kind == "email" { return mail(value).map { .email($0) } }
    guard let place = value["url"], let text = place.string else {
      problems.add("missing-key", "a channel of kind \(kind) needs the key `url`", at: value.span)
      return nil
    }
    var url = Secret(text)
    if text.hasPrefix("${") {
      guard let resolved = secret(place, "url") else { return nil }
      url = resolved
    }
    let shape = Schema.string(.url(schemes: ["https", "http"]))
    guard shape.violations(of: .string(url.exposed)).isEmpty else {
      problems.add("malformed", "`url` does not lead to an http or https URL", at: place.span)
      return nil
    }
    let bearer = value["bearer"].flatMap { secret($0, "bearer") }
    switch kind {
    case "slack": return .slack(url: url)
    case "alertmanager": return .alertmanager(url: url, bearer: bearer)
    default: return .webhook(url: url, key: value["key"].flatMap { secret($0, "key") }, bearer: bearer)
    }
  }

  private mutating func mail(_ value: LocatedValue) -> ServiceDefinition.Mail? {
    guard let server = value["server"], let text = server.string, let from = value["from"], let to = value["to"] else {
      problems.add("missing-key", "a channel of kind email needs the keys `server`, `from` and `to`", at: value.span)
      return nil
    }
    let security = value["security"]?.string.flatMap(ServiceDefinition.Mail.Security.init) ?? .starttls
    let colon = text.lastIndex(of: ":")
    let host = String(colon.map { text[..<$0] } ?? text[...])
    let standard = security == .tls ? 465 : security == .starttls ? 587 : 25
    let port = colon.map { Int(text[text.index(after: $0)...]) ?? 0 } ?? standard
    let isHost = !host.isEmpty && host.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "/") }
    guard isHost, (1...65_535).contains(port) else {
      problems.add("malformed", "`server` must be a host and a port, like mail.example:587", at: server.span)
      return nil
    }
    if security == .none, !host.hasPrefix("127."), host != "localhost", host != "[::1]" {
      problems.add(
        "no-tls", "a mail server elsewhere needs starttls or tls", at: value["security"]?.span ?? server.span)
    }
    for address in [from] + to.elements where !Self.isAddress(address.string ?? "") {
      problems.add("malformed", "`\(address.string ?? "")` is no mail address", at: address.span)
    }
    let user = value["user"]?.string
    let password = value["password"].flatMap { secret($0, "password") }
    if (user == nil) != (value["password"] == nil) {
      problems.add("missing-key", "`user` and `password` go together", at: value.span)
    }
    if user != nil, security == .none {
      problems.add("no-tls", "a password is not sent in plaintext", at: value.span, fix: "security: starttls")
    }
    return ServiceDefinition.Mail(
      host: host, port: port, security: security, user: user, password: password, from: from.string ?? "",
      to: to.elements.compactMap(\.string))
  }

  /// Good enough to stand in a mail server's command: one @, no blanks, brackets or control characters.
  private static func isAddress(_ text: String) -> Bool {
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    return parts.count == 2 && parts.allSatisfy { !$0.isEmpty } && text.utf8.count <= 254
      && text.utf8.allSatisfy { (0x21...0x7E).contains($0) && !"<>()[]\\,;:\"".utf8.contains($0) }
  }
}
