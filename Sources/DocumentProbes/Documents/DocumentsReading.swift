import AuditModel
import Definitions
import Facts
import Probing
import Synchronization

/// One look at a folder of documents.
struct DocumentsReading {
  /// Larger documents are not read, in bytes.
  private static let largest = 2 << 20
  /// How many documents are read at most.
  private static let mostDocuments = 2_000
  /// How many links and mentions are told at most.
  private static let mostEntries = 5_000

  let settings: JSONObject
  let folder: String
  let root: String
  let dates: FileDates
  let context: ProbeContext

  private struct Page {
    var path: String
    var shown: String
    var role: DocumentRole
    var document: MarkdownDocument
    var words: Int
  }

  func sighting() -> Sighting {
    var gaps: [Gap] = []
    var pages: [Page] = []
    let tree = FileTree(
      folder, excluding: [".git", "node_modules", ".build", "vendor", ".venv", "_build"], until: context.deadline)
    if let cut = tree.cut { gaps.append(Gap(path: "documents", reason: cut)) }
    for (path, reason) in tree.unread { gaps.append(Gap(path: "documents", reason: "\(path): \(reason)")) }
    var candidates = tree.files.filter(LinkResolution.isMarkdown).map { "\(folder)/\($0)" }
    for name in ["runbooks", "rollback", "incident"] {
      for path in paths(name) where !FileReading.isFolder(path) && !candidates.contains(path) {
        candidates.append(path)
      }
    }
    if candidates.count > Self.mostDocuments {
      gaps.append(
        Gap(path: "documents", reason: "only the first \(Self.mostDocuments) of \(candidates.count) were read"))
      candidates = Array(candidates.prefix(Self.mostDocuments))
    }
    for path in candidates {
      guard !context.deadline.hasPassed else {
        return .unseen(Unseen(.timeout, "the time was up before every document was read"))
      }
      do throws(FileTrouble) {
        let bytes = try FileReading.bytes(of: path, limit: Self.largest)
        context.traffic.add(bytesReceived: bytes.count)
        let document = MarkdownDocument(bytes)
        let words =
          document.text.reduce(0) { $0 + $1.text.split(whereSeparator: \.isWhitespace).count } + document.code.count
        pages.append(Page(path: path, shown: shown(path), role: role(of: path), document: document, words: words))
      } catch {
        gaps.append(Gap(path: "documents", reason: "\(shown(path)): \(error.reason)"))
      }
    }
    return .seen(.object(facts(of: pages, gaps: &gaps)), gaps: gaps)
  }

  // MARK: Parts

  private func facts(of pages: [Page], gaps: inout [Gap]) -> JSONObject {
    var facts: JSONObject = [
      "documents": .array(pages.map { .object(entry($0)) }),
      "runbooks": .integer(pages.count { $0.role == .runbook }),
      "rollbacks": .integer(pages.count { $0.role == .rollback }),
      "incidents": .integer(pages.count { $0.role == .incident }),
      "reviewDays": .integer(settings["reviewDays"]?.integer ?? 180),
    ]
    if let reason = dates.reason, pages.contains(where: { DocumentReview.date(in: $0.document) == nil }) {
      gaps.append(
        Gap(
          path: "reviews", reason: reason,
          remedy: "write last_reviewed: with the day into the document's front matter"))
    }
    let resolution = resolution(of: pages)
    links(of: pages, by: resolution, into: &facts, gaps: &gaps)
    services(of: pages, into: &facts, gaps: &gaps)
    runbookURLs(by: resolution, into: &facts, gaps: &gaps)
    facts["exercises"] = special("exercises", "log of exercises", gaps: &gaps) { _, document in
      ExerciseLog.newest(in: document)
    }
    facts["accessReview"] = special("accessReview", "record of a review of access", gaps: &gaps) { path, document in
      .object(dated(path, document).facts)
    }
    facts["capacityPlan"] = special("capacityPlan", "capacity plan", gaps: &gaps) { path, document in
      var entry = dated(path, document).facts
      entry["figures"] = JSONValue(CapacityPlan.figures(in: document))
      return .object(entry)
    }
    return facts
  }

  private func entry(_ page: Page) -> JSONObject {
    let (dated, source) = dated(page.path, page.document)
    var entry = dated
    let owner = DocumentReview.owner(of: page.document)
    entry["role"] = .string(page.role.rawValue)
    entry["title"] = JSONValue(
      (page.document.headings.first?.text ?? page.document.frontMatter["title"]).map(Self.safe))
    entry["owner"] = JSONValue(owner)
    entry["isOwned"] = .bool(owner != nil)
    entry["reviewSource"] = JSONValue(source)
    entry["missing"] = JSONValue(DocumentReview.missing(sections(of: page.role), in: page.document))
    entry["words"] = .integer(page.words)
    entry["placeholders"] = JSONValue(
      DocumentReview.placeholders(in: page.document).prefix(100).map {
        SecretScanner.shared.masked("\($0.line): \($0.text.prefix(120))")
      })
    return entry
  }

