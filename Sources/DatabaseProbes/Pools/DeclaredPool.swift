import Facts

/// A pool of sessions as the inventory declares it.
struct DeclaredPool: Sendable, Hashable {
  /// For people, and by which it is known in reports.
  var name: String
  /// The role its sessions log in as; nil where any may.
  var role: String?
  /// What its sessions call themselves (`application_name`); nil where that says nothing.
  var application: String?
  /// Sessions that one instance may open.
  var size: Int
  var instances: Int

  /// Sessions that all instances may open together.
  var most: Int { size.multipliedClamped(by: instances) }

  /// Whether something is said by which its sessions are told.
  var isTold: Bool { role != nil || application != nil }

  /// What the inventory may say.
  static let field = Schema.Field(
    "pools",
    .array(
      .object([
        Schema.Field("name", .string(.nonEmpty), required: true, "whose sessions these are"),
        Schema.Field("size", .integer(minimum: 1, maximum: 100_000), required: true, "sessions one instance may open"),
        Schema.Field(
          "instances", .integer(minimum: 1, maximum: 100_000), "how many instances there are at most", default: 1),
        Schema.Field("role", .string(.nonEmpty), "the role these sessions log in as"),
        Schema.Field("application", .string(.nonEmpty), "their application_name, where a role has several pools"),
      ])), "the pools of sessions of everything that uses the database, poolers in front included")

  /// Those of a target, all of them: a sum over part of them would be none.
  static func all(in settings: JSONObject) -> [DeclaredPool] {
    (settings["pools"]?.array ?? []).compactMap { entry in
      guard let name = entry["name"]?.string, let size = entry["size"]?.integer else { return nil }
      return DeclaredPool(
        name: name, role: entry["role"]?.string, application: entry["application"]?.string, size: size,
        instances: entry["instances"]?.integer ?? 1)
    }
  }

  /// Whether a session belongs to it; a pool of which nothing is said that tells its sessions claims none.
  func claims(role: String, application: String) -> Bool {
    isTold && (self.role ?? role) == role && (self.application ?? application) == application
  }
}
