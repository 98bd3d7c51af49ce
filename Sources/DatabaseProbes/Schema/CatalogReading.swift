import Facts
import Postgres

extension Catalog {
  /// What the server's answers say. A row that does not have the expected form is not taken for anything.
  init(
    relations: PostgresRows, columns: PostgresRows, indexes: PostgresRows, constraints: PostgresRows,
    domains: PostgresRows, operatorClasses: PostgresRows, equalities: PostgresRows, commutators: PostgresRows,
    keywords: PostgresRows
  ) {
    for row in relations {
      guard let relation = Relation(row) else { continue }
      self.relations[relation.id] = relation
    }
    for row in columns {
      guard let table = row.object("table"), self.relations[table] != nil, let column = Column(row) else { continue }
      self.columns[table, default: []].append(column)
    }
    for row in indexes {
      guard let index = Index(row), self.relations[index.table] != nil else { continue }
      self.indexes[index.table, default: []].append(index)
    }
    for row in constraints {
      guard let constraint = Constraint(row), constraint.table == 0 || self.relations[constraint.table] != nil else {
        continue
      }
      self.constraints[constraint.id] = constraint
    }
    for row in domains {
      guard let id = row.object("id"), let base = row.object("base") else { continue }
      self.domains[id] = base
    }
    for row in operatorClasses {
      guard let id = row.object("id"), let name = row["name"], let family = row.object("family") else { continue }
      self.operatorClasses[id] = OperatorClass(name: name, family: family)
    }
    for row in equalities {
      guard let family = row.object("family"), let equality = row.object("operator") else { continue }
      self.equalities[family, default: []].insert(equality)
    }
    for row in commutators {
      guard let id = row.object("id"), let commutator = row.object("commutator") else { continue }
      self.commutators[id] = commutator
    }
    for row in keywords {
      guard let word = row["word"] else { continue }
      if row["kind"] == "C" { wordsForRelations.insert(word) } else { wordsForRoutines.insert(word) }
    }
    putInOrder()
  }
}

extension Catalog.Relation {
  fileprivate init?(_ row: PostgresRow) {
    guard let id = row.object("id"), let schema = row["schema"], let name = row["name"],
      let kind = row["kind"].flatMap(Kind.init)
    else { return nil }
    self.init(id: id, schema: schema, name: name, storedName: row["stored"] ?? name, kind: kind)
    isPartition = row.isTrue("partition")
    isUnlogged = row["persistence"] == "u"
    parents = row.numbers("parents").compactMap { ObjectID(exactly: $0) }
    let options = (row["options"] ?? "").split(separator: " ")
    pages = max(0, row.number("pages") ?? 0)
    // Before 14, 0 rows on 0 pages could also mean that nobody ever counted.
    rowsCounted = row.number("rows").flatMap { $0 < 0 || ($0 == 0 && pages == 0) ? nil : $0 }
    fillFactor = options.lazy.compactMap { $0.hasPrefix("fillfactor=") ? Int($0.dropFirst(11)) : nil }.first ?? 100
    isVacuumed = options.lazy.compactMap { Self.truth($0, of: "autovacuum_enabled") }.first ?? true
    replicaIdentity = row["identity"] ?? "d"
    hasRowSecurity = row.isTrue("secured")
    isDescribed = row.isTrue("described")
    grantedToPublic = row["granted"]
    asksAsInvoker = options.lazy.compactMap { Self.truth($0, of: "security_invoker") }.first ?? false
    rowsAlive = max(0, row.number("alive") ?? 0)
    sequentialScans = max(0, row.number("scans") ?? 0)
    rowsReadSequentially = max(0, row.number("scanned") ?? 0)
    inserts = max(0, row.number("inserts") ?? 0)
    updates = max(0, row.number("updates") ?? 0)
    deletes = max(0, row.number("deletes") ?? 0)
  }

  /// What a storage parameter such as `security_invoker=yes` says, if it is that of `name`.
  ///
  /// It stands as somebody wrote it: the server takes any beginning of a word that tells the two apart (bool.c).
  private static func truth(_ option: Substring, of name: String) -> Bool? {
    guard option.hasPrefix("\(name)=") else { return nil }
    let value = option.dropFirst(name.count + 1).lowercased()
    if value.isEmpty { return nil }
    if value == "1" || value == "on" || ["true", "yes"].contains(where: { $0.hasPrefix(value) }) { return true }
    return value == "0" || (value != "o" && ["false", "no", "off"].contains { $0.hasPrefix(value) }) ? false : nil
  }
}

