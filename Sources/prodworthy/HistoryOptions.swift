import ArgumentParser
import AuditModel
import Facts
import FoundationEssentials
import History
import Probing

/// Which history a command works on.
struct HistoryOptions: ParsableArguments {
  @Option(
    help: """
      The history: an SQLite file, or postgresql://USER@HOST/DATABASE?sslmode=…&trust=FILE with the password in \
      PRODWORTHY_HISTORY_PASSWORD. By default what PRODWORTHY_HISTORY names.
      """, completion: .file())
  var history: String?

  /// The history named by the flag or the environment; nil for none. Nothing is opened yet. Throws `Failure` (64).
  func store(_ opening: HistoryStore.Opening) throws(Failure) -> HistoryStore? {
    let environment = ProcessInfo.processInfo.environment
    guard let named = history ?? environment["PRODWORTHY_HISTORY"].flatMap({ $0.isEmpty ? nil : $0 }) else {
      return nil
    }
    let password = environment["PRODWORTHY_HISTORY_PASSWORD"].flatMap { $0.isEmpty ? nil : Secret($0) }
    return HistoryStore(
      try asking { () throws(HistoryFailure) in try HistoryPlace(named, password: password) }, opening)
  }

  /// The history named. Throws `Failure` (64) where none is.
  func required(_ opening: HistoryStore.Opening = .existing) throws(Failure) -> HistoryStore {
    guard let store = try store(opening) else {
      throw Failure(.usage, "name a history: --history FILE, or PRODWORTHY_HISTORY")
    }
    return store
  }

  /// How long a command waits for a history, in milliseconds.
  static let patience = 30_000
}

/// Which stream of a history a command speaks of.
struct StreamOptions: ParsableArguments {
  @Option(help: "Only this system.")
  var system: String?

  @Option(help: "Only this environment: production, staging, test, development.")
  var environment: String?

  @Option(help: "Only runs under this policy.")
  var policy: String?

  /// The streams asked for. Throws `Failure` (66) where there is none.
  func streams(of store: HistoryStore) throws(Failure) -> [StreamState] {
    let all = try asking { () throws(HistoryFailure) in
      try store.streams(before: Deadline(milliseconds: HistoryOptions.patience))
    }
    let chosen = all.filter { state in
      (system ?? state.stream.system) == state.stream.system
        && (environment ?? state.stream.environment) == state.stream.environment
        && (policy ?? state.stream.policy) == state.stream.policy
    }
    guard chosen.isEmpty else { return chosen }
    guard !all.isEmpty else { throw Failure(.missingInput, "\(store.place.name) holds no run yet") }
    let known = Set(all.map(\.stream.system)).sorted()
    throw Failure(
      .missingInput,
      "\(store.place.name) holds no such run\(system.map { DidYouMean.phrase($0, among: known) } ?? "")")
  }
}

/// How commands say that a history is a rehearsal's, so that its runs pass for no real ones.
struct RehearsalMark {
  private let isRehearsal: Bool

  /// Asks `store`. Throws `Failure`.
  init(of store: HistoryStore) throws(Failure) {
    isRehearsal = try asking { () throws(HistoryFailure) in
      try store.isRehearsal(before: Deadline(milliseconds: HistoryOptions.patience))
    }
  }

  /// What people read first; empty where the runs are real.
  var line: String { isRehearsal ? "rehearsed: the times of these runs are made up\n" : "" }

  /// `object` as programs get it.
  func marked(_ object: JSONObject) -> JSONValue {
    var object = object
    if isRehearsal { object["rehearsed"] = true }
    return .object(object)
  }
}

/// What `body` gives, a failure of the history turned into the end of the command.
func asking<Result>(_ body: () throws(HistoryFailure) -> Result) throws(Failure) -> Result {
  do throws(HistoryFailure) {
    return try body()
  } catch {
    var reason = error.description
    if case .missing = error { reason += ": `prodworthy audit --history` makes one and keeps the run in it" }
    throw Failure(error.exitStatus, reason)
  }
}

extension HistoryFailure {
  /// How a command ends that meets it.
  var exitStatus: ExitStatus {
    switch self {
    case .missing: .missingInput
    case .notAHistory, .misplaced: .badData
    case .unavailable: .unavailable
    case .cannotCreate: .cannotCreate
    case .cannotWrite: .cannotWrite
    case .busy: .busy
    case .notPermitted: .notPermitted
    case .invalid: .usage
    }
  }
}
