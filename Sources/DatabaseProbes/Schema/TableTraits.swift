/// What there is to know of tables and their columns beyond their indexes.
enum TableTraits {
  /// `fed` are the numbers of the columns that a sequence of their own feeds, by table.
  static func all(in catalog: Catalog, fed: [ObjectID: Set<Int>], policies: Set<ObjectID>) -> [Trait] {
    let keys = catalog.primaryKeys
    var linked: Set<ObjectID> = []
    for constraint in catalog.constraints.values where constraint.kind == .foreign {
      guard constraint.table != constraint.referencedTable else { continue }
      linked.formUnion([constraint.table, constraint.referencedTable])
    }
    let partitions = catalog.partitions
    let singles = singleColumnKeys(in: catalog)
    // Partitions repeat their root.
    return catalog.sortedRelations.filter { $0.isTable && !$0.isPartition }.flatMap { table in
      let columns = catalog.columns[table.id] ?? []
      return traits(
        of: table, columns, key: keys[table.id], isLinked: linked.contains(table.id),
        isEmpty: isEmpty(table, partitions[table.id] ?? []), catalog)
        + columns.flatMap { column in
          let isFed = fed[table.id]?.contains(column.number) == true && singles[table.id] != column.number
          return traits(of: column, in: table, isSerial: isFed && !column.isIdentity, catalog)
        }
        + numbered(columns, in: table)
    } + inconsistent(in: catalog)
      + catalog.sortedRelations.filter { $0.isTable && $0.isPartition }.flatMap { part in
        // What it does not have from above: its name, and how it is stored.
        var found = catalog.naming(part.storedName, part.name)
        if part.isUnlogged { found[.unlogged] = "" }
        if !part.isVacuumed { found[.noAutovacuum] = "" }
        return sorted(found, .table, part.qualifiedName)
      }
      // pg_upgrade looks at what is stored.
      + catalog.sortedRelations.filter { $0.kind == .materializedView }.flatMap { view in
        (catalog.columns[view.id] ?? []).filter { BuiltInType.notUpgradable[catalog.baseType(of: $0.type)] != nil }.map
        {
          Trait(
            subject: .column, word: .notUpgradable, name: "\(view.qualifiedName).\($0.name)", detail: $0.typeName)
        }
      }
      // Grants and policies of a partition are its own.
      + catalog.sortedRelations.flatMap {
        security(of: $0, catalog.columns[$0.id] ?? [], hasPolicies: policies.contains($0.id))
      }
  }

  /// The columns that alone are the primary key and point nowhere, by table: where a sequence feeds one, the key says so.
  private static func singleColumnKeys(in catalog: Catalog) -> [ObjectID: Int] {
    var singles = catalog.primaryKeys.compactMapValues { $0.count == 1 ? $0.first : nil }
    for constraint in catalog.constraints.values where constraint.kind == .foreign && constraint.columns.count == 1 {
      if singles[constraint.table] == constraint.columns.first { singles[constraint.table] = nil }
    }
    return singles
  }

  private static func traits(
    of table: Catalog.Relation, _ columns: [Catalog.Column], key: [Int]?, isLinked: Bool, isEmpty: Bool,
    _ catalog: Catalog
  ) -> [Trait] {
    var found: [Trait.Word: String] = [:]
    if columns.isEmpty { found[.noColumns] = "" }
    if columns.count == 1 { found[.oneColumn] = "" }
    let parents = table.parents.compactMap { catalog.relations[$0]?.qualifiedName }
    if !parents.isEmpty { found[.inherits] = parents.joined(separator: ", ") }
    if let key {
      if let first = columns.first, !key.contains(first.number) {
        found[.noPrimaryColumnsFirst] = catalog.list(key, of: table.id)
      }
    }
    let rest = columns.filter { key?.contains($0.number) != true }
    if !rest.isEmpty, rest.allSatisfy({ !$0.isNotNull }) { found[.onlyKeyRequired] = "" }
    if !isLinked { found[.unlinked] = "" }
    if isEmpty { found[.empty] = "" }
    // A partitioned table's own counters stay at zero.
    if table.kind == .table, table.rowsCounted == nil, table.rowsAlive >= 1000 {
      found[.neverAnalyzed] = "\(table.rowsAlive) rows"
    }
    if table.isUnlogged { found[.unlogged] = "" }
    if !table.isVacuumed { found[.noAutovacuum] = "" }
    if !table.isDescribed { found[.noDescription] = "" }
    let silent = columns.filter { !$0.isDescribed }
    if !silent.isEmpty { found[.silentColumns] = silent.map(\.name).joined(separator: ", ") }
    found.merge(catalog.naming(table.storedName, table.name)) { first, _ in first }
    return sorted(found, .table, table.qualifiedName)
  }

