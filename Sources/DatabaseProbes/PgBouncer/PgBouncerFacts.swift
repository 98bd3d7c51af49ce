import AuditModel
import Facts
import Postgres

/// What a pooler's console showed, as facts with their gaps. Columns differ between versions and are read by name.
struct PgBouncerFacts {
  private var facts: JSONObject
  private(set) var gaps: [Gap] = []

  /// How commands are run.
  typealias Reader = (_ command: String) throws(PostgresFailure) -> PostgresRows

  /// Settings that checks ask for, as SHOW CONFIG calls them.
  private static let texts = ["pool_mode", "auth_type", "client_tls_sslmode", "server_tls_sslmode"]
  private static let numbers = ["max_client_conn", "default_pool_size", "query_wait_timeout", "server_idle_timeout"]

  static let schema = Schema.object([
    Schema.Field(
      "login",
      .object([
        Schema.Field("succeeded", .boolean, required: true, "whether the console let the auditor in"),
        Schema.Field("reason", .nullable(.string()), required: true, "why not"),
        Schema.Field("encrypted", .nullable(.boolean), required: true, "whether the session is encrypted"),
      ]), required: true, "the auditor's login"),
    Schema.Field(
      "tls",
      .object([Schema.Field("offered", .nullable(.boolean), required: true, "whether the pooler offers clients TLS")]),
      required: true, "the answer to SSLRequest"),
    Schema.Field("version", .nullable(.string()), required: true, "as the pooler writes it"),
    Schema.Field(
      "config",
      .nullable(
        .object(
          texts.map { Schema.Field($0, .nullable(.string()), required: true, "the setting") }
            + numbers.map { Schema.Field($0, .nullable(.integer()), required: true, "the setting") })),
      required: true, "settings of the pooler"),
    Schema.Field(
      "pools",
      .nullable(
        .array(
          .object([
            Schema.Field("database", .nullable(.string()), required: true, "the database as clients name it"),
            Schema.Field("user", .nullable(.string()), required: true, "the role"),
            Schema.Field("mode", .nullable(.string()), required: true, "session, transaction or statement"),
            Schema.Field(
              "clientsActive", .nullable(.integer()), required: true, "clients with a server session or none due"),
            Schema.Field("clientsWaiting", .nullable(.integer()), required: true, "clients that wait for one"),
            Schema.Field("waitSeconds", .nullable(.number()), required: true, "the longest wait at this moment"),
            Schema.Field("serversActive", .nullable(.integer()), required: true, "server sessions in use"),
            Schema.Field("size", .nullable(.integer()), required: true, "server sessions there may be"),
            Schema.Field("shareUsed", .nullable(.number()), required: true, "in use of those there may be"),
          ]))), required: true, "the pools, the console's own left out"),
    Schema.Field(
      "clients",
      .nullable(
        .object([
          Schema.Field("connected", .integer(minimum: 0), required: true, "clients, the auditor left out"),
          Schema.Field("shareUsed", .nullable(.number()), required: true, "of max_client_conn"),
        ])), required: true, "how many more clients there may be"),
    Schema.Field(
      "links",
      .nullable(
        .array(
          .object([
            Schema.Field("side", .string(.word(["client", "server"])), required: true, "who is at the other end"),
            Schema.Field("user", .nullable(.string()), required: true, "the role"),
            Schema.Field("database", .nullable(.string()), required: true, "the database"),
            Schema.Field("address", .nullable(.string()), required: true, "where the other end is"),
            Schema.Field("encrypted", .nullable(.boolean), required: true, "TLS protects it"),
            Schema.Field("loopback", .boolean, required: true, "it does not leave the host"),
            Schema.Field("count", .integer(minimum: 1), required: true, "how many of this kind"),
          ]))), required: true, "kinds of connections, the auditor's own left out"),
  ])

  init(offersTLS: Bool?, isEncrypted: Bool?) {
    facts = [
      "login": ["succeeded": true, "reason": nil, "encrypted": JSONValue(isEncrypted)],
      "tls": ["offered": JSONValue(offersTLS)], "version": nil, "config": nil, "pools": nil, "clients": nil,
      "links": nil,
    ]
    if offersTLS == nil {
      gaps.append(Gap(path: "tls.offered", reason: "the answer to a request for TLS could not be had"))
    }
  }

  /// The facts.
  var value: JSONValue { .object(facts) }

  /// Nobody was let in.
  mutating func wasDenied(_ reason: String) {
    facts["login"] = ["succeeded": false, "reason": .string(reason), "encrypted": nil]
    for path in ["version", "config", "pools", "clients", "links"] {
      gaps.append(Gap(path: path, reason: reason, remedy: "name a role of stats_users and its password"))
    }
  }

