import AuditModel
import Cryptography
import Facts
import Postgres
import Probing

/// Brings events of the platform's predecessor in, batch by batch.
///
/// Each batch is one transaction that also notes how far it came, so that whoever was interrupted goes on where the last batch
/// ended. What each line changed is kept, so that all of it can be taken back.
struct LegacyImport: ~Copyable {
  private var connection: PostgresConnection
  private let deadline: Deadline
  /// What the events' source is called.
  static let source = "legacy"

  /// Why there is no import.
  enum Refusal: Error {
    /// Somebody else is at it.
    case busy
    case unknown(Int)
    /// It cannot be done as things are.
    case impossible(String)
    case database(PostgresFailure)
  }

  init(_ connection: consuming PostgresConnection, before deadline: Deadline) {
    self.connection = connection
    self.deadline = deadline
  }

  // MARK: Forwards

  /// What came of bringing a file in.
  struct Outcome: Sendable {
    var id: Int
    /// How many events came in now, and how many had come in before.
    var imported = 0
    var found = 0
    var verification = Verification()
  }

  /// What was read, held against what was stored.
  struct Verification: Sendable {
    /// A digest over all events as the file has them, and as the database has them.
    var source = ""
    var stored = ""
    var sourceCount = 0
    var storedCount = 0
    /// Lines that differ.
    var mismatches: [Int] = []

    var holds: Bool { source == stored && sourceCount == storedCount && mismatches.isEmpty }
  }

  /// Brings `file` in, or what is missing of it, in batches of `size`, and compares.
  mutating func run(_ file: LegacyFile, name: String, batch size: Int) throws(Refusal) -> Outcome {
    try lock(file.digest)
    let last = file.events.last?.line ?? 0
    let open = try query(
      "SELECT id, done FROM imports WHERE digest = $1 AND state <> 'rolled back'", [file.digest]
    ).first
    var outcome: Outcome
    var done = 0
    if let open, let id = open["id"].flatMap({ Int($0) }) {
      outcome = Outcome(id: id)
      done = open["done"].flatMap { Int($0) } ?? 0
      outcome.found = file.events.count { $0.line <= done }
    } else {
      let row = try query(
        "INSERT INTO imports (file, digest, lines, before) VALUES ($1, $2, $3, $4) RETURNING id",
        [String(name.suffix(300)), file.digest, String(last), try contentDigest()]
      ).first
      guard let id = row?["id"].flatMap({ Int($0) }) else { throw .impossible("the import was given no number") }
      outcome = Outcome(id: id)
    }
    let rest = file.events.filter { $0.line > done }
    for statement in Self.preparations { try query(statement) }
    var start = rest.startIndex
    while start < rest.endIndex {
      let end = min(start + size, rest.endIndex)
      try write(Array(rest[start..<end]), to: outcome.id)
      outcome.imported += end - start
      start = end
    }
    try query(
      "UPDATE imports SET state = 'done', finished_at = coalesce(finished_at, now()) WHERE id = $1",
      [String(outcome.id)])
    outcome.verification = try verification(of: outcome.id, against: file)
    return outcome
  }

  private static let preparations = [
    """
    CREATE TEMP TABLE IF NOT EXISTS given (line bigint, external_id text, title text, description text,
      starts_at timestamptz, venue text, speakers jsonb, embedding real[], former jsonb)
    """
  ]

  private mutating func write(_ events: [LegacyEvent], to id: Int) throws(Refusal) {
    let text = JSONText.compact(.array(events.map(\.json)))
    try query("BEGIN")
    do throws(Refusal) {
      try query("TRUNCATE given")
      try query(Self.intake, [text])
      for statement in Self.steps { try query(statement, [String(id)]) }
      try query("UPDATE imports SET done = $2::bigint WHERE id = $1", [String(id), String(events.last?.line ?? 0)])
      try query("COMMIT")
    } catch {
      _ = try? query("ROLLBACK")
      throw error
    }
  }

  private static let intake = """
    INSERT INTO given (line, external_id, title, description, starts_at, venue, speakers, embedding)
    SELECT line, id, title, description, "startsAt", venue, speakers,
      ARRAY(SELECT jsonb_array_elements_text(embedding)::real)
    FROM jsonb_to_recordset($1::jsonb) AS g (line bigint, id text, title text, description text, "startsAt" timestamptz,
      venue text, speakers jsonb, embedding jsonb)
    """

