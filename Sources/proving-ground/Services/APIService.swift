import Hummingbird
import Probing

/// The public face of the platform: lists, finds and compares events, and takes orders to read a source.
struct APIService: Sendable {
  private let settings: ServiceSettings
  private let database: Database
  private let health: Health
  /// The longest a request may wait for the database, in milliseconds.
  private static let patience = 3000

  /// A service with its settings. Throws where they name no database.
  init(_ settings: ServiceSettings) throws(GroundFailure) {
    guard let address = settings.database else { throw GroundFailure("the api service needs a database") }
    self.settings = settings
    database = Database(address, connections: 3, for: settings.name)
    health = Health(
      database: Database(address, connections: 1, for: settings.name), manner: settings.health, service: settings.name)
  }

  /// Serves until it is told to end.
  func run() async throws {
    let watch = ServiceWatch(settings.watch, of: settings.name)
    let router = Server.router(health: health, manner: settings.api, watch: watch)
    let manner = settings.api
    if let strain = settings.strain { router.add(middleware: StrainedService(strain, database)) }
    let accounts = Accounts(database, key: Files.bytes(at: settings.tokenKeyFile ?? "") ?? [], manner: manner)
    // The edge shows the page at its root; whoever asks this service itself gets what programs can read.
    for (path, content) in [("/", nil), ("page", FrontPage.response)] {
      router.resource(
        RouterPath(path), manner: manner,
        [
          .get: { request, _ in
            if manner.frontPageDelayMilliseconds > 0 {
              try await Task.sleep(for: .milliseconds(manner.frontPageDelayMilliseconds))
            }
            return content?(request, manner)
              ?? Self.publicAnswer(#"{"events":"/api/events","health":"/health"}"#, status: .ok)
          }
        ])
    }
    router.resource(
      "api/events", manner: manner,
      [
        .get: { request, _ in
          if manner.guardsPublicRoutes, let refusal = await accounts.refusal(of: request) { return refusal }
          return await answer(Queries.list)
        }
      ])
    let searches = Counter()
    router.resource(
      "api/events/search", manner: manner,
      [
        .get: { request, _ in
          let number = searches.next()
          if manner.failsEveryFifthSearch, number % 5 == 4 {
            return Server.problem(.internalServerError, "the search failed")
          }
          if manner.slowsDownSearches { try await Task.sleep(for: .milliseconds(min(2000, 250 * number))) }
          guard let words = request.uri.queryParameters["q"], !words.isEmpty else {
            return Server.problem(.badRequest, "the parameter q is missing")
          }
          watch?.metrics.add(1, to: .searches)
          return await answer(Queries.search, String(words))
        }
      ])
    router.resource(
      "api/events/:id", manner: manner,
      [.get: { _, context in await answer(Queries.one, about: context.parameters.get("id")) }])
    router.resource(
      "api/events/:id/similar", manner: manner,
      [.get: { _, context in await answer(Queries.similar, about: context.parameters.get("id")) }])
    router.resource(
      "api/scrape/luma", manner: manner,
      [
        .post: { _, _ in
          watch?.metrics.add(1, to: .orders)
          return await answer(Queries.order, "luma", status: .accepted)
        }
      ])
    accounts.serve(on: router)
    Discovery(database, manner: manner, strain: settings.strain).serve(on: router)
    let hoard = Database(database.address, connections: settings.hoardedSessions, for: settings.name)
    await hoard.openAll()
    let pooled = settings.pooler.map { Database($0, connections: settings.pooledSessions, for: settings.name) }
    // Whoever waits for a place in the pool keeps nobody else from the service.
    Task { await pooled?.openAll(patience: 3_600_000) }
    try await Server.run(router, port: settings.port, watch: watch)
    // Kept to the end, or its sessions would close at once.
    withExtendedLifetime((hoard, pooled)) {}
  }

  private func answer(_ query: String, about id: String?) async -> Response {
    guard let id, Int64(id) != nil else { return Server.problem(.badRequest, "an event's id is a number") }
    return await answer(query, id)
  }

  /// What anybody may see, and caches may keep for a little while.
  private static func publicAnswer(_ text: String, status: HTTPResponse.Status) -> Response {
    var response = Server.json(text, status: status)
    response.headers[.cacheControl] = status == .ok ? "public, max-age=15" : "no-store"
    return response
  }

  /// The one JSON text that `query` gives; none means that what was asked for does not exist.
  private func answer(_ query: String, _ parameters: String..., status: HTTPResponse.Status = .ok) async -> Response {
    switch await database.firstValue(query, parameters, before: Deadline(milliseconds: Self.patience)) {
    case .success(let text?): Self.publicAnswer(text, status: status)
    case .success(nil): Server.problem(.notFound, "there is no such thing")
    case .failure: Server.problem(.serviceUnavailable, "the database does not answer")
    }
  }
}

/// The statements of the api service; each gives one JSON text or no row.
private enum Queries {
  private static let columns = """
    e.id, e.title, e.description, v.name AS venue, to_char(e.starts_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') \
    AS "startsAt"
    """
  private static let tables = "events e LEFT JOIN venues v ON v.id = e.venue_id"

  static let list = """
    SELECT json_build_object('events', coalesce(json_agg(found), '[]'))
    FROM (SELECT \(columns) FROM \(tables) ORDER BY e.starts_at, e.id LIMIT 100) found
    """
  static let one = "SELECT row_to_json(found) FROM (SELECT \(columns) FROM \(tables) WHERE e.id = $1::bigint) found"
  /// A word that stands in thousands of events ranks the first thousand.
  static let search = """
    SELECT json_build_object('events', coalesce(json_agg(found), '[]'))
    FROM (SELECT \(columns)
          FROM (SELECT e.*, query FROM events e, websearch_to_tsquery('simple', $1) query
                WHERE e.search @@ query LIMIT 1000) e LEFT JOIN venues v ON v.id = e.venue_id
          ORDER BY ts_rank(e.search, e.query) DESC, e.id LIMIT 20) found
    """
  /// Compares with those around it in time and those that share a word with its title: comparing with all would take the
  /// longer the more there are.
  static let similar = """
    WITH this AS (
      SELECT e.id, e.starts_at, m.embedding, (
          SELECT to_tsquery('simple', string_agg(quote_literal(word), ' | '))
          FROM unnest(tsvector_to_array(to_tsvector('simple', e.title))) word WHERE length(word) > 3) AS words
      FROM events e JOIN event_embeddings m ON m.event_id = e.id WHERE e.id = $1::bigint),
    others AS (
      (SELECT id FROM events WHERE starts_at >= (SELECT starts_at FROM this) ORDER BY starts_at LIMIT 50) UNION
      (SELECT id FROM events WHERE starts_at < (SELECT starts_at FROM this) ORDER BY starts_at DESC LIMIT 50) UNION
      (SELECT id FROM events WHERE search @@ (SELECT words FROM this) LIMIT 100))
    SELECT json_build_object('events', (
      SELECT coalesce(json_agg(found), '[]')
      FROM (SELECT \(columns), round(likeness::numeric, 4) AS similarity
            FROM others JOIN \(tables) ON e.id = others.id JOIN event_embeddings other ON other.event_id = others.id,
              LATERAL (SELECT sum(a * b) FROM unnest(this.embedding, other.embedding) AS pair (a, b)) dot (likeness)
            WHERE e.id <> this.id ORDER BY likeness DESC, e.id LIMIT 3) found))
    FROM this
    """
  static let order = """
    INSERT INTO scrape_jobs (source_id) SELECT id FROM sources WHERE name = $1
    RETURNING json_build_object('job', id, 'state', state)
    """
}
