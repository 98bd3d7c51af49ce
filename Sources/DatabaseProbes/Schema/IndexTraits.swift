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
    return catalog.sortedRelations.flatMap { table -> [Trait] in
      // Those of a partition that are parts of an index above repeat it.
      let indexes = (catalog.indexes[table.id] ?? []).filter { $0.parent == nil }
        .sorted { ($0.name, $0.id) < ($1.name, $1.id) }
      let ofIndexes = indexes.flatMap { traits(of: $0, catalog, vectors) }
      guard table.isTable, !table.isPartition, let key = keys[table.id] else { return ofIndexes }
      return ofIndexes + traits(ofKey: key, table, foreign: foreign[table.id] ?? [], fed: fed[table.id] ?? [], catalog)
    }
  }

  private static func traits(
    of index: Catalog.Index, _ catalog: Catalog, _ vectors: Set<ObjectID>
  ) -> [Trait] {
    let key = index.keyColumns.map { catalog.column($0, of: index.table) }
    let types = key.map { $0.map { catalog.baseType(of: $0.type) } }
    let condition = index.predicate.map { IndexPredicate($0) }
    var found: [Trait.Word: String] = [:]

    // Only nulls at the front are entries that no equality finds; a unique index has them for what it guarantees, and a
    // condition that is about the column has its say on them.
    if !index.isUnique, let first = key.first ?? nil, !first.isNotNull,
      index.predicate.map({ IndexPredicate.mentions(first.storedName, in: $0) }) != true
    {
      found[.nullableKey] = first.name
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
    if let condition {
      let columns = catalog.columns[index.table] ?? []
      let needless = condition.needless(where: Set(columns.filter(\.isNotNull).map(\.storedName)))
      if !needless.isEmpty { found[.needlessCondition] = needless.joined(separator: ", ") }
    }
    found.merge(catalog.naming(index.storedName, index.name)) { first, _ in first }
    return TableTraits.sorted(found, .index, index.qualifiedName)
  }

  /// By the operator class, which an expression of columns has as well.
  private static func isOfTimestamps(_ operators: ObjectID, _ catalog: Catalog) -> Bool {
    ["timestamp_ops", "timestamptz_ops"].contains(catalog.operatorClasses[operators]?.name)
  }

  private static func traits(
    ofKey key: [Int], _ table: Catalog.Relation, foreign: Set<Int>, fed: Set<Int>, _ catalog: Catalog
  ) -> [Trait] {
    let columns = key.compactMap { catalog.column($0, of: table.id) }
    let types = columns.map { catalog.baseType(of: $0.type) }
    var found: [Trait.Word: String] = [:]
    let texts = zip(columns, types).filter {
      [BuiltInType.varchar, BuiltInType.bpchar, BuiltInType.text].contains($0.1)
    }
    if !texts.isEmpty { found[.textKey] = texts.map { "\($0.0.name) \($0.0.typeName)" }.joined(separator: ", ") }
    // A column that points elsewhere has the type it must have.
    let own = zip(columns, types).filter { !foreign.contains($0.0.number) }.map(\.1)
    if own.contains(where: { !isSurrogate($0, ofPartitioned: table.kind == .partitioned) }) {
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

/// What there is to know of what stands for nothing else here: names mostly.
enum NameTraits {
  /// Of views, constraints that are no index's, and sequences.
  static func all(in catalog: Catalog, sequences: [SequenceUse]) -> [Trait] {
    catalog.sortedRelations.filter { !$0.isTable }.flatMap { view in
      TableTraits.sorted(catalog.naming(view.storedName, view.name), .view, view.qualifiedName)
    }
      + catalog.constraints.values.filter { [.check, .foreign].contains($0.kind) && !$0.isInherited }
      .sorted(named: { "\($0.name) on \(catalog.relations[$0.table]?.qualifiedName ?? "?")" }, id: \.id)
      .flatMap { constraint in
        guard let table = catalog.relations[constraint.table] else { return [Trait]() }
        return TableTraits.sorted(
          catalog.naming(constraint.storedName, constraint.name),
          constraint.kind == .foreign ? .foreignKey : .constraint, "\(constraint.name) on \(table.qualifiedName)")
      }
      + sequences.flatMap { sequence in
        var found = catalog.naming(sequence.storedName, sequence.name)
        if sequence.forgetsInCrash {
          found[.unlogged] = sequence.feeds.map(\.column).joined(separator: ", ")
        }
        return TableTraits.sorted(found, .sequence, sequence.qualifiedName)
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

  /// Whether a text or number is bounded more closely than the one it points at, so that some keys do not fit into it.
  private static func isNarrower(_ column: Catalog.Column, than target: Catalog.Column) -> Bool {
    guard column.typeModifier >= 4 else { return false }
    guard target.typeModifier >= 4 else { return [BuiltInType.varchar, BuiltInType.numeric].contains(column.type) }
    switch column.type {
    case BuiltInType.varchar, BuiltInType.bpchar: return column.typeModifier < target.typeModifier
    case BuiltInType.numeric:
      // Precision in the upper half, scale in 11 bits with a sign (numeric.c).
      func digits(_ modifier: Int) -> (whole: Int, fraction: Int) {
        let scale = (((modifier - 4) & 0x7ff) ^ 1024) - 1024
        return ((((modifier - 4) >> 16) & 0xffff) - scale, scale)
      }
      let (own, its) = (digits(column.typeModifier), digits(target.typeModifier))
      return own.whole < its.whole || own.fraction < its.fraction
    default: return false
    }
  }

  /// `event_id integer for id numeric`; an integer that is merely too narrow is told elsewhere.
  static func mismatches(of constraint: Catalog.Constraint, in catalog: Catalog) -> [String] {
    zip(constraint.columns, constraint.referencedColumns).compactMap { own, other in
      guard let column = catalog.column(own, of: constraint.table),
        let target = catalog.column(other, of: constraint.referencedTable),
        case let (type, wanted) = (catalog.baseType(of: column.type), catalog.baseType(of: target.type)),
        type != wanted || (column.type == target.type && isNarrower(column, than: target))
      else { return nil }
      if let width = BuiltInType.integerWidths[type], let other = BuiltInType.integerWidths[wanted], width < other {
        return nil
      }
      return "\(column.name) \(column.typeName) for \(target.name) \(target.typeName)"
    }
  }
}
