package import AuditModel
import Facts

/// The shape of the checklist's file.
enum ChecklistSchema {
  static let schema = Schema.object([
    .init("checklist", .array(item, minimumCount: 1), required: true, "the requirements in the order of the reports")
  ])

  private static let item = Schema.object([
    .init("id", .string(.identifier), required: true, "permanent: SEC-3"),
    .init("area", .string(.nonEmpty), required: true, "the heading it stands under"),
    .init("title", .string(.nonEmpty), required: true, "the requirement in people's words"),
    .init("attest", .array(request, minimumCount: 1), "what people have to state where no check serves it"),
  ])

  private static let request = Schema.object([
    .init("id", .string(.identifier), required: true, "permanent: rollback-rehearsed"),
    .init("statement", .string(.nonEmpty), required: true, "what is to be stated, word for word"),
  ])
}

extension Definitions {
  /// The items of a checklist.
  package static func checklist(_ file: SourceFile) -> Loaded<[ChecklistItem]> {
    let (root, problems) = YAMLReader.read(file)
    return checklist(root, problems)
  }

  static func checklist(_ root: LocatedValue?, _ found: Problems) -> Loaded<[ChecklistItem]> {
    var problems = found
    guard let root else { return Loaded(nil, problems.diagnostics) }
    Structure.check(root, against: ChecklistSchema.schema, into: &problems)
    var seen: Set<String> = []
    for id in (root["checklist"]?.elements ?? []).compactMap({ $0["id"] }) {
      guard let text = id.string, !seen.insert(text).inserted else { continue }
      problems.add("duplicate-id", "there is an item `\(text)` already", at: id.span)
    }
    for id in (root["checklist"]?.elements ?? []).flatMap({ $0["attest"]?.elements ?? [] }).compactMap({ $0["id"] }) {
      guard let text = id.string, !seen.insert(text).inserted else { continue }
      problems.add("duplicate-id", "there is an item or a statement `\(text)` already", at: id.span)
    }
    return Loaded(problems.isEmpty ? try? items(of: root.value) : nil, problems.diagnostics)
  }

  /// The items of the compiled-in checklist; only its shape is looked at.
  package static func checklist(compiled text: String) throws -> [ChecklistItem] {
    try items(of: JSONText.parse(Array(text.utf8)))
  }

  private static func items(of definition: JSONValue) throws(Malformed) -> [ChecklistItem] {
    try definition.list("checklist") { (item) throws(Malformed) in
      ChecklistItem(
        id: try item.text("id"), title: try item.text("title"), area: try item.text("area"),
        attest: try item.list("attest") { (request) throws(Malformed) in
          AttestationRequest(id: try request.text("id"), statement: try request.prose("statement"))
        })
    }
  }
}
