package import AuditModel
package import Scheduling

/// What the service's file says, references resolved and paths made absolute.
package struct ServiceDefinition: Sendable {
  /// The literal address to listen on.
  package var address: String
  /// The port to listen on; 0 for any that is free.
  package var port: Int
  /// The certificate and key, PEM files; nil for plaintext.
  package var tls: TLS?
  /// Who may look.
  package var tokens: [Token]
  /// Whether clients on this machine that ask for it by its own name need no token.
  package var isOpenOnLoopback: Bool
  /// What people reach it by, for links in notices, without a slash at the end; nil for no links.
  package var publicURL: String?
  /// The history: a file, or a `postgresql://` URL.
  package var history: String
  /// The password of the history's database.
  package var historyPassword: Secret?
  /// The folder in which runs keep what they saw, one folder each.
  package var runs: String
  /// How many days a run's folder is kept.
  package var runDays: Int
  /// How many days every run is kept in the history.
  package var days: Int
  /// How many days after that one run a day is kept; nil for ever.
  package var dailyDays: Int?
  /// What is audited when.
  package var audits: [Audit]
  /// Who is told.
  package var channels: [Channel]

  /// A certificate with its key.
  package struct TLS: Sendable {
    /// The chain, a PEM file, the own certificate first.
    package var certificate: String
    /// The key, a PEM file.
    package var key: String
  }

  /// A bearer token.
  package struct Token: Sendable {
    /// Whose it is.
    package var name: String
    /// The token.
    package var secret: Secret
  }

  /// An audit that runs by itself.
  package struct Audit: Sendable {
    /// When.
    package var schedule: Schedule
    /// The inventory.
    package var inventory: String
    /// The policy's name or file; nil for the inventory's own.
    package var policy: String?
    /// Folders with further checks.
    package var checks: [String]
    /// Files with further roots to trust.
    package var trust: [String]
    /// Seconds after which a run stops looking.
    package var deadlineSeconds: Int
    /// Whether what is expensive to see is carried from the history while it holds.
    package var carries = false

    /// Its name.
    package var name: String { schedule.name }
  }

  /// A way to tell somebody.
  package struct Channel: Sendable {
    /// Its name.
    package var name: String
    /// Where it leads.
    package var destination: Destination
    /// What is told.
    package var events: Set<Event>
    /// Findings of at least this severity are told.
    package var severity: Severity
    /// Files with further roots to trust.
    package var trust: [String]
  }

  /// What can be told.
  package enum Event: String, Sendable, Hashable, CaseIterable {
    /// Something got worse: findings that fail and did not, or a gate that passed and does not.
    case regression
    /// Something got better.
    case recovery
    /// A waiver ends within two weeks.
    case waiver
    /// An audit could not be run at all.
    case broken
  }

  /// Where a channel leads.
  package enum Destination: Sendable {
    /// A POST of JSON, signed where there is a key.
    case webhook(url: Secret, key: Secret?, bearer: Secret?)
    /// An incoming webhook of Slack or one that speaks like it.
    case slack(url: Secret)
    /// An Alertmanager's address without path.
    case alertmanager(url: Secret, bearer: Secret?)
    /// A mail server.
    case email(Mail)
  }

  /// A mail server and the letter's head.
  package struct Mail: Sendable {
    /// How the connection is protected.
    package enum Security: String, Sendable, CaseIterable {
      /// Upgraded before anything is said; the letter is not sent where that fails.
      case starttls
      /// From the first byte on.
      case tls
      /// Not at all: only for a server on the same machine.
      case none
    }
    /// The server.
    package var host: String
    /// Its port.
    package var port: Int
    /// How the connection is protected.
    package var security: Security
    /// The account; nil for none.
    package var user: String?
    /// The account's password.
    package var password: Secret?
    /// The sender's address.
    package var from: String
    /// The recipients' addresses.
    package var to: [String]
  }
}

extension ServiceDefinition {
  /// Every secret in it, for the redactor.
  package var secrets: [Secret] {
    tokens.map(\.secret) + [historyPassword].compactMap(\.self)
      + channels.flatMap { channel -> [Secret] in
        switch channel.destination {
        case .webhook(let url, let key, let bearer): [url, key, bearer].compactMap(\.self)
        case .slack(let url): [url]
        case .alertmanager(let url, let bearer): [url, bearer].compactMap(\.self)
        case .email(let mail): [mail.password].compactMap(\.self)
        }
      }
  }
}
