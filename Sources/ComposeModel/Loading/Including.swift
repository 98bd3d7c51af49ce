import AuditModel

extension ModelLoading {
  private static let sections = ["services", "jobs", "volumes", "networks", "secrets", "configs", "models"]

  /// Loads what a document includes, each as a project of its own, and adds its resources to the document.
  mutating func applyIncludes(to document: inout ComposeNode, of file: ComposeSources.File, in context: Context) {
    guard var root = document.map, let include = root["include"] else { return }
    root["include"] = nil
    for entry in include.list ?? [] {
      let paths = Self.texts(entry.text == nil ? entry["path"] : entry)
      guard !paths.isEmpty else {
        add("wrong-type", "`include` must name a file", at: entry.place)
        continue
      }
      guard let imported = included(paths, entry, of: file, in: context) else { continue }
      for section in Self.sections {
        guard let new = imported[section]?.map else { continue }
        var there = root[section]?.map ?? ComposeMap()
        for resource in new.entries {
          if let own = there.entry(resource.name), own.value.json != resource.value.json {
            add(
              "conflict", "`\(resource.name)` of \(section) is also defined in an included file", at: own.place)
          } else {
            there.set(resource)
          }
        }
        root[section] = ComposeNode(.map(there), at: root[section]?.place ?? entry.place)
      }
    }
    document.content = .map(root)
  }

  private static func texts(_ node: ComposeNode?) -> [String] {
    if let text = node?.text { return [text] }
    return node?.list?.compactMap(\.text) ?? []
  }

  private mutating func included(
    _ paths: [String], _ entry: ComposeNode, of file: ComposeSources.File, in context: Context
  ) -> ComposeNode? {
    var files: [ComposeSources.File] = []
    for path in paths {
      guard !path.contains("://"), !path.hasPrefix("git@") else {
        add("remote", "files from elsewhere are not fetched: `include` names a URL", at: entry.place)
        return nil
      }
      let other = PathText.beside(file, in: context.folder, path)
      guard !context.includedThrough.contains(other.path), other.path != file.path else {
        add("circle", "\(other.shown) is included in a circle", at: entry.place)
        return nil
      }
      guard documents(of: other, namedAt: entry.place) != nil else { return nil }
      files.append(other)
    }
    guard let first = files.first else { return nil }
    var inner = context
    inner.includedThrough = context.includedThrough + [file.path] + files.map(\.path)
    inner.folder =
      entry["project_directory"]?.text.map { PathText.joined(context.folder, $0) }
      ?? PathText.folder(of: first.path)
    let own = context.environment
    let named = Self.texts(entry["env_file"])
    if named.isEmpty {
      let implied = ComposeSources.File(shown: "\(inner.folder)/.env", path: "\(inner.folder)/.env")
      if inner.folder != context.folder, let bytes = try? sources.read(implied.path) {
        add(bytes, of: implied, to: &inner.environment, under: own)
      }
    }
    for path in named where path != "/dev/null" {
      let other = PathText.beside(file, in: context.folder, path)
      do throws(ComposeSources.Trouble) {
        add(try sources.read(other.path), of: other, to: &inner.environment, under: own)
      } catch {
        add("unreadable", "\(other.shown): \(Self.words(error))", at: entry.place)
      }
    }
    for file in files { keep(inner, for: file) }
    var result = merged(files, in: inner)
    PassedVariables(environment: inner.environment).fill(&result)
    PathResolution(folder: inner.folder, home: inner.environment["HOME"]).resolve(&result)
    return result
  }
}
