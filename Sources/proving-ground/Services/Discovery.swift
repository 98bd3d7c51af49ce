import Facts
import Hummingbird
import Probing

/// What leads from one thing of the platform to others, and what tells how it does: people, recommendations, sources,
/// batches, the queue, the quality of what is stored.
struct Discovery: Sendable {
  private let database: Database
  private let manner: APIManner
  private let strain: Strain?
  private let lane = BlockingLane(width: 2)
  /// The longest a request may wait for the database, in milliseconds.
  private static let patience = 3000
  /// The most orders of one batch.
  private static let mostOrders = 100

  init(_ database: Database, manner: APIManner, strain: Strain?) {
    self.database = database
    self.manner = manner
    self.strain = strain
  }

  /// Adds the routes.
  func serve(on router: Router<BasicRequestContext>) {
    for (path, query) in [
      ("api/events/:id/speakers", DiscoveryQueries.speakers),
      ("api/events/:id/recommendations", DiscoveryQueries.recommendations),
      ("api/speakers/:id", DiscoveryQueries.speaker), ("api/jobs/:id", DiscoveryQueries.job),
    ] {
      router.resource(
        RouterPath(path), manner: manner,
        [
          .get: { _, context in
            guard let id = context.parameters.get("id"), Int64(id) != nil else {
              return Server.problem(.badRequest, "an id is a number")
            }
            return await answer(query, id)
          }
        ])
    }
    for (path, query) in [
      ("api/sources", DiscoveryQueries.sources), ("api/queue", DiscoveryQueries.queue),
      ("api/quality", DiscoveryQueries.quality),
    ] {
      router.resource(RouterPath(path), manner: manner, [.get: { _, _ in await answer(query) }])
    }
    router.resource(
      "api/sources/:name/page", manner: manner,
      [.get: { _, context in await page(of: context.parameters.get("name") ?? "") }])
    router.resource(
      "api/jobs", manner: manner,
      [
        .get: { request, _ in
          let ids = request.uri.queryParameters["ids"].map { $0.split(separator: ",") } ?? []
          guard !ids.isEmpty, ids.count <= Self.mostOrders, ids.allSatisfy({ Int64($0) != nil }) else {
            return Server.problem(.badRequest, "ids are numbers with commas between them")
          }
          return await answer(DiscoveryQueries.progress, ids.joined(separator: ","))
        }
      ])
    router.resource("api/batch", manner: manner, [.post: { request, _ in await order(request) }])
  }

  /// Takes one order for each source that the request names: all of them, or none.
  private func order(_ request: Request) async -> Response {
    var request = request
    guard let body = try? await request.collectBody(upTo: 1 << 14),
      let sources = (try? JSONText.parse(Array(body.readableBytesView)))?["sources"]?.array?.compactMap(\.string),
      !sources.isEmpty, sources.count <= Self.mostOrders
    else { return Server.problem(.badRequest, "sources are missing, or more than \(Self.mostOrders)") }
    let names = JSONText.compact(.array(sources.map { .string($0) }))
    let found = await database.firstValue(
      DiscoveryQueries.batch, [names], before: Deadline(milliseconds: Self.patience))
    guard case .success(let text?) = found else { return self.answer(found, status: .accepted) }
    if strain?.losesLastOfBatch == true, let last = try? JSONText.parse(Array(text.utf8))["jobs"]?.array?.last?.integer
    {
      _ = await database.firstValue(
        "DELETE FROM scrape_jobs WHERE id = $1::bigint", [String(last)],
        before: Deadline(milliseconds: Self.patience))
    }
    return Server.json(text, status: .accepted)
  }

  /// How the page of a source is at the moment. Only pages on this host are read.
  private func page(of source: String) async -> Response {
    let found = await database.firstValue(
      "SELECT url FROM sources WHERE name = $1", [source], before: Deadline(milliseconds: Self.patience))
    guard case .success(let url?) = found else { return answer(found) }
    let content: [UInt8]? = await lane.run {
      guard let (port, path) = loopbackParts(of: url),
        let page = try? LoopbackHTTP.send(.get, port: port, path: path, before: Deadline(milliseconds: Self.patience)),
        page.status == 200
      else { return nil }
      return page.body
    }
    if content == nil, strain?.hidesUnreadablePages != true {
      return Server.problem(.badGateway, "the page of the source cannot be read")
    }
    return Server.json(JSONText.compact(["source": .string(source), "bytes": .integer(content?.count ?? 0)]))
  }

  private func answer(_ query: String, _ parameters: String...) async -> Response {
    answer(await database.firstValue(query, parameters, before: Deadline(milliseconds: Self.patience)))
  }

  private func answer(_ found: Result<String?, GroundFailure>, status: HTTPResponse.Status = .ok) -> Response {
    switch found {
    case .success(let text?):
      var response = Server.json(text, status: status)
      response.headers[.cacheControl] = "no-store"
      return response
    case .success(nil): return Server.problem(.notFound, "there is no such thing")
    case .failure: return Server.problem(.serviceUnavailable, "the database does not answer")
    }
  }
}

