import Postgres
import Probing
import Synchronization

/// A few connections to one database, opened on first use and kept; one that failed is given up and replaced.
final class Database: Sendable {
  /// A place for a connection.
  private final class Place: Sendable {
    let connection = Mutex<PostgresConnection?>(nil)
  }

  /// Where it is.
  let address: DatabaseAddress
  /// What its sessions are called in `pg_stat_activity`.
  private let application: String
  private let places: [Place]
  private let lane: BlockingLane

  /// A pool of at most `connections` to the database at `address`.
  init(_ address: DatabaseAddress, connections: Int, for application: ServiceName) {
    self.address = address
    self.application = "events-\(application.rawValue)"
    places = (0..<connections).map { _ in Place() }
    // As many threads as places, so that whoever runs finds one free.
    lane = BlockingLane(width: max(1, connections))
  }

  /// The first column of the first row that `statement` gives; nil where it gives none.
  func firstValue(_ statement: String, _ parameters: [String?], before deadline: Deadline) async
    -> Result<String?, GroundFailure>
  {
    await lane.run { [self] in
      for place in places {
        let answer = place.connection.withLockIfAvailable { connection in
          firstValue(statement, parameters, on: &connection, before: deadline)
        }
        if let answer { return answer }
      }
      return .failure(GroundFailure("no connection is free"))
    }
  }

  /// Opens as many connections as there is room for, each waiting for `patience` at most, in milliseconds, and keeps them.
  func openAll(patience: Int = 10_000) async {
    await withTaskGroup(of: Void.self) { group in
      for place in places {
        group.addTask { [self] in
          await lane.run { [self] in
            place.connection.withLock { connection in
              _ = firstValue("SELECT 1", [], on: &connection, before: Deadline(milliseconds: patience))
            }
          }
        }
      }
    }
  }

  /// Why the database does not answer; nil where it does.
  func trouble(before deadline: Deadline) async -> GroundFailure? {
    if case .failure(let failure) = await firstValue("SELECT 1", [], before: deadline) { failure } else { nil }
  }

  private func firstValue(
    _ statement: String, _ parameters: [String?], on kept: inout PostgresConnection?, before deadline: Deadline
  ) -> Result<String?, GroundFailure> {
    do throws(PostgresFailure) {
      var connection =
        if let open = kept.take() { open } else {
          try PostgresConnection.open(address.parameters(for: application), before: deadline)
        }
      let rows = try connection.query(statement, parameters, before: deadline)
      kept = consume connection
      return .success(rows.columns.first.flatMap { column in rows.first?[column] })
    } catch {
      return .failure(GroundFailure(error.description))
    }
  }
}
