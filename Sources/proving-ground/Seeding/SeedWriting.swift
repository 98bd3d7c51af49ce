import AuditModel
import Facts
import Postgres
import Probing

/// Brings made-up content into a database: rows travel by COPY into tables of the session, and from there into the platform's,
/// but for those that are there. All or nothing.
struct SeedWriting: ~Copyable {
  private var connection: PostgresConnection
  private let content: SeedContent
  private let deadline: Deadline
  /// What is added to the names of companies, speakers and events, to make them others; nil for nothing.
  private var mark: String?
  /// What the events' source is called.
  static let source = "seed"

  init(_ connection: consuming PostgresConnection, _ content: SeedContent, before deadline: Deadline) {
    self.connection = connection
    (self.content, self.deadline) = (content, deadline)
  }

  /// Has all content added to what is there, under names of its own.
  mutating func markAsFurther() throws(PostgresFailure) {
    let answer = try connection.query("SELECT count(*) AS n FROM events", before: deadline)
    if let count = answer.first?["n"], count != "0" { mark = "-after-\(count)" }
  }

  /// Has all content bear a mark of its own, so that it is no other run's.
  mutating func mark(as name: String) { mark = "-\(name)" }

  private static let tables = [
    "CREATE TEMP TABLE given_companies (n int, name text, website text) ON COMMIT DROP",
    "CREATE TEMP TABLE given_speakers (n int, external_id text, name text, headline text, company int) ON COMMIT DROP",
    """
    CREATE TEMP TABLE given_events (n int, external_id text, title text, description text, venue text,
      starts_at timestamptz, embedding real[]) ON COMMIT DROP
    """,
    "CREATE TEMP TABLE given_links (event int, speaker int) ON COMMIT DROP",
  ]

  /// What becomes of them: the name in the report, and the statement whose rows are counted.
  private static let merges: [(name: String, statement: String)] = [
    (
      "companies",
      """
      INSERT INTO companies (name, website) SELECT name, website FROM given_companies g
      WHERE NOT EXISTS (SELECT FROM companies c WHERE c.name = g.name) ORDER BY n
      """
    ),
    (
      "speakers",
      """
      INSERT INTO speakers (external_id, name, headline, company_id)
      SELECT g.external_id, g.name, g.headline, c.id
      FROM given_speakers g LEFT JOIN given_companies k ON k.n = g.company LEFT JOIN companies c ON c.name = k.name
      WHERE NOT EXISTS (SELECT FROM speakers s WHERE s.external_id = g.external_id) ORDER BY g.n
      """
    ),
    (
      "venues",
      """
      INSERT INTO venues (name) SELECT venue FROM given_events g
      WHERE NOT EXISTS (SELECT FROM venues v WHERE v.name = g.venue) GROUP BY venue ORDER BY min(n)
      """
    ),
    (
      "events",
      """
      INSERT INTO events (source_id, venue_id, external_id, title, description, starts_at, stored_at)
      SELECT s.id, v.id, g.external_id, g.title, g.description, g.starts_at, $1::timestamptz
      FROM given_events g JOIN venues v ON v.name = g.venue CROSS JOIN sources s
      WHERE s.name = '\(source)'
        AND NOT EXISTS (SELECT FROM events e WHERE e.source_id = s.id AND e.external_id = g.external_id) ORDER BY g.n
      """
    ),
    (
      "embeddings",
      """
      INSERT INTO event_embeddings (event_id, embedding)
      SELECT e.id, g.embedding
      FROM given_events g JOIN sources s ON s.name = '\(source)'
        JOIN events e ON e.source_id = s.id AND e.external_id = g.external_id
      WHERE NOT EXISTS (SELECT FROM event_embeddings m WHERE m.event_id = e.id) ORDER BY g.n
      """
    ),
    (
      "links",
      """
      INSERT INTO event_speakers (event_id, speaker_id)
      SELECT e.id, p.id
      FROM given_links l JOIN given_events g ON g.n = l.event JOIN given_speakers q ON q.n = l.speaker
        JOIN sources s ON s.name = '\(source)'
        JOIN events e ON e.source_id = s.id AND e.external_id = g.external_id
        JOIN speakers p ON p.external_id = q.external_id
      WHERE NOT EXISTS (SELECT FROM event_speakers x WHERE x.event_id = e.id AND x.speaker_id = p.id)
      ORDER BY l.event, l.speaker
      """
    ),
  ]

