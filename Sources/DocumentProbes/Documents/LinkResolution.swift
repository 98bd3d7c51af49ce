/// Whether links between files lead somewhere.
struct LinkResolution: Sendable {
  /// The folder beyond which nothing is looked at: the top of the repository, or the folder of the documents.
  let root: String
  /// The anchors of the Markdown file at an absolute path; nil where it cannot be read.
  let anchors: @Sendable (String) -> Set<String>?

  init(root: String, anchors: @escaping @Sendable (String) -> Set<String>?) {
    self.root = root
    self.anchors = anchors
  }

  /// What came of following one link.
  enum Result: Hashable {
    /// It leads to a file, a folder or a place in a file.
    case resolves
    /// It leads nowhere, and why.
    case broken(String)
    /// It cannot be told from here, and why.
    case unknown(String)
    /// It leads to another server, a mailbox, a telephone.
    case elsewhere
  }

  /// Follows `destination` from the file at an absolute path.
  func follow(_ destination: String, from file: String) -> Result {
    if Self.isElsewhere(destination) { return .elsewhere }
    let (rawPath, fragment) = Self.split(destination)
    guard let path = PathText.decoded(rawPath) else { return .broken("its escapes are no UTF-8") }
    if path.utf8.contains(0) { return .broken("a NUL character stands in it") }
    var target = file
    if !path.isEmpty {
      let whole = path.hasPrefix("/") ? "\(root)/\(path)" : "\(PathText.folder(of: file))/\(path)"
      guard let normal = PathText.normalized(whole), PathText.relative(normal, to: root) != nil else {
        return .unknown("it leads out of \(PathText.name(of: root))")
      }
      target = normal
      guard FileReading.exists(target) else { return .broken("there is no \(path)") }
    }
    guard let fragment, !fragment.isEmpty, fragment.lowercased() != "top" else { return .resolves }
    guard Self.isMarkdown(target) else { return .resolves }
    guard let known = anchors(target) else { return .unknown("\(PathText.name(of: target)) cannot be read") }
    let name = PathText.decoded(fragment) ?? fragment
    // Browsers fall back on nothing, but generators write anchors in lower case.
    return known.contains(name) || known.contains(name.lowercased())
      ? .resolves : .broken("\(PathText.name(of: target)) has no heading or anchor #\(name)")
  }

  /// Path and fragment, the query left out.
  static func split(_ destination: String) -> (path: String, fragment: String?) {
    var path = destination[...]
    var fragment: String?
    if let sign = path.firstIndex(of: "#") {
      fragment = String(path[path.index(after: sign)...])
      path = path[..<sign]
    }
    if let query = path.firstIndex(of: "?") { path = path[..<query] }
    return (String(path), fragment)
  }

  /// Whether it begins with a scheme (RFC 3986 section 3.1) or names a server.
  static func isElsewhere(_ destination: String) -> Bool {
    if destination.hasPrefix("//") { return true }
    guard let colon = destination.firstIndex(of: ":"), let first = destination.first, first.isASCII, first.isLetter
    else { return false }
    let scheme = destination[..<colon]
    return scheme.count > 1
      && scheme.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "+" || $0 == "-" || $0 == ".") }
  }

  static func isMarkdown(_ path: String) -> Bool {
    let lower = path.lowercased()
    return [".md", ".markdown", ".mdown", ".mkd"].contains(where: lower.hasSuffix)
  }
}
