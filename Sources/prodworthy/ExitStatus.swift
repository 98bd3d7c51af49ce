/// Every way the command can end: the one table behind the help, the documentation and the tests.
///
/// The numbers from 64 on are those of BSD's sysexits(3); 130 and 143 are what a shell reports for SIGINT and SIGTERM.
enum ExitStatus: Int32, CaseIterable, Error {
  case passed = 0
  case failed = 1
  case undecided = 2
  case usage = 64
  case badData = 65
  case missingInput = 66
  case unavailable = 69
  case ourFault = 70
  case cannotCreate = 73
  case cannotWrite = 74
  case busy = 75
  case notPermitted = 77
  case interrupted = 130
  case terminated = 143

  /// What it means, in one line.
  var meaning: String {
    switch self {
    case .passed: "the gate passed, or the command did what it was asked"
    case .failed: "the gate failed"
    case .undecided: "cannot tell: the gate is undecided"
    case .usage: "wrong arguments"
    case .badData: "a file is not what it should be; the diagnostics say where and how to mend it"
    case .missingInput: "a named file is missing or cannot be read"
    case .unavailable: "a service that the command itself needs is not available"
    case .ourFault: "a fault of ours; please report it"
    case .cannotCreate: "an output file or folder cannot be created"
    case .cannotWrite: "an output cannot be written to the end"
    case .busy: "somebody else is at it: try later"
    case .notPermitted: "the operating system does not permit it"
    case .interrupted: "interrupted (SIGINT)"
    case .terminated: "terminated (SIGTERM)"
    }
  }

  /// The table as help text.
  static var table: String {
    let rows = allCases.map { status in
      let number = String(status.rawValue)
      return "  \(String(repeating: " ", count: 3 - number.count))\(number)  \(status.meaning)"
    }
    return "EXIT STATUSES:\n" + rows.joined(separator: "\n")
  }
}

/// Why a command ends early, with the text for standard error.
struct Failure: Error {
  /// How the process ends.
  var status: ExitStatus
  /// What people are told.
  var message: String

  /// An end with its reason.
  init(_ status: ExitStatus, _ message: String) {
    self.status = status
    self.message = message
  }
}
