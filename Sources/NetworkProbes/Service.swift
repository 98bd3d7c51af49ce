/// A service that is known by what it says.
enum Service: String, Sendable, CaseIterable {
  case ssh = "SSH"
  case mysql = "MySQL"
  case mariaDB = "MariaDB"
  case postgres = "PostgreSQL"
  case redis = "Redis"
  case memcached = "memcached"
  case mongoDB = "MongoDB"
  case elasticsearch = "Elasticsearch"
  case smtp = "SMTP"
  case ftp = "FTP"
  case imap = "IMAP"
  case pop3 = "POP3"
  case vnc = "VNC"
  case telnet = "Telnet"
  case rsync = "rsync"
  case amqp = "AMQP"
  case nats = "NATS"
  case http = "HTTP"
  case https = "HTTPS"
  case tls = "TLS"

  /// Whether nobody but the system's own parts has business there, whatever port it listens on.
  var isSensitive: Bool {
    switch self {
    case .mysql, .mariaDB, .postgres, .redis, .memcached, .mongoDB, .elasticsearch, .ftp, .vnc, .telnet, .rsync, .amqp,
      .nats:
      true
    case .ssh, .smtp, .imap, .pop3, .http, .https, .tls: false
    }
  }

  /// Whether many different services speak it, so that the port still tells more.
  var isGeneric: Bool {
    switch self {
    case .http, .https, .tls: true
    default: false
    }
  }

  /// The service that says this of its own accord when somebody connects; nil if that is nothing known.
  static func greeting(_ bytes: [UInt8]) -> Service? {
    let text = String(decoding: bytes.prefix(512), as: UTF8.self)
    let lower = text.lowercased()
    if text.hasPrefix("SSH-") { return .ssh }
    if let server = mysqlGreeting(bytes) { return server }
    if text.hasPrefix("220") {
      if lower.contains("smtp") { return .smtp }
      return lower.contains("ftp") ? .ftp : nil
    }
    if text.hasPrefix("* OK") || text.hasPrefix("* BYE") || text.hasPrefix("* PREAUTH") { return .imap }
    if text.hasPrefix("+OK") { return .pop3 }
    if text.hasPrefix("RFB ") { return .vnc }
    if text.hasPrefix("@RSYNCD:") { return .rsync }
    if text.hasPrefix("-DENIED Redis") { return .redis }
    if text.hasPrefix("INFO {"), lower.contains("server_id") { return .nats }
    // IAC followed by WILL, WONT, DO or DONT (RFC 854).
    if bytes.count >= 2, bytes[0] == 255, (251...254).contains(bytes[1]) { return .telnet }
    return nil
  }

  /// The service that gives this answer to `question`; nil if that is nothing known.
  static func answer(_ bytes: [UInt8], to question: Question) -> Service? {
    let text = String(decoding: bytes.prefix(2048), as: UTF8.self)
    if text.hasPrefix("HTTP/1.") { return httpAnswer(text) }
    // A TLS alert: record type 21, version 3.x (RFC 8446 section 5.1).
    if bytes.count >= 3, bytes[0] == 21, bytes[1] == 3, bytes[2] <= 4 { return .tls }
    if text.hasPrefix("AMQP") { return .amqp }
    if text.contains("MongoDB over HTTP") { return .mongoDB }
    if text.hasPrefix("VERSION ") { return .memcached }
    if text == "ERROR\r\n" || text.hasPrefix("ERROR\r\nERROR\r\n") { return .memcached }
    switch question {
    case .postgres:
      // The answer to SSLRequest is one byte (PostgreSQL manual, section 55.2.10).
      if bytes == [UInt8(ascii: "S")] || bytes == [UInt8(ascii: "N")] { return .postgres }
    case .redis:
      if text.hasPrefix("+PONG") || text.hasPrefix("-NOAUTH") { return .redis }
    case .http, .memcached: break
    }
    if text.hasPrefix("-ERR unknown command") || text.hasPrefix("-ERR wrong number") { return .redis }
    return greeting(bytes)
  }

  private static func httpAnswer(_ text: String) -> Service {
    let lower = text.lowercased()
    // What web servers say, in one wording or another, to plain HTTP on a TLS port.
    if lower.contains("http request was sent to https port") || lower.contains("http request to an https server") {
      return .https
    }
    if lower.contains("x-elastic-product") { return .elasticsearch }
    if lower.contains("mongodb over http") { return .mongoDB }
    return .http
  }

  /// The first packet of a MySQL server: length, number 0, then protocol version 10 and the server's version, or an error.
  private static func mysqlGreeting(_ bytes: [UInt8]) -> Service? {
    guard bytes.count > 5, bytes[3] == 0 else { return nil }
    let length = Int(bytes[0]) | Int(bytes[1]) << 8 | Int(bytes[2]) << 16
    guard (5...4096).contains(length) else { return nil }
    let content = bytes[4...]
    let text = String(decoding: content.dropFirst().prefix(200), as: UTF8.self).lowercased()
    switch content.first {
    case 10:
      let version = content.dropFirst().prefix { $0 != 0 }
      guard let digit = version.first, (48...57).contains(digit) else { return nil }
      return text.contains("mariadb") ? .mariaDB : .mysql
    case 255:
      if text.contains("mariadb") { return .mariaDB }
      return text.contains("mysql") || text.contains("host") ? .mysql : nil
    default: return nil
    }
  }
}

/// Something harmless that may be asked of a service which does not speak first.
enum Question: Sendable, CaseIterable {
  case http
  case postgres
  case redis
  case memcached

  /// What is sent.
  func bytes(host: String) -> [UInt8] {
    switch self {
    case .http:
      // The method that asks for least.
      Array("HEAD / HTTP/1.1\r\nHost: \(host)\r\nUser-Agent: prodworthy\r\nConnection: close\r\n\r\n".utf8)
    // SSLRequest: eight bytes that begin no session.
    case .postgres: [0, 0, 0, 8, 4, 210, 22, 47]
    case .redis: Array("PING\r\n".utf8)
    case .memcached: Array("version\r\n".utf8)
    }
  }
}
