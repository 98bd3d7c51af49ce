/// The types of a module that conform to a protocol, and how each is made.
struct Conformances: Sendable {
  /// A type that is listed.
  struct Entry: Sendable, Hashable {
    /// Its name as it is to be written, with the types it stands in.
    var name: String
    /// The conditions of `#if` under which it is there.
    var conditions: [String]
  }

  /// A type that ought to be listed and cannot be made.
  struct Problem: Sendable, Hashable {
    var place: Place
    /// Without full stop.
    var message: String
  }

  /// A protocol with the module that declares it.
  struct ProtocolName: Sendable, Hashable {
    var module: String
    var name: String

    /// Nil unless `text` is `Module.Protocol`.
    init?(_ text: String) {
      let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) else { return nil }
      (module, name) = (parts[0], parts[1])
    }
  }

  /// In the order of their names.
  private(set) var entries: [Entry] = []
  /// In the order of files and lines.
  private(set) var problems: [Problem] = []

  private let module: String
  private let wanted: ProtocolName
  private let exempt: ProtocolName?
  /// The declarations of each name, extensions among them.
  private var declared: [[String]: [Declaration]] = [:]

  /// The types among `declarations`, which are all those of `module`, that are declared to conform to `wanted`: by
  /// themselves, in an extension, through a protocol, an alias or a superclass of the same module. Those that conform to
  /// `exempt` are not listed.
  init(
    to wanted: ProtocolName, exempting exempt: ProtocolName? = nil, in module: String, among declarations: [Declaration]
  ) {
    self.module = module
    self.wanted = wanted
    self.exempt = exempt
    for declaration in declarations where declaration.kind != .extension {
      declared[declaration.scope + declaration.name, default: []].append(declaration)
    }
    var foreign: [[String]: [Declaration]] = [:]
    for declaration in declarations where declaration.kind == .extension {
      switch extended(by: declaration) {
      case .declared(let name): declared[name, default: []].append(declaration)
      case .foreign(let name): foreign[name, default: []].append(declaration)
      }
    }
    for (name, all) in declared { list(name, all) }
    for (name, all) in foreign { list(name, all) }
    entries = Set(entries).sorted { ($0.name, $0.conditions.joined()) < ($1.name, $1.conditions.joined()) }
    problems = Set(problems).sorted {
      ($0.place.file, $0.place.line, $0.message) < ($1.place.file, $1.place.line, $1.message)
    }
  }

  // MARK: What conforms

  private enum Resolution: Hashable {
    case declared([String])
    case foreign([String])
  }

  /// What a name means to who stands in `scope`: the innermost type of that name in this module, else another module's.
  private func resolve(_ name: [String], in scope: [String]) -> Resolution {
    for count in stride(from: scope.count, through: 0, by: -1) where declared[scope.prefix(count) + name] != nil {
      return .declared(scope.prefix(count) + name)
    }
    if name.count > 1, name.first == module { return resolve(Array(name.dropFirst()), in: []) }
    return .foreign(name)
  }

  /// The type that an extension extends; an alias of another name is that other.
  private func extended(by declaration: Declaration) -> Resolution {
    var resolution = resolve(declaration.name, in: declaration.scope)
    var seen: Set<[String]> = []
    while case .declared(let name) = resolution, seen.insert(name).inserted,
      let alias = declared[name]?.first, alias.kind == .alias, alias.inherited.count == 1
    {
      resolution = resolve(alias.inherited[0], in: alias.scope)
    }
    return resolution
  }

  private func means(_ resolution: Resolution, _ wanted: ProtocolName) -> Bool {
    switch resolution {
    case .declared(let name): wanted.module == module && name == [wanted.name]
    case .foreign(let name): wanted.module != module && (name == [wanted.name] || name == [wanted.module, wanted.name])
    }
  }

  /// Whether what stands after the colon of `declaration` is the protocol or conforms to it.
  private func leads(_ declaration: Declaration, to wanted: ProtocolName, past seen: Set<[String]> = []) -> Bool {
    // An extension's names are looked up from within the type it extends.
    let scope = declaration.kind == .extension ? declaration.scope + declaration.name : declaration.scope
    return declaration.inherited.contains { name in
      let resolution = resolve(name, in: scope)
      if means(resolution, wanted) { return true }
      guard case .declared(let name) = resolution, !seen.contains(name) else { return false }
      return declared[name]?.contains { leads($0, to: wanted, past: seen.union([name])) } == true
    }
  }

  // MARK: What is made

  private mutating func list(_ name: [String], _ all: [Declaration]) {
    let conforming = all.filter { leads($0, to: wanted) }
    guard let first = conforming.first else { return }
    if let exempt, all.contains(where: { leads($0, to: exempt) }) { return }
    let types = all.filter { ![.extension, .protocol, .alias].contains($0.kind) }
    if types.isEmpty {
      // Another module's type, of which the compiler alone knows how it is made; or a protocol, which is no type to make.
      if all.allSatisfy({ $0.kind == .extension }) {
        for declaration in conforming {
          entries.append(Entry(name: declaration.spelling, conditions: declaration.conditions))
        }
      }
      return
    }
    for type in types {
      if let obstacle = obstacle(to: type, all) {
        problems.append(Problem(place: obstacle.place, message: message(spelling(type), obstacle.reason)))
      }
      let itself = conforming.contains { $0.place == type.place }
      let conditions = type.conditions + (itself ? [] : first.conditions.filter { !type.conditions.contains($0) })
      entries.append(Entry(name: spelling(type), conditions: conditions))
    }
  }

  /// A name with those of the types around it; names that need backticks have them.
  private func spelling(_ type: Declaration) -> String {
    let outer = type.scope.indices.map { index in
      declared[Array(type.scope[...index])]?.first { $0.kind != .extension }?.spelling ?? type.scope[index]
    }
    return (outer + [type.spelling]).joined(separator: ".")
  }

  /// Why `X()` makes no `type`, and where; nil where it does, and where only the compiler can tell.
  private func obstacle(
    to type: Declaration, _ all: [Declaration]
  ) -> (place: Place, reason: String)? {
    if type.isLocal { return (type.place, "it stands in a function; declare it outside") }
    if type.isPrivate { return (type.place, "it is private to its file; declare it without that") }
    if type.isGeneric { return (type.place, "it is generic; declare it for one type") }
    if type.scope.indices.contains(where: { declared[Array(type.scope[...$0])]?.contains(where: \.isGeneric) == true })
    {
      return (type.place, "it stands in a generic type; declare it outside")
    }
    return obstacle(toMaking: type, all)
  }

  /// Why no initializer of a type that can be named is `X()`.
  private func obstacle(
    toMaking type: Declaration, _ all: [Declaration], past seen: Set<Place> = []
  ) -> (place: Place, reason: String)? {
    let initializers = all.flatMap(\.initializers)
    if initializers.contains(where: { $0.obstacle == nil }) { return nil }
    // An initializer in the body takes the place of those that come by themselves; one in an extension does not.
    if let own = type.initializers.first {
      return (own.place, "its initializer \(own.obstacle ?? "takes arguments"); give it one without arguments")
    }
    if type.kind == .enumeration {
      return (type.place, "it is an enumeration; make it a structure, or give it an initializer without arguments")
    }
    if let unset = type.unset {
      return (
        unset.place, "its property '\(unset.name)' has no value; give it one, or an initializer without arguments"
      )
    }
    guard type.kind == .class, let parent = superclass(of: type), !seen.contains(parent.declaration.place) else {
      return nil
    }
    // What is known of a class holds for one that adds no initializers to it.
    return obstacle(toMaking: parent.declaration, parent.all, past: seen.union([type.place])).map {
      ($0.place, "its superclass \(spelling(parent.declaration)) is made in another way: \($0.reason)")
    }
  }

  /// The class of this module that another inherits from, with all that is said about it. It comes first after the colon.
  private func superclass(of type: Declaration) -> (declaration: Declaration, all: [Declaration])? {
    guard let first = type.inherited.first, case .declared(let name) = resolve(first, in: type.scope),
      let all = declared[name], let parent = all.first(where: { $0.kind == .class })
    else { return nil }
    return (parent, all)
  }

  private func message(_ name: String, _ reason: String) -> String {
    let otherwise = exempt.map {
      ". One that is made only of what is known at run time conforms to \($0.name), and is not listed"
    }
    return "\(name) is listed as a \(wanted.name) and cannot be made by \(name)(): \(reason)\(otherwise ?? "")"
  }
}
