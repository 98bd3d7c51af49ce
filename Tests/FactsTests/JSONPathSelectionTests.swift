import Facts
import Testing

@Suite("JSONPath selectors and segments (RFC 9535 sections 2.3 and 2.5)")
struct JSONPathSelectionTests {
  private static let document: JSONValue = [
    "name": "events", "list": ["a", "b", "c", "d", "e", "f", "g"],
    "nested": ["list": [["id": 1], ["id": 2, "list": []]], "é": .null], "": ["": 0], "it's": true,
  ]

  private func paths(_ query: String, in document: JSONValue = document) throws -> [String] {
    let path = try JSONPath(query)
    let nodes = path.nodes(in: document)
    #expect(nodes.map(\.value) == path.values(in: document))
    for node in nodes { #expect(try JSONPath(node.path).values(in: document) == [node.value]) }
    return nodes.map(\.path)
  }

  @Test(
    "what is selected, in order",
    arguments: [
      ("$", ["$"]),
      ("$.name", ["$['name']"]), ("$['name']", ["$['name']"]), ("$.nothing", []), ("$.name.x", []), ("$.name[0]", []),
      ("$['']['']", ["$['']['']"]), ("$[\"it's\"]", ["$['it\\'s']"]), ("$.nested.é", ["$['nested']['é']"]),
      ("$['name','name']", ["$['name']", "$['name']"]),
      ("$.*", ["$['name']", "$['list']", "$['nested']", "$['']", "$['it\\'s']"]),
      ("$.list[0]", ["$['list'][0]"]), ("$.list[-1]", ["$['list'][6]"]), ("$.list[7]", []), ("$.list[-8]", []),
      ("$.nested[0]", []), ("$.list['0']", []), ("$.list[2,0]", ["$['list'][2]", "$['list'][0]"]),
      ("$..id", ["$['nested']['list'][0]['id']", "$['nested']['list'][1]['id']"]),
      ("$..list", ["$['list']", "$['nested']['list']", "$['nested']['list'][1]['list']"]),
      ("$.nested..[0]", ["$['nested']['list'][0]"]),
      ("$.nested.list[*].id", ["$['nested']['list'][0]['id']", "$['nested']['list'][1]['id']"]),
      ("$.nested[?@[0].id == 1][1]['id']", ["$['nested']['list'][1]['id']"]),
    ] as [(String, [String])])
  func selections(query: String, expected: [String]) throws {
    #expect(try paths(query) == expected)
  }

  @Test(
    "slices",
    arguments: [
      ("[:]", "abcdefg"), ("[1:3]", "bc"), ("[5:]", "fg"), ("[:-5]", "ab"), ("[-2:]", "fg"), ("[1:5:2]", "bd"),
      ("[::3]", "adg"), ("[5:1:-2]", "fd"), ("[::-1]", "gfedcba"), ("[-1:-4:-1]", "gfe"), ("[2::-1]", "cba"),
      ("[:3:-1]", "gfe"), ("[3:1]", ""), ("[1:3:-1]", ""), ("[::0]", ""), ("[100:200]", ""), ("[-100:100]", "abcdefg"),
      ("[100:-100:-3]", "gda"), ("[7:]", ""), ("[6:7]", "g"), ("[0:0]", ""), ("[-7:1]", "a"),
      ("[9007199254740991:-9007199254740991:-9007199254740991]", "g"), ("[::9007199254740991]", "a"),
    ])
  func slices(slice: String, letters: String) throws {
    let values = try JSONPath("$.list" + slice).values(in: Self.document)
    #expect(values.compactMap(\.string).joined() == letters)
  }

  @Test("slices and indices select nothing in what is no array")
  func notAnArray() throws {
    #expect(try paths("$.nested[:]").isEmpty)
    #expect(try paths("$.name[:]").isEmpty)
    #expect(try paths("$.name[*]").isEmpty)
  }

  @Test("a descendant segment visits parents before children and applies every selector to each")
  func descendants() throws {
    let document: JSONValue = [["a": 1, "b": ["a": 2]], ["a": 3]]
    #expect(
      try paths("$..['a','b']", in: document)
        == ["$[0]['a']", "$[0]['b']", "$[0]['b']['a']", "$[1]['a']"])
    #expect(
      try paths("$..*", in: document)
        == ["$[0]", "$[1]", "$[0]['a']", "$[0]['b']", "$[0]['b']['a']", "$[1]['a']"])
    #expect(try paths("$..[0,0]", in: [[7] as JSONValue]) == ["$[0]", "$[0]", "$[0][0]", "$[0][0]"])
  }

  @Test("a document as deep as the parser allows, and deeper, is walked without a crash")
  func deepDocument() throws {
    var document: JSONValue = 1
    for _ in 0..<1_500 { document = .object(["a": document]) }
    #expect(try JSONPath("$..a").values(in: document).count == 1_500)
    #expect(try JSONPath("$..*").nodes(in: document).last?.path.utf8.count == 1 + 1_500 * 5)
  }

  @Test(
    "names in normalized paths have exactly one spelling (section 2.7)",
    arguments: [
      ("a", "a"), ("'", "\\'"), ("\"", "\""), ("\\", "\\\\"), ("/", "/"), ("\u{8}", "\\b"), ("\u{C}", "\\f"),
      ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t"), ("\0", "\\u0000"), ("\u{B}", "\\u000b"), ("\u{1F}", "\\u001f"),
      ("\u{7F}", "\u{7F}"), ("é☺𝄞", "é☺𝄞"),
    ])
  func normalizedPaths(name: String, spelling: String) throws {
    let document = JSONValue.object(JSONObject([(name, JSONValue.integer(1))]))
    #expect(try paths("$.*", in: document) == ["$['\(spelling)']"])
  }
}

