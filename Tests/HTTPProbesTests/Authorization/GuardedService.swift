import AuditModel
import Facts

@testable import HTTPExchange
@testable import HTTPProbes

/// A service whose routes are guarded well and badly, each in its own way.
struct GuardedService: Sendable {
  /// What paths get that nobody made.
  enum Fallback: String, Sendable, CaseIterable {
    /// 404.
    case notFound
    /// The same page with 200, as single-page applications do.
    case page
    /// A page with 200 that differs each time.
    case changingPage
    /// 302 to the login.
    case login
  }

  /// Who may ask: tokens as a service would issue them, except that only these very ones are valid.
  static let alice = token(#"{"sub":"alice","exp":4102444800}"#, signature: "alice-signature-0123456789")
  static let bob = token(#"{"sub":"bob","exp":4102444800}"#, signature: "bob-signature-9876543210")
  static let expired = token(#"{"sub":"alice","exp":1600000000}"#, signature: "old-signature-1111111111")

  static func token(_ claims: String, signature: String) -> String {
    [#"{"alg":"HS256","typ":"JWT"}"#, claims, signature].map { Base64URL.encoded($0) }.joined(separator: ".")
  }

  /// One request.
  struct Request: Sendable {
    var method: String
    /// As it was sent, without the query.
    var path: String
    var fields: [String: String]

    init(_ head: String) {
      let lines = head.split(separator: "\r\n")
      let words = (lines.first ?? "").split(separator: " ")
      method = words.first.map(String.init) ?? ""
      path = String((words.dropFirst().first ?? "/").prefix { $0 != "?" })
      fields = [:]
      for line in lines.dropFirst() {
        let parts = line.split(separator: ":", maxSplits: 1)
        fields[parts[0].lowercased()] = parts.count > 1 ? parts[1].trimmed : ""
      }
    }

    var authorization: String? { fields["authorization"] }
    /// The token of a `Bearer` field, perhaps empty; nil without one.
    var bearer: String? { authorization.flatMap { $0.hasPrefix("Bearer") ? $0.dropFirst(6).trimmed : nil } }
    var who: String? { bearer == alice ? "alice" : bearer == bob ? "bob" : nil }
    var isRead: Bool { method == "GET" || method == "HEAD" }

    /// The algorithm and the claims that a token names, verified or not.
    var claims: (algorithm: String, hasSignature: Bool)? {
      let parts = (bearer ?? "").split(separator: ".", omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 3, let header = Base64URL.decoded(parts[0]), let claims = Base64URL.decoded(parts[1]),
        (try? JSONText.parse(claims))?["sub"] != nil, let algorithm = (try? JSONText.parse(header))?["alg"]?.string
      else { return nil }
      return (algorithm, !parts[2].isEmpty)
    }
  }

  /// An answer.
  struct Reply: Sendable {
    var status: String
    var fields: [String] = []
    var body = ""

    static func data(_ text: String) -> Reply {
      Reply(
        status: "200 OK", fields: ["Content-Type: application/json"],
        body: #"{"of":"\#(text)","items":[{"sku":"green tea","price":12},{"sku":"black tea","price":11}]}"#)
    }

    static func page(_ title: String, _ content: String) -> Reply {
      Reply(
        status: "200 OK", fields: ["Content-Type: text/html; charset=utf-8"],
        body: "<!doctype html><html><head><title>\(title)</title></head><body>\(content)</body></html>")
    }

    static let challenge = Reply(
      status: "401 Unauthorized", fields: ["WWW-Authenticate: Bearer realm=\"shop\""], body: "who are you?")
    static let forbidden = Reply(status: "403 Forbidden", body: "not yours")
    static let notFound = Reply(status: "404 Not Found", body: "no such page")
    static let failure = Reply(status: "500 Internal Server Error", body: "sorry")
    static let loginForm = page(
      "Log in", "<form method=post><input name=user><input type='password' name=word><button>Log in</button></form>")

    static func toLogin(_ path: String) -> Reply {
      Reply(status: "302 Found", fields: ["Location: /login?next=\(path)"])
    }
  }

  let fallback: Fallback

  /// What the route answers.
  func reply(to request: Request) -> Reply {
    let path = request.path
    // Ways around, before anything asks for credentials.
    switch path {
    case "/slash-hole/": return .data("slash")
    case _ where path.lowercased() == "/case-hole" && path != "/case-hole": return .data("case")
    case "//double-hole": return .data("double")
    case "/json-hole.json": return .data("json")
    case "/dot-hole;a=b": return .data("parameter")
    case "/" where request.fields["x-original-url"] == "/rewrite-hole": return .data("rewrite")
    case "/local-hole" where request.fields["x-forwarded-for"] == "127.0.0.1": return .data("local")
    case "/override-hole" where request.method == "OPTIONS" && request.fields["x-http-method-override"] == "GET":
      return .data("override")
    case "/verb-hole" where !["GET", "HEAD", "OPTIONS"].contains(request.method): return .data("verb")
    case "/head-hole" where request.method == "HEAD": return .data("head")
    case "/options-hole" where request.method == "OPTIONS": return .data("options")
    default: break
    }
    if request.method == "OPTIONS" {
      return Reply(status: "204 No Content", fields: ["Allow: GET, HEAD, OPTIONS"])
    }
    switch path {
    case "/": return .page("Shop", "<h1>Welcome to the shop</h1><p>Tea and cups.</p>")
    case "/health":
      return Reply(status: "200 OK", fields: ["Content-Type: application/json"], body: #"{"status":"ok"}"#)
    case "/about":
      return .page("About us", "<p>We have sold tea since the ships came in, and cups since last year.</p>")
    case "/login": return .loginForm
    case "/moved": return Reply(status: "301 Moved Permanently", fields: ["Location: /about"])
    case "/shut": return .challenge
    case "/shut-by-login": return .toLogin(path)
    case "/open-report": return .data("report")
    case "/settings": return .page("Password", "<form><input type=\"password\"><input type=\"password\"></form>")
    case "/any-bearer": return request.bearer.map { !$0.isEmpty } ?? false ? .data("any") : .challenge
    case "/any-field": return request.authorization == nil ? .challenge : .data("field")
    case "/crash":
      if request.authorization?.hasPrefix("Basic !!!") ?? false { return .failure }
    case "/long-crash": if (request.bearer ?? "").utf8.count > 4000 { return .failure }
    case "/expired-ok": if request.bearer == Self.expired { return .data("expired") }
    case "/none-ok": if request.claims?.algorithm.lowercased() == "none" { return .data("none") }
    case "/stripped-ok": if request.claims?.hasSignature == false { return .data("stripped") }
    case "/unverified-ok": if request.claims != nil, request.bearer != Self.expired { return .data("unverified") }
    case "/html": return request.who == nil ? .toLogin(path) : .data("html")
    case "/form": return request.who == nil ? .loginForm : .data("form")
    case "/json-refusal":
      return request.who == nil
        ? Reply(
          status: "200 OK", fields: ["Content-Type: application/json"], body: #"{"error":"unauthorized","code":401}"#)
        : .data("json")
    case "/hidden-thing": return request.who == nil ? unknown(path) : .data("hidden")
    case "/sent-home":
      return request.who == nil ? Reply(status: "302 Found", fields: ["Location: /"]) : .data("home")
    case "/mute": return request.who == nil ? Reply(status: "401 Unauthorized") : .data("mute")
    case "/broken": return .failure
    case "/crash-for-strangers": return request.who == nil ? .failure : .data("crash")
    case "/locked-out": return .challenge
    case "/admin-area": return request.who == nil ? .challenge : .forbidden
    case "/root-area", "/orders", "/slash-hole", "/case-hole", "/double-hole", "/json-hole", "/dot-hole",
      "/rewrite-hole",
      "/local-hole", "/override-hole", "/verb-hole", "/head-hole", "/options-hole", "/writable":
      break
    case "/orders/17": return owned(by: "alice", request, others: .notFound)
    case "/orders/18": return owned(by: "alice", request, others: .data("alice"))
    case "/invoices/9": return owned(by: "bob", request, others: .forbidden)
    case "/invoices/10": return owned(by: "bob", request, others: .data("bob"))
    case "/free-orders" where request.method == "POST": return Reply(status: "201 Created")
    default: return unknown(path)
    }
    if path == "/writable", request.method == "DELETE" { return Reply(status: "204 No Content") }
    guard request.who != nil else { return .challenge }
    return request.isRead || request.method == "POST" ? .data(path) : Reply(status: "405 Method Not Allowed")
  }

  private func owned(by owner: String, _ request: Request, others: Reply) -> Reply {
    request.who == nil ? .challenge : request.who == owner ? .data(owner) : others
  }

  private func unknown(_ path: String) -> Reply {
    switch fallback {
    case .notFound: .notFound
    case .page: .page("Shop", "<div id=app></div><script src=/app.4711.js></script>")
    case .changingPage:
      .page(
        "Shop",
        "<div id=app data-path='\(path)'></div><meta name=csrf content=\(UInt64.random(in: 0 ... .max))x\(UInt64.random(in: 0 ... .max))><p>"
          + String(repeating: "Tea and cups for everybody in town. ", count: 12) + "</p><p>\(Self.greeting())</p>")
    case .login: .toLogin(path)
    }
  }

  private static func greeting() -> String {
    "Today: " + String((0..<8).compactMap { _ in "bcdfghklmnprstvz".randomElement() })
  }

  /// Serves until it is released.
  func start() throws -> LoopbackServer {
    try LoopbackServer { peer in
      let reply = reply(to: Request(peer.head))
      peer.answer(reply.status, reply.fields, reply.body)
    }
  }

  // MARK: What the inventory says

  static let routes: [JSONValue] =
    [
      "/orders", "/open-report", "/settings", "/any-bearer", "/any-field", "/crash", "/long-crash", "/expired-ok",
      "/none-ok", "/stripped-ok", "/unverified-ok", "/html", "/form", "/json-refusal", "/hidden-thing", "/sent-home",
      "/mute",
      "/broken", "/crash-for-strangers", "/locked-out", "/slash-hole", "/case-hole", "/double-hole", "/json-hole",
      "/dot-hole", "/rewrite-hole", "/local-hole", "/override-hole", "/verb-hole", "/head-hole", "/options-hole",
      "/writable", "/missing",
    ].map { ["path": .string($0), "access": "protected"] } + [
      ["path": "/orders/17", "access": "protected", "owner": "bearer"],
      ["path": "/orders/18", "access": "protected", "owner": "bearer"],
      ["path": "/invoices/9", "access": "protected", "owner": "otherBearer"],
      ["path": "/invoices/10", "access": "protected", "owner": "otherBearer"],
      ["path": "/admin-area", "access": "forbidden"], ["path": "/root-area", "access": "forbidden"],
      ["path": "/orders", "method": "POST", "access": "protected"],
      ["path": "/free-orders", "method": "POST", "access": "protected"],
    ]
    + ["/", "/health", "/about", "/login", "/moved", "/shut", "/shut-by-login", "/gone"].map {
      ["path": .string($0), "access": "public"]
    }

  static let secrets = ["bearer": Secret(alice), "otherBearer": Secret(bob), "expiredBearer": Secret(expired)]
}
