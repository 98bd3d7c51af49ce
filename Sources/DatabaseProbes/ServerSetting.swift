import Facts

/// The settings of a server that checks ask for.
struct ServerSetting: Sendable {
  /// How the server writes a setting.
  enum Form: Sendable {
    case boolean
    case integer
    case text
  }

  let name: String
  let form: Form
  let summary: String

  static let all = [
    ServerSetting("ssl", .boolean, "TLS is switched on"),
    ServerSetting("ssl_min_protocol_version", .text, "the oldest TLS version accepted"),
    ServerSetting("ssl_max_protocol_version", .text, "the newest TLS version accepted; empty for any"),
    ServerSetting("ssl_ciphers", .text, "the cipher suites up to TLS 1.2"),
    ServerSetting("password_encryption", .text, "how new passwords are stored"),
    ServerSetting("listen_addresses", .text, "where it listens"),
    ServerSetting("max_connections", .integer, "sessions at once"),
    ServerSetting("superuser_reserved_connections", .integer, "of these, kept for superusers"),
    ServerSetting("log_connections", .text, "logs logins"),
    ServerSetting("log_disconnections", .boolean, "logs ends of sessions"),
    ServerSetting("log_lock_waits", .boolean, "logs waits for locks"),
    ServerSetting("log_min_duration_statement", .integer, "logs statements this slow, in milliseconds; -1 for none"),
    ServerSetting("statement_timeout", .integer, "for the auditor's role, in milliseconds; 0 for none"),
    ServerSetting("lock_timeout", .integer, "for the auditor's role, in milliseconds; 0 for none"),
    ServerSetting(
      "idle_in_transaction_session_timeout", .integer, "for the auditor's role, in milliseconds; 0 for none"),
    ServerSetting("fsync", .boolean, "waits until data is on disk"),
    ServerSetting("full_page_writes", .boolean, "survives pages torn by a crash"),
    ServerSetting("synchronous_commit", .text, "what a commit waits for, for the auditor's role"),
    ServerSetting("data_checksums", .boolean, "notices pages damaged on disk"),
    ServerSetting("autovacuum", .boolean, "cleans up by itself"),
    ServerSetting("wal_level", .text, "how much the write-ahead log holds"),
    ServerSetting("archive_mode", .text, "whether the write-ahead log is archived"),
    ServerSetting("archive_timeout", .integer, "the longest it waits for that, in seconds; 0 for no limit"),
    ServerSetting("track_activities", .boolean, "sessions show what they do"),
  ]

  private init(_ name: String, _ form: Form, _ summary: String) {
    self.name = name
    self.form = form
    self.summary = summary
  }

  /// Every setting may be absent: versions and permissions differ.
  static let schema = Schema.object(
    all.map { setting in
      let schema: Schema =
        switch setting.form {
        case .boolean: .boolean
        case .integer: .integer()
        case .text: .string()
        }
      return Schema.Field(setting.name, .nullable(schema), required: true, setting.summary)
    })

  /// The value the server wrote as `text`; null if it is not of the setting's form.
  func value(_ text: String?) -> JSONValue {
    switch (form, text) {
    case (_, nil): nil
    case (.boolean, "on"): true
    case (.boolean, "off"): false
    case (.boolean, _): nil
    case (.integer, let text?): JSONValue(Int(text))
    case (.text, let text?): .string(text)
    }
  }
}