@Suite("JSONPath filters (RFC 9535 sections 2.3.5 and 2.4)")
struct JSONPathFilterTests {
  /// The indices of the elements that the filter lets through.
  private func passing(_ filter: String, _ elements: [JSONValue], root: JSONObject = [:]) throws -> [Int] {
    var document = root
    document["list"] = .array(elements)
    let nodes = try JSONPath("$.list[?\(filter)]").nodes(in: .object(document))
    return nodes.compactMap { Int($0.path.dropFirst("$['list'][".count).dropLast()) }
  }

  @Test(
    "existence, whatever the value",
    arguments: [
      ("@", [0, 1, 2, 3]), ("@.a", [0, 1]), ("!@.a", [2, 3]), ("@.*", [0, 1, 2]), ("@[0]", [2]),
      ("$.list", [0, 1, 2, 3]),
      ("$.nothing", []), ("@.a || @[0]", [0, 1, 2]), ("@.a && @.b", [1]), ("!(@.a && @.b)", [0, 2, 3]),
      ("@.b || @.a && @.c", [1]), ("(@.b || @.a) && !@.c", [0, 1]), ("!@.a && !@[0]", [3]),
    ] as [(String, [Int])])
  func existence(filter: String, expected: [Int]) throws {
    #expect(try passing(filter, [["a": .null], ["a": false, "b": 0], [.null], 1]) == expected)
  }

  @Test(
    "comparisons, with `Nothing` equal only to itself",
    arguments: [
      ("@.a == 1", [0, 1]), ("@.a != 1", [2, 3, 4, 5, 6, 7, 8]), ("@.a < 2", [0, 1]), ("@.a <= 2", [0, 1, 2]),
      ("@.a > 1", [2]), ("@.a >= 1", [0, 1, 2]), ("@.a == '1'", [3]), ("@.a < 'b'", [3, 4]), ("@.a >= 'a'", [4]),
      ("@.a == null", [5]), ("@.a == true", [6]), ("@.a >= true", [6]), ("@.a <= null", [5]), ("@.a < null", []),
      ("@.a == $.missing", [8]), ("@.a != $.missing", [0, 1, 2, 3, 4, 5, 6, 7]), ("@.a <= $.missing", [8]),
      ("@.a < $.missing", []), ("@.missing == @.absent", [0, 1, 2, 3, 4, 5, 6, 7, 8]), ("@.missing != @.absent", []),
      ("@.a == $.other", [7]), ("1 == @.a", [0, 1]), ("2 > @.a", [0, 1]), ("@.a == 1.0", [0, 1]),
      ("@.a == 1e0", [0, 1]),
      ("@.a == 10e-1", [0, 1]), ("@ == $.list[2]", [2]), ("@.a == -0", []), ("@.a < 1e999", [0, 1, 2]),
    ] as [(String, [Int])])
  func comparisons(filter: String, expected: [Int]) throws {
    let elements: [JSONValue] = [
      ["a": 1], ["a": 1.0], ["a": 2], ["a": "1"], ["a": "aa"], ["a": .null], ["a": true],
      ["a": [1, ["x": 2, "y": 3]]], [:],
    ]
    #expect(try passing(filter, elements, root: ["other": [1.0, ["y": 3, "x": 2]]]) == expected)
  }

