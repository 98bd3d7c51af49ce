/// The roles and tables of the events platform, one statement at a time.
enum DatabaseSchema {
  /// Creates the roles and the database; run as the cluster's first role.
  static func roles(services: String, auditor: String, rehearser: String, grant: AuditorGrant) -> [String] {
    let grants: [String] =
      switch grant {
      case .monitor: ["GRANT pg_monitor, pg_read_all_data TO auditor"]
      case .superuser: ["ALTER ROLE auditor SUPERUSER"]
      case .nothing: []
      }
    return [
      // The access rules ask for it, whatever new passwords are stored as later on.
      "SET password_encryption = 'scram-sha-256'",
      "CREATE ROLE events_owner NOLOGIN",
      "CREATE ROLE events_app LOGIN CONNECTION LIMIT 30 PASSWORD '\(services)'",
      "ALTER ROLE events_app SET statement_timeout = '5s'",
      "ALTER ROLE events_app SET idle_in_transaction_session_timeout = '10s'",
      "CREATE ROLE auditor LOGIN CONNECTION LIMIT 10 PASSWORD '\(auditor)'",
      "CREATE ROLE rehearser LOGIN CREATEDB CONNECTION LIMIT 5 PASSWORD '\(rehearser)'",
      "CREATE DATABASE events OWNER events_owner",
      "REVOKE ALL ON DATABASE events FROM PUBLIC",
      "GRANT CONNECT ON DATABASE events TO events_app, auditor",
    ] + grants
  }

  /// Shows the auditor what counts statements and what the access rules say; run in the database `events`.
  static func views(for grant: AuditorGrant) -> [String] {
    let counting = [
      "RESET ROLE", "CREATE SCHEMA monitoring", "CREATE EXTENSION pg_stat_statements SCHEMA monitoring",
    ]
    guard grant == .monitor else { return counting }
    return counting + [
      "GRANT USAGE ON SCHEMA monitoring TO auditor",
      "GRANT EXECUTE ON FUNCTION pg_catalog.pg_hba_file_rules() TO auditor",
      "GRANT SELECT ON pg_catalog.pg_hba_file_rules TO auditor",
    ]
  }

  /// Reads by every index once, as a day of use would.
  static let firstReads = [
    "RESET ROLE", "SET enable_seqscan = off",
    "SELECT id FROM events WHERE starts_at > now() ORDER BY starts_at LIMIT 1",
    "SELECT id FROM events WHERE search @@ to_tsquery('simple', 'jazz')",
    "SELECT id FROM events WHERE venue_id = 1", "SELECT id FROM scrape_jobs WHERE source_id = 1",
    "SELECT id FROM scrape_jobs WHERE state IN ('queued', 'running') ORDER BY id LIMIT 1",
    // Gives the archive its first segment.
    "SELECT pg_switch_wal()",
  ]

  /// What the platform's migrations do, one after the other.
  ///
  /// Embeddings are plain arrays of unit length, so that a dot product is their cosine.
  static let migrations = [
    Migration(
      number: 1, name: "events", up: events, tables: ["scrape_jobs", "event_embeddings", "events", "venues", "sources"]),
    Migration(number: 2, name: "accounts", up: accounts, tables: ["saved_searches", "sessions", "accounts"]),
    Migration(number: 3, name: "people", up: people, tables: ["event_speakers", "speakers", "companies"]),
    Migration(
      number: 4, name: "imports", up: imports, tables: ["import_additions", "import_rows", "imports", "heartbeats"]),
  ]

  private static let events = [
    """
    CREATE TABLE sources (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      name text NOT NULL UNIQUE,
      url text NOT NULL)
    """,
    """
    CREATE TABLE venues (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      name text NOT NULL UNIQUE)
    """,
    """
    CREATE TABLE events (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      source_id bigint NOT NULL REFERENCES sources,
      venue_id bigint REFERENCES venues,
      external_id text NOT NULL,
      title text NOT NULL,
      description text NOT NULL,
      starts_at timestamptz NOT NULL,
      stored_at timestamptz NOT NULL DEFAULT now(),
      search tsvector NOT NULL GENERATED ALWAYS AS (to_tsvector('simple', title || ' ' || description)) STORED,
      UNIQUE (source_id, external_id))
    """,
    "CREATE INDEX events_venue_id ON events (venue_id)",
    "CREATE INDEX events_starts_at ON events (starts_at)",
    "CREATE INDEX events_search ON events USING gin (search)",
    """
    CREATE TABLE event_embeddings (
      event_id bigint PRIMARY KEY REFERENCES events ON DELETE CASCADE,
      embedding real[] NOT NULL)
    """,
    """
    CREATE TABLE scrape_jobs (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      source_id bigint NOT NULL REFERENCES sources,
      state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'done', 'failed')),
      attempts integer NOT NULL DEFAULT 0,
      error text,
      queued_at timestamptz NOT NULL DEFAULT now(),
      started_at timestamptz,
      finished_at timestamptz)
    """,
    "CREATE INDEX scrape_jobs_source_id ON scrape_jobs (source_id)",
    "CREATE INDEX scrape_jobs_open ON scrape_jobs (id) WHERE state IN ('queued', 'running')",
  ]

