import AuditModel
import Definitions

/// Turns the YAML of one compose file into nodes: scalars get types, merge keys are resolved, tags become directives.
struct DocumentReading {
  /// The file as it is named in places.
  let path: String
  private(set) var problems: [ComposeProblem] = []

  init(path: String) { self.path = path }

  private func place(_ node: YAMLNode) -> SourceLocation {
    SourceLocation(path: path, line: node.line, column: node.column)
  }

  mutating func node(_ yaml: YAMLNode) -> ComposeNode {
    var made = ComposeNode(.null, at: place(yaml))
    switch yaml.tag {
    case "!reset": made.directive = .reset
    case "!override": made.directive = .replace
    case "!merge": made.directive = .positional
    default: break
    }
    switch yaml.content {
    case .scalar(let text, let isPlain):
      if isPlain, !Self.isPrivate(yaml.tag) { made.plainText = text }
      made.content = scalar(text, isPlain: isPlain, tag: yaml.tag)
    // An element that is tagged `!reset` resets nothing: it is not there.
    case .sequence(let elements): made.content = .list(elements.map { node($0) }.filter { $0.directive != .reset })
    case .mapping(let entries): made.content = .map(map(entries))
    }
    return made
  }

  private func scalar(_ text: String, isPlain: Bool, tag: String?) -> ComposeNode.Content {
    switch tag {
    case "tag:yaml.org,2002:str": return .text(text)
    case "tag:yaml.org,2002:int", "tag:yaml.org,2002:float", "tag:yaml.org,2002:bool", "tag:yaml.org,2002:null":
      return PlainText.content(text)
    // Any other tag makes a text of a scalar, those of the merge too: `!override null` is the text `null`.
    case .some: return .text(text)
    case nil: return isPlain ? PlainText.content(text) : .text(text)
    }
  }

  /// Whether a tag is none of YAML's own.
  private static func isPrivate(_ tag: String?) -> Bool { tag.map { !$0.hasPrefix("tag:yaml.org,2002:") } ?? false }

  private mutating func map(_ entries: [(key: YAMLNode, value: YAMLNode)]) -> ComposeMap {
    var map = ComposeMap()
    var merged: [ComposeMap] = []
    for (key, value) in entries {
      guard case .scalar(let name, let isPlain) = key.content else {
        problems.append(ComposeProblem("key-not-text", "a key must be text", at: place(key)))
        continue
      }
      if name == "<<", isPlain {
        merged += sources(of: node(value))
        continue
      }
      if isPlain, !isText(name) {
        problems.append(
          ComposeProblem("key-not-text", "the key `\(name)` is no text: put it in quotes", at: place(key)))
        continue
      }
      map.set(ComposeMap.Entry(name: name, place: place(key), value: node(value)))
    }
    for source in merged {
      for entry in source.entries where map[entry.name] == nil { map.set(entry) }
    }
    return map
  }

  private func isText(_ name: String) -> Bool {
    if case .text = PlainText.content(name) { true } else { false }
  }

  private mutating func sources(of value: ComposeNode) -> [ComposeMap] {
    let nodes = value.list ?? [value]
    let maps = nodes.compactMap(\.map)
    if maps.count < nodes.count {
      problems.append(ComposeProblem("merge-key", "`<<` takes a map or a list of maps", at: value.place))
    }
    return maps
  }
}
