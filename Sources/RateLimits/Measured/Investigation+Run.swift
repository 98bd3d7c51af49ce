extension Investigation {
  mutating func run() -> Inference {
    let exhaustion: Burst
    switch exhaust() {
    case .settled(let inference): return closed(inference)
    case .exhausted(let burst): exhaustion = burst
    }
    guard let refused = exhaustion.refused else { return closed(nothingSeen(exhaustion)) }
    note(
      "\(exhaustion.admitted) requests in \(seconds(refused - (exhaustion.first ?? refused))) were admitted, the next refused"
    )
    latency = Self.latencies(latencies)
    tryAsides()
    var clues = Clues(
      limits: max(1, exhaustion.admitted)...max(1, exhaustion.admitted + exhaustion.lost),
      begin: exhaustion.first ?? refused, exhausted: refused, recoveries: [])
    if let wanted = retryAfter, wanted > min(hints.longestWait, secondsLeft) {
      note("the refusal asks to come back in \(seconds(wanted)), which is not waited for")
      return closed(unrecovered(clues))
    }
    guard let recovery = awaitRecovery(since: lastRefusal ?? refused) else { return closed(unrecovered(clues)) }
    clues.recoveries.append(recovery)
    note(
      "still refused \(seconds(recovery.lowerBound - refused)) after that, admitted again after \(seconds(recovery.upperBound - refused))"
    )
    measure(&clues)
    return closed(inference(clues))
  }

  /// Medians of the first ten and of the last ten.
  private static func latencies(_ all: [Double]) -> (first: Double, limited: Double)? {
    func median(_ some: ArraySlice<Double>) -> Double { some.sorted()[some.count / 2] }
    return all.isEmpty ? nil : (median(all.prefix(10)), median(all.suffix(10)))
  }

  mutating func note(_ sentence: String) { if evidence.count < 40 { evidence.append(sentence) } }

  func seconds(_ value: Double) -> String { Figures.seconds(value) }

  // MARK: While limited

  /// When the limiter was last seen to refuse.
  var lastRefusal: Double? { trace.marks.lastIndex(of: .refused).map { trace.times[$0] } }

  /// Sends each request that differs in one way, and after each the unchanged one: only while that is refused does the other
  /// prove anything.
  private mutating func tryAsides() {
    guard wire.asides > 0 else { return }
    var left = min(budget.asides, requestsLeft)
    asides = Array(repeating: .unproven, count: wire.asides)
    for aside in 0..<wire.asides where left >= 2 && halt == nil {
      let before = used
      asides[aside] = tryAside(aside)
      left -= used - before
    }
  }

  private mutating func tryAside(_ aside: Int) -> Aside {
    for _ in 0..<4 {
      guard let reply = send(aside: aside), let control = send() else { return .unproven }
      guard control.kind == .refused else {
        // There was room again: empty what came back, and try again.
        guard control.kind == .admitted, burst(atMost: 6).refused != nil else { return .unproven }
        continue
      }
      switch reply.kind {
      case .refused: return .refused
      case .lost, .failed: return .unproven
      case .admitted:
        if confirm(aside) == .passes { return .passes }
        guard burst(atMost: 8).refused != nil else { return .unproven }
      }
    }
    return .unproven
  }

  /// A single request may have met the one that came back just then. Where five in a row are admitted because so much comes
  /// back, three unchanged ones in a row cannot all be refused; and where a window of just five began, four are not all.
  private mutating func confirm(_ aside: Int) -> Aside {
    for (admitted, refused) in wire.mustBeCertain(aside: aside) ? [(5, 3), (4, 1)] : [(3, 1)] {
      for _ in 0..<admitted { guard let reply = send(aside: aside), reply.kind == .admitted else { return .unproven } }
      for _ in 0..<refused { guard let control = send(), control.kind == .refused else { return .unproven } }
    }
    return .passes
  }

  // MARK: Behind the first recovery

  /// Spends requests where the algorithms differ most.
  private mutating func measure(_ clues: inout Clues) {
    guard let recovery = clues.recoveries.first else { return }
    let size = clues.limits.lowerBound
    // Some of the requests now, the others later in the same window: a log gives them back one by one.
    let part = max(1, (size + 2) / 3)
    let span = clues.exhausted - clues.begin
    // A burst must be short against the window: a slow route is asked by several at a time.
    if size >= 16, span > 0.2 * (recovery.upperBound - clues.begin) { groupSize = max(groupSize, 8) }
    var refill = burst(atMost: part - 1)
    refill.admitted += 1
    if size > 2, let refused = refill.refused {
      note("then only \(refill.admitted) more were admitted")
      clues.part = (refill.admitted, refused, refusals - 2)
      measureRate(&clues, refused: refused, refill: refill)
    } else {
      measureWindow(&clues, start: recovery.upperBound, refill: refill)
    }
    settle(&clues)
  }

  /// Everything came back at once, or what came back is too little to tell.
  private mutating func measureWindow(_ clues: inout Clues, start: Double, refill: Burst) {
    guard let recovery = clues.recoveries.first else { return }
    let size = clues.limits.lowerBound
    var refill = refill
    let window = recovery.lowerBound - clues.begin...recovery.upperBound - clues.begin
    if size > 2, refill.refused == nil {
      // The rest has to fit into the same window.
      let took = 2.2 * (wire.now - start)
      let gap = min(0.4 * window.lowerBound, 0.9 * window.lowerBound - (wire.now - start) - took)
      if gap > 0, !wait(gap) { return }
    }
    var rest = refill
    if refill.refused == nil {
      rest = burst(atMost: 2 * size + 4)
      rest.admitted += refill.admitted
      rest.lost += refill.lost
    }
    refill = rest
    guard let refused = refill.refused else { return }
    clues.refills.append(max(1, refill.admitted)...max(1, refill.admitted + refill.lost))
    note("\(refill.admitted) were admitted in the second round, spread over \(seconds(refused - start))")
    let expected = start + window.lowerBound...max(start + window.upperBound, start + window.lowerBound)
    let towards = max(0.1, (expected.lowerBound - refused) / 3)
    guard
      let next = awaitRecovery(since: refused, expected: expected, first: towards, factor: 1.3)
    else { return }
    clues.recoveries.append(next)
    note(
      "admitted again between \(seconds(next.lowerBound - start)) and \(seconds(next.upperBound - start)) after its first request"
    )
    guard size > 2 else {
      measureSingle(&clues)
      return
    }
    // What is left may be needed to tell where windows begin, which says more than how they end.
    let needed = size + size / 5 + 8
    if requestsLeft < needed + size / 2, requestsLeft >= needed { return }
    var third = burst(atMost: max(2, size / 2))
    third.admitted += 1
    note(
      third.refused == nil
        ? "at once \(third.admitted) more were admitted" : "only \(third.admitted) were admitted then")
    // A log would give back as many as were used first; this one gives back little by little.
    if let refused = third.refused, third.admitted * 2 < size / 3 {
      measureRate(&clues, refused: refused, refill: third)
    }
  }

  /// A bucket too small for many to come back at once: when the next one comes, and some more after that, to a part of one.
  private mutating func measureDrops(since: Double, rate: Double, size: Double) {
    let one = 1 / rate
    guard
      let first = awaitRecovery(
        since: since, expected: since + 0.3 * one...since + 1.5 * one, first: 0.25 * one, fineness: 16)
    else { return }
    let several = max(1, min(4, size - 1).rounded(.down))
    let begin = first.upperBound
    guard wait(begin + (several - 0.45) * one - wire.now), let refused = burst(atMost: Int(size) + 2).refused else {
      return
    }
    let due = begin + several * one
    _ = awaitRecovery(
      since: refused, expected: max(refused, due - 0.4 * one)...max(refused, due) + 0.6 * one, first: 0.05 * one,
      fineness: 16)
  }

  /// So few requests make a limit that only their distance can be measured: a few times, ever more closely.
  private mutating func measureSingle(_ clues: inout Clues) {
    for fineness in [25.0, 40] {
      guard halt == nil, let fit = ranking(clues).first else { return }
      let window = fit.hypothesis.window / Double(max(1, fit.hypothesis.limit))
      guard let refused = burst(atMost: clues.limits.lowerBound + 2).refused, let last = lastAdmission else { return }
      let range = max(0.1, min(0.25, fit.spread)) * window
      _ = awaitRecovery(
        since: refused, expected: last + window - range...last + window + range, first: 0.6 * window,
        fineness: fineness)
    }
  }

  /// When a request was last seen to be admitted.
  private var lastAdmission: Double? { trace.marks.lastIndex(of: .admitted).map { trace.times[$0] } }

  /// Little came back: the rate is measured over pauses that grow until enough comes back in one.
  private mutating func measureRate(_ clues: inout Clues, refused: Double, refill: Burst) {
    guard let recovery = clues.recoveries.first else { return }
    let size = Double(clues.limits.lowerBound)
    var enough = max(2, min(16, size / 3))
    var since = refused
    var pause = max(0.02, recovery.upperBound - recovery.lowerBound)
    var measured: [Double] = []
    var sizable = 0
    for _ in 0..<9 {
      guard wait(since + pause - wire.now) else { break }
      let burst = burst(atMost: 2 * Int(size) + 4)
      guard let end = burst.refused else { break }
      note("\(burst.admitted) were admitted \(seconds(end - since)) after the refusal before")
      let before = since
      let admitted = Double(burst.admitted) + Double(burst.lost) / 2
      if admitted >= min(3, enough) {
        measured.append(admitted / (end - since))
        // What came in while the first burst went out is taken from the size: the longer it took, the better the rate must be.
        let refilled = min(0.9 * size, admitted / (end - since) * (clues.exhausted - clues.begin))
        enough = max(enough, min(120, size / 3, 30 * refilled / (size - refilled)))
      }
      since = end
      if admitted >= enough {
        sizable += 1
        // A bucket would have given something back before: this one needs a closer look.
        let wasSilent = (admitted / Double(end - before)) * (recovery.lowerBound - clues.exhausted) > 4
        if sizable >= (wasSilent ? 3 : 1) { break }
      }
      pause *= admitted > 1 ? min(2.5, max(1.2, 1.1 * enough / admitted)) : 2
    }
    clues.rates =
      measured.isEmpty ? [Double(max(1, refill.admitted)) / (recovery.upperBound - clues.exhausted)] : measured
  }

  /// Tells the two best explanations apart where they are too close to call.
  private mutating func settle(_ clues: inout Clues) {
    var mayTrySilence = true
    for _ in 0..<2 where halt == nil {
      let ranking = ranking(clues)
      guard let best = ranking.first, let rival = ranking.dropFirst().first, rival.score - best.score < Self.clear
      else { return }
      let pair = [best.hypothesis, rival.hypothesis]
      let size = max(best.hypothesis.limit, rival.hypothesis.limit)
      guard requestsLeft > size + size / 5 + 6, size > 2 else { return }
      if let aligned = pair.first(where: { $0.algorithm == .alignedWindow }) {
        guard tryOffset(aligned, against: pair) else { return }
      } else if let counter = pair.first(where: { $0.algorithm == .slidingCounter }) {
        // A counter begins to give back that early only by chance, and the less likely the larger it is.
        guard mayTrySilence, size < 20 || best.hypothesis.algorithm != .tokenBucket, trySilence(counter) else { return }
        mayTrySilence = false
      } else {
        return
      }
    }
  }

  /// By how many errors an explanation must be better than the next to need no further test.
  private static let clear = 2.0

  /// Begins in the middle of a window of the clock: what is left then comes back at its edge, or with the first request.
  private mutating func tryOffset(_ aligned: Hypothesis, against pair: [Hypothesis]) -> Bool {
    let longest = pair.map(\.window).max() ?? aligned.window
    let shortest = pair.map(\.window).min() ?? aligned.window
    let clean = max(wire.now, (trace.times.last ?? wire.now) + 1.1 * longest)
    let edges = ((clean - aligned.phase) / aligned.window - 0.5).rounded(.up)
    let start = aligned.phase + (edges + 0.5) * aligned.window
    let part = max(1, aligned.limit * 6 / 10)
    guard wait(start - wire.now) else { return false }
    var first = burst(atMost: part)
    guard first.refused == nil, let begin = first.first, wait(begin + 0.78 * shortest - wire.now) else { return false }
    let second = burst(atMost: aligned.limit - part + max(3, aligned.limit / 10))
    first.admitted += second.admitted
    note(
      "\(first.admitted) admitted over the middle of a window of the clock\(second.refused == nil ? "" : ", then refused")"
    )
    return true
  }

  /// Exhausts everything just behind an edge: a counter stays silent until the next one.
  private mutating func trySilence(_ counter: Hypothesis) -> Bool {
    let clean = max(wire.now, (trace.times.last ?? wire.now) + 2 * counter.window)
    let edges = ((clean - counter.phase) / counter.window - 0.1).rounded(.up)
    guard wait(counter.phase + (edges + 0.1) * counter.window - wire.now) else { return false }
    let exhausting = burst(atMost: counter.limit * 2 + 4)
    guard exhausting.refused != nil, wait(0.5 * counter.window) else { return false }
    let after = burst(atMost: 4)
    note(
      "after a long pause \(exhausting.admitted) were admitted, and \(after.admitted) of \(after.refused == nil ? after.admitted : after.admitted + 1) \(seconds(0.5 * counter.window)) after the refusal"
    )
    return true
  }

  // MARK: Conclusions

  /// Every algorithm held against everything that was seen, best first.
  private mutating func ranking(_ clues: Clues) -> [Fit] {
    if let known = ranked, known.count == trace.count { return known.fits }
    let fits = Fitting(trace: trace, clues: clues).ranking()
    ranked = (trace.count, fits)
    return fits
  }

  private mutating func inference(_ clues: Clues) -> Inference {
    var inference = Inference(outcome: .measured)
    inference.recoverySeconds = clues.recoveries.first.map { $0.upperBound - clues.exhausted }
    let ranking = ranking(clues)
    guard let best = ranking.first else { return inference }
    var hypothesis = best.hypothesis
    // With a limit of one these are all the same, and a rate is all that is to be said.
    if hypothesis.limit == 1, hypothesis.algorithm == .firstHitWindow || hypothesis.algorithm == .slidingLog {
      hypothesis.algorithm = .tokenBucket
    }
    inference.algorithm = hypothesis.algorithm
    inference.family = hypothesis.algorithm.family
    inference.limit = hypothesis.limit
    inference.windowSeconds = hypothesis.window
    inference.ratePerSecond = Double(hypothesis.limit) / hypothesis.window
    inference.countsRefusals = hypothesis.countsRefusals
    inference.spread = best.spread
    if hypothesis.algorithm == .tokenBucket { inference.burst = hypothesis.limit - 1 }
    func lead(_ isRival: (Algorithm) -> Bool) -> Double {
      let rival = ranking.dropFirst().first { isRival($0.hypothesis.algorithm) }
      return rival.map { min(1, max(0, $0.score - best.score) / 4) } ?? 1
    }
    inference.algorithmConfidence = lead { $0 != hypothesis.algorithm }
    inference.familyConfidence = lead { $0.family != hypothesis.algorithm.family }
    inference.evidence = ranking.map {
      "\($0.hypothesis.algorithm.rawValue) of \($0.hypothesis.limit) in \(seconds($0.hypothesis.window)) contradicts \(Figures.rounded($0.errors, 1)) of \(trace.count) answers"
    }
    return inference
  }

  private func unrecovered(_ clues: Clues) -> Inference {
    var inference = Inference(outcome: halt == .broke ? .broke : halt == .stopped ? .stopped : .unrecovered)
    inference.limit = clues.limits.lowerBound
    return inference
  }

  private func nothingSeen(_ burst: Burst) -> Inference {
    var inference = Inference(outcome: halt == .broke ? .broke : halt == .stopped ? .stopped : .noneSeen)
    if inference.outcome == .noneSeen { inference.family = Family.none }
    return inference
  }

  /// Adds what is the same for every ending.
  private func closed(_ inference: Inference) -> Inference {
    var inference = inference
    inference.evidence = evidence + inference.evidence
    inference.requests = used
    inference.asides = asides
    inference.latency = latency ?? Self.latencies(latencies)
    inference.refusals = refusals
    inference.seconds = elapsed
    inference.retryAfter = retryAfter
    inference.retryAfterTooShort =
      retryAfterTooShort ?? (retryAfter != nil && inference.outcome == .measured ? false : nil)
    let untilRefused = trace.marks.firstIndex(of: .refused) ?? trace.count
    inference.admitted = trace.marks.prefix(untilRefused).count { $0 == .admitted }
    if untilRefused > 0, let first = trace.times.first {
      inference.admittedSeconds = trace.times[untilRefused - 1] - first
    }
    return inference
  }
}
