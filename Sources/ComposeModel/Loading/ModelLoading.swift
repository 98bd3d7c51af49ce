import AuditModel
import Definitions

extension ComposeProject {
  /// Loads a model. Never throws: what is wrong is among its problems, and as much is there as could be read.
  package static func loaded(from sources: ComposeSources) -> ComposeProject {
    var loading = ModelLoading(sources)
    return loading.project()
  }
}

/// Reads compose files into one model, included and extended ones with them.
struct ModelLoading {
  let sources: ComposeSources
  var problems: [ComposeProblem] = []
  var unset: [ComposeProject.UnsetVariable] = []
  /// The variables of included projects, by the names of the files that are read for them: files of variables that those name
  /// are read with these.
  private(set) var includedEnvironments: [String: [String: String]] = [:]
  /// Files by their absolute path: each is parsed once.
  private var parsed: [String: [ComposeNode]?] = [:]

  /// How many files one model may be made of.
  private static let mostFiles = 200

  init(_ sources: ComposeSources) { self.sources = sources }

  /// What is the same for all files of one (sub-)project.
  struct Context {
    /// Absolute; paths are relative to it.
    var folder: String
    var environment: [String: String]
    /// The files through which it was included.
    var includedThrough: [String] = []
    /// Where `extends` looks for its base: among services or jobs.
    var section = "services"
  }

  mutating func add(_ code: String, _ message: String, at place: SourceLocation) {
    problems.append(ComposeProblem(code, message, at: place))
  }

  /// Adds problems that are not yet known: a merged model is checked once for each file.
  mutating func add(_ further: [ComposeProblem]) {
    let known = Set(problems)
    problems += further.filter { !known.contains($0) }
  }

  /// Remembers the variables of an included project for one of its files. The first project that reads it counts.
  mutating func keep(_ context: Context, for file: ComposeSources.File) {
    guard !context.includedThrough.isEmpty, includedEnvironments[file.shown] == nil else { return }
    includedEnvironments[file.shown] = context.environment
  }

  mutating func project() -> ComposeProject {
    let first = sources.files.first ?? ComposeSources.File(shown: "compose.yaml", path: "/compose.yaml")
    let start = SourceLocation(path: first.shown, line: 1, column: 1)
    var context = Context(folder: PathText.folder(of: first.path), environment: sources.environment)
    readEnvironmentFiles(into: &context, first)
    let name = projectName(in: context)
    context.environment["COMPOSE_PROJECT_NAME"] = name
    var root = merged(sources.files, in: context)
    if root.map?.isEmpty != false, problems.isEmpty { add("empty", "the compose file is empty", at: start) }
    var finishing = Finishing(
      name: name, context: context, includedEnvironments: includedEnvironments, sources: sources, problems: problems)
    finishing.finish(&root, unset: &unset)
    return finishing.project(root, unset: unset)
  }

  // MARK: Variables

  private mutating func readEnvironmentFiles(into context: inout Context, _ first: ComposeSources.File) {
    let own = context.environment
    if sources.environmentFiles.isEmpty {
      let file = PathText.beside(first, in: context.folder, ".env")
      if let bytes = try? sources.read(file.path) { add(bytes, of: file, to: &context.environment, under: own) }
    }
    for file in sources.environmentFiles {
      do throws(ComposeSources.Trouble) {
        add(try sources.read(file.path), of: file, to: &context.environment, under: own)
      } catch {
        add("unreadable", Self.words(error), at: SourceLocation(path: file.shown, line: 1, column: 1))
      }
    }
  }

  /// Adds the variables of one file, which those of `own` outweigh.
  mutating func add(
    _ bytes: [UInt8], of file: ComposeSources.File, to environment: inout [String: String], under own: [String: String]
  ) {
    guard bytes.count <= 1 << 20, let text = String(validating: bytes, as: UTF8.self) else {
      return add(
        "malformed", "this is no file of variables", at: SourceLocation(path: file.shown, line: 1, column: 1))
    }
    let known = environment
    do throws(EnvironmentFile.Fault) {
      for variable in try EnvironmentFile(text, outer: { known[$0] }).variables {
        if let value = variable.value, own[variable.name] == nil { environment[variable.name] = value }
      }
    } catch {
      add("malformed", error.message, at: SourceLocation(path: file.shown, line: error.line, column: 1))
    }
  }

  static func words(_ trouble: ComposeSources.Trouble) -> String {
    switch trouble {
    case .missing: "the file is missing"
    case .unreadable(let reason): "the file cannot be read: \(reason)"
    }
  }

  private mutating func projectName(in context: Context) -> String {
    var name = sources.projectName ?? context.environment["COMPOSE_PROJECT_NAME"] ?? ""
    if name.isEmpty {
      for file in sources.files {
        for document in documents(of: file, namedAt: nil) ?? [] {
          guard let text = document["name"]?.text else { continue }
          var interpolation = Interpolation { context.environment[$0] }
          if let value = try? interpolation.text(text), !value.isEmpty { name = value }
        }
      }
    }
    name = Self.normalized(name)
    if name.isEmpty { name = Self.normalized(PathText.name(of: context.folder)) }
    return name.isEmpty ? "default" : name
  }