  /// How a speaker of the predecessor, who has a name and perhaps a company, is known here.
  private static let speakerKey = "'legacy-' || md5(s ->> 'name' || chr(31) || coalesce(s ->> 'company', ''))"

  /// Each is told the import's number.
  private static let steps = [
    """
    WITH added AS (
      INSERT INTO sources (name, url) SELECT '\(source)', 'https://legacy.example/'
      WHERE $1::bigint > 0 ON CONFLICT (name) DO NOTHING RETURNING id)
    INSERT INTO import_additions (import_id, kind, added_id) SELECT $1::bigint, 'source', id FROM added
    """,
    """
    WITH added AS (
      INSERT INTO venues (name) SELECT venue FROM given WHERE venue IS NOT NULL GROUP BY venue ORDER BY min(line)
      ON CONFLICT (name) DO NOTHING RETURNING id)
    INSERT INTO import_additions (import_id, kind, added_id) SELECT $1::bigint, 'venue', id FROM added
    """,
    """
    WITH added AS (
      INSERT INTO companies (name, website)
      SELECT s ->> 'company', '' FROM given, jsonb_array_elements(speakers) s WHERE s ->> 'company' IS NOT NULL
      GROUP BY 1 ORDER BY min(line)
      ON CONFLICT (name) DO NOTHING RETURNING id)
    INSERT INTO import_additions (import_id, kind, added_id) SELECT $1::bigint, 'company', id FROM added
    """,
    """
    WITH added AS (
      INSERT INTO speakers (external_id, name, headline, company_id)
      SELECT \(speakerKey), min(s ->> 'name'), min(s ->> 'headline'), min(c.id)
      FROM given, jsonb_array_elements(speakers) s LEFT JOIN companies c ON c.name = s ->> 'company'
      GROUP BY 1 ORDER BY min(line)
      ON CONFLICT (external_id) DO NOTHING RETURNING id)
    INSERT INTO import_additions (import_id, kind, added_id) SELECT $1::bigint, 'speaker', id FROM added
    """,
    """
    UPDATE given g SET former = jsonb_build_object('title', e.title, 'description', e.description, 'startsAt', e.starts_at,
      'venue', e.venue_id, 'embedding', (SELECT to_jsonb(embedding) FROM event_embeddings m WHERE m.event_id = e.id),
      'speakers', (SELECT coalesce(jsonb_agg(speaker_id ORDER BY speaker_id), '[]') FROM event_speakers x WHERE x.event_id = e.id))
    FROM events e JOIN sources o ON o.id = e.source_id AND o.name = '\(source)'
    WHERE e.external_id = g.external_id AND $1::bigint > 0
    """,
    """
    INSERT INTO events (source_id, venue_id, external_id, title, description, starts_at)
    SELECT o.id, v.id, g.external_id, g.title, g.description, g.starts_at
    FROM given g JOIN sources o ON o.name = '\(source)' LEFT JOIN venues v ON v.name = g.venue
    WHERE $1::bigint > 0 ORDER BY g.line
    ON CONFLICT (source_id, external_id) DO UPDATE SET venue_id = excluded.venue_id, title = excluded.title,
      description = excluded.description, starts_at = excluded.starts_at
    """,
    """
    INSERT INTO import_rows (import_id, line, event_id, former)
    SELECT $1::bigint, g.line, e.id, g.former
    FROM given g JOIN sources o ON o.name = '\(source)' JOIN events e ON e.source_id = o.id AND e.external_id = g.external_id
    """,
    """
    INSERT INTO event_embeddings (event_id, embedding)
    SELECT r.event_id, g.embedding FROM given g JOIN import_rows r ON r.import_id = $1::bigint AND r.line = g.line
    ON CONFLICT (event_id) DO UPDATE SET embedding = excluded.embedding
    """,
    """
    DELETE FROM event_speakers x USING given g JOIN import_rows r ON r.import_id = $1::bigint AND r.line = g.line
    WHERE x.event_id = r.event_id AND g.former IS NOT NULL
    """,
    """
    INSERT INTO event_speakers (event_id, speaker_id)
    SELECT DISTINCT r.event_id, p.id
    FROM given g JOIN import_rows r ON r.import_id = $1::bigint AND r.line = g.line
      CROSS JOIN jsonb_array_elements(g.speakers) s JOIN speakers p ON p.external_id = \(speakerKey)
    ORDER BY 1, 2
    """,
  ]

