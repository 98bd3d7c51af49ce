import FoundationEssentials
import Glibc
import Synchronization

/// What a service counts of its own work.
enum WorkCounter: String, CaseIterable, Sendable {
  case searches = "searches_total"
  case orders = "scrape_orders_total"
  case eventsStored = "events_stored_total"
  case pagesRead = "pages_read_total"
  case eventsExtracted = "events_extracted_total"

  /// What it means.
  var help: String {
    switch self {
    case .searches: "Searches that were answered."
    case .orders: "Orders to read a source."
    case .eventsStored: "Events that were stored, or stored anew."
    case .pagesRead: "Pages that were read."
    case .eventsExtracted: "Events that were found in pages."
    }
  }

  /// Those of a service.
  static func all(of service: ServiceName) -> [WorkCounter] {
    switch service {
    case .api: [.searches, .orders]
    case .processing: [.eventsStored, .pagesRead]
    case .extraction: [.eventsExtracted]
    case .mail, .engine, .coolify, .booking: []
    }
  }
}

/// The metrics of one service, kept from its start.
final class ServiceMetrics: Sendable {
  /// What tells counts of requests apart.
  private struct Kind: Hashable {
    var method: String
    var route: String
    var status: Int
  }

  /// How long the requests of one route took.
  private struct Durations {
    var buckets = Array(repeating: 0, count: ServiceMetrics.bounds.count)
    var count = 0
    /// In seconds.
    var sum = 0.0
  }

  private struct State {
    var requests: [Kind: Int] = [:]
    var durations: [String: Durations] = [:]
    var inFlight = 0
    var work: [WorkCounter: Int] = [:]
    var expositions = 0
  }

