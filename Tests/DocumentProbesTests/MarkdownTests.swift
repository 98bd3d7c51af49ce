import Testing

@testable import DocumentProbes

@Suite("Markdown") struct MarkdownTests {
  private func read(_ text: String) -> MarkdownDocument { MarkdownDocument(text.utf8) }

  @Test("headings of both kinds get the fragments that GitHub gives them")
  func headings() {
    let document = read(
      """
      ---
      owner: "team-a" # who
      Last-Reviewed: 2026-10-01
      ---
      Title *here*
      ===========

      ## What's `new` in 2.0? ##
      ### A [link](x.md) & more
      ## Dup
      ## Dup
      ####### no heading
      #no heading

          # code

      Sub_title here
      ---
      ## Named {#own-anchor}
      """)
    #expect(document.frontMatter == ["owner": "team-a", "last_reviewed": "2026-10-01"])
    #expect(
      document.headings.map(\.slug) == [
        "title-here", "whats-new-in-20", "a-link--more", "dup", "dup-1", "sub_title-here", "named",
      ])
    #expect(document.headings.first?.line == 5)
    #expect(document.anchors.contains("own-anchor"))
  }

  @Test("links of every form are found at their places, and none in code or comments")
  func links() {
    let document = read(
      """
      A [one](a.md "title") and ![img](<b c.png>), [two][ref], [ref], [Ref][] and [text only].
      [gone][nowhere] `[code](no.md)` \\[escaped](no2.md) <https://example.org> <a href="d.md" id="here">x</a>
      <!-- [hidden](no3.md) -->
      ```sh
      [fenced](no4.md)
      ```
      - item [in list](e.md#frag)
      > quoted [q](f.md)
      [balanced](g_(1).md) [footnote][^1]

          [indented](no5.md)

      [ref]: c.md "Title"
      """)
    let destinations = document.links.compactMap(\.destination)
    #expect(
      Set(destinations) == ["a.md", "b c.png", "c.md", "https://example.org", "d.md", "e.md#frag", "f.md", "g_(1).md"])
    #expect(destinations.filter { $0 == "c.md" }.count == 3)
    #expect(document.links.filter { $0.destination == nil }.map(\.label) == ["nowhere"])
    #expect(document.links.first { $0.destination == "a.md" }.map { [$0.line, $0.column] } == [1, 3])
    #expect(document.links.first { $0.destination == "e.md#frag" }.map { [$0.line, $0.column] } == [7, 8])
    #expect(document.anchors.contains("here"))
  }

  @Test("code in lists and quotes keeps its language and lines")
  func code() {
    let document = read("1. do\n   ```bash\n   docker compose up\n   ```\n2. ~~~~ sh\n   x ~~~\n   ~~~~\n")
    #expect(document.code.map(\.text) == ["docker compose up", "x ~~~"])
    #expect(document.code.map(\.language) == ["bash", "sh"])
    #expect(document.code.map(\.line) == [3, 6])
  }

  @Test(
    "no text makes it fail or hang",
    arguments: [
      "[", "]", "[[[[]]]](", "```", "---", "---\n", "<", "<!--", "\\", "[a](", "[a](<", "[a](b \"", "# ", "#", "-",
      "- ", "1.",
      "[]: x", "[a]:", String(repeating: "[", count: 20_000), String(repeating: "`a", count: 3_000),
      "\u{0}\r\n\u{FEFF}# x",
      String(repeating: "> ", count: 5_000), String(repeating: "- ", count: 2_000),
    ])
  func hostile(text: String) { #expect(read(text).links.count <= 1) }

  @Test("services are named by the words behind the command, not by options or what runs inside")
  func commands() {
    let document = read(
      """
      ```console
      $ docker compose -f compose.yaml --profile x restart -t 5 api worker # now
      $ sudo docker-compose logs --tail 100 -f db | grep web
      docker compose exec -u postgres db psql -c "select 1" app
      docker compose up -d --scale web=3 --wait \\
        cache && docker compose ps
      docker compose stop <service> $NAME SERVICE
      docker compose run --rm -e A=b job ./run x > out.txt
      ```
      ```yaml
      docker compose up other
      ```
      """)
    #expect(
      DocumentCommands.mentions(in: document).map(\.service) == ["api", "worker", "db", "db", "web", "cache", "job"])
    #expect(DocumentCommands.mentions(in: document).map(\.line) == [2, 2, 3, 4, 5, 5, 8])
  }
}
