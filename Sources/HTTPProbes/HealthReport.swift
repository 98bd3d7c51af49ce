import Facts
import HTTPExchange

/// What the content of an answer says about health, whatever convention it follows.
struct HealthReport: Sendable, Hashable {
  enum Convention: String, Sendable, CaseIterable {
    /// The expired IETF draft "Health Check Response Format for HTTP APIs" (`application/health+json`).
    case health = "health+json"
    /// Spring Boot Actuator: `components`.
    case spring
    /// Eclipse MicroProfile Health: a list of `checks`.
    case microprofile
    /// Kubernetes: `[+]name ok` and `[-]name failed` lines.
    case kubernetes
    /// A word such as `ok`, or no content at all.
    case plain
    /// Something that is neither a page nor of a known convention.
    case unknown
  }

  enum Level: String, Sendable, CaseIterable { case up, warn, down }

  struct Component: Sendable, Hashable {
    var name: String
    /// Nil for a word that is not known.
    var level: Level?
  }

  var convention: Convention
  /// What the content claims about the whole; nil where it says nothing.
  var level: Level?
  /// At most `componentLimit` of them.
  var components: [Component] = []

  /// The most components that are kept.
  static let componentLimit = 100
}

extension HealthReport {
  /// Nil for content that no health endpoint would give: a page, or something that is no text.
  init?(_ response: HTTPResponse) {
    if response.body.isEmpty {
      self.init(convention: .plain)
      return
    }
    guard let text = response.text, response.mediaType != "text/html", !Self.looksLikePage(text) else { return nil }
    if !response.isBodyTruncated, let object = (try? JSONText.parse(response.body))?.object {
      self.init(object, isDeclared: response.mediaType == "application/health+json")
    } else {
      self.init(lines: text)
    }
  }

  // MARK: JSON

  private init(_ object: JSONObject, isDeclared: Bool) {
    let word = object.value("status") ?? object.value("health") ?? object.value("state")
    level = Self.level(word) ?? Self.level(object.value("healthy") ?? object.value("ok"))
    let parts = object.value("components") ?? object.value("details") ?? object.value("checks")
    switch parts {
    case .array(let checks) where !isDeclared:
      convention = .microprofile
      components = checks.prefix(Self.componentLimit).compactMap { check in
        check["name"]?.string.map { Component(name: $0.bounded(200), level: Self.level(check["status"])) }
      }
    case .object(let members):
      components = members.members.prefix(Self.componentLimit).map { name, value in
        Component(name: name.bounded(200), level: Self.worst(in: value))
      }
      convention = object.value("checks") != nil || isDeclared ? .health : .spring
    default:
      convention =
        isDeclared ? .health : level == nil ? .unknown : word?.string.map(Self.isSpringWord) == true ? .spring : .health
    }
    if level == nil, parts == nil, !isDeclared { convention = .unknown }
  }

  /// The draft gives a component a list of measurements, the others one object.
  private static func worst(in value: JSONValue) -> Level? {
    let measurements = value.array ?? [value]
    let levels = measurements.compactMap { level($0["status"] ?? $0) }
    return levels.contains(.down) ? .down : levels.contains(.warn) ? .warn : levels.first
  }

  private static func isSpringWord(_ word: String) -> Bool {
    ["UP", "DOWN", "OUT_OF_SERVICE", "UNKNOWN"].contains(word)
  }

  private static func level(_ value: JSONValue?) -> Level? {
    switch value {
    case .bool(let truth): truth ? .up : .down
    case .string(let word): level(of: word)
    default: nil
    }
  }

  /// The words of all conventions, in any case.
  private static func level(of word: some StringProtocol) -> Level? {
    switch word.trimmed.lowercased() {
    case "pass", "ok", "up", "healthy", "alive", "ready", "live", "running", "pong", "available", "success", "green",
      "passing":
      .up
    case "warn", "warning", "degraded", "yellow": .warn
    case "fail", "error", "down", "unhealthy", "out_of_service", "critical", "unavailable", "failed", "failing", "red",
      "not ready":
      .down
    default: nil
    }
  }

  // MARK: Text

  private init(lines text: String) {
    for line in text.split(whereSeparator: \.isNewline) {
      let isUp = line.hasPrefix("[+]")
      guard isUp || line.hasPrefix("[-]") else { continue }
      let name = line.dropFirst(3).prefix { $0 != " " }
      if components.count < Self.componentLimit {
        components.append(Component(name: name.bounded(200), level: isUp ? .up : .down))
      }
    }
    if components.isEmpty {
      level = text.utf8.count <= 100 ? Self.level(of: text.trimmed.prefix { !$0.isPunctuation || $0 == "_" }) : nil
      convention = level == nil ? .unknown : .plain
    } else {
      level = components.contains { $0.level == .down } ? .down : .up
      convention = .kubernetes
    }
  }

  private static func looksLikePage(_ text: String) -> Bool {
    let start = text.prefix(200).lowercased()
    return start.contains("<!doctype html") || start.contains("<html") || start.contains("<head")
  }
}

extension JSONObject {
  /// The member called `name` in any case.
  fileprivate func value(_ name: String) -> JSONValue? {
    self[name] ?? members.first { $0.name.lowercased() == name }?.value
  }
}
