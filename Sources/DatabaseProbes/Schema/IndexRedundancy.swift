/// An index whose every use another one provides.
struct IndexRedundancy: Sendable {
  /// How the two relate.
  enum Kind: String, Sendable, CaseIterable {
    /// The same key.
    case duplicate
    /// The other one's key begins with this one's.
    case prefix
  }

  /// The index that can go.
  var index: Catalog.Index
  var kind: Kind
  /// The one that stays.
  var keeper: Catalog.Index

  /// Every index that can go, by its number.
  ///
  /// Of two equal ones only one can. What stands behind a constraint, serves a foreign key of another table, tells replicas
  /// the rows apart, or guarantees what the other does not, stays.
  static func all(in catalog: Catalog) -> [ObjectID: IndexRedundancy] {
    var backing: Set<ObjectID> = []
    var referenced: Set<ObjectID> = []
    for constraint in catalog.constraints.values {
      guard let index = constraint.index else { continue }
      if constraint.kind == .foreign { referenced.insert(index) } else { backing.insert(index) }
    }
    var found: [ObjectID: IndexRedundancy] = [:]
    for indexes in catalog.indexes.values where indexes.count > 1 {
      let usable = indexes.filter { $0.isUsable && !$0.isHidden }.map {
        Shape($0, backsConstraint: backing.contains($0.id))
      }
      for victim in usable where !victim.backsConstraint && !referenced.contains(victim.index.id) {
        // An index of a partition lives and dies with the one it is a part of.
        guard !victim.index.isReplicaIdentity, !victim.index.isExclusion, victim.index.parent == nil else { continue }
        let keepers = usable.compactMap { keeper in victim.kind(beside: keeper).map { (kind: $0, index: keeper.index) }
        }
        let best = keepers.min {
          ($0.kind == .duplicate ? 0 : 1, $0.index.qualifiedName) < (
            $1.kind == .duplicate ? 0 : 1, $1.index.qualifiedName
          )
        }
        guard let best else { continue }
        found[victim.index.id] = IndexRedundancy(index: victim.index, kind: best.kind, keeper: best.index)
      }
    }
    return found
  }

  /// What two indexes have in common or not.
  private struct Shape {
    struct Position: Equatable {
      var column: Int
      var expression: String?
      var operatorClass: ObjectID
      var collation: ObjectID
    }

    var index: Catalog.Index
    var key: [Position]
    var backsConstraint: Bool

    init(_ index: Catalog.Index, backsConstraint: Bool) {
      self.index = index
      self.backsConstraint = backsConstraint
      key = (0..<index.keyCount).map { position in
        let expressions = index.expressions ?? []
        return Position(
          column: index.columns[position],
          expression: index.columns[position] == 0 && expressions.indices.contains(position)
            ? expressions[position] : nil,
          operatorClass: index.operatorClasses[position], collation: index.collations[position])
      }
    }

    /// How this index is redundant beside `keeper`; nil where it is not.
    func kind(beside keeper: Shape) -> Kind? {
      guard index.id != keeper.index.id, index.method == keeper.index.method,
        index.predicate == keeper.index.predicate, index.operatorOptions == keeper.index.operatorOptions,
        key.count <= keeper.key.count, key[...] == keeper.key.prefix(key.count), isReadAlike(by: keeper),
        Set(index.payload).isSubset(of: keeper.index.columns)
      else { return nil }
      let isSameKey = key.count == keeper.key.count
      // Only a btree finds rows by the leading part of its key at full speed.
      guard isSameKey || index.method == "btree" else { return nil }
      if index.isUnique {
        guard isSameKey, keeper.index.isUnique, index.nullsNotDistinct == keeper.index.nullsNotDistinct,
          keeper.index.isImmediate || !index.isImmediate
        else { return nil }
      }
      guard !isSameKey || keeper.backsConstraint || keeper.index.isReplicaIdentity || keeper.outranks(self) else {
        return nil
      }
      return isSameKey ? .duplicate : .prefix
    }

    /// Whether both give rows in the same order, or in the exactly opposite one, as a btree is read both ways.
    private func isReadAlike(by keeper: Shape) -> Bool {
      let own = index.options.prefix(key.count)
      let others = keeper.index.options.prefix(key.count)
      if own == others { return true }
      return index.method == "btree" && own.elementsEqual(others.map { 3 - $0 })
    }

    /// Of two equal ones the one that holds more, guarantees more, orders the table, or was there first.
    private func outranks(_ other: Shape) -> Bool {
      let own = (index.columns.count, index.isUnique ? 1 : 0, index.isClustered ? 1 : 0)
      let its = (other.index.columns.count, other.index.isUnique ? 1 : 0, other.index.isClustered ? 1 : 0)
      return own == its ? index.id < other.index.id : own > its
    }
  }
}
