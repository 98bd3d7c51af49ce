import Testing

@testable import ConformanceLister

@Suite("What can be made without arguments")
struct MakingTests {
  @Test(
    "whatever is made by X() is listed",
    arguments: [
      "let a = 1",
      "let a: Int = 1, b: [Int: String] = [:], c: String = \"\"",
      "let a: Dictionary<String, [Int]> = [:]",
      "let a = Set<Int>(), b = Dictionary<String, Int>()",
      "let a: Result<Int, any Error>? = nil",
      "let (a, b) = (1, 2)",
      "var a: Int?",
      "var a: Int!",
      "var a: (() -> Void)?",
      "weak var a: AnyObject?",
      "private let a = 1",
      "private(set) var a = 1 { didSet { b() } }",
      "lazy var a: Int = { 1 }()",
      "@Clamped var a: Int",
      "static let a: Int\n  static var b: String",
      "var a: Int { 1 }",
      "var a: Int {\n    get { 1 }\n    set {}\n  }",
      "var a: Int\n  { 1 }",
      "var a: (Int, String) -> Bool { { _, _ in true } }",
      "let a =\n    made(by: 1)\n    .with(2)\n  let b = 1",
      "let a = isTrue\n    ? 1\n    : 2",
      "let a = 1 +\n    2\n  var b: Int { 3 }",
      "let a = if let b = c { 1 } else { 2 }",
      "let a = b < c, d = e > f",
      "let a: @Sendable (Int) -> Int = { b in let c: Int; c = b; return c }",
      "let a = Schema(\n    fields: [\n      Field(\"let b: Int\", .integer),\n    ])\n  func b() { let c: Int; c = 1 }",
      "func made() { let a: Int; a = 1 }",
      "subscript(a: Int) -> Int { let b: Int; b = a; return b }",
      "struct Inner { let a: Int; init(a: Int) { self.a = a } }",
      "let a: Int; init() { a = 1 }",
      "let a: Int\n  init(a: Int = 1, _ b: [Int] = [1, 2], c: (Int, Int) = (1, 2)) { self.a = a }",
      "let a: Int\n  init(_ a: Int..., b: Dictionary<Int, Int> = Dictionary<Int, Int>(), c: Int = 3) { self.a = 1 }",
      "let a: Int\n  init(@Builder _ a: () -> Int = { 1 }, b: @escaping (Int, Int) -> Int = { $0 + $1 }) { self.a = 1 }",
      "let a: Int\n  init(a: Int) { self.a = a }\n  init() { self.init(a: 1) }",
      "let a: Int\n  public init() throws(Never) { a = 1 }",
      "let a: Int\n  init!() { a = 1 }",
    ])
  func isMade(_ body: String) {
    let reading = Reading("struct A: Probe {\n  \(body)\n}")
    #expect(reading.names == ["A"])
    #expect(reading.problems == [])
  }

  @Test(
    "whatever is not is a complaint that says where and what to do",
    arguments: [
      ("let a: Int", "2:7 its property 'a' has no value; give it one, or an initializer without arguments"),
      ("let a = 1, b: Int", "2:14 its property 'b' has no value"),
      ("let a, b: Int", "2:7 its property 'a' has no value"),
      ("let a: Int?", "2:7 its property 'a' has no value"),
      ("private let a: Dictionary<String, Int>", "2:15 its property 'a' has no value"),
      ("var a: Int { didSet { b() } }", "2:7 its property 'a' has no value"),
      ("var a: Int\n  var b: Int { 1 }", "2:7 its property 'a' has no value"),
      ("let a = 1\n  var b: () -> Void", "3:7 its property 'b' has no value"),
      ("#if DEBUG\n  let a: Int\n  #endif", "3:7 its property 'a' has no value"),
      ("init(a: Int) {}", "2:3 its initializer wants 'a'; give it one without arguments"),
      ("init(_ a: Int = 1, b: Set<Int>) {}", "2:3 its initializer wants 'b'"),
      ("init(a: Dictionary<Int, Int>, b: Int = 1) {}", "2:3 its initializer wants 'a'"),
      ("init?() { nil }", "2:3 its initializer may return nil"),
      ("init() throws {}", "2:3 its initializer throws"),
      ("init() throws(Failure) {}", "2:3 its initializer throws"),
      ("init() async {}", "2:3 its initializer is async"),
      ("init<T>() where T: P {}", "2:3 its initializer is generic"),
      ("private init() {}", "2:11 its initializer is private"),
    ])
  func isNotMade(_ body: String, _ expected: String) {
    let reading = Reading("struct A: Probe {\n  \(body)\n}")
    #expect(reading.problems.count == 1)
    #expect(reading.problems.first?.hasPrefix("1.swift:\(expected)") == true, "\(reading.problems)")
  }

