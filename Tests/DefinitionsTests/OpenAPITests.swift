import AuditModel
import Facts
import Testing

@testable import Definitions

@Suite("OpenAPI documents that an inventory names")
struct OpenAPITests {
  static let file = "/audit/openapi.yaml"

  static func load(_ text: String) -> Loaded<JSONValue> { OpenAPIDocument.load(Fixtures.file(text, file)) }

  /// `METHOD path access` of every operation, in order.
  static func operations(_ value: JSONValue?) -> [String] {
    (value?["operations"]?.array ?? []).map {
      "\($0["method"]?.string ?? "") \($0["path"]?.string ?? "") \($0["access"]?.string ?? "")"
    }
  }

  static let threeZero = """
    openapi: 3.0.3
    info: { title: Shop, version: "1" }
    servers:
      - url: https://{region}.shop.example/{base}/
        variables: { region: { default: eu }, base: { default: v1 } }
    security: [{ token: [] }]
    paths:
      /orders/{id}:
        description: "**All** of it, see [the manual]: for *everybody* who asks"
        parameters:
          - { name: id, in: path, required: true, schema: { type: integer }, example: 17 }
        get:
          parameters:
            - { name: currency, in: query, required: true, schema: { type: string, enum: [EUR, USD] } }
            - { name: page, in: query, schema: { type: integer } }
          responses: { "200": { description: fine, content: { "*/*": {} } } }
        delete: { security: [{ token: [orders] }], responses: {} }
      /health:
        get: { security: [], responses: { 200: { description: up } } }
      /catalogue:
        get: { security: [{}, { token: [] }], responses: {} }
      /files/{name}/{part}:
        servers: [{ url: /files-api }]
        get:
          parameters: [{ $ref: "#/components/parameters/Name" }, { $ref: other.yaml#/Part }]
          responses: {}
      x-internal: { get: nothing }
    components:
      securitySchemes: { token: { type: http, scheme: bearer } }
      parameters:
        Name: { name: name, in: path, required: true, schema: { $ref: "#/components/schemas/Name" } }
      schemas:
        Name: { type: string, default: readme }

    """

