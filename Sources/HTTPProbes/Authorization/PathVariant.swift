import HTTPExchange

/// Another way to write a request, which what guards a route and what serves it may read differently.
struct PathVariant: Sendable {
  /// A stable word for it.
  var name: String
  /// The request for a path and its query, without credentials.
  var request: @Sendable (_ url: HTTPURL, _ path: String, _ query: String) -> HTTPRequest

  /// Every variant. All methods are safe ones, or one that no server can have a meaning for.
  static let all: [PathVariant] = [
    PathVariant(name: "trailingSlash") { $0.get(($1.hasSuffix("/") ? String($1.dropLast()) : $1 + "/") + $2) },
    PathVariant(name: "doubledSlash") { $0.get("/" + $1 + $2) },
    PathVariant(name: "innerDoubledSlash") { $0.get(beforeLast($1, inserting: "/") + $2) },
    PathVariant(name: "otherCase") { $0.get(inOtherCase($1) + $2) },
    PathVariant(name: "pathParameter") { $0.get($1 + ";a=b" + $2) },
    PathVariant(name: "dotSegment") { $0.get("/." + $1 + $2) },
    PathVariant(name: "encodedDotSegment") { $0.get("/%2e" + $1 + $2) },
    PathVariant(name: "encodedLetter") { $0.get(withEncodedLetter($1) + $2) },
    PathVariant(name: "parentWithParameter") { $0.get("/prodworthy/..;" + $1 + $2) },
    PathVariant(name: "parentSegment") { $0.get("/prodworthy/.." + $1 + $2) },
    PathVariant(name: "jsonSuffix") { $0.get($1 + ".json" + $2) },
    PathVariant(name: "originalURL") { HTTPRequest(.get, $0.with(target: "/"), fields: [("X-Original-URL", $1 + $2)]) },
    PathVariant(name: "rewriteURL") { HTTPRequest(.get, $0.with(target: "/"), fields: [("X-Rewrite-URL", $1 + $2)]) },
    PathVariant(name: "forwardedForLoopback") {
      HTTPRequest(
        .get, $0.with(target: $1 + $2), fields: [("X-Forwarded-For", "127.0.0.1"), ("X-Real-IP", "127.0.0.1")])
    },
    PathVariant(name: "methodOverride") {
      HTTPRequest(
        .options, $0.with(target: $1 + $2),
        fields: [("X-HTTP-Method-Override", "GET"), ("X-HTTP-Method", "GET"), ("X-Method-Override", "GET")])
    },
    PathVariant(name: "inventedMethod") { HTTPRequest(.invented, $0.with(target: $1 + $2)) },
  ]

  /// The request for the target of a URL.
  func request(for url: HTTPURL) -> HTTPRequest {
    request(url, String(url.path), String(url.target.dropFirst(url.path.count)))
  }

  private static func beforeLast(_ path: String, inserting text: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return path }
    return path[..<slash] + text + path[slash...]
  }

  private static func inOtherCase(_ path: String) -> String {
    let upper = path.uppercased()
    return upper == path ? path.lowercased() : upper
  }

  private static func lastSlashBeforeLetter(_ path: String) -> String.Index {
    path.indices.last { path[$0] == "/" && path[$0...].contains(where: \.isLetter) } ?? path.startIndex
  }

  /// The first letter of the last segment that has one, percent-encoded.
  private static func withEncodedLetter(_ path: String) -> String {
    let slash = lastSlashBeforeLetter(path)
    guard let letter = path[slash...].firstIndex(where: { $0.isASCII && $0.isLetter }),
      let code = path[letter].asciiValue
    else { return path }
    return path[..<letter] + "%" + String(code, radix: 16) + path[path.index(after: letter)...]
  }
}

extension HTTPMethod {
  /// A method that nobody has defined.
  static let invented = HTTPMethod(rawValue: "PRODWORTHY") ?? .get
}

extension HTTPURL {
  fileprivate func get(_ target: String) -> HTTPRequest { HTTPRequest(.get, with(target: target)) }
}
