import Facts

/// Everything that is counted and timed in a run, or in a part of one; parts add up.
package struct LoadFigures: Sendable, Hashable {
  /// Figures of requests with one name.
  package struct Endpoint: Sendable, Hashable {
    /// Requests that were answered.
    package internal(set) var requests = 0
    /// Requests without an answer.
    package internal(set) var errors = 0
    /// Requests without an answer, or with a status from 400.
    package internal(set) var failed = 0
    /// From due to the end of the answer.
    package internal(set) var responseTime = LatencyHistogram()
    /// From sending to the end of the answer.
    package internal(set) var serviceTime = LatencyHistogram()
    /// How long requests without an answer took until they were given up.
    package internal(set) var unanswered = LatencyHistogram()
    /// Answers by status.
    package internal(set) var statuses = StatusCounts()
  }

  /// Figures of the users of one scenario or one phase.
  package struct Group: Sendable, Hashable {
    /// Users that started.
    package internal(set) var started = 0
    /// Users that went through their flow.
    package internal(set) var completed = 0
    /// Users that an error ended.
    package internal(set) var failedUsers = 0
    /// Requests that were answered.
    package internal(set) var requests = 0
    /// Requests without an answer, or with a status from 400.
    package internal(set) var failed = 0
    /// From due to the end of the answer.
    package internal(set) var responseTime = LatencyHistogram()
    /// How long requests without an answer took until they were given up.
    package internal(set) var unanswered = LatencyHistogram()
  }

  /// A stretch of the run, by the moments at which requests were due.
  package struct Bin: Sendable, Hashable {
    /// Users that started.
    package internal(set) var started = 0
    /// Requests without an answer, or with a status from 400.
    package internal(set) var failed = 0
    /// From due to the end of the answer, coarsely.
    package internal(set) var responseTime = LatencyHistogram(bits: 6)
    /// Answers by the instance that named itself.
    package internal(set) var instances: [String: Int] = [:]
  }

  /// Arrivals that were started.
  package internal(set) var started = 0
  /// Arrivals that came to nothing, by reason.
  package internal(set) var skipped: [String: Int] = [:]
  /// Users that went through their flow.
  package internal(set) var completed = 0
  /// Users that an error ended.
  package internal(set) var failedUsers = 0
  /// Users that were cut off at the end.
  package internal(set) var cut = 0
  /// How late users were started.
  package internal(set) var startError = LatencyHistogram()
  /// From due to the end of the answer.
  package internal(set) var responseTime = LatencyHistogram()
  /// From sending to the end of the answer.
  package internal(set) var serviceTime = LatencyHistogram()
  /// From due to the first byte of the answer.
  package internal(set) var firstByteTime = LatencyHistogram()
  /// How long users took that went through their flow.
  package internal(set) var sessionLength = LatencyHistogram()
  /// How long connections and their handshakes took.
  package internal(set) var connectTime = LatencyHistogram()
  /// How long requests without an answer took until they were given up.
  package internal(set) var unanswered = LatencyHistogram()
  /// By the class of the status, 1 to 5.
  package internal(set) var byClass: [LatencyHistogram] = Array(repeating: LatencyHistogram(), count: 6)
  /// In the order of `LoadEndpoint.all`.
  package internal(set) var endpoints: [Endpoint]
  /// In the order of the script.
  package internal(set) var scenarios: [Group]
  /// In the order of the script.
  package internal(set) var phases: [Group]
  /// Answers by status.
  package internal(set) var statuses = StatusCounts()
  /// Errors by name.
  package internal(set) var errors: [String: Int] = [:]
  /// Expectations that held.
  package internal(set) var expectationsMet = 0
  /// Expectations that did not.
  package internal(set) var expectationsFailed = 0
  /// Answers that satisfied (Apdex).
  package internal(set) var satisfied = 0
  /// Answers that took up to four times as long.
  package internal(set) var tolerated = 0
  /// Connections opened.
  package internal(set) var connections = 0
  /// Requests really sent, those without an answer and those of `before` and `after` included.
  package internal(set) var sent = 0
  /// Bytes sent.
  package internal(set) var bytesSent = 0
  /// Bytes received.
  package internal(set) var bytesReceived = 0
  /// The most users that were on their way at once.
  package internal(set) var mostUsers = 0
  /// Answers by the instance that named itself.
  package internal(set) var instances: [String: Int] = [:]
  /// Stretches of the run.
  package internal(set) var bins: [Bin] = []

  /// The most different errors that are told apart.
  private static let mostErrors = 100
  /// The most stretches.
  static let mostBins = 400

  /// Nothing yet.
  init(endpoints: Int, scenarios: Int, phases: Int) {
    self.endpoints = Array(repeating: Endpoint(), count: endpoints)
    self.scenarios = Array(repeating: Group(), count: scenarios)
    self.phases = Array(repeating: Group(), count: phases)
  }

  /// Requests that were answered.
  package var requests: Int { responseTime.count }

  /// Requests without an answer.
  package var unansweredCount: Int { errorsOfRequests }

  private(set) var errorsOfRequests = 0

  mutating func note(error: String) {
    let name = errors[error] != nil || errors.count < Self.mostErrors ? error : "others"
    errors[name, default: 0] += 1
  }

  /// An answer of an instance to a request that was due in the stretch `bin`.
  mutating func note(instance: String, bin: Int) {
    let name = instances[instance] != nil || instances.count < Self.mostErrors ? instance : "others"
    instances[name, default: 0] += 1
    self.bin(bin) { $0.instances[name, default: 0] += 1 }
  }

  mutating func bin(_ index: Int, _ change: (inout Bin) -> Void) {
    guard index >= 0, index < Self.mostBins else { return }
    if index >= bins.count { bins += repeatElement(Bin(), count: index + 1 - bins.count) }
    change(&bins[index])
  }

  /// An answer: `times` in microseconds.
  mutating func note(
    answer status: Int, endpoint: Int, scenario: Int, phase: Int, bin: Int, response: Int, service: Int, firstByte: Int
  ) {
    responseTime.record(response)
    serviceTime.record(service)
    firstByteTime.record(firstByte)
    byClass[min(5, status / 100)].record(response)
    statuses.note(status)
    let hasFailed = status >= 400
    endpoints[endpoint].note(answer: status, hasFailed: hasFailed, response: response, service: service)
    scenarios[scenario].note(answer: response, hasFailed: hasFailed)
    phases[phase].note(answer: response, hasFailed: hasFailed)
    self.bin(bin) {
      $0.responseTime.record(response)
      if hasFailed { $0.failed += 1 }
    }
  }

  /// A request without an answer, given up after `waited` microseconds.
  mutating func note(unanswered waited: Int, endpoint: Int, scenario: Int, phase: Int, bin: Int) {
    errorsOfRequests += 1
    unanswered.record(waited)
    endpoints[endpoint].errors += 1
    endpoints[endpoint].failed += 1
    endpoints[endpoint].unanswered.record(waited)
    scenarios[scenario].failed += 1
    scenarios[scenario].unanswered.record(waited)
    phases[phase].failed += 1
    phases[phase].unanswered.record(waited)
    self.bin(bin) { $0.failed += 1 }
  }

  /// Adds the figures of another part of the same run.
  package mutating func add(_ other: LoadFigures) {
    started += other.started
    skipped.merge(other.skipped) { $0 + $1 }
    completed += other.completed
    failedUsers += other.failedUsers
    cut += other.cut
    startError.add(other.startError)
    responseTime.add(other.responseTime)
    serviceTime.add(other.serviceTime)
    firstByteTime.add(other.firstByteTime)
    sessionLength.add(other.sessionLength)
    connectTime.add(other.connectTime)
    unanswered.add(other.unanswered)
    errorsOfRequests += other.errorsOfRequests
    for index in byClass.indices { byClass[index].add(other.byClass[index]) }
    for (index, endpoint) in other.endpoints.enumerated() where endpoints.indices.contains(index) {
      endpoints[index].add(endpoint)
    }
    for (index, group) in other.scenarios.enumerated() where scenarios.indices.contains(index) {
      scenarios[index].add(group)
    }
    for (index, group) in other.phases.enumerated() where phases.indices.contains(index) { phases[index].add(group) }
    statuses.add(other.statuses)
    errors.merge(other.errors) { $0 + $1 }
    expectationsMet += other.expectationsMet
    expectationsFailed += other.expectationsFailed
    satisfied += other.satisfied
    tolerated += other.tolerated
    connections += other.connections
    sent += other.sent
    bytesSent += other.bytesSent
    bytesReceived += other.bytesReceived
    mostUsers += other.mostUsers
    instances.merge(other.instances) { $0 + $1 }
    for (index, bin) in other.bins.enumerated() {
      self.bin(index) {
        $0.started += bin.started
        $0.failed += bin.failed
        $0.responseTime.add(bin.responseTime)
        $0.instances.merge(bin.instances) { $0 + $1 }
      }
    }
  }
}

