import AuditModel
import Facts
import Postgres
import Probing
import Transport

/// The access rules in the server's files, held against what the server does: files that were edited but not loaded, or that
/// have a fault in any line, are not what it goes by.
enum AccessRules {
  /// The kinds of rules that a connection without encryption can fit.
  static let plaintextKinds = "'host', 'hostnossl', 'hostnogssenc'"

  /// The common table expression `rules`: every line in the order in which the server looks at them.
  ///
  /// A rule's number and file are there from version 16 on. `network` is null for names and keywords.
  static func table(_ version: Int) -> String {
    let (position, place) =
      version >= 160_000
      ? (
        "coalesce(f.rule_number, 1000000 + f.line_number)",
        "CASE WHEN f.file_name = current_setting('hba_file', true) THEN f.line_number::text "
          + "ELSE concat_ws(':', f.file_name, f.line_number) END"
      ) : ("f.line_number", "f.line_number::text")
    return """
      rules AS MATERIALIZED (
        SELECT f.*, \(position) AS position, \(place) AS place,
          CASE WHEN f.netmask IS NOT NULL THEN set_masklen(f.address::inet, (
            SELECT n FROM generate_series(0, CASE family(f.address::inet) WHEN 4 THEN 32 ELSE 128 END) n
            WHERE netmask(set_masklen(f.address::inet, n)) = f.netmask::inet)) END AS network
        FROM pg_hba_file_rules f
      )
      """
  }

  /// What the files' first fitting rule would do with a connection of the auditor without encryption from where it is now:
  /// a method; `none` if no rule fits; null if that cannot be told from names and keywords.
  ///
  /// `$1` is the role, `$2` the database.
  static func prediction(_ version: Int) -> String {
    let pattern = version >= 160_000 ? "u LIKE '/%' AND $1 ~ substr(u, 2)" : "false"
    let unclear = version >= 160_000 ? "d LIKE '/%' AND $2 ~ substr(d, 2)" : "false"
    return """
      WITH \(table(version)), fitting AS (
        SELECT l.position, l.auth_method,
          EXISTS (SELECT FROM unnest(l.database) d WHERE d IN ('all', $2) OR d = 'sameuser' AND $1::text = $2::text
            OR d IN ('samerole', 'samegroup') AND EXISTS (
              SELECT FROM pg_roles r WHERE r.rolname = $2 AND pg_has_role($1, r.oid, 'MEMBER'))
            OR \(unclear)) AS fits_database,
          EXISTS (SELECT FROM unnest(l.user_name) u WHERE u IN ('all', $1)
            OR u LIKE '+%' AND EXISTS (
              SELECT FROM pg_roles r WHERE r.rolname = substr(u, 2) AND pg_has_role($1, r.oid, 'MEMBER'))
            OR \(pattern)) AS fits_user,
          CASE WHEN l.address = 'all' THEN true WHEN l.network IS NOT NULL THEN inet_client_addr() <<= l.network
            END AS fits_address
        FROM rules l WHERE l.error IS NULL AND l.type IN (\(plaintextKinds))
      ), first AS (
        SELECT auth_method, fits_address FROM fitting
        WHERE fits_database AND fits_user AND fits_address IS NOT FALSE ORDER BY position LIMIT 1
      )
      SELECT CASE WHEN inet_client_addr() IS NULL THEN NULL
        WHEN NOT EXISTS (SELECT FROM first) THEN 'none'
        ELSE (SELECT auth_method FROM first WHERE fits_address) END AS method,
        pg_backend_pid() AS process, (SELECT count(*) FROM rules WHERE error IS NOT NULL) AS faults,
        extract(epoch FROM now() - pg_conf_load_time())::float8 AS loaded
      """
  }

  static let schema = Schema.Field(
    "accessRuleFiles",
    .nullable(
      .object([
        Schema.Field(
          "faults", .integer(minimum: 0), required: true, "lines for which the server takes none of the file"),
        Schema.Field("loadedSecondsAgo", .nullable(.number()), required: true, "since the server last read its files"),
        Schema.Field(
          "says", .nullable(.string()), required: true,
          "what the files say of the auditor without encryption: a method, reject or none"),
        Schema.Field("does", .nullable(.string()), required: true, "what the server did: a method or refused"),
        Schema.Field("agree", .nullable(.boolean), required: true, "whether these are the same"),
      ])), required: true, "the files with access rules, held against what the server does")

  /// The facts from the row of the prediction and the server's answer on the wire; nil for an answer that could not be had.
  static func value(of row: PostgresRow, answer: PlaintextAnswer?) -> JSONValue {
    let says = row["method"]
    let does = answer.flatMap(outcome)
    return [
      "faults": .integer(row["faults"].flatMap { Int($0) } ?? 0),
      "loadedSecondsAgo": row["loaded"].flatMap(Double.init).map { .double($0) } ?? .null, "says": JSONValue(says),
      "does": JSONValue(does), "agree": JSONValue(says.flatMap { says in does.map { agree(says, $0) } }),
    ]
  }

  private static func outcome(_ answer: PlaintextAnswer) -> String? {
    guard case .message(let message) = answer else { return nil }
    if message.field("C") == "28000" { return "refused" }
    return message.authentication
  }

  /// A stored SCRAM secret makes SCRAM of the rule `md5`; the methods that ask a third party want a password in clear text.
  private static func agree(_ says: String, _ does: String) -> Bool {
    switch says {
    case "none", "reject": does == "refused"
    case "trust": does == "trust"
    case "scram-sha-256": does == "scram"
    case "md5": does == "md5" || does == "scram"
    case "password", "ldap", "radius", "pam", "bsd": does == "password"
    case "gss", "sspi": does == "gss"
    case "ident", "peer", "cert": does != "scram" && does != "md5" && does != "password"
    default: does != "refused"
    }
  }
}
