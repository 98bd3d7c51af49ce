/// What each statement locks, rewrites and reads, as measured on PostgreSQL 15 and 18 by running it on a table with rows and
/// looking at `pg_locks`, the relation's file and its counters of sequential scans.
enum ImpactModel {
  /// The impact of `statement` after what went before it.
  static func impact(of statement: SQLStatement, after trail: SchemaTrail) -> Impact {
    switch statement.kind {
    case .createTable(let table): return creation(table)
    case .alterTable(let table):
      return table.actions.reduce(Impact()) { $0.joined(with: impact(of: $1.kind, on: table, after: trail)) }
    case .createIndex(let index):
      return .locking(index.table, index.concurrently ? .shareUpdateExclusive : .share, scans: true)
    case .dropIndex(_, _, let concurrently):
      return Impact(locks: [TableLock(table: "", mode: concurrently ? .shareUpdateExclusive : .accessExclusive)])
    case .reindex(let reindex):
      return Impact(
        locks: [
          TableLock(
            table: reindex.scope == .table ? reindex.name?.text ?? "" : "",
            mode: reindex.concurrently ? .shareUpdateExclusive : .share)
        ], rewrite: .index, scans: true)
    case .dropTable(let tables, _):
      return Impact(locks: tables.map { TableLock(table: $0.text, mode: .accessExclusive) })
    case .createTrigger(let table): return .locking(table, .shareRowExclusive)
    case .createPolicy(let table): return .locking(table, .accessExclusive)
    case .truncate(let tables, _):
      return Impact(locks: tables.map { TableLock(table: $0.text, mode: .accessExclusive) }, rewrite: .table)
    case .cluster(let table):
      return Impact(
        locks: [TableLock(table: table?.text ?? "", mode: .accessExclusive)], rewrite: .table, scans: true)
    case .vacuum(let isFull):
      return isFull
        ? Impact(locks: [TableLock(table: "", mode: .accessExclusive)], rewrite: .table, scans: true)
        : Impact(locks: [TableLock(table: "", mode: .shareUpdateExclusive)])
    case .analyze(let tables):
      return Impact(locks: tables.map { TableLock(table: $0.text, mode: .shareUpdateExclusive) })
    case .refresh(let view, let concurrently):
      return concurrently
        ? .locking(view, .exclusive, scans: true)
        : .locking(view, .accessExclusive, scans: true, rewrite: .materializedView)
    case .comment(let table?): return .locking(table, .shareUpdateExclusive)
    case .createStatistics(let table?): return .locking(table, .shareUpdateExclusive)
    case .update(let table, _): return .locking(table, .rowExclusive)
    case .lockTable(let tables, let mode):
      let mode = mode.isEmpty ? .accessExclusive : LockMode(rawValue: mode.uppercased()) ?? .accessExclusive
      return Impact(locks: tables.map { TableLock(table: $0.text, mode: mode) })
    default: return Impact()
    }
  }

  private static func creation(_ table: SQLCreateTable) -> Impact {
    var impact = Impact.locking(table.name, .accessExclusive)
    var parents = table.constraints.compactMap { constraint -> SQLName? in
      if case .foreignKey(let parent) = constraint.kind { parent } else { nil }
    }
    for column in table.columns { parents += column.parents }
    for parent in parents where parent.name != table.name.name {
      impact = impact.joined(with: .locking(parent, .shareRowExclusive))
    }
    if let root = table.partitionOf { impact = impact.joined(with: .locking(root, .accessExclusive)) }
    // DefineRelation in PostgreSQL's commands/tablecmds.c.
    for parent in table.inherited { impact = impact.joined(with: .locking(parent, .shareUpdateExclusive)) }
    return impact
  }

