import AuditModel
import Definitions

/// Holds a model against its shape.
struct ShapeCheck {
  private(set) var problems: [ComposeProblem] = []

  /// How many problems of one model are told.
  private static let most = 100

  /// What is wrong in a whole model.
  static func problems(in root: ComposeNode) -> [ComposeProblem] {
    var check = ShapeCheck()
    check.check(root, against: .file, at: "")
    return check.problems
  }

  private mutating func add(_ code: String, _ message: String, at place: SourceLocation) {
    if problems.count < Self.most { problems.append(ComposeProblem(code, message, at: place)) }
  }

  private func named(_ path: String) -> String { path.isEmpty ? "a compose file" : path }

  private mutating func check(_ node: ComposeNode, against shape: Shape, at path: String) {
    switch shape {
    case .any: break
    case .scalar(let kinds):
      if !Self.fits(node, kinds) {
        let wanted = kinds.map(\.rawValue).sorted().joined(separator: " or ")
        if Self.isTimestamp(node) {
          return add(
            "date", "\(named(path)) is a date without quotes, which no field takes: put it in quotes", at: node.place)
        }
        add("wrong-type", "\(named(path)) must be \(wanted)", at: node.place)
      }
    case .word(let words):
      guard let text = node.text else {
        return add("wrong-type", "\(named(path)) must be one of \(words.joined(separator: ", "))", at: node.place)
      }
      if !words.contains(text) {
        add("unknown-word", "\(named(path)) must be one of \(words.joined(separator: ", "))", at: node.place)
      }
    case .whole(let range, let orText):
      if orText, node.text != nil { return }
      guard let number = node.integer ?? Self.wholeValue(node) else {
        return add("wrong-type", "\(named(path)) must be a whole number", at: node.place)
      }
      if !range.contains(number) {
        let most = range.upperBound == Int.max ? "" : " and at most \(range.upperBound)"
        add("out-of-range", "\(named(path)) must be at least \(range.lowerBound)\(most)", at: node.place)
      }
    case .object(let keys, let required, let isClosed):
      checkObject(node, keys, required, isClosed, at: path)
    case .map(let value, let names):
      guard let map = node.map else { return add("wrong-type", "\(named(path)) must be a map", at: node.place) }
      for entry in map.entries {
        if case .resource = names, !Self.isResourceName(entry.name) {
          add("invalid-name", "`\(entry.name)` cannot be a name in \(named(path))", at: entry.place)
        }
        check(entry.value, against: value, at: path.isEmpty ? entry.name : "\(path).\(entry.name)")
      }
    case .list(let element, let isUnique):
      guard let list = node.list else { return add("wrong-type", "\(named(path)) must be a list", at: node.place) }
      var seen: Set<String> = []
      for (index, value) in list.enumerated() {
        check(value, against: element, at: "\(path)[\(index)]")
        if isUnique, let text = value.scalarText, !seen.insert(text).inserted {
          add("not-unique", "\(named(path)) holds an element twice", at: value.place)
        }
      }
    case .either(let shapes):
      if shapes.contains(where: { Self.fits(node, $0) }) { return }
      // The one that fits in kind tells what is wrong inside.
      if let near = shapes.first(where: { Self.fitsKind(node, $0) }) { return check(node, against: near, at: path) }
      add(
        "wrong-type", "\(named(path)) must be \(shapes.map(Self.kindName).joined(separator: " or "))", at: node.place)
    }
  }

  private mutating func checkObject(
    _ node: ComposeNode, _ keys: [String: Shape], _ required: [String], _ isClosed: Bool, at path: String
  ) {
    guard let map = node.map else { return add("wrong-type", "\(named(path)) must be a map", at: node.place) }
    for entry in map.entries {
      let inner = path.isEmpty ? entry.name : "\(path).\(entry.name)"
      if let shape = keys[entry.name] {
        check(entry.value, against: shape, at: inner)
      } else if isClosed || !entry.name.hasPrefix("x-") {
        let near = Suggestion.nearest(to: entry.name, among: Array(keys.keys))
        let hint = near.isEmpty ? "" : "; did you mean \(near.map { "`\($0)`" }.joined(separator: " or "))?"
        add("unknown-key", "\(named(path)) knows no `\(entry.name)`\(hint)", at: entry.place)
      }
    }
    for name in required where map[name] == nil {
      add("missing-key", "\(named(path)) lacks `\(name)`", at: node.place)
    }
  }

  // MARK: Fitting

  private static func fits(_ node: ComposeNode, _ shape: Shape) -> Bool {
    guard fitsKind(node, shape) else { return false }
    var check = ShapeCheck()
    check.check(node, against: shape, at: "")
    return check.problems.isEmpty
  }

  private static func fitsKind(_ node: ComposeNode, _ shape: Shape) -> Bool {
    switch shape {
    case .any: true
    case .scalar(let kinds): fits(node, kinds)
    case .word: node.text != nil
    case .whole(_, let orText): node.integer != nil || orText && node.text != nil
    case .object, .map: node.map != nil
    case .list: node.list != nil
    case .either(let shapes): shapes.contains { fitsKind(node, $0) }
    }
  }

  private static func fits(_ node: ComposeNode, _ kinds: Set<Shape.ScalarKind>) -> Bool {
    switch node.content {
    case .null: kinds.contains(.null)
    case .boolean: kinds.contains(.boolean)
    case .integer: kinds.contains(.whole) || kinds.contains(.number)
    case .number: kinds.contains(.number) || kinds.contains(.whole) && wholeValue(node) != nil
    case .text: kinds.contains(.text) && !isTimestamp(node)
    case .list, .map: false
    }
  }

  private static func isTimestamp(_ node: ComposeNode) -> Bool {
    node.plainText.map { $0 == node.text && PlainText.isTimestamp($0) } ?? false
  }

  private static func wholeValue(_ node: ComposeNode) -> Int? {
    if case .number(let number) = node.content { Int(exactly: number) } else { nil }
  }

  private static func kindName(_ shape: Shape) -> String {
    switch shape {
    case .any: "anything"
    case .scalar(let kinds): kinds.map(\.rawValue).sorted().joined(separator: " or ")
    case .word(let words): words.joined(separator: " or ")
    case .whole: "a whole number"
    case .object, .map: "a map"
    case .list: "a list"
    case .either(let shapes): shapes.map(kindName).joined(separator: " or ")
    }
  }

  static func isResourceName(_ name: String) -> Bool {
    !name.isEmpty
      && name.unicodeScalars.allSatisfy { scalar in
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", ".", "_", "-": true
        default: false
        }
      }
  }
}
