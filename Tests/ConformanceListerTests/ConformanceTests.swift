import Testing

@testable import ConformanceLister

@Suite("What is declared to conform")
struct ConformanceTests {
  @Test(
    "the protocol is found however the declaration is written",
    arguments: [
      "struct A: Probe {}",
      "struct A:Probe{}",
      "struct A : Probe { }",
      "package struct A: Sendable, Probe {}",
      "@available(*, deprecated, message: \"struct B: Probe {}\") public struct A: Probe, Hashable {}",
      "@Made(by: { $0 }) @MainActor\nfinal class A: @unchecked Sendable, Probe {}",
      "struct A:\n  Sendable,\n  Probe\n{\n}",
      "struct A: Sendable // , Nothing {\n  , Probe {}",
      "struct A: /* not: /* nested */ Other, */ Probe {}",
      "struct A: Probing.Probe {}",
      "struct A: Sendable & Probe {}",
      "struct A: @preconcurrency Probe {}",
      "struct A: nonisolated Probe {}",
      "struct A: ~Copyable, Probe {}",
      "struct A: Collector<Int, [String: Int]>, Probe {}",
      "struct `A`: Probe {}",
      "struct A: `Probe` {}",
      "actor A: Probe {}",
      "final class A: Base<Int>.Inner, Probe {}",
      "class A: Probe where Int: Sendable {}",
      "enum A: Probe { init() { self = .one }; case one }",
      "\u{FEFF}struct A: Probe {}",
      "#!/usr/bin/env swift\nstruct A: Probe {}",
      "struct A {}\nextension A: Probe {}",
      "struct A {}\nextension A: Sendable, Probing.Probe where Int: Sendable {}",
      "extension Room.A: Probe {}\nstruct A {}",
      "extension A: Probe {}\nstruct A {}",
      "struct A {}\ntypealias Other = A\ntypealias Another = Other\nextension Another: Probe {}",
    ])
  func isFound(_ source: String) {
    let reading = Reading(source)
    #expect(reading.names.map { $0.replacing("`", with: "") } == ["A"])
    #expect(reading.problems == [])
  }

  @Test(
    "what only looks like it is passed over",
    arguments: [
      "// struct A: Probe {}",
      "/* struct A: Probe {} /* */ struct B: Probe {} */",
      "/// struct A: Probe {}\nstruct C {}",
      "let text = \"struct A: Probe {}\"",
      "let text = \"\"\"\n  struct A: Probe {}\n  \"\"\"",
      "let text = #\"a \" struct A: Probe {} \"#",
      "let text = ##\"\"\"\n \"\"\"# struct A: Probe {}\n \"\"\"##",
      "let text = \"\\(made(\"}\") { \"struct A: Probe {}\" })\"",
      "let text = \"\\\\\"; struct C {}",
      "let pattern = /struct A: Probe {}/",
      "let pattern = #/struct A: Probe {}/#",
      "let pattern = #/\n  struct A: Probe {} # \"\n/#",
      "struct A: ProbeContext {}",
      "struct A: MyProbe, Other.Probe {}",
      "struct A: Set<Probe> {}",
      "struct A<T: Probe> {}",
      "struct A where T: Probe {}",
      "struct A { var probe: any Probe; var other: Probe { made() } }",
      "extension Array where Element: Probe {}",
      "protocol Other: Probe {}",
      "typealias Other = Probe",
      "func f(struct A: Probe) {}",
      "let a = made(struct: Probe.self, enum: A.self)",
      "import struct Probing.Probe\nstruct A {}",
      "enum A { case `struct`(Probe), actor, probe }",
      "let actor = A()\nactor.run { Probe }",
      "let a = isTrue ? A.self : Probe.self",
      "class A { class func b(_ c: Probe) {} ; class var d: Probe { e } }",
    ])
  func isPassedOver(_ source: String) {
    let reading = Reading(source)
    #expect(reading.names == [])
    #expect(reading.problems == [])
  }

