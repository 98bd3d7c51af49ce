package import AuditModel
import Facts

/// The shape of a file that says whose signatures a report needs.
enum SignOffPolicySchema {
  static let schema = Schema.object([
    .init("signers", .string(.path), required: true, "an allowed-signers file of ssh-keygen, relative to this one"),
    .init("required", .array(role, minimumCount: 1), required: true, "the roles that have to sign"),
    .init("maximumAgeHours", .integer(minimum: 1, maximum: 87_600), "how old a report may be, in hours"),
    .init(
      "commit", .word(SignOffPolicy.CommitRule.self), "whether the work tree has to stand at the audited commit",
      default: "same"),
    .init("unmodified", .boolean, "whether the audited files have to be those of a commit", default: false),
  ])

  private static let role = Schema.object([
    .init("role", .string(.identifier), required: true, "the role's name, as signers give it"),
    .init("people", .array(.string(.nonEmpty), minimumCount: 1), "who may sign for it; everybody where left out"),
    .init("minimum", .integer(minimum: 1, maximum: 100), "how many different people it takes", default: 1),
  ])
}

extension Definitions {
  /// Whose signatures are needed.
  package static func signOffPolicy(_ file: SourceFile) -> Loaded<SignOffPolicy> {
    let (root, found) = YAMLReader.read(file)
    var problems = found
    guard let root else { return Loaded(nil, problems.diagnostics) }
    Structure.check(root, against: SignOffPolicySchema.schema, into: &problems)
    var seen: Set<String> = []
    for element in root["required"]?.elements ?? [] {
      if let name = element["role"], let text = name.string, !seen.insert(text).inserted {
        problems.add("duplicate-role", "the role `\(text)` stands there already", at: name.span, fix: "join the two")
      }
      var people: Set<String> = []
      for person in element["people"]?.elements ?? [] {
        guard let text = person.string, !people.insert(text).inserted else { continue }
        problems.add("duplicate-person", "`\(text)` stands there already", at: person.span)
      }
      if let minimum = element["minimum"], let count = minimum.value.integer, !people.isEmpty, count > people.count {
        problems.add(
          "out-of-range", "\(count) of \(people.count) people can never sign", at: minimum.span,
          fix: "name more people, or ask for fewer")
      }
    }
    do {
      return Loaded(problems.isEmpty ? try SignOffPolicy(definition: root.value) : nil, problems.diagnostics)
    } catch {
      problems.add("malformed", "the policy cannot be read: \(error)", at: root.span)
      return Loaded(nil, problems.diagnostics)
    }
  }
}

extension SignOffPolicy {
  /// Reads a policy that has the shape of `SignOffPolicySchema`.
  init(definition: JSONValue) throws(Malformed) {
    self.init(
      signers: try definition.text("signers"),
      required: try definition.list("required") { (role) throws(Malformed) in
        Role(
          name: try role.text("role"), people: try role.texts("people"), minimum: role["minimum"]?.integer ?? 1)
      },
      maximumAgeHours: definition["maximumAgeHours"]?.integer,
      commit: try definition.word("commit", default: .same),
      demandsUnmodified: definition["unmodified"]?.bool ?? false)
  }
}
