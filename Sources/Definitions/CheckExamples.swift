import AuditModel
import Facts

extension CheckValidation {
  mutating func checkExamples() {
    guard let examples = root.member("examples") else { return }
    let statuses = examples.value.elements.compactMap { $0["status"]?.string.flatMap(Status.init) }
    for (wanted, missing) in [([Status.pass], "passes"), ([.fail, .warn], "fails or warns")]
    where !statuses.contains(where: wanted.contains) {
      problems.add(
        "examples", "there is no example that \(missing)", at: examples.nameSpan,
        fix: "add facts on which the check \(missing)")
    }
    var fields = [Schema.Field("declaration", declaration, ""), Schema.Field("parameters", .any, "")]
    let declared = parameters.keys.sorted().compactMap { name in
      schema(ofParameter: name).map { Schema.Field(name, $0, "") }
    }
    if declared.count == parameters.count { fields[1].schema = .object(declared) }
    if let probe { fields.append(Schema.Field("facts", probe.facts, "")) }
    for example in examples.value.elements { checkPart(example, fields) }
  }

  /// Members that must be of their field's shape as far as they are given; others are not looked at.
  mutating func checkPart(_ value: LocatedValue, _ fields: [Schema.Field]) {
    for violation in Schema.object(fields, others: .any).violations(ofPart: value.value) {
      Structure.add(violation, in: value, to: &problems)
    }
  }
}
