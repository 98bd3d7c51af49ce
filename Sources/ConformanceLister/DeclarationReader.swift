/// Reads the declarations of one file. It knows of the grammar what tells types, their conformances, their stored
/// properties and their initializers from everything else, and passes over the rest.
struct DeclarationReader {
  private let file: String
  private let tokens: [Token]
  private var index = 0
  private var conditions: [Condition] = []
  private var found: [Declaration] = []

  /// One `#if` with what was asked so far in it.
  private struct Condition {
    var earlier: [String]
    var current: String?

    var text: String {
      (earlier.map { "!(\($0))" } + (current.map { earlier.isEmpty ? [$0] : ["(\($0))"] } ?? []))
        .joined(separator: " && ")
    }
  }

  /// What is around a member.
  private struct Scope {
    var names: [String] = []
    /// The declaration among those found whose body it is; nil at the top and in functions.
    var owner: Int?
    var isPrivate = false
  }

  private init(_ bytes: [UInt8], file: String) {
    self.file = file
    tokens = Lexer.tokens(of: bytes)
  }

  /// The declarations of a file in UTF-8, outer ones before those in them.
  static func declarations(in bytes: [UInt8], file: String) -> [Declaration] {
    var reader = DeclarationReader(bytes, file: file)
    // A bracket too many ends a scope, but not the file.
    while reader.index < reader.tokens.count {
      reader.readMembers(of: Scope())
      reader.index += 1
    }
    return reader.found
  }

  // MARK: Tokens

  private func token(_ distance: Int = 0) -> Token? {
    tokens.indices.contains(index + distance) ? tokens[index + distance] : nil
  }

  private func isMark(_ mark: String, at distance: Int = 0) -> Bool { token(distance)?.isMark(mark) == true }

  private func place(of token: Token) -> Place { Place(file: file, line: token.line, column: token.column) }

  private static let modifiers: Set<String> = [
    "public", "package", "internal", "fileprivate", "private", "open", "final", "static", "class", "indirect",
    "nonisolated", "isolated", "distributed", "lazy", "weak", "unowned", "override", "required", "convenience",
    "mutating", "nonmutating", "consuming", "borrowing", "dynamic", "optional", "prefix", "postfix", "infix",
  ]

  /// Words that begin a declaration or a statement: none of them is a name.
  private static let keywords: Set<String> = [
    "struct", "enum", "class", "protocol", "extension", "typealias", "associatedtype", "func", "var", "let", "init",
    "deinit", "subscript", "case", "import", "operator", "precedencegroup", "static", "public", "private",
    "fileprivate", "internal", "return", "if", "guard", "for", "while", "switch", "where", "in", "is", "as", "self",
    "super", "throw", "throws", "try", "do", "defer", "repeat", "else", "break", "continue", "default", "nil", "true",
    "false",
  ]

  private static func isName(_ token: Token?) -> Bool {
    guard let token, token.kind == .word else { return false }
    return !keywords.contains(token.text)
  }

  // MARK: Scopes

  /// Reads from behind an opening brace to the closing one, which is left.
  private mutating func readMembers(of scope: Scope) {
    var modifiers: [String] = []
    /// Whether an attribute stands before what comes: a property that has one may get its value from it.
    var hasAttribute = false
    let depth = conditions.count
    defer { conditions.removeLast(max(0, conditions.count - depth)) }
    while let token = token() {
      switch token.kind {
      case .directive(let condition):
        readDirective(token.text, condition)
        continue
      case .literal: index += 1
      case .mark:
        switch token.text {
        case "}": return
        case "@":
          skipAttribute()
          hasAttribute = true
          continue
        case "(", "[", "{": readGroup(in: scope)
        case ".":
          // What follows is a member, however it is called.
          index += 1
          if self.token()?.kind == .word { index += 1 }
        default: index += 1
        }
      case .word:
        if Self.modifiers.contains(token.text), token.text != "class" || isClassModifier {
          modifiers.append(token.text)
          index += 1
          // `private(set)`, `unowned(safe)`: of the setter nothing depends.
          if isMark("("), ["private", "fileprivate", "internal", "package", "public", "open"].contains(token.text) {
            modifiers.removeLast()
          }
          if isMark("(") { skipBalanced() }
          continue
        }
        readWord(token, modifiers, hasAttribute: hasAttribute, in: scope)
      }
      modifiers = []
      hasAttribute = false
    }
  }

