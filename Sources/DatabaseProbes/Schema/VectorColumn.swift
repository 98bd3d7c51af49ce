/// A column of embeddings and the nearest-neighbour indexes on it.
struct VectorColumn: Sendable {
  var table: Catalog.Relation
  var column: Catalog.Column
  /// Declared; nil where the type was left without a size, and so cannot be indexed as it stands.
  var dimensions: Int?
  var indexes: [Catalog.Index]

  /// Whether the planner can find neighbours without reading every row.
  var state: State {
    let usable = indexes.filter(\.isUsable)
    if usable.contains(where: { $0.predicate == nil }) { return .indexed }
    if !usable.isEmpty { return .partly }
    if !indexes.isEmpty { return .invalid }
    return dimensions == nil ? .undeclared : .missing
  }

  enum State: String, CaseIterable {
    case indexed
    /// Only under a condition.
    case partly
    /// There are indexes, and all are broken.
    case invalid
    /// No index.
    case missing
    /// No index, and none possible without declared dimensions.
    case undeclared
  }

  /// The access methods that find neighbours.
  static let methods: Set<String> = ["hnsw", "ivfflat", "diskann", "vchordrq"]

  /// Every column of a type in `types`; `expressions` are the columns that the expressions of indexes read.
  static func all(
    in catalog: Catalog, types: [ObjectID: String], expressions: [ObjectID: Set<Int>]
  ) -> [VectorColumn] {
    catalog.sortedRelations.filter { !$0.isPartition && $0.kind != .foreign }.flatMap { table in
      (catalog.columns[table.id] ?? []).compactMap { column in
        guard types[catalog.baseType(of: column.type)] != nil else { return nil }
        let indexes = (catalog.indexes[table.id] ?? []).filter { index in
          guard methods.contains(index.method) else { return false }
          let first = index.columns.first ?? 0
          return first == 0 ? expressions[index.id]?.contains(column.number) == true : first == column.number
        }
        return VectorColumn(
          table: table, column: column, dimensions: column.typeModifier > 0 ? column.typeModifier : nil,
          indexes: indexes.sorted { $0.id < $1.id })
      }
    }
  }

  /// The number of lists that pgvector's manual advises for an ivfflat index on `rows` rows: a thousandth of them up to a
  /// million, and their square root above.
  static func advisedLists(rows: Int) -> Int {
    rows <= 1_000_000 ? max(1, rows / 1000) : Int(Double(rows).squareRoot().rounded(.up))
  }

  /// The lists of an ivfflat index; 100 unless told otherwise. nil for other methods.
  static func lists(of index: Catalog.Index) -> Int? {
    guard index.method == "ivfflat" else { return nil }
    return index.parameters.lazy.compactMap { $0.hasPrefix("lists=") ? Int($0.dropFirst(6)) : nil }.first ?? 100
  }
}

/// A label of an Apache AGE graph: the table of its vertices or edges.
struct GraphLabel: Sendable {
  var graph: String
  var label: String
  var isEdge: Bool
  var table: ObjectID

  /// The columns by which every traversal looks for rows.
  var wanted: [String] { isEdge ? ["start_id", "end_id"] : ["id"] }

  /// Those of the wanted columns that no btree begins with.
  func unindexed(in catalog: Catalog) -> [String] {
    wanted.filter { name in
      guard let column = catalog.columns[table]?.first(where: { $0.storedName == name }) else { return true }
      return !(catalog.indexes[table] ?? []).contains {
        $0.method == "btree" && $0.isUsable && $0.predicate == nil && $0.columns.first == column.number
      }
    }
  }

  /// Whether a GIN index finds rows by their properties.
  func indexesProperties(in catalog: Catalog) -> Bool {
    guard let column = catalog.columns[table]?.first(where: { $0.storedName == "properties" }) else { return false }
    return (catalog.indexes[table] ?? []).contains {
      $0.method == "gin" && $0.isUsable && $0.columns.first == column.number
    }
  }
}
