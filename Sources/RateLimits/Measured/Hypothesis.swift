/// One algorithm with its parameters: a prediction for every request.
struct Hypothesis: Sendable {
  var algorithm: Algorithm
  /// The limit of a window, or the size of a bucket, in requests.
  var limit: Int
  /// The window in seconds; for a bucket, the time in which it fills.
  var window: Double
  /// Any moment at which an aligned window or a counter's window begins.
  var phase = 0.0
  /// Whether turned-away requests count like admitted ones.
  var countsRefusals = false

  /// In how many answers of `trace` it is wrong; a prediction missed by less than the trace's blur counts in part.
  ///
  /// After a wrong prediction it goes on from what really happened, so that one error does not make the next. Stops
  /// counting above `bound`.
  func errors(in trace: Trace, upTo bound: Double) -> Double {
    switch algorithm {
    case .firstHitWindow: firstHitErrors(trace, bound)
    case .alignedWindow: alignedErrors(trace, bound)
    case .slidingLog: logErrors(trace, bound)
    case .slidingCounter: counterErrors(trace, bound)
    case .tokenBucket: bucketErrors(trace, bound)
    case .leakyQueue, .concurrencyCap: .infinity
    }
  }

  /// What a limit that is too high by `excess` costs where the real one turned a request away.
  private func costOfExcess(_ excess: Int) -> Double { Double(min(excess, 12)) }

  private func firstHitErrors(_ trace: Trace, _ bound: Double) -> Double {
    let blur = trace.blur
    var errors = 0.0
    var start = -Double.infinity
    var used = Count()
    for index in trace.times.indices {
      let time = trace.times[index]
      let end = start + window
      switch trace.marks[index] {
      case .refused:
        if time >= end { errors += min(1, (time - end) / blur) } else { errors += used.refuse(at: limit) }
      case .admitted:
        if time >= end {
          (start, used) = (time, Count(1))
        } else if used.least < limit {
          used.admit(below: limit)
        } else if end - time < blur {
          errors += (end - time) / blur
          (start, used) = (time, Count(1))
        } else {
          errors += 1
        }
      case .lost: if time >= end { (start, used) = (time, Count(0...1)) } else { used.lose(at: limit) }
      }
      if errors > bound { return errors }
    }
    return errors
  }

  private func alignedErrors(_ trace: Trace, _ bound: Double) -> Double {
    let blur = trace.blur
    var errors = 0.0
    var current = -Double.infinity
    var used = Count()
    for index in trace.times.indices {
      let time = trace.times[index]
      let number = ((time - phase) / window).rounded(.down)
      if number > current { (current, used) = (number, Count()) }
      switch trace.marks[index] {
      case .refused:
        let late = time - (phase + number * window)
        if late < blur, used.most == 0 { errors += late / blur } else { errors += used.refuse(at: limit) }
      case .admitted:
        let lead = phase + (current + 1) * window - time
        if used.least < limit {
          used.admit(below: limit)
        } else if lead < blur, lead >= 0 {
          errors += lead / blur
          (current, used) = (current + 1, Count(1))
        } else {
          errors += 1
        }
      case .lost: used.lose(at: limit)
      }
      if errors > bound { return errors }
    }
    return errors
  }

  private func logErrors(_ trace: Trace, _ bound: Double) -> Double {
    let blur = trace.blur
    var errors = 0.0
    // The requests that are surely remembered, and those that are if they were not lost on their way.
    var sure: [Double] = []
    var unsure: [Double] = []
    sure.reserveCapacity(trace.count)
    var sureHead = 0
    var unsureHead = 0
    for index in trace.times.indices {
      let time = trace.times[index]
      while sureHead < sure.count, sure[sureHead] <= time - window { sureHead += 1 }
      while unsureHead < unsure.count, unsure[unsureHead] <= time - window { unsureHead += 1 }
      let least = sure.count - sureHead
      // Since when there has been room: since the request that is `limit` back was forgotten.
      let deciding = sure.count - limit
      switch trace.marks[index] {
      case .refused:
        let most = least + unsure.count - unsureHead
        if most < limit {
          let late = deciding >= 0 ? time - sure[deciding] - window : .infinity
          errors += late < blur ? max(0, late / blur) : costOfExcess(limit - most)
        }
        if countsRefusals { sure.append(time) }
      case .admitted:
        if least >= limit, deciding >= 0 { errors += min(1, (sure[deciding] + window - time) / blur) }
        sure.append(time)
      case .lost: if least < limit { unsure.append(time) }
      }
      if errors > bound { return errors }
    }
    return errors
  }

