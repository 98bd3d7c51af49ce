import Testing

/// Defects that are built into one platform together, because none of them undoes or hides another.
///
/// What a group turns red is then the sum of what its members do, so the matrix stays exact and takes a fraction of the
/// time. `DEFECTS=single` gives each defect a platform of its own.
struct DefectGroup: Sendable, CustomTestStringConvertible {
  /// Its members, in the order of the list.
  private(set) var defects: [Defect]

  /// Their names.
  var ids: [String] { defects.map(\.id) }
  /// Everything they must turn red.
  var expected: Set<String> { Set(defects.flatMap(\.findings)) }
  var testDescription: String { ids.joined(separator: " + ") }
  /// Whether it is about what goes through the whole platform.
  var isThorough: Bool { defects.contains(where: \.isThorough) }

  /// All defects, each in the first group that takes it.
  static func groups(of defects: [Defect], single: Bool) -> [DefectGroup] {
    var groups: [DefectGroup] = []
    for defect in defects {
      if !single, let index = groups.firstIndex(where: { $0.takes(defect) }) {
        groups[index].defects.append(defect)
      } else {
        groups.append(DefectGroup(defects: [defect]))
      }
    }
    return groups
  }

  /// Defects of which two together are more than their sum, or less: those that take points from the header fields of the
  /// edge, where a second one costs a further grade; and what becomes of a 405 where TRACE is let through.
  private static let rivals: [Set<String>] = [
    [
      "plain-http", "no-strict-transport", "short-strict-transport", "preload-unfulfilled", "referrer-leaked",
      "no-nosniff", "no-content-policy", "unsafe-content-policy", "framing-allowed", "cookie-without-secure",
      "cookie-without-httponly", "cookie-without-samesite", "cookie-prefix-broken", "cors-reflects-origin",
    ], ["no-allow", "trace-answered"],
  ]

  /// What goes through the whole platform feels what is wrong anywhere in it, and says so on other platforms than those that
  /// are about it.
  fileprivate static let thorough: Set<String> = ["load", "workflows"]

  private func takes(_ defect: Defect) -> Bool {
    if defects.contains(where: { $0.isThorough != defect.isThorough }) { return false }
    if Self.rivals.contains(where: { $0.contains(defect.id) && !$0.isDisjoint(with: ids) }) { return false }
    return defects.allSatisfy { member in
      // Two that turn the same thing red could stand in for each other.
      Set(member.parts).isDisjoint(with: defect.parts) && Set(member.places).isDisjoint(with: defect.places)
        && !member.hides(defect) && !defect.hides(member)
    }
  }
}

extension Defect {
  /// Check, target and status of each finding it must cause.
  var findings: [String] { expected.map { "\($0.check) \($0.target) \($0.status)" } }

  /// Check and target of each, whatever the status.
  fileprivate var places: [String] { expected.map { "\($0.check) \($0.target)" } }

  /// Whether it is about what goes through the whole platform.
  fileprivate var isThorough: Bool { DefectGroup.thorough.contains(realm) }

  fileprivate func hides(_ other: Defect) -> Bool {
    blinding && (realm == "everything" || realm == other.realm)
  }
}
