import Facts
import Glibc
import LoadGeneration
import Probing
import Synchronization
import Transport

/// Something whose CPU and memory are watched while load runs.
struct Watched: Sendable {
  /// Where its figures come from.
  enum Source: Sendable {
    case process(Int)
    case group(String)
    case prometheus(String, cpu: String?, memory: String?)
    /// The inventory says nothing usable.
    case nothing(String)
  }

  /// One look.
  struct Sample: Sendable {
    /// On the monotonic clock.
    var at: ContinuousClock.Instant
    /// CPU used so far, in seconds; nil where it is told as a rate or not at all.
    var cpuSeconds: Double?
    /// Cores in use; nil where it is told as a sum or not at all.
    var cores: Double?
    /// Bytes held.
    var memory: Double?
  }

  let name: String
  let source: Source

  /// Reads one entry of `watch`.
  init(_ value: JSONValue) {
    name = value["name"]?.string ?? "process"
    if let pid = value["pid"]?.integer {
      source = .process(pid)
    } else if let path = value["pidFile"]?.string {
      let pid = SmallFile.text(of: path).flatMap { Int($0.prefix { $0.isNumber }) }
      source = pid.map { .process($0) } ?? .nothing("\(path) holds no process id")
    } else if let path = value["cgroup"]?.string {
      source = .group(path)
    } else if let url = value["prometheus"]?.string {
      source = .prometheus(url, cpu: value["cpu"]?.string, memory: value["memory"]?.string)
    } else {
      source = .nothing("the inventory names neither pid nor pidFile nor cgroup nor prometheus")
    }
  }

  /// How long between two looks, in milliseconds: a metrics server is asked less often than the kernel.
  var interval: Int { if case .prometheus = source { 2000 } else { 250 } }

  /// Looks once; nil where nothing can be seen. Blocks.
  func sample(trust: TrustStore, before deadline: Deadline, traffic: TrafficMeter) -> Sample? {
    switch source {
    case .nothing: return nil
    case .process(let pid): return Self.process(pid)
    case .group(let path): return Self.group(path)
    case .prometheus(let url, let cpu, let memory):
      func ask(_ query: String?) -> Double? {
        query.flatMap { Self.answer(of: url, to: $0, trust, deadline, traffic) }
      }
      let (cores, bytes) = (ask(cpu), ask(memory))
      if cores == nil, bytes == nil { return nil }
      return Sample(at: .now, cpuSeconds: nil, cores: cores, memory: bytes)
    }
  }

  private static func process(_ pid: Int) -> Sample? {
    guard let text = SmallFile.text(of: "/proc/\(pid)/stat"), let end = text.lastIndex(of: ")") else { return nil }
    // Behind the name in parentheses, which may hold anything: state is field 3, utime 14, stime 15, rss 24.
    let fields = text[text.index(after: end)...].split(separator: " ")
    guard fields.count > 21, let user = Double(fields[11]), let system = Double(fields[12]),
      let pages = Double(fields[21])
    else { return nil }
    return Sample(
      at: .now, cpuSeconds: (user + system) / Double(sysconf(Int32(_SC_CLK_TCK))), cores: nil,
      memory: pages * Double(sysconf(Int32(_SC_PAGESIZE))))
  }

  private static func group(_ path: String) -> Sample? {
    let used = SmallFile.text(of: "\(path)/cpu.stat")?.split(separator: "\n")
      .first { $0.hasPrefix("usage_usec ") }.flatMap { Double($0.dropFirst("usage_usec ".count)) }
    let memory = SmallFile.text(of: "\(path)/memory.current").flatMap { Double($0.prefix { $0.isNumber }) }
    if used == nil, memory == nil { return nil }
    return Sample(at: .now, cpuSeconds: used.map { $0 / 1e6 }, cores: nil, memory: memory)
  }

