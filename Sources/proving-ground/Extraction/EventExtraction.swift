import Facts

/// Finds events in a page of HTML by the two mark-ups that event sites use: schema.org in JSON-LD, and microformats2.
///
/// An event needs a title and a date; what has none is not listed.
enum EventExtraction {
  /// The events in the order of the page, each once.
  static func events(in html: String) -> [ExtractedEvent] {
    let tokens = Array(HTMLTokens(html))
    var seen: Set<String> = []
    return (linkedData(in: tokens) + microformats(in: tokens)).filter { seen.insert($0.identity).inserted }
  }

  // MARK: schema.org in JSON-LD

  private static func linkedData(in tokens: [HTMLToken]) -> [ExtractedEvent] {
    zip(tokens, tokens.dropFirst()).flatMap { pair -> [ExtractedEvent] in
      guard case (.start("script", let attributes), .text(let text)) = pair,
        attributes["type"] == "application/ld+json", let document = try? JSONText.parse(Array(text.utf8))
      else { return [] }
      return nodes(of: document).compactMap(event)
    }
  }

  private static func nodes(of document: JSONValue) -> [JSONValue] {
    if let list = document.array { return list.flatMap(nodes) }
    if let graph = document["@graph"] { return nodes(of: graph) }
    return [document]
  }

  private static func event(_ node: JSONValue) -> ExtractedEvent? {
    let types = node["@type"]?.array?.compactMap(\.string) ?? [node["@type"]?.string ?? ""]
    guard types.contains(where: { $0.hasSuffix("Event") }), let title = node["name"]?.string,
      let startsAt = node["startDate"]?.string
    else { return nil }
    let description = HTMLTokens.resolved(node["description"]?.string ?? "")
    return event(
      title: HTMLTokens.resolved(title), startsAt: startsAt,
      venue: node["location"]?["name"]?.string ?? node["location"]?.string, description: description,
      url: node["url"]?.string)
  }

  // MARK: microformats2

  /// An element that is open, and the property whose text it gathers.
  private struct OpenElement {
    let name: String
    var property: String?
    var text = ""
  }

  private static let voidElements: Set<String> = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr",
  ]

  private static func microformats(in tokens: [HTMLToken]) -> [ExtractedEvent] {
    var events: [ExtractedEvent] = []
    var index = tokens.startIndex
    while index < tokens.endIndex {
      if case .start(_, let attributes) = tokens[index], classes(of: attributes).contains("h-event") {
        let properties = properties(in: tokens, from: &index)
        if let title = properties["p-name"], let startsAt = properties["dt-start"] {
          events += [
            event(
              title: title, startsAt: startsAt, venue: properties["p-location"],
              description: properties["p-summary"] ?? properties["p-description"] ?? "", url: properties["u-url"])
          ].compactMap { $0 }
        }
      } else {
        index += 1
      }
    }
    return events
  }

  /// The properties of the element that begins at `index`, which then stands behind its end.
  private static func properties(in tokens: [HTMLToken], from index: inout Int) -> [String: String] {
    var properties: [String: String] = [:]
    var open: [OpenElement] = []
    repeat {
      switch tokens[index] {
      case .start(let name, let attributes):
        if voidElements.contains(name) {
          for element in open.indices { open[element].text += " " }
        } else {
          let property = classes(of: attributes).first { class_ in
            ["p-", "dt-", "u-"].contains { class_.hasPrefix($0) }
          }
          var element = OpenElement(name: name, property: property)
          if let property, let value = value(of: property, in: attributes) {
            properties[property] = properties[property] ?? value
            element.property = nil
          }
          open.append(element)
        }
      case .end(let name):
        // An end tag also ends what was left open inside its element.
        guard let last = open.lastIndex(where: { $0.name == name }) else { break }
        for element in open[last...].reversed() {
          if let property = element.property, properties[property] == nil { properties[property] = element.text }
        }
        open.removeSubrange(last...)
      case .text(let text):
        for element in open.indices { open[element].text += text }
      }
      index += 1
    } while index < tokens.endIndex && !open.isEmpty
    return properties
  }

  /// The value that stands in an attribute and not in the text.
  private static func value(of property: String, in attributes: [String: String]) -> String? {
    if property.hasPrefix("dt-") { return attributes["datetime"] }
    if property.hasPrefix("u-") { return attributes["href"] ?? attributes["src"] }
    return nil
  }

  private static func classes(of attributes: [String: String]) -> [String] {
    (attributes["class"] ?? "").split(whereSeparator: \.isWhitespace).map(String.init)
  }

  // MARK: What both have in common

  private static func event(
    title: String, startsAt: String, venue: String?, description: String, url: String?
  ) -> ExtractedEvent? {
    let title = collapsed(title)
    let startsAt = collapsed(startsAt)
    guard !title.isEmpty, isDate(startsAt) else { return nil }
    return ExtractedEvent(
      title: title, startsAt: startsAt, venue: venue.map(collapsed).flatMap { $0.isEmpty ? nil : $0 },
      description: collapsed(description), url: url)
  }

  /// Whether the text begins as an ISO 8601 calendar date and holds nothing but a time behind it.
  private static func isDate(_ text: String) -> Bool {
    text.wholeMatch(of: /\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?/) != nil
  }

  private static func collapsed(_ text: String) -> String {
    text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}
