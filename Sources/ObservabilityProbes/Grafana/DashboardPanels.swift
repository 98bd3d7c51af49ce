import Facts
import HTTPExchange

/// The panels of a dashboard and what they ask for. Pure.
struct DashboardPanels {
  /// One question of a panel.
  struct Question {
    /// As the dashboard states it, without the parts that only the panel's look needs.
    var query: JSONObject
    /// The data source it goes to: an id, or a name in old dashboards; nil for the default one.
    var source: String?
    /// Whether it holds a variable whose value is not known.
    var isObscure: Bool
  }

  /// One panel.
  struct Panel {
    var id: Int?
    var title: String
    var type: String
    var questions: [Question]
    /// Questions that were switched off are no questions; a panel may have had some.
    var hasHidden: Bool
  }

  let title: String
  let panels: [Panel]
  /// Whether it renews itself.
  let refreshes: Bool

  /// Kinds of panel that show no data.
  private static let silent: Set<String> = ["row", "text", "news", "dashlist", "alertlist", "welcome", "canvas"]

  /// Reads the answer of `/api/dashboards/uid/…`.
  init(_ answer: JSONValue) {
    let dashboard = answer["dashboard"] ?? nil
    title = dashboard["title"]?.text() ?? "?"
    refreshes = dashboard["refresh"]?.string.map { !$0.isEmpty } ?? false
    let variables = Self.variables(dashboard["templating"]?["list"]?.array ?? [])
    var open = Array((dashboard["panels"]?.array ?? []).reversed())
    for row in dashboard["rows"]?.array ?? [] { open += row["panels"]?.array ?? [] }
    var panels: [Panel] = []
    while let panel = open.popLast(), panels.count < 500 {
      // The panels of a folded row stand inside it.
      open += panel["panels"]?.array ?? []
      let type = panel["type"]?.text(60) ?? "?"
      if Self.silent.contains(type) { continue }
      let targets = panel["targets"]?.array ?? []
      let shown = targets.filter { $0["hide"]?.bool != true }
      panels.append(
        Panel(
          id: panel["id"]?.integer, title: panel["title"]?.text() ?? "?", type: type,
          questions: shown.prefix(26).compactMap { target in
            target.object.map { Self.question($0, panelSource: panel["datasource"], variables) }
          }, hasHidden: shown.count < targets.count))
    }
    self.panels = panels
  }

  private static func question(
    _ target: JSONObject, panelSource: JSONValue?, _ variables: [String: String]
  ) -> Question {
    var isObscure = false
    var query = JSONObject(
      target.members.map { ($0.name, filled($0.value, variables, &isObscure)) })
    query["hide"] = nil
    let declared = target["datasource"] ?? panelSource
    let source = declared?["uid"]?.string ?? declared?.string
    let filledSource = source.map { filled(.string($0), variables, &isObscure).string ?? $0 }
    return Question(query: query, source: filledSource, isObscure: isObscure)
  }

  /// The present values of the dashboard's variables.
  private static func variables(_ list: [JSONValue]) -> [String: String] {
    var values = [
      "__interval": "1m", "__rate_interval": "5m", "__range": "1h", "__range_s": "3600", "__interval_ms": "60000",
    ]
    for variable in list {
      guard let name = variable["name"]?.string else { continue }
      let current = variable["current"]?["value"]
      let words = current?.array?.compactMap(\.string) ?? [current?.string].compactMap { $0 }
      if words.contains("$__all") || words == ["All"] {
        values[name] = variable["allValue"]?.string.flatMap { $0.isEmpty ? nil : $0 } ?? ".*"
      } else if words.count == 1 {
        values[name] = words[0]
      } else if !words.isEmpty {
        values[name] = "(\(words.joined(separator: "|")))"
      }
    }
    return values
  }

  /// The value with `$name`, `${name}` and `[[name]]` replaced in its texts.
  private static func filled(
    _ value: JSONValue, _ variables: [String: String], _ isObscure: inout Bool
  ) -> JSONValue {
    switch value {
    case .string(let text): return .string(filled(text, variables, &isObscure))
    case .array(let elements): return .array(elements.map { filled($0, variables, &isObscure) })
    case .object(let object):
      return .object(JSONObject(object.members.map { ($0.name, filled($0.value, variables, &isObscure)) }))
    default: return value
    }
  }

  private static func filled(_ text: String, _ variables: [String: String], _ isObscure: inout Bool) -> String {
    guard text.contains("$") || text.contains("[[") else { return text }
    // Longer than anybody writes one: not worth the time it could be made to take.
    guard text.utf8.count <= 16_384 else {
      isObscure = true
      return text
    }
    var result = ""
    var rest = Substring(text)
    func isWord(_ character: Character) -> Bool {
      character.isASCII && (character.isLetter || character.isNumber || character == "_")
    }
    while let character = rest.first {
      var name: Substring?
      var length = 0
      if rest.hasPrefix("${"), let end = rest.firstIndex(of: "}") {
        name = rest[rest.index(rest.startIndex, offsetBy: 2)..<end].prefix { $0 != ":" }
        length = rest.distance(from: rest.startIndex, to: end) + 1
      } else if rest.hasPrefix("[["), let end = rest.firstRange(of: "]]") {
        name = rest[rest.index(rest.startIndex, offsetBy: 2)..<end.lowerBound].prefix { $0 != ":" }
        length = rest.distance(from: rest.startIndex, to: end.upperBound)
      } else if character == "$" {
        let word = rest.dropFirst().prefix(while: isWord)
        if word.first.map({ !$0.isNumber }) ?? false {
          name = word
          length = word.count + 1
        }
      }
      if let name {
        if let value = variables[String(name)] {
          result += value
        } else {
          isObscure = true
          result += rest.prefix(length)
        }
        rest = rest.dropFirst(length)
      } else {
        result.append(character)
        rest = rest.dropFirst()
      }
    }
    return result
  }
}
