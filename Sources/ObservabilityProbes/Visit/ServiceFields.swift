import AuditModel
import Facts
import Probing

extension TargetKind {
  /// A kind whose services are reached over HTTP, with what may be said about any of them before `fields`.
  static func service(_ name: String, _ summary: String, _ fields: [Schema.Field]) -> TargetKind {
    TargetKind(
      name: name, summary: summary,
      fields: [
        Schema.Field("url", .string(.url(schemes: ["http", "https"])), required: true, "where it answers"),
        Schema.Field("trust", .string(.path), "a PEM file with roots to trust beside the system's"),
        Schema.Field("address", .string(.nonEmpty), "the address to connect to instead of resolving the host"),
        Schema.Field("serverName", .string(.nonEmpty), "the name to ask for and to expect in the certificate"),
        Schema.Field("bearer", .string(.secretReference), "a token sent to this origin only, as a reference"),
        Schema.Field("user", .string(.nonEmpty), "the name for HTTP Basic authentication"),
        Schema.Field("password", .string(.secretReference), "the password for it, as a reference"),
        Schema.Field(
          "published", .boolean, "whether it can be reached from outside of its own network, whatever its address says"),
      ] + fields)
  }
}

/// Facts that several services of this room have.
enum CommonFacts {
  /// Whether strangers get in, and from where.
  static let access = Schema.object([
    Schema.Field("open", .nullable(.boolean), required: true, "it answers without credentials"),
    Schema.Field(
      "scope", .nullable(.string(.word(AddressScope.allCases.map(\.rawValue)))), required: true,
      "where its address can be reached from"),
    Schema.Field(
      "exposed", .nullable(.boolean), required: true, "it can be reached from outside of its own network, and is open"),
  ])

  /// What the declaration and the address say about who may come in.
  static func access(isOpen: Bool?, address: String?, target: Target) -> JSONValue {
    let scope = address.map { AddressScope(of: $0) }
    let isPublished = target.settings["published"]?.bool ?? scope.map { $0 == .public }
    let isExposed: Bool? =
      if isOpen == false || isPublished == false { false } else if let isOpen, let isPublished {
        isOpen && isPublished
      } else { nil }
    return ["open": JSONValue(isOpen), "scope": JSONValue(scope?.rawValue), "exposed": JSONValue(isExposed)]
  }
}

extension Schema.Field {
  /// A fact that is always there, and `null` where it could not be observed.
  static func fact(_ name: String, _ schema: Schema, _ summary: String) -> Schema.Field {
    Schema.Field(name, .nullable(schema), required: true, summary)
  }
}
