/// Watches a sequence of answers for the steady pace of a queue.
struct QueueWatch: Sendable {
  private var latencies: [Double] = []
  private static let needed = 6

  mutating func take(_ reply: Reply) { if reply.kind == .admitted { latencies.append(reply.latency) } }

  /// The queue's requests per second, where the last answers all took the same time, and much longer than the quickest.
  var rate: Double? {
    guard latencies.count > Self.needed, let base = latencies.min() else { return nil }
    let last = latencies.suffix(Self.needed)
    guard let low = last.min(), let high = last.max() else { return nil }
    guard low > max(1.6 * base, base + 0.006), high < 1.3 * low + 0.004 else { return nil }
    return Double(last.count) / last.reduce(0, +)
  }
}

extension Investigation {
  /// What the first bursts came to.
  enum Exhaustion {
    /// They told everything.
    case settled(Inference)
    /// They exhausted a limiter, or none.
    case exhausted(Burst)
  }

  /// Requests one after the other before the first group of them.
  private static let singles = 30
  /// Requests at the same time, group by group, while none is refused: two that show queues and caps, then modest ones.
  private static let groups = (first: [8, 24], usual: 8)
  /// Requests kept back for what comes after the first refusal.
  private static let reserve = 12

  /// Sends one request after the other, then groups of them, until one is refused, the answers come at the steady pace of a
  /// queue, or enough were sent.
  mutating func exhaust() -> Exhaustion {
    var watch = QueueWatch()
    let most = max(min(requestsLeft, 120) - Self.reserve, requestsLeft * 8 / 15)
    var all = burst(atMost: min(Self.singles, most)) { _, reply in
      watch.take(reply)
      return watch.rate != nil
    }
    if all.refused != nil { return .exhausted(all) }
    if let rate = watch.rate, let inference = measureQueue(rate: rate) { return .settled(inference) }
    let base = latencies.min() ?? 0.05
    var first = Self.groups.first[...]
    var largestServed = 1
    while halt == nil, all.admitted + all.lost < most {
      let left = most - all.admitted - all.lost
      let wanted = first.popFirst() ?? Self.groups.usual
      let size = min(wanted, left, budget.together)
      let replies = send(together: size, patience: max(patience, Double(size) * base * 2))
      guard !replies.isEmpty else { break }
      var group = all
      group.take(replies, seen: trace.times.suffix(replies.count))
      guard group.refused != nil else {
        all = group
        if !replies.contains(where: { $0.kind != .admitted }) { largestServed = max(largestServed, size) }
        continue
      }
      if let inference = judge(replies, base: base, largestServed: largestServed) { return .settled(inference) }
      // A quick route is exhausted by one at a time, and then no more than one is refused.
      if base > 0.005 { groupSize = Self.groups.usual }
      return .exhausted(group)
    }
    return .exhausted(all)
  }

  // MARK: Queues

  /// Finds how many requests a queue holds: the first group too many.
  ///
  /// Nil where the answers of a group do not come one by one: then it was only a slower stretch.
  private mutating func measureQueue(rate: Double, beyond smallest: Int = 0) -> Inference? {
    note("one after the other, answers come every \(seconds(1 / rate))")
    // Those that came quickly are still in the queue's books.
    let booked = Double(min(50, latencies.count { $0 < 0.5 / rate } + 2))
    var isPaced = false
    for size in [8, 24, 48] where size > smallest && halt == nil && requestsLeft >= size {
      guard wait(booked / rate) else { break }
      let replies = send(together: size, patience: Double(size + 2) / rate + 2)
      isPaced = isPaced || Self.isPaced(replies, rate: rate)
      if replies.contains(where: { $0.kind == .refused }) { return isPaced ? queue(rate: rate, replies) : nil }
    }
    return isPaced || halt != nil ? queue(rate: rate, nil) : nil
  }

