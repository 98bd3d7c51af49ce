/// A set of bytes.
struct ByteSet: Sendable, Hashable {
  private var low: UInt64 = 0
  private var high: UInt64 = 0

  mutating func insert(_ byte: UInt8) {
    if byte < 64 { low |= 1 << UInt64(byte) } else if byte < 128 { high |= 1 << UInt64(byte - 64) }
  }

  func contains(_ byte: UInt8) -> Bool {
    byte < 64 ? low & (1 << UInt64(byte)) != 0 : byte < 128 && high & (1 << UInt64(byte - 64)) != 0
  }

  /// Letters, digits and `_`.
  static let word: ByteSet = {
    var set = ByteSet()
    for byte in UInt8(0)..<128 where isWord(byte) { set.insert(byte) }
    return set
  }()

  static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x5F, 0x61...0x7A: true
    default: false
    }
  }
}

/// The form of a token: literal bytes and runs of bytes of a set, one after the other, as `ghp_[0-9A-Za-z]{36}`.
///
/// A run takes as much as it may and never gives back, so matching is linear; the forms are chosen so that this loses
/// nothing: what follows a run of open length is never of the run's own set.
struct SecretPattern: Sendable {
  private struct Run {
    var set: ByteSet
    var minimum: Int
    var maximum: Int
  }

  private var runs: [Run] = []
  /// In bytes.
  private var minimumLength = 0
  private var maximumLength = 0
  /// The longest literal, by which it is found, in lower case.
  private(set) var keyword: [UInt8] = []
  /// How many bytes may stand before that literal.
  private(set) var lead = 0...0

  /// Reads `text`: sets in brackets with ranges, `\w` among them, `{n}` or `{n,m}` behind; everything else is literal.
  /// Nil if it is malformed or, unless it is found by another word (`needsKeyword`), holds no literal of at least 2 bytes.
  init?(_ text: String, needsKeyword: Bool = true) {
    let bytes = Array(text.utf8)
    var index = 0
    var literal: [UInt8] = []
    var literalLead = 0...0
    var before = 0...0
    func keep(_ literal: [UInt8], _ lead: ClosedRange<Int>, _ keyword: inout [UInt8], _ best: inout ClosedRange<Int>) {
      if literal.count > keyword.count {
        keyword = literal
        best = lead
      }
    }
    while index < bytes.count {
      if bytes[index] == UInt8(ascii: "["), let end = bytes[index...].firstIndex(of: UInt8(ascii: "]")) {
        keep(literal, literalLead, &keyword, &lead)
        literal = []
        guard let set = Self.set(bytes[(index + 1)..<end]) else { return nil }
        index = end + 1
        var bounds = (1, 1)
        if index < bytes.count, bytes[index] == UInt8(ascii: "{") {
          guard let close = bytes[index...].firstIndex(of: UInt8(ascii: "}")) else { return nil }
          let parts = String(decoding: bytes[(index + 1)..<close], as: UTF8.self).split(
            separator: ",", omittingEmptySubsequences: false)
          guard let first = parts.first.flatMap({ Int($0) }) else { return nil }
          let last = parts.count > 1 ? Int(parts[1]) ?? 4096 : first
          guard first >= 0, last >= first, last <= 4096 else { return nil }
          bounds = (first, last)
          index = close + 1
        }
        runs.append(Run(set: set, minimum: bounds.0, maximum: bounds.1))
        before = (before.lowerBound + bounds.0)...(before.upperBound + bounds.1)
      } else {
        if literal.isEmpty { literalLead = before }
        var set = ByteSet()
        set.insert(bytes[index])
        runs.append(Run(set: set, minimum: 1, maximum: 1))
        literal.append(Self.lowered(bytes[index]))
        before = (before.lowerBound + 1)...(before.upperBound + 1)
        index += 1
      }
    }
    keep(literal, literalLead, &keyword, &lead)
    minimumLength = before.lowerBound
    maximumLength = before.upperBound
    guard keyword.count >= 2 || !needsKeyword else { return nil }
  }

  private static func set(_ bytes: ArraySlice<UInt8>) -> ByteSet? {
    var set = ByteSet()
    var index = bytes.startIndex
    while index < bytes.endIndex {
      if bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.endIndex, bytes[index + 1] == UInt8(ascii: "w") {
        for byte in UInt8(0)..<128 where ByteSet.isWord(byte) { set.insert(byte) }
        index += 2
      } else if index + 2 < bytes.endIndex, bytes[index + 1] == UInt8(ascii: "-") {
        guard bytes[index] <= bytes[index + 2] else { return nil }
        for byte in bytes[index]...bytes[index + 2] { set.insert(byte) }
        index += 3
      } else {
        set.insert(bytes[index])
        index += 1
      }
    }
    return set
  }

  static func lowered(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte + 32 : byte }

  /// Whether the bytes of a range, as a whole, have the form.
  func matches(_ range: Range<Int>, in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    (minimumLength...maximumLength).contains(range.count)
      && end(in: UnsafeBufferPointer(rebasing: bytes[range]), from: 0) == range.count
  }

  /// Where a token that starts at `start` ends; nil if none does, or if it goes on in the same way.
  func end(in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
    var position = start
    for run in runs {
      var count = 0
      while count < run.maximum, position + count < bytes.count, run.set.contains(bytes[position + count]) {
        count += 1
      }
      guard count >= run.minimum else { return nil }
      position += count
    }
    // A longer word is something else, but a token may end a sentence.
    if let last = runs.last, position < bytes.count, last.set.contains(bytes[position]), ByteSet.isWord(bytes[position])
    {
      return nil
    }
    return position
  }
}
