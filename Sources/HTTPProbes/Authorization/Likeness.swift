import HTTPExchange

/// What makes two answers the same page: status, media type, and words, where whatever has a digit in it counts as the
/// same word: nonces, times and numbers differ from one answer to the next.
struct Likeness: Sendable {
  /// The most content that is compared, in bytes.
  private static let limit = 64 << 10

  private let status: Int?
  private let mediaType: String?
  private let length: Int
  private let title: String
  private let words: [UInt8]
  private let wordsWithoutPath: [UInt8]
  private let counts: [[UInt8]: Int]

  /// The likeness of an answer to a request for `path`, which it may repeat.
  init(_ response: HTTPResponse, to path: String) {
    status = response.status
    mediaType = response.mediaType
    length = response.body.count
    let body = Array(response.body.prefix(Self.limit))
    title = Self.title(of: body)
    words = Self.normal(body)
    wordsWithoutPath = Self.normal(Self.removing(Array(path.utf8), from: body))
    counts = Dictionary(words.split(separator: UInt8(ascii: " ")).map { (Array($0), 1) }, uniquingKeysWith: +)
  }

  /// Whether both say the same in the same words.
  func equals(_ other: Likeness) -> Bool {
    status == other.status && mediaType == other.mediaType
      && (words == other.words || wordsWithoutPath == other.wordsWithoutPath)
  }

  /// Whether both are the same page as far as a page that differs each time can be: the same title, within 5 % of the
  /// length, nine of ten words in common.
  func resembles(_ other: Likeness) -> Bool {
    guard status == other.status, mediaType == other.mediaType, title == other.title else { return false }
    return abs(length - other.length) * 20 <= max(length, other.length) && share(with: other) >= 0.9
  }

  /// Whether both could be the same thing shown to different people.
  func isKin(of other: Likeness) -> Bool { mediaType == other.mediaType && share(with: other) >= 0.5 }

  /// Whether two answers without content could be about the same page: status, media type, length within 5 %.
  static func haveSameHead(_ a: HTTPResponse, _ b: HTTPResponse) -> Bool {
    func length(_ response: HTTPResponse) -> Int { response.fields?.first("content-length").flatMap { Int($0) } ?? 0 }
    return a.status == b.status && a.mediaType == b.mediaType
      && abs(length(a) - length(b)) <= max(length(a), length(b)) / 20
  }

  /// The words in common among all words, 0 to 1; each as often as it stands there.
  private func share(with other: Likeness) -> Double {
    var common = 0
    var all = 0
    for (word, count) in counts {
      common += min(count, other.counts[word] ?? 0)
      all += max(count, other.counts[word] ?? 0)
    }
    for (word, count) in other.counts where counts[word] == nil { all += count }
    return all == 0 ? 1 : Double(common) / Double(all)
  }

  /// The words in lower case with a blank between them.
  private static func normal(_ body: [UInt8]) -> [UInt8] {
    var normal: [UInt8] = []
    var word: [UInt8] = []
    var hasDigit = false
    func isWord(_ byte: UInt8) -> Bool {
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte >= 0x80
    }
    for byte in body + [0x20] {
      if isWord(byte) {
        hasDigit = hasDigit || byte <= 0x39
        word.append((0x41...0x5A).contains(byte) ? byte | 0x20 : byte)
      } else if !word.isEmpty {
        normal += hasDigit ? [UInt8(ascii: "0")] : word
        normal.append(0x20)
        word.removeAll(keepingCapacity: true)
        hasDigit = false
      }
    }
    return normal
  }

  private static func removing(_ part: [UInt8], from body: [UInt8]) -> [UInt8] {
    guard part.count > 1, let first = part.first else { return body }
    var kept: [UInt8] = []
    var index = 0
    while index < body.count {
      if body[index] == first, body[index...].starts(with: part) {
        index += part.count
      } else {
        kept.append(body[index])
        index += 1
      }
    }
    return kept
  }

  private static func title(of body: [UInt8]) -> String {
    let text = String(decoding: body.prefix(8 << 10), as: UTF8.self)
    guard let start = text.lowercased().firstRange(of: "<title>") else { return "" }
    let offset = text.lowercased().utf8.distance(from: text.lowercased().startIndex, to: start.upperBound)
    return String(decoding: Array(text.utf8).dropFirst(offset).prefix { $0 != UInt8(ascii: "<") }, as: UTF8.self)
      .trimmed
  }
}