  @Test(
    "so is a type that cannot be named from elsewhere",
    arguments: [
      ("private struct A: Probe {}", "1:16 it is private to its file; declare it without that"),
      ("private enum B { struct A: Probe {} }", "1:25 it is private"),
      ("fileprivate extension B { struct A: Probe {} }", "1:34 it is private"),
      ("func b() { struct A: Probe {} }", "1:19 it stands in a function; declare it outside"),
      ("let b = { (c: Int) in struct A: Probe {}; return A() }", "1:30 it stands in a function"),
      ("let b = made([{ struct A: Probe {}; return A() }])", "1:24 it stands in a function"),
      ("struct A<T>: Probe {}", "1:8 it is generic; declare it for one type"),
      ("enum A: Probe { case one }", "1:6 it is an enumeration"),
      ("struct B<T> { struct A: Probe {} }", "1:22 it stands in a generic type; declare it outside"),
      (
        "class B { init(b: Int) {} }\nfinal class A: B, Probe {}",
        "1:11 its superclass B is made in another way: its initializer wants 'b'"
      ),
    ])
  func isNotNamed(_ source: String, _ expected: String) {
    let reading = Reading(source)
    #expect(reading.problems.count == 1)
    #expect(reading.problems.first?.hasPrefix("1.swift:\(expected)") == true, "\(reading.problems)")
  }

  @Test("initializers in extensions count, wherever they are; one that wants something takes nothing away")
  func extensions() {
    let given = Reading("struct A: Probe { let a: Int }", "extension A { init() { a = 1 } }")
    #expect(given.names == ["A"])
    #expect(given.problems == [])
    #expect(Reading("class B { let b: Int; init() { b = 1 } }\nfinal class A: B, Probe {}").problems == [])
    #expect(Reading("class B<T> { let b = 1 }\nfinal class A: B<Int>, Probe {}").problems == [])
    // Classes that inherit from one another are the compiler's to refuse.
    #expect(Reading("class A: B, Probe {}\nclass B: A {}").names == ["A", "B"])
    #expect(Reading("struct A: Probe { let a = 1 }\nextension A { init(b: Int) {} }").problems == [])
    #expect(
      Reading("struct A: Probe { let a: Int }", "private extension A { init() { a = 1 } }").problems == [
        "1.swift:1:23 its property 'a' has no value; give it one, or an initializer without arguments"
      ])
  }

  @Test("a complaint names the type, the protocol and the way out")
  func words() {
    let problems = Reading("enum Outer { struct A: Probe { let a: Int } }").conformances.problems
    #expect(
      problems.map(\.message) == [
        "Outer.A is listed as a Probe and cannot be made by Outer.A(): its property 'a' has no value; give it one, or an "
          + "initializer without arguments. One that is made only of what is known at run time conforms to UnlistedProbe, "
          + "and is not listed"
      ])
    #expect(problems.map(\.place) == [Place(file: "1.swift", line: 1, column: 36)])
    let format = Reading("protocol F {}\nstruct A: F { let a: Int }", to: "Room.F", exempting: "")
    #expect(format.conformances.problems.first?.message.hasSuffix("an initializer without arguments") == true)
  }
}
