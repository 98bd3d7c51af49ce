import Facts
import Postgres

extension SessionFacts {
  /// The parts of the facts, in their order.
  static var names: [String] { fields.map(\.name) }

  static let schema = Schema.object(fields)

  private static let fields = [
    Schema.Field(
      "connection",
      .object([
        Schema.Field("established", .boolean, required: true, "whether there is a server to log in to"),
        Schema.Field("reason", .nullable(.string()), required: true, "why not"),
        Schema.Field(
          "kind", .nullable(.string(.word(["refused", "noSuchHost"]))), required: true, "why not, in one word"),
        Schema.Field("address", .nullable(.string()), required: true, "the address of the session"),
      ]), required: true, "whether anybody could be asked"),
    Schema.Field(
      "login",
      .nullable(
        .object([
          Schema.Field("succeeded", .boolean, required: true, "whether the server let the auditor in"),
          Schema.Field("sqlstate", .nullable(.string()), required: true, "the code of the refusal"),
          Schema.Field("reason", .nullable(.string()), required: true, "the words of the refusal"),
        ])), required: true, "the auditor's login; null if none was attempted"),
    Schema.Field(
      "verification",
      .object([
        Schema.Field(
          "asked", .nullable(.string(.word(SSLMode.allCases.filter(\.verifies).map(\.rawValue)))), required: true,
          "the verification that the application asks for; null for none"),
        Schema.Field(
          "succeeded", .nullable(.boolean), required: true, "whether the server's certificate passes it"),
        Schema.Field("reason", .nullable(.string()), required: true, "why it does not"),
      ]), required: true, "the server's certificate as the application sees it"),
    Schema.Field(
      "session",
      .nullable(
        .object([
          Schema.Field("encrypted", .boolean, required: true, "whether TLS protects it"),
          Schema.Field("tlsVersion", .nullable(.string()), required: true, "the protocol"),
          Schema.Field("cipher", .nullable(.string()), required: true, "the cipher suite"),
        ])), required: true, "the auditor's session; null if there is none"),
    Schema.Field(
      "server",
      .nullable(
        .object([
          Schema.Field("version", .nullable(.string()), required: true, "as the server writes it"),
          Schema.Field(
            "versionNumber", .nullable(.integer(minimum: 0)), required: true, "major × 10000 + minor"),
          Schema.Field("isInRecovery", .nullable(.boolean), required: true, "a standby, or not recovered yet"),
          Schema.Field(
            "support", .nullable(ServerSupport.schema), "until when the major version is mended; null if not known"),
        ])), required: true, "the server"),
    Schema.Field(
      "role",
      .nullable(
        .object([
          Schema.Field("name", .nullable(.string()), required: true, "the auditor's role"),
          Schema.Field("isSuperuser", .nullable(.boolean), required: true, "may do anything"),
          Schema.Field("bypassesRLS", .nullable(.boolean), required: true, "sees rows that policies hide"),
          Schema.Field("canReadAllStats", .nullable(.boolean), required: true, "sees the sessions of others"),
          Schema.Field("canReadAllSettings", .nullable(.boolean), required: true, "sees every setting"),
        ])), required: true, "who the auditor is to the server"),
    Schema.Field("settings", .nullable(ServerSetting.schema), required: true, "as a session of the auditor starts"),
    Schema.Field(
      "connections",
      .nullable(
        .object([
          Schema.Field("used", .integer(minimum: 0), required: true, "sessions of clients, this one included"),
          Schema.Field("maximum", .integer(), required: true, "what is not reserved for superusers"),
          Schema.Field("shareUsed", .nullable(.number(minimum: 0)), required: true, "used of maximum"),
        ])), required: true, "how many sessions are left; null where some are hidden"),
    Schema.Field(
      "sessions", .nullable(.array(session)), required: true,
      "the kinds of sessions of others over the network; null where some are hidden"),
  ]

  private static let session = Schema.object([
    Schema.Field("user", .nullable(.string()), required: true, "the role"),
    Schema.Field("database", .nullable(.string()), required: true, "the database"),
    Schema.Field("address", .nullable(.string()), required: true, "the client's address"),
    Schema.Field("application", .nullable(.string()), required: true, "what it calls itself"),
    Schema.Field("encrypted", .nullable(.boolean), required: true, "TLS or GSSAPI protects it"),
    Schema.Field("tlsVersion", .nullable(.string()), required: true, "the TLS version"),
    Schema.Field("loopback", .nullable(.boolean), required: true, "it comes from the server's own host"),
    Schema.Field("count", .nullable(.integer(minimum: 1)), required: true, "how many of this kind"),
  ])
}
