/// What a target answers for paths that nobody made: whoever answers anything with 200 has not let anybody in.
struct MadeUpPaths {
  private struct Sample {
    var path: String
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
      if let sample = Self.sample(reply, url) { general.append(sample) }
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
    if Self.matches(likeness, general) { return true }
    let segments = url.path.split(separator: "/")
    guard segments.count > 1, let segment = segments.first.map(String.init) else { return false }
    if bySegment[segment] == nil {
      var samples: [Sample] = []
      for _ in 0..<2 {
        // Two levels deeper, where no parameter of a real route reaches.
        let made = url.with(target: "/\(segment)/\(Self.word())/\(Self.word())")
        if let sample = Self.sample(try interview.ask(HTTPRequest(.get, made)), made) { samples.append(sample) }
      }
      bySegment[segment] = samples
    }
    return Self.matches(likeness, bySegment[segment] ?? [])
  }

  /// A name that nobody has given to anything.
  static func word() -> String { "prodworthy-" + String(UInt64.random(in: 0 ... .max), radix: 36) }

  private static func sample(_ reply: Interview.Reply, _ url: HTTPURL) -> Sample? {
    guard case .answered(let response, _) = reply else { return nil }
    return Sample(
      path: String(url.path), likeness: Likeness(response, to: String(url.path)),
      isSuccess: response.status.map { (200..<300).contains($0) } ?? false)
  }

  /// A page that is the same each time must be met exactly; one that is not, as closely as it meets itself.
  private static func matches(_ likeness: Likeness, _ samples: [Sample]) -> Bool {
    let pages = samples.filter(\.isSuccess)
    if pages.contains(where: { $0.likeness.equals(likeness) }) { return true }
    let isSteady = pages.count == 2 && pages[0].likeness.equals(pages[1].likeness)
    return !isSteady && pages.contains { $0.likeness.resembles(likeness) }
  }
}