  // MARK: Comparing

  private static let page = """
    SELECT r.line, e.external_id, e.title, e.description, floor(extract(epoch FROM e.starts_at))::bigint AS seconds,
      v.name AS venue, cardinality(m.embedding) AS dimensions,
      (SELECT coalesce(json_agg(json_build_array(p.name, c.name)), '[]')
       FROM event_speakers x JOIN speakers p ON p.id = x.speaker_id LEFT JOIN companies c ON c.id = p.company_id
       WHERE x.event_id = e.id) AS speakers
    FROM import_rows r LEFT JOIN events e ON e.id = r.event_id LEFT JOIN venues v ON v.id = e.venue_id
      LEFT JOIN event_embeddings m ON m.event_id = e.id
    WHERE r.import_id = $1 AND r.line > $2::bigint ORDER BY r.line LIMIT 1000
    """

  /// Reads back what an import stored and holds it against the file, event by event.
  private mutating func verification(of id: Int, against file: LegacyFile) throws(Refusal) -> Verification {
    var found = Verification()
    let digests = file.events.map { ($0.line, $0.digest) }
    let expected = Dictionary(digests, uniquingKeysWith: { first, _ in first })
    var stored: [String] = []
    found.sourceCount = file.events.count
    var line = 0
    // A page is a thousand events out of however many there are: they are looked up and not read from end to end.
    for name in ["enable_hashjoin", "enable_mergejoin"] { try query("SET \(name) = off") }
    while true {
      let rows = try query(Self.page, [String(id), String(line)])
      if rows.isEmpty { break }
      for row in rows {
        line = row["line"].flatMap { Int($0) } ?? line
        let digest = Self.digest(of: row)
        stored.append(digest ?? "")
        found.storedCount += digest == nil ? 0 : 1
        if digest != expected[line], found.mismatches.count < 20 { found.mismatches.append(line) }
      }
    }
    found.source = SHA256.hex(digests.map(\.1).joined(separator: "\n").utf8)
    found.stored = SHA256.hex(stored.joined(separator: "\n").utf8)
    return found
  }

  /// The digest of a stored event; nil where it, or its embedding, is gone.
  private static func digest(of row: PostgresRow) -> String? {
    guard let id = row["external_id"], let title = row["title"], let description = row["description"],
      let seconds = row["seconds"].flatMap({ Int($0) }), row["dimensions"] == String(Embedding.dimensions),
      let speakers = (try? JSONText.parse(Array((row["speakers"] ?? "[]").utf8)))?.array
    else { return nil }
    return LegacyEvent.digest(
      id: id, title: title, description: description, seconds: seconds, venue: row["venue"],
      speakers: speakers.map { ($0.array?.first?.string ?? "", $0.array?.last?.string) })
  }

  // MARK: Backwards

  /// What came of taking an import back.
  struct Undoing: Sendable {
    /// Rows removed, by table.
    var removed: [(name: String, rows: Int)] = []
    /// Events that are as they were before it.
    var restored = 0
    /// Whether everything is as it was before the import; not if others have written since.
    var isAsBefore = false
  }

  /// Takes an import back, all or nothing: what it added goes, what it changed becomes what it was.
  mutating func undo(_ id: Int) throws(Refusal) -> Undoing {
    guard let row = try query("SELECT digest, state, before FROM imports WHERE id = $1", [String(id)]).first else {
      throw .unknown(id)
    }
    try lock(row["digest"] ?? "")
    if row["state"] == "rolled back" { throw .impossible("import \(id) is rolled back already") }
    let later = try query(
      """
      SELECT min(o.import_id) AS other FROM import_rows r JOIN import_rows o ON o.event_id = r.event_id AND o.import_id > r.import_id
        JOIN imports i ON i.id = o.import_id AND i.state <> 'rolled back' WHERE r.import_id = $1
      """, [String(id)]
    ).first?["other"]
    if let later { throw .impossible("import \(later) changed events of import \(id) since: roll that back first") }
    var undoing = Undoing()
    try query("BEGIN")
    do throws(Refusal) {
      for (name, statement) in Self.undoings {
        let rows = try query(statement, [String(id)]).affected ?? 0
        if name == "restored" { undoing.restored = rows } else if !name.isEmpty { undoing.removed.append((name, rows)) }
      }
      try query("UPDATE imports SET state = 'rolled back', finished_at = now() WHERE id = $1", [String(id)])
      undoing.isAsBefore = try contentDigest() == row["before"]
      try query("COMMIT")
    } catch {
      _ = try? query("ROLLBACK")
      throw error
    }
    return undoing
  }