  /// The upper bounds of the buckets, in seconds.
  private static let bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5]

  private let state: Mutex<State>
  private let manner: MetricsManner
  private let service: ServiceName

  /// Metrics of `service`, all at zero.
  init(of service: ServiceName, manner: MetricsManner) {
    self.manner = manner
    self.service = service
    state = Mutex(State(work: Dictionary(uniqueKeysWithValues: WorkCounter.all(of: service).map { ($0, 0) })))
  }

  /// A request has come.
  func begin() { state.withLock { $0.inFlight += 1 } }

  /// A request was answered after so many seconds.
  func end(_ method: String, route: String, status: Int, seconds: Double) {
    state.withLock { state in
      state.inFlight -= 1
      state.requests[Kind(method: method, route: route, status: status), default: 0] += 1
      var own = state.durations[route] ?? Durations()
      own.count += 1
      own.sum += seconds
      for (index, bound) in Self.bounds.enumerated() where seconds <= bound { own.buckets[index] += 1 }
      state.durations[route] = own
    }
  }

  /// Work was done.
  func add(_ count: Int, to counter: WorkCounter) { state.withLock { $0.work[counter, default: 0] += count } }

  // MARK: Exposition

  /// All of it in Prometheus's text format 0.0.4.
  func exposition() -> String {
    let now = state.withLock { state in
      state.expositions += 1
      return state
    }
    var text = Text()
    text.family("http_requests_total", "counter", "Requests that were answered.")
    for (kind, count) in now.requests.sorted(by: { ($0.key.route, $0.key.status) < ($1.key.route, $1.key.status) }) {
      text.sample(
        "http_requests_total", [("method", kind.method), ("route", kind.route), ("status", String(kind.status))],
        String(count))
    }
    if manner.showDurations { add(now.durations, to: &text) }
    text.family("http_requests_in_flight", "gauge", "Requests that are being answered.")
    text.sample("http_requests_in_flight", [], String(now.inFlight))
    for (counter, count) in now.work.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      text.family(counter.rawValue, "counter", counter.help)
      text.sample(counter.rawValue, [], String(count))
    }
    if manner.countDown {
      text.family("pages_left_total", "counter", "Pages that are still to be read.")
      text.sample("pages_left_total", [], String(1_000_000 - now.expositions))
    }
    add(OwnProcess(), to: &text)
    addMultitudes(to: &text)
    if !manner.areWellFormed { text.lines.append("queue_length{state=waiting} many") }
    return text.lines.joined(separator: "\n") + "\n"
  }

  private func add(_ durations: [String: Durations], to text: inout Text) {
    let name =
      !manner.areInBaseUnits
      ? "http_request_duration_milliseconds"
      : manner.keepTheirNames ? "http_request_duration_seconds" : "http_server_request_duration_seconds"
    let factor = manner.areInBaseUnits ? 1.0 : 1000
    text.family(name, "histogram", "How long requests took.")
    for (route, own) in durations.sorted(by: { $0.key < $1.key }) {
      for (bound, count) in zip(Self.bounds, own.buckets) {
        text.sample("\(name)_bucket", [("route", route), ("le", String(bound * factor))], String(count))
      }
      text.sample("\(name)_bucket", [("route", route), ("le", "+Inf")], String(own.count))
      text.sample("\(name)_sum", [("route", route)], String(own.sum * factor))
      text.sample("\(name)_count", [("route", route)], String(own.count))
    }
  }

  private func add(_ process: OwnProcess, to text: inout Text) {
    text.family("process_cpu_seconds_total", "counter", "Time on processors.")
    text.sample("process_cpu_seconds_total", [], String(process.processorSeconds))
    text.family("process_resident_memory_bytes", "gauge", "Memory that is held.")
    text.sample("process_resident_memory_bytes", [], String(process.residentBytes))
    text.family("process_open_fds", "gauge", "Files and sockets that are open.")
    text.sample("process_open_fds", [], String(process.openFiles))
  }

  /// What no healthy service has: labels by which people, or everything with everything, are told apart.
  private func addMultitudes(to text: inout Text) {
    if manner.visitors > 0 {
      text.family("visits_total", "counter", "Visits.")
      for visitor in 1...manner.visitors { text.sample("visits_total", [("visitor", "v\(visitor)")], "1") }
    }
    if manner.crossings > 0 {
      text.family("cells_total", "counter", "Cells of the plan.")
      for first in 1...manner.crossings {
        for second in 1...manner.crossings {
          for third in 1...manner.crossings {
            text.sample("cells_total", [("x", "x\(first)"), ("y", "y\(second)"), ("z", "z\(third)")], "1")
          }
        }
      }
    }
  }

  /// An exposition as it grows.
  private struct Text {
    var lines: [String] = []

    mutating func family(_ name: String, _ type: String, _ help: String) {
      lines += ["# HELP \(name) \(help)", "# TYPE \(name) \(type)"]
    }

    mutating func sample(_ name: String, _ labels: [(String, String)], _ value: String) {
      let list = labels.map { "\($0.0)=\"\($0.1)\"" }.joined(separator: ",")
      lines.append("\(name)\(list.isEmpty ? "" : "{\(list)}") \(value)")
    }
  }
}

/// What the kernel says about this process.
private struct OwnProcess {
  let processorSeconds: Double
  let residentBytes: Int
  let openFiles: Int

  init() {
    // Fields 14 and 15 of proc(5) stat, counted behind the name in brackets.
    let stat = (Files.text(at: "/proc/self/stat") ?? "").split(separator: ")").last?.split(separator: " ") ?? []
    let ticks = stat.dropFirst(11).prefix(2).compactMap { Double($0) }.reduce(0, +)
    processorSeconds = ticks / Double(max(1, sysconf(Int32(_SC_CLK_TCK))))
    let pages = (Files.text(at: "/proc/self/statm") ?? "").split(separator: " ").dropFirst().first.flatMap { Int($0) }
    residentBytes = (pages ?? 0) * sysconf(Int32(_SC_PAGESIZE))
    openFiles = Files.names(in: "/proc/self/fd").count
  }
}
