import AuditModel
package import Facts

/// The shape of a file that says which services and features a validation matrix is about.
enum MatrixPlanSchema {
  static let schema = Schema.object([
    .init("services", .array(service, minimumCount: 1), required: true, "the rows"),
    .init("features", .array(feature), "what users are promised, and the services it needs"),
    .init("columns", .array(column, minimumCount: 1), "what is asked of every service, instead of the usual"),
  ])

  private static let service = Schema.object([
    .init("name", .string(.nonEmpty), required: true, "its name, by which subjects of findings may name it"),
    .init("targets", .array(.string(.identifier)), "ids of the targets that are about it alone"),
    .init("shared", .array(.string(.identifier)), "ids of targets that are about several services"),
    .init("owner", .string(.nonEmpty), "who answers for it"),
    .init("without", .array(.string(.nonEmpty)), "columns that do not apply to it"),
  ])

  private static let feature = Schema.object([
    .init("name", .string(.nonEmpty), required: true, "its name"),
    .init("services", .array(.string(.nonEmpty), minimumCount: 1), required: true, "the names of its services"),
  ])

  private static let column = Schema.object([
    .init("name", .string(.nonEmpty), required: true, "its name"),
    .init(
      "checks", .array(.string(.nonEmpty)), required: true, "ids of checks, or beginnings of ids with * behind"),
  ])

  /// Adds what is wrong with names in a plan: services that stand twice, features over services that there are not, and
  /// targets that there are not, where those are known.
  static func checkNames(in root: LocatedValue, targets: [String]?, into problems: inout Problems) {
    var names: [String] = []
    for name in (root["services"]?.elements ?? []).compactMap({ $0["name"] }) {
      guard let text = name.string else { continue }
      if names.contains(text) {
        problems.add("duplicate-service", "the service `\(text)` stands there already", at: name.span)
      }
      names.append(text)
    }
    for name in (root["features"]?.elements ?? []).flatMap({ $0["services"]?.elements ?? [] }) {
      guard let text = name.string, !names.contains(text) else { continue }
      problems.add(
        "unknown-service", "there is no service `\(text)`", at: name.span,
        fix: Suggestion.phrase(text, among: names, label: "known are"))
    }
    guard let targets else { return }
    let services = root["services"]?.elements ?? []
    for name in services.flatMap({ ($0["targets"]?.elements ?? []) + ($0["shared"]?.elements ?? []) }) {
      guard let text = name.string, !targets.contains(text) else { continue }
      problems.add(
        "unknown-target", "there is no target `\(text)`", at: name.span,
        fix: Suggestion.phrase(text, among: targets, label: "known are"))
    }
  }
}

extension Definitions {
  /// A validation matrix's plan, of the right shape and with names that lead somewhere.
  package static func matrixPlan(_ file: SourceFile) -> Loaded<JSONValue> {
    let (root, found) = YAMLReader.read(file)
    var problems = found
    guard let root else { return Loaded(nil, problems.diagnostics) }
    Structure.check(root, against: MatrixPlanSchema.schema, into: &problems)
    MatrixPlanSchema.checkNames(in: root, targets: nil, into: &problems)
    return Loaded(problems.isEmpty ? root.value : nil, problems.diagnostics)
  }
}