  private static func removal(_ kind: String, _ table: String, unless references: String) -> String {
    """
    DELETE FROM \(table) t USING import_additions a
    WHERE a.import_id = $1 AND a.kind = '\(kind)' AND a.added_id = t.id AND NOT EXISTS (\(references))
    """
  }

  private static let undoings = [
    (
      "events",
      "DELETE FROM events e USING import_rows r WHERE r.import_id = $1 AND r.event_id = e.id AND r.former IS NULL"
    ),
    (
      "restored",
      """
      UPDATE events e SET title = r.former ->> 'title', description = r.former ->> 'description',
        starts_at = (r.former ->> 'startsAt')::timestamptz, venue_id = (r.former ->> 'venue')::bigint
      FROM import_rows r WHERE r.import_id = $1 AND r.event_id = e.id AND r.former IS NOT NULL
      """
    ),
    (
      "",
      """
      DELETE FROM event_embeddings m USING import_rows r
      WHERE r.import_id = $1 AND r.event_id = m.event_id AND r.former IS NOT NULL AND r.former -> 'embedding' = 'null'
      """
    ),
    (
      "",
      """
      UPDATE event_embeddings m SET embedding = ARRAY(SELECT jsonb_array_elements_text(r.former -> 'embedding')::real)
      FROM import_rows r WHERE r.import_id = $1 AND r.event_id = m.event_id AND jsonb_typeof(r.former -> 'embedding') = 'array'
      """
    ),
    (
      "",
      """
      DELETE FROM event_speakers x USING import_rows r
      WHERE r.import_id = $1 AND r.event_id = x.event_id AND r.former IS NOT NULL
      """
    ),
    (
      "",
      """
      INSERT INTO event_speakers (event_id, speaker_id)
      SELECT r.event_id, s::bigint FROM import_rows r, jsonb_array_elements_text(r.former -> 'speakers') s
      WHERE r.import_id = $1 AND r.former IS NOT NULL
      """
    ),
    (
      "speakers",
      removal("speaker", "speakers", unless: "SELECT FROM event_speakers x WHERE x.speaker_id = t.id")
    ),
    ("companies", removal("company", "companies", unless: "SELECT FROM speakers s WHERE s.company_id = t.id")),
    ("venues", removal("venue", "venues", unless: "SELECT FROM events e WHERE e.venue_id = t.id")),
    ("sources", removal("source", "sources", unless: "SELECT FROM events e WHERE e.source_id = t.id")),
    ("", "DELETE FROM import_additions WHERE import_id = $1"), ("", "DELETE FROM import_rows WHERE import_id = $1"),
  ]

  // MARK: For both

  /// A digest over all that imports may change.
  private mutating func contentDigest() throws(Refusal) -> String {
    let tables = ["sources", "venues", "companies", "speakers", "events", "event_embeddings", "event_speakers"]
    let sums = tables.map { table in
      let row =
        table == "events"
        ? "ROW(t.id, t.source_id, t.venue_id, t.external_id, t.title, t.description, t.starts_at)" : "t"
      return "SELECT count(*) || ':' || coalesce(sum(hashtextextended(\(row)::text, 0)), 0) AS sum FROM \(table) t"
    }
    var parts: [String] = []
    for statement in sums { parts.append(try query(statement).first?["sum"] ?? "") }
    return SHA256.hex(parts.joined(separator: " ").utf8)
  }

  private mutating func lock(_ digest: String) throws(Refusal) {
    let row = try query("SELECT pg_try_advisory_lock(hashtextextended($1, 4711)) AS mine", [digest]).first
    guard row?["mine"] == "t" else { throw .busy }
  }

  @discardableResult
  private mutating func query(_ statement: String, _ arguments: [String?] = []) throws(Refusal) -> PostgresRows {
    do throws(PostgresFailure) {
      return try connection.query(statement, arguments, before: deadline)
    } catch {
      throw .database(error)
    }
  }
}