  /// `class func`, `class var`, and whatever further modifiers are between.
  private var isClassModifier: Bool {
    guard let next = token(1), next.kind == .word else { return true }
    return ["func", "var", "let", "subscript"].contains(next.text) || Self.modifiers.contains(next.text)
  }

  private mutating func readWord(
    _ token: Token, _ modifiers: [String], hasAttribute: Bool, in scope: Scope
  ) {
    switch token.text {
    case "import":
      // `import struct Module.Type` declares nothing.
      index += 1
      while let next = self.token(), next.kind == .word || next.isMark("."), !next.beginsLine { index += 1 }
    case "struct": readType(.structure, modifiers, in: scope)
    case "enum": readType(.enumeration, modifiers, in: scope)
    case "class": readType(.class, modifiers, in: scope)
    case "protocol": readType(.protocol, modifiers, in: scope)
    case "actor" where isActor: readType(.actor, modifiers, in: scope)
    case "extension": readType(.extension, modifiers, in: scope)
    case "typealias": readAlias(in: scope)
    case "init" where scope.owner != nil: readInitializer(modifiers, in: scope)
    case "let", "var":
      if let owner = scope.owner, !modifiers.contains("static"), !modifiers.contains("class") {
        readProperty(of: owner, isSet: hasAttribute || modifiers.contains("lazy"), in: scope)
      } else {
        index += 1
      }
    case "func", "case", "macro", "operator", "precedencegroup":
      // Its name may be any word.
      index += self.token(1)?.kind == .word ? 2 : 1
    default: index += 1
    }
  }

  /// `actor` is a name like any other unless a name and what belongs to a type follow.
  private var isActor: Bool {
    guard let next = token(1), Self.isName(next), !next.beginsLine, let after = token(2) else { return false }
    return [":", "<", "{"].contains(after.text) || after.isWord("where")
  }

  /// Reads past a group in brackets; what stands in braces within is the body of something.
  private mutating func readGroup(in scope: Scope) {
    guard let opening = token() else { return }
    index += 1
    if opening.isMark("{") {
      let body = Scope(names: scope.names + ["\(Declaration.localMark)\(index)"], isPrivate: scope.isPrivate)
      readMembers(of: body)
      index += 1
      return
    }
    let closing = opening.isMark("(") ? ")" : "]"
    while let token = token() {
      if token.isMark(closing) {
        index += 1
        return
      }
      if token.isMark("}") { return }
      if token.isMark("(") || token.isMark("[") || token.isMark("{") { readGroup(in: scope) } else { index += 1 }
    }
  }

  private mutating func skipBalanced() {
    var depth = 0
    while let token = token() {
      if token.isMark("(") || token.isMark("[") || token.isMark("{") { depth += 1 }
      if token.isMark(")") || token.isMark("]") || token.isMark("}") { depth -= 1 }
      index += 1
      if depth <= 0 { return }
    }
  }

  private mutating func skipAttribute() {
    index += 1
    while let token = token(), token.kind == .word || token.isMark(".") {
      index += 1
      skipGenerics()
      guard isMark(".") else { break }
    }
    if isMark("("), token(-1)?.line == token()?.line { skipBalanced() }
  }

  /// Past `<…>`, where the next token opens it.
  private mutating func skipGenerics() {
    guard isMark("<") else { return }
    var depth = 0
    while let token = token(), !token.isMark("{"), !token.isMark("}") {
      if token.isMark("<") { depth += 1 }
      if token.isMark(">") { depth -= 1 }
      index += 1
      if depth == 0 { return }
    }
  }

  private mutating func readDirective(_ name: String, _ condition: String) {
    index += 1
    switch name {
    case "#if": conditions.append(Condition(earlier: [], current: condition))
    case "#endif": _ = conditions.popLast()
    default:
      guard var last = conditions.popLast() else { return }
      if let current = last.current { last.earlier.append(current) }
      last.current = name == "#elseif" ? condition : nil
      conditions.append(last)
    }
  }

  // MARK: Types

