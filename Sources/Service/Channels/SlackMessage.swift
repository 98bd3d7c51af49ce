import Facts
import Reporting

/// A message for an incoming webhook of Slack: a plain text for notifications, and blocks for the screen.
enum SlackMessage {
  /// Slack refuses blocks with more, in characters.
  private static let longest = 2900

  static func text(of event: Telling.Event) -> String {
    let list = event.lines.map { "• \(escaped($0))" }
    var shown: [String] = []
    for line in list where shown.joined(separator: "\n").count + line.count < longest { shown.append(line) }
    let more = event.more + list.count - shown.count
    if more > 0 { shown.append("… and \(more) more") }
    if let link = event.link { shown.append("<\(link)|the run>") }
    var blocks: [JSONValue] = [
      [
        "type": "header",
        "text": ["type": "plain_text", "text": .string(String(Untrusted.line(event.title).prefix(150)))],
      ]
    ]
    if !shown.isEmpty {
      blocks.append(
        ["type": "section", "text": ["type": "mrkdwn", "text": .string(shown.joined(separator: "\n"))]])
    }
    return JSONText.compact(["text": .string(escaped(event.title)), "blocks": .array(blocks)])
  }

  /// Slack's three characters; without `<` nothing is a link or a mention. What would mark text up is kept from doing so.
  static func escaped(_ text: String) -> String {
    var safe = ""
    for character in Untrusted.line(text, limit: 600) {
      switch character {
      case "&": safe += "&amp;"
      case "<": safe += "&lt;"
      case ">": safe += "&gt;"
      case "*", "_", "~", "`": safe += "\u{200B}\(character)"
      default: safe.append(character)
      }
    }
    return safe
  }
}