  /// Whether nothing was ever in it, or in any partition of it on any level.
  private static func isEmpty(_ table: Catalog.Relation, _ partitions: [Catalog.Relation]) -> Bool {
    (table.kind == .partitioned ? partitions : [table]).allSatisfy {
      $0.kind == .table && $0.rows == 0 && $0.pages == 0
    }
  }

  private static func security(
    of table: Catalog.Relation, _ columns: [Catalog.Column], hasPolicies: Bool
  ) -> [Trait] {
    var found: [Trait.Word: String] = [:]
    if let granted = table.grantedToPublic {
      found[.publicAccess] = granted
      let secrets = columns.filter { SensitiveName.matches($0.storedName) }.map(\.name)
      if granted.contains("SELECT"), !secrets.isEmpty, !table.hasRowSecurity {
        found[.publicSecretColumn] = secrets.joined(separator: ", ")
      }
    }
    if table.hasRowSecurity, !hasPolicies { found[.securityWithoutPolicy] = "" }
    if !table.hasRowSecurity, hasPolicies { found[.policyWithoutSecurity] = "" }
    return sorted(found, .table, table.qualifiedName)
  }

  private static func traits(
    of column: Catalog.Column, in table: Catalog.Relation, isSerial: Bool, _ catalog: Catalog
  ) -> [Trait] {
    var found: [Trait.Word: String] = [:]
    switch catalog.baseType(of: column.type) {
    case BuiltInType.money: found[.money] = column.typeName
    // Without a length nothing is padded; a domain has its length to itself.
    case BuiltInType.bpchar:
      if column.typeModifier > 0 || column.type != BuiltInType.bpchar { found[.fixedLengthText] = column.typeName }
    case BuiltInType.varchar: if column.typeModifier > 0 { found[.limitedText] = column.typeName }
    case BuiltInType.json: found[.plainJSON] = column.typeName
    case BuiltInType.timestamp: found[.noTimeZone] = column.typeName
    case BuiltInType.timetz: found[.timeWithTimeZone] = column.typeName
    case BuiltInType.oid: found[.largeObject] = column.typeName
    case let type:
      if BuiltInType.notUpgradable[type] != nil { found[.notUpgradable] = column.typeName }
    }
    if isSerial { found[.serial] = column.typeName }
    found.merge(catalog.naming(column.storedName, column.name)) { first, _ in first }
    return sorted(found, .column, "\(table.qualifiedName).\(column.name)")
  }

  /// Columns such as `phone1` and `phone2`: a list that wants to be a table.
  private static func numbered(_ columns: [Catalog.Column], in table: Catalog.Relation) -> [Trait] {
    var groups: [String: [(number: Int, name: String)]] = [:]
    for column in columns {
      let digits = column.storedName.reversed().prefix { ("0"..."9").contains($0) }.count
      guard digits > 0, digits < 4, let number = Int(column.storedName.suffix(digits)) else { continue }
      groups[String(column.storedName.dropLast(digits)), default: []].append((number, column.name))
    }
    return groups.sorted { $0.key < $1.key }.compactMap { stem, members in
      let numbers = members.map(\.number).sorted()
      guard !stem.isEmpty, numbers.count >= 2, let first = numbers.first, first <= 1,
        numbers == Array(first..<(first + numbers.count))
      else { return nil }
      return Trait(
        subject: .table, word: .numberedColumns, name: table.qualifiedName,
        detail: members.map(\.name).joined(separator: ", "))
    }
  }

