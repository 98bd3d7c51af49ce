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
  private func costOfExcess(_ excess: Int) -> Double { Double(min(excess, 5)) }

  private func firstHitErrors(_ trace: Trace, _ bound: Double) -> Double {
    let blur = trace.blur
    var errors = 0.0
    var start = -Double.infinity
    var used = 0
    for index in trace.times.indices {
      let time = trace.times[index]
      let end = start + window
      switch trace.marks[index] {
      case .refused:
        if time >= end {
          errors += min(1, (time - end) / blur)
        } else if used < limit {
          errors += costOfExcess(limit - used)
          used = limit
        }
      case .admitted:
        if time >= end {
          (start, used) = (time, 1)
        } else if used < limit {
          used += 1
        } else if end - time < blur {
          errors += (end - time) / blur
          (start, used) = (time, 1)
        } else {
          errors += 1
        }
      case .lost:
        if time >= end { (start, used) = (time, 1) } else if used < limit { used += 1 }
      }
      if errors > bound { return errors }
    }
    return errors
  }

  private func alignedErrors(_ trace: Trace, _ bound: Double) -> Double {
    let blur = trace.blur
    var errors = 0.0
    var current = -Double.infinity
    var used = 0
    for index in trace.times.indices {
      let time = trace.times[index]
      let number = ((time - phase) / window).rounded(.down)
      if number > current { (current, used) = (number, 0) }
      switch trace.marks[index] {
      case .refused:
        if used < limit {
          let late = time - (phase + number * window)
          errors += late < blur && used == 0 ? late / blur : costOfExcess(limit - used)
          if used > 0 || late >= blur { used = limit }
        }
      case .admitted:
        if used < limit {
          used += 1
        } else {
          let lead = phase + (current + 1) * window - time
          if lead < blur, lead >= 0 {
            errors += lead / blur
            (current, used) = (current + 1, 1)
          } else {
            errors += 1
          }
        }
      case .lost: if used < limit { used += 1 }
      }
      if errors > bound { return errors }
    }
    return errors
  }

  private func logErrors(_ trace: Trace, _ bound: Double) -> Double {
    let blur = trace.blur
    var errors = 0.0
    var counted: [Double] = []
    counted.reserveCapacity(trace.count)
    var head = 0
    for index in trace.times.indices {
      let time = trace.times[index]
      while head < counted.count, counted[head] <= time - window { head += 1 }
      let used = counted.count - head
      switch trace.marks[index] {
      case .refused:
        if used < limit {
          // Since when there has been room: since the request that is `limit` back was forgotten.
          let deciding = counted.count - limit
          errors += deciding >= 0 ? min(1, (time - counted[deciding] - window) / blur) : costOfExcess(limit - used)
        }
        if countsRefusals { counted.append(time) }
      case .admitted:
        if used >= limit {
          let deciding = counted.count - limit
          errors += min(1, (counted[deciding] + window - time) / blur)
        }
        counted.append(time)
      case .lost: if used < limit { counted.append(time) }
      }
      if errors > bound { return errors }
    }
    return errors
  }

  private func counterErrors(_ trace: Trace, _ bound: Double) -> Double {
    var errors = 0.0
    var number = -Double.infinity
    var last = 0.0
    var this = 0.0
    let most = Double(limit)
    for index in trace.times.indices {
      let time = trace.times[index]
      let position = (time - phase) / window
      let current = position.rounded(.down)
      if current > number {
        last = current == number + 1 ? this : 0
        (number, this) = (current, 0)
      }
      let room = most - (last * (1 - (position - current)) + this) - 1
      switch trace.marks[index] {
      case .refused:
        // Implementations differ by one in what they do at the very limit.
        if room > 0 { errors += min(1, room) }
        if countsRefusals { this += 1 }
      case .admitted:
        if room < 0 { errors += min(1, -room) }
        this += 1
      case .lost: if room >= 0 { this += 1 }
      }
      if errors > bound { return errors }
    }
    return errors
  }

  private func bucketErrors(_ trace: Trace, _ bound: Double) -> Double {
    var errors = 0.0
    let size = Double(limit)
    let rate = size / window
    var tokens = size
    var before = trace.times.first ?? 0
    for index in trace.times.indices {
      let time = trace.times[index]
      tokens = min(size, tokens + (time - before) * rate)
      before = time
      switch trace.marks[index] {
      case .refused:
        if tokens >= 1 {
          errors += min(3, tokens - 1)
          tokens = 1
        }
      case .admitted:
        if tokens < 1 { errors += 1 - tokens }
        tokens = max(0, tokens - 1)
      case .lost: if tokens >= 1 { tokens -= 1 }
      }
      if errors > bound { return errors }
    }
    return errors
  }
}
