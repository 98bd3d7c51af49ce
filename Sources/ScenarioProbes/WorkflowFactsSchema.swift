import AuditModel
import Facts

/// The facts of `workflow-run`; times in milliseconds.
enum WorkflowFactsSchema {
  private static let count = Schema.integer(minimum: 0)
  private static let texts = Schema.array(.string())
  private static let text = Schema.nullable(.string())
  private static let time = Schema.number(minimum: 0)

  static let facts = Schema.object([
    .required("workflow", .string(), "its name"), .required("title", .string(), "what it shows when it passes"),
    .required("seed", .integer(), "what its random values depended on"),
    .required("safety", .string(.word(SafetyClass.allCases.map(\.rawValue))), "the roughest class of its steps"),
    .required("passed", .nullable(.boolean), "whether everything was as demanded; null where not all was done"),
    .required("milliseconds", time, "how long its steps took, without those at the end"),
    .required("limitMilliseconds", .nullable(count), "the most they may take"),
    .required("withinTime", .nullable(.boolean), "whether they took no longer; null where that is not asked or known"),
    .required(
      "counts",
      .object(
        (StepReport.Status.allCases.map(\.rawValue) + ["flaky"]).map { .required($0, count, "steps that are \($0)") }),
      "how many steps ended how"),
    .required("steps", .array(step), "what came of each step"),
  ])

  private static let step = Schema.object([
    .required("path", .string(), "where it stands: `order`, `batch[2]/order`, `cleanup/remove`"),
    .required("title", text, "what it does"), .required("kind", .string(), "the kind of action"),
    .required("cleanup", .boolean, "whether it is one of those at the end"),
    .required("status", .string(.word(StepReport.Status.allCases.map(\.rawValue))), "how it ended"),
    .required("passed", .nullable(.boolean), "whether it was as demanded; null where it was not done"),
    .required("milliseconds", .nullable(time), "how long its last try took"),
    .required("limitMilliseconds", .nullable(count), "the most it may take"),
    .required("withinTime", .nullable(.boolean), "whether it took no longer; null where that is not asked or known"),
    .required("attempts", count, "how often it was tried"), .required("questions", count, "how often a poll asked"),
    .required("flaky", .boolean, "whether it passed on a later try only"),
    .required("asked", text, "the request, the statement or the program"),
    .required(
      "expectations",
      .array(
        .object([
          .required("fact", .string(), "the part of the answer"), .required("wanted", .string(), "what was demanded"),
          .required("got", text, "what was there; null for nothing"),
          .required("holds", .boolean, "whether it is as demanded"),
        ])), "everything that was demanded of it"),
    .required("failures", texts, "everything that was wrong"),
    .required("captured", texts, "the names of what was kept"),
    .required("answer", text, "the beginning of an answer that was not as demanded"),
    .required(
      "earlier",
      .array(
        .object([.required("milliseconds", time, "how long it took"), .required("failures", texts, "what was wrong")])),
      "the tries before the last"),
  ])
}
