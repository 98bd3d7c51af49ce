import Facts
import Hummingbird
import Probing

/// Finds the events in a page of HTML. It stands in for a language-model service: same place in the platform, same
/// question and answer, but it reads mark-up by rules and learns nothing.
struct ExtractionService: Sendable {
  private let settings: ServiceSettings
  /// The longest page that is read, in bytes.
  private static let longestPage = 4 << 20

  /// A service with its settings.
  init(_ settings: ServiceSettings) { self.settings = settings }

  /// Serves until it is told to end.
  func run() async throws {
    let watch = ServiceWatch(settings.watch, of: settings.name)
    let router = Server.router(
      health: Health(database: nil, manner: settings.health, service: settings.name), watch: watch)
    router.post("extract") { request, _ in
      var request = request
      let page = try await request.collectBody(upTo: Self.longestPage)
      let events = EventExtraction.events(in: String(buffer: page))
      watch?.metrics.add(events.count, to: .eventsExtracted)
      return Server.json(JSONText.compact(["events": .array(events.map(\.json))]))
    }
    async let _ = lookOut(watch)
    try await Server.run(router, port: settings.port, watch: watch)
  }

  /// Looks every other second at what stands on the site, so that what is new is known before anybody orders it.
  private func lookOut(_ watch: ServiceWatch?) async {
    guard let port = settings.sitePort else { return }
    let lane = BlockingLane(width: 1)
    while !Task.isCancelled {
      let page = await lane.run {
        try? LoopbackHTTP.send(.get, port: port, path: "/luma.html", before: Deadline(milliseconds: 2000))
      }
      if let page, page.status == 200 {
        let events = EventExtraction.events(in: String(decoding: page.body, as: UTF8.self))
        watch?.metrics.add(events.count, to: .eventsExtracted)
      }
      try? await Task.sleep(for: .seconds(2))
    }
  }
}
