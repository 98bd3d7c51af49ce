/// What there is to know of indexes and keys beyond whether they are used.
enum IndexTraits {
  /// `fed` are the numbers of the columns that a sequence of their own feeds, by table; `vectors` the types of embeddings.
  static func all(
    in catalog: Catalog, fed: [ObjectID: Set<Int>], vectors: Set<ObjectID>
  ) -> [Trait] {
    let keys = catalog.primaryKeys
    var foreign: [ObjectID: Set<Int>] = [:]
    for constraint in catalog.constraints.values where constraint.kind == .foreign {
      foreign[constraint.table, default: []].formUnion(constraint.columns)
    }
    return catalog.sortedRelations.filter { !$0.isPartition }.flatMap { table -> [Trait] in
      let indexes = (catalog.indexes[table.id] ?? []).sorted { ($0.name, $0.id) < ($1.name, $1.id) }
      let ofIndexes = indexes.flatMap { traits(of: $0, catalog, vectors) }
      guard table.isTable, let key = keys[table.id] else { return ofIndexes }
      let isForeign = !(foreign[table.id] ?? []).isDisjoint(with: key)
      return ofIndexes + traits(ofKey: key, table, isForeign: isForeign, fed: fed[table.id] ?? [], catalog)
    }
  }

  private static func traits(
    of index: Catalog.Index, _ catalog: Catalog, _ vectors: Set<ObjectID>
  ) -> [Trait] {
    let key = index.keyColumns.map { catalog.column($0, of: index.table) }
    let types = key.map { $0.map { catalog.baseType(of: $0.type) } }
    let condition = index.predicate.map { IndexPredicate($0) }
    var found: [Trait.Word: String] = [:]

    let promised = Set(condition?.columnsNotNull ?? [])
    let nullable = key.compactMap { $0 }.filter { !$0.isNotNull && !promised.contains($0.storedName) }
    if !index.isPrimary, index.predicate == nil, !nullable.isEmpty {
      found[.nullableKey] = nullable.map(\.name).joined(separator: ", ")
    }
    if !index.isUnique, types.contains(BuiltInType.bool) {
      found[.booleanKey] = catalog.keyList(of: index)
    }
    if index.method == "btree" {
      let arrays = key.compactMap { $0 }.filter { $0.typeCategory == "A" }
      if !arrays.isEmpty { found[.arrayInBtree] = arrays.map(\.name).joined(separator: ", ") }
      if types.contains(where: { $0.map(vectors.contains) ?? false }) {
        found[.vectorInBtree] = catalog.keyList(of: index)
      }
      if !index.isUnique, index.operatorClasses.dropLast().contains(where: { isOfTimestamps($0, catalog) }) {
        found[.timestampNotLast] = catalog.keyList(of: index)
      }
    }
    // A condition on columns that cannot be null anyway.
    if let promises = condition?.columnsNotNull, !promises.isEmpty {
      let columns = catalog.columns[index.table] ?? []
      let required = Set(columns.filter(\.isNotNull).map(\.storedName))
      let needless = promises.filter(required.contains)
      if !needless.isEmpty { found[.needlessCondition] = needless.joined(separator: ", ") }
    }
    found.merge(TableTraits.naming(index.storedName, index.name)) { first, _ in first }
    return TableTraits.sorted(found, .index, index.qualifiedName)
  }

  /// By the operator class, which an expression of columns has as well.
  private static func isOfTimestamps(_ operators: ObjectID, _ catalog: Catalog) -> Bool {
    ["timestamp_ops", "timestamptz_ops"].contains(catalog.operatorClasses[operators]?.name)
  }

  private static func traits(
    ofKey key: [Int], _ table: Catalog.Relation, isForeign: Bool, fed: Set<Int>, _ catalog: Catalog
  ) -> [Trait] {
    let columns = key.compactMap { catalog.column($0, of: table.id) }
    let types = columns.map { catalog.baseType(of: $0.type) }
    var found: [Trait.Word: String] = [:]
    let texts = zip(columns, types).filter {
      [BuiltInType.varchar, BuiltInType.bpchar, BuiltInType.text].contains($0.1)
    }
    if !texts.isEmpty { found[.textKey] = texts.map { "\($0.0.name) \($0.0.typeName)" }.joined(separator: ", ") }
    if !isForeign, types.contains(where: { !isSurrogate($0, ofPartitioned: table.kind == .partitioned) }) {
      found[.naturalKey] = columns.map { "\($0.name) \($0.typeName)" }.joined(separator: ", ")
    }
    if columns.contains(where: { !$0.isIdentity && fed.contains($0.number) }) {
      found[.serialKey] = columns.map { "\($0.name) \($0.typeName)" }.joined(separator: ", ")
    }
    return TableTraits.sorted(found, .key, "\(table.qualifiedName) (\(catalog.list(key, of: table.id)))")
  }
}

