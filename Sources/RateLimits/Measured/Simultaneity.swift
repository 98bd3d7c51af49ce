/// What requests at the same time show that one after the other do not: queues and caps of requests in progress.
enum Simultaneity {
  /// Requests kept back for them.
  static let reserve = 56

  /// Watches a sequence of answers for the steady pace of a queue.
  struct QueueWatch: Sendable {
    private var latencies: [Double] = []
    private static let needed = 6

    mutating func take(_ reply: Reply) { if reply.kind == .admitted { latencies.append(reply.latency) } }

    /// Whether the last answers all took the same time, and much longer than the first.
    var showsQueue: Bool {
      guard latencies.count > Self.needed, let base = latencies.min() else { return false }
      let last = latencies.suffix(Self.needed)
      guard let low = last.min(), let high = last.max() else { return false }
      return low > max(3 * base, base + 0.008) && high < 1.5 * low + 0.004
    }
  }
}

extension Investigation {
  /// What requests at the same time came to.
  enum Parallel {
    case settled(Inference)
    /// They exhausted a limiter of the ordinary kind.
    case exhausted(Burst)
  }

  /// Sends growing groups of requests at the same time; nil where nothing was refused.
  mutating func tryTogether(after sequence: Burst) -> Parallel? {
    guard halt == nil || halt == .requests else { return nil }
    let base = latencies.min() ?? 0.05
    // A queue lets a single client through at its rate.
    let paced = latencies.suffix(6)
    let queueRate: Double? =
      paced.count == 6 && (paced.min() ?? 0) > max(3 * base, base + 0.008)
      ? 6 / paced.reduce(0, +) : nil
    if let queueRate { note("one after the other, answers come every \(seconds(1 / queueRate))") }
    var all = Burst()
    var size = 8
    while halt == nil, requestsLeft > 2 {
      if let queueRate, !wait(2 / queueRate) { break }
      let count = min(size, requestsLeft - 1, budget.together)
      let patience = queueRate.map { Double(count + 2) / $0 + 2 } ?? max(2, Double(count) * base * 4)
      let replies = send(together: count, patience: patience)
      guard !replies.isEmpty else { break }
      let admitted = replies.filter { $0.kind == .admitted }
      let refused = replies.filter { $0.kind == .refused }
      all.take(replies)
      if !refused.isEmpty { return judge(replies, queueRate: queueRate, base: base, groups: all) }
      if count >= budget.together { break }
      size *= 2
    }
    if let queueRate { return .settled(queue(rate: queueRate, admitted: nil)) }
    return nil
  }

  /// Some of a group were refused: a queue or a cap admits again at once what it is done with, others do not.
  private mutating func judge(
    _ replies: [Reply], queueRate: Double?, base: Double, groups: Burst
  ) -> Parallel {
    let admitted = replies.filter { $0.kind == .admitted }.sorted { $0.answered < $1.answered }
    let refusedCount = replies.count { $0.kind == .refused }
    note("of \(replies.count) at the same time, \(admitted.count) were admitted and \(refusedCount) refused")
    let spacing = Self.spacing(admitted)
    let isQueue = queueRate != nil || (spacing.map { $0 > max(base, 0.004) } ?? false)
    if !isQueue {
      groupSize = max(4, min(16, replies.count / 2))
      // What only counts requests in progress has room as soon as they are over.
      guard let next = send(), next.kind == .admitted else { return .exhausted(groups) }
      let again = send(together: replies.count, patience: 2 + 4 * base)
      let admittedAgain = again.count { $0.kind == .admitted }
      note("at once thereafter, \(admittedAgain) of \(again.count) at the same time were admitted")
      guard again.contains(where: { $0.kind == .refused }),
        abs(admittedAgain - admitted.count) <= max(2, admitted.count / 4)
      else {
        return .exhausted(groups)
      }
      var inference = Inference(outcome: .measured)
      inference.family = .concurrency
      inference.algorithm = .concurrencyCap
      inference.limit = min(admitted.count, admittedAgain)
      inference.recoverySeconds = 0
      inference.familyConfidence = 0.9
      inference.algorithmConfidence = 0.9
      return .settled(inference)
    }
    return .settled(queue(rate: queueRate ?? spacing.map { 1 / $0 } ?? 0, admitted: admitted))
  }

  /// Seconds from one answer to the next, where they come steadily.
  private static func spacing(_ admitted: [Reply]) -> Double? {
    guard admitted.count >= 4, let first = admitted.first, let last = admitted.last else { return nil }
    let gaps = zip(admitted, admitted.dropFirst()).map { $1.answered - $0.answered }.sorted()
    let mean = (last.answered - first.answered) / Double(gaps.count)
    let median = gaps[gaps.count / 2]
    return median > 0.5 * mean && median < 2 * mean ? mean : nil
  }

  private func queue(rate: Double, admitted: [Reply]?) -> Inference {
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
}