extension Catalog.Column {
  fileprivate init?(_ row: PostgresRow) {
    guard let number = row.number("number"), let name = row["name"], let type = row.object("type") else { return nil }
    self.init(
      number: number, name: name, storedName: row["stored"] ?? name, type: type,
      typeModifier: row.number("modifier") ?? -1, typeName: row["type_name"] ?? "?",
      typeCategory: row["category"] ?? "X", collation: row.object("collation") ?? 0, isNotNull: row.isTrue("required"),
      isIdentity: row.isTrue("identity"), isDescribed: row.isTrue("described"))
  }
}

extension Catalog.Index {
  fileprivate init?(_ row: PostgresRow) {
    guard let id = row.object("id"), let table = row.object("table"), let schema = row["schema"],
      let name = row["name"], let method = row["method"], let keyCount = row.number("keys"), keyCount > 0
    else { return nil }
    let columns = row.numbers("columns")
    let classes = row.numbers("classes").compactMap { ObjectID(exactly: $0) }
    let collations = row.numbers("collations").compactMap { ObjectID(exactly: $0) }
    let options = row.numbers("options")
    guard columns.count >= keyCount, classes.count >= keyCount, collations.count >= keyCount, options.count >= keyCount
    else { return nil }
    self.init(
      id: id, table: table, schema: schema, name: name, storedName: row["stored"] ?? name, method: method,
      keyCount: keyCount, columns: columns, operatorClasses: classes, collations: collations, options: options)
    parent = row.object("parent")
    isPartitioned = row.isTrue("partitioned")
    isUnique = row.isTrue("unique")
    isPrimary = row.isTrue("primary")
    isExclusion = row.isTrue("exclusion")
    isImmediate = row.isTrue("immediate")
    isValid = row.isTrue("valid")
    isReady = row.isTrue("ready")
    isLive = row.isTrue("live")
    isReplicaIdentity = row.isTrue("identity")
    isClustered = row.isTrue("clustered")
    nullsNotDistinct = row.isTrue("equal_nulls")
    predicate = row["predicate"]
    isHidden = row.isTrue("hidden")
    expressions = row["expressions"].flatMap { try? JSONText.parse(Array($0.utf8)) }?.array?.map { $0.string ?? "" }
    parameters = (row["parameters"] ?? "").split(separator: " ").map(String.init)
    operatorOptions = row["operator_options"]
    pages = max(0, row.number("pages") ?? 0)
    scans = max(0, row.number("scans") ?? 0)
  }
}

extension Catalog.Constraint {
  fileprivate init?(_ row: PostgresRow) {
    guard let id = row.object("id"), let name = row["name"], let kind = row["kind"].flatMap(Kind.init) else {
      return nil
    }
    self.init(
      id: id, name: name, storedName: row["stored"] ?? name, kind: kind, table: row.object("table") ?? 0,
      columns: row.numbers("columns"))
    domain = row["domain"]
    referencedTable = row.object("referenced") ?? 0
    referencedColumns = row.numbers("referenced_columns")
    equalities = row.numbers("equalities").compactMap { ObjectID(exactly: $0) }
    parent = row.object("parent")
    isInherited = row.isTrue("inherited") || parent != nil
    index = row.object("index")
    onDelete = row["on_delete"].flatMap(Action.init) ?? .noAction
    matchesFull = row.isTrue("full_match")
    isValidated = row.isTrue("validated")
    isEnforced = row.isTrue("enforced")
    isPeriod = row.isTrue("period")
  }
}

extension PostgresRow {
  /// A whole number.
  func number(_ name: String) -> Int? { self[name].flatMap { Int($0) } }

  /// A number with a fraction.
  func fraction(_ name: String) -> Double? { self[name].flatMap { Double($0) }.flatMap { $0.isFinite ? $0 : nil } }

  /// The number of an object.
  func object(_ name: String) -> ObjectID? { self[name].flatMap { ObjectID($0) } }

  /// Whether the server said true.
  func isTrue(_ name: String) -> Bool { self[name] == "t" }

  /// Whole numbers with spaces between them.
  func numbers(_ name: String) -> [Int] { (self[name] ?? "").split(separator: " ").compactMap { Int($0) } }
}
