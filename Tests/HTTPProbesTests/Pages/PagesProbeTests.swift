import AuditModel
import BuiltInCatalogue
import Definitions
import Engine
import Facts
import Probing
import Testing

@testable import HTTPProbes
@testable import LoopbackServers

@Suite("Pages of a real nginx, plain and encrypted", .serialized)
struct PagesProbeTests {
  /// What the checks over `http-pages` make of a look: everything that is not passed.
  private static func judged(_ look: Look) throws -> [String: Status] {
    guard case .seen(let facts, let gaps) = look.sighting else { return [:] }
    var found: [String: Status] = [:]
    // The others look at something else, and each has to be compiled to say so.
    for entry in BuiltInCatalogue.checks where entry.id.hasPrefix("http-") {
      let check = try Definitions.check(compiled: entry.json)
      guard check.probe == "http-pages" else { continue }
      let statuses = Judge(check, parameters: [:]).rulings(on: facts, gaps: gaps).map(\.status)
      if let worst = [Status.fail, .unknown, .warn].first(where: statuses.contains) { found[check.id] = worst }
    }
    return found
  }

  private static func page(_ body: String, _ more: String = "") -> String {
    "default_type text/html; \(more) return 200 '<html><body>\(body)</body></html>';"
  }

  private static func look(
    tls: String, plain: String, pages: [String] = [], plainPort: Int?? = .none, milliseconds: Int = 5000
  ) async throws -> Look {
    let nginx = try NginxFixture(tls: tls, plain: plain)
    var settings: JSONObject = [
      "url": .string("https://localhost:\(nginx.tlsPort)/"), "address": "127.0.0.1", "trust": .string(nginx.trust),
      "pages": JSONValue(pages),
    ]
    if let port = plainPort ?? nginx.plainPort { settings["plainPort"] = .integer(port) }
    return await Look(HTTPPagesProbe(), at: settings, kind: "https", milliseconds: milliseconds)
  }

  /// Why the pages were seen in part only.
  private static func reasons(_ look: Look) -> [String] {
    guard case .seen(_, let gaps) = look.sighting else { return [] }
    return gaps.map(\.reason)
  }

  private static let leads = "return 308 https://localhost$request_uri;"