  @Test("numbers are compared exactly")
  func exactNumbers() throws {
    let elements: [JSONValue] = [
      .integer(9_007_199_254_740_993), .double(9_007_199_254_740_992), .integer(.max), .integer(.min), .double(-1e30),
    ]
    #expect(try passing("@ > 9007199254740992", elements) == [0, 2])
    #expect(try passing("@ == 9007199254740992", elements) == [1])
    #expect(try passing("@ < 9223372036854775808", elements) == [0, 1, 2, 3, 4])
    #expect(try passing("@ < -9223372036854775807.5", elements) == [4])
    #expect(try passing("@ <= -9223372036854775808", elements) == [3, 4])
    #expect(try passing("@ > 1.5 && @ < 2.5", [1, 2, 3]) == [1])
  }

  @Test("strings are compared by Unicode scalars")
  func stringOrder() throws {
    #expect(try passing("@ < '\u{FFFD}'", ["a", "\u{FFFD}", "𝄞", ""]) == [0, 3])
    #expect(try passing("@ == '\u{E9}'", ["\u{E9}", "e\u{301}"]) == [0])
  }

  @Test(
    "functions",
    arguments: [
      ("length(@) == 2", [0, 2, 3]), ("length(@) == 0", []), ("length(@) == $.missing", [1, 4]),
      ("count(@.*) == 2", [2, 3]), ("count(@) == 1", [0, 1, 2, 3, 4, 5]),
      ("value(@.*) == 1", []), ("value(@..x) == 5", [3]), ("value(@..x) == $.missing", [0, 1, 2, 4, 5]),
      ("length(value(@..k)) == 3", [3]), ("value(@.nothing) == $.missing", [0, 1, 2, 3, 4, 5]),
    ] as [(String, [Int])])
  func functions(filter: String, expected: [Int]) throws {
    let elements: [JSONValue] = ["𝄞é", 7, [1, 2], ["x": 5, "k": "abc"], .null, ["x"]]
    #expect(try passing(filter, elements) == expected)
  }

  @Test(
    "match takes the whole text, search any part; what is no text or no pattern does not match",
    arguments: [
      ("match(@, 'a.c')", [0]), ("search(@, 'a.c')", [0, 1]), ("match(@, '.*')", [0, 1, 2, 5]),
      ("search(@, '')", [0, 1, 2, 3, 5]),
      ("match(@, '')", [2]), ("!match(@, 'a.c')", [1, 2, 3, 4, 5]), ("match(@, '[')", []), ("search(@, '(')", []),
      ("match(@, 1)", []), ("match(@, $.pattern)", [0, 1]), ("match(@, '\\\\p{Lu}+')", [5]),
    ] as [(String, [Int])])
  func regularExpressions(filter: String, expected: [Int]) throws {
    let elements: [JSONValue] = ["abc", "xabcx", "", "a\nc", 5, "ÄÖ"]
    #expect(try passing(filter, elements, root: ["pattern": "x?abcx?"]) == expected)
  }

  @Test("filters see members of objects, and filters inside filters their own subject")
  func nesting() throws {
    let document: JSONValue = [
      "api": ["routes": [["path": "/", "open": true], ["path": "/admin", "open": false]]],
      "db": ["routes": [["path": "/", "open": true]]],
    ]
    #expect(
      try JSONPath("$[?@.routes[?@.open == false]].routes[?@.open == $.db.routes[0].open].path").values(in: document)
        == ["/"])
  }

  @Test("parameters are bound as values, never as text")
  func parameters() throws {
    let path = try JSONPath(
      "$[?@.a == ${wanted} || match(@.b, ${pattern})]", allowingParameters: true)
    #expect(path.parameterNames == ["wanted", "pattern"])
    let document: JSONValue = [["a": "1 || @"], ["a": 1], ["a": ["x": 1.0]], ["b": "xyz"]]
    func selected(_ parameters: JSONObject) -> [JSONValue] { path.values(in: document, parameters: parameters) }
    #expect(selected(["wanted": "1 || @"]) == [["a": "1 || @"]])
    #expect(selected(["wanted": 1]) == [["a": 1]])
    #expect(selected(["wanted": ["x": 1]]) == [["a": ["x": 1]]])
    #expect(selected(["wanted": 0, "pattern": "x.z"]) == [["b": "xyz"]])
    // Unbound, a parameter is `Nothing`, as an absent member is.
    #expect(selected([:]) == [["b": "xyz"]])
  }

  @Test(
    "a parameter stands only where a literal may",
    arguments: [
      "$[${x}]", "$.${x}", "$[?${x}]", "$[?@[${x}] == 1]", "$[?count(${x}) == 1]", "$[?@.a == ${}]", "$[?@.a == ${x]",
    ])
  func misplacedParameters(query: String) {
    #expect(throws: JSONPath.SyntaxError.self) { try JSONPath(query, allowingParameters: true) }
  }
}
