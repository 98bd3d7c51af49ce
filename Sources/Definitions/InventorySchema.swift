import AuditModel
import Facts

/// The shape of the inventory.
enum InventorySchema {
  /// What is the same for every vocabulary; targets are looked at one by one, by their kind.
  static let frame = schema(targets: .array(.any, minimumCount: 1))

  /// The whole shape: one alternative per kind of target.
  static func schema(of kinds: [TargetKind]) -> Schema {
    schema(targets: .array(.either(kinds.map(target)), minimumCount: 1))
  }

  /// The shape of a target of a kind.
  static func target(_ kind: TargetKind) -> Schema {
    .object(
      [
        .init("id", .string(.identifier), required: true, "permanent name of the target in every report"),
        .init("kind", .string(.word([kind.name])), required: true, kind.summary),
      ] + kind.fields)
  }

  private static func schema(targets: Schema) -> Schema {
    .object([
      .init("system", .string(.nonEmpty), required: true, "the system's name"),
      .init("environment", .word(Environment.self), required: true, "what the system is used for"),
      .init("ceiling", .word(SafetyClass.self), "the roughest safety class that may run", default: "probe"),
      .init("policy", .string(.nonEmpty), "a built-in policy's name, or a file relative to this one"),
      .init("checks", .array(.string(.path)), "folders with further checks and probe manifests"),
      .init("waivers", .string(.path), "a file of waivers, relative to this one"),
      .init("attestations", .string(.path), "a file of attestations, relative to this one"),
      .init("identity", identity, "what tells that the system is still the same"),
      .init("matrix", MatrixPlanSchema.schema, "services and features whose qualities the report shows as a table"),
      .init("consent", .array(consent), "explicit permissions above the ceiling"),
      .init("targets", targets, required: true, "what is audited"),
    ])
  }

  private static let identity = Schema.object([
    .init(
      "files", .array(.string(.path), minimumCount: 1), "files and folders whose content makes the system what it is"),
    .init("values", .object([], others: .string(.nonEmpty)), "digests of images, commits and the like, by name"),
  ])

  private static let consent = Schema.object([
    .init("safety", .word(SafetyClass.self), required: true, "what is permitted"),
    .init("by", .string(.nonEmpty), required: true, "who permits it"),
    .init("until", .string(.date), required: true, "the last day or moment it holds"),
  ])
}
