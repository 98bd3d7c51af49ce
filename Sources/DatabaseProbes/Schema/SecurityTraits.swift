import Postgres

/// What there is to know of routines, views and policies: who may do more than they were meant to.
enum SecurityTraits {
  /// A routine as the server lists it.
  static func all(ofRoutines rows: PostgresRows, in catalog: Catalog) -> [Trait] {
    rows.flatMap { row -> [Trait] in
      guard let name = row["name"] else { return [] }
      var found: [Trait.Word: String] = [:]
      // Nobody calls the function of a trigger by itself.
      if row.isTrue("definer"), row.isTrue("open"), !row.isTrue("trigger") { found[.publicDefiner] = "" }
      // An aggregate has no settings; its functions have.
      if !row.isTrue("pinned"), !row.isTrue("aggregate") {
        if row.isTrue("definer") {
          found[row.isTrue("open") ? .openDefiner : .definer] = "SECURITY DEFINER, search_path not set"
        } else {
          found[.movingSearchPath] = ""
        }
      }
      if !row.isTrue("described") { found[.noDescription] = "" }
      found.merge(catalog.naming(row["stored"] ?? "", row["written"] ?? "", isRoutine: true)) { first, _ in first }
      return TableTraits.sorted(found, .routine, name)
    }
  }

  /// Views that read guarded tables with the rights of their owner, whom policies may not bind, and materialized ones, whose
  /// rows no policy guards.
  static func all(ofViews rows: PostgresRows, in catalog: Catalog) -> [Trait] {
    var reads: [ObjectID: [ObjectID]] = [:]
    for row in rows {
      guard let view = row.object("view"), let table = row.object("table") else { continue }
      reads[view, default: []].append(table)
    }
    // A view that asks as whoever asks is asked by the one around it; any other speaks for itself.
    func guarded(by view: ObjectID) -> [String] {
      var (found, seen, next): (Set<String>, Set<ObjectID>, [ObjectID]) = ([], [view], [view])
      while let reader = next.popLast() {
        for id in reads[reader] ?? [] where seen.insert(id).inserted {
          guard let relation = catalog.relations[id] else { continue }
          if relation.hasRowSecurity { found.insert(relation.qualifiedName) }
          if relation.kind == .view, relation.asksAsInvoker { next.append(id) }
        }
      }
      return found.sorted()
    }
    return catalog.sortedRelations.compactMap { view in
      guard view.kind == .materializedView || view.kind == .view, !view.asksAsInvoker, reads[view.id] != nil,
        case let tables = guarded(by: view.id), !tables.isEmpty
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

  /// Of tables that row security guards: elsewhere a policy has no effect, which is told by itself.
  static func all(of policies: [Policy], in catalog: Catalog) -> [Trait] {
    Dictionary(grouping: policies.filter { catalog.relations[$0.table]?.hasRowSecurity == true }, by: \.table)
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
    // Reading may be meant for everybody; changing anything without a condition is none. A condition on the old rows alone
    // lets a row be handed to anybody, and one on the new rows alone lets anybody's be taken.
    let writing = policy.command != "r"
    let conditions = [policy.condition, policy.check].compactMap { $0 }
    if policy.isPermissive, writing, conditions.contains(where: isAlwaysTrue) {
      found[.alwaysTrue] = commands[policy.command] ?? "ALL"
    }
    // What may be read is told by the condition on old rows.
    if policy.isPermissive, ["r", "*"].contains(policy.command),
      let unknown = policy.condition.flatMap(PolicyDisjuncts.opening)
    {
      found[.openToUnknown] = "\(commands[policy.command] ?? "ALL") where \(unknown) is null"
    }
    // Outside of a sub-select the function runs once per row.
    if let call = conditions.lazy.compactMap({ PolicyCalls.firstBare(in: $0) }).first { found[.settingPerRow] = call }
    return found
  }

  private static func isAlwaysTrue(_ condition: String) -> Bool {
    ["true", "(true)", "(1 = 1)"].contains(condition.lowercased())
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