  private func sections(of role: DocumentRole) -> [DocumentRole.Section] {
    guard role == .runbook, let names = settings["runbookSections"]?.array?.compactMap(\.string) else {
      return role.sections
    }
    return names.map { name in
      DocumentRole.Section(
        name: name, words: role.sections.first { $0.name == name.lowercased() }?.words ?? [name.lowercased()])
    }
  }

  private func dated(_ path: String, _ document: MarkdownDocument) -> (facts: JSONObject, source: String?) {
    let declared = DocumentReview.date(in: document)?.on
    let changed = PathText.relative(path, to: dates.root).flatMap { dates.changed[$0] }
    let facts: JSONObject = [
      "file": .string(shown(path)), "reviewedOn": JSONValue((declared ?? changed)?.day),
    ]
    return (facts, declared != nil ? "declared" : changed != nil ? "git" : nil)
  }

  /// One document that the inventory names for an end of its own.
  private func special(
    _ name: String, _ what: String, gaps: inout [Gap], _ read: (String, MarkdownDocument) -> JSONValue
  ) -> JSONValue {
    guard let path = settings[name]?.string else {
      gaps.append(Gap(path: name, reason: "the inventory names no \(what)", remedy: "name it as \(name):"))
      return .null
    }
    do throws(FileTrouble) {
      return read(path, MarkdownDocument(try FileReading.bytes(of: path, limit: Self.largest)))
    } catch {
      gaps.append(Gap(path: name, reason: "\(shown(path)): \(error.reason)"))
      return .null
    }
  }

  private func resolution(of pages: [Page]) -> LinkResolution {
    let anchors = Dictionary(pages.map { ($0.path, $0.document.anchors) }, uniquingKeysWith: { first, _ in first })
    let largest = Self.largest
    let further = FurtherAnchors()
    return LinkResolution(root: root) { path in
      if let known = anchors[path] { return known }
      return further.anchors(of: path, largest: largest)
    }
  }

  private func links(
    of pages: [Page], by resolution: LinkResolution, into facts: inout JSONObject, gaps: inout [Gap]
  ) {
    var links: [JSONValue] = []
    var elsewhere = 0
    for page in pages {
      for link in page.document.links {
        let result =
          link.destination.map { resolution.follow($0, from: page.path) }
          ?? .broken("the reference [\(link.label?.prefix(80) ?? "")] is defined nowhere")
        if result == .elsewhere {
          elsewhere += 1
          continue
        }
        guard links.count < Self.mostEntries else {
          gaps.append(Gap(path: "links", reason: "only the first \(Self.mostEntries) links were followed"))
          facts["links"] = .array(links)
          facts["linksElsewhere"] = .integer(elsewhere)
          return
        }
        let (resolves, reason) = Self.told(result)
        links.append([
          "file": .string(page.shown), "line": .integer(link.line), "column": .integer(link.column),
          "destination": .string(Self.safe(link.destination ?? "[\(link.label ?? "")]")),
          "resolves": resolves, "reason": reason,
        ])
      }
    }
    facts["links"] = .array(links)
    facts["linksElsewhere"] = .integer(elsewhere)
  }

  /// What a document says, cut short and without the secrets that people paste into documents.
  private static func safe(_ text: String) -> String { SecretScanner.shared.masked(String(text.prefix(300))) }

  private static func told(_ result: LinkResolution.Result) -> (resolves: JSONValue, reason: JSONValue) {
    switch result {
    case .resolves: (true, .null)
    case .broken(let reason): (false, .string(safe(reason)))
    case .unknown(let reason): (.null, .string(safe(reason)))
    case .elsewhere: (.null, .string("it leads to another server"))
    }
  }

