import Facts
import Testing

@testable import proving_ground

@Suite struct Extraction {
  @Test func thePageHasFiveEventsInBothMarkups() {
    let events = EventExtraction.events(in: OutsideSite.page)
    #expect(
      events.map(\.title) == [
        "Jazz by the Harbour", "Compiler Construction Evening", "Open Jazz Jam", "Parsers in Practice",
        "Sourdough for Beginners",
      ])
    #expect(
      events[2]
        == ExtractedEvent(
          title: "Open Jazz Jam", startsAt: "2031-05-15T20:00:00+02:00", venue: "Blue Cellar",
          description: "Bring an instrument: an evening of live jazz, improvised – guests welcome.",
          url: "https://events.example/jam-session"))
    #expect(events[1].description == "Talks on parsers, type checking & code generation for new languages.")
    #expect(events[4].url == nil)
    #expect(events[4].identity == "2031-06-07T10:00:00+02:00 Sourdough for Beginners")
  }

  @Test func anEventNeedsATitleAndADate() {
    func events(_ date: String) -> Int {
      EventExtraction.events(
        in: "<div class=h-event><b class=p-name>A</b><time class=dt-start datetime=\"\(date)\">then</time></div>"
      ).count
    }
    #expect(events("2031-05-01") == 1)
    #expect(events("2031-05-01T10:00Z") == 1)
    #expect(events("next week") == 0)
    #expect(events("2031-05-01'; DROP TABLE events") == 0)
  }

  @Test(arguments: [
    "", "<", "<<<>", "</", "<!--", "<script>", "<a", "<a b", "<a b=", "<a b='", "<a / = \"\" x>", "&", "&#;",
    "&#x110000;",
    "<div class=h-event>", "<div class='h-event'><p class=p-name>", "</div></div>",
    "<script type='application/ld+json'>{",
    "<br class=h-event>", "\u{0}<\u{FFFD}>",
  ])
  func brokenPagesAreReadToTheirEnd(page: String) {
    #expect(EventExtraction.events(in: page) == [])
  }

  @Test func tokens() {
    #expect(
      Array(HTMLTokens("<!-- x --><P CLASS=a title='1 &lt; 2'>a &amp; b<br/>1 < 2</p><style>p > a {}</style>")) == [
        .start(name: "p", attributes: ["class": "a", "title": "1 < 2"]), .text("a & b"),
        .start(name: "br", attributes: [:]), .text("1 "), .text("< 2"), .end(name: "p"),
        .start(name: "style", attributes: [:]), .text("p > a {}"), .end(name: "style"),
      ])
  }
}

@Suite struct Embeddings {
  private func likeness(_ left: String, _ right: String) -> Double {
    zip(Embedding.of(left), Embedding.of(right)).reduce(0) { $0 + $1.0 * $1.1 }
  }

  @Test func lengthIsOneAndWordsDecide() {
    #expect(abs(likeness("live jazz tonight", "live jazz tonight") - 1) < 1e-12)
    #expect(abs(likeness("Live JAZZ, tonight!", "tonight: live jazz") - 1) < 1e-12)
    #expect(likeness("live jazz tonight", "live jazz") > likeness("live jazz tonight", "bread and flour"))
    #expect(Embedding.of("the of and").allSatisfy { $0 == 0 })
  }
}
