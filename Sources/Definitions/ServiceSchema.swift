import AuditModel
import Facts

/// The shape of the service's file.
enum ServiceSchema {
  static let schema = Schema.object([
    .init("listen", .string(.nonEmpty), "a literal address and a port", default: "127.0.0.1:8642"),
    .init("tls", tls, "the certificate to serve with; left out, the service speaks plaintext"),
    .init(
      "behindProxy", .boolean, "a proxy on the way to other machines does the TLS, so plaintext is meant",
      default: false),
    .init("tokens", .array(token), "who may look, by bearer token"),
    .init(
      "openOnLoopback", .boolean, "clients on this machine that ask for localhost need no token", default: true),
    .init("publicURL", .string(.url(schemes: ["https", "http"])), "what people reach the service by, for links"),
    .init(
      "history", .string(.nonEmpty), "an SQLite file relative to this one, or postgresql://USER@HOST/DATABASE",
      default: "history.db"),
    .init("historyPassword", .string(.secretReference), "the password of the history's database"),
    .init("runs", .string(.path), "the folder in which runs keep what they saw", default: "runs"),
    .init("retention", retention, "how long what is kept"),
    .init("audits", .array(audit, minimumCount: 1), required: true, "what is audited when"),
    .init("notify", .array(channel), "who is told"),
  ])

  private static let tls = Schema.object([
    .init("certificate", .string(.path), required: true, "the chain, a PEM file, the own certificate first"),
    .init("key", .string(.path), required: true, "the private key, a PEM file"),
  ])

  private static let token = Schema.object([
    .init("name", .string(.identifier), required: true, "whose it is"),
    .init("token", .string(.secretReference), required: true, "at least 16 characters"),
  ])

  private static let retention = Schema.object([
    .init("days", .integer(minimum: 1, maximum: 36_500), "every run is kept, in days", default: 90),
    .init(
      "dailyDays", .integer(minimum: 0, maximum: 36_500), "then one run a day is kept, in days; for ever if left out"),
    .init("runDays", .integer(minimum: 1, maximum: 36_500), "the folders of runs are kept, in days", default: 14),
  ])

  private static let audit = Schema.object([
    .init("name", .string(.identifier), required: true, "permanent name of the audit"),
    .init("inventory", .string(.path), required: true, "what is audited"),
    .init("policy", .string(.nonEmpty), "a built-in policy's name, or a file relative to this one"),
    .init("checks", .array(.string(.path)), "folders with further checks"),
    .init("trust", .array(.string(.path)), "PEM files with further roots to trust"),
    .init("schedule", .string(.nonEmpty), required: true, "five fields as in crontab(5), or @daily and its like"),
    .init("timezone", .string(.nonEmpty), "whose clocks, as Europe/Berlin", default: "UTC"),
    .init(
      "jitterSeconds", .integer(minimum: 0, maximum: 86_400), "a run begins up to this long after its time",
      default: 0),
    .init(
      "catchUpSeconds", .integer(minimum: 0, maximum: 31 * 86_400), "a missed run is made up for within this time",
      default: 86_400),
    .init(
      "deadlineSeconds", .integer(minimum: 1, maximum: 86_400), "a run stops looking after this time", default: 1800),
    .init(
      "carry", .boolean, "use what an earlier run of the history saw of load, writing and disruption while it is fresh",
      default: false),
  ])

  /// Where notices go; the kinds differ in what they need.
  private static let channel = Schema.object([
    .init("name", .string(.identifier), required: true, "permanent name of the channel"),
    .init("kind", .string(.word(["webhook", "slack", "alertmanager", "email"])), required: true, "what is spoken"),
    .init(
      "url", .either([.string(.secretReference), .string(.url(schemes: ["https", "http"]))]),
      "where it leads; one that is a secret itself only by reference"),
    .init("key", .string(.secretReference), "a webhook's key for signatures"),
    .init("bearer", .string(.secretReference), "a token to present"),
    .init("trust", .array(.string(.path)), "PEM files with further roots to trust"),
    .init("server", .string(.nonEmpty), "a mail server's host and port, as mail.example:587"),
    .init(
      "security", .string(.word(ServiceDefinition.Mail.Security.allCases.map(\.rawValue))),
      "a mail server's protection", default: "starttls"),
    .init("user", .string(.nonEmpty), "a mail server's account"),
    .init("password", .string(.secretReference), "that account's password"),
    .init("from", .string(.nonEmpty), "the sender's address"),
    .init("to", .array(.string(.nonEmpty), minimumCount: 1), "the recipients' addresses"),
    .init(
      "events", .array(.string(.word(ServiceDefinition.Event.allCases.map(\.rawValue))), minimumCount: 1),
      "what is told; everything if left out"),
    .init("severity", .word(Severity.self), "findings of at least this severity are told", default: "high"),
  ])
}
