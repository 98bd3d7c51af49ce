import Facts

/// The shape of what `grafana-server` brings back.
enum GrafanaSchema {
  static let facts = Schema.object([
    Schema.Field(
      "health",
      .object([
        Schema.Field("ok", .boolean, required: true, "it says that it is well"),
        Schema.Field("database", .string(), required: true, "what it says of its database"),
        .fact("version", .string(), "its version; null where it hides it"),
      ]), required: true, "what it says of itself"),
    .fact(
      "dataSources",
      .array(
        .object([
          Schema.Field("name", .string(), required: true, "its name"),
          .fact("type", .string(), "its type"),
          .fact("healthy", .boolean, "Grafana reaches it"),
          .fact("message", .string(), "what Grafana says of it"),
          .fact("default", .boolean, "panels without one use it"),
        ])), "where the data comes from"),
    .fact(
      "dashboards",
      .array(
        .object([
          Schema.Field("uid", .string(), required: true, "its id"),
          Schema.Field("title", .string(), required: true, "its title"),
          Schema.Field("readable", .boolean, required: true, "it could be read"),
          .fact("panels", .integer(minimum: 0), "its panels that show data"),
          .fact("refreshes", .boolean, "it renews itself"),
        ])), "the dashboards that the auditor sees"),
    .fact(
      "panels",
      .array(
        .object([
          Schema.Field("dashboard", .string(), required: true, "its dashboard"),
          Schema.Field("title", .string(), required: true, "its title"),
          Schema.Field("type", .string(), required: true, "its type"),
          Schema.Field("queries", .integer(minimum: 0), required: true, "how many queries it has"),
          .fact("sourceExists", .boolean, "its data source is one that Grafana has"),
          .fact("shows", .boolean, "a query of it returned a value for the last hour"),
          .fact("reason", .string(), "why it shows nothing, or why that is not known"),
        ])), "the panels of the dashboards"),
    .fact("contactPoints", .integer(minimum: 0), "where its own alerts go"),
    Schema.Field("access", CommonFacts.access, required: true, "who gets in"),
  ])
}
