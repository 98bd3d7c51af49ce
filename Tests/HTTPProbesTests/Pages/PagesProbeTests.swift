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
    for entry in BuiltInCatalogue.checks {
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

  private static func look(tls: String, plain: String, pages: [String] = []) async throws -> Look {
    let nginx = try NginxFixture(tls: tls, plain: plain)
    return await Look(
      HTTPPagesProbe(),
      at: [
        "url": .string("https://localhost:\(nginx.tlsPort)/"), "address": "127.0.0.1",
        "plainPort": .integer(nginx.plainPort), "trust": .string(nginx.trust), "pages": JSONValue(pages),
      ], kind: "https")
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
    #expect(look.gaps == [])
    #expect(
      try Self.judged(look) == ["http-images-encrypted": .fail, "http-secrets-typed-encrypted": .fail])
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
