import AuditModel
import Foundation
import Scheduling
import Testing

@Suite struct CronTests {
  private func zone(_ name: String) throws -> TimeZoneRules {
    try TimeZoneRules(tzif: Array(Data(contentsOf: URL(fileURLWithPath: "/usr/share/zoneinfo/\(name)"))))
  }

  private func times(
    _ expression: String, _ zone: String = "UTC", from start: String, count: Int
  ) throws -> [String] {
    let schedule = Schedule(name: "s", expression: try CronExpression(expression), zone: try self.zone(zone))
    var time = try #require(Instant(start))
    var found: [String] = []
    while found.count < count, let next = schedule.next(after: time) {
      found.append(next.description)
      time = next
    }
    return found
  }

  @Test func plannedTimes() throws {
    #expect(
      try times("0 2 * * *", from: "2026-11-24T10:00:00Z", count: 2) == [
        "2026-11-25T02:00:00Z", "2026-11-26T02:00:00Z",
      ])
    #expect(try times("@daily", from: "2026-12-31T00:00:00Z", count: 1) == ["2027-01-01T00:00:00Z"])
    #expect(
      try times("*/20 5 * * *", from: "2026-11-24T05:20:00Z", count: 2)
        == ["2026-11-24T05:40:00Z", "2026-11-25T05:00:00Z"])
    #expect(
      try times("0 0 29 2 *", from: "2026-11-24T00:00:00Z", count: 2)
        == ["2028-02-29T00:00:00Z", "2032-02-29T00:00:00Z"])
    // Both days named: either, as crontab(5) says. 2026-11-24 is a Tuesday.
    #expect(
      try times("0 0 1 * MON", from: "2026-11-24T00:00:00Z", count: 3)
        == ["2026-11-30T00:00:00Z", "2026-12-01T00:00:00Z", "2026-12-07T00:00:00Z"])
    #expect(try times("0 12 * * 7", from: "2026-11-24T00:00:00Z", count: 1) == ["2026-11-29T12:00:00Z"])
    #expect(
      try times("15,45 8-10/2 * jan-feb,DEC 1-5", from: "2026-12-31T10:45:00Z", count: 2)
        == ["2027-01-01T08:15:00Z", "2027-01-01T08:45:00Z"])
    #expect(
      try times("5/25 * * * *", from: "2026-11-24T00:00:00Z", count: 3)
        == ["2026-11-24T00:05:00Z", "2026-11-24T00:30:00Z", "2026-11-24T00:55:00Z"])
    #expect(try times("0 2 * * *", "Europe/Berlin", from: "2026-07-01T00:30:00Z", count: 1) == ["2026-07-02T00:00:00Z"])
  }

  @Test func aSkippedHourIsMadeUpForWhenTheClocksMove() throws {
    // Berlin, 2027-03-28: 02:00 becomes 03:00 at 01:00Z.
    #expect(
      try times("30 2 * * *", "Europe/Berlin", from: "2027-03-27T00:00:00Z", count: 3) == [
        "2027-03-27T01:30:00Z", "2027-03-28T01:00:00Z", "2027-03-29T00:30:00Z",
      ])
    // What goes by elapsed time does not stumble.
    #expect(
      try times("*/30 * * * *", "Europe/Berlin", from: "2027-03-28T00:15:00Z", count: 4) == [
        "2027-03-28T00:30:00Z", "2027-03-28T01:00:00Z", "2027-03-28T01:30:00Z", "2027-03-28T02:00:00Z",
      ])
    // Several planned times in the hour that is skipped are due together, once.
    #expect(
      try times("0,15,30 2 * * *", "Europe/Berlin", from: "2027-03-28T00:00:00Z", count: 2) == [
        "2027-03-28T01:00:00Z", "2027-03-29T00:00:00Z",
      ])
  }

  @Test func anHourThatComesTwiceBringsANightlyOnce() throws {
    // Berlin, 2026-10-25: 03:00 becomes 02:00 at 01:00Z.
    #expect(
      try times("30 2 * * *", "Europe/Berlin", from: "2026-10-24T12:00:00Z", count: 2) == [
        "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z",
      ])
    #expect(
      try times("*/30 * * * *", "Europe/Berlin", from: "2026-10-25T00:00:00Z", count: 4) == [
        "2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z", "2026-10-25T02:00:00Z",
      ])
    // Hour named, minutes free: still every time the clocks show it.
    #expect(
      try times("*/30 2 * * *", "Europe/Berlin", from: "2026-10-24T12:00:00Z", count: 5) == [
        "2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z",
        "2026-10-26T01:00:00Z",
      ])
  }

  @Test func zonesWithOtherHabits() throws {
    // Lord Howe moves by half an hour: 2026-10-04 02:00 becomes 02:30, at 15:30Z the day before.
    #expect(
      try times("15 2 * * *", "Australia/Lord_Howe", from: "2026-10-03T00:00:00Z", count: 2) == [
        "2026-10-03T15:30:00Z", "2026-10-04T15:15:00Z",
      ])
    #expect(
      try times("0 9 * * *", "Asia/Kathmandu", from: "2026-11-24T00:00:00Z", count: 1) == ["2026-11-24T03:15:00Z"])
    // Apia left out a whole day: there was no 2011-12-30.
    #expect(
      try times("0 12 * * *", "Pacific/Apia", from: "2011-12-29T00:00:00Z", count: 3) == [
        "2011-12-29T22:00:00Z", "2011-12-30T10:00:00Z", "2011-12-30T22:00:00Z",
      ])
    // Midnight that does not exist: Cairo moves at 00:00.
    let cairo = try times("0 0 * * *", "Africa/Cairo", from: "2026-04-23T12:00:00Z", count: 2)
    #expect(cairo == ["2026-04-23T22:00:00Z", "2026-04-24T21:00:00Z"])
  }

  /// The rules against the system's own library, beyond the last transition that is written down too.
  @Test func offsetsAreThoseOfTheSystemsLibrary() throws {
    let names = [
      "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Sao_Paulo", "Africa/Cairo",
      "Pacific/Apia", "Africa/Casablanca", "Europe/Dublin", "America/St_Johns", "Antarctica/Troll", "Asia/Tehran",
      "UTC",
      "Etc/GMT+12", "Asia/Gaza", "America/Godthab",
    ]
    for name in names {
      let rules = try zone(name)
      let system = try #require(TimeZone(identifier: name))
      for time in stride(from: -1_000_000_000, to: 4_000_000_000, by: 1_234_567) {
        let expected = system.secondsFromGMT(for: Date(timeIntervalSince1970: TimeInterval(time)))
        #expect(rules.offset(at: time) == expected, "\(name) \(Instant(seconds: time))")
      }
    }
  }

  /// Every moment is what its local time means, or the later one of two.
  @Test func localTimesMeanTheirFirstMoment() throws {
    for name in ["Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia", "America/Sao_Paulo"] {
      let rules = try zone(name)
      var last = Int.min
      for local in stride(from: 1_290_000_000, to: 1_330_000_000, by: 900) {
        let moment = rules.moment(ofLocal: local)
        #expect(moment >= last, "\(name): never backwards")
        last = moment
        let shown = moment + rules.offset(at: moment)
        #expect(shown >= local, "\(name) \(Instant(seconds: local))")
        if shown > local { #expect(rules.offset(at: moment) > rules.offset(at: moment - 1)) }
      }
    }
  }

  @Test func whatIsNoExpressionIsToldWithItsPlace() {
    func complaint(_ text: String) -> CronExpression.SyntaxError? {
      do {
        _ = try CronExpression(text)
        return nil
      } catch { return error }
    }
    for text in [
      "", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8", "a * * * *",
      "*/0 * * * *", "5-1 * * * *", "1,,2 * * * *", "@noon", "1- * * * *", "-1 * * * *", "* * * * MON-", "0 0 30 2 *",
      "*/99 * * * *", "٣ * * * *", "1/ * * * *", "99999999999999999999 * * * *",
    ] { #expect(complaint(text) != nil, "\(text)") }
    #expect(complaint("0 2 * * 9")?.offset == 8)
    #expect(complaint("0 2 31 4,6 *")?.offset == 4)
    for text in ["@DAILY", "0 2 * * SUN", "0\t2  * * *", "0 0 31 4,5 *", "0 0 30 2 MON"] {
      #expect(complaint(text) == nil)
    }
  }

  @Test func damagedZoneFilesAreRefused() throws {
    let whole = Array(try Data(contentsOf: URL(fileURLWithPath: "/usr/share/zoneinfo/Europe/Berlin")))
    #expect(throws: TimeZoneRules.Malformed.self) { try TimeZoneRules(tzif: []) }
    #expect(throws: TimeZoneRules.Malformed.self) { try TimeZoneRules(tzif: Array("no zone at all".utf8)) }
    for length in stride(from: 0, to: whole.count, by: 7) {
      _ = try? TimeZoneRules(tzif: Array(whole.prefix(length)))
    }
    var random = SystemRandomNumberGenerator()
    for _ in 0..<2000 {
      var broken = whole
      for _ in 0..<4 { broken[Int.random(in: 0..<broken.count, using: &random)] = UInt8.random(in: 0...255) }
      guard let rules = try? TimeZoneRules(tzif: broken) else { continue }
      _ = rules.moment(ofLocal: Int.random(in: -4_000_000_000...4_000_000_000))
      _ = rules.nextTransition(after: Int.random(in: -4_000_000_000...4_000_000_000))
    }
  }
}

@Suite struct ScheduleTests {
  private func schedule(_ text: String, jitter: Int = 0, catchUp: Int = 86_400) throws -> Schedule {
    Schedule(
      name: "nightly", expression: try CronExpression(text), jitterSeconds: jitter, catchUpSeconds: catchUp)
  }

  private func at(_ text: String) throws -> Instant { try #require(Instant(text)) }

  @Test func ofManyMissedTimesTheLastIsMadeUpFor() throws {
    let nightly = try schedule("0 2 * * *")
    let last = try at("2026-11-20T02:00:00Z")
    #expect(nightly.due(after: last, at: try at("2026-11-21T01:59:59Z")) == nil)
    #expect(try nightly.due(after: last, at: at("2026-11-21T02:00:00Z")) == at("2026-11-21T02:00:00Z"))
    #expect(try nightly.due(after: last, at: at("2026-11-24T11:00:00Z")) == at("2026-11-24T02:00:00Z"))
    #expect(try schedule("0 2 * * *", catchUp: 3600).due(after: last, at: at("2026-11-24T11:00:00Z")) == nil)
    #expect(try schedule("0 2 * * *", catchUp: 0).due(after: last, at: at("2026-11-21T02:00:30Z")) != nil)
    #expect(
      try schedule("0 2 1 1 *").due(after: at("2020-01-01T02:00:00Z"), at: at("2026-01-01T05:00:00Z"))
        == at("2026-01-01T02:00:00Z"))
  }

  @Test func aClockSetBackBringsNothingTwice() throws {
    let hourly = try schedule("@hourly")
    let last = try at("2026-11-24T12:00:00Z")
    #expect(hourly.due(after: last, at: try at("2026-11-24T11:30:00Z")) == nil)
    #expect(hourly.due(after: last, at: last) == nil)
    #expect(try hourly.due(after: last, at: at("2026-11-24T13:00:01Z")) == at("2026-11-24T13:00:00Z"))
  }

  @Test func jitterIsTheSameForEveryInstance() throws {
    let one = try schedule("@hourly", jitter: 600)
    var starts: Set<Int> = []
    for hour in 0..<200 {
      let slot = Instant(seconds: 1_800_000_000 + hour * 3600)
      let start = one.start(of: slot)
      #expect(start == (try schedule("@hourly", jitter: 600)).start(of: slot))
      #expect((0...600).contains(start.seconds(since: slot)))
      starts.insert(start.seconds(since: slot))
    }
    #expect(starts.count > 100)
    let slot = try #require(one.next(after: Instant(seconds: 1_800_000_000)))
    let start = one.start(of: slot)
    let last = Instant(seconds: slot.seconds - 3600)
    #expect(one.due(after: last, at: Instant(seconds: start.seconds - 1)) == nil)
    #expect(one.due(after: last, at: start) == slot)
  }
}
