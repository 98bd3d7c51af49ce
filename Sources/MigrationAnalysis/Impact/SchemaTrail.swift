/// What the statements read so far say about the schema and the session they run in.
struct SchemaTrail: Sendable {
  /// What is known of a constraint.
  struct Constraint: Sendable, Hashable {
    var table: String
    var kind: SQLTableConstraint.Kind
    var isValidated: Bool
    /// The transaction, counted from 0, in which it was added.
    var transaction: Int
  }

  /// Whether a transaction is open.
  private(set) var isInTransaction: Bool
  /// Whether `BEGIN` opened it, and not an assumption.
  private(set) var isOpenedHere = false
  /// Counts what begins and ends.
  private(set) var transaction = 0
  /// The tables that were created within a transaction of this file, as nobody else has seen them yet: the qualifiers that
  /// each name was created with.
  private var created: [String: Set<[String]>] = [:]
  /// Every table created in this file.
  private(set) var createdAnywhere: Set<String> = []
  /// The types of columns, by table and column.
  private(set) var types: [String: [String: SQLType]] = [:]
  private(set) var notNull: [String: Set<String>] = [:]
  private(set) var constraints: [String: Constraint] = [:]
  /// The names of the constraints of each table.
  private var constraintNames: [String: Set<String>] = [:]
  private(set) var droppedConstraints: Set<String> = []
  /// The tables that statements of this transaction have altered in ways that could have been said in one statement.
  private(set) var altered: Set<String> = []
  /// The settings that were set, by name.
  private(set) var settings: Set<String> = []
  /// Whether the session's time zone is known to be UTC.
  private(set) var isUTC = false

  /// Whether all files run in one deployment, before the programs that will use what they create.
  private let isOneDeployment: Bool
  /// The tables that were not there before, by name and schemas.
  private var made: [String: Set<[String]>] = [:]
  /// What renamed tables were called before.
  private var formerNames: [SQLName: SQLName] = [:]

  init(assumesTransaction: Bool, isOneDeployment: Bool = false) {
    isInTransaction = assumesTransaction
    self.isOneDeployment = isOneDeployment
  }

  /// The next file begins: what is known of the schema stays, what belongs to a session or a transaction does not.
  mutating func beginFile(assumesTransaction: Bool) {
    (isInTransaction, isOpenedHere, isUTC) = (assumesTransaction, false, false)
    transaction += 1
    (altered, settings, droppedConstraints) = ([], [], [])
  }

  /// What the table was called before all files, or nil where it was not there.
  func origin(of table: String) -> String? {
    let parts = table.split(separator: ".").map(String.init)
    guard let last = parts.last else { return table }
    let name = Self.plain(SQLName(qualifiers: parts.dropLast(), name: last))
    if made[name.name]?.contains(name.qualifiers) == true { return nil }
    return formerNames[name]?.text ?? table
  }

  /// Without the schema that is meant anyway.
  private static func plain(_ name: SQLName) -> SQLName {
    name.qualifiers == ["public"] ? SQLName(name: name.name) : name
  }

  /// Whether nobody else can be using the table. A name without a schema may mean that of any; of two schemas each has its
  /// own.
  func isNew(_ table: SQLName) -> Bool {
    guard let homes = created[table.name] else { return false }
    return table.qualifiers.isEmpty || homes.contains([]) || homes.contains(table.qualifiers)
  }

  /// Whether nobody else can be using the table of that name, written with its schema or without.
  func hasCreated(_ table: String) -> Bool {
    let parts = table.split(separator: ".").map(String.init)
    return parts.last.map { isNew(SQLName(qualifiers: parts.dropLast(), name: $0)) } ?? false
  }

  /// Whether a validated check already proves that a column has no null.
  func provesNotNull(_ column: String, of table: SQLName) -> Bool {
    (constraintNames[table.name] ?? []).contains { name in
      guard let constraint = constraints[name], constraint.table == table.name, constraint.isValidated else {
        return false
      }
      switch constraint.kind {
      case .check(let expression): return expression.demandsValue(of: column)
      case .notNull(let name): return name == column
      default: return false
      }
    }
  }

