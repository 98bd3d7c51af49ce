/// A protocol that begins in plaintext and asks for TLS in its own words.
package enum UpgradeProtocol: String, Sendable, Hashable, CaseIterable {
  /// RFC 3207, between mail servers.
  case smtp
  /// RFC 6409: as SMTP, from mail programs.
  case submission
  /// RFC 2033 with RFC 3207.
  case lmtp
  /// RFC 9051 section 6.2.1.
  case imap
  /// RFC 2595.
  case pop3
  /// RFC 4217.
  case ftp
  /// RFC 4642.
  case nntp
  /// ManageSieve, RFC 5804.
  case sieve
  /// RFC 6120, from clients.
  case xmpp
  /// RFC 6120, between servers.
  case xmppServer = "xmpp-server"
  /// RFC 4511 section 4.14.
  case ldap
  /// PostgreSQL manual, section "Message Flow", SSL Session Encryption.
  case postgres
  /// PostgreSQL 17 and newer: TLS from the first byte, with an application protocol.
  case postgresDirect = "postgres-direct"
  /// MySQL's and MariaDB's client protocol, SSLRequest.
  case mysql
  /// The IRCv3 extension `tls`.
  case irc
  /// MS-RDPBCGR section 2.2.1.1.
  case rdp
  /// MS-TDS section 2.2.6.5: TLS inside packets of the protocol.
  case mssql

  /// The protocol of a name as people and other tools write it: its own, or a usual other one.
  package init?(named name: String) {
    let name = name.lowercased().split(separator: "_").joined(separator: "-")
    guard let known = Self(rawValue: name) ?? Self.otherNames[name] else { return nil }
    self = known
  }

  private static let otherNames: [String: UpgradeProtocol] = [
    "managesieve": .sieve, "mariadb": .mysql, "postgresql": .postgres, "psql": .postgres, "tds": .mssql,
    "xmpp-client": .xmpp, "pop": .pop3,
  ]

  /// The port it is served on, unless told otherwise.
  package var defaultPort: Int {
    switch self {
    case .smtp: 25
    case .submission: 587
    case .lmtp: 24
    case .imap: 143
    case .pop3: 110
    case .ftp: 21
    case .nntp: 119
    case .sieve: 4190
    case .xmpp: 5222
    case .xmppServer: 5269
    case .ldap: 389
    case .postgres, .postgresDirect: 5432
    case .mysql: 3306
    case .irc: 6667
    case .rdp: 3389
    case .mssql: 1433
    }
  }

  /// What it is called among people.
  package var title: String {
    switch self {
    case .smtp, .submission: "SMTP"
    case .lmtp: "LMTP"
    case .imap: "IMAP"
    case .pop3: "POP3"
    case .ftp: "FTP"
    case .nntp: "NNTP"
    case .sieve: "ManageSieve"
    case .xmpp, .xmppServer: "XMPP"
    case .ldap: "LDAP"
    case .postgres, .postgresDirect: "PostgreSQL's protocol"
    case .mysql: "MySQL's protocol"
    case .irc: "IRC"
    case .rdp: "RDP"
    case .mssql: "TDS"
    }
  }

  /// The application protocols that have to be offered in the handshake.
  package var alpn: [String] { self == .postgresDirect ? ["postgresql"] : [] }

  /// Whether TLS goes inside packets of the protocol until the handshake is done.
  var wrapsHandshake: Bool { self == .mssql }

  /// A dialogue that has not begun, with a server for `domain`.
  func dialogue(with domain: String) -> any UpgradeDialogue {
    switch self {
    case .smtp, .submission: ReplyDialogue.mail(greeting: "EHLO")
    case .lmtp: ReplyDialogue.mail(greeting: "LHLO")
    case .ftp: ReplyDialogue(steps: [.init(nil, ["220"]), .init("AUTH TLS", ["234"])])
    case .nntp: ReplyDialogue(steps: [.init(nil, ["200", "201"]), .init("STARTTLS", ["382"])], areMultiline: false)
    case .imap: IMAPDialogue()
    case .pop3: POP3Dialogue()
    case .sieve: SieveDialogue()
    case .irc: IRCDialogue()
    case .xmpp: XMPPDialogue(namespace: "jabber:client", domain: domain)
    case .xmppServer: XMPPDialogue(namespace: "jabber:server", domain: domain)
    case .ldap: LDAPDialogue()
    case .postgres: PostgresDialogue()
    case .postgresDirect: DirectDialogue()
    case .mysql: MySQLDialogue()
    case .rdp: RDPDialogue()
    case .mssql: TDSDialogue()
    }
  }
}