  @Test(
    "what follows something hard to read is found all the same",
    arguments: [
      "let a = \"\\(b[\"}\"] ?? \"{\")\"",
      "let a = #\"\\\"#",
      "let a = #\"\\#(b(\"\"))\"#",
      "let a = \"\"\"\n  a \"quoted\" \\(b) \\\"\"\" \n  \"\"\"",
      "let a = /[\"{(]\\/{/",
      "let a = b / c; let d = \"{\" / e",
      "let a = (b) / c + \"/\".count",
      "let a = #/ \"{ /#",
      "let a = #/\n  { \" ( # with a comment }\n  \\/#  \n  /#",
      "let a: Character = \"\\\"\"",
      "let a = \"\\u{7B}\" /* { */ // {",
      "#if os(Linux)\nlet a = 1\n#else\nlet a = 2\n#endif",
      "func / (a: A, b: A) -> A { a }\nfunc < (a: A, b: A) -> Bool { true }",
      "infix operator </>: Ordered\nprefix operator --",
      "let a = [1, 2].map { $0 as Int? }.reduce(0) { $0 + ($1 ?? 0) }",
      "#Preview { A(\"}\") }",
      "@attached(member) macro made() = #externalMacro(module: \"M\", type: \"T\")",
      "let a = `class`.struct",
      "let a = b.extension\nlet c = d.protocol.init(struct: 1)",
      "let a = 0x1p-3 ... 1_000.5e+7",
      "switch a { case .struct: b; case is C: d; default: e }",
      "let a = \"it has no end",
      "func a() async throws(E) -> some P { await b { try c() } }",
      "let a = \\.b.c; let d = \\A.e[\"{\"]",
      "subscript(a: Int) -> Int { get { 1 } set { } }",
    ])
  func isFoundBehind(_ source: String) {
    let reading = Reading(source + "\nstruct Found: Probe {}")
    #expect(reading.names == ["Found"])
    #expect(reading.problems == [])
  }

  @Test("types in types are named with those around them")
  func nested() {
    let reading = Reading(
      """
      enum Outer {
        struct A: Probe {}
        enum `default` { struct B: Probe {} }
      }
      extension Outer { struct C: Probe {} ; struct D {} }
      extension Outer.D: Probe {}
      extension Foreign { struct E: Probe {} }
      """)
    #expect(reading.names == ["Foreign.E", "Outer.A", "Outer.C", "Outer.D", "Outer.`default`.B"])
    #expect(reading.problems == [])
  }

  @Test("a conformance may come through a protocol, an alias or a superclass of the room, in whatever file")
  func indirect() {
    let reading = Reading(
      "struct A: Look {}\nfinal class B: Base {}\nstruct C: Both {}", "typealias Look = Deep & Sendable",
      "protocol Deep: Deeper {}", "protocol Deeper: Sendable, Probing.Probe {}", "class Base: Probe {}",
      "typealias Both = (Sendable)", "protocol Round: Rounder {}\nprotocol Rounder: Round {}\nstruct D: Round {}")
    #expect(reading.names == ["A", "B", "Base"])
    #expect(reading.problems == [])
  }

  @Test("the innermost type of a name is meant")
  func shadowed() {
    let reading = Reading(
      """
      enum Space { protocol Probe {} ; struct Rover: Probe {} ; struct Lander: Probing.Probe {} }
      struct Rover: Space.Probe {}
      struct Eye: Probe {}
      """)
    #expect(reading.names == ["Eye", "Space.Lander"])
  }

  @Test("a protocol of the room itself is known by its name, with and without the room's")
  func ownProtocol() {
    let source = """
      protocol ReportFormat {}
      struct A: ReportFormat {}
      struct B: Room.ReportFormat {}
      struct C: Other.ReportFormat {}
      """
    let reading = Reading(source, to: "Room.ReportFormat", exempting: "")
    #expect(reading.names == ["A", "B"])
    #expect(Reading(source, to: "Other.ReportFormat", exempting: "").names == ["C"])
  }

  @Test("what says not to be listed is not")
  func exempt() {
    let reading = Reading(
      """
      struct A: UnlistedProbe { let command: String }
      struct B: Probe { let command: String }
      extension B: Probing.UnlistedProbe {}
      struct C: Late { let command: String }
      protocol Late: UnlistedProbe {}
      struct D: Probe {}
      """)
    #expect(reading.names == ["D"])
    #expect(reading.problems == [])
  }

  @Test("another module's type that is made to conform is left to the compiler")
  func foreign() {
    let reading = Reading("extension Foreign.Thing: Probe {}\nextension String: @retroactive Probe {}")
    #expect(reading.names == ["Foreign.Thing", "String"])
    #expect(reading.problems == [])
  }

  @Test("conditions of compilation go with the type")
  func conditions() {
    let reading = Reading(
      """
      #if os(Linux) && (DEBUG || // a comment
        swift(>=6))
      struct A: Probe {}
      #if canImport(Zlib)
      struct B: Probe {}
      #endif
      #elseif os(macOS)
      struct A: Probe {}
      #else
      struct A: Probe {}
      #endif
      struct C {
        #if DEBUG
        let port = 1
        #else
        let port = 2
        #endif
      }
      #if FAST
      extension C: Probe {}
      #endif
      struct D: Probe {}
      """)
    let first = "os(Linux) && (DEBUG || swift(>=6))"
    #expect(
      reading.names == [
        "A if !(\(first)) && !(os(macOS))", "A if !(\(first)) && (os(macOS))", "A if \(first)",
        "B if \(first) and canImport(Zlib)", "C if FAST", "D",
      ])
    #expect(reading.problems == [])
  }
}
