import AuditModel
import Facts
import Postgres

/// How a server is, as facts with their gaps.
struct HealthFacts {
  private var facts: JSONObject
  private(set) var gaps: [Gap] = []
  private var version = 0
  private var role = "auditor"
  private var memberships: Set<String> = []
  private var mayReadRules = false

  /// How statements are run.
  typealias Reader = (_ statement: String, _ arguments: [String?]) throws(PostgresFailure) -> PostgresRows

  private static let sections = ActivitySections.all + UpkeepSections.all + AccessSections.all

  static let schema = Schema.object(
    [
      Schema.Field(
        "server",
        .nullable(
          .object([
            Schema.Field("versionNumber", .integer(minimum: 0), required: true, "major × 10000 + minor"),
            Schema.Field("isInRecovery", .boolean, required: true, "a standby, or not recovered yet"),
            Schema.Field("upSeconds", .nullable(.integer()), required: true, "since it was started"),
            Schema.Field(
              "isPooled", .nullable(.boolean), required: true, "a pooler stands between the auditor and the server"),
          ])), required: true, "the server")
    ] + sections.map(\.field) + [AccessSections.application.field, AccessRules.schema])

  init() {
    facts = JSONObject(
      (["server"] + Self.sections.map(\.name) + ["applicationRole", "accessRuleFiles"]).map { ($0, nil) })
  }

  /// The facts.
  var value: JSONValue { .object(facts) }

  /// Asks the server everything there is to ask.
  ///
  /// - Parameters:
  ///   - application: the role the application logs in as; nil if the inventory names none.
  ///   - process: the server's process as the login told it.
  ///   - plaintext: asks for a session without encryption, and goes away before any password is due.
  mutating func read(
    application: String?, user: String, database: String, process: Int?, plaintext: () -> PlaintextAnswer?,
    with reader: Reader
  ) {
    guard readIdentity(process: process, with: reader) else { return }
    for section in Self.sections { read(section, [], with: reader) }
    if let application { read(AccessSections.application, [application], with: reader) }
    compareRules(user: user, database: database, plaintext: plaintext, with: reader)
  }

  static let identity = """
    SELECT current_setting('server_version_num') AS version, pg_is_in_recovery() AS recovering, current_user AS role,
      extract(epoch FROM now() - pg_postmaster_start_time())::bigint AS up, pg_backend_pid() AS process,
      (SELECT string_agg(r.rolname, ',') FROM pg_roles r
        WHERE r.rolname IN ('pg_read_all_stats', 'pg_read_all_settings') AND pg_has_role(r.oid, 'USAGE')) AS memberships,
      has_function_privilege('pg_hba_file_rules()', 'EXECUTE') AND has_table_privilege('pg_hba_file_rules', 'SELECT')
        AS rules
    """

  private mutating func readIdentity(process: Int?, with reader: Reader) -> Bool {
    do throws(PostgresFailure) {
      guard let row = try reader(Self.identity, []).first, let number = row["version"].flatMap({ Int($0) }) else {
        return false
      }
      version = number
      role = row["role"] ?? role
      memberships = Set((row["memberships"] ?? "").split(separator: ",").map(String.init))
      mayReadRules = row["rules"] == "t"
      let behind = row["process"].flatMap { Int($0) }
      facts["server"] = [
        "versionNumber": .integer(number), "isInRecovery": .bool(row["recovering"] == "t"),
        "upSeconds": JSONValue(row["up"].flatMap { Int($0) }),
        "isPooled": process.flatMap { process in behind.map { .bool($0 != process) } } ?? .null,
      ]
      return true
    } catch {
      for name in facts.names { gaps.append(Gap(path: name, reason: error.description)) }
      return false
    }
  }

  private mutating func read(_ section: Section, _ arguments: [String?], with reader: Reader) {
    if let gap = concealment(of: section) {
      gaps.append(gap)
      return
    }
    do throws(PostgresFailure) {
      let rows = try reader(section.statement(version), arguments)
      facts[section.name] = section.value(rows)
      if rows.count > Section.mostRows {
        gaps.append(Gap(path: section.name, reason: "only the first \(Section.mostRows) are listed"))
      }
    } catch {
      gaps.append(Gap(path: section.name, reason: error.description))
    }
  }

  /// Why the role sees nothing of a section, or not all of it; nil if it does.
  private func concealment(of section: Section) -> Gap? {
    switch section.sight {
    case .everybody: return nil
    case .member(let group):
      return memberships.contains(group) ? nil : hidden(section.name, [group])
    case .granted(let privileges):
      return mayReadRules ? nil : hidden(section.name, privileges)
    }
  }

  private func hidden(_ path: String, _ grants: [String]) -> Gap {
    let remedy = grants.map { "GRANT \($0) TO \(SessionFacts.quoted(role))" }.joined(separator: "; ")
    // Grants on the server's own functions and views are each database's own.
    let place = grants.contains { $0.contains(" ON ") } ? " in this database" : ""
    return Gap(path: path, reason: "\(path) is hidden from this role, \(remedy)\(place) would show it", remedy: remedy)
  }

  /// Behind a pooler the plaintext question is answered by the pooler, and the rules are the server's.
  private mutating func compareRules(
    user: String, database: String, plaintext: () -> PlaintextAnswer?, with reader: Reader
  ) {
    let path = "accessRuleFiles"
    guard mayReadRules else {
      gaps.append(
        hidden(path, ["EXECUTE ON FUNCTION pg_hba_file_rules()", "SELECT ON pg_hba_file_rules"]))
      return
    }
    do throws(PostgresFailure) {
      guard let row = try reader(AccessRules.prediction(version), [user, database]).first else { return }
      let isDirect = facts["server"]?["isPooled"] == false
      let answer = isDirect && row["method"] != nil ? plaintext() : nil
      let value = AccessRules.value(of: row, answer: answer)
      facts[path] = value
      guard value["agree"]?.isNull != false else { return }
      let reason =
        if !isDirect {
          "a pooler stands before the server, so its own answer to plaintext cannot be had"
        } else if value["says"]?.isNull != false {
          "what the rules say of the auditor's address depends on names that only the server resolves"
        } else { "the server's answer to a session without encryption could not be had" }
      gaps.append(Gap(path: "\(path).agree", reason: reason))
    } catch {
      gaps.append(Gap(path: path, reason: error.description))
    }
  }
}