  private static func impact(
    of action: SQLTableAction.Kind, on table: SQLAlterTable, after trail: SchemaTrail
  ) -> Impact {
    let name = table.name
    switch action {
    case .addColumn(let column, _): return addition(of: column, to: name)
    case .alterColumn(let column, let change): return impact(of: change, to: column, of: name, after: trail)
    case .addConstraint(let constraint): return addition(of: constraint, to: name, after: trail)
    case .validateConstraint(let constraint):
      var impact = Impact.locking(name, .shareUpdateExclusive, scans: true)
      if case .foreignKey(let parent)? = trail.constraints[constraint]?.kind {
        impact = impact.joined(with: .locking(parent, .rowShare))
      }
      return impact
    case .setOptions(let options):
      let isGentle = options.allSatisfy { option in
        gentleOptions.contains(option) || option.hasPrefix("autovacuum_") || option.hasPrefix("toast.")
      }
      return .locking(name, isGentle ? .shareUpdateExclusive : .accessExclusive)
    case .setLogged, .setUnlogged, .setAccessMethod:
      return .locking(name, .accessExclusive, scans: true, rewrite: .table)
    case .triggers: return .locking(name, .shareRowExclusive)
    case .attachPartition(let partition):
      return Impact.locking(name, .shareUpdateExclusive).joined(with: .locking(partition, .accessExclusive))
    case .detachPartition(let partition, let concurrently):
      return Impact.locking(name, concurrently ? .shareUpdateExclusive : .accessExclusive)
        .joined(with: .locking(partition, .accessExclusive))
    case .inherit(let parent), .noInherit(let parent):
      return Impact.locking(name, .accessExclusive).joined(with: .locking(parent, .shareUpdateExclusive))
    case .clusterOn: return .locking(name, .shareUpdateExclusive)
    default: return .locking(name, .accessExclusive)
    }
  }

  /// Storage parameters whose lock lets others read and write.
  private static let gentleOptions: Set<String> = [
    "fillfactor", "parallel_workers", "toast_tuple_target", "vacuum_index_cleanup", "vacuum_truncate",
    "log_autovacuum_min_duration", "deduplicate_items", "pages_per_range", "autosummarize", "fastupdate",
    "gin_pending_list_limit", "buffering",
  ]

  private static func addition(of column: SQLColumn, to table: SQLName) -> Impact {
    var impact = Impact.locking(table, .accessExclusive)
    let rewrites =
      column.type?.isSerial == true
      || column.constraints.contains { constraint in
        switch constraint {
        case .defaultValue(let value): value.mayBeVolatile
        case .generated(let isStored): isStored
        case .identity: true
        default: false
        }
      }
    if rewrites { (impact.rewrite, impact.scans) = (.table, true) }
    let hasDefault = column.constraints.contains { constraint in
      if case .defaultValue(let value) = constraint { value.tokens != [.word("null")] } else { false }
    }
    for constraint in column.constraints {
      switch constraint {
      case .unique, .primaryKey, .check: impact.scans = true
      case .notNull where !hasDefault: impact.scans = true
      case .references(let parent):
        impact = impact.joined(with: .locking(parent, .shareRowExclusive))
        if hasDefault { impact.scans = true }
      default: break
      }
    }
    return impact
  }

  private static func addition(
    of constraint: SQLTableConstraint, to table: SQLName, after trail: SchemaTrail
  ) -> Impact {
    switch constraint.kind {
    case .foreignKey(let parent):
      return Impact.locking(table, .shareRowExclusive, scans: !constraint.isNotValid)
        .joined(with: .locking(parent, .shareRowExclusive))
    case .check, .notNull, .exclude: return .locking(table, .accessExclusive, scans: !constraint.isNotValid)
    case .unique(let index): return .locking(table, .accessExclusive, scans: index == nil)
    // With an index at hand only columns that may still be null have to be looked through, and those are not known.
    case .primaryKey: return .locking(table, .accessExclusive, scans: true)
    }
  }

  private static func impact(
    of change: SQLColumnChange, to column: String, of table: SQLName, after trail: SchemaTrail
  ) -> Impact {
    switch change {
    case .type(let new, let using):
      let old = trail.types[table.name]?[column]
      let rewrites = using || TypeChange.rewrites(from: old, to: new, isUTC: trail.isUTC)
      return .locking(table, .accessExclusive, scans: rewrites, rewrite: rewrites ? .table : .nothing)
    case .setNotNull:
      let isKnown = trail.notNull[table.name]?.contains(column) ?? false
      return .locking(table, .accessExclusive, scans: !isKnown && !trail.provesNotNull(column, of: table))
    case .setStatistics, .setOptions: return .locking(table, .shareUpdateExclusive)
    case .setExpression: return .locking(table, .accessExclusive, scans: true, rewrite: .table)
    default: return .locking(table, .accessExclusive)
    }
  }
}

extension SQLColumn {
  /// The tables it references.
  var parents: [SQLName] {
    constraints.compactMap { constraint in
      if case .references(let parent) = constraint { parent } else { nil }
    }
  }
}