  /// Takes in what a statement does.
  mutating func follow(_ statement: SQLStatement) {
    switch statement.kind {
    case .begin:
      transaction += 1
      altered = []
      (isInTransaction, isOpenedHere) = (true, true)
    case .commit, .rollback:
      transaction += 1
      altered = []
      (isInTransaction, isOpenedHere) = (false, false)
    case .set(let name):
      if name.qualifiers.isEmpty { settings.insert(name.name) }
      if name.name == "timezone" {
        isUTC = statement.identifiersAndStrings.contains { ["utc", "etc/utc", "gmt"].contains($0.lowercased()) }
      }
    case .select where statement.identifiers.contains { $0.name == "set_config" }:
      settings.formUnion(statement.strings.map { $0.lowercased() })
    case .createTable(let table): follow(table)
    case .selectInto(let name): follow(SQLCreateTable(name: name))
    case .dropTable(let tables, _):
      for table in tables.map(Self.plain) {
        made[table.name]?.remove(table.qualifiers)
        formerNames[table] = nil
      }
    case .alterTable(let table) where table.kind == "table" || table.kind == "foreign table":
      if table.isCombinable { altered.insert(table.name.name) }
      for action in table.actions { follow(action.kind, on: table.name) }
    default: break
    }
  }

  private mutating func follow(_ table: SQLCreateTable) {
    createdAnywhere.insert(table.name.name)
    let plain = Self.plain(table.name)
    // With IF NOT EXISTS it may have been there.
    if !table.ifNotExists {
      made[plain.name, default: []].insert(plain.qualifiers)
      formerNames[plain] = nil
    }
    if isInTransaction || (isOneDeployment && !table.ifNotExists) {
      created[table.name.name, default: []].insert(table.name.qualifiers)
    }
    for column in table.columns { learn(column, of: table.name) }
    for constraint in table.constraints { learn(constraint, of: table.name) }
  }

  private mutating func learn(_ column: SQLColumn, of table: SQLName) {
    types[table.name, default: [:]][column.name] = column.type
    if column.constraints.contains(where: { [.notNull, .primaryKey, .identity].contains($0) }) {
      notNull[table.name, default: []].insert(column.name)
    }
  }

  private mutating func learn(_ constraint: SQLTableConstraint, of table: SQLName) {
    guard let name = constraint.name else { return }
    constraintNames[table.name, default: []].insert(name)
    constraints[name] = Constraint(
      table: table.name, kind: constraint.kind, isValidated: !constraint.isNotValid, transaction: transaction)
  }

  private mutating func follow(_ action: SQLTableAction.Kind, on table: SQLName) {
    switch action {
    case .addColumn(let column, _): learn(column, of: table)
    case .addConstraint(let constraint):
      learn(constraint, of: table)
      if let name = constraint.name { droppedConstraints.remove(name) }
    case .validateConstraint(let name): constraints[name]?.isValidated = true
    case .dropConstraint(let name, _):
      constraints[name] = nil
      droppedConstraints.insert(name)
    case .dropColumn(let name, _):
      types[table.name]?[name] = nil
      notNull[table.name]?.remove(name)
    case .alterColumn(let name, .type(let type, _)): types[table.name]?[name] = type
    case .alterColumn(let name, .setNotNull): notNull[table.name, default: []].insert(name)
    case .alterColumn(let name, .dropNotNull): notNull[table.name]?.remove(name)
    case .renameColumn(let from, let to):
      if let type = types[table.name]?.removeValue(forKey: from) { types[table.name]?[to] = type }
    case .renameTable(let to):
      let (old, new) = (Self.plain(table), Self.plain(SQLName(qualifiers: table.qualifiers, name: to)))
      if made[old.name]?.remove(old.qualifiers) != nil {
        made[new.name, default: []].insert(new.qualifiers)
      } else {
        formerNames[new] = formerNames.removeValue(forKey: old) ?? old
      }
      types[to] = types.removeValue(forKey: table.name)
      if let homes = created.removeValue(forKey: table.name) { created[to, default: []].formUnion(homes) }
    default: break
    }
  }
}

extension SQLAlterTable {
  /// Whether its actions may stand in one statement with others, and lose nothing by it.
  var isCombinable: Bool {
    kind == "table"
      && actions.allSatisfy { action in
        switch action.kind {
        case .renameTable, .renameColumn, .renameConstraint, .setSchema, .attachPartition, .detachPartition,
          .validateConstraint, .other:
          false
        default: true
        }
      }
  }
}

extension SQLStatement {
  /// Every word of the statement that could be a value.
  var identifiersAndStrings: [String] { identifiers.map(\.name) + strings }
}
