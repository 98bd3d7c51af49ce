package import AuditModel

/// When an audit is due: planned times, and how long after one it may begin.
package struct Schedule: Sendable, Hashable {
  /// Tells it from others in everything that instances share.
  package var name: String
  /// The planned times.
  package var expression: CronExpression
  /// Whose clocks.
  package var zone: TimeZoneRules
  /// A run begins up to this long after its planned time, in seconds: always the same for one planned time, so that all
  /// instances agree on it.
  package var jitterSeconds: Int
  /// A planned time that was missed is made up for within this many seconds, only the last one of several; 0 for never.
  package var catchUpSeconds: Int

  /// A schedule by its planned times.
  package init(
    name: String, expression: CronExpression, zone: TimeZoneRules = .utc, jitterSeconds: Int = 0,
    catchUpSeconds: Int = 86_400
  ) {
    self.name = name
    self.expression = expression
    self.zone = zone
    self.jitterSeconds = jitterSeconds
    self.catchUpSeconds = catchUpSeconds
  }

  /// Later than that no planned time is looked for: eight years hold a 29 February of every weekday that comes soon.
  private static let horizon = 40 * 366 * 86_400
  /// So late a run still counts as in time, in seconds.
  package static let punctual = 90

  // MARK: Planned times

  /// The first planned time after `time`; nil where there is none within forty years.
  package func next(after time: Instant) -> Instant? {
    let found = expression.goesByElapsedTime ? nextByElapsedTime(time.seconds) : nextByTheClock(time.seconds)
    return found.map(Instant.init(seconds:))
  }

  /// The last planned time after `start` and up to `end`; nil where there is none.
  package func last(after start: Instant, upTo end: Instant) -> Instant? {
    var window = 3600
    while true {
      let from = max(start.seconds, end.seconds - window)
      var found: Instant?
      var time = Instant(seconds: from)
      while let next = next(after: time), next <= end {
        found = next
        time = next
      }
      if let found { return found }
      if from == start.seconds || window > Self.horizon { return nil }
      window *= 12
    }
  }

  /// Goes from minute to minute of real time and asks what the clocks show.
  private func nextByElapsedTime(_ after: Int) -> Int? {
    var time = Self.floored(after, 60) + 60
    let end = after + Self.horizon
    while time < end {
      let offset = zone.offset(at: time)
      let local = time + offset
      let date = CivilDate(number: Self.floored(local, 86_400) / 86_400)
      let second = local - date.number * 86_400
      var step = 60
      if !expression.includes(date) {
        step = 86_400 - second
      } else if !expression.hours.contains(second / 3600) {
        step = 3600 - second % 3600
      } else if expression.minutes.contains(second / 60 % 60) {
        return time
      }
      // A step over a moved clock would land elsewhere than meant.
      if let transition = zone.nextTransition(after: time), transition.at < time + step {
        step = max(60, Self.floored(transition.at - time + 59, 60))
      }
      time += step
    }
    return nil
  }

  /// Goes from day to day of the calendar and asks when the clocks show each time.
  private func nextByTheClock(_ after: Int) -> Int? {
    let times = expression.hours.flatMap { hour in expression.minutes.map { hour * 3600 + $0 * 60 } }.sorted()
    // A moved clock may have held a planned time of the day before back until now.
    let first = Self.floored(after + zone.offset(at: after), 86_400) / 86_400 - 1
    for number in first..<first + Self.horizon / 86_400 where expression.includes(CivilDate(number: number)) {
      for time in times {
        let moment = zone.moment(ofLocal: number * 86_400 + time)
        if moment > after { return moment }
      }
    }
    return nil
  }

  private static func floored(_ value: Int, _ unit: Int) -> Int {
    let rest = value % unit
    return value - (rest < 0 ? rest + unit : rest)
  }

  // MARK: Starts

  /// When the run for a planned time begins: at once, or up to the jitter later.
  package func start(of slot: Instant) -> Instant {
    guard jitterSeconds > 0 else { return slot }
    // FNV-1a: spreads names and times, and is the same everywhere.
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in Array(name.utf8) + withUnsafeBytes(of: slot.seconds.littleEndian, Array.init) {
      hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
    }
    return Instant(seconds: slot.seconds + Int(hash % UInt64(jitterSeconds + 1)))
  }

  /// The planned time to run at `now`, when the last that ran was `last`; nil where nothing is due.
  ///
  /// Of several that were missed only the last is made up for, and only while it is not older than `catchUpSeconds`. A
  /// clock that was set back brings nothing a second time.
  package func due(after last: Instant, at now: Instant) -> Instant? {
    guard now > last else { return nil }
    guard var slot = self.last(after: last, upTo: now) else { return nil }
    if start(of: slot) > now {
      // Its time has not come; one before it may wait still, if it was missed.
      guard let earlier = self.last(after: last, upTo: Instant(seconds: slot.seconds - 1)), start(of: earlier) <= now
      else { return nil }
      slot = earlier
    }
    let lateness = now.seconds(since: start(of: slot))
    return lateness <= max(catchUpSeconds, Self.punctual) ? slot : nil
  }

  /// When something is due next, seen from `now`.
  package func upcoming(after last: Instant, at now: Instant) -> Instant? {
    next(after: max(last, Instant(seconds: now.seconds - jitterSeconds))).map(start)
  }
}
