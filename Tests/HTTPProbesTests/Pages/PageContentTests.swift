import HTTPExchange
import Testing

@testable import HTTPProbes

@Suite("What a page asks for and brings in")
struct PageContentTests {
  private static func read(
    _ text: String, from url: String = "https://web.example/a/b", policies: [String] = []
  ) throws -> PageContent {
    PageContent(Array(text.utf8), from: try #require(HTTPURL(url)), policies: policies)
  }

  private func brought(_ text: String) throws -> [String] {
    try Self.read(text).references.map { "\($0.use) \($0.element) \($0.url.text)" }
  }

  @Test(
    "each element brings in what browsers take it for",
    arguments: [
      (#"<script src="http://c.example/a.js"></script>"#, ["active script http://c.example/a.js"]),
      (#"<SCRIPT SRC=//c.example/a.js></SCRIPT>"#, ["active script https://c.example/a.js"]),
      (#"<link rel="StyleSheet" href="http://c.example/a.css">"#, ["active link http://c.example/a.css"]),
      (#"<link rel="shortcut icon" href="http://c.example/i.png">"#, ["passive icon http://c.example/i.png"]),
      (#"<link rel="preload" as="image" href="http://c.example/i.png">"#, ["passive link http://c.example/i.png"]),
      (#"<link rel="preload" as="font" href="http://c.example/f">"#, ["active link http://c.example/f"]),
      (#"<link rel="canonical" href="http://web.example/">"#, []),
      (#"<a href="http://c.example/">there</a>"#, []),
      (#"<img src="http://c.example/i.png">"#, ["passive img http://c.example/i.png"]),
      (
        #"<img srcset="http://c.example/1.png 1x, /2.png 2x">"#,
        ["active img http://c.example/1.png", "active img https://web.example/2.png"]
      ),
      (
        #"<video poster="http://c.example/p.png"><source src="http://c.example/v.mp4"></video>"#,
        ["passive video http://c.example/p.png", "passive source http://c.example/v.mp4"]
      ),
      (#"<iframe src="http://c.example/"></iframe>"#, ["active iframe http://c.example/"]),
      (#"<object data="http://c.example/o"></object>"#, ["active object http://c.example/o"]),
      (#"<img src="data:image/png;base64,AAAA">"#, []),
      (#"<!-- <script src="http://c.example/a.js"></script> -->"#, []),
      (#"<noscript><img src="http://c.example/i.png"></noscript>"#, []),
      // With scripts what stands in `noscript` is text, whose end no quote hides.
      (
        #"<noscript><!-- </noscript><img src="http://c.example/i.png"> -->"#, ["passive img http://c.example/i.png"]
      ),
      (
        #"<noscript><a title="</noscript><img src="http://c.example/i.png">"></a>"#,
        ["passive img http://c.example/i.png"]
      ),
      (
        #"<template><base href="http://c.example/x/"></template><img src="i.png">"#,
        ["passive img https://web.example/a/i.png"]
      ),
      (
        #"<img src="http://c.example/i.png"><img src="http://c.example/i.png">"#, ["passive img http://c.example/i.png"]
      ),
      (#"<template><img src="http://c.example/i.png"></template>"#, []),
      (#"<p style="background: URL( 'http://c.example/b.png' )">"#, ["passive css http://c.example/b.png"]),
      (
        "<style>@import 'http://c.example/a.css'; /* url(http://c.example/no.png) */ @font-face { src: url(http://c.example/f.woff2) }</style>",
        ["active css http://c.example/a.css", "active css http://c.example/f.woff2"]
      ),
      (
        #"<base href="http://c.example/x/"><script src="a.js"></script>"#, ["active script http://c.example/x/a.js"]
      ),
    ] as [(String, [String])])
  func references(text: String, expected: [String]) throws {
    #expect(try brought(text) == expected)
  }

  private func typed(_ text: String) throws -> [String] {
    try Self.read(text).inputs.map {
      "\($0.kind) \($0.destination?.text ?? "-")\($0.isMadeByScript ? " script" : "")"
    }
  }

  @Test(
    "inputs are what people type into, and go where their form goes",
    arguments: [
      (
        #"<form action="/go" method=post><input name=user><input type=PASSWORD><input type=submit></form>"#,
        ["text https://web.example/go", "password https://web.example/go"]
      ),
      (#"<form><input autocomplete="section-x cc-number"></form>"#, ["card https://web.example/a/b"]),
      (#"<form><input name="credit_card-number"></form>"#, ["card https://web.example/a/b"]),
      (#"<form action="http://c.example/"><textarea></textarea>"#, ["text http://c.example/"]),
      (
        #"<form action="/a"><input type=search><button formaction="http://c.example/b">Go</button></form>"#,
        ["text https://web.example/a", "text http://c.example/b"]
      ),
      (#"<input type="password">"#, ["password -"]),
      (#"<form method="dialog"><input type="password"></form>"#, []),
      (#"<form action="mailto:a@b.example"><input></form>"#, ["text -"]),
      (#"<input type=hidden><input type=checkbox><button>Go</button>"#, []),
      (#"<template><form action=/l><input type=password></form></template>"#, ["password https://web.example/l"]),
      (
        #"<form id=f action="http://c.example/"></form><input type=password form=f>"#, ["password http://c.example/"]
      ),
      (
        #"<input type=password form=f><form id=f action=/a></form><form id=f action=/b></form>"#,
        ["password https://web.example/a"]
      ),
      (#"<form action=/a><input type=password form=none><input form=""></form>"#, ["password -", "text -"]),
      (
        #"<form id=f action=/a><input type=password></form><form action=/b><button form=f formaction="http://c.example/"></form>"#,
        ["password https://web.example/a", "password http://c.example/"]
      ),
      (
        #"<form id=f action=/a><form id=g action=/b><input></form><input form=g>"#,
        ["text -", "text https://web.example/a"]
      ),
      (#"<noscript><form action=/l><input type=password></form></noscript>"#, []),
      (#"<script>const i = document.createElement('input'); i.type = "password";</script>"#, ["password - script"]),
      (#"<script>i.setAttribute( 'type', 'password' )</script>"#, ["password - script"]),
      (#"<script>box.innerHTML = "<input type=\"password\">"</script>"#, ["password - script"]),
      (#"<script>h('input', { type: 'password' })</script>"#, ["password - script"]),
      (#"<script>const type = 'text', password = read()</script>"#, []),
    ] as [(String, [String])])
  func inputs(text: String, expected: [String]) throws {
    #expect(try typed(text) == expected)
  }

  @Test(
    "a form without an action is sent to the page itself, one with an action to where its base says",
    arguments: [
      ("<form><input></form>", "https://web.example/a/b?c=1"),
      (#"<form action=""><input></form>"#, "https://web.example/a/b?c=1"),
      (#"<form action=x><input></form>"#, "http://c.example/d/x"),
      // Blanks are no empty text: they are read against the base, and name it.
      (#"<form action=" "><input></form>"#, "http://c.example/d/e"),
      (#"<form action="?q"><input></form>"#, "http://c.example/d/e?q"),
    ])
  func actionsAndBase(text: String, expected: String) throws {
    let page = try Self.read(#"<base href="http://c.example/d/e">"# + text, from: "https://web.example/a/b?c=1")
    #expect(page.formActions.map(\.text) == [expected])
    #expect(page.inputs.map { $0.destination?.text } == [expected])
    let button = try Self.read(
      #"<base href="http://c.example/d/e"><form action=/x><button formaction="">"#, from: "https://web.example/a/b?c=1")
    #expect(button.formActions.map(\.text) == ["http://c.example/x", "https://web.example/a/b?c=1"])
  }

  @Test("a form without a field is a form all the same")
  func forms() throws {
    let page = try Self.read(#"<form action="http://c.example/x"><button>Go</button></form><form action=/y></form>"#)
    #expect(page.formActions.map(\.text) == ["http://c.example/x", "https://web.example/y"])
  }

  private static let policy = #"<meta http-equiv="Content-Security-Policy" content="upgrade-insecure-requests">"#

  @Test(
    "only a policy that is enforced upgrades",
    arguments: [
      (["default-src 'self'; Upgrade-Insecure-Requests"], "", true), (["default-src 'self'"], "", false),
      (["default-src 'self', upgrade-insecure-requests"], "", true), (["img-src upgrade-insecure-requests"], "", false),
      ([], #"<meta http-equiv="Content-Security-Policy" content="upgrade-insecure-requests">"#, true),
      ([], #"<meta name="Content-Security-Policy" content="upgrade-insecure-requests">"#, false),
      ([], "\u{FEFF}<!doctype html>\n<html><head><title>Hello</title><!-- -->\(Self.policy)", true),
      // Behind the head's end it is put into the head all the same; the body's beginning ends that.
      ([], "<head></head>\(Self.policy)<body>", true), ([], "<head></head><body>\(Self.policy)", false),
      ([], "<p>Hello</p>\(Self.policy)", false), ([], "Hello \(Self.policy)", false),
      ([], "<head></head></body>\(Self.policy)", false), ([], "<template>\(Self.policy)</template>", false),
      ([], "<template><p>Hello</p></template>\(Self.policy)", true), ([], "<noscript>\(Self.policy)</noscript>", false),
    ] as [([String], String, Bool)])
  func upgrades(policies: [String], text: String, expected: Bool) throws {
    #expect(try Self.read(text, policies: policies).upgrades == expected)
  }

  @Test("hostile pages are read in bounded time, and said to be cut")
  func hostile() throws {
    for piece in ["url(", "url('", "@import ", "<form><input ", "<a ", "/*", "type", #""type","#, "<!--", "</"] {
      let text = String(repeating: piece, count: 60_000)
      let clock = ContinuousClock()
      let time = try clock.measure {
        _ = try Self.read("<style>" + text)
        _ = try Self.read("<script>" + text)
        _ = try Self.read(text)
      }
      #expect(time < .seconds(20), "\(piece)")
    }
    #expect(try !Self.read(String(repeating: "<i>", count: 30_000)).isWhole)
  }

  private static func many(_ count: Int, _ piece: (Int) -> String) -> String { (0..<count).map(piece).joined() }

  @Test("of a form with many fields and many places to be sent to, no more is kept than of any page")
  func oversizedForm() throws {
    let fields = String(repeating: "<input>", count: 7000)
    let buttons = Self.many(7000) { "<button formaction=/\($0)>" }
    let inside = "<form>" + fields + buttons
    let outside =
      "<form id=f></form>"
      + (fields + buttons).replacing("<input", with: "<input form=f").replacing("<button", with: "<button form=f")
    for text in [inside, outside] {
      let page = try Self.read(text)
      #expect(page.inputs.count == PageContent.most)
      #expect(page.formActions.count <= PageContent.most)
      #expect(!page.isWhole)
    }
    // What is below each limit and multiplied above it.
    let product = try Self.read("<form>" + Self.many(100) { "<input><button formaction=/\($0)>" })
    #expect(product.inputs.count == PageContent.most)
    #expect(product.formActions.count == 101)
    #expect(!product.isWhole)
    // The same said often is little.
    let same = try Self.read("<form><input>" + Self.many(2000) { _ in "<button formaction=/x>" })
    #expect(same.inputs.count == 2)
    #expect(same.isWhole)
  }

  @Test("more of anything than is kept is said to be cut")
  func cut() throws {
    let pages = [
      "forms": Self.many(1001) { "<form action=/\($0)></form>" },
      "stylesheets": Self.many(1001) { "<link rel=stylesheet href=/\($0)>" },
      "images": Self.many(1001) { "<img src=/\($0)>" }, "css": "<style>" + Self.many(1001) { "url(/\($0)) " },
      "style": "<p style='\(Self.many(1001) { "url(/\($0)) " })'>",
      "srcset": "<img srcset='\(Self.many(1001) { "/\($0)," })'>",
      "inputs": Self.many(1001) { _ in "<input>" }, "fields": "<form>" + Self.many(1001) { _ in "<input>" },
      "base": "<base href='/\(String(repeating: "x", count: 3000))/'>",
    ]
    for (name, text) in pages {
      let page = try Self.read(text)
      #expect(!page.isWhole, "\(name)")
      #expect(page.inputs.count <= PageContent.most && page.references.count <= PageContent.most, "\(name)")
      #expect(page.formActions.count <= PageContent.most && page.stylesheets.count <= PageContent.most, "\(name)")
    }
    #expect(try Self.read(Self.many(1000) { "<img src=/\($0)><form action=/\($0)><input></form>" }).isWhole)
  }

  @Test("a stylesheet that brings in more than is kept is said to be cut")
  func cutStylesheet() throws {
    var page = try Self.read("<img src=/0>")
    let sheet = try #require(HTTPURL("https://web.example/a.css"))
    page.add(stylesheet: Array(Self.many(999) { "url(/\($0)) url(/\($0)) " }.utf8), from: sheet)
    #expect(page.references.count == PageContent.most)
    #expect(page.isWhole)
    page.add(stylesheet: Array("url(/one-more)".utf8), from: sheet)
    #expect(page.references.count == PageContent.most)
    #expect(!page.isWhole)
  }
}