  @Test("3.0: base path, requirements of the whole and of operations, parameters from examples, enumerations, defaults")
  func versionThreeZero() throws {
    let loaded = Self.load(Self.threeZero)
    #expect(loaded.diagnostics.map(\.summary) == [])
    #expect(
      Self.operations(loaded.value) == [
        "GET /v1/orders/{id} protected", "DELETE /v1/orders/{id} protected", "GET /v1/health public",
        "GET /v1/catalogue public", "GET /files-api/files/{name}/{part} protected",
      ])
    let operations = loaded.value?["operations"]
    #expect(
      operations?[0]?["parameters"] == [
        ["name": "id", "in": "path", "value": "17", "isInvented": false],
        ["name": "currency", "in": "query", "value": "EUR", "isInvented": false],
      ])
    #expect(
      operations?[4]?["parameters"] == [
        ["name": "name", "in": "path", "value": "readme", "isInvented": false],
        ["name": "part", "in": "path", "value": "1", "isInvented": true],
      ])
    #expect(OpenAPIDocument.schema.violations(of: loaded.value ?? nil) == [])
  }

  @Test("3.1 in JSON: path items by reference, lists of types, values made up by format")
  func versionThreeOne() {
    let loaded = Self.load(
      #"""
      {
        "openapi": "3.1.0", "info": { "title": "Emoji \ud83d\ude00", "version": "1" },
        "paths": {
          "/users/{id}": { "$ref": "#/components/pathItems/User" },
          "/days/{day}/{n}": { "get": { "parameters": [
            { "name": "day", "in": "path", "schema": { "type": ["null", "string"], "format": "date" } },
            { "name": "n", "in": "path", "schema": { "type": ["integer", "null"], "minimum": 5 } } ] } }
        },
        "components": {
          "securitySchemes": { "key": { "type": "apiKey", "in": "header", "name": "X-Key" } },
          "pathItems": { "User": {
            "get": { "security": [ { "key": [] } ],
              "parameters": [ { "name": "id", "in": "path", "schema": { "type": "string", "format": "uuid" } } ] } } }
        }
      }
      """#)
    #expect(loaded.diagnostics.map(\.summary) == [])
    #expect(Self.operations(loaded.value) == ["GET /users/{id} protected", "GET /days/{day}/{n} public"])
    let operations = loaded.value?["operations"]
    #expect(operations?[0]?["parameters"]?[0]?["value"] == "00000000-0000-4000-8000-000000000001")
    #expect(operations?[1]?["parameters"]?.array?.compactMap { $0["value"]?.string } == ["2020-01-01", "5"])
  }

  @Test("Swagger 2: base path, definitions of security, values in the parameter itself")
  func swagger() {
    let loaded = Self.load(
      """
      swagger: 2.0
      basePath: /api/
      securityDefinitions: { key: { type: apiKey, in: header, name: X-Key } }
      paths:
        /pets/{kind}:
          get:
            security: [{ key: [] }]
            parameters: [{ name: kind, in: path, required: true, type: string, enum: [cat, dog] }]
          post: {}
      """)
    #expect(loaded.diagnostics.map(\.summary) == [])
    #expect(Self.operations(loaded.value) == ["GET /api/pets/{kind} protected", "POST /api/pets/{kind} public"])
    #expect(loaded.value?["operations"]?[0]?["parameters"]?[0]?["value"] == "cat")
  }

  @Test("a document that says nothing about security declares no access")
  func silent() {
    let loaded = Self.load("openapi: 3.0.0\npaths: { /a: { get: {} } }")
    #expect(Self.operations(loaded.value) == ["GET /a undeclared"])
  }

  static let broken: [(String, [String])] = [
    ("", ["1:1 empty: the file is empty"]),
    ("- a", ["1:1 wrong-type: an OpenAPI document must be an object"]),
    ("info: {}", ["1:1 missing-key: the document needs the key `openapi` or `swagger`"]),
    ("openapi: 2.9.0\npaths: {}", ["1:10 openapi-version: there is no OpenAPI version `2.9.0`"]),
    ("swagger: '1.2'\npaths: {}", ["1:10 openapi-version: there is no Swagger version `1.2`"]),
    ("openapi: 3.1.0", ["1:1 missing-key: the document needs the key `paths`"]),
    ("openapi: 3.1.0\npaths: []", ["2:8 wrong-type: `paths` must be an object"]),
    ("openapi: 3.1.0\npaths:\n  orders: {}", ["3:3 malformed: a path must begin with /"]),
    ("openapi: 3.1.0\npaths:\n  /a/{b: {}", ["3:3 malformed: the braces of this path do not match"]),
    ("openapi: 3.1.0\npaths:\n  /a: 7", ["3:7 wrong-type: a path must be an object"]),
    ("openapi: 3.1.0\npaths:\n  /a:\n    gett: {}", ["4:5 unknown-key: unknown key `gett`"]),
    ("openapi: 3.1.0\npaths:\n  /a:\n    get: yes please", ["4:10 wrong-type: `get` must be an object"]),
    (
      "openapi: 3.1.0\nsecurity: [{ tokn: [] }]\npaths: {}\ncomponents: { securitySchemes: { token: {} } }",
      ["2:14 unknown-security-scheme: there is no security scheme `tokn`"]
    ),
    ("openapi: 3.1.0\npaths:\n  /a:\n    get: { security: token }", ["4:22 wrong-type: `security` must be a list"]),
    (
      "openapi: 3.1.0\npaths:\n  /a: { $ref: '#/components/pathItems/A' }",
      ["3:15 reference: `#/components/pathItems/A` leads nowhere"]
    ),
    ("openapi: 3.1.0\npaths:\n  /a: { $ref: a.yaml }", ["3:15 reference: `a.yaml` leads out of this document"]),
    ("openapi: 3.1.0\npaths:\n  /a: { $ref: '#/paths/~1a' }", ["3:15 reference: this reference leads in a circle"]),
    (
      "openapi: 3.1.0\npaths:\n  /a:\n    get:\n      parameters: [{ name: x }]",
      ["5:20 missing-key: a parameter needs the keys `name` and `in`"]
    ),
    (
      "openapi: 3.1.0\nservers: [{ url: 'https://{h}/' }]\npaths:\n  /a: { get: {} }",
      ["2:18 malformed: a variable in the server's url has no default"]
    ),
    ("openapi: 3.1.0\npaths:\n  /a: {}\n  /a: {}", ["4:3 duplicate-key: the key `/a` stands twice"]),
    ("{\"openapi\": \"3.1.0\", \"paths\": {\"/a\": }", ["1:1 yaml-syntax"]),
  ]

  @Test("what is wrong is told at its place", arguments: broken)
  func brokenDocument(_ text: String, _ expected: [String]) {
    let loaded = Self.load(text)
    #expect(loaded.value == nil)
    let found = loaded.diagnostics.map(\.summary)
    #expect(found.count == expected.count && zip(found, expected).allSatisfy { $0.hasPrefix($1) }, "\(found)")
    #expect(loaded.diagnostics.allSatisfy { $0.location.path == Self.file })
  }

  // MARK: Through the inventory

  static func inventory(_ fields: String, document: String = threeZero) -> Loaded<InventoryFile> {
    let kind = TargetKind(
      name: "web", summary: "an endpoint", fields: [.init("openapi", .string(.openAPIDocument), "what it offers")])
    let resolver = SecretResolver(environment: [:]) { path in
      path == "/audit/openapi.yaml" ? .success(document) : .failure(SecretResolver.Unreadable(reason: "no such file"))
    }
    return Definitions.inventory(
      Fixtures.file(
        "system: shop\nenvironment: test\ntargets:\n  - id: web\n    kind: web\n    \(fields)\n",
        "/audit/prodworthy.yaml"),
      vocabulary: Vocabulary(targetKinds: [kind], probes: [], checklist: []), resolve: resolver)
  }

  @Test("a target holds what its document says instead of its path")
  func resolved() {
    let loaded = Self.inventory("openapi: ./openapi.yaml")
    #expect(loaded.diagnostics.map(\.summary) == [])
    #expect(loaded.value?.inventory.targets.first?.settings["openapi"]?["version"] == "3.0.3")
  }

  @Test("a missing document is told in the inventory, a broken one in itself")
  func unusable() {
    #expect(
      Self.inventory("openapi: other.yaml").diagnostics.map(\.summary) == [
        "6:14 document: `openapi`: other.yaml cannot be read: no such file"
      ])
    let broken = Self.inventory("openapi: openapi.yaml", document: "openapi: 3.1.0\npaths: 3").diagnostics
    #expect(broken.map(\.summary) == ["2:8 wrong-type: `paths` must be an object"])
    #expect(broken.map(\.location.path) == ["/audit/openapi.yaml"])
    #expect(
      Self.inventory("openapi: 7").diagnostics.map(\.summary) == [
        "6:14 wrong-type: `openapi` must be text, not a number"
      ])
  }

  @Test("a check may ask what a document says")
  func declaration() {
    let kind = TargetKind(name: "web", summary: "", fields: [.init("openapi", .string(.openAPIDocument), "")])
    let vocabulary = Vocabulary(targetKinds: [kind], probes: [], checklist: [])
    #expect(vocabulary.declaration(of: ["web"]) == .object([.init("openapi", OpenAPIDocument.schema, "")]))
  }
}
