import Yams

/// Reads the documents of one YAML file into nodes with places.
struct YAMLNodeReader {
  private let source: SourceText
  private var problems: Problems
  private var bounds = YAMLBounds(mostAliased: 100_000)

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

  private mutating func documents(in text: String) -> [YAMLNode]? {
    do {
      let parser = try Parser(yaml: text, resolver: .basic, constructor: .default, encoding: .utf8)
      var documents: [YAMLNode] = []
      while let root = try parser.nextRoot() {
        bounds.begin()
        documents.append(try node(root, depth: 1))
      }
      return documents
    } catch is YAMLBounds.Exceeded {
      return nil
    } catch {
      problems.addSyntaxError(error, in: source)
      return nil
    }
  }

  private mutating func node(_ node: Node, depth: Int) throws(YAMLBounds.Exceeded) -> YAMLNode {
    let place = Span(node.mark)
    try bounds.enter(place, depth: depth, &problems)
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
