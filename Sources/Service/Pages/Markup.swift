import Reporting

/// HTML that is already safe: text gets in only by being escaped.
struct Markup: Sendable, ExpressibleByStringInterpolation {
  private(set) var text: String

  init(stringLiteral value: String) { text = value }

  /// Markup of our own, with whatever is put into it escaped.
  init(stringInterpolation: Interpolation) { text = stringInterpolation.text }

  struct Interpolation: StringInterpolationProtocol {
    var text = ""

    init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity * 2) }

    mutating func appendLiteral(_ literal: String) { text += literal }
    mutating func appendInterpolation(_ markup: Markup) { text += markup.text }
    mutating func appendInterpolation(_ number: Int) { text += String(number) }
    /// Text from anywhere: made harmless, then escaped for content and for quoted attributes alike.
    mutating func appendInterpolation(_ value: String) { text += Markup.escaped(value) }
    mutating func appendInterpolation(_ parts: [Markup]) { for part in parts { text += part.text } }
  }

  static func escaped(_ value: String) -> String {
    let text = Untrusted.line(value)
    // Most texts of a page need no change, and looking is cheaper than writing them anew.
    guard text.utf8.contains(where: { "&<>\"'".utf8.contains($0) }) else { return text }
    var safe = ""
    for character in text.unicodeScalars {
      switch character {
      case "&": safe += "&amp;"
      case "<": safe += "&lt;"
      case ">": safe += "&gt;"
      case "\"": safe += "&quot;"
      case "'": safe += "&#39;"
      default: safe.unicodeScalars.append(character)
      }
    }
    return safe
  }

  /// A text as one segment of a path in a link (RFC 3986).
  static func segment(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var safe: [UInt8] = []
    for byte in text.utf8 {
      let isPlain =
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || "-._~".utf8.contains(byte)
      safe += isPlain ? [byte] : [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
    return String(decoding: safe, as: UTF8.self)
  }
}

/// What all pages have in common.
enum Page {
  static func whole(_ title: String, _ body: Markup) -> Markup {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
    <title>\(title) · Prodworthy</title><link rel="stylesheet" href="/style.css"></head>
    <body>
    <a class="skip" href="#main">Skip to content</a>
    <header><nav aria-label="Main"><a class="home" href="/">Prodworthy</a> <a href="/changes">Changes</a> \
    <a href="/waivers">Waivers</a></nav></header>
    <main id="main">
    <h1>\(title)</h1>
    \(body)
    </main>
    </body>
    </html>

    """
  }

  /// A table with its heading; nothing but a sentence where there is no row.
  static func table(_ caption: String, _ columns: [String], _ rows: [[Markup]], none: String = "None.") -> Markup {
    guard !rows.isEmpty else { return "<h2>\(caption)</h2><p>\(none)</p>" }
    let head = columns.map { column -> Markup in "<th scope=\"col\">\(column)</th>" }
    let body = rows.map { row -> Markup in
      let cells = row.enumerated().map { index, cell -> Markup in
        index == 0 ? "<th scope=\"row\">\(cell)</th>" : "<td>\(cell)</td>"
      }
      return "<tr>\(cells)</tr>\n"
    }
    return """
      <h2>\(caption)</h2>
      <div class="scroll" role="region" tabindex="0" aria-label="\(caption)"><table><thead><tr>\(head)</tr></thead>
      <tbody>
      \(body)</tbody></table></div>
      """
  }

  static let style = """
    :root { color-scheme: light dark; --ink: #1b1f24; --paper: #fff; --line: #8a929c; --soft: #f2f4f6; --good: #0b6b34;
      --bad: #a8141f; --open: #6b4e00; --link: #0a4fa3; }
    @media (prefers-color-scheme: dark) { :root { --ink: #e6e9ec; --paper: #14171a; --line: #77808a; --soft: #1f2428;
      --good: #6fd592; --bad: #ff9d9d; --open: #f0c75e; --link: #8cbcff; } }
    * { box-sizing: border-box; }
    body { margin: 0 auto; max-width: 76rem; padding: 0 1rem 3rem; color: var(--ink); background: var(--paper);
      font: 1rem/1.5 system-ui, sans-serif; }
    header { border-bottom: 1px solid var(--line); padding: .75rem 0; }
    nav a { margin-right: 1rem; display: inline-block; min-height: 24px; }
    .home { font-weight: 700; }
    a { color: var(--link); } a:focus-visible, .scroll:focus-visible, summary:focus-visible { outline: 3px solid var(--link);
      outline-offset: 2px; }
    .skip { position: absolute; left: -999px; } .skip:focus { left: 1rem; background: var(--paper); padding: .5rem; }
    h1 { font-size: 1.6rem; overflow-wrap: anywhere; } h2 { font-size: 1.15rem; margin-top: 2rem; }
    .scroll { overflow-x: auto; }
    table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
    th, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top;
      overflow-wrap: break-word; }
    td > span, th > span, time { white-space: nowrap; } code { overflow-wrap: anywhere; }
    tbody th { min-width: 10rem; } td:last-child { min-width: 12rem; }
    @media (max-width: 44rem) { svg:not(.spark) text { font-size: 24px; } }
    thead th { background: var(--soft); }
    .passed, .pass, .recovered, .improved { color: var(--good); } .failed, .fail, .regressed, .new, .reappeared, .broken
      { color: var(--bad); } .undecided, .unknown, .error, .warn, .blocked, .manual, .unverified, .expired
      { color: var(--open); }
    .passed, .failed, .undecided { font-weight: 700; }
    svg { width: 100%; height: auto; max-height: 20rem; } svg text { fill: var(--ink); font-size: 12px; }
    .axis { stroke: var(--line); stroke-width: 1; } .trend { fill: none; stroke: var(--link); stroke-width: 2; }
    .range { fill: var(--link); opacity: .15; } .break { stroke: var(--ink); stroke-width: 1; stroke-dasharray: 3 3; }
    .dot { fill: var(--link); } .dot.failed { fill: var(--bad); } .dot.passed { fill: var(--good); }
    .spark { width: 120px; height: 24px; }
    code { font-family: ui-monospace, monospace; font-size: .9em; }

    """
}

/// Statuses and numbers as pages show them: never by colour alone.
enum Shown {
  static func gate(_ word: String) -> Markup {
    let mark = word == "passed" ? "✔" : word == "failed" ? "✘" : "?"
    return "<span class=\"\(word)\">\(mark) \(word)</span>"
  }

  static func word(_ word: String) -> Markup { "<span class=\"\(word)\">\(word)</span>" }

  static func percent(_ perMille: Int?) -> String {
    perMille.map { "\($0 < 0 ? "−" : "")\(abs($0) / 10).\(abs($0) % 10)" } ?? "–"
  }

  /// `2026-11-24 02:00 UTC`.
  static func time(_ text: String) -> Markup {
    "<time datetime=\"\(text)\">\(String(text.prefix(10))) \(String(text.dropFirst(11).prefix(5))) UTC</time>"
  }
}