  private mutating func readType(_ kind: Declaration.Kind, _ modifiers: [String], in scope: Scope) {
    index += 1
    guard let first = token(), first.kind == .word else { return }
    var names = [first.name]
    var spelling = first.text
    index += 1
    if kind == .extension {
      skipGenerics()
      while isMark("."), let next = token(1), next.kind == .word {
        names.append(next.name)
        spelling += ".\(next.text)"
        index += 2
        skipGenerics()
      }
    }
    let isGeneric = isMark("<")
    skipGenerics()
    var inherited: [[String]] = []
    if isMark(":") {
      index += 1
      inherited = readInherited()
    }
    // What `where` demands has no braces.
    if token()?.isWord("where") == true {
      while let token = token(), !token.isMark("{"), !token.isMark("}") { index += 1 }
    }
    guard isMark("{") else { return }
    let isPrivate = scope.isPrivate || modifiers.contains("private") || modifiers.contains("fileprivate")
    found.append(
      Declaration(
        kind: kind, scope: scope.names, name: names, spelling: spelling, place: place(of: first), inherited: inherited,
        isGeneric: isGeneric, isPrivate: isPrivate, conditions: conditions.map(\.text)))
    index += 1
    // What stands in an extension stands in the type.
    readMembers(of: Scope(names: scope.names + names, owner: found.count - 1, isPrivate: isPrivate))
    index += 1
  }

  /// The names after a colon, to the brace or `where`.
  private mutating func readInherited() -> [[String]] {
    var all: [[String]] = []
    while let token = token(), !token.isMark("{"), !token.isMark("}"), !token.isWord("where") {
      if token.isMark("@") {
        skipAttribute()
      } else if token.isMark("(") || token.isMark("[") {
        // `@unchecked (Sendable & Probe)` and the like.
        index += 1
      } else if token.kind == .word {
        if ["nonisolated", "any"].contains(token.text), self.token(1)?.kind == .word {
          index += 1
          continue
        }
        all.append(readPath())
      } else {
        index += 1
      }
    }
    return all
  }

  /// `Module.Type<Argument>.Other` without arguments.
  private mutating func readPath() -> [String] {
    var names: [String] = []
    while let token = token(), token.kind == .word {
      names.append(token.name)
      index += 1
      skipGenerics()
      guard isMark("."), self.token(1)?.kind == .word else { break }
      index += 1
    }
    return names
  }

  /// `typealias Name = A & B`: what it stands for where that is one name or several.
  private mutating func readAlias(in scope: Scope) {
    index += 1
    guard let first = token(), first.kind == .word else { return }
    index += 1
    skipGenerics()
    guard isMark("=") else { return }
    index += 1
    var inherited: [[String]] = []
    while let token = token(), token.kind == .word {
      if token.text == "any", self.token(1)?.kind == .word {
        index += 1
        continue
      }
      inherited.append(readPath())
      guard isMark("&") else { break }
      index += 1
    }
    found.append(
      Declaration(
        kind: .alias, scope: scope.names, name: [first.name], spelling: first.text, place: place(of: first),
        inherited: inherited, conditions: conditions.map(\.text)))
  }

  // MARK: Initializers

  private mutating func readInitializer(_ modifiers: [String], in scope: Scope) {
    guard let owner = scope.owner, let keyword = token() else { return }
    index += 1
    var obstacle: String?
    if scope.isPrivate || modifiers.contains("private") || modifiers.contains("fileprivate") { obstacle = "is private" }
    if isMark("?") || isMark("!") {
      if isMark("?") { obstacle = "may return nil" }
      index += 1
    }
    if isMark("<") { obstacle = "is generic" }
    skipGenerics()
    // A call such as `self.init(…)` never comes here: what follows a dot is passed over.
    guard isMark("(") else { return }
    if let parameter = readParameters(in: scope) { obstacle = "wants '\(parameter)'" }
    if token()?.isWord("async") == true {
      obstacle = obstacle ?? "is async"
      index += 1
    }
    if token()?.isWord("throws") == true || token()?.isWord("rethrows") == true {
      index += 1
      var throwsNever = false
      if isMark("(") {
        throwsNever = token(1)?.isWord("Never") == true
        skipBalanced()
      }
      if !throwsNever { obstacle = obstacle ?? "throws" }
    }
    found[owner].initializers.append(Declaration.Initializer(place: place(of: keyword), obstacle: obstacle))
  }

