import Testing

@testable import Facts

@Suite("Schemas find everything wrong at once")
struct SchemaViolationTests {
  private static let schema = Schema.object([
    Schema.Field("id", .string(.identifier), required: true, "Permanent name."),
    Schema.Field("kind", .string(.word(["https", "postgres"])), required: true, "What it is."),
    Schema.Field("port", .integer(minimum: 1, maximum: 65535), "Where it listens.", default: 443),
    Schema.Field("share", .number(minimum: 0, maximum: 1), "Share of lifetime."),
    Schema.Field("names", .array(.string(.nonEmpty), minimumCount: 1), "Names."),
    Schema.Field("labels", .object([], others: .string()), "Labels."),
    Schema.Field("seen", .nullable(.boolean), "Whether it was seen."),
  ])

  private func kinds(_ schema: Schema, _ value: JSONValue) -> [Schema.Violation.Kind] {
    schema.violations(of: value).map(\.kind)
  }

  @Test("nothing is wrong with what fits")
  func fits() {
    #expect(
      Self.schema.violations(of: [
        "id": "web-1", "kind": "https", "port": 443.0, "share": 1, "names": ["a"], "labels": ["x": "", "y": "z"],
        "seen": nil,
      ]).isEmpty)
  }

  @Test("all violations, with their paths")
  func all() {
    let violations = Self.schema.violations(of: [
      "kind": "http", "port": 0, "share": "half", "names": [], "labels": ["x": 1], "seen": 1, "prot": 443,
    ])
    let names = ["id", "kind", "port", "share", "names", "labels", "seen"]
    #expect(
      violations == [
        Schema.Violation(path: [.name("kind")], kind: .notOneOf(allowed: ["https", "postgres"])),
        Schema.Violation(path: [.name("port")], kind: .outOfRange("at least 1 and at most 65535")),
        Schema.Violation(path: [.name("share")], kind: .wrongType(expected: "a number", found: "text")),
        Schema.Violation(path: [.name("names")], kind: .tooFew(1)),
        Schema.Violation(path: [.name("labels"), .name("x")], kind: .wrongType(expected: "text", found: "a number")),
        Schema.Violation(path: [.name("seen")], kind: .wrongType(expected: "true or false", found: "a number")),
        Schema.Violation(path: [], kind: .unknownName("prot", allowed: names)),
        Schema.Violation(path: [], kind: .missingName("id")),
      ])
    #expect(
      Schema.array(.array(.boolean)).violations(of: [[true], [false, "x"]]).map(\.path) == [[.index(1), .index(1)]])
  }

  @Test("whole numbers")
  func integers() {
    #expect(kinds(.integer(), 5.0).isEmpty)
    #expect(kinds(.integer(), 5.5) == [.wrongType(expected: "a whole number", found: "a fraction")])
    #expect(kinds(.integer(), .double(1e300)) == [.outOfRange("within 64 bits")])
    #expect(kinds(.integer(minimum: 3), 2) == [.outOfRange("at least 3")])
    #expect(kinds(.number(maximum: 0.5), 1) == [.outOfRange("at most 0.5")])
    #expect(kinds(.number(minimum: 0, maximum: 1), 0).isEmpty)
  }

  @Test("of several shapes, the one that was most likely meant is explained")
  func alternatives() {
    let schema = Schema.either([
      .string(.word(["all"])), .array(.integer(minimum: 0)),
      .object([Schema.Field("name", .string(), required: true, "Name.")]),
    ])
    #expect(kinds(schema, "all").isEmpty)
    #expect(kinds(schema, [1, 2]).isEmpty)
    #expect(kinds(schema, "some") == [.notOneOf(allowed: ["all"])])
    #expect(schema.violations(of: [1, -2]) == [.init(path: [.index(1)], kind: .outOfRange("at least 0"))])
    #expect(
      kinds(schema, ["nmae": "x"]) == [.unknownName("nmae", allowed: ["name"]), .missingName("name")])
    #expect(kinds(schema, 1) == [.wrongType(expected: "text or a list or an object", found: "a number")])
  }

  @Test(
    "forms of text",
    arguments: [
      (.free, ["", "x"], []), (.nonEmpty, ["x", "\n"], [""]), (.word(["a"]), ["a"], ["b", ""]),
      (.identifier, ["a", "A1-b_c.d"], ["", "1a", "-a", "a b", "é"]),
      (
        .date,
        [
          "2026-11-24", "2024-02-29", "2000-02-29", "2026-11-24T10:00:00Z", "2026-11-24t10:00:00.5+02:00",
          "2026-11-24 23:59:60z",
        ],
        [
          "2026-11-31", "2023-02-29", "1900-02-29", "2026-00-01", "2026-1-1", "2026-11-24T10:00Z",
          "2026-11-24T24:00:00Z",
          "2026-11-24T10:00:00", "24.11.2026", "2026-11-24Z", "2026-11-24T10:00:00.Z", "2026-11-24T10:00:00+24:00",
        ]
      ),
      (
        .secretReference, ["${env:DB_PASSWORD}", "${file:/run/secrets/db}"],
        ["hunter2", "${env:}", "${env:1}", "x${env:A}", "${A}"]
      ),
      (.jsonPath, ["$.a[?@.b == ${x}]", "@.a", "$"], ["", "a", "$.", "@.a[", "$..[?count(1)]"]),
      (.path, ["a/b", "/x y"], ["", "a\0b"]),
      (
        .url(schemes: ["https", "postgres+ssl"]),
        ["https://a", "https://u:p@h:1/x?y#z", "postgres+ssl://h/db", "https://[::1]:8443/"],
        [
          "http://a", "https://", "https:///x", "https://?x", "https://a b", "postgresXssl://a", "https://a\n",
          "https:a",
        ]
      ),
    ] as [(Schema.TextForm, [String], [String])])
  func forms(form: Schema.TextForm, good: [String], bad: [String]) {
    for text in good { #expect(kinds(.string(form), .string(text)).isEmpty, "\(text)") }
    for text in bad { #expect(kinds(.string(form), .string(text)).count == 1, "\(text)") }
  }
}

@Suite("JSON Schemas say what the schemas say")
struct JSONSchemaTests {
  @Test("an object with bounds, defaults and descriptions")
  func object() {
    let schema = Schema.object([
      Schema.Field("id", .string(.nonEmpty), required: true, "Permanent name."),
      Schema.Field("port", .integer(minimum: 1), "Where it listens.", default: 443),
      Schema.Field("mode", .nullable(.string(.word(["a", "b"]))), "How."),
      Schema.Field("share", .nullable(.number(minimum: 0, maximum: 1)), "How much."),
      Schema.Field("tags", .array(.any, minimumCount: 2), "Tags."),
    ])
    #expect(
      schema.jsonSchema() == [
        "$schema": "http://json-schema.org/draft-07/schema#", "type": "object",
        "properties": [
          "id": ["type": "string", "minLength": 1, "description": "Permanent name."],
          "port": ["type": "integer", "minimum": 1, "description": "Where it listens.", "default": 443],
          "mode": ["anyOf": [["type": "string", "enum": ["a", "b"]], ["type": "null"]], "description": "How."],
          "share": ["type": ["number", "null"], "minimum": 0, "maximum": 1, "description": "How much."],
          "tags": ["type": "array", "items": [:], "minItems": 2, "description": "Tags."],
        ],
        "required": ["id"], "additionalProperties": false,
      ])
  }

  @Test("other members, alternatives and patterns")
  func others() {
    #expect(Schema.object([], others: .boolean).jsonSchema()["additionalProperties"] == ["type": "boolean"])
    #expect(Schema.either([.boolean, .string()]).jsonSchema()["anyOf"] == [["type": "boolean"], ["type": "string"]])
    #expect(Schema.string(.identifier).jsonSchema()["pattern"] == "^([A-Za-z][A-Za-z0-9_.-]*)$")
    #expect(Schema.string(.url(schemes: ["a+b"])).jsonSchema()["pattern"]?.string?.contains("(a\\+b)://") == true)
  }

  @Test(
    "every pattern is an I-Regexp, so that both sides read it alike",
    arguments: [.identifier, .date, .secretReference, .path, .url(schemes: ["https", "a.b+c"])] as [Schema.TextForm])
  func patterns(form: Schema.TextForm) {
    #expect(form.pattern.flatMap { Regexp($0) } != nil)
  }
}

