/// The number by which the server's catalogs know an object.
typealias ObjectID = UInt32

/// What the system catalogs say of the tables, indexes and constraints of a database, as read in one snapshot.
///
/// The server's own schemas and what belongs to an extension are left out. Names are as SQL writes them, quoted where they must be.
struct Catalog: Sendable {
  /// Tables, partitioned and foreign tables, views, materialized views.
  var relations: [ObjectID: Relation] = [:] { didSet { relationsInOrder = nil } }
  /// Columns by relation, in order; views are left out.
  var columns: [ObjectID: [Column]] = [:]
  /// Indexes by table.
  var indexes: [ObjectID: [Index]] = [:] { didSet { indexesInOrder = nil } }
  /// Keys, exclusions, foreign keys, checks, and whatever is not validated or not enforced.
  var constraints: [ObjectID: Constraint] = [:]
  /// The type under each domain.
  var domains: [ObjectID: ObjectID] = [:]
  /// Operator classes.
  var operatorClasses: [ObjectID: OperatorClass] = [:]
  /// The equality operators of each operator family of btree and hash.
  var equalities: [ObjectID: Set<ObjectID>] = [:]
  /// Keywords that are names of tables, columns and the like without quotes.
  var wordsForRelations: Set<String> = []
  /// Keywords that are names of routines without quotes.
  var wordsForRoutines: Set<String> = []
  /// The commutators of the operators that foreign keys compare with.
  var commutators: [ObjectID: ObjectID] = [:]
  // Asked for by many, and of a large schema not put in order anew for each.
  private var relationsInOrder: [Relation]?
  private var indexesInOrder: [Index]?

  /// A table or what looks like one.
  struct Relation: Sendable {
    /// `pg_class.relkind`.
    enum Kind: String, Sendable {
      case table = "r"
      case partitioned = "p"
      case materializedView = "m"
      case view = "v"
      case foreign = "f"
    }

    var id: ObjectID
    var schema: String
    /// Without its schema.
    var name: String
    /// The name as it is stored, not quoted.
    var storedName: String
    var kind: Kind
    var isPartition = false
    var isUnlogged = false
    /// The tables it inherits from or is a partition of.
    var parents: [ObjectID] = []
    /// Rows by the last VACUUM or ANALYZE; nil if there was none.
    var rowsCounted: Int?
    /// Live rows by the cumulative statistics.
    var rowsAlive = 0
    /// Pages of the heap by the last VACUUM or ANALYZE.
    var pages = 0
    /// Part of each page that is filled, in percent.
    var fillFactor = 100
    /// Whether autovacuum may look after it.
    var isVacuumed = true
    /// `pg_class.relreplident`: `d` default, `n` nothing, `f` full, `i` index.
    var replicaIdentity = "d"
    var hasRowSecurity = false
    var isDescribed = false
    /// What everybody may do with it: `SELECT, INSERT`.
    var grantedToPublic: String?
    /// A view that checks permissions and policies as whoever asks (from 15).
    var asksAsInvoker = false
    var sequentialScans = 0
    var rowsReadSequentially = 0
    var inserts = 0
    var updates = 0
    var deletes = 0

    /// As SQL writes it, with its schema.
    var qualifiedName: String { "\(schema).\(name)" }
    /// By the last VACUUM or ANALYZE, or else by the statistics.
    var rows: Int { rowsCounted.flatMap { $0 > 0 ? $0 : nil } ?? rowsAlive }
    /// Has rows of its own and is a table.
    var isTable: Bool { kind == .table || kind == .partitioned }
  }

  /// A column of a table.
  struct Column: Sendable {
    var number: Int
    var name: String
    var storedName: String
    var type: ObjectID
    /// -1 where the type has no modifier.
    var typeModifier: Int
    /// As SQL writes it, modifier included.
    var typeName: String
    /// `pg_type.typcategory`: `A` array, `B` boolean, `S` string and so on.
    var typeCategory: String
    var collation: ObjectID
    var isNotNull: Bool
    var isIdentity: Bool
    var isDescribed: Bool
  }

  /// An index.
  struct Index: Sendable {
    var id: ObjectID
    var table: ObjectID
    var schema: String
    var name: String
    var storedName: String
    /// The access method: `btree`, `gin`, `hnsw`.
    var method: String
    /// The index of the partitioned table that it is a part of.
    var parent: ObjectID?
    /// One of a partitioned table, which holds nothing itself.
    var isPartitioned = false
    var isUnique = false
    var isPrimary = false
    var isExclusion = false
    /// Unique at every moment, not only at the end of a transaction.
    var isImmediate = true
    var isValid = true
    var isReady = true
    var isLive = true
    var isReplicaIdentity = false
    var isClustered = false
    /// Two nulls count as equal (from 15).
    var nullsNotDistinct = false
    var keyCount: Int
    /// Column numbers, 0 for an expression; INCLUDE columns behind the key.
    var columns: [Int]
    /// By key position.
    var operatorClasses: [ObjectID]
    /// By key position; 0 where there is none.
    var collations: [ObjectID]
    /// By key position: bit 0 descending, bit 1 nulls first.
    var options: [Int]
    /// The definitions of the key positions, if any of them is an expression.
    var expressions: [String]?
    var predicate: String?
    /// It has a condition or an expression, which could not be read for a lock on the table.
    var isHidden = false
    /// Storage parameters: `lists=100`.
    var parameters: [String] = []
    /// What its operator classes were given; nil for nothing.
    var operatorOptions: String?
    var pages = 0
    var scans = 0

