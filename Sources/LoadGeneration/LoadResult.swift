package import Facts
package import LoadScripts

/// What came of a run, of one shard of it, or of all shards together.
package struct LoadResult: Sendable {
  /// What the result belongs to: results of one plan can be merged.
  package struct Plan: Sendable, Hashable {
    /// A digest of the script and of what was laid over it.
    package var digest: String
    /// What random values depend on.
    package var seed: Int
    /// Where relative URLs led.
    package var target: String
    /// The names and URLs that figures are kept of.
    package var endpoints: [LoadEndpoint]
    /// The names of the scenarios.
    package var scenarios: [String]
    /// The names of the phases.
    package var phases: [String]
    /// The length of the arrivals in seconds.
    package var seconds: Double
    /// The length of a stretch of the timeline in seconds.
    package var binSeconds: Int
    /// The limit of Apdex in milliseconds; nil where no score is asked for.
    package var apdexMilliseconds: Double?
    /// How many shards the plan was split into.
    package var shards: Int
  }

  /// What it belongs to.
  package var plan: Plan
  /// The shards it holds, from 1.
  package var shards: [Int]
  /// Arrivals that were intended in these shards.
  package var intended: Int
  /// Everything counted and timed.
  package var figures: LoadFigures
  /// From the first arrival's moment to the end of the last user, in seconds.
  package var seconds: Double
  /// CPU that the generator took, in seconds.
  package var generatorCPU: Double
  /// The most memory that the generator had, in bytes.
  package var generatorMemory: Int
  /// What has to hold.
  package var thresholds: [LoadThreshold]
  /// Why the run ended early; nil where it did not.
  package var ended: String?
  /// The threshold that ended it; nil where none did.
  package var endedByThreshold: String?

  /// Arrivals that came to nothing.
  package var skipped: Int { max(0, intended - figures.started) }

  /// Later starts than this in one of a hundred cases make a run invalid, in microseconds.
  package static let latestStart = 10_000

  /// Why the run says nothing about the system; empty where it does.
  package var faults: [String] {
    var faults: [String] = []
    if let late = figures.startError.quantile(0.99), late > Self.latestStart {
      faults.append("the generator was late: start error p99 is \(late / 1000) ms, more than 10 ms")
    }
    if skipped * 100 > intended {
      faults.append("\(skipped) of \(intended) arrivals were skipped, more than 1 %")
    }
    if intended > 0, figures.started == 0 { faults.append("nothing was started") }
    let missing = Set(1...max(1, plan.shards)).subtracting(shards)
    if shards.count > 1, !missing.isEmpty {
      faults.append("shards are missing: \(missing.sorted().map { "\($0)/\(plan.shards)" }.joined(separator: ", "))")
    }
    if let ended, endedByThreshold == nil { faults.append(ended) }
    return faults
  }

  /// Whether the load was the load that was asked for.
  package var isValid: Bool { faults.isEmpty }

  /// Every threshold with what came of it.
  package var verdicts: [ThresholdVerdict] { thresholds.map { ThresholdVerdict($0, of: self) } }

  /// 0 where the run is valid and every threshold holds, 1 where one does not, 2 where that cannot be told.
  package var status: Int {
    let verdicts = verdicts
    let hasFailed = verdicts.contains { $0.threshold.isStrict && $0.status == .fail }
    // A run that a failing threshold ended was not meant to be whole.
    if endedByThreshold != nil, hasFailed { return 1 }
    if !isValid { return 2 }
    if hasFailed { return 1 }
    return verdicts.contains { $0.threshold.isStrict && $0.status == .unknown } ? 2 : 0
  }

  /// Results of shards of one plan as one. Nil, and the reason, where they do not belong together.
  package static func merged(_ results: [LoadResult]) -> Result<LoadResult, Mismatch> {
    guard var whole = results.first else { return .failure(Mismatch(index: 0, reason: "there is no result")) }
    for (index, result) in results.enumerated().dropFirst() {
      guard result.plan == whole.plan else {
        return .failure(Mismatch(index: index, reason: "belongs to another script, target, seed or number of shards"))
      }
      if let twice = result.shards.first(where: { whole.shards.contains($0) }) {
        return .failure(Mismatch(index: index, reason: "shard \(twice)/\(result.plan.shards) is there already"))
      }
      whole.shards += result.shards
      whole.intended += result.intended
      whole.figures.add(result.figures)
      whole.seconds = max(whole.seconds, result.seconds)
      whole.generatorCPU += result.generatorCPU
      whole.generatorMemory = max(whole.generatorMemory, result.generatorMemory)
      whole.ended = whole.ended ?? result.ended
      whole.endedByThreshold = whole.endedByThreshold ?? result.endedByThreshold
    }
    whole.shards.sort()
    return .success(whole)
  }

  /// Why results cannot be merged.
  package struct Mismatch: Error, Sendable {
    /// The result that does not fit, by its place.
    package var index: Int
    /// In one line of lower case.
    package var reason: String
  }
}

// MARK: As a document

extension LoadResult {
  /// The version of the document's shape.
  private static let version = 1