@Suite("Paths are held against the shape of the facts")
struct JSONPathReachTests {
  private static let facts = Schema.object([
    Schema.Field("name", .string(), "Name."),
    Schema.Field(
      "leaf",
      .nullable(
        .object([Schema.Field("names", .array(.string()), "Names."), Schema.Field("days", .integer(), "Days.")])),
      "Leaf."),
    Schema.Field(
      "sessions",
      .array(
        .object([Schema.Field("user", .nullable(.string()), "User."), Schema.Field("encrypted", .boolean, "TLS.")])),
      "Sessions."),
    Schema.Field("mixed", .either([.integer(), .array(.boolean)]), "Either."),
    Schema.Field("labels", .object([], others: .number()), "Labels."),
    Schema.Field("raw", .any, "Anything."),
  ])

  @Test(
    "the shapes that a query can select",
    arguments: [
      ("$.name", [.string()]), ("$.leaf.days", [.integer()]), ("$['leaf']['names'][-1]", [.string()]),
      ("$.sessions[*].user", [.nullable(.string())]), ("$.sessions[?@.encrypted].encrypted", [.boolean]),
      ("$.sessions[0:2].encrypted", [.boolean]), ("$.mixed[0]", [.boolean]), ("$.labels.anything", [.number()]),
      ("$.labels[*]", [.number()]), ("$.raw.a[0]..b", [.any]), ("$..days", [.integer(), .number(), .any]),
      ("$.leaf['days','names']", [.integer(), .array(.string())]),
      ("$.sessions[*]['user','user']", [.nullable(.string())]),
      ("$.nmae", []), ("$.name.x", []), ("$.name[0]", []), ("$.leaf[0]", []), ("$.sessions.user", []),
      ("$.sessions[*].usr", []), ("$.mixed.x", []), ("$.labels[0]", []), ("$.leaf.names[::0]", []),
      ("$.leaf.days.*", []),
    ] as [(String, [Schema])])
  func shapes(query: String, schemas: [Schema]) throws {
    #expect(try JSONPath(query).possibleSchemas(in: Self.facts) == schemas)
  }

