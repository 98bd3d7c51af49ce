import AuditModel
import Facts
import Yams

/// Reads one YAML document into values with places.
struct YAMLReader {
  /// How much is forgiven.
  enum Strictness {
    /// Whatever parsers read differently is refused: the files of this program.
    case strict
    /// Read as YAML 1.2 has it, tags ignored: the files of other programs.
    case lenient
  }

  /// How many duplicate keys of one file are told; fewer of a large file, which is read anew for each.
  private static let mostDuplicates = 20

  private let source: SourceText
  private let strictness: Strictness
  private var problems: Problems
  /// Names that were changed in the text handed to the parser, by the place of the key.
  private var renamed: [Span: String] = [:]
  private var bounds = YAMLBounds(mostAliased: 10_000)

  /// The document, if there is one, and what is wrong; the value is there also where something is wrong inside it.
  static func read(
    _ file: SourceFile, _ strictness: Strictness = .strict, upTo largest: Int = YAMLText.largest,
    masking masked: @escaping (String) -> String = { $0 }
  ) -> (root: LocatedValue?, problems: Problems) {
    let text = YAMLText(file, upTo: largest, masking: masked)
    guard text.problems.isEmpty else { return (nil, text.problems) }
    var reader = YAMLReader(text, strictness)
    return (reader.document(text.text), reader.problems)
  }

  private init(_ text: YAMLText, _ strictness: Strictness) {
    source = text.source
    problems = text.problems
    self.strictness = strictness
  }

  private mutating func document(_ text: String) -> LocatedValue? {
    guard let root = composed(text) else { return nil }
    return try? located(root, depth: 1)
  }

  // MARK: Parsing

  private mutating func composed(_ original: String) -> Node? {
    var text = original
    while true {
      do {
        let parser = try Parser(yaml: text, resolver: .basic, constructor: .default, encoding: .utf8)
        guard let root = try parser.nextRoot() else {
          problems.add("empty", "the file is empty", at: .start)
          return nil
        }
        if let second = try parser.nextRoot() {
          problems.add(
            "several-documents", "a second document begins here", at: Span(second.mark),
            fix: "keep one document to a file")
        }
        return root
      } catch YamlError.duplicatedKeysInMapping(let names, let context) {
        // The parser stops at a duplicate. Its first occurrence gets a name that nothing else has, so that the rest
        // is read too and the second occurrence is found in the tree.
        guard renamed.count < min(Self.mostDuplicates, YAMLText.largest / text.utf8.count), let name = names.first,
          rename(name, at: context.mark, in: &text)
        else {
          problems.add("duplicate-key", "a key stands twice: `\(names.first ?? "")`", at: Span(context.mark))
          return nil
        }
      } catch {
        problems.addSyntaxError(error, in: source)
        return nil
      }
    }
  }

  private mutating func rename(_ name: String, at mark: Mark, in text: inout String) -> Bool {
    let key = Span(mark)
    guard renamed[key] == nil, let first = source.scalar(at: key) else { return false }
    var column = key.column
    if first == "\"" || first == "'" { column += 1 } else if first != name.unicodeScalars.first { return false }
    guard let substitute = Unicode.Scalar(0xF_0000 + UInt32(renamed.count)),
      let changed = SourceText(path: "", text: text).replacing(line: key.line, column: column, with: substitute)
    else { return false }
    text = changed
    renamed[key] = name
    return true
  }

  // MARK: Converting

  private mutating func located(_ node: Node, depth: Int) throws(YAMLBounds.Exceeded) -> LocatedValue {
    let place = Span(node.mark)
    try bounds.enter(place, depth: depth, &problems)
    switch node {
    case .scalar(let scalar): return located(scalar, at: place)
    case .sequence(let sequence):
      refuse(sequence.tag, at: place, unless: .seq)
      var elements: [LocatedValue] = []
      for element in sequence { elements.append(try located(element, depth: depth + 1)) }
      return LocatedValue(elements: elements, at: place)
    case .mapping(let mapping):
      refuse(mapping.tag, at: place, unless: .map)
      return LocatedValue(members: try members(of: mapping, depth: depth), at: place)
    case .alias: return LocatedValue(.null, at: place)
    }
  }

  private mutating func members(
    of mapping: Node.Mapping, depth: Int
  ) throws(YAMLBounds.Exceeded) -> [LocatedValue.Member] {
    var members: [LocatedValue.Member] = []
    var positions: [[UInt8]: Int] = [:]
    var merged: [LocatedValue.Member] = []
    for (key, node) in mapping {
      guard case .scalar(let scalar) = key else {
        problems.add("key-not-text", "a key must be text", at: Span(key.mark))
        continue
      }
      let start = Span(scalar.mark)
      let name = renamed[start] ?? scalar.string
      let nameSpan = spread(name, scalar.style, from: start)
      let value = try located(node, depth: depth + 1)
      if name == "<<", scalar.style == .plain {
        merged += self.merged(value)
      } else if let first = positions[Array(name.utf8)] {
        problems.add(
          "duplicate-key", "the key `\(name)` stands twice", at: nameSpan,
          fix: "the first is in line \(members[first].nameSpan.line): keep one of them")
      } else {
        positions[Array(name.utf8)] = members.count
        members.append(LocatedValue.Member(name: name, nameSpan: nameSpan, value: value))
      }
    }
    for member in merged where positions[Array(member.name.utf8)] == nil {
      positions[Array(member.name.utf8)] = members.count
      members.append(member)
    }
    return members
  }

  private mutating func merged(_ value: LocatedValue) -> [LocatedValue.Member] {
    let sources = value.value.array == nil ? [value] : value.elements
    if sources.contains(where: { $0.value.object == nil }) {
      problems.add("merge", "`<<` takes an object or a list of objects", at: value.span)
    }
    return sources.flatMap(\.members)
  }

  private mutating func located(_ scalar: Node.Scalar, at start: Span) -> LocatedValue {
    let place = spread(scalar.string, scalar.style, from: start)
    let tag = scalar.tag.rawValue
    guard scalar.style == .plain || scalar.style == .any, tag != Tag.Name.str.rawValue else {
      refuse(scalar.tag, at: place, unless: .str)
      return LocatedValue(.string(scalar.string), at: place)
    }
    refuse(scalar.tag, at: place, unless: .str)
    switch PlainScalar(scalar.string) {
    case .value(let value): return LocatedValue(value, at: place, plainText: scalar.string)
    case .ambiguous(let message, let fix):
      if strictness == .strict { problems.add("ambiguous-scalar", message, at: place, fix: fix) }
      return LocatedValue(.string(scalar.string), at: place, plainText: scalar.string)
    }
  }

  private mutating func refuse(_ tag: Tag, at place: Span, unless usual: Tag.Name) {
    guard strictness == .strict, ![Tag.Name.implicit, .nonSpecific, usual].map(\.rawValue).contains(tag.rawValue) else {
      return
    }
    problems.add("tag", "tags are not used here", at: place, fix: "remove it; text that begins with `!` needs quotes")
  }

  /// The stretch that a scalar takes on its first line.
  private func spread(_ text: String, _ style: Node.Scalar.Style, from start: Span) -> Span {
    switch style {
    case .singleQuoted, .doubleQuoted: source.quoted(at: start)
    case .literal, .folded: start
    case .plain, .any:
      Span(
        line: start.line, column: start.column,
        width: max(1, min(text.unicodeScalars.count, source.scalars(ofLine: start.line).count - start.column + 1)))
    }
  }
}
