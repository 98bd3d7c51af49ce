import AuditModel
import Facts
import Foundation
import HostileTexts
import LoopbackServers
import Probing
import Reporting
import Testing

@testable import Definitions
@testable import History
@testable import Service

/// What the service shows and tells of a system that attacks whoever reads of it.
@Suite struct HostileTextTests {
  private static let texts = Naughty.attacks + Naughty.texts
  private let folder: ScratchFolder
  private let place: HistoryPlace

  init() throws {
    folder = try ScratchFolder()
    place = .file(folder.path("history.db"))
  }

  private static func text(_ index: Int) -> String { texts[index % texts.count] }

  /// A run of the system called by the text at `index`, with the texts from there in every place that the service reads.
  private static func report(_ index: Int, night: Int, _ count: Int) throws -> (AuditReport, [UInt8]) {
    let findings = (index..<index + count).map { place in
      Finding(
        check: text(place), target: text(place + 1), subject: place % 3 == 0 ? nil : text(place + 2),
        status: night == 1 || place % 4 == 0 ? .fail : night % 2 == 0 ? .pass : .unknown, severity: .critical,
        message: text(place + 3), waiver: place % 9 == 0 ? text(place + 4) : nil, fingerprint: "\(place)", durationMs: 1
      )
    }
    var (report, _) = try Fixtures.report(
      at: Instant(seconds: 1_793_498_400 + night * 86_400), findings, system: text(index))
    report.policy = .init(id: text(index + 1), title: text(index + 2), digest: text(index + 3))
    report.tool = .init(name: text(index + 4), version: text(index + 5))
    report.partial = (0..<5).map { text(index + $0) }
    report.gate = Gate(
      conditions: (0..<5).map {
        .init(id: text(index + $0), status: night == 1 ? .fail : .pass, detail: text(index + $0))
      })
    for finding in findings {
      report.checks[finding.check] = .init(
        title: text(index), severity: .high, weight: 1, checklist: [], rationale: text(index + 1),
        remediation: .init(effort: .low, text: text(index + 2)), references: [])
    }
    report.waivers = (0..<5).map { number in
      let place = index + number
      return .init(
        waiver: Waiver(
          id: text(place), check: text(place + 1), target: text(place + 2), subject: nil, justification: "x",
          owner: text(place + 3), approvedBy: "b", ticket: text(place + 4), created: report.startedAt,
          expires: Instant(seconds: report.finishedAt.seconds + 5 * 86_400)), state: .active, findings: [], problems: []
      )
    }
    report.measures = [
      AuditReport.Measurement(
        probe: text(index), target: text(index + 1), subject: text(index + 2), name: text(index + 3),
        unit: text(index + 4), better: .lower, least: 1, value: Double(100 + night), series: text(index + 5))
    ]
    return (report, try ReportDocument.encode(report))
  }

