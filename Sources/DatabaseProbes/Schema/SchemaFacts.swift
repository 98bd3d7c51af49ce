import AuditModel
import Facts
import Postgres

/// What an auditor's session saw of the tables, indexes and constraints of a database, as facts with their gaps.
struct SchemaFacts {
  private var facts: JSONObject
  private(set) var gaps: [Gap] = []
  private var catalog = Catalog()
  private var role = "auditor"
  private var version = 0
  private var blockSize = 8192
  /// Days that the cumulative statistics reach back; nil if that is not known.
  private var days: Double?
  private var areCounting = true
  private var replicas = 0
  private var isStandby = false
  private var hasGraphs = false
  private var fed: [ObjectID: Set<Int>] = [:]
  private var sequences: [SequenceUse] = []

  /// How statements are run: in the open transaction, or in one that ends with the statement and lets go of its locks.
  typealias Reader = (_ statement: String, _ endsTransaction: Bool) throws(PostgresFailure) -> PostgresRows

  /// Nothing seen yet.
  init() { facts = JSONObject(Self.names.map { ($0, nil) }) }

  /// The facts.
  var value: JSONValue { .object(facts) }

  /// Reads everything and works out what follows; throws where not even the beginning can be read.
  mutating func read(with reader: Reader) throws(PostgresFailure) {
    let lastValues = readLastValues(reader)
    take(identity: try reader(CatalogStatements.identity, false))
    let sequences = attempt(["sequences"], [CatalogStatements.sequences, CatalogStatements.fedColumns], reader)
    let indexes = try readIndexes(reader)
    // Everything else stands on the same few catalogs.
    catalog = Catalog(
      relations: try reader(CatalogStatements.relations, false), columns: try reader(CatalogStatements.columns, false),
      indexes: indexes,
      constraints: try reader(CatalogStatements.constraints(version: version), false),
      domains: try reader(CatalogStatements.domains, false),
      operatorClasses: try reader(CatalogStatements.operatorClasses, false),
      equalities: try reader(CatalogStatements.equalities, false),
      commutators: try reader(CatalogStatements.commutators, false),
      keywords: try reader(CatalogStatements.keywords, false))
    if let sequences, sequences.count == 2, let lastValues {
      take(sequences: sequences[0], feeding: sequences[1], lastValues)
    }
    let foreignKeys = ForeignKeyCover.all(in: catalog)
    noteHiddenIndexes()
    takeTables()
    take(foreignKeys: foreignKeys)
    takeConstraints()
    takeNarrowKeys(foreignKeys)
    takeIndexUse()
    takeIndexes(builds: attempt([], [CatalogStatements.builds], reader)?.first)
    if let widths = attempt(["bloat"], [CatalogStatements.widths], reader)?.first { take(widths: widths) }
    if let rows = attempt(["extensions"], [CatalogStatements.extensions], reader)?.first { take(extensions: rows) }
    let types = takeVectors(reader)
    takeGraphs(reader)
    takeTraits(foreignKeys, vectors: types, reader)
  }

  /// What each of `statements` brings back; nil, with a gap at each of `paths`, where one fails.
  private mutating func attempt(
    _ paths: [String], _ statements: [String], endingTransaction: Bool = false, _ reader: Reader
  ) -> [PostgresRows]? {
    var answers: [PostgresRows] = []
    do throws(PostgresFailure) {
      for statement in statements { answers.append(try reader(statement, endingTransaction)) }
      return answers
    } catch {
      for path in paths { gaps.append(Gap(path: path, reason: error.description.bounded())) }
      return nil
    }
  }

  private func readIndexes(_ reader: Reader) throws(PostgresFailure) -> PostgresRows {
    do throws(PostgresFailure) {
      return try reader(CatalogStatements.indexes(version: version, sparingLocked: false), false)
    } catch {
      return try reader(CatalogStatements.indexes(version: version, sparingLocked: true), false)
    }
  }

  private mutating func noteHiddenIndexes() {
    let tables = catalog.indexes.filter { $0.value.contains(where: \.isHidden) }.keys
      .compactMap { catalog.relations[$0]?.qualifiedName }.sorted()
    guard !tables.isEmpty else { return }
    let reason = "a lock keeps the conditions of indexes from being read: \(tables.joined(separator: ", "))"
    for path in ["foreignKeys", "indexes", "traits"] {
      gaps.append(Gap(path: path, reason: reason.bounded(), remedy: "look again when no migration is under way"))
    }
  }

