package import AuditModel
package import Probing

/// Where a schedule stands, in the history that all instances share.
package struct ScheduleState: Sendable, Hashable {
  /// The last planned time that ran to its end, or that was current when the schedule was first seen.
  package var lastSlot: Instant
  /// How that ended; nil before the first.
  package var lastStatus: String?
  /// The planned time somebody is at now; nil where nobody is.
  package var runningSlot: Instant?
  /// Who.
  package var owner: String?
  /// Until when that counts without a further sign of life.
  package var leaseUntil: Instant?
}

extension HistoryStore {
  /// Where a schedule stands. One that was not known begins now: what it would have done before is not made up for.
  package func schedule(
    _ name: String, now: Instant, before deadline: Deadline
  ) throws(HistoryFailure) -> ScheduleState {
    try transaction(writing: true, before: deadline) { session throws(HistoryFailure) in
      try session.run(
        "INSERT INTO history_schedule (name, last_slot) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        [.text(name), .integer(now.seconds)], before: deadline)
      let row = try session.run(
        "SELECT last_slot, last_status, running_slot, owner, lease_until FROM history_schedule WHERE name = $1",
        [.text(name)], before: deadline
      ).first
      guard let row, let last = row.integer("last_slot") else {
        throw .notAHistory("a schedule of the history cannot be read")
      }
      return ScheduleState(
        lastSlot: Instant(seconds: last), lastStatus: row.text("last_status"),
        runningSlot: row.integer("running_slot").map(Instant.init(seconds:)), owner: row.text("owner"),
        leaseUntil: row.integer("lease_until").map(Instant.init(seconds:)))
    }
  }

  /// Takes a planned time for `owner` and gives how often it was taken by now; nil where it ran already, or somebody is at
  /// one of this schedule's.
  ///
  /// One statement decides, so that of any number of instances exactly one gets it. An owner whose lease ran out is taken
  /// for dead.
  package func claim(
    _ name: String, slot: Instant, owner: String, now: Instant, leaseSeconds: Int, before deadline: Deadline
  ) throws(HistoryFailure) -> Int? {
    try transaction(writing: true, before: deadline) { session throws(HistoryFailure) in
      try session.run(
        """
        UPDATE history_schedule SET running_slot = $2, owner = $3, lease_until = $4, attempts = attempts + 1
        WHERE name = $1 AND last_slot < $2 AND (running_slot IS NULL OR lease_until < $5) RETURNING attempts
        """,
        [
          .text(name), .integer(slot.seconds), .text(owner), .integer(now.seconds + leaseSeconds),
          .integer(now.seconds),
        ], before: deadline
      ).first?.integer("attempts")
    }
  }

  /// Gives a sign of life; false where somebody else has taken over.
  package func renew(
    _ name: String, slot: Instant, owner: String, now: Instant, leaseSeconds: Int, before deadline: Deadline
  ) throws(HistoryFailure) -> Bool {
    try transaction(writing: true, before: deadline) { session throws(HistoryFailure) in
      try !session.run(
        """
        UPDATE history_schedule SET lease_until = $4 WHERE name = $1 AND running_slot = $2 AND owner = $3 RETURNING name
        """,
        [.text(name), .integer(slot.seconds), .text(owner), .integer(now.seconds + leaseSeconds)], before: deadline
      ).isEmpty
    }
  }

  /// Lets go of a planned time: done with, however it ended, or, where `status` is nil, left for somebody else.
  package func finish(
    _ name: String, slot: Instant, owner: String, status: String?, before deadline: Deadline
  ) throws(HistoryFailure) -> Bool {
    try transaction(writing: true, before: deadline) { session throws(HistoryFailure) in
      let done = status == nil ? "" : "last_slot = running_slot, last_status = $4, attempts = 0, "
      var arguments: [SQLValue] = [.text(name), .integer(slot.seconds), .text(owner)]
      if let status { arguments.append(.text(status)) }
      return try !session.run(
        """
        UPDATE history_schedule SET \(done)running_slot = NULL, owner = NULL, lease_until = NULL
        WHERE name = $1 AND running_slot = $2 AND owner = $3 RETURNING name
        """, arguments, before: deadline
      ).isEmpty
    }
  }
}