  /// Has the console show everything there is to see.
  mutating func read(with reader: Reader) {
    attempt(["version"], "SHOW VERSION", reader) { facts, rows in
      let row = rows.first
      facts["version"] = JSONValue(rows.columns.first.flatMap { row?[$0] }.map { $0.bounded() })
    }
    attempt(["config"], "SHOW CONFIG", reader) { facts, rows in facts["config"] = Self.config(rows) }
    var sizes: [String: Int] = [:]
    attempt(["pools"], "SHOW DATABASES", reader) { _, rows in
      for row in rows { if let name = row["name"], let size = row.integer("pool_size") { sizes[name] = size } }
    }
    attempt(["pools"], "SHOW POOLS", reader) { facts, rows in facts["pools"] = Self.pools(rows, sizes: sizes) }
    var links: [JSONValue] = []
    attempt(["clients", "links"], "SHOW CLIENTS", reader) { facts, rows in
      let others = rows.filter { !($0["database"] == PgBouncerProbe.console) }
      let room = facts["config"]?["max_client_conn"]?.integer.flatMap { $0 > 0 ? Double($0) : nil }
      facts["clients"] = [
        "connected": .integer(others.count), "shareUsed": room.map { .double(Double(others.count) / $0) } ?? .null,
      ]
      links += Self.links(others, side: "client")
    }
    guard facts["clients"]?.isNull == false else { return }
    attempt(["links"], "SHOW SERVERS", reader) { facts, rows in
      facts["links"] = .array(links + Self.links(Array(rows), side: "server"))
    }
  }

  private mutating func attempt(
    _ paths: [String], _ command: String, _ reader: Reader, _ take: (inout JSONObject, PostgresRows) -> Void
  ) {
    do throws(PostgresFailure) {
      take(&facts, try reader(command))
    } catch {
      gaps += paths.map { Gap(path: $0, reason: "\(command): \(error.description.bounded())") }
    }
  }

  private static func config(_ rows: PostgresRows) -> JSONValue {
    let values = Dictionary(rows.map { ($0["key"] ?? "", $0["value"]) }, uniquingKeysWith: { first, _ in first })
    return .object(
      JSONObject(
        texts.map { ($0, JSONValue(values[$0].flatMap { $0 }.map { $0.bounded() })) }
          + numbers.map { ($0, JSONValue(values[$0].flatMap { $0 }.flatMap { Int($0) })) }))
  }

  private static func pools(_ rows: PostgresRows, sizes: [String: Int]) -> JSONValue {
    .array(
      rows.filter { $0["database"] != PgBouncerProbe.console }.map { row in
        let size = row["database"].flatMap { sizes[$0] }
        let active = row.integer("sv_active")
        let micro = row.integer("maxwait_us") ?? 0
        return [
          "database": text(row["database"]), "user": text(row["user"]), "mode": text(row["pool_mode"]),
          "clientsActive": JSONValue(row.integer("cl_active")), "clientsWaiting": JSONValue(row.integer("cl_waiting")),
          "waitSeconds": row.integer("maxwait").map { .double(Double($0) + Double(micro) / 1e6) } ?? .null,
          "serversActive": JSONValue(active), "size": JSONValue(size),
          "shareUsed": size.flatMap { size in
            size > 0 ? active.map { .double(Double($0) / Double(size)) } : nil
          } ?? .null,
        ]
      })
  }

  private static func links(_ rows: [PostgresRow], side: String) -> [JSONValue] {
    let kinds = rows.map { row -> JSONObject in
      let address = row["addr"]
      let isLocal = address == "unix" || address == "::1" || address?.hasPrefix("127.") == true
      return [
        "side": .string(side), "user": text(row["user"]), "database": text(row["database"]), "address": text(address),
        "encrypted": JSONValue(row["tls"].map { !$0.isEmpty }), "loopback": .bool(isLocal),
      ]
    }
    var order: [JSONValue] = []
    var counts: [JSONValue: Int] = [:]
    for kind in kinds.map({ JSONValue.object($0) }) {
      if counts[kind] == nil { order.append(kind) }
      counts[kind, default: 0] += 1
    }
    return order.map { kind in
      var whole = kind.object ?? JSONObject()
      whole["count"] = .integer(counts[kind] ?? 1)
      return .object(whole)
    }
  }

  private static func text(_ value: String?) -> JSONValue { JSONValue(value.map { $0.bounded() }) }
}

extension PostgresRow {
  fileprivate func integer(_ name: String) -> Int? { self[name].flatMap { Int($0) } }
}
