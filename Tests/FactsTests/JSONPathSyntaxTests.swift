import Facts
import Testing

@Suite("JSONPath syntax (RFC 9535 sections 2.1 to 2.5)")
struct JSONPathSyntaxTests {
  @Test(
    "well-formed and well-typed queries are read",
    arguments: [
      "$", "$.a", "$.a.b", "$._a1", "$.é", "$.☺", "$.𝄞", "$ .a", "$\n.a\t[0]", "$.*", "$[*]", "$..a", "$..*", "$..[0]",
      "$..['a',*]", "$['a']", "$[\"a\"]", "$['']", "$[ 'a' , 'b' ]", "$['\\'']", "$[\"\\\"\"]", "$['\"']", "$[\"'\"]",
      "$['\\b\\f\\n\\r\\t\\/\\\\']", "$['\\u263A']", "$['\\uD834\\uDD1E']", "$['\\ud834\\udd1e']", "$[0]", "$[-1]",
      "$[9007199254740991]", "$[-9007199254740991]", "$[:]", "$[::]", "$[1:]", "$[:1]", "$[1:5:2]", "$[ 1 : 5 : 2 ]",
      "$[::-1]", "$[5:1:-2]", "$[1:2:0]", "$[0, 1:2, 'a', *]", "$[?@]", "$[?@.a]", "$[? @.a ]", "$[?!@.a]",
      "$[?! @.a]", "$[?$.a]", "$[?@.*]", "$[?@..a]", "$[?@.a == 1]", "$[?@.a==@.b]", "$[?1==@]", "$[?@.a != 'x']",
      "$[?@.a < 1 && @.b >= 2 || !(@.c)]", "$[?(@.a)]", "$[?((@.a) || (@.b))]", "$[?!(@.a == 1)]", "$[?@[0] == 1]",
      "$[?@['a'][0].b == 1]", "$[?@ == -0]", "$[?@ == 1.5e-3]", "$[?@ == 1E5]",
      "$[?@ == true || @ == false || @ == null]",
      "$[?length(@.a) > 2]", "$[?length('abc') == 3]", "$[?length( @.a )==length(@.b)]", "$[?count(@.*) == 1]",
      "$[?count(@..a) == 1]", "$[?match(@.a, 'x.*')]", "$[?!match(@.a, 'x')]", "$[?search(@.a, @.b)]",
      "$[?search(value(@..a), 'b')]", "$[?value(@..a) == 1]", "$[?length(value(@..a)) == 1]", "$[?@.a[?@.b > 1]]",
      "$[?@.a,?@.b]", "$[?count(@[?@.a > 1, 0]) == 2]", "$[?@.a == 'it\\'s']", "$.true", "$.null",
    ])
  func accepted(query: String) throws {
    let path = try JSONPath(query)
    #expect(path.text == query)
  }

