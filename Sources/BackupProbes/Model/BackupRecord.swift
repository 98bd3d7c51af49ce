import AuditModel
import Facts

/// One backup as its tool or its file shows it.
struct BackupRecord: Sendable, Hashable {
  /// How far a backup has come.
  enum State: String, Sendable, CaseIterable {
    /// Whole, as far as its tool knows.
    case complete
    /// Being taken, or waiting for the write-ahead log that it needs.
    case running
    /// Given up, or marked as broken by its tool.
    case failed
  }

  /// The tool's own name for it, or the file's.
  var name: String
  /// `full`, `differential`, `incremental`, `dump`, `base`, `snapshot`, `archive`, `file`; nil if the tool does not say.
  var type: String?
  /// How far it has come.
  var state: State = .complete
  /// When it began.
  var startedAt: Instant?
  /// When it was whole. Tools that only tell the start have nil here.
  var completedAt: Instant?
  /// What was saved, in bytes.
  var sizeBytes: Int?
  /// What it takes where it is kept, in bytes.
  var storedBytes: Int?
  /// What its tool found wrong in the data while it copied them; nil for nothing, or where the tool does not look.
  var complaint: String?
  /// The backup on which it builds; nil for one that stands alone.
  var parent: String?
  /// Whether everything on which it builds is still there; nil where that is not told.
  var chainWhole: Bool?
  /// The place in which it is kept, as its tool names it.
  var location: String?

  /// The moment whose data a restore of this backup alone brings back: its start for what copies a snapshot, which is also
  /// the careful answer where only one time is known.
  var point: Instant? {
    switch (startedAt, completedAt) {
    case (let started?, let completed?): min(started, completed)
    case (let started?, nil): started
    case (nil, let completed): completed
    }
  }

  var value: JSONValue {
    [
      "name": .string(name.bounded()), "type": JSONValue(type?.bounded()), "state": .string(state.rawValue),
      "startedAt": JSONValue(startedAt?.description), "completedAt": JSONValue(completedAt?.description),
      "sizeBytes": JSONValue(sizeBytes), "storedBytes": JSONValue(storedBytes),
      "complaint": JSONValue(complaint?.bounded()), "parent": JSONValue(parent?.bounded()),
      "chainWhole": JSONValue(chainWhole), "location": JSONValue(location?.bounded()),
    ]
  }
}