  /// Reads past parameters in brackets. Returns the first that has no value of its own.
  private mutating func readParameters(in scope: Scope) -> String? {
    index += 1
    var wanting: String?
    while let first = token(), !first.isMark(")"), !first.isMark("}") {
      var name = ""
      var isSet = false
      var depth = 0
      while let token = token(), !token.isMark(")"), !token.isMark("}") {
        if token.isMark(","), isSet ? isParameter : depth <= 0 { break }
        if token.isMark("@") {
          skipAttribute()
          continue
        }
        if name.isEmpty, token.kind == .word { name = token.text }
        switch token.text {
        case "<" where !isSet: depth += 1
        case ">" where !isSet: depth -= 1
        case "=", "...": isSet = true
        default: break
        }
        if token.kind == .mark, ["(", "[", "{"].contains(token.text) { readGroup(in: scope) } else { index += 1 }
      }
      if !isSet, wanting == nil { wanting = name }
      if isMark(",") { index += 1 }
    }
    if isMark(")") { index += 1 }
    return wanting
  }

  /// Whether a parameter is behind a comma; else the comma may be one between generic arguments.
  private var isParameter: Bool {
    isMark("@", at: 1) || token(1)?.kind == .word && (isMark(":", at: 2) || token(2)?.kind == .word)
  }

  // MARK: Stored properties

  /// Reads `let` or `var` with its names, their types and their values.
  private mutating func readProperty(of owner: Int, isSet: Bool, in scope: Scope) {
    let isVariable = token()?.isWord("var") == true
    index += 1
    while let name = token() {
      if name.isMark("(") {
        // `let (a, b) = …`: several names with one value.
        readGroup(in: scope)
      } else if name.kind == .word {
        index += 1
      } else {
        return
      }
      let binding = readBinding(in: scope)
      if !binding.isSet, !isSet, !(isVariable && binding.isOptional), !binding.isComputed, found[owner].unset == nil {
        found[owner].unset = (name.name, place(of: name))
      }
      guard isMark(","), token(1)?.kind == .word,
        !binding.isSet || [":", "="].contains(token(2)?.text)
      else { return }
      index += 1
    }
  }

  private struct Binding {
    var isSet = false
    var isOptional = false
    var isComputed = false
  }

  /// Reads from behind a name to the comma, or to what belongs to it no more.
  private mutating func readBinding(in scope: Scope) -> Binding {
    var binding = Binding()
    var depth = 0
    while let token = token() {
      if case .directive = token.kind { return binding }
      if token.beginsLine, !continues(token) { return binding }
      guard token.kind == .mark else {
        if token.kind == .word { binding.isOptional = false }
        index += 1
        continue
      }
      switch token.text {
      case "}", ";", ")", "]": return binding
      case ",":
        // In a value a comma may be one between generic arguments: the next name tells.
        if binding.isSet ? self.token(1)?.kind == .word && [":", "="].contains(self.token(2)?.text) : depth <= 0 {
          return binding
        }
        index += 1
      case "{":
        if !binding.isSet {
          let first = self.token(1)
          binding.isComputed = first?.isWord("didSet") != true && first?.isWord("willSet") != true
        }
        readGroup(in: scope)
        if binding.isComputed { return binding }
      case "(", "[": readGroup(in: scope)
      case "@": skipAttribute()
      case "=" where depth <= 0:
        binding.isSet = true
        index += 1
      default:
        if token.text == "<" { depth += 1 }
        if token.text == ">" { depth -= 1 }
        index += 1
        if !binding.isSet { binding.isOptional = token.text == "?" || token.text == "!" }
      }
    }
    return binding
  }

  /// Whether a token at the beginning of a line goes on with what was before it.
  private func continues(_ token: Token) -> Bool {
    if let last = self.token(-1), last.kind == .mark, !["}", ")", "]", ">", "?", "!"].contains(last.text) {
      return true
    }
    switch token.kind {
    case .mark: return !["@", "}", ";"].contains(token.text) && !token.text.hasPrefix("#")
    case .word: return ["else", "where", "as", "is", "in"].contains(token.text)
    case .literal: return false
    case .directive: return false
    }
  }
}
