import AuditModel
import Facts
import HTTPExchange
import Probing

/// Asks for the pages of a site as a browser does, encrypted and plain, and reads what they ask people to type and what
/// they bring in.
struct HTTPPagesProbe: Probe {
  let descriptor = ProbeDescriptor(
    id: "http-pages", summary: "what pages ask for and bring in without encryption",
    targetKinds: ["https", "http"], safety: .observe, facts: PageSchema.facts, timeout: 30_000,
    traffic: "2 requests and 2 for each page that the inventory names, up to 3 stylesheets each, redirects aside")

  /// The most pages of the inventory that are looked at.
  private static let mostPages = 10
  /// The most stylesheets of one page that are looked at.
  private static let mostStylesheets = 3

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    let declared = target.settings["pages"]?.array?.compactMap(\.string) ?? []
    return await context.looking(at: target) { (questioner, redact) throws(Silence) in
      try Self.look(questioner, declared, PageFacts(redact: redact))
    } unreachable: {
      PageFacts.noConnection($0)
    }
  }

  private static func look(
    _ questioner: Questioner, _ declared: [String], _ facts: PageFacts
  ) throws(Silence) -> Sighting {
    let own = questioner.destination.url
    var (pages, gaps): ([PageFacts.Page], [Gap]) = ([], [])
    func note(_ reason: String, at url: HTTPURL) {
      gaps.append(Gap(path: "pages", reason: facts.redact("\(url.text.bounded(200)): \(reason)").bounded(400)))
    }
    // The first tells whether anybody is there at all.
    let front = try RedirectTrail(from: own, .get, follow: true, with: questioner.client)
    func take(_ trail: RedirectTrail, wanted: HTTPURL) throws(Silence) {
      if let silence = trail.last.response.silence { return note(silence, at: wanted) }
      guard let status = trail.last.response.status, !(300..<400).contains(status) else { return }
      // Whom the server does not let in it has shown nothing of the page.
      if status >= 500 || status == 429 { return note("answers \(status)", at: wanted) }
      guard let page = try page(trail.last, status, questioner) else { return }
      if !page.isWhole || !page.content.isWhole {
        note("longer than what is read, or a stylesheet did not come", at: wanted)
      }
      if !pages.contains(where: { $0.url == page.url }) { pages.append(page) }
    }
    try take(front, wanted: own)
    var urls = [own]
    for path in declared.prefix(mostPages) {
      let url = own.with(target: path)
      guard !urls.contains(url) else { continue }
      urls.append(url)
      if let trail = try trail(from: url, questioner, note) { try take(trail, wanted: url) }
    }
    if declared.count > mostPages {
      gaps.append(
        Gap(path: "pages", reason: "more than \(mostPages) pages are named, and the others were not looked at"))
    }
    if own.scheme == .https, case .success(let plain) = questioner.destination.plain {
      for url in urls {
        // Nobody there is the best there is; what leads to https has been seen above.
        guard let trail = try trail(from: plain.with(target: url.target), questioner, nil),
          trail.last.request.url.scheme == .http
        else { continue }
        try take(trail, wanted: plain.with(target: url.target))
      }
    }
    return .seen(facts.value(connection: front.last.connectionFacts, pages), gaps: gaps)
  }

  /// Where redirects from `url` lead within the host; nil where nobody listens, and where nothing came, which is noted
  /// unless that is as good.
  private static func trail(
    from url: HTTPURL, _ questioner: Questioner, _ note: ((String, HTTPURL) -> Void)?
  ) throws(Silence) -> RedirectTrail? {
    do throws(Silence) {
      return try RedirectTrail(from: url, .get, follow: true, with: questioner.client)
    } catch {
      switch error {
      case .noConnection(let reason):
        note?(reason, url)
        return nil
      case .unseen(let unseen):
        if unseen.kind == .interrupted { throw error }
        note?(unseen.reason, url)
        return nil
      }
    }
  }

  /// The page that an answer is, with what its own stylesheets bring in; nil where it is none.
  private static func page(
    _ answer: Answer, _ status: Int, _ questioner: Questioner
  ) throws(Silence) -> PageFacts.Page? {
    let response = answer.response
    guard ContentKind(response) == .html else { return nil }
    let url = answer.request.url
    let policies = response.fields?["content-security-policy"] ?? []
    var page = PageFacts.Page(
      url: url, status: status, content: PageContent(response.body, from: url, policies: policies),
      isWhole: !response.isBodyTruncated)
    // Without encryption nothing is mixed.
    guard url.scheme == .https else { return page }
    for sheet in page.content.stylesheets.prefix(mostStylesheets) {
      guard case .answered(let answer) = try questioner.ask(HTTPRequest(.get, sheet), presenting: .declared),
        let status = answer.response.status
      else {
        page.isWhole = false
        continue
      }
      guard (200..<300).contains(status) else { continue }
      if answer.response.isBodyTruncated { page.isWhole = false }
      page.content.add(stylesheet: answer.response.body, from: sheet)
    }
    return page
  }
}
