import Postgres

/// What there is to know of routines, views and policies: who may do more than they were meant to.
enum SecurityTraits {
  /// A routine as the server lists it.
  static func all(ofRoutines rows: PostgresRows) -> [Trait] {
    rows.flatMap { row -> [Trait] in
      guard let name = row["name"] else { return [] }
      var found: [Trait.Word: String] = [:]
      if !row.isTrue("pinned") {
        if row.isTrue("definer") {
          found[row.isTrue("open") ? .openDefiner : .definer] = "SECURITY DEFINER, search_path not set"
        } else {
          found[.movingSearchPath] = ""
        }
      }
      if !row.isTrue("described") { found[.noDescription] = "" }
      let stored = row["stored"] ?? ""
      found.merge(TableTraits.naming(stored, "")) { first, _ in first }
      return TableTraits.sorted(found, .routine, name)
    }
  }

  /// Views that read guarded tables with the rights of their owner, whom policies may not bind, and materialized ones, whose
  /// rows no policy guards.
  static func all(ofViews rows: PostgresRows, in catalog: Catalog) -> [Trait] {
    var guarded: [ObjectID: [String]] = [:]
    for row in rows {
      guard let view = row.object("view"), let table = row.object("table") else { continue }
      guarded[view, default: []].append(catalog.relations[table]?.qualifiedName ?? "?")
    }
    return catalog.sortedRelations.compactMap { view in
      guard let tables = guarded[view.id], view.kind == .materializedView || view.kind == .view, !view.asksAsInvoker
      else { return nil }
      return Trait(
        subject: .view, word: .readsPastPolicies, name: view.qualifiedName,
        detail: "\(tables.joined(separator: ", "))\(view.kind == .materializedView ? ", materialized" : "")")
    }
  }

  /// A row security policy.
  struct Policy: Sendable {
    var table: ObjectID
    var name: String
    var isPermissive: Bool
    /// `pg_policy.polcmd`: `r` SELECT, `a` INSERT, `w` UPDATE, `d` DELETE, `*` all.
    var command: String
    /// 0 stands for everybody.
    var roles: Set<Int>
    var condition: String?
    var check: String?

    init?(_ row: PostgresRow) {
      guard let table = row.object("table"), let name = row["name"], let command = row["command"] else { return nil }
      self.table = table
      self.name = name
      self.command = command
      isPermissive = row.isTrue("permissive")
      roles = Set(row.numbers("roles"))
      condition = row["condition"]
      check = row["check"]
    }
  }

  static func all(of policies: [Policy], in catalog: Catalog) -> [Trait] {
    Dictionary(grouping: policies.filter { catalog.relations[$0.table] != nil }, by: \.table)
      .sorted { (catalog.relations[$0.key]?.qualifiedName ?? "") < (catalog.relations[$1.key]?.qualifiedName ?? "") }
      .flatMap { table, policies -> [Trait] in
        let name = catalog.relations[table]?.qualifiedName ?? "?"
        return overlaps(policies, on: name)
          + policies.flatMap { policy in
            TableTraits.sorted(traits(of: policy), .policy, "\(policy.name) on \(name)")
          }
      }
  }

  private static let commands = ["r": "SELECT", "a": "INSERT", "w": "UPDATE", "d": "DELETE"]

  private static func traits(of policy: Policy) -> [Trait.Word: String] {
    var found: [Trait.Word: String] = [:]
    // Reading may be meant for everybody; changing anything without a condition is none.
    let writing = policy.command != "r"
    let conditions = [policy.condition, policy.check].compactMap { $0 }
    if policy.isPermissive, writing, !conditions.isEmpty, conditions.allSatisfy({ ["true", "(true)"].contains($0) }) {
      found[.alwaysTrue] = commands[policy.command] ?? "ALL"
    }
    // Outside of a sub-select the function runs once per row.
    if conditions.contains(where: { hasBareSetting($0) }) { found[.settingPerRow] = "current_setting" }
    return found
  }

  /// Whether `current_setting` is called other than as the first thing in a sub-select.
  private static func hasBareSetting(_ condition: String) -> Bool {
    var rest = Substring(condition.lowercased())
    while let call = rest.firstRange(of: "current_setting(") {
      if !rest[..<call.lowerBound].hasSelect { return true }
      rest = rest[call.upperBound...]
    }
    return false
  }

  /// Several permissive policies for one command and role: the server evaluates every one of them for each row.
  private static func overlaps(_ policies: [Policy], on table: String) -> [Trait] {
    commands.sorted { $0.key < $1.key }.compactMap { command, word in
      let concerned = policies.filter { $0.isPermissive && ($0.command == command || $0.command == "*") }
      let overlapping = concerned.enumerated().filter { position, policy in
        concerned.enumerated().contains { other in
          other.offset != position
            && (policy.roles.contains(0) || other.element.roles.contains(0)
              || !policy.roles.isDisjoint(with: other.element.roles))
        }
      }.map(\.element.name)
      guard overlapping.count > 1 else { return nil }
      return Trait(
        subject: .table, word: .severalPermissive, name: table,
        detail: "\(word): \(overlapping.joined(separator: ", "))")
    }
  }
}

extension Substring {
  /// Whether it ends inside of `SELECT`'s list.
  fileprivate var hasSelect: Bool {
    guard let select = ranges(of: "select").last else { return false }
    return self[select.upperBound...].allSatisfy { $0 != ")" }
  }
}