extension IndexTraits {
  /// Whether a key of that type says nothing of the world; a partitioned table's must hold what it is parted by, often a time.
  private static func isSurrogate(_ type: ObjectID, ofPartitioned isPartitioned: Bool) -> Bool {
    if BuiltInType.integerWidths[type] != nil || type == BuiltInType.uuid { return true }
    return isPartitioned
      && [BuiltInType.date, BuiltInType.time, BuiltInType.timetz, BuiltInType.timestamp, BuiltInType.timestamptz]
        .contains(type)
  }
}

/// What there is to know of names that stand for nothing else here.
enum NameTraits {
  /// Of views, constraints that are no index's, and sequences.
  static func all(in catalog: Catalog, sequences: [SequenceUse]) -> [Trait] {
    catalog.sortedRelations.filter { !$0.isTable }.flatMap { view in
      TableTraits.sorted(TableTraits.naming(view.storedName, view.name), .view, view.qualifiedName)
    }
      + catalog.constraints.values.filter { [.check, .foreign].contains($0.kind) && $0.parent == nil }
      .sorted(named: { "\($0.name) on \(catalog.relations[$0.table]?.qualifiedName ?? "?")" }, id: \.id)
      .flatMap { constraint in
        guard let table = catalog.relations[constraint.table], !table.isPartition else { return [Trait]() }
        return TableTraits.sorted(
          TableTraits.naming(constraint.storedName, constraint.name),
          constraint.kind == .foreign ? .foreignKey : .constraint, "\(constraint.name) on \(table.qualifiedName)")
      }
      + sequences.flatMap { sequence in
        TableTraits.sorted(TableTraits.naming(sequence.storedName, sequence.name), .sequence, sequence.qualifiedName)
      }
  }
}

/// What there is to know of foreign keys beyond their indexes.
enum ForeignKeyTraits {
  static func all(of foreignKeys: [ForeignKeyCover], in catalog: Catalog) -> [Trait] {
    let byTable = Dictionary(grouping: foreignKeys.map(\.constraint), by: \.table)
    return foreignKeys.map(\.constraint).flatMap { constraint -> [Trait] in
      var found: [Trait.Word: String] = [:]
      let columns = constraint.columns.compactMap { catalog.column($0, of: constraint.table) }
      let pairs = Set(zip(constraint.columns, constraint.referencedColumns).map { Pair(own: $0, other: $1) })
      for other in byTable[constraint.table] ?? [] where other.id != constraint.id {
        guard other.referencedTable == constraint.referencedTable else { continue }
        let others = Set(zip(other.columns, other.referencedColumns).map { Pair(own: $0, other: $1) })
        // Of two equal ones the younger one is the copy.
        if others == pairs, other.id < constraint.id { found[.duplicate] = other.name }
        if pairs.isStrictSubset(of: others) { found[.contained] = other.name }
      }
      // Where what points at a deleted row goes with it, or lets go of it, a tree can be taken apart.
      if constraint.table == constraint.referencedTable, [.noAction, .restrict].contains(constraint.onDelete) {
        found[.selfReference] = "ON DELETE \(constraint.onDelete.sql)"
      }
      // MATCH SIMPLE does not look at a row in which one of the columns is null.
      let nullable = columns.filter { !$0.isNotNull }.map(\.name)
      if columns.count > 1, !constraint.matchesFull, !nullable.isEmpty {
        found[.nullEscapes] = nullable.joined(separator: ", ")
      }
      let mismatches = mismatches(of: constraint, in: catalog)
      if !mismatches.isEmpty { found[.typeMismatch] = mismatches.joined(separator: ", ") }
      let table = catalog.relations[constraint.table]?.qualifiedName ?? "?"
      return TableTraits.sorted(found, .foreignKey, "\(constraint.name) on \(table)")
    }
  }

  private struct Pair: Hashable {
    var own: Int
    var other: Int
  }

  /// `event_id integer for id numeric`; an integer that is merely too narrow is told elsewhere.
  static func mismatches(of constraint: Catalog.Constraint, in catalog: Catalog) -> [String] {
    zip(constraint.columns, constraint.referencedColumns).compactMap { own, other in
      guard let column = catalog.column(own, of: constraint.table),
        let target = catalog.column(other, of: constraint.referencedTable),
        case let (type, wanted) = (catalog.baseType(of: column.type), catalog.baseType(of: target.type)), type != wanted
      else { return nil }
      if let width = BuiltInType.integerWidths[type], let other = BuiltInType.integerWidths[wanted], width < other {
        return nil
      }
      return "\(column.name) \(column.typeName) for \(target.name) \(target.typeName)"
    }
  }
}