  private mutating func queue(rate: Double, _ replies: [Reply]?) -> Inference {
    let admitted = replies?.filter { $0.kind == .admitted }
    if let replies, let admitted {
      note("of \(replies.count) at the same time, \(admitted.count) were admitted one by one and the others refused")
    }
    var inference = Inference(outcome: .measured)
    inference.family = .queue
    inference.algorithm = .leakyQueue
    inference.ratePerSecond = admitted.flatMap(Self.spacing).map { 1 / $0 } ?? rate
    inference.limit = admitted?.count
    inference.burst = admitted.map { max(0, $0.count - 1) }
    inference.recoverySeconds = 1 / rate
    inference.familyConfidence = admitted == nil ? 0.8 : 1
    inference.algorithmConfidence = inference.familyConfidence
    return inference
  }

  /// Whether a group was answered about as slowly as a queue of that rate answers.
  private static func isPaced(_ replies: [Reply], rate: Double) -> Bool {
    let answered = replies.filter { $0.kind == .admitted }.map(\.answered).sorted()
    guard answered.count > 1, let first = answered.first, let last = answered.last else { return false }
    let whole = Double(answered.count - 1) / rate
    return (0.3...1.6).contains((last - first) / whole)
  }

  /// Seconds from one answer to the next, where they come steadily.
  private static func spacing(_ admitted: [Reply]) -> Double? {
    let admitted = admitted.map(\.answered).sorted()
    guard admitted.count >= 4, let first = admitted.first, let last = admitted.last else { return nil }
    let gaps = zip(admitted, admitted.dropFirst()).map { $1 - $0 }.sorted()
    // The first ones may not have had to wait.
    let steady = gaps[gaps.count * 3 / 4]
    let middle = gaps[gaps.count * 5 / 8]
    // A busy client reads some answers late, but not all of them by a tenth of a second.
    guard last - first > 0.08 else { return nil }
    return middle > 0.6 * steady && last - first > 0.3 * steady * Double(gaps.count) ? steady : nil
  }

  // MARK: Caps

  /// Some of a group were refused. A queue answers the others one by one; a cap of requests in progress has room again as
  /// soon as they are over, and as much as before. Nil for anything else.
  private mutating func judge(_ replies: [Reply], base: Double, largestServed: Int) -> Inference? {
    let admitted = replies.filter { $0.kind == .admitted }
    note(
      "of \(replies.count) at the same time, \(admitted.count) were admitted and \(replies.count { $0.kind == .refused }) refused"
    )
    guard !admitted.isEmpty else { return nil }
    if let spacing = Self.spacing(admitted), spacing > max(base, 0.004) {
      if let inference = measureQueue(rate: 1 / spacing, beyond: admitted.count) { return inference }
    }
    // A cap does not mind one after the other, nor a group that it let through before.
    guard replies.count > largestServed else { return nil }
    let singles = burst(atMost: 6)
    guard singles.refused == nil, singles.admitted >= 4 else { return nil }
    let paced = latencies.suffix(singles.admitted)
    if let quickest = paced.min(), quickest > max(1.5 * base, base + 0.006) {
      let rate = Double(paced.count) / paced.reduce(0, +)
      if let inference = measureQueue(rate: rate, beyond: admitted.count) { return inference }
    }
    var counts = [admitted.count]
    let size = min(replies.count, admitted.count + 3)
    while counts.count < 3, requestsLeft >= size {
      let again = send(together: size, patience: patience)
      guard again.contains(where: { $0.kind == .refused }) else { return nil }
      counts.append(again.count { $0.kind == .admitted })
    }
    note(
      "one after the other, \(singles.admitted) were admitted at once thereafter\(counts.dropFirst().map { ", and \($0) of \(size) at the same time" }.joined())"
    )
    guard let least = counts.min(), let most = counts.max(), most - least <= max(2, least / 4), least > 0 else {
      return nil
    }
    var inference = Inference(outcome: .measured)
    inference.family = .concurrency
    inference.algorithm = .concurrencyCap
    inference.limit = counts.sorted()[counts.count / 2]
    inference.recoverySeconds = 0
    inference.familyConfidence = counts.count > 1 ? 0.9 : 0.6
    inference.algorithmConfidence = inference.familyConfidence
    return inference
  }
}
