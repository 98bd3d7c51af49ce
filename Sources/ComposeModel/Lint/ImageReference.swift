/// The name of an image, `[REGISTRY[:PORT]/]PATH[:TAG][@DIGEST]`.
package struct ImageReference: Sendable, Equatable {
  /// The registry's host, with its port; empty for the default one.
  package var registry: String
  /// The path in the registry.
  package var path: String
  package var tag: String?
  /// `sha256:…`
  package var digest: String?

  package init(_ text: String) {
    var rest = text[...]
    if let sign = rest.firstIndex(of: "@") {
      digest = String(rest[rest.index(after: sign)...])
      rest = rest[..<sign]
    }
    registry = ""
    if let slash = rest.firstIndex(of: "/") {
      let first = rest[..<slash]
      if first.contains(".") || first.contains(":") || first == "localhost" {
        registry = String(first)
        rest = rest[rest.index(after: slash)...]
      }
    }
    if let colon = rest.lastIndex(of: ":") {
      tag = String(rest[rest.index(after: colon)...])
      rest = rest[..<colon]
    }
    path = String(rest)
  }

  /// The last part of the path: what most images of one program share.
  package var name: String { path.split(separator: "/").last.map { $0.lowercased() } ?? "" }

  /// Tags that move with every release.
  private static let floating: Set<String> = [
    "latest", "stable", "edge", "test", "testing", "nightly", "dev", "develop", "devel", "beta", "alpha", "canary",
    "lts",
    "main", "master", "trunk", "current", "rolling", "unstable", "next", "mainline", "snapshot",
  ]

  /// Whether the tag, or the lack of one, lets the image change from day to day.
  package var isFloating: Bool {
    guard digest == nil else { return false }
    guard let tag, !tag.isEmpty else { return true }
    // `stable-alpine` moves as `stable` does, and so does what names a variant only, such as `alpine`.
    let first = tag.lowercased().split(separator: "-").first.map(String.init) ?? ""
    return Self.floating.contains(first) || !tag.contains { $0.isASCII && $0.isNumber }
  }

  /// Whether the tag names a major version only, such as `15` or `20-alpine`.
  package var isMajorOnly: Bool {
    guard digest == nil, let first = tag?.split(separator: "-").first else { return false }
    let number = first.hasPrefix("v") ? first.dropFirst() : first
    return !number.isEmpty && number.utf8.allSatisfy { (48...57).contains($0) } && number.utf8.count < 5
  }

  /// The major version in the tag, if it begins with one.
  package var major: Int? {
    guard let tag else { return nil }
    let digits = (tag.hasPrefix("v") ? tag.dropFirst() : tag[...]).prefix { $0.isASCII && $0.isNumber }
    return Int(digits)
  }
}