  private mutating func take(identity rows: PostgresRows) {
    guard let row = rows.first else { return }
    role = row["role"] ?? role
    version = row.number("version") ?? 0
    blockSize = row.number("block_size") ?? blockSize
    days = row.fraction("days")
    areCounting = row["counts"] == "on"
    replicas = row.number("replicas") ?? 0
    isStandby = row.isTrue("in_recovery")
    hasGraphs = row.isTrue("graphs")
    facts["database"] = text(row["database"])
    facts["serverVersion"] = .integer(version)
    facts["statistics"] = [
      "since": JSONValue(row["since"]), "days": days.map { .double($0) } ?? .null, "isCounting": .bool(areCounting),
      "replicas": .integer(replicas), "isStandby": .bool(isStandby),
    ]
  }

  // MARK: Tables and their constraints

  private mutating func takeTables() {
    let keys = catalog.primaryKeys
    let partitions = self.partitions
    facts["tables"] = .array(
      catalog.sortedRelations.filter { $0.isTable && !$0.isPartition }.map { table in
        // A partitioned table's rows and counters are those of its partitions.
        let members = table.kind == .partitioned ? partitions[table.id] ?? [] : [table]
        func sum(_ value: (Catalog.Relation) -> Int) -> Int { members.reduce(0) { $0.addingClamped(value($1)) } }
        let rows = sum(\.rows)
        let scans = sum(\.sequentialScans)
        let indexScans = sum { (catalog.indexes[$0.id] ?? []).reduce(0) { $0.addingClamped($1.scans) } }
        let perScan = scans > 0 ? Double(sum(\.rowsReadSequentially)) / Double(scans) : nil
        // Never loaded through this count, or counted anew since: then nothing can be said of the share.
        let all = Double(scans) + Double(indexScans)
        return [
          "name": text(table.qualifiedName), "rows": .integer(rows), "bytes": bytes(sum(\.pages)),
          "partitions": .integer(table.kind == .partitioned ? members.count : 0),
          "key": keys[table.id] != nil ? "primary" : hasCandidateKey(table) ? "candidate" : "none",
          "replicaIdentity": .string(Self.identities[table.replicaIdentity] ?? "default"),
          "sequentialScans": .integer(scans), "indexScans": .integer(indexScans),
          "rowsPerScan": perScan.map { .integer(Int(exactly: $0.rounded()) ?? .max) } ?? .null,
          "shareReadPerScan": rows > 0 ? perScan.map { .double(min(1, $0 / Double(rows))) } ?? .null : .null,
          "shareByIndex": all > 0 ? .double(Double(indexScans) / all) : .null,
        ]
      })
  }

  static let identities = ["d": "default", "n": "nothing", "f": "full", "i": "index"]

  /// The tables with rows under each partitioned one.
  private var partitions: [ObjectID: [Catalog.Relation]] {
    catalog.partitions.mapValues { $0.filter { $0.kind == .table } }
  }

  /// Whether some unique index tells every row from every other.
  private func hasCandidateKey(_ table: Catalog.Relation) -> Bool {
    (catalog.indexes[table.id] ?? []).contains { index in
      index.isUnique && index.isUsable && index.predicate == nil
        && index.keyColumns.allSatisfy { catalog.column($0, of: table.id)?.isNotNull == true }
    }
  }

