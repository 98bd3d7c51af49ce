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
    traffic:
      "2 requests and 2 for each page that the inventory names, up to \(Stylesheets.mostOfOnePage) stylesheets each and "
      + "\(Stylesheets.most) in all, redirects aside")

  /// The most pages of the inventory that are looked at.
  private static let mostPages = 10

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    let declared = target.settings["pages"]?.array?.compactMap(\.string) ?? []
    return await context.looking(at: target, for: descriptor.facts) { (questioner, redact) throws(Silence) in
      try Self.look(questioner, declared, PageFacts(redact: redact))
    }
  }

  private static func look(
    _ questioner: Questioner, _ declared: [String], _ facts: PageFacts
  ) throws(Silence) -> Sighting {
    let own = questioner.destination.url
    var (pages, gaps): ([PageFacts.Page], [Gap]) = ([], [])
    var sheets = Stylesheets(asking: questioner)
    func note(_ reason: String, at url: HTTPURL) {
      gaps.append(Gap(path: "pages", reason: facts.redact("\(url.text.bounded(200)): \(reason)").bounded(400)))
    }
    let named = Set(declared.map(own.with(target:)).map(\.target))
    // The first tells whether anybody is there at all.
    let front = try RedirectTrail(from: own, .get, follow: true, with: questioner.client)
    func take(_ trail: RedirectTrail, wanted: HTTPURL) throws(Silence) {
      if let silence = trail.last.response.silence { return note(silence, at: wanted) }
      guard let status = trail.last.response.status else { return }
      let isNamed = named.contains(wanted.target)
      if let stop = trail.stop {
        // Another host's pages are not this target's, unless the inventory says where they ought to be.
        if isNamed || !trail.leavesHost { note(stop, at: wanted) }
        return
      }
      if (300..<400).contains(status) || status >= 500 { return note("answers \(status)", at: wanted) }
      // Whom the server does not let in, or to the wrong place, it has shown nothing of the page that was named. That
      // there is none in the clear is as it should be.
      let isRefusedInClear = own.scheme == .https && wanted.scheme == .http && ![401, 403].contains(status)
      if isNamed, !(200..<300).contains(status), !isRefusedInClear { note("answers \(status)", at: wanted) }
      // Redirects may lead to a page that was read already.
      let page: PageFacts.Page
      if let known = pages.first(where: { $0.url == trail.last.request.url }) {
        page = known
      } else {
        guard let read = try Self.page(trail.last, status, &sheets) else { return }
        pages.append(read)
        page = read
      }
      if !page.isWhole || !page.content.isWhole {
        note("more than what is read, or a stylesheet was not read", at: wanted)
      }
    }
    try take(front, wanted: own)
    var urls = [own]
    for path in declared.prefix(mostPages) {
      let url = own.with(target: path)
      guard !urls.contains(url) else { continue }
      urls.append(url)
      if let trail = try trail(from: url, questioner, orNobody: note, note) { try take(trail, wanted: url) }
    }
    if declared.count > mostPages {
      gaps.append(
        Gap(path: "pages", reason: "more than \(mostPages) pages are named, and the others were not looked at"))
    }
    // Beside an unusual port there is a plain one only where the inventory names it.
    if own.scheme == .https, case .success(let plain) = questioner.destination.plain {
      for url in urls {
        let url = plain.with(target: url.target)
        // Nobody there is the best there is; what leads to https has been seen above.
        guard let trail = try trail(from: url, questioner, orNobody: nil, note),
          trail.last.request.url.scheme == .http, trail.hops.last?.to?.scheme != .https
        else { continue }
        try take(trail, wanted: url)
      }
    }
    return .seen(facts.value(connection: front.last.connectionFacts, pages), gaps: gaps)
  }

  /// Where redirects from `url` lead within the host; nil where nobody listens, which only `noteNobody` is told, and where
  /// nothing came.
  private static func trail(
    from url: HTTPURL, _ questioner: Questioner, orNobody noteNobody: ((String, HTTPURL) -> Void)?,
    _ note: (String, HTTPURL) -> Void
  ) throws(Silence) -> RedirectTrail? {
    do throws(Silence) {
      return try RedirectTrail(from: url, .get, follow: true, with: questioner.client)
    } catch {
      switch error {
      case .noConnection(let reason): noteNobody?(reason, url)
      case .unseen(let unseen):
        if unseen.kind == .interrupted { throw error }
        note(unseen.reason, url)
      }
      return nil
    }
  }

  /// The page that an answer is, with what its own stylesheets bring in; nil where it is none.
  private static func page(
    _ answer: Answer, _ status: Int, _ sheets: inout Stylesheets
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
    if page.content.stylesheets.count > Stylesheets.mostOfOnePage { page.isWhole = false }
    for sheet in page.content.stylesheets.prefix(Stylesheets.mostOfOnePage) {
      guard let answer = try sheets.answer(to: sheet), let status = answer.response.status else {
        page.isWhole = false
        continue
      }
      guard (200..<300).contains(status) else {
        // What is not there brings nothing in; anything else may hide a stylesheet that browsers get.
        if status != 404, status != 410 { page.isWhole = false }
        continue
      }
      if answer.response.isBodyTruncated { page.isWhole = false }
      page.content.add(stylesheet: answer.response.body, from: sheet)
    }
    return page
  }
}