  /// Rows of pages in the clear: what stands on them, and what fails.
  @Test(
    "pages in the clear",
    arguments: [
      ("hello", []),
      (
        #"<form action=/in method=post><input name=user><input type=password></form>"#,
        ["http-secrets-typed-encrypted", "http-input-typed-encrypted"]
      ),
      (#"<input type=password>"#, ["http-secrets-typed-encrypted"]),
      (#"<form><input autocomplete="cc-number"></form>"#, ["http-secrets-typed-encrypted"]),
      (#"<form><textarea></textarea></form>"#, ["http-input-typed-encrypted"]),
      (#"<script>i.type="password"</script>"#, ["http-secrets-typed-encrypted"]),
      (#"<form action=https://localhost/in><input type=password></form>"#, ["http-secrets-typed-encrypted"]),
    ] as [(String, [String])])
  func inTheClear(body: String, fails: [String]) async throws {
    let look = try await Self.look(tls: Self.page("hello"), plain: Self.page(body))
    #expect(look["pages"]?.array?.map { $0["encrypted"] } == [true, false])
    #expect(try Set(Self.judged(look).keys) == Set(fails))
    // The same behind a redirect is a page like any other.
    let led = try await Self.look(tls: Self.page(body), plain: Self.leads)
    #expect(led["pages"]?.array?.count == 1)
    #expect(try Self.judged(led) == [:])
  }

  /// Rows of mixed content, and the same told to upgrade.
  @Test(
    "mixed content",
    arguments: [
      (#"<img src="http://img.example/i.jpg">"#, "http-images-encrypted"),
      (#"<link rel="icon" href="http://img.example/i.png">"#, "http-images-encrypted"),
      (#"<script src="http://js.example/a.js"></script>"#, "http-active-content-encrypted"),
      (#"<style>@import url(http://css.example/a.css);</style>"#, "http-active-content-encrypted"),
      (#"<iframe src="http://f.example/"></iframe>"#, "http-active-content-encrypted"),
      (#"<form action="http://f.example/"><button>Go</button></form>"#, "http-forms-sent-encrypted"),
    ] as [(String, String)])
  func mixed(body: String, check: String) async throws {
    let bare = try await Self.look(tls: Self.page(body), plain: Self.leads)
    #expect(try Self.judged(bare) == [check: .fail])
    let told = try await Self.look(
      tls: Self.page(body, "add_header Content-Security-Policy \"upgrade-insecure-requests\";"), plain: Self.leads)
    #expect(try Self.judged(told) == [:])
    let reported = try await Self.look(
      tls: Self.page(body, "add_header Content-Security-Policy-Report-Only \"upgrade-insecure-requests\";"),
      plain: Self.leads)
    #expect(try Self.judged(reported) == [check: .fail])
  }

  @Test("a password that leaves an encrypted page in the clear")
  func passwordSentInTheClear() async throws {
    let body = #"<form action="http://in.example/"><input type=password></form>"#
    let look = try await Self.look(tls: Self.page(body), plain: Self.leads)
    #expect(try Self.judged(look) == ["http-secrets-typed-encrypted": .fail, "http-forms-sent-encrypted": .fail])
    #expect(look["pages"]?[0]?["exposedSecrets"]?[0]?["destination"] == "http://in.example/")
  }

  @Test("pages of the inventory, and stylesheets of one's own")
  func furtherPages() async throws {
    let tls = """
      location = / { \(Self.page("hello")) }
      location = /login { \(Self.page(#"<link rel=stylesheet href=/a.css><input type=password>"#)) }
      location = /a.css { default_type text/css; return 200 'a { background: url("http://img.example/b.png") }'; }
      location = /api { default_type application/json; return 200 '{}'; }
      """
    let plain = "location = /login { \(Self.page("<input type=password>")) } location / { \(Self.leads) }"
    let look = try await Self.look(tls: tls, plain: plain, pages: ["/login", "/api", "/missing"])
    let pages = look["pages"]?.array ?? []
    #expect(pages.map { $0["encrypted"] } == [true, true, true, false])
    #expect(pages.map { $0["status"] } == [200, 200, 404, 200])
    #expect(pages[1]["mixedPassive"]?[0]?["element"] == "css")
    // A page that the inventory names and that is not there was not seen.
    #expect(look.gaps == ["pages"])
    #expect(Self.reasons(look).first?.hasSuffix("/missing: answers 404") == true)
    let judged = try Self.judged(look)
    #expect(judged["http-images-encrypted"] == .fail && judged["http-secrets-typed-encrypted"] == .fail)
    #expect(judged.values.filter { $0 == .unknown }.count == judged.count - 2)
  }

  /// What becomes of a page that the inventory names, and whether that leaves a gap there and on the front page.
  @Test(
    "a page that was not shown was not seen",
    arguments: [
      ("return 302 /x;", "leads back to", true), ("return 302 $request_uri/x;", "more than 10 redirects", true),
      ("return 302 https://other.example/;", "leaves for other.example", false),
      ("return 302 mailto:a@web.example;", "is no http or https URL", true), ("return 304;", "answers 304", true),
      ("return 503;", "answers 503", true), ("return 401;", "answers 401", false),
      ("return 403;", "answers 403", false), ("return 404;", "answers 404", false),
    ] as [(String, String, Bool)])
  func notShown(answer: String, reason: String, alsoInFront: Bool) async throws {
    let loop = "location = /x { return 302 /login; }"
    let named = try await Self.look(
      tls: "\(loop) location = / { \(Self.page("hello")) } location /login { \(answer) }", plain: Self.leads,
      pages: ["/login"])
    #expect(named.gaps == ["pages"])
    #expect(Self.reasons(named).first?.contains(reason) == true, "\(Self.reasons(named))")
    #expect(try Set(Self.judged(named).values) == [.unknown])
    // Named or not, the front page is asked for.
    let front = try await Self.look(tls: "location = /x { return 302 /; } location / { \(answer) }", plain: Self.leads)
    #expect(front.gaps == (alsoInFront ? ["pages"] : []))
    let namedFront = try await Self.look(
      tls: "location = /x { return 302 /; } location / { \(answer) }", plain: Self.leads, pages: ["/"])
    #expect(namedFront.gaps == ["pages"])
  }

  @Test("a plain port that says nothing in time has not shown that it leads to encryption")
  func plainPortThatTimesOut() async throws {
    // It takes what comes until the other side goes.
    let silent = try ScriptedServer { peer in while !peer.receive().isEmpty {} }
    let look = try await Self.look(tls: Self.page("hello"), plain: "", plainPort: silent.port)
    #expect(look["pages"]?.array?.count == 1)
    #expect(look.gaps == ["pages"])
    #expect(try Self.judged(look)["http-secrets-typed-encrypted"] == .unknown)
  }

  @Test("a plain port on which nobody listens shows nothing in the clear, nor does one that nobody declared")
  func plainPorts() async throws {
    let closed = try await Self.look(tls: Self.page("hello"), plain: "", plainPort: try LoopbackPort.free())
    #expect(closed.gaps == [])
    #expect(try Self.judged(closed) == [:])
    let none = try await Self.look(tls: Self.page("hello"), plain: "", plainPort: 0)
    #expect(none.gaps == [])
    let undeclared = try await Self.look(tls: Self.page("hello"), plain: "", plainPort: .some(nil))
    #expect(undeclared.gaps == [])
  }

  @Test("a plain port that refuses the named page shows nothing in the clear, unless it may show it to others")
  func refusedInTheClear() async throws {
    for (status, gaps) in [("404", []), ("426", []), ("401", ["pages"]), ("403", ["pages"])] {
      let look = try await Self.look(
        tls: Self.page("hello"), plain: "location = /login { return \(status); } location / { \(Self.leads) }",
        pages: ["/login"])
      #expect(look.gaps == gaps, "\(status)")
    }
  }

  /// Rows of how a stylesheet answers, and whether the page was seen whole without it.
  @Test(
    "a stylesheet that was not read leaves a gap",
    arguments: [
      ("return 200 'a {}';", true), ("return 404;", true), ("return 410;", true), ("return 302 /b.css;", false),
      ("return 401;", false), ("return 403;", false), ("return 500;", false), ("return 429;", false),
    ] as [(String, Bool)])
  func stylesheets(answer: String, isWhole: Bool) async throws {
    let look = try await Self.look(
      tls: "location = / { \(Self.page("<link rel=stylesheet href=/a.css>")) } location = /a.css { \(answer) }",
      plain: Self.leads)
    #expect(look["pages"]?[0]?["whole"] == .bool(isWhole))
    #expect(look.gaps == (isWhole ? [] : ["pages"]))
  }

  @Test("an eleventh stylesheet is not read, and that is said")
  func eleventhStylesheet() async throws {
    for count in [10, 11] {
      let links = (1...count).map { "<link rel=stylesheet href=/\($0).css>" }.joined()
      let look = try await Self.look(
        tls: """
          location = / { \(Self.page(links)) }
          location / { return 200 'a {}'; }
          location = /\(count).css { return 200 'a { background: url("http://img.example/b.png") }'; }
          """, plain: "", plainPort: .some(nil), milliseconds: 20_000)
      #expect(look["pages"]?[0]?["whole"] == .bool(count == 10))
      #expect(look.gaps == (count == 10 ? [] : ["pages"]))
      #expect(try Self.judged(look)["http-images-encrypted"] == (count == 10 ? .fail : .unknown))
      #expect(look.traffic.requests == 11)
    }
  }

  @Test("stylesheets are read within a budget of bytes, and a page whose own it cuts is not whole")
  func stylesheetBytes() async throws {
    // Five of 1 MB each are more than is read of all; one of 300 KB is more than of other answers.
    let folder = try ScratchFolder()
    let megabyte = String(repeating: "a{}\n", count: 250_000)
    for number in 1...5 { try folder.write(megabyte, to: "\(number).css") }
    try folder.write(
      String(repeating: "a{}\n", count: 75_000) + #"a { background: url("http://img.example/b.png") }"#, to: "0.css")
    for (numbers, isWhole) in [([0], true), ([1, 2, 3, 4], true), ([1, 2, 3, 4, 5], false)] {
      let links = numbers.map { "<link rel=stylesheet href=/\($0).css>" }.joined()
      let look = try await Self.look(
        tls: "root \(folder.path); location = / { \(Self.page(links)) } location / { }", plain: "",
        plainPort: .some(nil), milliseconds: 20_000)
      #expect(look["pages"]?[0]?["whole"] == .bool(isWhole), "\(numbers)")
      #expect(try Self.judged(look)["http-images-encrypted"] == (numbers == [0] ? .fail : isWhole ? nil : .unknown))
    }
  }

  @Test("a stylesheet that does not come costs half of the time at most, and the pages behind it are still seen")
  func slowStylesheet() async throws {
    let silent = try ScriptedServer { peer in while !peer.receive().isEmpty {} }
    let links = (1...8).map { "<link rel=stylesheet href=/\($0).css>" }.joined()
    let look = try await Self.look(
      tls: """
        location = / { \(Self.page(links)) } location = /login { \(Self.page("<input type=password>")) }
        location / { proxy_pass http://127.0.0.1:\(silent.port); }
        """, plain: "", pages: ["/login"], plainPort: .some(nil), milliseconds: 6000)
    #expect(look["pages"]?.array?.map { $0["whole"] } == [false, true])
    #expect(look.traffic.requests <= 4)
  }

  @Test("what pages share is asked for once: a stylesheet, and those of a page to which redirects lead")
  func shared() async throws {
    let page = Self.page("<link rel=stylesheet href=/a.css>")
    let look = try await Self.look(
      tls: """
        location = / { \(page) } location = /b { \(page) } location = /c { return 302 /b; }
        location = /a.css { default_type text/css; return 200 'a { background: url("http://img.example/b.png") }'; }
        """, plain: "", pages: ["/b", "/c"], plainPort: .some(nil))
    #expect(look["pages"]?.array?.map { $0["mixedPassive"]?.array?.count } == [1, 1])
    #expect(look.gaps == [])
    // The front page, /b, /c, /b again behind it, and the stylesheet.
    #expect(look.traffic.requests == 5)
  }

  @Test("a password outside its form goes where that form goes, and a page too full is not whole")
  func formsFromOutside() async throws {
    let body = #"<form id=f action="http://in.example/"></form><input type=password form=f>"#
    let look = try await Self.look(tls: Self.page(body), plain: Self.leads)
    #expect(try Self.judged(look) == ["http-secrets-typed-encrypted": .fail, "http-forms-sent-encrypted": .fail])
    // nginx takes no word longer than 4096 bytes in its configuration.
    let pieces = (0..<4).map { part in
      "'" + (0..<60).map { "<input><button formaction=/\(part)/\($0)>" }.joined() + "'"
    }
    let parts = pieces.enumerated().map { "set $p\($0.offset) \($0.element);" }.joined(separator: " ")
    let full = try await Self.look(
      tls: "\(parts) default_type text/html; return 200 '<form>$p0$p1$p2$p3</form>';", plain: Self.leads)
    #expect(full["pages"]?[0]?["inputs"] == .integer(PageContent.most))
    #expect(full["pages"]?[0]?["whole"] == false)
    #expect(full.gaps == ["pages"])
  }

  @Test("what was not seen proves nothing")
  func unseen() async throws {
    let broken = try await Self.look(tls: "return 503;", plain: Self.leads)
    #expect(broken.gaps == ["pages"])
    #expect(try Set(Self.judged(broken).values) == [.unknown])
    let silent = try LoopbackServer { peer in peer.resetOnClose() }
    let look = await Look(HTTPPagesProbe(), at: ["url": .string("http://127.0.0.1:\(silent.port)/")])
    #expect(try Set(Self.judged(look).values).isSubset(of: [.unknown]))
    let closed = await Look(HTTPPagesProbe(), at: ["url": .string("http://127.0.0.1:\(try LoopbackPort.free())/")])
    #expect(closed["connection.established"] == false)
    #expect(try Set(Self.judged(closed).values) == [.unknown])
  }

  @Test("an interface for programs has no pages")
  func interface() async throws {
    let look = try await Self.look(tls: #"default_type application/json; return 200 '{"a": 1}';"#, plain: Self.leads)
    #expect(look["pages"] == [])
    #expect(try Self.judged(look) == [:])
  }

  @Test("secrets of the target and text of the page stay where they belong")
  func redaction() async throws {
    let nginx = try NginxFixture(
      tls: Self.page(#"<img src="http://img.example/i.png?token=s3cret-token-value">"#), plain: Self.leads)
    let look = await Look(
      HTTPPagesProbe(),
      at: [
        "url": .string("https://localhost:\(nginx.tlsPort)/"), "address": "127.0.0.1", "trust": .string(nginx.trust),
      ],
      kind: "https", secrets: ["bearer": Secret("s3cret-token-value")])
    let facts = look.facts.map(JSONText.compact) ?? ""
    #expect(facts.contains("img.example"))
    #expect(!facts.contains("s3cret-token-value"))
  }
}
