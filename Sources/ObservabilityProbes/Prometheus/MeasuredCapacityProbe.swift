import AuditModel
import Facts
import HTTPExchange
import Probing

/// What the inventory declares of each service's capacity against what a Prometheus measured of it.
struct MeasuredCapacityProbe: Probe {
  let descriptor = ProbeDescriptor(
    id: "measured-capacity",
    summary: "declared instances and limits of services against what a Prometheus measured of them",
    targetKinds: ["prometheus"], safety: .observe, facts: MeasuredCapacity.schema, timeout: 30_000,
    traffic: "2 requests for each declared service, 1 for each declared limit")

  var targetKinds: [TargetKind] { [.adding([CapacityDeclaration.field], to: "prometheus")] }

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    await context.lane.run {
      ServiceVisit.sighting(of: target, context) { (visit, notes) throws(Obstacle) in
        try Self.look(visit, &notes)
      }
    }
  }

  private static func look(_ visit: ServiceVisit, _ notes: inout Notes) throws(Obstacle) -> JSONValue {
    let api = PrometheusAPI(visit: visit)
    // Whether there is a Prometheus at all.
    _ = try api.data("/api/v1/query?query=1")
    let plan = CapacityDeclaration(visit.target.settings)
    let end = Instant.present.seconds
    for (path, reason) in plan.omissions { notes.add(path, reason) }
    func points(_ expression: String, as path: String) -> [(time: Double, value: Double)]? {
      let series = notes.attempt(path) { () throws(Obstacle) in
        try api.query(expression, from: end - plan.window, to: end, step: plan.step)
      }
      guard let series else { return nil }
      let points = series.flatMap(\.points)
      if points.isEmpty { notes.add(path, "the Prometheus has no value of \(expression.bounded(200))") }
      return points.isEmpty ? nil : points
    }
    let services = plan.services.map { service -> JSONValue in
      let counts = points("sum(up{\(plan.selector(service.name))})", as: "services[\(service.name)].running")
      return MeasuredCapacity.service(
        service, counts: counts, since: Double(end - plan.step - MeasuredCapacity.lookBack))
    }
    let resources = plan.limits.map { limit -> JSONValue in
      MeasuredCapacity.resource(limit, of: plan, points: points(limit.expression, as: "resources[\(limit.name)]"))
    }
    return ["services": .array(services), "resources": .array(resources), "growth": .number(plan.growth)]
  }
}

/// What the inventory says of capacity.
struct CapacityDeclaration: Sendable {
  /// A service and how many instances of it run.
  struct Service: Sendable, Hashable {
    var name: String
    var instances: Int?
  }

  /// Something that runs out.
  struct Limit: Sendable, Hashable {
    /// For people, and by which it is known in reports.
    var name: String
    /// Whose it is; nil where the inventory only says how to measure it.
    var service: String?
    var unit: String
    /// In that unit.
    var most: Double
    /// What measures its use, in PromQL; the fullest series counts.
    var expression: String
  }

  private(set) var services: [Service] = []
  private(set) var limits: [Limit] = []
  /// What is declared and not looked at, as the path and reason of a gap.
  private(set) var omissions: [(path: String, reason: String)] = []
  /// By how much more use is expected until the plan is looked at again; nil where nothing is said.
  let growth: Double?
  /// How far back is looked, in seconds.
  let window: Int
  private let label: String
  /// The most of each that is asked for.
  private static let mostServices = 50
  private static let mostLimits = 100

  /// Seconds between two values; the peaks between them are not lost.
  var step: Int { max(15, window / 240) }

  /// What the inventory may say.
  static let field = Schema.Field(
    "capacity",
    .object([
      Schema.Field(
        "windowMinutes", .number(minimum: 0.25, maximum: 44_640), "how far back peaks are looked for", default: 1440),
      Schema.Field(
        "growth", .number(minimum: 1, maximum: 1000),
        "how many times the present peak has to be carried until the plan is looked at again"),
      Schema.Field(
        "services",
        .array(
          .object([
            Schema.Field("service", .string(.nonEmpty), required: true, "as serviceLabel calls it"),
            Schema.Field("instances", .integer(minimum: 1, maximum: 100_000), "how many of it run"),
            Schema.Field("cpu", .number(minimum: 0.001), "processors that one instance may use"),
            Schema.Field("memoryMiB", .number(minimum: 1), "memory that one instance may hold, in MiB"),
            Schema.Field("files", .integer(minimum: 1), "files and sockets that one instance may have open"),
          ])), "services that expose the usual process_ metrics"),
      Schema.Field(
        "limits",
        .array(
          .object([
            Schema.Field("name", .string(.nonEmpty), required: true, "what runs out"),
            Schema.Field("query", .string(.nonEmpty), required: true, "how much of it is used, in PromQL"),
            Schema.Field("limit", .number(minimum: 1e-9), required: true, "how much there is"),
            Schema.Field("unit", .string(.nonEmpty), "in what"),
          ])), "anything else that runs out: connections, queues, disks"),
    ]), "what there is of what runs out, to be held against what was measured")

