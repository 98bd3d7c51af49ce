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
    guard low > max(3 * base, base + 0.008), high < 1.5 * low + 0.004 else { return nil }
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
  private static let singles = 40
  /// Requests at the same time, group by group, while none is refused; the last ones are for caps and queues.
  private static let groups = (usual: 8, large: [16, 32, 48])

  /// Sends one request after the other, then groups of them, until one is refused, the answers come at the steady pace of a
  /// queue, or enough were sent.
  mutating func exhaust() -> Exhaustion {
    var watch = QueueWatch()
    let most = max(min(requestsLeft - 2, 118), requestsLeft * 8 / 15)
    var all = burst(atMost: min(Self.singles, most)) { _, reply in
      watch.take(reply)
      return watch.rate != nil
    }
    if all.refused != nil { return .exhausted(all) }
    if let rate = watch.rate { return .settled(measureQueue(rate: rate)) }
    let base = latencies.min() ?? 0.05
    var large = Self.groups.large[...]
    let forLarge = min(48, most / 3)
    var largestServed = 1
    while halt == nil, all.admitted + all.lost < most {
      let left = most - all.admitted - all.lost
      let size = min(left > forLarge ? Self.groups.usual : large.popFirst() ?? budget.together, left, budget.together)
      let replies = send(together: size, patience: max(patience, Double(size) * base * 2))
      guard !replies.isEmpty else { break }
      var group = all
      group.take(replies)
      guard group.refused != nil else {
        all = group
        if !replies.contains(where: { $0.kind != .admitted }) { largestServed = max(largestServed, size) }
        continue
      }
      if let inference = judge(replies, base: base, largestServed: largestServed) { return .settled(inference) }
      groupSize = Self.groups.usual
      return .exhausted(group)
    }
    return .exhausted(all)
  }

  // MARK: Queues

  /// Finds how many requests a queue holds: the first group too many.
  private mutating func measureQueue(rate: Double) -> Inference {
    note("one after the other, answers come every \(seconds(1 / rate))")
    for size in [8, 24, 48] where halt == nil && requestsLeft >= size {
      // Until the queue is empty again.
      guard wait(1.5 / rate) else { break }
      let replies = send(together: size, patience: Double(size + 2) / rate + 2)
      if replies.contains(where: { $0.kind == .refused }) { return queue(rate: rate, replies) }
    }
    return queue(rate: rate, nil)
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

  /// Seconds from one answer to the next, where they come steadily.
  private static func spacing(_ admitted: [Reply]) -> Double? {
    let admitted = admitted.map(\.answered).sorted()
    guard admitted.count >= 4, let first = admitted.first, let last = admitted.last else { return nil }
    let gaps = zip(admitted, admitted.dropFirst()).map { $1 - $0 }.sorted()
    let mean = (last - first) / Double(gaps.count)
    let median = gaps[gaps.count / 2]
    return median > 0.5 * mean && median < 2 * mean ? mean : nil
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
    if let spacing = Self.spacing(admitted), spacing > max(base, 0.004) { return queue(rate: 1 / spacing, replies) }
    // A cap does not mind one after the other, nor a group that it let through before.
    guard replies.count > largestServed, burst(atMost: 10).refused == nil, halt == nil else { return nil }
    var counts = [admitted.count]
    for _ in 0..<2 {
      let again = send(together: replies.count, patience: patience)
      guard again.contains(where: { $0.kind == .refused }) else { return nil }
      counts.append(again.count { $0.kind == .admitted })
    }
    note("at once thereafter, \(counts[1]) and \(counts[2]) of \(replies.count) at the same time were admitted")
    guard let least = counts.min(), let most = counts.max(), most - least <= max(2, least / 4), least > 0 else {
      return nil
    }
    var inference = Inference(outcome: .measured)
    inference.family = .concurrency
    inference.algorithm = .concurrencyCap
    inference.limit = least
    inference.recoverySeconds = 0
    inference.familyConfidence = 0.9
    inference.algorithmConfidence = 0.9
    return inference
  }
}
