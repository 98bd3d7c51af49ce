import AuditModel
import Facts
import HTTPExchange

/// Facts that follow from an Alertmanager's configuration, alerts and silences. Pure.
enum AlertmanagerFacts {
  /// What the tree leads to.
  static func routing(_ tree: RouteTree, labelSets: [JSONObject]) -> JSONValue {
    let integrations = Dictionary(tree.receivers.map { ($0.name, $0.integrations) }, uniquingKeysWith: { a, _ in a })
    let used = Set(tree.all.compactMap(\.receiver))
    return [
      "receivers": .array(
        tree.receivers.map {
          [
            "name": .string($0.name), "integrations": JSONValue($0.integrations.map { $0.bounded(40) }),
            "used": .bool(used.contains($0.name)), "reachesSomebody": .bool(!$0.integrations.isEmpty),
          ]
        }),
      "routes": .integer(tree.all.count), "defaultReceiver": JSONValue(tree.root.receiver),
      "deliveries": .array(
        labelSets.map { labels in
          let words = Dictionary(
            labels.members.compactMap { name, value in value.string.map { (name, $0) } },
            uniquingKeysWith: { a, _ in a })
          let ends = tree.routes(for: words)
          let receivers = ends?.compactMap(\.receiver)
          return [
            "labels": .string(sentence(words)), "receivers": receivers.map { JSONValue($0) } ?? nil,
            "delivered": JSONValue(receivers.map { $0.contains { !(integrations[$0] ?? []).isEmpty } }),
            "groupWaitSeconds": .number(ends?.compactMap(\.groupWait).min()),
            "repeatSeconds": .number(ends?.compactMap(\.repeatInterval).min()),
          ]
        }),
      "inhibitions": .array(
        tree.inhibitions.map { rule in
          [
            "source": .string(sentence(rule.source)), "target": .string(sentence(rule.target)),
            // Neither says which alerts it silences, nor ties them to the one that silences them.
            "swallowsAll": .bool(rule.target.allSatisfy { matchesAnything($0) } && rule.equal.isEmpty),
          ]
        }),
    ]
  }

  /// Whether every label of that name meets the condition.
  static func matchesAnything(_ matcher: PromQLScan.Matcher) -> Bool {
    switch matcher.relation {
    case "=~": [".*", ".+", "^.*$", "^.+$"].contains(matcher.value)
    case "!=": matcher.value.isEmpty
    default: false
    }
  }

  private static func sentence(_ labels: [String: String]) -> String {
    labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ", ").bounded(300)
  }

  private static func sentence(_ matchers: [PromQLScan.Matcher]) -> String {
    matchers.map { "\($0.label)\($0.relation)\($0.value)" }.joined(separator: ", ").bounded(300)
  }

  /// The alert that fires all the time.
  static func watchdog(_ alerts: JSONValue, tree: RouteTree?, now: Instant) -> JSONValue {
    let own = (alerts.array ?? []).filter {
      $0["labels"]?["alertname"]?.string?.lowercased().contains("watchdog") ?? false
    }
    let newest = own.compactMap { $0["updatedAt"]?.string.flatMap { Instant($0) } }.max()
    let receivers = Set(own.flatMap { $0["receivers"]?.array?.compactMap { $0["name"]?.text() } ?? [] }).sorted()
    let reaching = tree.map { tree in
      tree.receivers.contains { receivers.contains($0.name) && !$0.integrations.isEmpty }
    }
    return [
      "present": .bool(!own.isEmpty), "secondsSinceUpdate": JSONValue(newest.map { max(0, now.seconds(since: $0)) }),
      "receivers": JSONValue(receivers), "reachesSomebody": JSONValue(own.isEmpty ? nil : reaching),
    ]
  }

  /// The silences that are in force.
  static func silences(_ silences: JSONValue, now: Instant) -> JSONValue {
    .array(
      (silences.array ?? []).filter { $0["status"]?["state"]?.string == "active" }.prefix(500).map { silence in
        let matchers = (silence["matchers"]?.array ?? []).map { matcher in
          let isRegex = matcher["isRegex"]?.bool ?? false
          let isEqual = matcher["isEqual"]?.bool ?? true
          return PromQLScan.Matcher(
            label: matcher["name"]?.text() ?? "", relation: isEqual ? isRegex ? "=~" : "=" : isRegex ? "!~" : "!=",
            value: matcher["value"]?.text() ?? "")
        }
        let start = silence["startsAt"]?.string.flatMap { Instant($0) }
        let end = silence["endsAt"]?.string.flatMap { Instant($0) }
        func days(_ seconds: Int?) -> JSONValue { .number(seconds.map { (Double($0) / 864).rounded() / 100 }) }
        return [
          "id": JSONValue(silence["id"]?.text(60)), "by": JSONValue(silence["createdBy"]?.text()),
          "comment": JSONValue(silence["comment"]?.text(300)), "matchers": .string(sentence(matchers)),
          "days": days(end.flatMap { end in start.map { end.seconds(since: $0) } }),
          "daysLeft": days(end.map { $0.seconds(since: now) }),
          "silencesAll": .bool(matchers.allSatisfy { matchesAnything($0) }),
        ]
      })
  }
}
