package import Probing

/// A history is either that of real runs or that of a rehearsal, whose times are made up: neither takes the other's runs.
extension HistoryStore {
  /// Whether it is a rehearsal's.
  package func isRehearsal(before deadline: Deadline) throws(HistoryFailure) -> Bool {
    try transaction(writing: false, before: deadline) { session throws(HistoryFailure) in
      try Self.isRehearsal(session, before: deadline)
    }
  }

  /// Makes it a rehearsal's, for good. Throws `.misplaced` where it is not one yet and holds a run, a planned time or a
  /// notice: a clock of its own would prune them and count what is planned as done.
  package func rehearse(before deadline: Deadline) throws(HistoryFailure) {
    try transaction(writing: true, before: deadline) { session throws(HistoryFailure) in
      if try Self.isRehearsal(session, before: deadline) { return }
      for table in ["history_stream", "history_schedule", "history_notice"] {
        guard try session.run("SELECT 1 AS n FROM \(table) LIMIT 1", [], before: deadline).isEmpty else {
          throw .misplaced("\(place.name) holds what is no rehearsal's: a rehearsal would prune it and spoil its plans")
        }
      }
      try session.run("INSERT INTO history_rehearsal (id) VALUES (1) ON CONFLICT DO NOTHING", [], before: deadline)
    }
  }

  /// Throws `.misplaced` where a run has no place here: a rehearsed one among real ones, or the reverse.
  package func requirePlace(forRehearsed isRehearsed: Bool, before deadline: Deadline) throws(HistoryFailure) {
    try transaction(writing: false, before: deadline) { session throws(HistoryFailure) in
      try Self.requirePlace(forRehearsed: isRehearsed, in: place, session, before: deadline)
    }
  }

  static func requirePlace(
    forRehearsed isRehearsed: Bool, in place: HistoryPlace, _ session: any SQLSession, before deadline: Deadline
  ) throws(HistoryFailure) {
    guard try isRehearsal(session, before: deadline) != isRehearsed else { return }
    throw .misplaced(
      isRehearsed
        ? "\(place.name) is no rehearsal's history: a rehearsed run, with times made up, has no place there"
        : "\(place.name) is a rehearsal's history, with times made up: name another one for what is real")
  }

  private static func isRehearsal(
    _ session: any SQLSession, before deadline: Deadline
  ) throws(HistoryFailure) -> Bool {
    try !session.run("SELECT id FROM history_rehearsal", [], before: deadline).isEmpty
  }
}
