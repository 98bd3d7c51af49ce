/// A foreign key, and how far the indexes of its table help to find the rows that point at a given one.
struct ForeignKeyCover: Sendable {
  /// The constraint as somebody wrote it, of the partitioned table if it is one.
  var constraint: Catalog.Constraint
  /// The most of its columns that one index finds together, in the partition that is worst off.
  var columnsCovered: Int
  /// The tables whose rows it binds: one, or all partitions with rows of their own.
  var tables: [ObjectID]
  /// Those of them in which no index covers all columns.
  var tablesUncovered: [ObjectID]

  /// Whether an index serves it everywhere: fully, by some of its columns, or not at all.
  var extent: Extent {
    if tablesUncovered.isEmpty { return .full }
    return columnsCovered == 0 ? .none : .partial
  }

  enum Extent: String, CaseIterable {
    case full
    case partial
    case none
  }

  /// Every foreign key that somebody wrote, in the order of its table's and its own name.
  ///
  /// A partitioned table's foreign key has a copy at each partition; the rows are there, with column numbers of their own.
  static func all(in catalog: Catalog) -> [ForeignKeyCover] {
    var leaves: [ObjectID: [Catalog.Constraint]] = [:]
    var roots: [ObjectID: Catalog.Constraint] = [:]
    for constraint in catalog.constraints.values where constraint.kind == .foreign {
      guard let root = root(of: constraint, in: catalog) else { continue }
      roots[root.id] = root
      if catalog.relations[constraint.table]?.kind == .table { leaves[root.id, default: []].append(constraint) }
    }
    return roots.values
      .sorted(named: { key(of: $0, catalog) }, id: \.id)
      .map { root in
        // A table without partitions yet hands its indexes down to those to come.
        let bound = (leaves[root.id] ?? [root]).sorted { $0.table < $1.table }
        let covered = bound.map { (table: $0.table, count: columnsCovered(of: $0, in: catalog)) }
        let wanted = Set(root.columns).count
        return ForeignKeyCover(
          constraint: root, columnsCovered: covered.map(\.count).min() ?? 0, tables: covered.map(\.table),
          tablesUncovered: covered.filter { $0.count < wanted }.map(\.table))
      }
  }

  private static func key(of constraint: Catalog.Constraint, _ catalog: Catalog) -> String {
    "\(catalog.relations[constraint.table]?.qualifiedName ?? "") \(constraint.name)"
  }

  /// The constraint that somebody wrote; nil for the copies that the server makes per partition of the referenced table.
  private static func root(of constraint: Catalog.Constraint, in catalog: Catalog) -> Catalog.Constraint? {
    var current = constraint
    for _ in 0..<64 {
      guard let parent = current.parent else { return current }
      guard let above = catalog.constraints[parent] else { return nil }
      if above.table == current.table { return nil }
      current = above
    }
    return nil
  }

  /// How many of the constraint's columns the best index of its own table finds together.
  static func columnsCovered(of constraint: Catalog.Constraint, in catalog: Catalog) -> Int {
    (catalog.indexes[constraint.table] ?? []).map { columnsCovered(of: constraint, by: $0, in: catalog) }.max() ?? 0
  }

  /// How many of the columns `index` finds together: those in the unbroken run of its leading key positions that the
  /// constraint compares, in any order, each counted once.
  ///
  /// The server asks for the rows with `$1 = column AND …` (ri_triggers.c), so order and direction do not matter, while the
  /// operator must be one of the index's and the collation the column's own.
  static func columnsCovered(
    of constraint: Catalog.Constraint, by index: Catalog.Index, in catalog: Catalog
  ) -> Int {
    guard index.isUsable, !index.isHidden else { return 0 }
    // A key with a period is compared by overlap, which only GiST supports.
    guard ["btree", "hash"].contains(index.method) || (constraint.isPeriod && index.method == "gist") else { return 0 }
    if let predicate = index.predicate {
      let compared = constraint.columns.compactMap { catalog.column($0, of: constraint.table)?.storedName }
      guard IndexPredicate(predicate).holds(whereNotNull: Set(compared)) else { return 0 }
    }
    var found: Set<Int> = []
    for position in 0..<index.keyCount {
      let number = index.columns[position]
      guard let place = constraint.columns.firstIndex(of: number),
        let column = catalog.column(number, of: constraint.table)
      else { break }
      let collation = index.collations[position]
      guard collation == 0 || collation == column.collation else { break }
      if index.method != "gist" {
        guard constraint.equalities.indices.contains(place),
          supports(constraint.equalities[place], in: index.operatorClasses[position], catalog)
        else { break }
      }
      found.insert(number)
    }
    return found.count
  }

  /// Whether the operator class finds rows by `equality` or by the same with its sides exchanged.
  private static func supports(_ equality: ObjectID, in operatorClass: ObjectID, _ catalog: Catalog) -> Bool {
    guard let family = catalog.operatorClasses[operatorClass]?.family, let known = catalog.equalities[family] else {
      return false
    }
    return known.contains(equality) || catalog.commutators[equality].map(known.contains) ?? false
  }
}