  private static let accounts = [
    """
    CREATE TABLE accounts (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      name text NOT NULL UNIQUE,
      role text NOT NULL CHECK (role IN ('user', 'admin')),
      salt text NOT NULL,
      digest bytea NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now())
    """,
    """
    CREATE TABLE sessions (
      id text PRIMARY KEY,
      account_id bigint NOT NULL REFERENCES accounts ON DELETE CASCADE,
      expires_at timestamptz NOT NULL)
    """,
    "CREATE INDEX sessions_account_id ON sessions (account_id)",
    """
    CREATE TABLE saved_searches (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      account_id bigint NOT NULL REFERENCES accounts ON DELETE CASCADE,
      words text NOT NULL)
    """,
    "CREATE INDEX saved_searches_account_id ON saved_searches (account_id)",
  ]

  private static let people = [
    """
    CREATE TABLE companies (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      name text NOT NULL UNIQUE,
      website text NOT NULL)
    """,
    """
    CREATE TABLE speakers (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      external_id text NOT NULL UNIQUE,
      name text NOT NULL,
      headline text NOT NULL,
      company_id bigint REFERENCES companies)
    """,
    "CREATE INDEX speakers_company_id ON speakers (company_id)",
    """
    CREATE TABLE event_speakers (
      event_id bigint NOT NULL REFERENCES events ON DELETE CASCADE,
      speaker_id bigint NOT NULL REFERENCES speakers,
      PRIMARY KEY (event_id, speaker_id))
    """,
    "CREATE INDEX event_speakers_speaker_id ON event_speakers (speaker_id)",
  ]

  private static let imports = [
    """
    CREATE TABLE imports (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      file text NOT NULL,
      digest text NOT NULL,
      lines bigint NOT NULL,
      done bigint NOT NULL DEFAULT 0,
      before text NOT NULL,
      state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'done', 'rolled back')),
      started_at timestamptz NOT NULL DEFAULT now(),
      finished_at timestamptz)
    """,
    "CREATE UNIQUE INDEX imports_digest ON imports (digest) WHERE state <> 'rolled back'",
    """
    CREATE TABLE import_rows (
      import_id bigint NOT NULL REFERENCES imports,
      line bigint NOT NULL,
      event_id bigint NOT NULL,
      former jsonb,
      PRIMARY KEY (import_id, line))
    """,
    """
    CREATE TABLE import_additions (
      import_id bigint NOT NULL REFERENCES imports,
      kind text NOT NULL CHECK (kind IN ('source', 'venue', 'company', 'speaker')),
      added_id bigint NOT NULL,
      PRIMARY KEY (import_id, kind, added_id))
    """,
    """
    CREATE TABLE heartbeats (
      service text PRIMARY KEY,
      beat_at timestamptz NOT NULL,
      milliseconds integer NOT NULL)
    """,
  ]

  /// Creates the tables in the database `events`; run as the cluster's first role.
  static func tables(outsidePort: Int, people: [Person]) -> [String] {
    // None of these holds a quote.
    let accounts = people.map { "('\($0.name)', '\($0.role)', '\($0.password)')" }.joined(separator: ", ")
    return [
      // What sets a platform up is no load of it.
      "SET pg_stat_statements.track = 'none'", "GRANT ALL ON SCHEMA public TO events_owner",
      "SET ROLE events_owner",
    ] + migrations.flatMap(\.up) + [
      """
      INSERT INTO accounts (name, role, salt, digest)
      SELECT name, role, salt, sha256(convert_to(salt || password, 'UTF8'))
      FROM (VALUES \(accounts)) given (name, role, password), LATERAL (SELECT md5(name || random())) drawn (salt)
      """,
      """
      INSERT INTO saved_searches (account_id, words)
      SELECT id, words FROM accounts, (VALUES ('alice', 'live jazz'), ('alice', 'harbour'), ('bob', 'parsers'))
        given (name, words) WHERE accounts.name = given.name
      """,
      """
      INSERT INTO heartbeats (service, beat_at, milliseconds)
      VALUES ('api', now(), 3), ('processing', now(), 8), ('extraction', now(), 5)
      """,
      "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO events_app",
      "INSERT INTO sources (name, url) VALUES ('luma', 'http://127.0.0.1:\(outsidePort)/luma.html')",
    ]
  }
}
