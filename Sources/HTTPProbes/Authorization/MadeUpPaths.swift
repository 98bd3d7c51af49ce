import HTTPExchange

/// What a target answers for paths that nobody made: whoever answers anything with 200 has not let anybody in.
struct MadeUpPaths {
  private struct Sample {
    var likeness: Likeness
    var isSuccess: Bool
  }

  /// What the very first made-up path got.
  private(set) var first: Sight?
  private var general: [Sample] = []
  /// By the first segment of the path.
  private var bySegment: [String: [Sample]] = [:]
  private let login: LoginSigns

  /// Asks for two paths at the top.
  init(asking interview: inout Interview, login: LoginSigns) throws(CalledOff) {
    self.login = login
    for _ in 0..<2 {
      let url = interview.url.with(target: "/" + Self.word())
      let reply = try interview.ask(HTTPRequest(.get, url))
      if first == nil { first = try Sight(reply, to: url, login: login) { _ throws(CalledOff) in false } }
      if case .answered(let response, _) = reply { general.append(Self.sample(response, url)) }
    }
  }

  /// What the answer for a made-up path is now.
  func lookAgain(with interview: inout Interview) throws(CalledOff) -> Sight {
    let url = interview.url.with(target: "/" + Self.word())
    return try Sight(try interview.ask(HTTPRequest(.get, url)), to: url, login: login) { _ throws(CalledOff) in false }
  }

  /// Whether `response` to a request for `url` is what made-up paths get, at the top or under the same first segment.
  mutating func include(
    _ response: HTTPResponse, to url: HTTPURL, asking interview: inout Interview
  ) throws(CalledOff) -> Bool {
    // The front page is what it is, also where every other path shows it too.
    guard url.path != "/", response.status.map({ (200..<300).contains($0) }) ?? false else { return false }
    let likeness = Likeness(response, to: String(url.path))
    if try matches(likeness, &general, asking: &interview, beside: url, at: { "/" + Self.word() }) { return true }
    let segments = url.path.split(separator: "/")
    guard segments.count > 1, let segment = segments.first.map(String.init) else { return false }
    // Two levels deeper, where no parameter of a real route reaches.
    let deeper = { "/\(segment)/\(Self.word())/\(Self.word())" }
    var samples = bySegment[segment] ?? []
    if samples.isEmpty {
      for _ in 0..<2 { samples += try Self.sample(at: url.with(target: deeper()), asking: &interview) }
    }
    let isFound = try matches(likeness, &samples, asking: &interview, beside: url, at: deeper)
    bySegment[segment] = samples
    return isFound
  }

  /// A name that nobody has given to anything.
  static func word() -> String { "prodworthy-" + String(UInt64.random(in: 0 ... .max), radix: 36) }

  private static func sample(at url: HTTPURL, asking interview: inout Interview) throws(CalledOff) -> [Sample] {
    guard case .answered(let response, _) = try interview.ask(HTTPRequest(.get, url)) else { return [] }
    return [sample(response, url)]
  }

  private static func sample(_ response: HTTPResponse, _ url: HTTPURL) -> Sample {
    Sample(
      likeness: Likeness(response, to: String(url.path)),
      isSuccess: response.status.map { (200..<300).contains($0) } ?? false)
  }

  /// The most samples of one place.
  private static let mostSamples = 5

  /// A page that is the same each time must be met exactly; one that is not, as closely as it meets itself. Where an
  /// answer is close and not the same, further samples tell which of the two the page is.
  private func matches(
    _ likeness: Likeness, _ samples: inout [Sample], asking interview: inout Interview, beside url: HTTPURL,
    at path: () -> String
  ) throws(CalledOff) -> Bool {
    func pages() -> [Sample] { samples.filter(\.isSuccess) }
    if pages().contains(where: { $0.likeness.equals(likeness) }) { return true }
    guard let first = pages().first, pages().contains(where: { $0.likeness.resembles(likeness) }) else { return false }
    while samples.count < Self.mostSamples, pages().allSatisfy({ $0.likeness.equals(first.likeness) }) {
      let more = try Self.sample(at: url.with(target: path()), asking: &interview)
      if more.isEmpty { break }
      samples += more
    }
    return !pages().allSatisfy { $0.likeness.equals(first.likeness) }
      || pages().contains { $0.likeness.equals(likeness) }
  }
}
