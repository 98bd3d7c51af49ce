import AuditModel
import Definitions
import Facts
import HTTPExchange

/// Where an Alertmanager sends what, read from its configuration. Pure.
struct RouteTree {
  /// One node of the tree.
  struct Route {
    /// As inherited, where it names none itself.
    var receiver: String?
    var matchers: [PromQLScan.Matcher]
    var goesOn: Bool
    var children: [Route]
    var groupWait: Double?
    var groupInterval: Double?
    var repeatInterval: Double?
    /// Where one of its conditions cannot be read.
    var isObscure: Bool
  }

  /// One receiver.
  struct Receiver {
    var name: String
    /// The kinds of its integrations: `webhook`, `email`, ….
    var integrations: [String]
  }

  /// One inhibition.
  struct Inhibition {
    var source: [PromQLScan.Matcher]
    var target: [PromQLScan.Matcher]
    var equal: [String]
  }

  let root: Route
  let receivers: [Receiver]
  let inhibitions: [Inhibition]

  /// Reads a configuration as `/api/v2/status` gives it back.
  init(_ yaml: String) throws(Obstacle) {
    let loaded = Definitions.document(SourceFile(path: "config.original", bytes: Array(yaml.utf8)))
    guard let document = loaded.value, let route = document["route"]?.object else {
      throw Obstacle(.malformed, "the configuration that the Alertmanager gives back cannot be read")
    }
    var budget = 10_000
    root = Self.route(.object(route), inherited: nil, above: nil, depth: 0, &budget)
    receivers = (document["receivers"]?.array ?? []).prefix(1000).map { receiver in
      Receiver(
        name: Self.word(receiver["name"]) ?? "",
        integrations: (receiver.object?.members ?? []).flatMap { name, value in
          name.hasSuffix("_configs")
            ? [String](repeating: String(name.dropLast("_configs".count)), count: value.array?.count ?? 0) : []
        })
    }
    inhibitions = (document["inhibit_rules"]?.array ?? []).prefix(1000).map { rule in
      Inhibition(
        source: Self.matchers(rule, "source_").matchers, target: Self.matchers(rule, "target_").matchers,
        equal: rule["equal"]?.array?.compactMap { Self.word($0) } ?? [])
    }
  }

  private static func word(_ value: JSONValue?) -> String? {
    switch value {
    case .string(let text)?: text.bounded(200)
    case .integer(let number)?: String(number)
    case .bool(let truth)?: String(truth)
    default: nil
    }
  }

  private static func route(
    _ value: JSONValue, inherited: String?, above: Route?, depth: Int, _ budget: inout Int
  ) -> Route {
    budget -= 1
    let (matchers, isObscure) = matchers(value, "")
    var route = Route(
      receiver: word(value["receiver"]) ?? inherited, matchers: matchers, goesOn: value["continue"]?.bool ?? false,
      children: [], groupWait: PrometheusDuration.seconds(word(value["group_wait"])) ?? above?.groupWait,
      groupInterval: PrometheusDuration.seconds(word(value["group_interval"])) ?? above?.groupInterval,
      repeatInterval: PrometheusDuration.seconds(word(value["repeat_interval"])) ?? above?.repeatInterval,
      isObscure: isObscure)
    guard depth < 32 else { return route }
    for child in value["routes"]?.array ?? [] where budget > 0 {
      route.children.append(
        Self.route(child, inherited: route.receiver, above: route, depth: depth + 1, &budget))
    }
    return route
  }

  /// The conditions of a node in any of the three ways to write them.
  private static func matchers(
    _ value: JSONValue, _ prefix: String
  ) -> (matchers: [PromQLScan.Matcher], isObscure: Bool) {
    var found: [PromQLScan.Matcher] = []
    var isObscure = false
    for (member, relation) in [("match", "="), ("match_re", "=~")] {
      for (label, text) in value[prefix + member]?.object?.members ?? [] {
        guard let text = word(text) else {
          isObscure = true
          continue
        }
        found.append(PromQLScan.Matcher(label: label, relation: relation, value: text))
      }
    }
    for entry in value[prefix + "matchers"]?.array ?? [] {
      guard let text = word(entry), let matchers = MatcherText.matchers(text) else {
        isObscure = true
        continue
      }
      found += matchers
    }
    return (found, isObscure)
  }

  // MARK: Walking

  /// The routes that an alert with `labels` ends at; nil where a condition on the way cannot be read.
  func routes(for labels: [String: String]) -> [Route]? { Self.ends(of: root, labels, isRoot: true) }

  private static func ends(of route: Route, _ labels: [String: String], isRoot: Bool) -> [Route]? {
    if !isRoot {
      if route.isObscure { return nil }
      for matcher in route.matchers {
        // A label that is not there counts as an empty one.
        guard let isMet = matcher.accepts(labels[matcher.label] ?? "") else { return nil }
        if !isMet { return [] }
      }
    }
    var found: [Route] = []
    for child in route.children {
      guard let ends = ends(of: child, labels, isRoot: false) else { return nil }
      found += ends
      if !ends.isEmpty, !child.goesOn { break }
    }
    return found.isEmpty ? [route] : found
  }

  /// Every route, the root first.
  var all: [Route] {
    var found: [Route] = []
    var open = [root]
    while let route = open.popLast() {
      found.append(route)
      open += route.children.reversed()
    }
    return found
  }
}

/// Conditions as Alertmanager writes them: `severity="critical"`, `{a=b, c=~"d|e"}`.
enum MatcherText {
  /// The conditions in `text`; nil where they cannot be read.
  static func matchers(_ text: String) -> [PromQLScan.Matcher]? {
    var rest = text.trimmed[...]
    if rest.hasPrefix("{"), rest.hasSuffix("}") { rest = rest.dropFirst().dropLast() }
    var found: [PromQLScan.Matcher] = []
    while true {
      rest = rest.drop { $0 == " " || $0 == "," }
      if rest.isEmpty { return found }
      guard let (label, afterLabel) = word(rest, until: "=!~ ") else { return nil }
      rest = afterLabel.drop { $0 == " " }
      guard let relation = ["=~", "!~", "!=", "="].first(where: { rest.hasPrefix($0) }) else { return nil }
      rest = rest.dropFirst(relation.count).drop { $0 == " " }
      guard let (value, afterValue) = word(rest, until: ",", mayBeEmpty: true) else { return nil }
      found.append(PromQLScan.Matcher(label: label, relation: relation, value: value))
      rest = afterValue
      let isAtEnd = rest.drop { $0 == " " }
      guard isAtEnd.isEmpty || isAtEnd.first == "," else { return nil }
    }
  }

  /// A word, in quotes or up to one of `ends`.
  private static func word(
    _ text: Substring, until ends: String, mayBeEmpty: Bool = false
  ) -> (String, Substring)? {
    if text.first == "\"" {
      var word = ""
      var rest = text.dropFirst()
      while let character = rest.first {
        rest = rest.dropFirst()
        if character == "\"" { return (word, rest) }
        if character == "\\", let escaped = rest.first {
          rest = rest.dropFirst()
          if escaped != "\"", escaped != "\\" { word.append("\\") }
          word.append(escaped)
        } else {
          word.append(character)
        }
      }
      return nil
    }
    let word = String(text.prefix { !ends.contains($0) }).trimmed
    guard mayBeEmpty || !word.isEmpty, !word.contains("\"") else { return nil }
    return (word, text.drop { !ends.contains($0) })
  }
}