  private mutating func take(foreignKeys: [ForeignKeyCover]) {
    let partitions = self.partitions
    facts["foreignKeys"] = .array(
      foreignKeys.filter { key in
        // Whether the hidden ones serve it is not known.
        !key.tablesUncovered.contains { catalog.indexes[$0]?.contains(where: \.isHidden) == true }
      }.map { key in
        let constraint = key.constraint
        let table = catalog.relations[constraint.table]
        let members = key.tables.compactMap { catalog.relations[$0] }
        let columns = catalog.list(constraint.columns, of: constraint.table)
        let referenced = catalog.relations[constraint.referencedTable]
        let sources = referenced.map { [$0] + (partitions[$0.id] ?? []) } ?? []
        let target = text(table?.qualifiedName)
        return [
          "constraint": text(constraint.name), "table": target, "columns": text(columns),
          "references": text(referenced?.qualifiedName), "onDelete": .string(constraint.onDelete.sql),
          "columnCount": .integer(constraint.columns.count), "columnsCovered": .integer(key.columnsCovered),
          "cover": .string(key.extent.rawValue), "tables": .integer(key.tables.count),
          "tablesUncovered": .integer(key.tablesUncovered.count),
          "rows": .integer(members.reduce(0) { $0.addingClamped($1.rows) }),
          "bytes": bytes(members.reduce(0) { $0.addingClamped($1.pages) }),
          "deletesSeen": .integer(sources.reduce(0) { $0.addingClamped($1.deletes) }),
          "isEnforced": .bool(constraint.isEnforced), "isValidated": .bool(constraint.isValidated),
          "statement": text(
            table?.kind == .partitioned
              ? "CREATE INDEX ON ONLY \(table?.qualifiedName ?? "?") (\(columns))"
              : "CREATE INDEX CONCURRENTLY ON \(table?.qualifiedName ?? "?") (\(columns))"),
        ]
      })
  }

  /// What the rows were never held against.
  private mutating func takeConstraints() {
    facts["constraints"] = .array(
      catalog.constraints.values.filter { (!$0.isValidated || !$0.isEnforced) && !$0.isInherited }
        .map { (place: catalog.relations[$0.table]?.qualifiedName ?? $0.domain ?? "?", constraint: $0) }
        .sorted { ($0.place, $0.constraint.name, $0.constraint.id) < ($1.place, $1.constraint.name, $1.constraint.id) }
        .map { place, constraint in
          [
            "name": text(constraint.name), "place": text(place),
            "kind": .string(Self.kinds[constraint.kind] ?? "other"),
            "isValidated": .bool(constraint.isValidated), "isEnforced": .bool(constraint.isEnforced),
          ]
        })
  }

  static let kinds: [Catalog.Constraint.Kind: String] = [
    .primary: "primary key", .unique: "unique", .exclusion: "exclusion", .foreign: "foreign key", .check: "check",
    .notNull: "not null", .trigger: "trigger",
  ]

  /// Integer keys that end before the rows may.
  private mutating func takeNarrowKeys(_ foreignKeys: [ForeignKeyCover]) {
    func width(_ column: Catalog.Column) -> Int? { BuiltInType.integerWidths[catalog.baseType(of: column.type)] }
    let keys = catalog.primaryKeys
    var found: [JSONValue] = catalog.sortedRelations.filter { $0.isTable && !$0.isPartition }.compactMap { table in
      guard let key = keys[table.id], key.count == 1, let column = catalog.column(key[0], of: table.id),
        let bytes = width(column), bytes < 8
      else { return nil }
      return [
        "kind": "primary", "column": text("\(table.qualifiedName).\(column.name)"), "type": text(column.typeName),
        "references": nil, "constraint": nil, "rows": .integer(table.rows),
      ]
    }
    for constraint in foreignKeys.map(\.constraint) {
      for (own, other) in zip(constraint.columns, constraint.referencedColumns) {
        guard let column = catalog.column(own, of: constraint.table), let bytes = width(column),
          let target = catalog.column(other, of: constraint.referencedTable), let wanted = width(target), bytes < wanted
        else { continue }
        let table = catalog.relations[constraint.table]
        let place = catalog.relations[constraint.referencedTable]?.qualifiedName ?? "?"
        found.append([
          "kind": "foreign", "column": text("\(table?.qualifiedName ?? "?").\(column.name)"),
          "type": text(column.typeName), "references": text("\(place).\(target.name) \(target.typeName)"),
          "constraint": text(constraint.name), "rows": .integer(table?.rows ?? 0),
        ])
      }
    }
    facts["narrowKeys"] = .array(found)
  }

  // MARK: Indexes

