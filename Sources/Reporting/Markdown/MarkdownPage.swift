/// A Markdown text under construction. Every block stands between blank lines.
struct MarkdownPage {
  private(set) var text = ""

  /// A block of its own.
  mutating func block(_ markdown: String) {
    if !text.isEmpty { text += "\n" }
    text += markdown + "\n"
  }

  /// A heading with encoded content.
  mutating func heading(_ level: Int, _ content: String) {
    block(String(repeating: "#", count: level) + " " + content)
  }

  /// A table with encoded cells.
  mutating func table(_ header: [String], _ rows: [[String]]) {
    let lines = [header, header.map { _ in "---" }] + rows
    block(lines.map { "| " + $0.joined(separator: " | ") + " |" }.joined(separator: "\n"))
  }

  /// Something to unfold; `summary` is HTML and takes no text from anywhere. Markdown inside needs the blank lines.
  mutating func details(_ summary: String, _ content: (inout MarkdownPage) -> Void) {
    block("<details>\n<summary>\(summary)</summary>")
    content(&self)
    block("</details>")
  }
}