extension LoadFigures.Endpoint {
  fileprivate mutating func note(answer status: Int, hasFailed: Bool, response: Int, service: Int) {
    requests += 1
    if hasFailed { failed += 1 }
    responseTime.record(response)
    serviceTime.record(service)
    statuses.note(status)
  }

  mutating func add(_ other: Self) {
    requests += other.requests
    errors += other.errors
    failed += other.failed
    responseTime.add(other.responseTime)
    serviceTime.add(other.serviceTime)
    unanswered.add(other.unanswered)
    statuses.add(other.statuses)
  }
}

extension LoadFigures.Group {
  fileprivate mutating func note(answer response: Int, hasFailed: Bool) {
    requests += 1
    if hasFailed { failed += 1 }
    responseTime.record(response)
  }

  mutating func add(_ other: Self) {
    started += other.started
    completed += other.completed
    failedUsers += other.failedUsers
    requests += other.requests
    failed += other.failed
    responseTime.add(other.responseTime)
    unanswered.add(other.unanswered)
  }
}

// MARK: As a document

extension LoadFigures.Endpoint {
  var document: JSONObject {
    [
      "requests": .integer(requests), "errors": .integer(errors), "failed": .integer(failed),
      "statuses": .counts(statuses.byStatus), "responseTime": .object(responseTime.document),
      "serviceTime": .object(serviceTime.document), "unanswered": unanswered.compact,
    ]
  }