  /// Writes everything and says how many rows each table got.
  mutating func run() throws(PostgresFailure) -> [(name: String, rows: Int)] {
    for statement in ["BEGIN", "SET LOCAL statement_timeout = 0"] + Self.tables {
      try connection.query(statement, before: deadline)
    }
    try connection.query(
      "INSERT INTO sources (name, url) SELECT '\(Self.source)', 'https://seed.example/' WHERE NOT EXISTS (SELECT FROM sources WHERE name = '\(Self.source)')",
      before: deadline)
    let (content, mark) = (content, mark ?? "")
    try copy("given_companies", content.companies) { number in
      let company = content.company(number)
      return [String(number), company.name + mark, company.website]
    }
    try copy("given_speakers", content.speakers) { number in
      let speaker = content.speaker(number)
      return [
        String(number), speaker.externalID + mark, speaker.name, speaker.headline, speaker.company.map(String.init),
      ]
    }
    try copy("given_events", content.events) { number in
      let event = content.event(number)
      return [
        String(number), event.externalID + mark, event.title, event.description, event.venue,
        event.startsAt.description,
        CopyText.array(event.embedding),
      ]
    }
    try copyLinks()
    for table in ["companies", "speakers", "events", "links"] {
      try connection.query("ANALYZE given_\(table)", before: deadline)
    }
    var rows: [(name: String, rows: Int)] = []
    for (name, statement) in Self.merges {
      let arguments = name == "events" ? [SeedContent.firstDay.description] : []
      rows.append((name, try connection.query(statement, arguments, before: deadline).affected ?? 0))
    }
    try connection.query("COMMIT", before: deadline)
    return rows
  }

  /// How many rows the platform's tables have now.
  mutating func totals() throws(PostgresFailure) -> [(name: String, rows: Int)] {
    var totals: [(name: String, rows: Int)] = []
    for (name, table) in [
      ("companies", "companies"), ("speakers", "speakers"), ("venues", "venues"), ("events", "events"),
      ("embeddings", "event_embeddings"), ("links", "event_speakers"),
    ] {
      let answer = try connection.query("SELECT count(*) AS n FROM \(table)", before: deadline)
      totals.append((name, answer.first?["n"].flatMap { Int($0) } ?? 0))
    }
    return totals
  }

  /// Sends rows in pieces of some 64 KiB.
  private mutating func copy(_ table: String, _ count: Int, _ row: (Int) -> [String?]) throws(PostgresFailure) {
    var number = 0
    _ = try connection.copy("COPY \(table) FROM STDIN", before: deadline) {
      var piece: [UInt8] = []
      while number < count, piece.count < 1 << 16 {
        CopyText.append(row(number), to: &piece)
        number += 1
      }
      return piece.isEmpty ? nil : piece
    }
  }

  private mutating func copyLinks() throws(PostgresFailure) {
    let content = content
    var number = 0
    _ = try connection.copy("COPY given_links FROM STDIN", before: deadline) {
      var piece: [UInt8] = []
      while number < content.events, piece.count < 1 << 16 {
        for speaker in content.event(number).speakers {
          CopyText.append([String(number), String(speaker)], to: &piece)
        }
        number += 1
      }
      return piece.isEmpty ? nil : piece
    }
  }
}

/// Rows in the text format of COPY (PostgreSQL manual, COPY, "Text Format").
enum CopyText {
  static func append(_ values: [String?], to bytes: inout [UInt8]) {
    for (index, value) in values.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: "\t")) }
      guard let value else {
        bytes += [UInt8(ascii: "\\"), UInt8(ascii: "N")]
        continue
      }
      for byte in value.utf8 {
        switch byte {
        case UInt8(ascii: "\\"): bytes += [byte, byte]
        case UInt8(ascii: "\t"): bytes += [UInt8(ascii: "\\"), UInt8(ascii: "t")]
        case UInt8(ascii: "\n"): bytes += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
        case UInt8(ascii: "\r"): bytes += [UInt8(ascii: "\\"), UInt8(ascii: "r")]
        default: bytes.append(byte)
        }
      }
    }
    bytes.append(UInt8(ascii: "\n"))
  }

  /// An array of numbers; most of an embedding are zeroes.
  static func array(_ numbers: [Double]) -> String {
    "{" + numbers.map { $0 == 0 ? "0" : Float($0).description }.joined(separator: ",") + "}"
  }
}