  private mutating func takeIndexes(builds: PostgresRows?) {
    // A build whose table is not shown could be of any of them.
    let isHidden = builds?.contains { $0.object("table") == nil } ?? true
    let building = Set(builds?.compactMap { $0.object("table") } ?? [])
    let redundant = IndexRedundancy.all(in: catalog)
    var isAnyBuildUnknown = false
    let indexes = catalog.sortedIndexes.filter { $0.parent == nil || !$0.isUsable }
    facts["indexes"] = .array(
      indexes.map { index in
        let redundancy = redundant[index.id]
        let isBuilding: Bool? = index.isUsable ? false : building.contains(index.table) ? true : isHidden ? nil : false
        if isBuilding == nil { isAnyBuildUnknown = true }
        return [
          "name": text(index.qualifiedName), "table": text(catalog.relations[index.table]?.qualifiedName),
          "key": text(catalog.keyList(of: index)), "method": text(index.method), "isUnique": .bool(index.isUnique),
          "isUsable": .bool(index.isUsable), "isBuilding": JSONValue(isBuilding),
          "isPartitioned": .bool(index.isPartitioned),
          "isReindexLeftover": .bool(!index.isUsable && Self.isReindexLeftover(index.storedName)),
          "redundancy": .string(redundancy?.kind.rawValue ?? "none"),
          "coveredBy": text(redundancy?.keeper.qualifiedName), "bytes": bytes(index.pages),
        ]
      })
    if isAnyBuildUnknown {
      gaps.append(
        hidden(
          "indexes.isBuilding", "whether invalid indexes are still being built is hidden from this role",
          "pg_read_all_stats"))
    }
  }

  /// `REINDEX CONCURRENTLY` leaves such names behind where it fails.
  private static func isReindexLeftover(_ name: String) -> Bool {
    let stem = name.reversed().drop { ("0"..."9").contains($0) }.reversed()
    return String(stem).hasSuffix("_ccnew") || String(stem).hasSuffix("_ccold")
  }

  private mutating func takeIndexUse() {
    let entries = IndexUse.entries(in: catalog)
    let doubt = IndexUse.doubt(isCounting: areCounting, days: days, isStandby: isStandby, replicas: replicas)
    if entries.contains(where: { $0.scans == 0 }), let reason = doubt {
      gaps.append(Gap(path: "indexUse", reason: reason, remedy: "look at every node of the database after two weeks"))
      return
    }
    facts["indexUse"] = .array(
      entries.map { entry in
        [
          "index": text(entry.index.qualifiedName), "table": text(catalog.relations[entry.index.table]?.qualifiedName),
          "key": text(catalog.keyList(of: entry.index)), "scans": .integer(entry.scans),
          "isUsed": entry.scans > 0 ? true : entry.tableReads == 0 ? nil : false, "bytes": bytes(entry.pages),
          "writes": .integer(entry.writes),
        ]
      })
  }

  private mutating func take(widths rows: PostgresRows) {
    var unreadable = 0
    var found: [(name: String, value: JSONValue)] = []
    for row in rows {
      guard let id = row.object("table"), let table = catalog.relations[id], let counted = table.rowsCounted,
        let columns = row.number("columns"), let known = row.number("known")
      else { continue }
      // Statistics of some columns only would make every row look smaller, and so the waste larger.
      guard known == columns, let width = row.fraction("width") else {
        if !row.isTrue("readable") { unreadable += 1 }
        continue
      }
      guard
        let estimate = BloatEstimate(
          rows: counted, pages: table.pages, columns: columns, width: width, hasNulls: row.isTrue("nulls"),
          fillFactor: table.fillFactor, blockSize: blockSize)
      else { continue }
      found.append(
        (
          table.qualifiedName,
          [
            "table": text(table.qualifiedName), "bytes": .integer(estimate.bytes),
            "wastedBytes": .integer(estimate.wastedBytes), "share": .double(estimate.share),
          ]
        ))
    }
    facts["bloat"] = .array(found.sorted { $0.name < $1.name }.map(\.value))
    if unreadable > 0 {
      let grant = version >= 140_000 ? "pg_read_all_data" : "SELECT ON ALL TABLES IN SCHEMA public"
      gaps.append(hidden("bloat", "the statistics of \(unreadable) tables are hidden from this role", grant))
    }
  }

  // MARK: Sequences

  private mutating func readLastValues(_ reader: Reader) -> [ObjectID: Int]? {
    var values: [ObjectID: Int] = [:]
    var last: ObjectID = 0
    while true {
      let statement = CatalogStatements.lastValues(after: last)
      guard let rows = attempt(["sequences"], [statement], endingTransaction: true, reader)?.first else { return nil }
      for row in rows {
        guard let id = row.object("id") else { continue }
        values[id] = row.number("last")
        last = max(last, id)
      }
      if rows.count < CatalogStatements.sequencesAtOnce { return values }
    }
  }

