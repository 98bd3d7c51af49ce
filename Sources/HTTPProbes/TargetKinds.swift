import AuditModel
import Facts

extension HTTPProbes {
  /// What the inventory may say about HTTP endpoints.
  static let targetKinds = [
    TargetKind(
      name: "https", summary: "an HTTPS endpoint", fields: fields(scheme: "https"), schemes: ["https"]),
    TargetKind(
      name: "http", summary: "an HTTP endpoint without TLS, such as a service behind a proxy",
      fields: fields(scheme: "http"), schemes: ["http"]),
  ]

  private static func fields(scheme: String) -> [Schema.Field] {
    [
      Schema.Field("url", .string(.url(schemes: [scheme])), required: true, "the endpoint's URL"),
      Schema.Field("trust", .string(.path), "a PEM file with roots to trust beside the system's"),
      Schema.Field("address", .string(.nonEmpty), "the address to connect to instead of resolving the host"),
      Schema.Field("serverName", .string(.nonEmpty), "the name to ask for and to expect in the certificate"),
      Schema.Field("bearer", .string(.secretReference), "a token sent to this origin only, as a reference"),
      Schema.Field("health", .string(.nonEmpty), "the path of the health endpoint, beginning with /"),
      Schema.Field(
        "plainPort", .integer(minimum: 0, maximum: 65535), "the port on which the host speaks plain HTTP; 0 for none"),
      Schema.Field("profile", .string(.word(["page", "api"])), "whether people or programs read its answers"),
      Schema.Field("preloaded", .boolean, "whether the URL's host is on the browsers' HSTS preload list"),
      Schema.Field(
        "preloadList", .string(.path),
        "the browsers' HSTS preload list as Chromium has it (transport_security_state_static.json)"),
      Schema.Field("assets", .array(.string(.nonEmpty)), "paths of static files, beginning with /"),
      Schema.Field(
        "pages", .array(.string(.nonEmpty)), "paths of pages that people type into, such as the login, beginning with /"
      ),
      Schema.Field("cdn", .boolean, "whether static files are meant to come from a content delivery network"),
    ] + RouteFields.all
  }
}
