import AuditModel
import Facts

/// The declared pools against what the server has room for and what was open. Pure.
struct PoolFacts {
  /// Sessions of one kind that were open at one moment.
  struct Sessions: Sendable, Hashable {
    var role: String
    var application: String
    var count: Int
  }

  let pools: [DeclaredPool]
  /// Sessions that ordinary roles may open; nil where the server did not say.
  var available: Int?
  /// One list for each moment that was looked at.
  private(set) var moments: [[Sessions]] = []
  private(set) var gaps: [Gap] = []

  init(_ pools: [DeclaredPool]) { self.pools = pools }

  mutating func take(_ sessions: [Sessions]) { moments.append(sessions) }

  /// What keeps the room for sessions from being seen.
  mutating func loseRoom(_ reason: String) {
    gaps += ["available", "shareDeclared"].map { Gap(path: $0, reason: reason) }
  }

  /// What keeps the sessions from being seen. A look that broke off is none: the moments before would show too few.
  mutating func loseSessions(_ reason: String, remedy: String? = nil) {
    moments = []
    gaps += ["pools[*].open", "pools[*].beyond", "strangers"].map { Gap(path: $0, reason: reason, remedy: remedy) }
  }

  var value: JSONValue {
    let declared = pools.reduce(0) { $0.addingClamped($1.most) }
    // For each moment the sessions of each pool, and those of none.
    let claimed = moments.map { sessions in
      sessions.reduce(into: [Int?: Int]()) { sums, session in
        let owner = owner(of: session)
        sums[owner] = sums[owner, default: 0].addingClamped(session.count)
      }
    }
    let list = pools.enumerated().map { index, pool -> JSONValue in
      let open = pool.isTold ? claimed.map { $0[index, default: 0] }.max() : nil
      return [
        "name": .string(pool.name.bounded(200)), "size": .integer(pool.size),
        "instances": .integer(pool.instances), "most": .integer(pool.most), "open": JSONValue(open),
        "beyond": JSONValue(open.map { max(0, $0 - pool.most) }),
      ]
    }
    let strangers = claimed.map { $0[nil, default: 0] }.max()
    return [
      "pools": .array(list), "declared": .integer(declared), "available": JSONValue(available),
      "shareDeclared": available.map {
        $0 > 0 ? .double((Double(declared) / Double($0) * 1000).rounded() / 1000) : .null
      }
        ?? .null,
      "strangers": JSONValue(strangers), "moments": .integer(moments.count),
    ]
  }

  /// The gaps, those of pools included of which nothing is said that would tell their sessions.
  var allGaps: [Gap] {
    gaps
      + pools.filter { !$0.isTold }.flatMap { pool in
        ["open", "beyond"].map {
          Gap(
            path: "pools[\(pool.name)].\($0)", reason: "the inventory does not say how its sessions are told",
            remedy: "name its role, or its application")
        }
      }
  }

  /// The pool that a session belongs to; the one that says more about it wins.
  private func owner(of session: Sessions) -> Int? {
    let claimants = pools.indices.filter { pools[$0].claims(role: session.role, application: session.application) }
    return claimants.first { pools[$0].application != nil } ?? claimants.first
  }

  static let schema = Schema.object([
    .required(
      "pools",
      .array(
        .object([
          .required("name", .string(), "whose sessions these are"),
          .required("size", .integer(minimum: 1), "sessions one instance may open"),
          .required("instances", .integer(minimum: 1), "how many instances there are"),
          .required("most", .integer(minimum: 1), "sessions they may open together"),
          .required("open", .nullable(.integer(minimum: 0)), "the most that were open at a moment that was looked at"),
          .required("beyond", .nullable(.integer(minimum: 0)), "open beyond what was declared"),
        ])), "the declared pools"),
    .required("declared", .integer(minimum: 0), "sessions that all pools may open together"),
    .required(
      "available", .nullable(.integer()), "sessions that ordinary roles may open: max_connections without the reserved"),
    .required("shareDeclared", .nullable(.number()), "declared of available"),
    .required("strangers", .nullable(.integer(minimum: 0)), "sessions of nobody's pool, the auditor's left out"),
    .required("moments", .integer(minimum: 0), "how often was looked"),
  ])
}
