/// A check that a defect turns red.
struct ExpectedFinding: Sendable {
  /// The check's id.
  let check: String
  /// The id of the target in the inventory.
  let target: String
}

extension Defect {
  /// The red checks by defect: the one table that the defect matrix is held against.
  static let expectations: [String: [ExpectedFinding]] = [:]

  /// The checks this defect turns red, and no others.
  var expected: [ExpectedFinding] { Self.expectations[id] ?? [] }
}