  @Test(
    "everything else is refused",
    arguments: [
      "", " $", "$ ", "$\n", "a", ".a", "@", "@.a", "$a", "$.", "$..", "$. a", "$.. a", "$...a", "$.1a", "$.-", "$.a-b",
      "$.\u{7F}", "$.'a'", "$[", "$]", "$[]", "$[ ]", "$['a'", "$['a]", "$[a]", "$['a','b',]", "$[,1]", "$[1 2]",
      "$['\\\"']", "$[\"\\'\"]", "$['\\x']", "$['\\u12']", "$['\\uD834']", "$['\\uDD1E']", "$['\\uD834\\u0041']",
      "$['\\uD834\\n']", "$['\u{0}']", "$['\n']", "$['\u{1F}']", "$[01]", "$[-0]", "$[-]", "$[- 1]", "$[+1]", "$[1.0]",
      "$[1e1]", "$[9007199254740992]", "$[-9007199254740992]", "$[99999999999999999999999]", "$[1:2:3:4]", "$[1:-0]",
      "$[:01]", "$[1::9007199254740992]", "$[**]", "$.**", "$[?]", "$[?()]", "$[?@.a &&]", "$[?@.a & @.b]",
      "$[?@.a | @.b]", "$[?@.a = 1]", "$[?@.a === 1]", "$[?@.a <> 1]", "$[?@.a == ]", "$[?== 1]", "$[?@.a == 1 == 1]",
      "$[?(@.a)==1]", "$[?!@.a == 1]", "$[?!!@.a]", "$[?1]", "$[?'a']", "$[?true]", "$[?null]", "$[?@.a && true]",
      "$[?@.* == 1]", "$[?@..a == 1]", "$[?@[0,1] == 1]", "$[?@[0:1] == 1]", "$[?@[?@.a] == 1]", "$[?1 == $.*]",
      "$[?@ == 01]", "$[?@ == 1.]", "$[?@ == .5]", "$[?@ == 1e]", "$[?@ == +1]", "$[?@ == -]", "$[?@ == True]",
      "$[?@ == trueish]", "$[?@ == nil]", "$[?length(@.a)]", "$[?count(@.*)]", "$[?value(@.a)]", "$[?!length(@.a)]",
      "$[?length(@.*) == 1]", "$[?length() == 1]", "$[?length(@.a, @.b) == 1]", "$[?length(match(@.a,'x')) == 1]",
      "$[?count(1) == 1]", "$[?count('a') == 1]", "$[?count(length(@)) == 1]", "$[?count() == 0]",
      "$[?count(@,@) == 1]",
      "$[?value(1) == 1]", "$[?match(@.a)]", "$[?match(@.a,'b','c')]", "$[?match(@.*, 'a')]",
      "$[?match(@.a, 'x') == true]",
      "$[?true == match(@.a, 'x')]", "$[?search(@.a, 'x') > 0]", "$[?foo(@.a)]", "$[?foo(@.a) == 1]",
      "$[?length (@.a) == 1]",
      "$[?Length(@.a) == 1]", "$[?length(@.a == 1)]", "$[?count(@.a && @.b) == 1]", "$[?length(@.a == 1]", "$[?@.a)]",
      "$[?(@.a]", "$[?@.a == ${x}]", "$.a ", "$.a\t", "$[0] ",
    ])
  func refused(query: String) {
    let error = #expect(throws: JSONPath.SyntaxError.self) { try JSONPath(query) }
    if let error {
      #expect((0...query.unicodeScalars.count).contains(error.offset))
      #expect(!error.message.isEmpty)
    }
  }

  @Test(
    "an error names its place in Unicode scalars",
    arguments: [("$.a[01]", 4), ("$['𝄞',x]", 6), ("$[?@.a == ]", 10), ("$.a.", 4), ("$[?foo(@)]", 3), ("$['a", 2)])
  func offsets(query: String, offset: Int) {
    #expect(throws: JSONPath.SyntaxError.self) { try JSONPath(query) }
    #expect((try? JSONPath(query)) == nil)
    do throws(JSONPath.SyntaxError) { _ = try JSONPath(query) } catch { #expect(error.offset == offset) }
  }

  @Test(
    "nesting is capped, not length",
    arguments: [
      String(repeating: "$[?(", count: 1) + String(repeating: "(", count: 100_000),
      "$" + String(repeating: "[?@", count: 100_000), "$[?" + String(repeating: "length(", count: 100_000),
      "$[?" + String(repeating: "!(", count: 100_000),
    ])
  func nesting(query: String) throws {
    #expect(throws: JSONPath.SyntaxError.self) { try JSONPath(query) }
    #expect(try JSONPath("$" + String(repeating: ".a", count: 100_000)).values(in: ["a": 1]).isEmpty)
    let wide = "$[?" + Array(repeating: "@.a==1", count: 10_000).joined(separator: " || ") + "]"
    #expect(try JSONPath(wide).values(in: [["a": 1], ["a": 2]]) == [["a": 1]])
  }

  @Test(
    "only names and indices are singular",
    arguments: [
      ("$", true), ("$.a['b'][0][-1]", true), ("$.*", false), ("$..a", false), ("$[0,1]", false), ("$[0:1]", false),
      ("$[?@.a]", false), ("$.a[?@]", false),
    ])
  func singular(query: String, isSingular: Bool) throws {
    #expect(try JSONPath(query).isSingular == isSingular)
  }

  @Test(
    "leading names",
    arguments: [
      ("$", []), ("$.a['b'].c", ["a", "b", "c"]), ("$.a[0].b", ["a"]), ("$.a.*", ["a"]), ("$.a..b", ["a"]),
      ("$['a','b'].c", []), ("$.a[?@.x].b", ["a"]),
    ] as [(String, [String])])
  func leadingNames(query: String, names: [String]) throws {
    #expect(try JSONPath(query).leadingNames == names)
  }
}
