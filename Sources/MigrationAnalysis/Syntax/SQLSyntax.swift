/// A name with its qualifiers: `schema.table`.
struct SQLName: Sendable, Hashable {
  var qualifiers: [String] = []
  var name: String

  /// As it is written in reports.
  var text: String { (qualifiers + [name]).joined(separator: ".") }
}

/// A data type as it is written.
struct SQLType: Sendable, Hashable {
  /// In lower case, words joined by blanks, a leading `pg_catalog.` left out: `timestamp with time zone`, `varchar`.
  var name: String
  /// What stands in brackets behind the name: length, precision and scale.
  var modifiers: [String] = []
  var isArray = false
}

/// An expression, as far as its kind matters here.
struct SQLExpression: Sendable, Hashable {
  var tokens: [SQLToken.Kind]
}

/// A column with its constraints.
struct SQLColumn: Sendable, Hashable {
  enum Constraint: Sendable, Hashable {
    case notNull
    case null
    case defaultValue(SQLExpression)
    /// `GENERATED ALWAYS AS (…)`, stored or computed when read.
    case generated(isStored: Bool)
    case identity
    case primaryKey
    case unique
    case check(SQLExpression)
    case references(SQLName)
  }

  var name: String
  /// Nil where none is written (a column of a partition or a typed table).
  var type: SQLType?
  var constraints: [Constraint] = []
  var line: Int
}

/// A constraint of a table.
struct SQLTableConstraint: Sendable, Hashable {
  enum Kind: Sendable, Hashable {
    case primaryKey(usingIndex: String?)
    case unique(usingIndex: String?)
    case foreignKey(parent: SQLName)
    case check(SQLExpression)
    case exclude
    case notNull(column: String)
  }

  var name: String?
  var kind: Kind
  /// The columns it is about, where it lists them.
  var columns: [String] = []
  var isNotValid = false
  var line: Int
}

/// One action of `ALTER TABLE`.
struct SQLTableAction: Sendable, Hashable {
  enum Kind: Sendable, Hashable {
    case addColumn(SQLColumn, ifNotExists: Bool)
    case dropColumn(String, ifExists: Bool)
    case alterColumn(String, SQLColumnChange)
    case addConstraint(SQLTableConstraint)
    case dropConstraint(String, ifExists: Bool)
    case validateConstraint(String)
    case alterConstraint(String)
    case renameColumn(from: String, to: String)
    case renameConstraint(from: String, to: String)
    case renameTable(to: String)
    case setSchema
    case setTablespace
    /// Storage parameters that are set or reset.
    case setOptions([String])
    case setLogged
    case setUnlogged
    case rowSecurity
    /// Triggers switched on or off.
    case triggers
    case rules
    case attachPartition(SQLName)
    case detachPartition(SQLName, concurrently: Bool)
    case replicaIdentity
    case clusterOn
    case inherit(SQLName)
    case noInherit(SQLName)
    case owner
    case setAccessMethod
    case other
  }

  var kind: Kind
  var line: Int
}

/// What `ALTER COLUMN` does.
enum SQLColumnChange: Sendable, Hashable {
  case type(SQLType, using: Bool)
  case setDefault(SQLExpression)
  case dropDefault
  case setNotNull
  case dropNotNull
  case addIdentity
  case setIdentity(always: Bool)
  case dropIdentity
  case setStatistics
  case setStorage
  case setCompression
  case setOptions
  case setExpression
  case dropExpression
  case other
}

