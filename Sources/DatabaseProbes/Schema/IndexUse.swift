/// What the cumulative statistics say of the indexes that only speed up reading.
enum IndexUse {
  /// Statistics of fewer days do not show that an index is not needed: month ends come once a month, but two weeks see most.
  static let fewestDays = 14.0

  /// Why an index without a scan may still be in use; nil if nothing speaks for that.
  ///
  /// The counters are those of one server; crashes, upgrades and resets begin them anew.
  static func doubt(isCounting: Bool, days: Double?, isStandby: Bool, replicas: Int) -> String? {
    if !isCounting { return "the server counts nothing: track_counts is off" }
    guard let days else { return "since when the server counts is not known" }
    if days < fewestDays {
      return
        "the server has counted for \((days * 10).rounded() / 10) days; \(Int(fewestDays)) are needed to call an index unused"
    }
    if isStandby { return "this is a standby: the primary and other replicas may use indexes that it does not" }
    return replicas > 0 ? "replicas (\(replicas)) may use indexes that the primary does not" : nil
  }

  /// An index that could go if nobody uses it.
  struct Entry: Sendable {
    var index: Catalog.Index
    /// How often it was read, its partitions together.
    var scans: Int
    /// Pages of it, its partitions together.
    var pages: Int
    /// Inserts, updates and deletes it had to follow.
    var writes: Int
    /// How often its table was read in any way.
    var tableReads: Int
  }

  /// The indexes that guarantee nothing, stand behind nothing and serve no foreign key: all they can be good for is reading.
  static func entries(in catalog: Catalog) -> [Entry] {
    let wanted = Set(catalog.constraints.values.compactMap(\.index))
    var firstForeignColumns: [ObjectID: Set<Int>] = [:]
    for constraint in catalog.constraints.values where constraint.kind == .foreign {
      firstForeignColumns[constraint.table, default: []].formUnion(constraint.columns)
    }
    let all = catalog.sortedIndexes
    let parents = Dictionary(all.compactMap { index in index.parent.map { (index.id, $0) } }) { first, _ in first }
    func root(of id: ObjectID) -> ObjectID {
      var id = id
      for _ in 0..<64 {
        guard let parent = parents[id] else { break }
        id = parent
      }
      return id
    }
    // Most indexes stand alone.
    let parts = Dictionary(grouping: all.filter { $0.parent != nil }) { root(of: $0.id) }
    return all.compactMap { index -> Entry? in
      guard index.parent == nil, index.isUsable, !index.isUnique, !index.isExclusion, !index.isReplicaIdentity,
        !wanted.contains(index.id)
      else { return nil }
      if let first = index.columns.first, first != 0, firstForeignColumns[index.table]?.contains(first) == true {
        return nil
      }
      let members = [index] + (parts[index.id] ?? [])
      let tables = Set(members.map(\.table)).compactMap { catalog.relations[$0] }
      return Entry(
        index: index, scans: members.reduce(0) { $0.addingClamped($1.scans) },
        pages: members.reduce(0) { $0.addingClamped($1.pages) },
        writes: tables.reduce(0) { $0.addingClamped($1.inserts).addingClamped($1.updates).addingClamped($1.deletes) },
        tableReads: tables.reduce(0) { sum, table in
          (catalog.indexes[table.id] ?? []).reduce(sum.addingClamped(table.sequentialScans)) {
            $0.addingClamped($1.scans)
          }
        })
    }
  }
}

extension Int {
  /// The sum, or the bound that it goes beyond.
  func addingClamped(_ other: Int) -> Int {
    let (sum, overflows) = addingReportingOverflow(other)
    return overflows ? (other < 0 ? .min : .max) : sum
  }

  /// The product, or the bound that it goes beyond.
  func multipliedClamped(by other: Int) -> Int {
    let (product, overflows) = multipliedReportingOverflow(by: other)
    return overflows ? ((self < 0) == (other < 0) ? .max : .min) : product
  }
}
