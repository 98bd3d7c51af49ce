/// Where something stands in the sources.
struct Place: Sendable, Hashable {
  var file: String
  /// From 1.
  var line: Int
  /// From 1, in bytes.
  var column: Int
}

/// A type, an extension or an alias, as far as it matters to what conforms to what and how it is made.
struct Declaration: Sendable {
  enum Kind: Sendable { case structure, enumeration, `class`, actor, `protocol`, alias, `extension` }

  /// How a type says that it is made.
  struct Initializer: Sendable {
    var place: Place
    /// Why `X()` does not call it; nil where it does.
    var obstacle: String?
  }

  var kind: Kind
  /// The names of what it stands in, from the outermost; bodies of functions have names that cannot be written.
  var scope: [String]
  /// Its name, of an extension possibly with dots between; names in backticks have lost them.
  var name: [String]
  /// Its name as it is to be written.
  var spelling: String
  var place: Place
  /// What stands after the colon: names with what is before their dots. Of an alias, what it stands for.
  var inherited: [[String]] = []
  var isGeneric = false
  /// Whether it is `private` or `fileprivate`, by itself or by what it stands in.
  var isPrivate = false
  /// The conditions of `#if` under which it stands, from the outermost.
  var conditions: [String] = []
  var initializers: [Initializer] = []
  /// The first stored property that has no value until an initializer gives it one.
  var unset: (name: String, place: Place)?

  /// Whether it stands in the body of a function.
  var isLocal: Bool { scope.contains { $0.hasPrefix(Self.localMark) } }
  /// With what the name of a function's body begins.
  static let localMark = "{"
}