  init?(_ value: JSONValue) {
    guard let response = LatencyHistogram(compact: value["responseTime"]?["counts"]),
      let service = LatencyHistogram(compact: value["serviceTime"]?["counts"]),
      let unanswered = LatencyHistogram(compact: value["unanswered"]), let requests = value.size("requests"),
      let errors = value.size("errors"), let failed = value.size("failed"), let statuses = value.statuses
    else { return nil }
    (responseTime, serviceTime, self.unanswered) = (response, service, unanswered)
    (self.requests, self.errors, self.failed, self.statuses) = (requests, errors, failed, statuses)
  }
}

extension LoadFigures.Group {
  var document: JSONObject {
    [
      "started": .integer(started), "completed": .integer(completed), "failedUsers": .integer(failedUsers),
      "requests": .integer(requests), "failed": .integer(failed), "responseTime": .object(responseTime.document),
      "unanswered": unanswered.compact,
    ]
  }

  init?(_ value: JSONValue) {
    guard let response = LatencyHistogram(compact: value["responseTime"]?["counts"]),
      let unanswered = LatencyHistogram(compact: value["unanswered"]), let started = value.size("started"),
      let completed = value.size("completed"), let failedUsers = value.size("failedUsers"),
      let requests = value.size("requests"), let failed = value.size("failed")
    else { return nil }
    (responseTime, self.unanswered, self.started, self.completed) = (response, unanswered, started, completed)
    (self.failedUsers, self.requests, self.failed) = (failedUsers, requests, failed)
  }
}

