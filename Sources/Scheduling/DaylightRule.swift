/// The rule of a time zone for all years, as POSIX writes it in `TZ`: `CET-1CEST,M3.5.0,M10.5.0/3`.
struct DaylightRule: Sendable, Hashable {
  /// Seconds east of UTC in standard time.
  private let standard: Int
  /// The other half of the year; nil where there is none.
  private let daylight: Daylight?

  private struct Daylight: Sendable, Hashable {
    /// Seconds east of UTC.
    var offset: Int
    var start: Day
    var end: Day
  }

  /// A day of every year and a time on it.
  private struct Day: Sendable, Hashable {
    enum Form: Sendable, Hashable {
      /// Month, week (5 for the last), weekday.
      case month(Int, Int, Int)
      /// 1 to 365, without 29 February.
      case julian(Int)
      /// 0 to 365, with it.
      case zeroBased(Int)
    }
    var form: Form
    /// Seconds after local midnight, −167 to 167 hours (RFC 8536 section 3.3.1).
    var time: Int

    /// Local seconds since 1970.
    func local(in year: Int) -> Int {
      let first = CivilDate.number(year: year, month: 1, day: 1)
      let number: Int
      switch form {
      case .julian(let day): number = first + day - 1 + (CivilDate.isLeap(year) && day >= 60 ? 1 : 0)
      case .zeroBased(let day): number = first + day
      case .month(let month, let week, let weekday):
        let begin = CivilDate.number(year: year, month: month, day: 1)
        let next =
          month == 12
          ? CivilDate.number(year: year + 1, month: 1, day: 1)
          : CivilDate.number(year: year, month: month + 1, day: 1)
        var day = begin + ((weekday - CivilDate(number: begin).weekday) % 7 + 7) % 7 + (week - 1) * 7
        while day >= next { day -= 7 }
        number = day
      }
      return number * 86_400 + time
    }
  }

  /// Nil where the text is no rule.
  init?(_ text: String) {
    var parser = Parser(rest: text.utf8[...])
    guard parser.name(), let west = parser.time(hours: 24) else { return nil }
    standard = -west
    if parser.rest.isEmpty {
      daylight = nil
      return
    }
    guard parser.name() else { return nil }
    var offset = standard + 3600
    if let next = parser.rest.first, next != UInt8(ascii: ",") {
      guard let west = parser.time(hours: 24) else { return nil }
      offset = -west
    }
    guard parser.take(","), let start = parser.day(), parser.take(","), let end = parser.day(), parser.rest.isEmpty
    else { return nil }
    daylight = Daylight(offset: offset, start: start, end: end)
  }

  /// Seconds east of UTC at a moment.
  func offset(at time: Int) -> Int {
    guard daylight != nil else { return standard }
    var last = standard
    for transition in transitions(around: time) {
      if transition.at > time { break }
      last = transition.offset
    }
    return last
  }

  func nextTransition(after time: Int) -> TimeZoneRules.Transition? {
    transitions(around: time).first { $0.at > time }
  }

  /// Those of the year before to the year after a moment, in the order of time. Where the rule leaves nothing of standard
  /// time, as that of a zone with daylight time for ever, the two fall together and the later one wins.
  private func transitions(around time: Int) -> [TimeZoneRules.Transition] {
    guard let daylight, (-(1 << 40)...(1 << 40)).contains(time) else { return [] }
    let year = CivilDate(number: Int((Double(time) / 86_400).rounded(.down))).year
    var all: [TimeZoneRules.Transition] = []
    for year in year - 1...year + 1 {
      all.append(.init(at: daylight.start.local(in: year) - standard, offset: daylight.offset))
      all.append(.init(at: daylight.end.local(in: year) - daylight.offset, offset: standard))
    }
    return all.sorted { $0.at < $1.at }
  }

  private struct Parser {
    var rest: Substring.UTF8View.SubSequence

    mutating func take(_ character: Unicode.Scalar) -> Bool {
      guard let first = rest.first, UInt32(first) == character.value else { return false }
      rest = rest.dropFirst()
      return true
    }

    /// Letters, or anything between angle brackets.
    mutating func name() -> Bool {
      if take("<") {
        guard let end = rest.firstIndex(of: UInt8(ascii: ">")) else { return false }
        rest = rest[rest.index(after: end)...]
        return true
      }
      let letters = rest.prefix { (65...90).contains($0) || (97...122).contains($0) }
      rest = rest.dropFirst(letters.count)
      return letters.count >= 3
    }

    mutating func number(_ range: ClosedRange<Int>) -> Int? {
      let digits = rest.prefix { (48...57).contains($0) }
      guard (1...3).contains(digits.count) else { return nil }
      rest = rest.dropFirst(digits.count)
      let value = digits.reduce(0) { $0 * 10 + Int($1 - 48) }
      return range.contains(value) ? value : nil
    }

    /// `[+-]hh[:mm[:ss]]` in seconds.
    mutating func time(hours most: Int) -> Int? {
      let isNegative = take("-")
      if !isNegative { _ = take("+") }
      guard let hours = number(0...most) else { return nil }
      var seconds = hours * 3600
      for unit in [60, 1] where take(":") {
        guard let value = number(0...59) else { return nil }
        seconds += value * unit
      }
      return isNegative ? -seconds : seconds
    }

    mutating func day() -> Day? {
      let form: Day.Form
      if take("M") {
        guard let month = number(1...12), take("."), let week = number(1...5), take("."), let weekday = number(0...6)
        else { return nil }
        form = .month(month, week, weekday)
      } else if take("J") {
        guard let day = number(1...365) else { return nil }
        form = .julian(day)
      } else {
        guard let day = number(0...365) else { return nil }
        form = .zeroBased(day)
      }
      guard take("/") else { return Day(form: form, time: 7200) }
      return time(hours: 167).map { Day(form: form, time: $0) }
    }
  }
}
