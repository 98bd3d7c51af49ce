import Yams

/// Reads the documents of one YAML file into nodes with places.
struct YAMLNodeReader {
  /// What may stand inside one another at most, in levels.
  private static let deepest = 64
  /// How many nodes aliases may add.
  private static let mostAliased = 100_000

  private let source: SourceText
  private var problems: Problems
  private var aliased = 0
  private var furthest = Span.start

  static func read(_ file: SourceFile, masking masked: @escaping (String) -> String) -> Loaded<[YAMLNode]> {
    let text = YAMLText(file, upTo: YAMLText.largest, masking: masked)
    guard text.problems.isEmpty else { return Loaded(nil, text.problems.diagnostics) }
    var reader = YAMLNodeReader(text)
    let documents = reader.documents(in: text.text)
    return Loaded(documents, reader.problems.diagnostics)
  }

  private init(_ text: YAMLText) {
    source = text.source
    problems = text.problems
  }

  /// The conversion was given up; the reason is among the problems.
  private struct Abandoned: Error {}

  private mutating func documents(in text: String) -> [YAMLNode]? {
    do {
      let parser = try Parser(yaml: text, resolver: .basic, constructor: .default, encoding: .utf8)
      var documents: [YAMLNode] = []
      while let root = try parser.nextRoot() {
        furthest = Span.start
        documents.append(try node(root, depth: 1))
      }
      return documents
    } catch is Abandoned {
      return nil
    } catch {
      addSyntaxError(error)
      return nil
    }
  }

  private mutating func addSyntaxError(_ error: any Error) {
    switch error {
    case YamlError.duplicatedKeysInMapping(let names, let context):
      problems.add(
        "duplicate-key", "the key `\(names.first ?? "")` stands twice", at: span(of: context.mark),
        fix: "keep one of them")
    case YamlError.scanner(let context, let problem, let mark, _),
      YamlError.parser(let context, let problem, let mark, _),
      YamlError.composer(let context, let problem, let mark, _):
      // What is not closed ends with the file, but is mended where it begins.
      let isAtEnd = mark.line >= source.lineCount && source.scalar(at: span(of: mark)) == nil
      var place = span(of: isAtEnd ? context?.mark ?? mark : mark)
      if place.line > source.lineCount {
        place = Span(line: source.lineCount, column: source.scalars(ofLine: source.lineCount).count + 1)
      }
      if source.scalar(at: place) == "\t" {
        problems.add("tab", "a tab cannot indent YAML", at: place, fix: "indent with spaces")
      } else {
        problems.add("yaml-syntax", [problem, context?.text].compactMap { $0 }.joined(separator: " "), at: place)
      }
    default: problems.add("yaml-syntax", "this is not YAML", at: .start)
    }
  }

  private func span(of mark: Mark?) -> Span { Span(line: mark?.line ?? 1, column: mark?.column ?? 1) }

  private mutating func node(_ node: Node, depth: Int) throws(Abandoned) -> YAMLNode {
    let place = span(of: node.mark)
    guard depth <= Self.deepest else {
      problems.add("too-deep", "nested deeper than \(Self.deepest) levels", at: place)
      throw Abandoned()
    }
    // Places only ever grow in a file: one that lies behind was reached through an alias.
    if (place.line, place.column) < (furthest.line, furthest.column) {
      aliased += 1
      guard aliased <= Self.mostAliased else {
        problems.add("too-many-aliases", "aliases add more than \(Self.mostAliased) values", at: furthest)
        throw Abandoned()
      }
    } else {
      furthest = place
    }
    switch node {
    case .scalar(let scalar):
      let isPlain = scalar.style == .plain || scalar.style == .any
      return made(.scalar(scalar.string, isPlain: isPlain), tag(scalar.tag), at: place)
    case .sequence(let sequence):
      var elements: [YAMLNode] = []
      for element in sequence { elements.append(try self.node(element, depth: depth + 1)) }
      return made(.sequence(elements), tag(sequence.tag), at: place)
    case .mapping(let mapping):
      var entries: [(key: YAMLNode, value: YAMLNode)] = []
      for (key, value) in mapping {
        let key = try self.node(key, depth: depth + 1)
        entries.append((key, try self.node(value, depth: depth + 1)))
      }
      return made(.mapping(entries), tag(mapping.tag), at: place)
    case .alias: return made(.scalar("", isPlain: true), nil, at: place)
    }
  }

  private func made(_ content: YAMLNode.Content, _ tag: String?, at place: Span) -> YAMLNode {
    YAMLNode(content: content, tag: tag, line: place.line, column: place.column)
  }

  /// The tag, if it was written.
  private func tag(_ tag: Tag) -> String? {
    let name = tag.rawValue
    return name == Tag.Name.implicit.rawValue || name == Tag.Name.nonSpecific.rawValue ? nil : name
  }
}