/// What a statement does, as far as it matters to those who use the database meanwhile.
enum SQLStatementKind: Sendable, Hashable {
  case begin
  case commit
  case rollback
  case savepoint
  case set(name: SQLName)
  case createTable(SQLCreateTable)
  case alterTable(SQLAlterTable)
  case createIndex(SQLCreateIndex)
  case dropIndex([SQLName], ifExists: Bool, concurrently: Bool)
  case reindex(SQLReindex)
  case dropTable([SQLName], ifExists: Bool)
  case dropDatabase
  case dropType([SQLName], ifExists: Bool)
  /// Anything else that is dropped: `view`, `materialized view`, `function`, `schema`, `cast`, …
  case dropObject(kind: String)
  case createDomain(hasConstraint: Bool, type: SQLType)
  case createEnum
  case createType
  case alterTypeAddValue(isPlaced: Bool)
  /// Anything else that is altered and is no relation: `type`, `domain`, `function`, `schema`, `sequence`, `index`, …
  case alterObject(kind: String, SQLObjectChange)
  case createTrigger(table: SQLName)
  case truncate([SQLName], cascades: Bool)
  case cluster(SQLName?)
  case vacuum(isFull: Bool)
  case analyze([SQLName])
  case refresh(SQLName, concurrently: Bool)
  case comment(table: SQLName?)
  case grant
  case createStatistics(table: SQLName?)
  case createView
  case createMaterializedView
  case createSequence
  case createFunction
  case createPolicy(table: SQLName)
  case insert
  /// `ofAllRows` without a condition.
  case update(SQLName, ofAllRows: Bool)
  case delete
  case select
  /// `SELECT … INTO`, which makes a table.
  case selectInto(SQLName)
  case copy
  /// `LOCK TABLE`, with the mode as it is written, in lower case; empty for the strongest.
  case lockTable([SQLName], mode: String)
  case other(String)
}

struct SQLCreateTable: Sendable, Hashable {
  var name: SQLName
  var ifNotExists = false
  var isTemporary = false
  var dropsOnCommit = false
  /// Whether it stands for a table elsewhere, whose types are not chosen here.
  var isForeign = false
  /// Whether a query fills it (`AS SELECT`).
  var isFilled = false
  var columns: [SQLColumn] = []
  var constraints: [SQLTableConstraint] = []
  var partitionOf: SQLName?
  /// The tables whose columns it takes over (`INHERITS`).
  var inherited: [SQLName] = []
}

struct SQLAlterTable: Sendable, Hashable {
  /// `table`, `materialized view`, `foreign table`, `view`, `index`, `sequence`.
  var kind = "table"
  var name: SQLName
  var ifExists = false
  var actions: [SQLTableAction] = []
  /// Whether it is only a name for a table elsewhere, whose rows are neither read nor written by changes of it.
  var isForeign: Bool { kind == "foreign table" }
}

struct SQLCreateIndex: Sendable, Hashable {
  var name: String?
  var table: SQLName
  var isUnique = false
  var concurrently = false
  var ifNotExists = false
  /// Its key columns in their order, up to the first that is an expression.
  var columns: [String] = []
  var method = "btree"
  /// How many key columns and expressions it has.
  var keyCount = 0
  /// Whether it leaves rows out (`WHERE`).
  var isPartial = false
}

struct SQLReindex: Sendable, Hashable {
  enum Scope: String, Sendable, Hashable { case index, table, schema, database, system }
  var scope: Scope
  var name: SQLName?
  var concurrently: Bool
}

/// What `ALTER` does to something that is no relation.
enum SQLObjectChange: Sendable, Hashable {
  case rename
  /// `RENAME VALUE` of an enum.
  case renameValue
  case renameAttribute
  case renameConstraint
  case renamePart
  case setSchema
  case setDefault
  case dropDefault
  case setNotNull
  case dropNotNull
  case addConstraint
  case dropConstraint
  /// Attributes of a composite type that go, and those that get another type.
  case attributes(dropped: [String], retyped: [String])
  case other
}

/// One statement with its place.
struct SQLStatement: Sendable {
  var kind: SQLStatementKind
  /// Its first key word.
  var verb: String
  /// Columns that it assigns or defines more than once, which PostgreSQL refuses.
  var repeatedColumns: [SQLColumnLists.Repetition]
  /// The lines of its first and last token.
  var lines: ClosedRange<Int>
  /// Every identifier and key word it names, with its line.
  var identifiers: [(name: String, line: Int)]
  /// Its string constants.
  var strings: [String]
}
