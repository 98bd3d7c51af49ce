import AuditModel
import Facts
import Postgres

extension PostgresTarget {
  /// What the inventory says, beside the URL, of logging in over PostgreSQL's protocol.
  static let loginFields = [
    Schema.Field("password", .string(.secretReference), "the role's password, as a reference"),
    Schema.Field(
      "sslmode", .string(.word(SSLMode.allCases.map(\.rawValue))), "how the application asks for encryption"),
    Schema.Field(
      "trust", .string(.path), "a PEM file with the roots the application trusts, instead of the system's"),
    Schema.Field("address", .string(.nonEmpty), "the address to connect to instead of resolving the host"),
  ]
}
