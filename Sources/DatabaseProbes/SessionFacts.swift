import AuditModel
import Facts
import Postgres

/// What an auditor's session saw, as facts with their gaps.
struct SessionFacts {
  private var facts: JSONObject
  private(set) var gaps: [Gap] = []
  private var role: String?

  /// How statements are run.
  typealias Reader = (_ statement: String, _ arguments: [String?]) throws(PostgresFailure) -> PostgresRows

  /// Nothing but what logging in showed of the certificate.
  init(asked: SSLMode?, isVerified: Bool?, verificationReason: String?) {
    facts = JSONObject(Self.names.map { ($0, nil) })
    facts["connection"] = ["established": true, "reason": nil, "kind": nil, "address": nil]
    facts["verification"] = [
      "asked": JSONValue(asked?.rawValue), "succeeded": JSONValue(isVerified),
      "reason": JSONValue(verificationReason.map { $0.bounded() }),
    ]
  }

  /// The facts.
  var value: JSONValue { .object(facts) }

  /// There was nobody to log in to.
  mutating func sawNobody(_ failure: PostgresFailure) {
    let kind =
      switch failure {
      case .noSuchHost: "noSuchHost"
      default: "refused"
      }
    facts["connection"] = [
      "established": false, "reason": .string(failure.description.bounded()), "kind": .string(kind), "address": nil,
    ]
  }

  /// There was somebody who let nobody in.
  mutating func wasRejected(_ report: ServerReport) {
    facts["login"] = [
      "succeeded": false, "sqlstate": JSONValue(report.sqlState), "reason": .string(report.message.bounded()),
    ]
  }

  /// A login was not attempted.
  mutating func withheld(_ reason: String) {
    gaps.append(
      Gap(
        path: "login", reason: "no login without TLS: \(reason.bounded())",
        remedy: "offer TLS, or declare an sslmode that does without"))
  }

  /// There is a session.
  mutating func loggedIn(address: String?, encryption: PostgresConnection.Encryption?) {
    facts["connection"] = ["established": true, "reason": nil, "kind": nil, "address": JSONValue(address)]
    facts["login"] = ["succeeded": true, "sqlstate": nil, "reason": nil]
    facts["session"] = [
      "encrypted": .bool(encryption != nil), "tlsVersion": JSONValue(encryption?.version),
      "cipher": JSONValue(encryption?.cipher),
    ]
  }

  /// Asks the server everything there is to ask.
  mutating func read(with reader: Reader) {
    attempt(["server", "role"], SessionStatements.identity, [], reader) { $0.take(identity: $1) }
    let names = ServerSetting.all.map(\.name).joined(separator: ",")
    attempt(["settings"], SessionStatements.settings, [names], reader) { $0.take(settings: $1) }
    attempt(["connections", "sessions"], SessionStatements.connections, [], reader) { $0.take(connections: $1) }
    guard facts["connections"]?.isNull == false else { return }
    attempt(["sessions"], SessionStatements.sessions, [PostgresParameters.applicationName], reader) {
      $0.take(sessions: $1)
    }
  }

  private mutating func attempt(
    _ paths: [String], _ statement: String, _ arguments: [String?], _ reader: Reader,
    _ take: (inout SessionFacts, PostgresRows) -> Void
  ) {
    do throws(PostgresFailure) {
      take(&self, try reader(statement, arguments))
    } catch {
      for path in paths { gaps.append(Gap(path: path, reason: error.description.bounded())) }
    }
  }

  private mutating func take(identity rows: PostgresRows) {
    guard let row = rows.first else { return }
    role = row["role"]
    facts["server"] = [
      "version": text(row["version"]), "versionNumber": JSONValue(row["version_number"].flatMap { Int($0) }),
      "isInRecovery": truth(row["in_recovery"]),
    ]
    facts["role"] = [
      "name": text(role), "isSuperuser": truth(row["superuser"]), "bypassesRLS": truth(row["bypasses"]),
      "canReadAllStats": truth(row["reads_stats"]), "canReadAllSettings": truth(row["reads_settings"]),
    ]
  }

  private mutating func take(settings rows: PostgresRows) {
    let texts = Dictionary(rows.map { ($0["name"] ?? "", $0["value"]) }, uniquingKeysWith: { first, _ in first })
    facts["settings"] = .object(
      JSONObject(ServerSetting.all.map { ($0.name, $0.value(texts[$0.name].flatMap { $0 }.map { $0.bounded() })) }))
    // Otherwise a setting without a row is one that this version of the server does not have.
    guard facts["role"]?["canReadAllSettings"] == false else { return }
    for setting in ServerSetting.all where texts[setting.name] == nil {
      gaps.append(
        hidden("settings.\(setting.name)", "\(setting.name) is hidden from this role", grant: "pg_read_all_settings"))
    }
  }

  private func hidden(_ path: String, _ reason: String, grant: String) -> Gap {
    let remedy = "GRANT \(grant) TO \(Self.quoted(role ?? "auditor"))"
    return Gap(path: path, reason: "\(reason), \(remedy) would show it", remedy: remedy)
  }

  private mutating func take(connections rows: PostgresRows) {
    guard let row = rows.first, let used = row.integer("used"), let hidden = row.integer("hidden"),
      let maximum = row.integer("maximum")
    else { return }
    guard hidden == 0 else {
      gaps += ["connections", "sessions"].map {
        self.hidden($0, "part of the server's activity is hidden from this role", grant: "pg_read_all_stats")
      }
      return
    }
    facts["connections"] = [
      "used": .integer(used), "maximum": .integer(maximum),
      "shareUsed": maximum > 0 ? .double(Double(used) / Double(maximum)) : nil,
    ]
  }

  private mutating func take(sessions rows: PostgresRows) {
    if rows.count > SessionStatements.mostSessions {
      gaps.append(
        Gap(path: "sessions", reason: "only the first \(SessionStatements.mostSessions) kinds of sessions are listed"))
    }
    facts["sessions"] = .array(
      rows.prefix(SessionStatements.mostSessions).map { row in
        [
          "user": text(row["role"]), "database": text(row["database"]), "address": text(row["address"]),
          "application": text(row["application"]), "encrypted": truth(row["encrypted"]),
          "tlsVersion": text(row["version"]), "loopback": truth(row["loopback"]),
          "count": JSONValue(row.integer("count")),
        ]
      })
  }

  private func text(_ value: String?) -> JSONValue { JSONValue(value.map { $0.bounded() }) }

  private func truth(_ value: String?) -> JSONValue { JSONValue(value.map { $0 == "t" }) }

  /// A role's name as SQL writes it.
  static func quoted(_ name: String) -> String {
    let isPlain =
      name.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 95 }
      && name.utf8.first.map { !(48...57).contains($0) } ?? false
    return isPlain
      ? name : "\"\(name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\""))\""
  }
}

extension PostgresRow {
  fileprivate func integer(_ name: String) -> Int? { self[name].flatMap { Int($0) } }
}
