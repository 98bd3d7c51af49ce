package import AuditModel
package import Facts
import HTTPExchange
package import Postgres
package import Scenarios

/// A workflow with everything that it needs to be carried out.
package struct WorkflowSettings: Sendable {
  /// What whoever runs it says.
  package struct Given: Sendable {
    /// Where relative URLs lead.
    package var target: String?
    /// Further targets by name.
    package var targets: [String: String] = [:]
    /// The database.
    package var database: String?
    /// The role's password.
    package var databasePassword: Secret?
    /// How the session asks for encryption.
    package var databaseSSLMode: SSLMode?
    /// Files with the roots that sessions of the database trust.
    package var databaseTrust: [String] = []
    /// Files with further roots to trust.
    package var trust: [String] = []
    /// Sent to the target's own origin.
    package var bearer: Secret?
    /// Values instead of the workflow's own.
    package var variables = JSONObject()
    /// The secrets it asks for.
    package var secrets: [String: Secret] = [:]
    /// What random values depend on.
    package var seed: Int?

    /// Nothing yet.
    package init() {}
  }

  /// Why it cannot be carried out.
  package struct Invalid: Error, Sendable {
    /// One line in lower case.
    package var reason: String
  }

  /// What is done.
  package let workflow: Workflow
  /// What random values depend on.
  package let seed: Int
  /// What every secret is, for taking them out of what is told.
  package let secrets: [Secret]
  /// The hosts that are spoken to.
  package let hosts: Set<String>
  /// Where relative URLs lead.
  let target: HTTPURL?
  let targets: [String: HTTPURL]
  let database: PostgresParameters?
  let bearer: Secret?
  let trust: [String]
  /// Every value there is before the first step.
  let variables: JSONObject

  /// Joins a workflow with what is given for it.
  package init(_ workflow: Workflow, _ given: Given) throws(Invalid) {
    self.workflow = workflow
    // Small enough that every JSON reader keeps it exactly.
    let seed = given.seed ?? workflow.seed ?? Int(UInt64.random(in: 0..<(1 << 53)))
    self.seed = seed
    bearer = given.bearer
    trust = given.trust
    secrets = Array(given.secrets.values) + [given.bearer, given.databasePassword].compactMap { $0 }
    var variables = workflow.variables
    for (name, value) in given.variables {
      guard variables[name] != nil else { throw Invalid(reason: "the workflow has no variable `\(name)`") }
      variables[name] = value
    }
    for value in workflow.random { variables[value.name] = value.value(seed: seed, number: 0) }
    for (name, rows) in workflow.tables { variables[name] = .array(rows) }
    for name in given.secrets.keys.sorted() where !workflow.secrets.contains(name) {
      throw Invalid(reason: "the workflow asks for no secret `\(name)`")
    }
    for name in workflow.secrets {
      guard let secret = given.secrets[name] else { throw Invalid(reason: "the secret `\(name)` is not given") }
      variables[name] = .string(secret.exposed)
    }
    self.variables = variables
    var targets: [String: HTTPURL] = [:]
    for name in given.targets.keys.sorted() where workflow.targets[name] == nil {
      throw Invalid(reason: "the workflow has no target `\(name)`")
    }
    for (name, text) in workflow.targets.merging(given.targets, uniquingKeysWith: { $1 }) {
      targets[name] = try Self.url(text, "the target `\(name)`")
    }
    self.targets = targets
    let target = try (given.target ?? workflow.target).map { (text) throws(Invalid) in try Self.url(text, "the target")
    }
    if target == nil, workflow.usesTarget { throw Invalid(reason: "no target is given, and its URLs are relative") }
    self.target = target
    database = try (given.database ?? workflow.database).map { (text) throws(Invalid) in
      try Self.database(text, given)
    }
    if database == nil, workflow.usesDatabase { throw Invalid(reason: "no database is given, and it has statements") }
    hosts = Set(targets.values.map(\.host) + [target?.host, database?.host].compactMap { $0 })
  }

  private static func url(_ text: String, _ name: String) throws(Invalid) -> HTTPURL {
    guard let url = HTTPURL(text) else { throw Invalid(reason: "\(name) is no http or https URL") }
    return url
  }

  private static func database(_ text: String, _ given: Given) throws(Invalid) -> PostgresParameters {
    guard let place = DatabasePlace(text) else {
      throw Invalid(reason: "the database is not of the form postgresql://role@host:port/database")
    }
    return PostgresParameters(
      host: place.host, port: place.port, user: place.user, database: place.database,
      password: given.databasePassword, sslMode: given.databaseSSLMode ?? .verifyFull,
      trust: given.databaseTrust + given.trust)
  }

  /// Whether everything it speaks to is this machine, by literal addresses or the name for it.
  package var isOnThisMachine: Bool { hosts.allSatisfy(Self.isLoopback) }

  /// Whether a host is this machine.
  package static func isLoopback(_ host: String) -> Bool {
    if host == "localhost" || host.hasSuffix(".localhost") || host == "::1" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }
}