  private func counterErrors(_ trace: Trace, _ bound: Double) -> Double {
    var errors = 0.0
    var number = -Double.infinity
    var last = (least: 0.0, most: 0.0)
    var this = (least: 0.0, most: 0.0)
    let size = Double(limit)
    // How much the room changes within what is known of a moment.
    let blur = min(0.8, size / window * trace.blur / 2)
    for index in trace.times.indices {
      let time = trace.times[index]
      let position = (time - phase) / window
      let current = position.rounded(.down)
      if current > number {
        last = current == number + 1 ? this : (0, 0)
        number = current
        this = (0, 0)
      }
      let share = 1 - (position - current)
      switch trace.marks[index] {
      case .refused:
        // Implementations differ by one in what they do at the very limit.
        let room = size - 1 - (last.most * share + this.most)
        if room > blur { errors += min(3, room - blur) }
        this.most = max(this.most, min(this.most + 1, size - last.least * share))
        if countsRefusals { this = (this.least + 1, this.most + 1) }
      case .admitted:
        let room = size - 1 - (last.least * share + this.least)
        if room < -blur { errors += min(1, -room - blur) }
        this = (this.least + 1, max(this.least + 1, min(this.most + 1, size - last.least * share)))
      case .lost: if last.least * share + this.least + 1 <= size { this.most += 1 }
      }
      if errors > bound { return errors }
    }
    return errors
  }

  private func bucketErrors(_ trace: Trace, _ bound: Double) -> Double {
    var errors = 0.0
    let size = Double(limit)
    let rate = size / window
    let blur = min(0.8, rate * trace.blur / 2)
    var tokens = (least: size, most: size)
    var before = trace.times.first ?? 0
    for index in trace.times.indices {
      let time = trace.times[index]
      let refill = (time - before) * rate
      let unbounded = tokens.least + refill
      tokens = (min(size, tokens.least + refill), min(size, tokens.most + refill))
      before = time
      switch trace.marks[index] {
      case .refused:
        // Of a full bucket it counts how long it has been full.
        let excess = min(unbounded, tokens.least >= size ? .infinity : tokens.least) - 1 - blur
        if excess > 0 { errors += min(3, excess) }
        tokens = (min(tokens.least, 1), min(tokens.most, 1))
      case .admitted:
        if tokens.most < 1 - blur { errors += 1 - blur - tokens.most }
        tokens = (max(0, tokens.least - 1), max(0, tokens.most - 1))
      case .lost: if tokens.most >= 1 { tokens.least = max(0, tokens.least - 1) }
      }
      if errors > bound { return errors }
    }
    return errors
  }
}

/// How many requests count against a limit; lost answers leave it open.
private struct Count {
  private(set) var least: Int
  private(set) var most: Int

  init(_ count: Int = 0) { (least, most) = (count, count) }
  init(_ range: ClosedRange<Int>) { (least, most) = (range.lowerBound, range.upperBound) }

  /// One more was admitted, so there was room.
  mutating func admit(below limit: Int) {
    least += 1
    most = min(most + 1, max(least, limit))
  }

  /// One more may have been counted.
  mutating func lose(at limit: Int) { if most < limit { most += 1 } }

  /// One was turned away, so there was no room; the errors of a limit that says otherwise.
  mutating func refuse(at limit: Int) -> Double {
    let errors = most < limit ? Double(min(limit - most, 12)) : 0
    least = max(least, limit)
    most = max(most, limit)
    return errors
  }
}