/// The statements behind these routes; each gives one JSON text or no row, and reads by index at any volume, but for the
/// figures about everything.
private enum DiscoveryQueries {
  static let speakers = """
    SELECT json_build_object('event', e.id, 'speakers', (
      SELECT coalesce(json_agg(found), '[]')
      FROM (SELECT s.id, s.name, s.headline, c.name AS company
            FROM event_speakers l JOIN speakers s ON s.id = l.speaker_id LEFT JOIN companies c ON c.id = s.company_id
            WHERE l.event_id = e.id ORDER BY s.id) found))
    FROM events e WHERE e.id = $1::bigint
    """
  static let speaker = """
    SELECT json_build_object('id', s.id, 'name', s.name, 'headline', s.headline, 'company', c.name, 'events', (
      SELECT coalesce(json_agg(found), '[]')
      FROM (SELECT e.id, e.title FROM event_speakers l JOIN events e ON e.id = l.event_id
            WHERE l.speaker_id = s.id ORDER BY e.starts_at, e.id LIMIT 50) found))
    FROM speakers s LEFT JOIN companies c ON c.id = s.company_id WHERE s.id = $1::bigint
    """
  /// Two steps through the graph: events with the same people, with people of the same companies, at the same place.
  static let recommendations = """
    WITH people AS (
      SELECT s.id, s.company_id FROM event_speakers l JOIN speakers s ON s.id = l.speaker_id WHERE l.event_id = $1::bigint),
    reached AS (
      SELECT l.event_id, 3::bigint AS weight, 'speaker'::text AS by FROM people p JOIN event_speakers l ON l.speaker_id = p.id
      UNION ALL
      SELECT l.event_id, 1::bigint, 'company'::text FROM people p JOIN speakers s ON s.company_id = p.company_id AND s.id <> p.id
        JOIN event_speakers l ON l.speaker_id = s.id
      UNION ALL
      SELECT o.id, 1::bigint, 'venue'::text FROM events e JOIN events o ON o.venue_id = e.venue_id WHERE e.id = $1::bigint)
    SELECT json_build_object('event', e.id, 'recommendations', (
      SELECT coalesce(json_agg(found), '[]')
      FROM (SELECT o.id, o.title, sum(r.weight) AS weight, array_agg(DISTINCT r.by) AS by
            FROM reached r JOIN events o ON o.id = r.event_id WHERE o.id <> e.id
            GROUP BY o.id, o.title ORDER BY weight DESC, o.id LIMIT 5) found))
    FROM events e WHERE e.id = $1::bigint
    """
  static let job = """
    SELECT json_build_object('job', id, 'state', state, 'attempts', attempts, 'waitedMilliseconds',
      round(extract(epoch FROM coalesce(started_at, now()) - queued_at) * 1000)) FROM scrape_jobs WHERE id = $1::bigint
    """
  static let sources = """
    SELECT json_build_object('sources', coalesce(json_agg(found), '[]'))
    FROM (SELECT s.id, s.name, (SELECT count(*) FROM events e WHERE e.source_id = s.id) AS events
          FROM sources s ORDER BY s.name) found
    """
  static let queue = """
    SELECT json_build_object(
      'queued', count(*) FILTER (WHERE state = 'queued'), 'running', count(*) FILTER (WHERE state = 'running'),
      'done', count(*) FILTER (WHERE state = 'done'), 'failed', count(*) FILTER (WHERE state = 'failed'),
      'oldestSeconds', coalesce(round(extract(epoch FROM now() - min(queued_at) FILTER (WHERE state = 'queued'))), 0))
    FROM scrape_jobs
    """
  static let quality = """
    SELECT json_build_object(
      'events', count(*), 'untitled', count(*) FILTER (WHERE trim(e.title) = ''),
      'withoutVenue', count(*) FILTER (WHERE e.venue_id IS NULL),
      'withoutEmbedding', count(*) FILTER (WHERE m.event_id IS NULL))
    FROM events e LEFT JOIN event_embeddings m ON m.event_id = e.id
    """
  static let progress = """
    WITH asked AS (SELECT unnest(string_to_array($1, ',')::bigint[]) AS id)
    SELECT json_build_object(
      'asked', count(*), 'open', count(*) FILTER (WHERE j.state IN ('queued', 'running')),
      'done', count(*) FILTER (WHERE j.state = 'done'), 'failed', count(*) FILTER (WHERE j.state = 'failed'),
      'unknown', count(*) FILTER (WHERE j.id IS NULL))
    FROM asked a LEFT JOIN scrape_jobs j ON j.id = a.id
    """
  static let batch = """
    WITH asked AS (
      SELECT given.number, s.id FROM jsonb_array_elements_text($1::jsonb) WITH ORDINALITY given (name, number)
        LEFT JOIN sources s ON s.name = given.name),
    ordered AS (
      INSERT INTO scrape_jobs (source_id) SELECT id FROM asked WHERE NOT EXISTS (SELECT FROM asked WHERE id IS NULL)
      ORDER BY number RETURNING id)
    SELECT json_build_object('jobs', json_agg(id ORDER BY id), 'ids', string_agg(id::text, ',' ORDER BY id))
    FROM ordered HAVING count(*) > 0
    """
}