  /// The result as JSON; times in seconds.
  package var document: JSONValue {
    var document: JSONObject = [
      "schemaVersion": .integer(Self.version), "valid": .bool(isValid), "invalidBecause": JSONValue(faults),
      "arrivals": [
        "intended": .integer(intended), "started": .integer(figures.started), "skipped": .integer(skipped),
        "skippedBecause": .counts(figures.skipped),
      ],
    ]
    for (name, value) in figures.document { document[name] = value }
    document["endpoints"] = .array(
      zip(plan.endpoints, figures.endpoints).map { endpoint, figures in
        .object(
          JSONObject(
            [
              ("name", .string(endpoint.name)), ("method", .string(endpoint.method)), ("url", .string(endpoint.url)),
            ] + figures.document.members))
      })
    document["scenarios"] = .array(Self.named(plan.scenarios, figures.scenarios))
    document["phases"] = .array(Self.named(plan.phases, figures.phases))
    document["thresholds"] = .array(verdicts.map(\.document))
    document["apdex"] = apdex
    document["timeline"] = [
      "secondsPerBin": .integer(plan.binSeconds), "bins": .array(figures.bins.map(\.document)),
    ]
    document["seconds"] = .double(seconds)
    document["ended"] = JSONValue(ended)
    document["endedByThreshold"] = JSONValue(endedByThreshold)
    document["generator"] = [
      "cpuSeconds": .double(generatorCPU), "memoryBytes": .integer(generatorMemory),
    ]
    document["plan"] = [
      "digest": .string(plan.digest), "seed": .integer(plan.seed), "target": .string(plan.target),
      "seconds": .double(plan.seconds), "apdexMilliseconds": plan.apdexMilliseconds.map { .double($0) } ?? nil,
      "shards": .integer(plan.shards), "shard": .array(shards.map { .integer($0) }),
    ]
    return .object(document)
  }

  private static func named(_ names: [String], _ groups: [LoadFigures.Group]) -> [JSONValue] {
    zip(names, groups).map { name, group in
      .object(JSONObject([("name", .string(name))] + group.document.members))
    }
  }

  private var apdex: JSONValue {
    guard let limit = plan.apdexMilliseconds else { return nil }
    let all = figures.requests + figures.unansweredCount
    let score = all > 0 ? (Double(figures.satisfied) + Double(figures.tolerated) / 2) / Double(all) : nil
    return [
      "thresholdMilliseconds": .double(limit), "satisfied": .integer(figures.satisfied),
      "tolerated": .integer(figures.tolerated),
      "frustrated": .integer(max(0, all - figures.satisfied - figures.tolerated)),
      "score": score.map { .double($0) } ?? nil,
    ]
  }

  /// The result that `document` wrote; nil where the value is none.
  package init?(_ value: JSONValue) {
    guard value["schemaVersion"]?.integer == Self.version, let figures = LoadFigures(value), let plan = value["plan"],
      let digest = plan["digest"]?.string, let seed = plan["seed"]?.integer, let target = plan["target"]?.string,
      let planned = plan["seconds"]?.double, let shardCount = plan.size("shards"), (1...100_000).contains(shardCount),
      let shards = plan["shard"]?.array?.compactMap(\.integer), !shards.isEmpty,
      shards.allSatisfy({ (1...shardCount).contains($0) }), Set(shards).count == shards.count,
      let intended = value["arrivals"]?.size("intended"), let seconds = value["seconds"]?.double, seconds >= 0,
      let bin = value["timeline"]?.size("secondsPerBin"), bin > 0,
      let cpu = value["generator"]?["cpuSeconds"]?.double, let memory = value["generator"]?.size("memoryBytes"),
      let thresholds = value["thresholds"]?.array
    else { return nil }
    func names(_ member: String) -> [String] { value[member]?.array?.compactMap { $0["name"]?.string } ?? [] }
    let endpoints = (value["endpoints"]?.array ?? []).compactMap { element -> LoadEndpoint? in
      guard let name = element["name"]?.string, let method = element["method"]?.string,
        let url = element["url"]?.string
      else { return nil }
      return LoadEndpoint(name: name, method: method, url: url)
    }
    self.plan = Plan(
      digest: digest, seed: seed, target: target, endpoints: endpoints, scenarios: names("scenarios"),
      phases: names("phases"), seconds: planned, binSeconds: bin,
      apdexMilliseconds: plan["apdexMilliseconds"]?.double, shards: shardCount)
    guard endpoints.count == figures.endpoints.count, self.plan.scenarios.count == figures.scenarios.count,
      self.plan.phases.count == figures.phases.count
    else { return nil }
    self.shards = shards
    self.intended = intended
    self.figures = figures
    self.seconds = seconds
    generatorCPU = cpu
    generatorMemory = memory
    self.thresholds = thresholds.compactMap { LoadThreshold(document: $0) }
    guard self.thresholds.count == thresholds.count else { return nil }
    ended = value["ended"]?.string
    endedByThreshold = value["endedByThreshold"]?.string
  }
}
