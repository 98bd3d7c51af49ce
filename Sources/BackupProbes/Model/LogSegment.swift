/// The names of the write-ahead log's segments: 8 hexadecimal digits of timeline, 16 of the segment's number.
enum LogSegment {
  /// Whether `name` is a segment's.
  static func isName(_ name: some StringProtocol) -> Bool {
    name.utf8.count == 24 && name.utf8.allSatisfy { (48...57).contains($0) || (65...70).contains($0) }
  }

  /// The timeline and the running number of a segment of `size` bytes.
  static func parts(_ name: some StringProtocol, size: UInt64) -> (timeline: String, number: UInt64)? {
    guard isName(name), size > 0 else { return nil }
    let perFile = UInt64(1) << 32 / size
    guard let high = UInt64(name.dropFirst(8).prefix(8), radix: 16), let low = UInt64(name.suffix(8), radix: 16),
      low < perFile
    else { return nil }
    return (String(name.prefix(8)), high * perFile + low)
  }

  /// The name of segment `number` of a timeline.
  static func name(timeline: Int, number: UInt64, size: UInt64) -> String {
    let perFile = UInt64(1) << 32 / size
    return digits(UInt64(timeline)) + digits(number / perFile) + digits(number % perFile)
  }

  /// Missing stretches among `names` of one archive, from `start` on; timelines are held apart.
  static func gaps(among names: [String], from start: String?, size: UInt64) -> [BackupFacts.LogGap] {
    var numbers: [String: [UInt64]] = [:]
    for name in names {
      if let (timeline, number) = parts(name, size: size) { numbers[timeline, default: []].append(number) }
    }
    let from = start.flatMap { parts($0, size: size) }
    var gaps: [BackupFacts.LogGap] = []
    for timeline in numbers.keys.sorted() {
      guard let value = Int(timeline, radix: 16) else { continue }
      if let from, timeline < from.timeline { continue }
      var sorted = (numbers[timeline] ?? []).sorted()
      if let from, from.timeline == timeline {
        sorted = sorted.filter { $0 >= from.number }
        if sorted.first != from.number, from.number > 0 { sorted.insert(from.number - 1, at: 0) }
      }
      for (before, after) in zip(sorted, sorted.dropFirst()) where after > before + 1 {
        gaps.append(
          BackupFacts.LogGap(
            timeline: timeline, first: name(timeline: value, number: before + 1, size: size),
            last: name(timeline: value, number: after - 1, size: size), count: Int(clamping: after - before - 1)))
      }
    }
    return gaps
  }

  private static func digits(_ number: UInt64) -> String {
    let text = String(number, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, 8 - text.utf8.count)) + text
  }
}