  /// Columns of a schema that share a name and not a type; those of one word such as `name` and `value` mean too little to
  /// compare.
  private static func inconsistent(in catalog: Catalog) -> [Trait] {
    Dictionary(grouping: catalog.sortedRelations.filter { $0.isTable && !$0.isPartition }, by: \.schema)
      .sorted { $0.key < $1.key }.flatMap { inconsistent(among: $0.value, catalog) }
  }

  private static func inconsistent(among tables: [Catalog.Relation], _ catalog: Catalog) -> [Trait] {
    var uses: [String: [(place: String, column: String, type: String)]] = [:]
    for table in tables {
      for column in catalog.columns[table.id] ?? [] where column.storedName.contains("_") {
        // The length of a text is not its type.
        let type = column.typeName.split(separator: "(").first.map(String.init) ?? column.typeName
        uses[column.storedName, default: []].append((table.qualifiedName, column.name, type))
      }
    }
    return uses.sorted { $0.key < $1.key }.flatMap { name, places -> [Trait] in
      let counts = Dictionary(places.map { ($0.type, 1) }, uniquingKeysWith: +)
      guard counts.count > 1, let usual = counts.max(by: { ($0.value, $1.key) < ($1.value, $0.key) })?.key else {
        return []
      }
      return places.filter { $0.type != usual }.map {
        Trait(
          subject: .column, word: .inconsistentType, name: "\($0.place).\($0.column)",
          detail: "\($0.type) here, \(usual) elsewhere")
      }
    }
  }

  static func sorted(_ found: [Trait.Word: String], _ subject: Trait.Subject, _ name: String) -> [Trait] {
    found.sorted { $0.key.rawValue < $1.key.rawValue }
      .map { Trait(subject: subject, word: $0.key, name: name, detail: $0.value) }
  }
}

extension Catalog {
  /// What a name costs those who write it.
  func naming(_ stored: String, _ written: String, isRoutine: Bool = false) -> [Trait.Word: String] {
    var found: [Trait.Word: String] = [:]
    // The server quotes some keywords that need it elsewhere only.
    let free = isRoutine ? wordsForRoutines : wordsForRelations
    if written.hasPrefix("\""), !free.contains(stored) { found[.needsQuotes] = "" }
    // Longer names were cut to 63 bytes without a word, and so may this one have been (NAMEDATALEN).
    if stored.utf8.count >= 63 { found[.longName] = "\(stored.utf8.count) bytes" }
    return found
  }
}

/// Names of columns that hold what nobody but their owner should read.
enum SensitiveName {
  private static let names: Set<String> = [
    // What opens a door.
    "password", "passwd", "pwd", "password_hash", "passphrase", "pin", "secret", "secret_key", "client_secret",
    "session_secret", "private_key", "api_key", "apikey", "auth_key", "session_key", "ssh_key", "pgp_key", "gpg_key",
    "token", "jwt", "access_token", "refresh_token", "session_token", "auth_token", "oauth_token", "bearer_token",
    "session_id", "auth_code", "recovery_code", "backup_code", "verification_code", "otp", "two_factor", "2fa_secret",
    "2fa_code", "license_key", "activation_key", "certificate",
    // Who somebody is.
    "ssn", "social_security", "social_security_number", "tax_id", "national_id", "passport_number", "passport_id",
    "driver_license", "drivers_license", "license_number", "facial_recognition",
    // Money.
    "credit_card", "card_number", "cvv", "cvc", "cvn", "iban", "bic", "swift_code", "bank_account", "account_number",
    "routing_number",
    // Health.
    "health_record", "medical_record", "patient_id", "treatment", "insurance_number", "health_insurance",
    "medical_insurance",
    // Devices.
    "mac_address", "macaddr", "imei", "device_uuid",
  ]

  /// Whether `name` is one of them, whatever its case and with either kind of hyphen.
  static func matches(_ name: String) -> Bool {
    names.contains(String(name.lowercased().map { $0 == "-" ? "_" : $0 }))
  }
}