extension LoadFigures {
  /// The figures that stand at the top of a result.
  var document: JSONObject {
    [
      "users": [
        "completed": .integer(completed), "failed": .integer(failedUsers), "cut": .integer(cut),
        "mostAtOnce": .integer(mostUsers),
      ],
      "instances": .counts(instances),
      "requests": .integer(requests), "unanswered": .integer(errorsOfRequests),
      "startError": .object(startErrorDocument), "responseTime": .object(responseTime.document),
      "serviceTime": .object(serviceTime.document), "firstByteTime": .object(firstByteTime.document),
      "connectTime": .object(connectTime.document), "sessionLength": .object(sessionLength.document),
      "unansweredTime": .object(unanswered.document), "statusClasses": .array(byClass.map(\.compact)),
      "statuses": .counts(statuses.byStatus), "errors": .counts(errors),
      "expectations": ["met": .integer(expectationsMet), "failed": .integer(expectationsFailed)],
      "traffic": [
        "connections": .integer(connections), "requests": .integer(sent), "bytesSent": .integer(bytesSent),
        "bytesReceived": .integer(bytesReceived),
      ],
    ]
  }

  /// The generator's own lag is always told, however few starts there were.
  private var startErrorDocument: JSONObject {
    var document = startError.document
    for (name, share) in [("p50", 0.5), ("p90", 0.9), ("p95", 0.95), ("p99", 0.99)] {
      document[name] = startError.quantile(share).map { .seconds($0) } ?? nil
    }
    return document
  }

  /// The figures that `document` and its neighbours wrote; nil where something is missing or impossible.
  init?(_ value: JSONValue) {
    guard let endpointList = value["endpoints"]?.array, let scenarioList = value["scenarios"]?.array,
      let phaseList = value["phases"]?.array, let binList = value["timeline"]?["bins"]?.array,
      let classList = value["statusClasses"]?.array, let arrivals = value["arrivals"],
      let started = arrivals.size("started"), let skipped = arrivals["skippedBecause"]?.counts,
      let users = value["users"], let completed = users.size("completed"), let failed = users.size("failed"),
      let cut = users.size("cut"), let mostUsers = users.size("mostAtOnce"), let instances = value["instances"]?.counts,
      let unansweredCount = value.size("unanswered"),
      let startError = LatencyHistogram(compact: value["startError"]?["counts"]),
      let response = LatencyHistogram(compact: value["responseTime"]?["counts"]),
      let service = LatencyHistogram(compact: value["serviceTime"]?["counts"]),
      let firstByte = LatencyHistogram(compact: value["firstByteTime"]?["counts"]),
      let session = LatencyHistogram(compact: value["sessionLength"]?["counts"]),
      let connect = LatencyHistogram(compact: value["connectTime"]?["counts"]),
      let unanswered = LatencyHistogram(compact: value["unansweredTime"]?["counts"]),
      let statuses = value.statuses, let errors = value["errors"]?.counts,
      let met = value["expectations"]?.size("met"), let missed = value["expectations"]?.size("failed"),
      let traffic = value["traffic"], let connections = traffic.size("connections"),
      let sent = traffic.size("requests"), let bytesSent = traffic.size("bytesSent"),
      let bytesReceived = traffic.size("bytesReceived"), binList.count <= Self.mostBins
    else { return nil }
    self.init(endpoints: 0, scenarios: 0, phases: 0)
    endpoints = endpointList.compactMap { Endpoint($0) }
    scenarios = scenarioList.compactMap { Group($0) }
    phases = phaseList.compactMap { Group($0) }
    byClass = classList.compactMap { LatencyHistogram(compact: $0) }
    bins = binList.compactMap { Bin($0) }
    guard endpoints.count == endpointList.count, scenarios.count == scenarioList.count,
      phases.count == phaseList.count, byClass.count == 6, bins.count == binList.count
    else { return nil }
    (self.started, self.skipped, self.completed, failedUsers, self.cut) = (started, skipped, completed, failed, cut)
    (self.startError, responseTime, serviceTime, firstByteTime) = (startError, response, service, firstByte)
    (sessionLength, connectTime, self.unanswered, errorsOfRequests) = (session, connect, unanswered, unansweredCount)
    (self.statuses, self.errors, expectationsMet, expectationsFailed) = (statuses, errors, met, missed)
    (self.connections, self.sent, self.bytesSent, self.bytesReceived) = (connections, sent, bytesSent, bytesReceived)
    (self.mostUsers, self.instances) = (mostUsers, instances)
    satisfied = value["apdex"]?.size("satisfied") ?? 0
    tolerated = value["apdex"]?.size("tolerated") ?? 0
  }
}

