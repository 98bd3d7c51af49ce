extension MigrationRule {
  /// Constraints added to tables that are in use.
  static let constraints = [
    MigrationRule("constraint-missing-not-valid", eugene: "E1") { statement, position in
      statement.actions { action, table in
        switch action {
        case .addConstraint(let constraint):
          guard !constraint.isNotValid, !position.trail.isNew(table.name), !constraint.hasIndex, !table.isForeign
          else { return nil }
          return (
            "checking the new constraint reads all of \(table.name.text) under a lock that keeps writers out",
            "add it NOT VALID, then VALIDATE CONSTRAINT in a later transaction, which lets others write"
          )
        case .validateConstraint(let name):
          guard position.trail.isInTransaction, let constraint = position.trail.constraints[name],
            !constraint.isValidated, constraint.transaction == position.trail.transaction
          else { return nil }
          return (
            "validating in the transaction that added the constraint keeps its strong lock for the whole scan",
            "VALIDATE CONSTRAINT in a transaction of its own"
          )
        default: return nil
        }
      }
    },
    MigrationRule("adding-foreign-key-constraint") { statement, position in
      statement.actions { action, table in
        switch action {
        case .addConstraint(let constraint):
          guard case .foreignKey(let parent) = constraint.kind, !constraint.isNotValid,
            !position.trail.isNew(table.name)
          else { return nil }
          return (
            "checking the foreign key keeps writers out of \(table.name.text) and \(parent.text)",
            "add it NOT VALID, then VALIDATE CONSTRAINT in a later transaction"
          )
        case .addColumn(let column, _):
          guard let parent = column.parents.first else { return nil }
          return (
            "the reference keeps writers out of \(parent.text) while the column is added",
            "add the column alone, then the foreign key NOT VALID, then VALIDATE CONSTRAINT"
          )
        default: return nil
        }
      }
    },
    MigrationRule("disallowed-unique-constraint", eugene: "E7") { statement, position in
      statement.actions { action, table in
        let isBuilt: Bool
        switch action {
        case .addConstraint(let constraint):
          isBuilt = constraint.kind == .unique(usingIndex: nil) && !position.trail.isNew(table.name)
        case .addColumn(let column, _): isBuilt = column.constraints.contains(.unique)
        default: isBuilt = false
        }
        return isBuilt
          ? (
            "building the index of the constraint locks everybody out of \(table.name.text)",
            "CREATE UNIQUE INDEX CONCURRENTLY, then ADD CONSTRAINT … UNIQUE USING INDEX"
          ) : nil
      }
    },
    MigrationRule("adding-serial-primary-key-field", eugene: "E7") { statement, position in
      statement.actions { action, table in
        let isBuilt: Bool
        switch action {
        case .addConstraint(let constraint):
          isBuilt = constraint.kind == .primaryKey(usingIndex: nil) && !position.trail.isNew(table.name)
        case .addColumn(let column, _): isBuilt = column.constraints.contains(.primaryKey)
        default: isBuilt = false
        }
        return isBuilt
          ? (
            "building the index of the primary key locks everybody out of \(table.name.text)",
            "CREATE UNIQUE INDEX CONCURRENTLY on a NOT NULL column, then ADD PRIMARY KEY USING INDEX"
          ) : nil
      }
    },
    MigrationRule(id: "exclusion-constraint-added", squawk: nil, eugene: "E8") { statement, position in
      statement.actions { action, table in
        guard case .addConstraint(let constraint) = action, constraint.kind == .exclude,
          !position.trail.isNew(table.name)
        else { return nil }
        return (
          "an exclusion constraint is built and checked while everybody is locked out; it cannot be NOT VALID",
          "give it to a new table, and move the rows over"
        )
      }
    },
    MigrationRule(id: "primary-key-using-index", squawk: nil, eugene: "W14") { statement, position in
      statement.actions { action, table in
        guard case .addConstraint(let constraint) = action, case .primaryKey(let index?) = constraint.kind,
          !position.trail.isNew(table.name)
        else { return nil }
        return (
          "columns of \(index) that may still be null are set NOT NULL, which reads \(table.name.text) with everybody locked out",
          "set its columns NOT NULL before, by way of a CHECK that is NOT VALID first"
        )
      }
    },
    MigrationRule(id: "foreign-key-without-index", squawk: nil, eugene: "E15") { statement, position in
      statement.newForeignKeys.compactMap { key in
        guard !position.indexes.serve(key.columns, of: key.table.name) else { return nil }
        return Breach(
          line: key.line,
          message: "without an index on \(key.columns.joined(separator: ", ")), every change of a referenced row "
            + "reads all of \(key.table.text)",
          safer: "CREATE INDEX on \(key.table.text) (\(key.columns.joined(separator: ", ")))")
      }
    },
    MigrationRule("ban-create-domain-with-constraint") { statement, _ in
      guard case .createDomain(hasConstraint: true, _) = statement.kind else { return [] }
      return [
        Breach(
          message: "a constraint of a domain cannot be changed without checking every column of that domain at once",
          safer: "use the base type and give the constraint to each table")
      ]
    },
    MigrationRule("ban-alter-domain-with-add-constraint") { statement, _ in
      guard case .alterObject(kind: "domain", .addConstraint) = statement.kind else { return [] }
      return [
        Breach(
          message: "every table with a column of the domain is read under a lock that keeps writers out",
          safer: "give the constraint NOT VALID to each table, and validate it later")
      ]
    },
  ]
}

extension SQLStatement {
  /// The foreign keys over columns that it adds itself: what indexes those have, the file says.
  fileprivate var newForeignKeys: [(table: SQLName, columns: [String], line: Int)] {
    var keys: [(table: SQLName, columns: [String], line: Int)] = []
    func add(_ columns: [SQLColumn], _ constraints: [SQLTableConstraint], of table: SQLName) {
      for column in columns where !column.parents.isEmpty { keys.append((table, [column.name], column.line)) }
      let new = Set(columns.map(\.name))
      for constraint in constraints {
        if case .foreignKey = constraint.kind, !new.isDisjoint(with: constraint.columns) {
          keys.append((table, constraint.columns, constraint.line))
        }
      }
    }
    switch kind {
    case .createTable(let table): add(table.columns, table.constraints, of: table.name)
    case .alterTable(let table):
      let constraints = table.actions.compactMap { action in
        if case .addConstraint(let constraint) = action.kind { constraint } else { nil }
      }
      add(newColumns, constraints, of: table.name)
    default: break
    }
    return keys
  }
}

extension SQLTableConstraint {
  /// Whether it takes an index that is there already.
  var hasIndex: Bool {
    switch kind {
    case .unique(let index), .primaryKey(let index): index != nil
    default: false
    }
  }
}