    /// As SQL writes it, with its schema.
    var qualifiedName: String { "\(schema).\(name)" }
    /// Whether the planner may use it.
    var isUsable: Bool { isValid && isReady && isLive }
    /// The column numbers of the key.
    var keyColumns: ArraySlice<Int> { columns.prefix(keyCount) }
    /// The column numbers of INCLUDE.
    var payload: ArraySlice<Int> { columns.dropFirst(keyCount) }
  }

  /// A constraint of a table or a domain.
  struct Constraint: Sendable {
    /// `pg_constraint.contype`.
    enum Kind: String, Sendable {
      case primary = "p"
      case unique = "u"
      case exclusion = "x"
      case foreign = "f"
      case check = "c"
      case notNull = "n"
      case trigger = "t"
    }

    /// `pg_constraint.confdeltype`: what happens to the rows that point at a deleted one.
    enum Action: String, Sendable {
      case noAction = "a"
      case restrict = "r"
      case cascade = "c"
      case setNull = "n"
      case setDefault = "d"

      /// As SQL writes it.
      var sql: String {
        switch self {
        case .noAction: "NO ACTION"
        case .restrict: "RESTRICT"
        case .cascade: "CASCADE"
        case .setNull: "SET NULL"
        case .setDefault: "SET DEFAULT"
        }
      }
    }

    var id: ObjectID
    var name: String
    var storedName: String
    var kind: Kind
    /// The table; 0 for a domain's.
    var table: ObjectID
    /// The domain, as SQL writes it.
    var domain: String?
    var columns: [Int]
    var referencedTable: ObjectID = 0
    var referencedColumns: [Int] = []
    /// How each referenced column is compared with its referencing one.
    var equalities: [ObjectID] = []
    /// The constraint of the partitioned table that it is a part of.
    var parent: ObjectID?
    /// Whether it came down from the table that this one inherits from or is a partition of.
    var isInherited = false
    /// The index behind a key, or the one a foreign key relies on at the other side.
    var index: ObjectID?
    var onDelete: Action = .noAction
    /// All columns must be null or none.
    var matchesFull = false
    var isValidated = true
    /// Not enforced ones have no triggers (from 18).
    var isEnforced = true
    /// Compares ranges of time (from 18).
    var isPeriod = false
  }

  /// How an index compares.
  struct OperatorClass: Sendable {
    var name: String
    var family: ObjectID
  }

  /// The type under `type`, which may be a domain over a domain.
  func baseType(of type: ObjectID) -> ObjectID {
    var type = type
    for _ in 0..<32 {
      guard let base = domains[type] else { break }
      type = base
    }
    return type
  }

  /// The column of `table` with that number.
  func column(_ number: Int, of table: ObjectID) -> Column? {
    guard let columns = columns[table] else { return nil }
    // Numbers count from 1, and have gaps only where a column was dropped.
    if columns.indices.contains(number - 1), columns[number - 1].number == number { return columns[number - 1] }
    return columns.first { $0.number == number }
  }

  /// The names of columns, as SQL lists them.
  func list(_ numbers: some Sequence<Int>, of table: ObjectID) -> String {
    numbers.map { column($0, of: table)?.name ?? "?" }.joined(separator: ", ")
  }

  /// What stands in an index's key, as SQL lists it.
  func keyList(of index: Index) -> String {
    index.keyColumns.enumerated().map { position, number in
      if number == 0, let expressions = index.expressions, expressions.indices.contains(position) {
        expressions[position]
      } else {
        column(number, of: index.table)?.name ?? "?"
      }
    }.joined(separator: ", ")
  }

  /// The tables in the order of their names.
  var sortedRelations: [Relation] {
    relationsInOrder ?? relations.values.sorted(named: \.qualifiedName, id: \.id)
  }

  /// The indexes in the order of their names.
  var sortedIndexes: [Index] {
    indexesInOrder ?? indexes.values.joined().sorted(named: \.qualifiedName, id: \.id)
  }

  /// Keeps both orders, from now until something is changed.
  mutating func putInOrder() {
    relationsInOrder = sortedRelations
    indexesInOrder = sortedIndexes
  }
}

/// The types of the server that rules are about (`pg_type.dat`; these numbers never change).
enum BuiltInType {
  static let bool: ObjectID = 16
  static let bytea: ObjectID = 17
  static let int8: ObjectID = 20
  static let int2: ObjectID = 21
  static let int4: ObjectID = 23
  static let text: ObjectID = 25
  static let oid: ObjectID = 26
  static let json: ObjectID = 114
  static let numeric: ObjectID = 1700
  static let money: ObjectID = 790
  static let bpchar: ObjectID = 1042
  static let varchar: ObjectID = 1043
  static let date: ObjectID = 1082
  static let time: ObjectID = 1083
  static let timestamp: ObjectID = 1114
  static let timestamptz: ObjectID = 1184
  static let timetz: ObjectID = 1266
  static let uuid: ObjectID = 2950
  /// References to catalog rows that pg_upgrade cannot carry over (PostgreSQL manual, pg_upgrade, "Notes"), by name.
  static let notUpgradable: [ObjectID: String] = [
    24: "regproc", 2202: "regprocedure", 2203: "regoper", 2204: "regoperator", 3734: "regconfig",
    3769: "regdictionary", 4089: "regnamespace", 4191: "regcollation",
    1008: "regproc[]", 2207: "regprocedure[]", 2208: "regoper[]", 2209: "regoperator[]", 3735: "regconfig[]",
    3770: "regdictionary[]", 4090: "regnamespace[]", 4192: "regcollation[]",
  ]
  /// Bytes of the integer types.
  static let integerWidths: [ObjectID: Int] = [int2: 2, int4: 4, int8: 8]
}
