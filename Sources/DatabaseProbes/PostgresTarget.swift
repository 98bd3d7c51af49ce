import AuditModel
import Facts
import Postgres

/// A database as the inventory declares it.
struct PostgresTarget: Sendable {
  /// Where it is.
  var url: PostgresURL
  /// Where to connect instead of where the host's name leads.
  var address: String?
  /// The auditor's password.
  var password: Secret?
  /// How the application asks for encryption; nil if the inventory does not say.
  var sslMode: SSLMode?
  /// Whether the inventory names the roots the application trusts.
  var declaresTrust: Bool
  /// Files with roots to trust.
  var trust: [String]
  /// The role the application logs in as; nil if the inventory does not say.
  var role: String?

  /// Why a target cannot be looked at.
  struct Invalid: Error {
    var reason: String
  }

  /// Reads the declaration of `target`; `trust` are the run's own further roots.
  init(_ target: Target, trust: [String]) throws(Invalid) {
    guard let text = target.settings["url"]?.string else { throw Invalid(reason: "the target names no url") }
    guard let url = PostgresURL(text) else {
      throw Invalid(reason: "the url is not of the form postgresql://role@host:port/database with one host")
    }
    self.url = url
    address = target.settings["address"]?.string
    password = target.secrets["password"]
    sslMode = target.settings["sslmode"]?.string.flatMap(SSLMode.init)
    let declared = target.settings["trust"]?.string
    declaresTrust = declared != nil
    self.trust = trust + [declared].compactMap { $0 }
    role = target.settings["role"]?.string
  }

  /// The verification the application asks of the server's certificate; nil if it asks for none.
  ///
  /// libpq given a root verifies the chain under `require` too.
  var verification: SSLMode? {
    switch sslMode {
    case .verifyFull, .verifyCA: sslMode
    case .require: declaresTrust ? .verifyCA : nil
    case nil: declaresTrust ? .verifyFull : nil
    case .disable, .allow, .prefer: nil
    }
  }
}