  private func services(of pages: [Page], into facts: inout JSONObject, gaps: inout [Gap]) {
    var names = Set(settings["services"]?.array?.compactMap(\.string) ?? [])
    var isKnown = settings["services"] != nil
    for path in paths("compose") {
      do throws(FileTrouble) {
        let file = SourceFile(path: path, bytes: try FileReading.bytes(of: path, limit: 4 << 20))
        let loaded = Definitions.document(file)
        guard let services = loaded.value?["services"]?.object else {
          gaps.append(
            Gap(
              path: "services", reason: "\(shown(path)): \(loaded.diagnostics.first?.message ?? "it has no services")"))
          facts["services"] = .null
          facts["servicesCovered"] = .null
          facts["commands"] = .null
          return
        }
        names.formUnion(services.names)
        isKnown = true
      } catch {
        gaps.append(Gap(path: "services", reason: "\(shown(path)): \(error.reason)"))
        facts["services"] = .null
        facts["servicesCovered"] = .null
        facts["commands"] = .null
        return
      }
    }
    guard isKnown else {
      let remedy = "name the compose files as compose:, or the services as services:"
      for path in ["services", "servicesCovered", "commands"] {
        gaps.append(Gap(path: path, reason: "nothing says which services exist", remedy: remedy))
        facts[path] = .null
      }
      return
    }
    let sorted = names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    facts["services"] = JSONValue(sorted)
    let runbooks = pages.filter { $0.role == .runbook }.map { page in
      (page.shown, Self.vocabulary(of: page.document, path: page.shown))
    }
    facts["servicesCovered"] = .array(
      sorted.map { service in
        let word = service.lowercased()
        return [
          "service": .string(service), "runbooks": JSONValue(runbooks.filter { $0.1.contains(word) }.map(\.0)),
        ]
      })
    var commands: [JSONValue] = []
    for page in pages {
      for mention in DocumentCommands.mentions(in: page.document) where commands.count < Self.mostEntries {
        commands.append([
          "file": .string(page.shown), "line": .integer(mention.line), "command": .string(mention.command),
          "service": .string(mention.service), "exists": .bool(names.contains(mention.service)),
        ])
      }
    }
    facts["commands"] = .array(commands)
  }

  /// The words by which a runbook can be said to be about something: of its title, headings, path and text.
  private static func vocabulary(of document: MarkdownDocument, path: String) -> Set<String> {
    func words(_ text: String) -> [String] {
      text.lowercased().split { !($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }.map(String.init)
    }
    var vocabulary = Set(words(path))
    for heading in document.headings { vocabulary.formUnion(words(heading.text)) }
    for line in document.text { vocabulary.formUnion(words(line.text)) }
    for line in document.code { vocabulary.formUnion(words(line.text)) }
    for value in document.frontMatter.values { vocabulary.formUnion(words(value)) }
    return vocabulary
  }

  private func runbookURLs(by resolution: LinkResolution, into facts: inout JSONObject, gaps: inout [Gap]) {
    let files = paths("rules")
    guard !files.isEmpty else {
      gaps.append(
        Gap(path: "runbookURLs", reason: "the inventory names no rule files", remedy: "name them as rules:"))
      facts["runbookURLs"] = .null
      return
    }
    var entries: [JSONValue] = []
    for path in files {
      do throws(FileTrouble) {
        let bytes = try FileReading.bytes(of: path, limit: 4 << 20)
        let (alerts, reason) = AlertRunbooks.alerts(in: SourceFile(path: path, bytes: bytes))
        guard let alerts else {
          gaps.append(Gap(path: "runbookURLs", reason: "\(shown(path)): \(reason ?? "it cannot be read")"))
          continue
        }
        for alert in alerts {
          let result = AlertRunbooks.follow(
            alert, folder: folder, publishedAt: settings["publishedAt"]?.string, by: resolution)
          let (resolves, reason) = result.map(Self.told) ?? (.bool(false), "it has no runbook_url")
          entries.append([
            "alert": .string(alert.name), "severity": JSONValue(alert.severity),
            "url": JSONValue(alert.url.map(Self.safe)), "isLinked": .bool(alert.url != nil),
            "resolves": resolves, "reason": reason,
          ])
        }
      } catch {
        gaps.append(Gap(path: "runbookURLs", reason: "\(shown(path)): \(error.reason)"))
      }
    }
    facts["runbookURLs"] = .array(entries)
  }

  // MARK: Settings

  private func paths(_ name: String) -> [String] {
    (settings[name]?.array ?? []).compactMap { $0.string.flatMap(PathText.normalized) }
  }

  private func shown(_ path: String) -> String { PathText.relative(path, to: folder) ?? PathText.name(of: path) }

  /// What the inventory says a file is for, or else its path.
  private func role(of path: String) -> DocumentRole {
    let named: [(String, DocumentRole)] = [("runbooks", .runbook), ("rollback", .rollback), ("incident", .incident)]
    for (name, role) in named where paths(name).contains(path) { return role }
    for (name, role) in named where paths(name).contains(where: { PathText.relative(path, to: $0) != nil }) {
      // The index of a folder is none of its documents.
      return DocumentRole.isIndex(path) ? .other : role
    }
    let byPath = DocumentRole(path: shown(path))
    // Where the inventory names the documents of a role, no others have it.
    return named.contains { $0.1 == byPath && settings[$0.0] != nil } ? .other : byPath
  }
}

/// Anchors of files outside the folder, read once each.
private final class FurtherAnchors: Sendable {
  private let known = Mutex<[String: Set<String>?]>([:])

  func anchors(of path: String, largest: Int) -> Set<String>? {
    if let answer = known.withLock({ $0[path] }) { return answer }
    let bytes = try? FileReading.bytes(of: path, limit: largest)
    let anchors = bytes.map { MarkdownDocument($0).anchors }
    known.withLock { $0[path] = .some(anchors) }
    return anchors
  }
}
