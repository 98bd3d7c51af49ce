/// How a statement locks a table, from weakest to strongest (PostgreSQL documentation, section 13.3.1).
package enum LockMode: String, Sendable, Hashable, Comparable, CaseIterable {
  case none = "none"
  case accessShare = "ACCESS SHARE"
  case rowShare = "ROW SHARE"
  case rowExclusive = "ROW EXCLUSIVE"
  case shareUpdateExclusive = "SHARE UPDATE EXCLUSIVE"
  case share = "SHARE"
  case shareRowExclusive = "SHARE ROW EXCLUSIVE"
  case exclusive = "EXCLUSIVE"
  case accessExclusive = "ACCESS EXCLUSIVE"

  private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

  /// Weaker before stronger.
  package static func < (left: LockMode, right: LockMode) -> Bool { left.rank < right.rank }

  /// Whether others can neither read nor write meanwhile.
  package var blocksReads: Bool { self == .accessExclusive }
  /// Whether others cannot write meanwhile.
  package var blocksWrites: Bool { self >= .share }
}

/// A lock on one table.
package struct TableLock: Sendable, Hashable {
  /// The table as the statement names it; empty where it does not name it.
  package var table: String
  /// How it is locked.
  package var mode: LockMode
}

/// What a statement costs those who use the database meanwhile.
package struct Impact: Sendable, Hashable {
  /// What is written anew, and so for the length of the lock in proportion to its size.
  package enum Rewrite: String, Sendable, Hashable {
    case nothing, index, table, materializedView
  }

  /// The locks beyond ACCESS SHARE, the statement's own table first.
  package var locks: [TableLock] = []
  /// What is written anew.
  package var rewrite = Rewrite.nothing
  /// Whether the statement's own table is read from end to end.
  package var scans = false

  /// The strongest lock.
  package var strongest: LockMode { locks.map(\.mode).max() ?? .none }

  static func locking(_ table: SQLName, _ mode: LockMode, scans: Bool = false, rewrite: Rewrite = .nothing) -> Impact {
    Impact(locks: [TableLock(table: table.text, mode: mode)], rewrite: rewrite, scans: scans)
  }

  /// Both at once, as the actions of one statement.
  func joined(with other: Impact) -> Impact {
    var all = self
    for lock in other.locks {
      if let index = all.locks.firstIndex(where: { $0.table == lock.table }) {
        all.locks[index].mode = max(all.locks[index].mode, lock.mode)
      } else {
        all.locks.append(lock)
      }
    }
    if all.rewrite == .nothing { all.rewrite = other.rewrite }
    all.scans = all.scans || other.scans
    return all
  }
}