  init(_ settings: JSONObject) {
    let declared = settings["capacity"]
    label = settings["serviceLabel"]?.string ?? "job"
    window = Int((60 * (declared?["windowMinutes"]?.double ?? 1440)).rounded())
    growth = declared?["growth"]?.double
    // The finest window that still holds two values of a scrape a minute apart or quicker.
    let range = max(max(15, window / 240), 60)
    let declaredServices = declared?["services"]?.array ?? []
    if declaredServices.count > Self.mostServices {
      let reason = "of \(declaredServices.count) declared services the first \(Self.mostServices) are looked at"
      omissions += [("services", reason), ("resources", reason)]
    }
    for entry in declaredServices.prefix(Self.mostServices) {
      guard let name = entry["service"]?.string else { continue }
      services.append(Service(name: name, instances: entry["instances"]?.integer))
      let selected = selector(name)
      let usual: [(String, String, String, Double, String)] = [
        ("cpu", "processors", "cpu", 1, "max(rate(process_cpu_seconds_total{\(selected)}[\(range)s]))"),
        (
          "memory", "bytes", "memoryMiB", 1_048_576,
          "max(max_over_time(process_resident_memory_bytes{\(selected)}[\(range)s]))"
        ),
        ("files", "files", "files", 1, "max(max_over_time(process_open_fds{\(selected)}[\(range)s]))"),
      ]
      for (resource, unit, member, factor, expression) in usual {
        guard let most = entry[member]?.double else { continue }
        limits.append(
          Limit(name: "\(name) \(resource)", service: name, unit: unit, most: most * factor, expression: expression))
      }
    }
    let declaredLimits = declared?["limits"]?.array ?? []
    if declaredLimits.count > Self.mostLimits {
      omissions.append(
        ("resources", "of \(declaredLimits.count) declared limits the first \(Self.mostLimits) are looked at"))
    }
    for entry in declaredLimits.prefix(Self.mostLimits) {
      guard let name = entry["name"]?.string, let query = entry["query"]?.string, let most = entry["limit"]?.double
      else { continue }
      limits.append(Limit(name: name, unit: entry["unit"]?.string ?? "", most: most, expression: query))
    }
  }

  /// What selects the series of a service.
  func selector(_ service: String) -> String { "\(label)=\(service.quotedForQuery)" }
}

/// Turns what was measured into facts. Pure.
enum MeasuredCapacity {
  static let schema = Schema.object([
    Schema.Field(
      "services",
      .array(
        .object([
          Schema.Field("service", .string(), required: true, "its name"),
          .fact("declared", .integer(minimum: 1), "instances that run by the inventory"),
          .fact("running", .integer(minimum: 0), "instances that answered the last scrape"),
          .fact("fewest", .integer(minimum: 0), "the fewest that did within the window"),
          .fact("short", .integer(minimum: 0), "instances that are missing now"),
          .fact("beyond", .integer(minimum: 0), "instances that nobody declared"),
        ])), required: true, "the declared services"),
    Schema.Field(
      "resources",
      .array(
        .object([
          Schema.Field("name", .string(), required: true, "what runs out, and whose"),
          .fact("service", .string(), "whose it is"),
          Schema.Field("unit", .string(), required: true, "of limit and peak"),
          Schema.Field("limit", .number(), required: true, "what the inventory says there is"),
          .fact("peak", .number(), "the most that was used at once within the window"),
          .fact("shareUsed", .number(), "peak of limit"),
          .fact("shareAfterGrowth", .number(), "peak times the declared growth, of limit"),
          Schema.Field("windowSeconds", .integer(), required: true, "how far back was looked"),
          .fact("spanShare", .number(), "the part of the window that there are values for"),
        ])), required: true, "the declared limits"),
    .fact("growth", .number(), "the declared growth"),
  ])

  /// How many seconds after its last sample a series still has a value (Prometheus, `--query.lookback-delta`).
  static let lookBack = 300

  /// A service of which `counts` instances answered; nil where that was not seen.
  ///
  /// A series without a value `since` then has ended: the server knows the service and scrapes nothing of it any more, so
  /// none of it runs.
  static func service(
    _ service: CapacityDeclaration.Service, counts: [(time: Double, value: Double)]?, since: Double
  ) -> JSONValue {
    // A sum of `up` is a small count, but the answer may hold any number.
    func count(_ value: Double) -> Int? { Int(exactly: min(max(value, 0), 1e9).rounded()) }
    let last = counts?.max { $0.time < $1.time }
    let running = last.flatMap { $0.time < since ? 0 : count($0.value) }
    let fewest = ((counts ?? []).map { count($0.value) } + [running]).compactMap(\.self).min()
    func difference(_ sign: Int) -> JSONValue {
      guard let running, let declared = service.instances else { return nil }
      return .integer(max(0, sign * (running - declared)))
    }
    return [
      "service": .string(service.name.bounded(200)), "declared": JSONValue(service.instances),
      "running": JSONValue(running), "fewest": JSONValue(fewest), "short": difference(-1),
      "beyond": difference(1),
    ]
  }

  /// A limit of which `points` were used; nil where that was not seen.
  static func resource(
    _ limit: CapacityDeclaration.Limit, of plan: CapacityDeclaration, points: [(time: Double, value: Double)]?
  ) -> JSONValue {
    let peak = points?.map(\.value).max()
    let times = points?.map(\.time) ?? []
    // The first value of a step speaks of the whole step.
    let span = times.max().flatMap { last in times.min().map { last - $0 + Double(plan.step) } }
    let share = peak.map { $0 / limit.most }
    return [
      "name": .string(limit.name.bounded(200)), "service": JSONValue(limit.service?.bounded(200)),
      "unit": .string(limit.unit.bounded(40)), "limit": .number(limit.most), "peak": .number(peak),
      "shareUsed": .number(share.map(rounded)),
      "shareAfterGrowth": .number(share.flatMap { share in plan.growth.map { rounded(share * $0) } }),
      "windowSeconds": .integer(plan.window),
      "spanShare": .number(span.map { rounded(min(1, $0 / Double(plan.window))) }),
    ]
  }

  private static func rounded(_ share: Double) -> Double { (share * 1000).rounded() / 1000 }
}