  @Test(
    "queries that can never select anything, also inside filters",
    arguments: [
      ("$.sessions[?@.encrypted == false].user", []), ("$.sessions[?@.encrypt == false]", ["@.encrypt"]),
      ("$.sesions[?@.encrypt]", ["$.sesions[?@.encrypt]"]),
      ("$.sessions[?@.user == $.nam && !(@.x) || length(@.y) > 1]", ["$.nam", "@.x", "@.y"]),
      (
        "$.sessions[?match(@.u, 'a') || search(@.user, @.v) || count(@.w.*) == 0 || value(@..z) == 1].usr",
        [
          "$.sessions[?match(@.u, 'a') || search(@.user, @.v) || count(@.w.*) == 0 || value(@..z) == 1].usr", "@.u",
          "@.v",
          "@.w.*", "@..z",
        ]
      ),
      ("$.sessions[?$.leaf.names[?@.x]]", ["@.x"]), ("$.sessions[?@.user == ${name}]", []),
      ("$..[?@.encrypted]", []), ("$.raw[?@.x.y]", []),
    ] as [(String, [String])])
  func unreachable(query: String, expected: [String]) throws {
    let path = try JSONPath(query, allowingParameters: true)
    #expect(Set(path.unreachablePaths(in: Self.facts)) == Set(expected))
  }
}