  /// The sum over what a query of Prometheus selects.
  private static func answer(
    of url: String, to query: String, _ trust: TrustStore, _ deadline: Deadline, _ traffic: TrafficMeter
  ) -> Double? {
    var base = url[...]
    while base.hasSuffix("/") { base = base.dropLast() }
    let address = "\(base)/api/v1/query?query=\(encoded(query))"
    guard
      let (status, content) = try? PlainExchange.get(
        address, trust: trust, before: deadline.capped(milliseconds: 2000), traffic: traffic), status == 200,
      let document = try? JSONText.parse(content), let data = document["data"]
    else { return nil }
    if data["resultType"]?.string == "scalar" { return data["result"]?[1]?.string.flatMap(Double.init) }
    let values = (data["result"]?.array ?? []).compactMap { $0["value"]?[1]?.string.flatMap(Double.init) }
    return values.isEmpty ? nil : values.reduce(0, +)
  }

  private static func encoded(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF")
    return text.utf8.map { byte in
      switch byte {
      case 48...57, 65...90, 97...122, 45, 46, 95, 126: String(UnicodeScalar(byte))
      default: "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
      }
    }.joined()
  }
}

/// The looks at one watched thing, as facts.
struct WatchedFacts {
  /// Its facts, and why they are missing where they are.
  let facts: JSONValue
  let missing: String?

  init(_ watched: Watched, _ samples: [Watched.Sample]) {
    guard let first = samples.first, let last = samples.last, samples.count >= 2 else {
      facts = [
        "name": .string(watched.name), "samples": .integer(samples.count), "coresMean": nil, "coresMost": nil,
        "cpuSeconds": nil, "memoryStart": nil, "memoryMost": nil, "memoryEnd": nil, "memoryGrowthShare": nil,
      ]
      if case .nothing(let reason) = watched.source {
        missing = reason
      } else {
        missing = "fewer than two looks at \(watched.name) succeeded"
      }
      return
    }
    missing = nil
    var rates: [Double] = samples.compactMap(\.cores)
    var used: Double?
    if let start = first.cpuSeconds, let end = last.cpuSeconds {
      used = end - start
      // Over about a second: shorter stretches show the clock's ticks.
      var before = first
      for sample in samples.dropFirst() {
        let seconds = Self.seconds(before.at, sample.at)
        guard seconds >= 0.9, let a = before.cpuSeconds, let b = sample.cpuSeconds else { continue }
        rates.append((b - a) / seconds)
        before = sample
      }
    }
    let whole = Self.seconds(first.at, last.at)
    let mean =
      used.map { whole > 0 ? $0 / whole : 0 } ?? (rates.isEmpty ? nil : rates.reduce(0, +) / Double(rates.count))
    let memories = samples.compactMap(\.memory)
    // A process fills its caches at first: it is held against what it had after a quarter of the time.
    let settled = memories.isEmpty ? nil : memories[memories.count / 4]
    let growth = settled.flatMap { base in base > 0 ? memories.last.map { $0 / base - 1 } : nil }
    facts = [
      "name": .string(watched.name), "samples": .integer(samples.count), "coresMean": Self.number(mean),
      "coresMost": Self.number(rates.max() ?? mean), "cpuSeconds": Self.number(used),
      "memoryStart": Self.bytes(memories.first), "memoryMost": Self.bytes(memories.max()),
      "memoryEnd": Self.bytes(memories.last), "memoryGrowthShare": Self.number(growth),
    ]
  }

  private static func seconds(_ from: ContinuousClock.Instant, _ to: ContinuousClock.Instant) -> Double {
    let (seconds, attoseconds) = (to - from).components
    return Double(seconds) + Double(attoseconds) / 1e18
  }

  private static func number(_ value: Double?) -> JSONValue {
    guard let value, value.isFinite else { return nil }
    return .double((value * 1000).rounded() / 1000)
  }

  private static func bytes(_ value: Double?) -> JSONValue {
    guard let value, value.isFinite, value >= 0, value < 1e18 else { return nil }
    return .integer(Int(value))
  }
}
