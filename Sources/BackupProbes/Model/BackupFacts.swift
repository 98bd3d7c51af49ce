import AuditModel
import Facts
import Probing

/// What is known of one place of backups, whatever tool keeps it.
struct BackupFacts: Sendable {
  /// Whether the place could be read, and what its tool says of it.
  struct Repository: Sendable {
    /// There is something to read where the inventory says.
    var isReadable: Bool
    /// `ok` or the tool's word for what is wrong.
    var state: String
    /// What is wrong, in a line; nil where nothing is.
    var reason: String?
  }

  /// What keeps people without the key from reading a backup.
  enum Encryption: String, Sendable, CaseIterable {
    /// The tool encrypts.
    case encrypted
    /// The tool could, and does not.
    case plain
    /// A bare file: whether the disk beneath is encrypted cannot be seen.
    case bare
  }

  /// The archive of the write-ahead log.
  struct Log: Sendable {
    /// The oldest and the newest segment in it.
    var first, last: String?
    /// When the newest segment was stored.
    var lastAt: Instant?
    /// Missing stretches.
    var gaps: [LogGap] = []
    /// Whether it reaches from the newest backup's start to its stop; nil where that is not told.
    var coversNewest: Bool?
    /// The earliest backup from which the log runs to its end without a gap; nil for none.
    var continuousSince: Instant?
    /// Whether the newest backup's log runs to the end of the archive without a gap.
    var continuesFromNewest: Bool?
  }

  /// Neighbouring segments that are not in the archive.
  struct LogGap: Sendable, Hashable {
    var timeline: String
    var first: String
    var last: String
    var count: Int
  }

  /// Something wrong in what is kept.
  struct Damage: Sendable, Hashable {
    /// What kind of thing is wrong.
    enum Kind: String, Sendable, CaseIterable {
      /// The file ends before its content does.
      case truncated
      /// Something that belongs to it is not there.
      case missing
      /// Octets differ from what was written.
      case corrupt
      /// Something is there that does not belong to it.
      case extra
      /// It is not of the declared format.
      case notABackup
      /// Its format is newer than what is read here: the tool is too old.
      case newerFormat
    }

    /// The backup, and the part of it, that is damaged.
    var subject: String
    var kind: Kind
    var reason: String
  }

  /// What reading the content showed.
  struct Integrity: Sendable {
    /// How deep it was looked: `structure` (lists and indexes), `contents` (everything was read and uncompressed), or
    /// `checksums` (everything was compared with checksums taken when it was written).
    enum Depth: String, Sendable, CaseIterable {
      case structure, contents, checksums
    }

    var depth: Depth
    /// Files or backups looked at.
    var examined: Int
    var damages: [Damage]
  }

  var tool: String
  var toolVersion: String?
  var repository: Repository
  var backups: [BackupRecord] = []
  /// Nil where encryption does not show.
  var encryption: Encryption?
  /// In how many places backups are kept; nil if the tool does not say.
  var locations: Int?
  /// Whether the inventory names a place that can hold several backups, not one file.
  var isCollection = true
  /// Whether the tool is told to keep and expire by a rule; nil if that does not show.
  var hasRetentionRule: Bool?
  var log: Log?
  var integrity: Integrity?
  /// The newest major version of PostgreSQL whose dumps the pg_restore here reads and the oldest that reads these; dumps only.
  var dumpVersion: DumpVersion?
  /// The PostgreSQL identifiers and versions of the data, from tools that record them.
  var systems: [System] = []
  /// Whether a dump of roles and tablespaces lies with the dumps; nil where that is not a question.
  var hasGlobals: Bool?
  var gaps: [Gap] = []

  /// The version of a dump's format beside that of the pg_restore installed here.
  struct DumpVersion: Sendable {
    var written: String
    var readable: String?
    var isReadable: Bool?
  }

  /// A database system that was backed up.
  struct System: Sendable {
    var identifier: String
    var version: String?
  }

  /// Nothing but why nothing can be read.
  static func unreadable(_ tool: String, state: String, _ reason: String) -> BackupFacts {
    BackupFacts(tool: tool, repository: Repository(isReadable: false, state: state, reason: reason))
  }

  /// More backups than this are not listed one by one.
  static let mostListed = 2000

  var value: JSONValue {
    let ordered = backups.sorted { ($0.point?.seconds ?? .min) < ($1.point?.seconds ?? .min) }
    return [
      "tool": ["name": .string(tool), "version": JSONValue(toolVersion?.bounded())],
      "repository": [
        "readable": .bool(repository.isReadable), "state": .string(repository.state.bounded()),
        "reason": JSONValue(repository.reason?.bounded()), "collection": .bool(isCollection),
      ],
      "encryption": .object(["state": JSONValue(encryption?.rawValue)]),
      "locations": JSONValue(repository.isReadable ? locations : nil),
      "retentionRule": JSONValue(hasRetentionRule),
      "backups": repository.isReadable ? .array(ordered.suffix(Self.mostListed).map(\.value)) : nil,
      "log": log.map { Self.value(of: $0) } ?? nil,
      "integrity": integrity.map { Self.value(of: $0) } ?? nil,
      "dumpVersion": dumpVersion.map {
        [
          "written": .string($0.written.bounded()), "readable": JSONValue($0.readable),
          "restorable": JSONValue($0.isReadable),
        ]
      } ?? nil,
      "systems": .array(
        systems.map { ["identifier": .string($0.identifier.bounded()), "version": JSONValue($0.version?.bounded())] }),
      "globals": JSONValue(hasGlobals),
    ]
  }

  private static func value(of log: Log) -> JSONValue {
    [
      "first": JSONValue(log.first?.bounded()), "last": JSONValue(log.last?.bounded()),
      "lastAt": JSONValue(log.lastAt?.description), "coversNewest": JSONValue(log.coversNewest),
      "continuesFromNewest": JSONValue(log.continuesFromNewest),
      "continuousSince": JSONValue(log.continuousSince?.description),
      "gaps": .array(
        log.gaps.prefix(1000).map {
          [
            "timeline": .string($0.timeline), "first": .string($0.first), "last": .string($0.last),
            "count": .integer($0.count),
          ]
        }),
    ]
  }

  private static func value(of integrity: Integrity) -> JSONValue {
    [
      "depth": .string(integrity.depth.rawValue), "examined": .integer(integrity.examined),
      "damages": .array(
        integrity.damages.prefix(1000).map {
          [
            "subject": .string($0.subject.bounded()), "kind": .string($0.kind.rawValue),
            "reason": .string($0.reason.bounded()),
          ]
        }),
    ]
  }
}