  /// Lower case letters, digits, `-` and `_`, the first of them a letter or digit.
  static func normalized(_ name: String) -> String {
    let kept = name.lowercased().unicodeScalars.filter { scalar in
      switch scalar {
      case "a"..."z", "0"..."9", "-", "_": true
      default: false
      }
    }
    return String(String.UnicodeScalarView(kept).drop { $0 == "-" || $0 == "_" })
  }

  // MARK: Files

  /// The documents of a file; nil where it cannot be read, which is told at `place`, or at the file itself.
  mutating func documents(of file: ComposeSources.File, namedAt place: SourceLocation?) -> [ComposeNode]? {
    if let known = parsed[file.path] { return known }
    guard parsed.count < Self.mostFiles else {
      add(
        "too-many-files", "the model is made of more than \(Self.mostFiles) files",
        at: place ?? SourceLocation(path: file.shown, line: 1, column: 1))
      return nil
    }
    let documents = read(file, namedAt: place)
    parsed[file.path] = .some(documents)
    return documents
  }

  private mutating func read(_ file: ComposeSources.File, namedAt place: SourceLocation?) -> [ComposeNode]? {
    let start = place ?? SourceLocation(path: file.shown, line: 1, column: 1)
    let bytes: [UInt8]
    do throws(ComposeSources.Trouble) {
      bytes = try sources.read(file.path)
    } catch {
      add("unreadable", "\(file.shown): \(Self.words(error))", at: start)
      return nil
    }
    let loaded = Definitions.nodes(of: SourceFile(path: file.shown, bytes: bytes))
    guard let nodes = loaded.value else {
      add(loaded.diagnostics.map { ComposeProblem($0.code, $0.message, at: $0.location) })
      return nil
    }
    var reading = DocumentReading(path: file.shown)
    var documents: [ComposeNode] = []
    for node in nodes {
      let document = reading.node(node)
      if document.isNull { continue }
      guard document.map != nil else {
        add("wrong-type", "a compose file must be a map", at: document.place)
        return nil
      }
      documents.append(document)
    }
    add(reading.problems)
    return documents
  }

  // MARK: Merging

  /// The model that files make together, in its long form, paths as they are written.
  mutating func merged(_ files: [ComposeSources.File], in context: Context) -> ComposeNode {
    var root = ComposeNode(
      .map(ComposeMap()), at: SourceLocation(path: files.first?.shown ?? "", line: 1, column: 1))
    for file in files {
      for document in documents(of: file, namedAt: nil) ?? [] {
        var document = AdoptedExtensions.promoted(in: interpolated(document, in: context))
        applyExtends(to: &document, of: file, in: context)
        applyIncludes(to: &document, of: file, in: context)
        var merge = Merge()
        let whole = Uniqueness.enforced(merge.merged(root, with: document))
        add(merge.problems)
        add(ShapeCheck.problems(in: whole))
        var forms = LongForms()
        root = Uniqueness.enforced(forms.file(whole))
        add(forms.problems)
      }
    }
    return root
  }

  // MARK: Interpolation

  mutating func interpolated(_ node: ComposeNode, in context: Context, service: String? = nil) -> ComposeNode {
    var walk = InterpolationWalk(environment: context.environment)
    let result = walk.node(node, at: .root)
    add(walk.problems)
    let known = Set(unset)
    unset += walk.unset.filter { !known.contains($0) }
    return result
  }
}

/// Interpolates every text of a document.
private struct InterpolationWalk {
  let environment: [String: String]
  var problems: [ComposeProblem] = []
  var unset: [ComposeProject.UnsetVariable] = []

  mutating func node(_ node: ComposeNode, at path: TreePath) -> ComposeNode {
    switch node.content {
    case .text(let text):
      guard text.contains("$") else { return node }
      return interpolated(node, text, at: path)
    case .list(let list):
      return node.replaced(by: .list(list.map { self.node($0, at: path.appending("[]")) }))
    case .map(let map):
      var result = ComposeMap()
      for entry in map.entries {
        result.set(
          ComposeMap.Entry(
            name: entry.name, place: entry.place, value: self.node(entry.value, at: path.appending(entry.name))))
      }
      return node.replaced(by: .map(result))
    default: return node
    }
  }

  private mutating func interpolated(_ node: ComposeNode, _ text: String, at path: TreePath) -> ComposeNode {
    var interpolation = Interpolation { [environment] in environment[$0] }
    var result = node
    do throws(Interpolation.Fault) {
      result.content = .text(try interpolation.text(text))
      result.template = ComposeNode.Template(written: text, unset: interpolation.unset)
    } catch {
      result.template = ComposeNode.Template(written: text, unset: [], isUnresolved: true)
      switch error {
      case .malformed:
        problems.append(
          ComposeProblem(
            "malformed-variable", "`${` begins no variable here: write `$${` for the text itself", at: node.place))
      case .required(let name, let message):
        problems.append(
          ComposeProblem(
            "required-variable",
            "the variable \(name) is required and has no value\(message.isEmpty ? "" : ": \(message)")",
            at: node.place))
      case .tooDeep:
        problems.append(ComposeProblem("too-deep", "variables stand too deep in one another", at: node.place))
      }
    }
    let service = path.steps.count > 1 && path.steps[0] == "services" ? path.steps[1] : nil
    for name in interpolation.unset {
      unset.append(ComposeProject.UnsetVariable(name: name, place: node.place, service: service))
    }
    return result
  }
}
