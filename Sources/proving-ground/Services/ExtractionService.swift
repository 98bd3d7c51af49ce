import Facts
import Hummingbird

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
    try await Server.run(router, port: settings.port, watch: watch)
  }
}
