import Facts
import Hummingbird
import Probing
import Synchronization

/// Works through the queue: reads the ordered page, has its events extracted, and stores them.
struct ProcessingService: Sendable {
  private let settings: ServiceSettings
  private let database: Database
  private let extractionPort: Int
  private let health: Health
  private let watch: ServiceWatch?
  private let lane = BlockingLane(width: 1)
  /// What was last stored of each source.
  private let stored = Stored()
  /// How long one job may take, in milliseconds.
  private static let patience = 10_000

  private final class Stored: Sendable {
    let events = Mutex<[Int: [JSONValue]]>([:])
  }

  /// A service with its settings. Throws where they name no database or no extraction service.
  init(_ settings: ServiceSettings) throws(GroundFailure) {
    guard let address = settings.database, let extractionPort = settings.extractionPort else {
      throw GroundFailure("the processing service needs a database and an extraction service")
    }
    self.settings = settings
    watch = ServiceWatch(settings.watch, of: settings.name)
    self.extractionPort = extractionPort
    database = Database(address, connections: 1, for: settings.name)
    health = Health(
      database: Database(address, connections: 1, for: settings.name), manner: settings.health, service: settings.name)
  }

  /// Serves and works until it is told to end.
  func run() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await work() }
      group.addTask {
        try await Server.run(Server.router(health: health, watch: watch), port: settings.port, watch: watch)
      }
      // The worker only ends when cancelled, so the first to end is the server.
      try await group.next()
      group.cancelAll()
    }
  }

  private func work() async {
    while !Task.isCancelled {
      let found = await workOnce()
      if !found { try? await Task.sleep(for: .milliseconds(200)) }
    }
  }

  /// Takes one job from the queue and does it. False where there was none.
  private func workOnce() async -> Bool {
    let deadline = Deadline(milliseconds: Self.patience)
    guard
      case .success(let text?) = await database.firstValue(
        Jobs.take, [String(settings.queueMilliseconds)], before: deadline),
      let job = try? JSONText.parse(Array(text.utf8)),
      let id = job["id"]?.integer, let source = job["source"]?.integer, let url = job["url"]?.string
    else { return false }
    let failure: String?
    do {
      let events = try await events(at: url, before: deadline)
      // A page that says what it said last time leaves nothing to store.
      if stored.events.withLock({ $0[source] }) != events {
        for event in events {
          let parameters = [String(source), JSONText.compact(event)]
          _ = try await database.firstValue(Jobs.store, parameters, before: deadline).get()
        }
        stored.events.withLock { $0[source] = events }
        watch?.metrics.add(events.count, to: .eventsStored)
      }
      watch?.metrics.add(1, to: .pagesRead)
      failure = nil
    } catch {
      failure = String(describing: error)
    }
    _ = await database.firstValue(
      Jobs.finish, [String(id), failure], before: Deadline(milliseconds: Self.patience))
    return true
  }

  /// The events on the page at `url`, as the extraction service finds them.
  private func events(at url: String, before deadline: Deadline) async throws -> [JSONValue] {
    let extractionPort = extractionPort
    return try await lane.run {
      Result {
        guard let (port, path) = loopbackParts(of: url) else { throw GroundFailure("\(url) is not on loopback") }
        let page = try LoopbackHTTP.send(.get, port: port, path: path, before: deadline)
        guard page.status == 200 else { throw GroundFailure("the page answered \(page.status)") }
        let found = try LoopbackHTTP.send(
          .post, port: extractionPort, path: "/extract", contentType: "text/html", body: page.body, before: deadline)
        guard found.status == 200, let events = found.json?["events"]?.array else {
          throw GroundFailure("the extraction service answered \(found.status)")
        }
        return events
      }
    }.get()
  }
}

/// Port and path of `http://127.0.0.1:PORT/PATH`; nil for anything else.
func loopbackParts(of url: String) -> (port: Int, path: String)? {
  let prefix = "http://127.0.0.1:"
  guard url.hasPrefix(prefix) else { return nil }
  let rest = url.dropFirst(prefix.count)
  let digits = rest.prefix { $0 != "/" }
  guard let port = Int(digits) else { return nil }
  return (port, digits.count == rest.count ? "/" : String(rest.dropFirst(digits.count)))
}

/// The statements of the processing service.
private enum Jobs {
  /// Takes the oldest open job. One that failed rests a second for each try; one whose worker has died is open again
  /// after half a minute.
  static let take = """
    UPDATE scrape_jobs j SET state = 'running', attempts = j.attempts + 1, started_at = now()
    FROM sources s
    WHERE s.id = j.source_id
      AND j.id = (SELECT id FROM scrape_jobs
                  WHERE state = 'queued' AND queued_at <= now() - $1::int * interval '1 millisecond'
                    AND (attempts = 0 OR finished_at < now() - attempts * interval '1 second')
                    OR state = 'running' AND started_at < now() - interval '30 seconds'
                  ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING json_build_object('id', j.id, 'source', s.id, 'url', s.url)
    """
  /// Stores one event with its venue and embedding; the same event again changes nothing but what it says.
  static let store = """
    WITH given AS (SELECT $1::bigint AS source_id, $2::jsonb AS event),
    venue AS (
      INSERT INTO venues (name) SELECT event->>'venue' FROM given WHERE event->>'venue' IS NOT NULL
      ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id),
    stored AS (
      INSERT INTO events (source_id, venue_id, external_id, title, description, starts_at)
      SELECT source_id, (SELECT id FROM venue), event->>'id', event->>'title', event->>'description',
             (event->>'startsAt')::timestamptz FROM given
      ON CONFLICT (source_id, external_id) DO UPDATE SET venue_id = excluded.venue_id, title = excluded.title,
        description = excluded.description, starts_at = excluded.starts_at
      RETURNING id)
    INSERT INTO event_embeddings (event_id, embedding)
    SELECT stored.id, ARRAY(SELECT jsonb_array_elements_text(event->'embedding')::real) FROM stored, given
    ON CONFLICT (event_id) DO UPDATE SET embedding = excluded.embedding
    RETURNING event_id
    """
  /// Closes a job, or puts it back for another try where it failed and has tries left.
  static let finish = """
    UPDATE scrape_jobs SET error = $2, finished_at = now(),
      state = CASE WHEN $2::text IS NULL THEN 'done' WHEN attempts < 3 THEN 'queued' ELSE 'failed' END
    WHERE id = $1::bigint RETURNING state
    """
}