extension LoadFigures.Bin {
  var document: JSONValue {
    [
      "started": .integer(started), "failed": .integer(failed), "n": .integer(responseTime.count),
      "p50": responseTime.told(0.5), "p95": responseTime.told(0.95),
      "max": responseTime.count > 0 ? .seconds(responseTime.most) : nil, "counts": responseTime.compact,
      "instances": .counts(instances),
    ]
  }

  init?(_ value: JSONValue) {
    guard let started = value.size("started"), let failed = value.size("failed"),
      let response = LatencyHistogram(compact: value["counts"])
    else { return nil }
    (self.started, self.failed, responseTime) = (started, failed, response)
    instances = value["instances"]?.counts ?? [:]
  }
}

extension JSONValue {
  /// Counts by status, in their order.
  static func counts(_ counts: [Int: Int]) -> JSONValue {
    .object(JSONObject(counts.sorted { $0.key < $1.key }.map { (String($0.key), .integer($0.value)) }))
  }

  /// Counts by name, in their order.
  static func counts(_ counts: [String: Int]) -> JSONValue {
    .object(JSONObject(counts.sorted { $0.key < $1.key }.map { ($0.key, .integer($0.value)) }))
  }

  /// A count that a member holds; nil where it is none.
  func size(_ name: String) -> Int? {
    guard let number = self[name]?.integer, (0...1 << 53).contains(number) else { return nil }
    return number
  }

  /// Counts by name.
  var counts: [String: Int]? {
    guard let object else { return nil }
    var counts: [String: Int] = [:]
    for (name, value) in object {
      guard let number = value.integer, (0...1 << 53).contains(number) else { return nil }
      counts[name] = number
    }
    return counts
  }

  /// Counts by status, in the member of that name.
  fileprivate var statuses: StatusCounts? {
    guard let named = self["statuses"]?.counts else { return nil }
    var counts = StatusCounts()
    for (name, count) in named {
      guard let status = Int(name), (100...599).contains(status) else { return nil }
      counts.note(status, count)
    }
    return counts
  }
}

/// How often each status was answered, from 100 to 599: an array, since every answer counts in it.
package struct StatusCounts: Sendable, Hashable {
  private var counts: [Int] = []

  /// Counts a status `times` over.
  mutating func note(_ status: Int, _ times: Int = 1) {
    guard (100...599).contains(status) else { return }
    if counts.isEmpty { counts = Array(repeating: 0, count: 500) }
    counts[status - 100] += times
  }

  /// Adds the counts of another part.
  mutating func add(_ other: StatusCounts) {
    for (index, count) in other.counts.enumerated() where count > 0 { note(index + 100, count) }
  }

  /// How often a status was answered.
  package subscript(status: Int) -> Int {
    (100...599).contains(status) && !counts.isEmpty ? counts[status - 100] : 0
  }

  /// Those that were answered at all.
  package var byStatus: [Int: Int] {
    Dictionary(
      uniqueKeysWithValues: counts.enumerated().filter { $0.element > 0 }.map { ($0.offset + 100, $0.element) })
  }
}
