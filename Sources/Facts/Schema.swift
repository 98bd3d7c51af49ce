/// The shape of a JSON document: of a probe's facts, of its parameters, and of every file that people write.
///
/// One description serves three ends: the loader validates against it, the published JSON Schemas are generated from
/// it, and the JSONPaths of a check are held against the facts its probe can produce.
public indirect enum Schema: Sendable, Hashable {
  /// Any value.
  case any
  /// `true` or `false`.
  case boolean
  /// A whole number within inclusive bounds.
  case integer(minimum: Int? = nil, maximum: Int? = nil)
  /// A number within inclusive bounds.
  case number(minimum: Double? = nil, maximum: Double? = nil)
  /// Text of the given form.
  case string(TextForm = .free)
  /// A list with at least `minimumCount` elements of one shape.
  case array(Schema, minimumCount: Int = 0)
  /// Named members; others are refused unless `others` gives their shape.
  case object([Field], others: Schema? = nil)
  /// The shape, or `null` where it could not be observed.
  case nullable(Schema)
  /// One of several shapes, tried in order.
  case either([Schema])

  /// What a text must look like.
  public enum TextForm: Sendable, Hashable {
    /// Any text, also empty.
    case free
    /// At least one character.
    case nonEmpty
    /// One of these words.
    case word([String])
    /// A permanent id: a letter, then letters, digits, `-`, `_`, `.`.
    case identifier
    /// A point in time (RFC 3339) or a calendar day (`2026-11-24`).
    case date
    /// A reference to a secret: `${env:NAME}` or `${file:path}`, never the secret itself.
    case secretReference
    /// A JSONPath query (RFC 9535).
    case jsonPath
    /// A file or folder, relative to the file that names it.
    case path
    /// A file that is an OpenAPI or Swagger document, relative to the file that names it. Who loads that file reads the
    /// document too and hands on what it says.
    case openAPIDocument
    /// A path on a server, perhaps with a query, beginning with `/`.
    case requestPath
    /// An absolute URL with one of these schemes.
    case url(schemes: [String])
  }

  /// A named member of an object.
  public struct Field: Sendable, Hashable {
    /// The member's name.
    public var name: String
    /// The shape of its value.
    public var schema: Schema
    /// Whether it must be there.
    public var isRequired: Bool
    /// One line for people: meaning and unit.
    public var summary: String
    /// What holds where the member is left out.
    public var fallback: JSONValue?

    /// A member called `name`.
    public init(
      _ name: String, _ schema: Schema, required isRequired: Bool = false, _ summary: String,
      default fallback: JSONValue? = nil
    ) {
      self.name = name
      self.schema = schema
      self.isRequired = isRequired
      self.summary = summary
      self.fallback = fallback
    }

    /// A member that must be there, as most of facts must.
    public static func required(_ name: String, _ schema: Schema, _ summary: String) -> Field {
      Field(name, schema, required: true, summary)
    }
  }
}
