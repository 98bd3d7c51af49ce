/// When something is due, in the five fields of crontab(5) or one of its words (`@daily`).
package struct CronExpression: Sendable, Hashable {
  /// Where an expression stops being one, and why.
  package struct SyntaxError: Error, Sendable, Hashable {
    /// The character, from 0.
    package var offset: Int
    /// What is wrong there, in lower case.
    package var message: String
  }

  /// As it was written.
  package let text: String
  /// 0 to 59.
  let minutes: Set<Int>
  /// 0 to 23.
  let hours: Set<Int>
  /// 1 to 31.
  let days: Set<Int>
  /// 1 to 12.
  let months: Set<Int>
  /// 0 to 6, Sunday first.
  let weekdays: Set<Int>
  /// Whether a day that either field of days names is meant, as crontab(5) has it where both are restricted.
  let isEitherDay: Bool
  /// Whether it goes by the time that passes (`*/10 * * * *`) and not by the clock on the wall (`0 2 * * *`): the first is
  /// due throughout an hour that comes twice, the second once, and also where its hour does not come at all.
  let goesByElapsedTime: Bool

  private static let words = [
    "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *",
  ]
  private static let monthNames = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
  ]
  private static let weekdayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]

  /// Reads an expression.
  package init(_ text: String) throws(SyntaxError) {
    var source = text
    if text.hasPrefix("@") {
      guard let meaning = Self.words[text.lowercased()] else {
        throw SyntaxError(
          offset: 0, message: "there is no word \(text); there are \(Self.words.keys.sorted().joined(separator: ", "))")
      }
      source = meaning
    }
    let fields = Self.fields(of: source)
    guard fields.count == 5 else {
      throw SyntaxError(
        offset: 0,
        message:
          "five fields are needed, minute hour day month weekday, and there \(fields.count == 1 ? "is" : "are") \(fields.count)"
      )
    }
    minutes = try Self.values(of: fields[0], 0...59, "minutes")
    hours = try Self.values(of: fields[1], 0...23, "hours")
    days = try Self.values(of: fields[2], 1...31, "days")
    months = try Self.values(of: fields[3], 1...12, "months", names: Self.monthNames, from: 1)
    // Sunday is 0 and 7.
    weekdays = Set(
      try Self.values(of: fields[4], 0...7, "weekdays", names: Self.weekdayNames, from: 0).map { $0 % 7 })
    let (isAnyDay, isAnyWeekday) = (fields[2].text.hasPrefix("*"), fields[4].text.hasPrefix("*"))
    isEitherDay = !isAnyDay && !isAnyWeekday
    goesByElapsedTime = fields[0].text.hasPrefix("*") || fields[1].text.hasPrefix("*")
    self.text = text
    let longest = months.map { $0 == 2 ? 29 : [4, 6, 9, 11].contains($0) ? 30 : 31 }.max() ?? 31
    if !isEitherDay, let first = days.min(), first > longest {
      throw SyntaxError(offset: fields[2].offset, message: "no month named has a day \(first)")
    }
  }

  private struct Field {
    var text: Substring
    var offset: Int
  }

  private static func fields(of text: String) -> [Field] {
    text.split(whereSeparator: { $0 == " " || $0 == "\t" }).map {
      Field(text: $0, offset: text.distance(from: text.startIndex, to: $0.startIndex))
    }
  }

  private static func values(
    of field: Field, _ range: ClosedRange<Int>, _ unit: String, names: [String] = [], from base: Int = 0
  ) throws(SyntaxError) -> Set<Int> {
    func complain(_ message: String) -> SyntaxError { SyntaxError(offset: field.offset, message: message) }
    func number(_ text: Substring) throws(SyntaxError) -> Int {
      if let index = names.firstIndex(of: text.lowercased()) { return index + base }
      guard !text.isEmpty, text.utf8.count <= 4, text.utf8.allSatisfy({ (48...57).contains($0) }), let value = Int(text)
      else { throw complain("`\(text)` is no number of \(unit)") }
      guard range.contains(value) else {
        throw complain("\(unit) run from \(range.lowerBound) to \(range.upperBound), not \(value)")
      }
      return value
    }
    var values: Set<Int> = []
    for part in field.text.split(separator: ",", omittingEmptySubsequences: false) {
      let halves = part.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
      let ends = (halves.first ?? "").split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
      var bounds: ClosedRange<Int>
      if halves.first == "*" {
        bounds = range
      } else if ends.count == 2 {
        let (low, high) = (try number(ends[0]), try number(ends[1]))
        guard low <= high else { throw complain("`\(part)` runs backwards") }
        bounds = low...high
      } else {
        let low = try number(ends.first ?? "")
        // As Vixie's cron reads `5/15`: from 5 on.
        bounds = low...(halves.count == 2 ? range.upperBound : low)
      }
      var step = 1
      if halves.count == 2 {
        guard let given = Int(halves[1]), halves[1].utf8.allSatisfy({ (48...57).contains($0) }), given > 0,
          given <= range.upperBound
        else { throw complain("`\(halves[1])` is no step of \(unit)") }
        step = given
      }
      values.formUnion(stride(from: bounds.lowerBound, through: bounds.upperBound, by: step))
    }
    return values
  }

  /// Whether a day of the calendar is meant.
  func includes(_ date: CivilDate) -> Bool {
    guard months.contains(date.month) else { return false }
    let (isDay, isWeekday) = (days.contains(date.day), weekdays.contains(date.weekday))
    return isEitherDay ? isDay || isWeekday : isDay && isWeekday
  }
}