  /// What is in a page that the service does not put there.
  private static func strangers(in page: String) -> Set<String> {
    let elements: Set = [
      "!DOCTYPE", "html", "head", "meta", "title", "link", "body", "a", "header", "nav", "main", "h1", "h2", "p", "div",
      "table", "thead", "tbody", "tr", "th", "td", "span", "code", "time", "svg", "polygon", "polyline", "line",
      "circle",
      "text", "desc", "strong",
    ]
    let attributes: Set = [
      "html", "lang", "charset", "name", "content", "rel", "href", "class", "id", "aria-label", "aria-labelledby",
      "aria-hidden", "role", "tabindex", "scope", "datetime", "viewBox", "points", "x", "y", "x1", "x2", "y1", "y2",
      "cx",
      "cy", "r", "text-anchor",
    ]
    var found: Set<String> = []
    // Readers go by code points: to Swift a sign with an accent behind it is another one.
    let signs = String(String.UnicodeScalarView(page.unicodeScalars.filter(\.isASCII)))
    var rest = signs[...]
    while let start = rest.firstIndex(of: "<") {
      guard let end = rest[start...].firstIndex(of: ">") else { return found.union(["a tag that does not end"]) }
      let tag = rest[rest.index(after: start)..<end]
      let words = tag.drop { $0 == "/" }.prefix { $0 != " " && $0 != "/" }
      if !elements.contains(String(words)) { found.insert("<\(words)>") }
      for match in tag.dropFirst(words.count).matches(of: /([^\s=\/]+)(?:="([^"]*)")?/) where !tag.hasPrefix("/") {
        if !attributes.contains(String(match.1)) { found.insert("\(words) \(match.1)") }
        if match.1 == "href", let target = match.2, !target.hasPrefix("/"), !target.hasPrefix("#") {
          found.insert("a link to \(target)")
        }
      }
      rest = rest[rest.index(after: end)...]
      let text = rest.prefix { $0 != "<" }
      if text.contains(">") { found.insert("a bare >") }
    }
    return found
  }

  @Test func pagesAndNumbersShowWhatTheyAreToldAndNothingActs() async throws {
    let store = HistoryStore(place)
    var last: [String] = []
    // Systems enough that each text is in each column of some page.
    for index in stride(from: 0, to: Self.texts.count, by: 50) {
      for night in 0..<2 {
        let (report, bytes) = try Self.report(index, night: night, 50)
        _ = try store.append(RunEntry(report: report, document: bytes), before: .soon)
        if night == 1 { last.append(report.runID) }
      }
    }
    let counters = ServiceCounters()
    let site = Site(
      Fixtures.definition(audits: [try Fixtures.audit("nightly", "0 2 * * *")]), store: HistoryStore(place),
      counters: counters, version: "0.1.0", clock: { Instant(seconds: 1_793_700_000) })
    func answer(_ path: String) throws -> String {
      let head = "GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close"
      let response = site.response(to: try Request(head: Array(head.utf8)), from: "127.0.0.1")
      #expect(response.status == 200, "\(path)")
      return String(decoding: response.body, as: UTF8.self)
    }
    var paths = ["/", "/changes", "/waivers"] + last.map { "/runs/\($0)" }
    paths += (1...last.count).map { "/systems/\($0)" }
    for path in paths {
      let page = try answer(path)
      #expect(page.actingCharacters.isEmpty, "\(path)")
      #expect(Self.strangers(in: page) == [], "\(path)")
      #expect(page.utf8.count > 1000 && page.hasSuffix("</html>\n"), "\(path)")
    }
    for path in [
      "/api/v1/systems", "/api/v1/systems/1/trend", "/api/v1/systems/1/runs", "/api/v1/systems/1/measures",
      "/api/v1/systems/1/findings?show=all", "/api/v1/systems/1/changes", "/api/v1/waivers", "/api/v1/runs/\(last[0])",
    ] {
      let text = try answer(path)
      #expect(!text.unicodeScalars.contains { $0.value < 0x0A || (0x7F...0x9F).contains($0.value) }, "\(path)")
      // The legacy form of a runner's command, which is obeyed wherever it stands in a line.
      #expect(!text.contains("##["), "\(path)")
      #expect((try? JSONText.parse(Array(text.utf8))) != nil, "\(path)")
    }
    let systems = try JSONText.parse(Array(answer("/api/v1/systems").utf8)).array ?? []
    #expect(systems.contains { $0["system"]?.string == Self.text(50) }, "programs get the very text")
    let metrics = try answer("/metrics")
    #expect(metrics.actingCharacters.isEmpty)
    var series: Set<Substring> = []
    for line in metrics.split(separator: "\n") where !line.hasPrefix("#") {
      #expect(line.wholeMatch(of: /[a-z_]+(\{([a-z_]+="([^"\\]|\\[\\"n])*",?)*\})? [0-9.]+/) != nil, "\(line)")
      #expect(series.insert(line.prefix { $0 != " " || line.last == "}" }).inserted || line.contains("{"), "\(line)")
    }
    let promtool = "/usr/bin/promtool"
    guard FileManager.default.isExecutableFile(atPath: promtool) else { return }
    let file = folder.path("metrics")
    try Data(metrics.utf8).write(to: URL(fileURLWithPath: file))
    let process = Process()
    process.executableURL = URL(fileURLWithPath: promtool)
    process.arguments = ["check", "metrics"]
    process.standardInput = try FileHandle(forReadingFrom: URL(fileURLWithPath: file))
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
  }

  @Test func noticesCommandNobody() throws {
    let store = HistoryStore(place)
    let mail = ServiceDefinition.Mail(
      host: "127.0.0.1", port: 25, security: .none, from: "audit@example.test", to: ["a@example.test"])
    let destinations: [(String, ServiceDefinition.Destination)] = [
      ("hook", .webhook(url: Secret("http://127.0.0.1:1"), key: nil, bearer: nil)),
      ("chat", .slack(url: Secret("http://127.0.0.1:1"))), ("mail", .email(mail)),
      ("alerts", .alertmanager(url: Secret("http://127.0.0.1:1"), bearer: nil)),
    ]
    let telling = Telling(
      channels: destinations.map {
        .init(
          name: $0.0, destination: $0.1, events: Set(ServiceDefinition.Event.allCases), severity: .low, trust: [])
      }, publicURL: "https://audit.test", firingUntil: Instant(seconds: 2_000_000_000))
    var told: [String: [String]] = [:]
    for index in stride(from: 0, to: Self.texts.count, by: 16) {
      for night in 0..<3 {
        let (report, bytes) = try Self.report(index, night: night, 10)
        let waivers = WaiverLine.lines(in: bytes)
        _ = try store.append(RunEntry(report: report, document: bytes), before: .soon) { news in
          let notices = telling.notices(news) + telling.notices(waivers: waivers, news)
          for notice in notices { told[notice.channel, default: []].append(notice.body) }
          return notices
        }
      }
      for notice in telling.notices(broken: Self.text(index), slot: Instant(seconds: 0), reason: Self.text(index + 1)) {
        told[notice.channel, default: []].append(notice.body)
      }
    }
    for (name, _) in destinations { #expect((told[name]?.count ?? 0) > 100, "\(name)") }
    for bodies in told.values {
      for body in bodies {
        #expect((try? JSONText.parse(Array(body.utf8))) != nil && !body.contains("##["))
        #expect(!body.unicodeScalars.contains { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) })
      }
    }
    for body in told["chat"] ?? [] {
      let message = try JSONText.parse(Array(body.utf8))
      #expect(message["unfurl_links"] == false && message["unfurl_media"] == false)
      var texts = [message["text"]?.string ?? ""]
      for block in message["blocks"]?.array ?? [] where block["type"] == "section" {
        #expect(block["text"]?["verbatim"] == true)
        texts.append(block["text"]?["text"]?.string ?? "")
      }
      for text in texts {
        // Scalars, since a sign with an accent still is the sign to the reader.
        let angles = text.unicodeScalars.split(separator: "<").dropFirst().map { String(Substring($0)) }
        #expect(angles.allSatisfy { $0.hasPrefix("https://audit.test") }, "\(text)")
        #expect(text.actingCharacters.isEmpty)
      }
    }
    for body in told["alerts"] ?? [] {
      for alert in try JSONText.parse(Array(body.utf8)).array ?? [] {
        for part in ["labels", "annotations"] {
          for (_, value) in alert[part]?.object?.members ?? [] {
            #expect((value.string ?? "").actingCharacters.isEmpty)
          }
        }
      }
    }
    for body in told["mail"] ?? [] {
      let letter = Letter.message(body, from: mail, key: "k", at: Instant(seconds: 0))
      #expect(letter.allSatisfy { $0 == 13 || $0 == 10 || (0x20...0x7E).contains($0) })
      let parts = String(decoding: letter, as: UTF8.self).components(separatedBy: "\r\n\r\n")
      #expect(parts.count == 2)
      let names = (parts.first ?? "").components(separatedBy: "\r\n").filter { !$0.hasPrefix(" ") }
        .map { $0.prefix { $0 != ":" } }
      #expect(
        names == [
          "Date", "From", "To", "Subject", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type",
          "Content-Transfer-Encoding",
        ])
      let text = Base64.decoded(parts[1].replacingOccurrences(of: "\r\n", with: "")) ?? []
      #expect(
        String(decoding: text, as: UTF8.self).actingCharacters.isEmpty && String(validating: text, as: UTF8.self) != nil
      )
      // Each encoded word is text by itself.
      let subject = (parts.first ?? "").components(separatedBy: "Subject: ").last ?? ""
      for word in subject.matches(of: /=\?utf-8\?B\?([A-Za-z0-9+\/=]*)\?=/) {
        #expect(word.0.utf8.count <= 75)
        #expect(Base64.decoded(word.1).flatMap { String(validating: $0, as: UTF8.self) } != nil)
      }
    }
  }
}