  private mutating func take(sequences rows: PostgresRows, feeding: PostgresRows, _ lastValues: [ObjectID: Int]) {
    var feeds: [ObjectID: [SequenceUse.Fed]] = [:]
    var seen: Set<String> = []
    for row in feeding {
      guard let sequence = row.object("sequence"), let table = row.object("table"), let number = row.number("number"),
        let relation = catalog.relations[table], let column = catalog.column(number, of: table)
      else { continue }
      if row.isTrue("owned") { fed[table, default: []].insert(number) }
      // A partition takes its values through the table it is part of.
      guard !relation.isPartition else { continue }
      let name = "\(relation.qualifiedName).\(column.name)"
      guard seen.insert("\(sequence) \(name)").inserted else { continue }
      feeds[sequence, default: []].append(
        SequenceUse.Fed(
          column: name, type: catalog.baseType(of: column.type), typeName: column.typeName,
          isUnlogged: relation.isUnlogged))
    }
    let sequences = rows.compactMap { row -> SequenceUse? in
      guard let id = row.object("id"), let schema = row["schema"], let name = row["name"],
        let increment = row.number("increment"), let minimum = row.number("minimum"),
        let maximum = row.number("maximum")
      else { return nil }
      return SequenceUse(
        id: id, schema: schema, name: name, storedName: row["stored"] ?? name, increment: increment, minimum: minimum,
        maximum: maximum, start: row.number("start") ?? (increment > 0 ? minimum : maximum),
        isUnlogged: row["persistence"] == "u", cycles: row.isTrue("cycles"), isReadable: row.isTrue("readable"),
        last: lastValues[id],
        feeds: (feeds[id] ?? []).sorted { $0.column < $1.column })
    }.sorted(named: \.qualifiedName, id: \.id)
    self.sequences = sequences
    facts["sequences"] = .array(
      sequences.map { sequence in
        [
          "name": text(sequence.qualifiedName),
          "feeds": text(sequence.feeds.map { "\($0.column) \($0.typeName)" }.joined(separator: ", ")),
          "last": JSONValue(sequence.last), "limit": .integer(sequence.limit),
          "shareUsed": sequence.shareUsed.map { .double($0) } ?? .null, "cycles": .bool(sequence.cycles),
          "isReadable": .bool(sequence.isReadable),
        ]
      })
    let unreadable = sequences.filter { !$0.isReadable && !$0.cycles }
    if !unreadable.isEmpty {
      let schemas = Set(unreadable.map(\.schema)).sorted().joined(separator: ", ")
      gaps.append(
        hidden(
          "sequences", "the last values of \(unreadable.count) sequences are hidden from this role",
          version >= 140_000 ? "pg_read_all_data" : "SELECT ON ALL SEQUENCES IN SCHEMA \(schemas)"))
    }
  }

  // MARK: Extensions

  private mutating func take(extensions rows: PostgresRows) {
    facts["extensions"] = .array(
      rows.map { row in
        [
          "name": text(row["name"]), "schema": text(row["schema"]), "version": text(row["version"]),
          "available": text(row["available"]),
          "isCurrent": JSONValue(row["available"].map { $0 == row["version"] }),
          "isInPublic": .bool(row["schema"] == "public"),
        ]
      })
  }

  /// The types of embeddings.
  private mutating func takeVectors(_ reader: Reader) -> Set<ObjectID> {
    let statements = [CatalogStatements.vectorTypes, CatalogStatements.indexedExpressions]
    guard let answers = attempt(["vectors"], statements, reader), answers.count == 2 else { return [] }
    let (rows, reads) = (answers[0], answers[1])
    let types = Dictionary(
      rows.compactMap { row in row.object("id").flatMap { id in row["name"].map { (id, $0) } } },
      uniquingKeysWith: { first, _ in first })
    var expressions: [ObjectID: Set<Int>] = [:]
    for row in reads {
      guard let index = row.object("index"), let number = row.number("number") else { continue }
      expressions[index, default: []].insert(number)
    }
    let columns = types.isEmpty ? [] : VectorColumn.all(in: catalog, types: types, expressions: expressions)
    let partitions = self.partitions
    var lists: [JSONValue] = []
    let described = columns.map { entry -> JSONValue in
      let members = entry.table.kind == .partitioned ? partitions[entry.table.id] ?? [] : [entry.table]
      let count = members.reduce(0) { $0.addingClamped($1.rows) }
      for index in entry.indexes {
        guard let number = VectorColumn.lists(of: index), number > 0 else { continue }
        // Each partition has lists of its own.
        let advised = VectorColumn.advisedLists(rows: count / max(1, members.count))
        lists.append([
          "index": text(index.qualifiedName), "table": text(entry.table.qualifiedName), "rows": .integer(count),
          "lists": .integer(number), "advised": .integer(advised),
          "factor": .double(max(Double(number) / Double(advised), Double(advised) / Double(number))),
        ])
      }
      return [
        "table": text(entry.table.qualifiedName), "column": text(entry.column.name),
        "type": text(entry.column.typeName),
        "dimensions": JSONValue(entry.dimensions), "rows": .integer(count), "state": .string(entry.state.rawValue),
        "indexes": text(
          entry.indexes.map { index in
            let operators = index.operatorClasses.first.flatMap { catalog.operatorClasses[$0]?.name } ?? "?"
            return "\(index.qualifiedName) \(index.method) \(operators)"
          }.joined(separator: ", ")),
      ]
    }
    facts["vectors"] = ["isInstalled": .bool(!types.isEmpty), "columns": .array(described), "lists": .array(lists)]
    return Set(types.keys)
  }

