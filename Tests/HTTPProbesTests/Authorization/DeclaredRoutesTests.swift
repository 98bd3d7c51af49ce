import AuditModel
import Facts
import Testing

@testable import HTTPProbes

@Suite("Declared routes")
struct DeclaredRoutesTests {
  private static func routes(_ settings: JSONObject) -> DeclaredRoutes {
    DeclaredRoutes(of: Target(id: "web", kind: "http", settings: settings))
  }

  private static func operation(_ path: String, _ access: String, _ parameters: [JSONValue] = []) -> JSONValue {
    ["method": "GET", "path": .string(path), "access": .string(access), "parameters": .array(parameters)]
  }

  @Test("parameters are filled, declared values before the document's own, and encoded")
  func parameters() {
    let found = Self.routes([
      "parameters": ["id": 17, "name": "a b/c"],
      "openapi": [
        "omitted": 3,
        "operations": [
          Self.operation(
            "/orders/{id}/{name}", "protected",
            [
              ["name": "id", "in": "path", "value": "1", "isInvented": true],
              ["name": "name", "in": "path", "value": "x", "isInvented": false],
              ["name": "currency", "in": "query", "value": "EUR&x=1", "isInvented": false],
            ]),
          Self.operation("/users/{u}", "public", [["name": "u", "in": "path", "value": "1", "isInvented": true]]),
          Self.operation("/silent", "undeclared"),
        ],
      ],
    ])
    #expect(found.routes.map(\.name) == ["GET /orders/17/a%20b%2Fc?currency=EUR%26x%3D1", "GET /users/1"])
    #expect(found.routes.map(\.isInvented) == [false, true])
    #expect(found.undeclared == 1)
    #expect(found.omitted == 3)
  }

  @Test("the inventory holds where the document says otherwise, and no more than two hundred are asked")
  func precedence() {
    let found = Self.routes([
      "routes": [["path": "/a", "access": "public"]], "openapi": ["operations": [Self.operation("/a", "protected")]],
    ])
    #expect(found.routes.map(\.access) == [.public])
    let many = Self.routes([
      "routes": .array((0..<250).map { ["path": .string("/r/\($0)"), "access": "protected"] })
    ])
    #expect(many.routes.count == 200)
    #expect(many.omitted == 50)
  }

  @Test("the shape of routes is strict")
  func shape() {
    let schema = Schema.object(RouteFields.all)
    func isSound(_ route: JSONValue) -> Bool { schema.violations(of: ["routes": [route]]).isEmpty }
    #expect(isSound(["path": "/a?b=c", "method": "DELETE", "access": "protected", "owner": "bearer", "hidden": true]))
    for broken: JSONValue in [
      ["path": "/a"], ["path": "a", "access": "public"], ["path": "/a b", "access": "public"],
      ["path": "/a", "access": "private"], ["path": "/a", "access": "public", "metod": "GET"],
      ["path": "/a", "access": "public", "method": "FETCH"], ["path": "/a", "access": "protected", "owner": "alice"],
    ] {
      #expect(!isSound(broken), "\(broken)")
    }
  }
}
