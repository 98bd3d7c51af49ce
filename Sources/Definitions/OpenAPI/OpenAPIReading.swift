import Facts

/// Reads the operations of one document. The versions differ in where things stand, not in what they mean.
struct OpenAPIReading {
  let root: LocatedValue
  var problems: Problems

  /// The methods a path item may hold (OpenAPI 3.1 section 4.8.9).
  static let methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace"]
  /// What else a path item may hold.
  private static let itemKeys = ["summary", "description", "servers", "parameters", "$ref"]

  /// Whether it follows version 2, where base path and parameters are written otherwise.
  private(set) var isSwagger = false
  private var security = OpenAPISecurity()

  init(root: LocatedValue, problems: Problems) {
    self.root = root
    self.problems = problems
  }

  mutating func run() -> JSONValue? {
    guard root.value.object != nil else {
      problems.add("wrong-type", "an OpenAPI document must be an object", at: root.span)
      return nil
    }
    guard let version = version() else { return nil }
    guard let paths = root.member("paths") else {
      problems.add("missing-key", "the document needs the key `paths`", at: root.span)
      return nil
    }
    guard paths.value.value.object != nil else {
      problems.add("wrong-type", "`paths` must be an object", at: paths.value.span)
      return nil
    }
    security = OpenAPISecurity(of: root, isSwagger: isSwagger, &problems)
    var operations: [JSONValue] = []
    for path in paths.value.members where !path.name.hasPrefix("x-") { operations += self.operations(at: path) }
    return [
      "version": .string(version), "operations": .array(Array(operations.prefix(OpenAPIDocument.mostOperations))),
      "omitted": .integer(max(0, operations.count - OpenAPIDocument.mostOperations)),
    ]
  }

  private mutating func version() -> String? {
    if let member = root.member("swagger") {
      let text = member.value.string ?? member.value.plainText ?? member.value.value.plainText
      guard text == "2.0" else {
        problems.add(
          "openapi-version", "there is no Swagger version `\(text)`", at: member.value.span, fix: "known is 2.0")
        return nil
      }
      isSwagger = true
      return text
    }
    guard let member = root.member("openapi") else {
      problems.add(
        "missing-key", "the document needs the key `openapi` or `swagger`", at: root.span,
        fix: "name the version: openapi: 3.1.0")
      return nil
    }
    let text = member.value.string ?? member.value.plainText ?? member.value.value.plainText
    guard text == "3.0" || text == "3.1" || text.hasPrefix("3.0.") || text.hasPrefix("3.1.") else {
      problems.add(
        "openapi-version", "there is no OpenAPI version `\(text)`", at: member.value.span,
        fix: "known are 3.0.x and 3.1.x")
      return nil
    }
    return text
  }

  // MARK: Operations

  private mutating func operations(at path: LocatedValue.Member) -> [JSONValue] {
    guard path.name.hasPrefix("/") else {
      problems.add("malformed", "a path must begin with /", at: path.nameSpan)
      return []
    }
    guard OpenAPITemplate.isBalanced(path.name) else {
      problems.add("malformed", "the braces of this path do not match", at: path.nameSpan)
      return []
    }
    guard let item = resolved(path.value, called: "a path") else { return [] }
    var found: [JSONValue] = []
    for member in item.members where !member.name.hasPrefix("x-") {
      guard Self.methods.contains(member.name) else {
        if !Self.itemKeys.contains(member.name) {
          problems.add(
            "unknown-key", "unknown key `\(member.name)`", at: member.nameSpan,
            fix: Suggestion.phrase(member.name, among: Self.methods + Self.itemKeys, label: "allowed are"))
        }
        continue
      }
      if let operation = operation(member, of: item, at: path) { found.append(operation) }
    }
    return found
  }

  private mutating func operation(
    _ member: LocatedValue.Member, of item: LocatedValue, at path: LocatedValue.Member
  ) -> JSONValue? {
    let operation = member.value
    guard operation.value.object != nil else {
      problems.add("wrong-type", "`\(member.name)` must be an object", at: operation.span)
      return nil
    }
    let base = basePath(operation["servers"] ?? item["servers"] ?? root["servers"])
    let parameters = parameters(of: operation, in: item, path: path.name)
    return [
      "method": .string(member.name.uppercased()), "path": .string(base + path.name),
      "access": .string(security.access(of: operation, &problems).rawValue), "parameters": .array(parameters),
    ]
  }

  // MARK: Base path

  /// The path of the first server, or of `basePath`, without a slash at its end.
  private mutating func basePath(_ servers: LocatedValue?) -> String {
    if isSwagger {
      guard let base = root["basePath"] else { return "" }
      guard let text = base.string, text.hasPrefix("/") else {
        problems.add("malformed", "`basePath` must be a path that begins with /", at: base.span)
        return ""
      }
      return Self.withoutSlash(text)
    }
    guard let server = servers?.elements.first else { return "" }
    guard let url = server["url"], var text = url.string else {
      problems.add("missing-key", "a server needs the key `url`", at: server.span)
      return ""
    }
    for variable in server["variables"]?.members ?? [] {
      let value = variable.value["default"].flatMap { $0.string ?? $0.plainText } ?? ""
      text = text.split(separator: "{\(variable.name)}", omittingEmptySubsequences: false).joined(separator: value)
    }
    guard !text.contains("{") else {
      problems.add("malformed", "a variable in the server's url has no default", at: url.span)
      return ""
    }
    if let scheme = text.firstRange(of: "://") {
      let rest = text[scheme.upperBound...]
      text = rest.firstIndex(of: "/").map { String(rest[$0...]) } ?? ""
    }
    text = String(text.prefix { $0 != "?" && $0 != "#" })
    return Self.withoutSlash(text.isEmpty || text.hasPrefix("/") ? text : "/" + text)
  }

  private static func withoutSlash(_ path: String) -> String {
    var path = path[...]
    while path.last == "/" { path.removeLast() }
    return String(path)
  }
}
