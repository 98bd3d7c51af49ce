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
        [
          "type": "section",
          // What looks like an address or a name stays text; what we mark as a link is one.
          "text": ["type": "mrkdwn", "verbatim": true, "text": .string(shown.joined(separator: "\n"))],
        ])
    }
    // An address in a finding is not fetched to be shown either.
    return InertJSON.line(of: [
      "text": .string(escaped(event.title)), "blocks": .array(blocks), "mrkdwn": false, "unfurl_links": false,
      "unfurl_media": false,
    ])
  }

  /// Slack's three characters; without `<` nothing is a link or a mention. What would mark text up is kept from doing so.
  static func escaped(_ text: String) -> String {
    var safe = String.UnicodeScalarView()
    // By scalars: a sign with an accent is a character of its own to Swift, and still the sign to Slack.
    for scalar in Untrusted.line(text, limit: 600).unicodeScalars {
      switch scalar {
      case "&": safe.append(contentsOf: "&amp;".unicodeScalars)
      case "<": safe.append(contentsOf: "&lt;".unicodeScalars)
      case ">": safe.append(contentsOf: "&gt;".unicodeScalars)
      case "*", "_", "~", "`": safe.append(contentsOf: ["\u{200B}", scalar])
      default: safe.append(scalar)
      }
    }
    return String(safe)
  }
}
