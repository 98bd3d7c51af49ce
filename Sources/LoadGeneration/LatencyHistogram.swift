package import Facts

/// Counts of times by their size, in microseconds: exact below 2 ms, within 0.05 % above, and merged by adding.
///
/// Buckets grow with the values in them, as in HdrHistogram: `2^(bits-1)` to every doubling.
package struct LatencyHistogram: Sendable, Hashable {
  /// How finely values are told apart: 11 for 0.05 %.
  package let bits: Int
  /// How many values there are.
  package private(set) var count = 0
  /// The smallest; 0 where there is none.
  package private(set) var least = 0
  /// The largest; 0 where there is none.
  package private(set) var most = 0
  private var sum = 0.0
  private var counts: [Int] = []

  /// Larger values count as this one: 51 days.
  private static let limit = 1 << 42

  /// No values yet.
  package init(bits: Int = 11) { self.bits = min(16, max(2, bits)) }

  /// Counts a time.
  package mutating func record(_ microseconds: Int) {
    let value = min(max(0, microseconds), Self.limit)
    let index = index(of: value)
    if index >= counts.count { counts += repeatElement(0, count: index + 64 - counts.count) }
    counts[index] += 1
    least = count == 0 ? value : min(least, value)
    most = max(most, value)
    sum += Double(value)
    count += 1
  }

  /// Adds the counts of another of the same fineness.
  package mutating func add(_ other: LatencyHistogram) {
    guard other.count > 0, other.bits == bits else { return }
    if other.counts.count > counts.count { counts += repeatElement(0, count: other.counts.count - counts.count) }
    for (index, count) in other.counts.enumerated() where count > 0 { counts[index] += count }
    least = count == 0 ? other.least : min(least, other.least)
    most = max(most, other.most)
    sum += other.sum
    count += other.count
  }

  /// The mean; nil where there is no value.
  package var mean: Double? { count > 0 ? sum / Double(count) : nil }

  /// The smallest value that at least the share `q` (0 to 1) of all does not exceed; nil where there is no value.
  package func quantile(_ q: Double) -> Int? {
    guard count > 0 else { return nil }
    let rank = max(1, min(count, Int((q * Double(count) - 1e-9).rounded(.up))))
    if rank == count { return most }
    var passed = 0
    for (index, count) in counts.enumerated() where count > 0 {
      passed += count
      if passed >= rank { return min(most, max(least, middle(of: index))) }
    }
    return most
  }

  /// How many values are at most `microseconds`, within the fineness.
  package func count(upTo microseconds: Int) -> Int {
    counts.prefix(index(of: min(max(0, microseconds), Self.limit)) + 1).reduce(0, +)
  }

  private func index(of value: Int) -> Int {
    let shift = max(0, Int.bitWidth - value.leadingZeroBitCount - bits)
    return shift << (bits - 1) + value >> shift
  }

  private func middle(of index: Int) -> Int {
    let shift = max(0, index >> (bits - 1) - 1)
    let low = (index - shift << (bits - 1)) << shift
    return low + (1 << shift - 1) / 2
  }

  // MARK: Facts

  /// How few values tell a percentile, by its share: 20 for the 95th, 100 for the 99th, 1 for the median.
  package static func needed(for q: Double) -> Int {
    q <= 0.5 ? 1 : q >= 1 ? 1 : Int((1 / (1 - q) - 1e-6).rounded(.up))
  }

  /// A percentile in seconds, or `null` where there are too few values to tell it.
  package func told(_ q: Double) -> JSONValue {
    guard count >= Self.needed(for: q), let value = quantile(q) else { return nil }
    return .seconds(value)
  }

  /// The figures that people read, in seconds, and the counts, from which others can be merged.
  package var document: JSONObject {
    [
      "p50": told(0.5), "p90": told(0.9), "p95": told(0.95), "p99": told(0.99),
      "max": count > 0 ? .seconds(most) : nil, "n": .integer(count), "min": count > 0 ? .seconds(least) : nil,
      "mean": mean.map { .seconds(Int($0.rounded())) } ?? nil, "counts": compact,
    ]
  }

  /// The counts: fineness, smallest, largest, then pairs of bucket and count.
  package var compact: JSONValue {
    var list: [JSONValue] = [.integer(bits), .integer(least), .integer(most), .double(sum)]
    for (index, count) in counts.enumerated() where count > 0 { list += [.integer(index), .integer(count)] }
    return .array(list)
  }

  /// The counts that `compact` wrote; nil where the value holds none.
  package init?(compact value: JSONValue?) {
    guard let list = value?.array, list.count >= 4, list.count % 2 == 0, let bits = list[0].integer,
      (2...16).contains(bits), let least = list[1].integer, let most = list[2].integer, let sum = list[3].double,
      least >= 0, most >= least, most <= Self.limit, sum >= 0
    else { return nil }
    self.init(bits: bits)
    let highest = index(of: Self.limit)
    for pair in stride(from: 4, to: list.count, by: 2) {
      guard let index = list[pair].integer, let number = list[pair + 1].integer, (0...highest).contains(index),
        (1...1 << 50).contains(number), index >= counts.count || counts[index] == 0
      else { return nil }
      if index >= counts.count { counts += repeatElement(0, count: index + 1 - counts.count) }
      counts[index] = number
      count += number
    }
    self.least = least
    self.most = most
    self.sum = sum
  }
}

extension JSONValue {
  /// Microseconds as seconds.
  static func seconds(_ microseconds: Int) -> JSONValue { .double(Double(microseconds) / 1_000_000) }
}
