import AuditModel
import Facts
import HTTPExchange

/// One kind of request that the inventory, or an OpenAPI document it names, says something about.
struct DeclaredRoute: Sendable {
  /// Who is to be answered.
  enum Access: String, Sendable, CaseIterable {
    /// Anybody.
    case `public`
    /// Whoever presents credentials.
    case protected
    /// Neither strangers nor the identity behind `bearer`: somebody with more rights.
    case forbidden
  }

  /// The identities an inventory can give, by the names of their fields.
  enum Identity: String, Sendable, CaseIterable {
    case bearer, otherBearer

    /// The one that is not this one.
    var other: Identity { self == .bearer ? .otherBearer : .bearer }
  }

  var method: HTTPMethod
  /// Path and query, beginning with `/`.
  var path: String
  var access: Access
  /// Whose object it is: the other identity may not see it. Nil where any identity may.
  var owner: Identity?
  /// Strangers are told that there is no such thing.
  var isHidden = false
  /// A parameter's value was made up, so that there may be no such thing.
  var isInvented = false

  /// Neither changes nor sends anything.
  var isSafe: Bool { HTTPMethod.safe.contains(method) }
  /// What a report calls it.
  var name: String { "\(method.rawValue) \(path)" }
  /// Strangers are to be refused.
  var isGuarded: Bool { access != .public }
}

/// What is declared about the routes of one target.
struct DeclaredRoutes: Sendable {
  /// The most routes that are looked at.
  static let limit = 200

  /// At most `limit`: those of the inventory in its order, then those of the document.
  private(set) var routes: [DeclaredRoute] = []
  /// How many more are declared.
  private(set) var omitted = 0
  /// How many operations the document describes without saying who may call them.
  private(set) var undeclared = 0

  /// Reads the target's declaration. Where inventory and document speak of the same request, the inventory holds.
  init(of target: Target) {
    var known: Set<String> = []
    for value in target.settings["routes"]?.array ?? [] {
      if let route = Self.route(value), known.insert(route.name).inserted { add(route) }
    }
    let values = target.settings["parameters"]?.object ?? [:]
    for operation in target.settings["openapi"]?["operations"]?.array ?? [] {
      guard let route = Self.route(operation, filledWith: values) else {
        undeclared += 1
        continue
      }
      if known.insert(route.name).inserted { add(route) }
    }
    omitted += target.settings["openapi"]?["omitted"]?.integer ?? 0
  }

  private mutating func add(_ route: DeclaredRoute) {
    if routes.count < Self.limit { routes.append(route) } else { omitted += 1 }
  }

  private static func route(_ value: JSONValue) -> DeclaredRoute? {
    guard let path = value["path"]?.string, let method = HTTPMethod(rawValue: value["method"]?.string ?? "GET"),
      let access = value["access"]?.string.flatMap(DeclaredRoute.Access.init)
    else { return nil }
    return DeclaredRoute(
      method: method, path: path, access: access,
      owner: access == .protected ? value["owner"]?.string.flatMap(DeclaredRoute.Identity.init) : nil,
      isHidden: value["hidden"]?.bool ?? false)
  }

  /// An operation with its parameters filled; nil where the document says nothing about its access.
  private static func route(_ operation: JSONValue, filledWith values: JSONObject) -> DeclaredRoute? {
    guard var path = operation["path"]?.string, let method = operation["method"]?.string.flatMap(HTTPMethod.init),
      let access = operation["access"]?.string.flatMap(DeclaredRoute.Access.init)
    else { return nil }
    var query: [String] = []
    var isInvented = false
    for parameter in operation["parameters"]?.array ?? [] {
      guard let name = parameter["name"]?.string else { continue }
      let declared = values[name].flatMap { $0.isNull ? nil : $0.plainText }
      let value = declared ?? parameter["value"]?.string ?? "1"
      if parameter["in"] == "query" {
        query.append("\(encoded(name))=\(encoded(value))")
      } else {
        path = path.split(separator: "{\(name)}", omittingEmptySubsequences: false).joined(separator: encoded(value))
        if declared == nil, parameter["isInvented"]?.bool ?? false { isInvented = true }
      }
    }
    return DeclaredRoute(
      method: method, path: path + (query.isEmpty ? "" : "?" + query.joined(separator: "&")), access: access,
      isInvented: isInvented)
  }

  /// Everything but the unreserved characters percent-encoded (RFC 3986 section 2.3).
  private static func encoded(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        bytes.append(byte)
      default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