  private mutating func takeGraphs(_ reader: Reader) {
    guard hasGraphs else {
      facts["graphs"] = ["isInstalled": false, "labels": []]
      return
    }
    facts["graphs"] = ["isInstalled": true, "labels": nil]
    let rows: PostgresRows
    do throws(PostgresFailure) {
      rows = try reader(CatalogStatements.graphLabels, false)
    } catch {
      gaps.append(
        hidden("graphs.labels", "the graphs cannot be listed: \(error.description)", "USAGE ON SCHEMA ag_catalog"))
      return
    }
    facts["graphs"] = [
      "isInstalled": true,
      "labels": .array(
        rows.compactMap { row in
          guard let table = row.object("table"), let relation = catalog.relations[table] else { return nil }
          let label = GraphLabel(
            graph: row["graph"] ?? "?", label: row["label"] ?? "?", isEdge: row["kind"] == "e", table: table)
          let unindexed = label.unindexed(in: catalog)
          return [
            "name": text("\(label.graph).\(label.label)"), "kind": label.isEdge ? "edge" : "vertex",
            "rows": .integer(relation.rows), "isIndexed": .bool(unindexed.isEmpty),
            "unindexed": text(unindexed.joined(separator: ", ")),
            "indexesProperties": .bool(label.indexesProperties(in: catalog)),
          ]
        }),
    ]
  }

  // MARK: Traits

  private mutating func takeTraits(_ foreignKeys: [ForeignKeyCover], vectors: Set<ObjectID>, _ reader: Reader) {
    let statements = [CatalogStatements.policies, CatalogStatements.routines, CatalogStatements.guardedReads]
    guard let answers = attempt(["traits"], statements, reader), answers.count == 3 else { return }
    let (policyRows, routines, guardedReads) = (answers[0], answers[1], answers[2])
    let policies = policyRows.compactMap { SecurityTraits.Policy($0) }
    let traits =
      TableTraits.all(in: catalog, fed: fed, policies: Set(policies.map(\.table)))
      + IndexTraits.all(in: catalog, fed: fed, vectors: vectors)
      + ForeignKeyTraits.all(of: foreignKeys, in: catalog)
      + SecurityTraits.all(ofRoutines: routines, in: catalog) + SecurityTraits.all(ofViews: guardedReads, in: catalog)
      + SecurityTraits.all(of: policies, in: catalog) + NameTraits.all(in: catalog, sequences: sequences)
    facts["traits"] = .array(
      traits.map {
        [
          "subject": .string($0.subject.rawValue), "trait": .string($0.word.rawValue), "name": text($0.name),
          "detail": text($0.detail),
        ]
      })
  }

  // MARK: Writing

  private func hidden(_ path: String, _ reason: String, _ grant: String) -> Gap {
    let remedy = "GRANT \(grant) TO \(SessionFacts.quoted(role))"
    return Gap(path: path, reason: "\(reason), \(remedy) would show it".bounded(), remedy: remedy)
  }

  private func text(_ value: String?) -> JSONValue { JSONValue(value.map { $0.bounded() }) }

  private func bytes(_ pages: Int) -> JSONValue { .integer(pages.multipliedClamped(by: blockSize)) }
}
