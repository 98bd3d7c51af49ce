/// Why a history cannot be read or added to.
package enum HistoryFailure: Error, Sendable, Hashable {
  /// There is no such file.
  case missing(String)
  /// What is there is no history, is damaged, or is of a newer program.
  case notAHistory(String)
  /// The database server cannot be reached, or broke off.
  case unavailable(String)
  /// The file cannot be created.
  case cannotCreate(String)
  /// What was to be kept could not be written to the end.
  case cannotWrite(String)
  /// Others are writing, and did not let go in time.
  case busy(String)
  /// The operating system or the database server does not permit it.
  case notPermitted(String)
  /// What was asked for makes no sense.
  case invalid(String)
  /// What was to go in has no place among what is there.
  case misplaced(String)
}

extension HistoryFailure: CustomStringConvertible {
  /// One line for people.
  package var description: String {
    switch self {
    case .missing(let reason), .notAHistory(let reason), .unavailable(let reason), .cannotCreate(let reason),
      .cannotWrite(let reason), .busy(let reason), .notPermitted(let reason), .invalid(let reason),
      .misplaced(let reason):
      reason
    }
  }
}
