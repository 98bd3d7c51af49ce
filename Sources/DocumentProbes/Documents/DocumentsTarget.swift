import AuditModel
import Facts

/// What the inventory may say about a folder of documents.
enum DocumentsTarget {
  static let kind = TargetKind(
    name: "documents", summary: "a folder of documents: runbooks, rollback and incident procedures, plans",
    fields: [
      Schema.Field("folder", .string(.path), required: true, "the folder, read with everything in it"),
      Schema.Field(
        "runbooks", .array(.string(.path)),
        "runbooks, or folders of them; else what has runbook or playbook in its path"),
      Schema.Field("rollback", .array(.string(.path)), "rollback procedures; else what has rollback in its name"),
      Schema.Field("incident", .array(.string(.path)), "incident procedures; else what has incident in its name"),
      Schema.Field(
        "runbookSections", .array(.string(.nonEmpty)), "the headings every runbook must have, instead of the usual ones"
      ),
      Schema.Field(
        "reviewDays", .integer(minimum: 1, maximum: 3660), "how long a review counts, in days", default: 180),
      Schema.Field("compose", .array(.string(.path)), "compose files that say which services exist"),
      Schema.Field("services", .array(.string(.nonEmpty)), "services that exist beside those of the compose files"),
      Schema.Field(
        "rules", .array(.string(.path)), "files of Prometheus rules whose runbook_url must lead to a document"),
      Schema.Field(
        "publishedAt", .url(schemes: ["https", "http"]), "the URL under which the folder is published"),
      Schema.Field(
        "exercises", .string(.path), "the log of exercises: dated lines about restore, rollback, failover, incident"),
      Schema.Field("accessReview", .string(.path), "the record of the last review of who may do what"),
      Schema.Field("capacityPlan", .string(.path), "the plan for growth, with a date and figures of headroom"),
    ])
}

extension Schema {
  /// A URL with one of these schemes.
  static func url(schemes: [String]) -> Schema { .string(.url(schemes: schemes)) }
}
