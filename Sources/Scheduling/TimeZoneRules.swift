/// How the clocks of a place go: the transitions of a TZif file (RFC 8536), and the rule in its footer after the last.
package struct TimeZoneRules: Sendable, Hashable {
  /// From a moment on the clocks are this far ahead of UTC.
  package struct Transition: Sendable, Hashable {
    /// Seconds since 1970 in UTC.
    package var at: Int
    /// Seconds east of UTC.
    package var offset: Int
  }

  /// Coordinated universal time.
  package static let utc = TimeZoneRules(first: 0, transitions: [], rule: nil)

  /// Before the first transition.
  private let first: Int
  /// In the order of time; neighbours differ.
  private let transitions: [Transition]
  /// After the last transition; nil where the last offset holds for good.
  private let rule: DaylightRule?

  /// Why a file is no time zone.
  package struct Malformed: Error, Sendable {
    /// One line, in lower case.
    package var reason: String
  }

  init(first: Int, transitions: [Transition], rule: DaylightRule?) {
    self.first = first
    self.transitions = transitions
    self.rule = rule
  }

  /// Seconds east of UTC at a moment.
  package func offset(at time: Int) -> Int {
    guard let index = lastIndex(at: time) else { return first }
    if index == transitions.count - 1, let rule { return rule.offset(at: time) }
    return transitions[index].offset
  }

  /// The first moment after `time` at which the clocks are moved; nil where they are not any more.
  package func nextTransition(after time: Int) -> Transition? {
    let next = lastIndex(at: time).map { $0 + 1 } ?? 0
    if next < transitions.count { return transitions[next] }
    return rule?.nextTransition(after: time)
  }

  private func lastIndex(at time: Int) -> Int? {
    var (low, high) = (0, transitions.count)
    while low < high {
      let middle = (low + high) / 2
      if transitions[middle].at <= time { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? nil : low - 1
  }

  /// The moment at which the clocks first show a local time, or, where they skip it, the moment at which they do.
  package func moment(ofLocal local: Int) -> Int {
    // A zone is at most 26 hours from any other: what the local time means lies between these.
    var earliest: Int?
    for candidate in Set([local - offset(at: local - 93_600), local - offset(at: local + 93_600)])
      .union(nearOffsets(local).map { local - $0 })
    where offset(at: candidate) == local - candidate {
      earliest = min(earliest ?? candidate, candidate)
    }
    if let earliest { return earliest }
    // Skipped: the clocks jump over it at the first transition after which they show a later time.
    var time = local - 93_600
    while let transition = nextTransition(after: time), transition.at <= local + 93_600 {
      if transition.at + transition.offset > local { return transition.at }
      time = transition.at
    }
    return local - offset(at: local)
  }

  /// The offsets that hold at any time within a day of a local time.
  private func nearOffsets(_ local: Int) -> [Int] {
    var offsets: [Int] = []
    var time = local - 93_600
    while let transition = nextTransition(after: time), transition.at <= local + 93_600 {
      offsets.append(transition.offset)
      time = transition.at
    }
    return offsets
  }
}

extension TimeZoneRules {
  /// Reads a TZif file.
  package init(tzif bytes: [UInt8]) throws(Malformed) {
    var reader = Reader(bytes: bytes)
    let header = try Header(&reader)
    guard header.version >= 2 else {
      self = try Self.body(header, &reader, wide: false)
      return
    }
    // The first block is there for old readers, with 32 bits a time.
    try reader.skip(header.length(wide: false))
    let second = try Header(&reader)
    let body = try Self.body(second, &reader, wide: true)
    let footer = reader.rest
    guard footer.first == 0x0A, let end = footer.dropFirst().firstIndex(of: 0x0A) else {
      throw Malformed(reason: "it has no footer")
    }
    let text = String(decoding: footer[(footer.startIndex + 1)..<end], as: UTF8.self)
    guard !text.isEmpty else {
      self = body
      return
    }
    guard let parsed = DaylightRule(text) else { throw Malformed(reason: "its footer is no rule: \(text)") }
    // A zone without transitions lives by its rule alone.
    let transitions =
      body.transitions.isEmpty
      ? [Transition(at: -(1 << 50), offset: parsed.offset(at: -(1 << 40)))] : body.transitions
    self = TimeZoneRules(first: body.first, transitions: transitions, rule: parsed)
  }

  private struct Reader {
    let bytes: [UInt8]
    var position = 0

    var rest: ArraySlice<UInt8> { bytes[position...] }

    mutating func take(_ count: Int) throws(Malformed) -> ArraySlice<UInt8> {
      guard count >= 0, count <= bytes.count - position else { throw Malformed(reason: "it ends too early") }
      defer { position += count }
      return bytes[position..<position + count]
    }

    mutating func skip(_ count: Int) throws(Malformed) { _ = try take(count) }

    /// A signed number, most significant byte first.
    mutating func number(_ size: Int) throws(Malformed) -> Int {
      let bytes = try take(size)
      var value = bytes.first.map { $0 >= 128 ? -1 : 0 } ?? 0
      for byte in bytes { value = value << 8 | Int(byte) }
      return value
    }
  }

  private struct Header {
    var version: Int
    var universal: Int
    var standard: Int
    var leaps: Int
    var times: Int
    var types: Int
    var characters: Int

    init(_ reader: inout Reader) throws(Malformed) {
      guard Array(try reader.take(4)) == Array("TZif".utf8) else { throw Malformed(reason: "it is no TZif file") }
      let mark = try reader.take(1).first ?? 0
      version = mark == 0 ? 1 : Int(mark) - 48
      try reader.skip(15)
      universal = try reader.number(4)
      standard = try reader.number(4)
      leaps = try reader.number(4)
      times = try reader.number(4)
      types = try reader.number(4)
      characters = try reader.number(4)
      let counts = [universal, standard, leaps, times, types, characters]
      guard counts.allSatisfy({ (0...100_000).contains($0) }), types > 0 else {
        throw Malformed(reason: "its counts make no sense")
      }
    }

    func length(wide: Bool) -> Int {
      let size = wide ? 8 : 4
      return times * (size + 1) + types * 6 + characters + leaps * (size + 4) + standard + universal
    }
  }

  private static func body(
    _ header: Header, _ reader: inout Reader, wide: Bool
  ) throws(Malformed) -> TimeZoneRules {
    var times: [Int] = []
    for _ in 0..<header.times { times.append(try reader.number(wide ? 8 : 4)) }
    let indices = Array(try reader.take(header.times))
    var offsets: [Int] = []
    for _ in 0..<header.types {
      let offset = try reader.number(4)
      guard (-93_600...93_600).contains(offset) else { throw Malformed(reason: "an offset is larger than a day") }
      offsets.append(offset)
      try reader.skip(2)
    }
    try reader.skip(header.characters + header.leaps * (wide ? 12 : 8) + header.standard + header.universal)
    guard header.leaps == 0 else { throw Malformed(reason: "it counts leap seconds, which POSIX time does not") }
    guard let first = offsets.first else { throw Malformed(reason: "it has no type of time") }
    var transitions: [Transition] = []
    for (time, index) in zip(times, indices) {
      guard Int(index) < offsets.count else { throw Malformed(reason: "a transition leads nowhere") }
      let bounded = max(time, -(1 << 50))
      if let last = transitions.last, bounded <= last.at { throw Malformed(reason: "its transitions run backwards") }
      transitions.append(Transition(at: bounded, offset: offsets[Int(index)]))
    }
    return TimeZoneRules(first: first, transitions: transitions, rule: nil)
  }
}
