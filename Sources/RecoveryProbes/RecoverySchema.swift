import Facts

/// The shape of what `service-recovery` brings back.
enum RecoverySchema {
  private static let count = Schema.integer(minimum: 0)
  private static let milliseconds = Schema.nullable(.integer(minimum: 0))

  private static let cut = Schema.object([
    Schema.Field("dependency", .string(), required: true, "what was cut off"),
    Schema.Field(
      "how", .string(), required: true,
      "stopped, paused, refused, reset, silent, delayed, throttled, cut short, or failing at first"),
    Schema.Field("isOutage", .boolean, required: true, "whether the service could not use it at all meanwhile"),
    Schema.Field(
      "isSilent", .boolean, required: true, "whether nothing but its own patience ended the service's waiting"),
    Schema.Field("isRequired", .boolean, required: true, "whether readiness has to turn red without it"),
    Schema.Field("isNeeded", .boolean, required: true, "whether the request is expected to fail without it"),
    Schema.Field("isCounted", .boolean, required: true, "whether a proxy counts the service's calls meanwhile"),
    Schema.Field("hasAlert", .boolean, required: true, "whether an alert is declared that has to fire"),
    Schema.Field("hasWork", .boolean, required: true, "whether work is declared that must not be lost"),
    Schema.Field("isDone", .boolean, required: true, "whether it was cut off"),
    Schema.Field("heldMs", milliseconds, required: true, "how long it was cut off, in milliseconds"),
    Schema.Field("restored", .nullable(.boolean), required: true, "whether what was done was put back"),
    Schema.Field(
      "readiness",
      .nullable(
        .object([
          Schema.Field("looks", count, required: true, "how often it was asked meanwhile"),
          Schema.Field("turnedRed", .boolean, required: true, "whether it said no until the end of the cut"),
          Schema.Field("redAfterMs", milliseconds, required: true, "how long it took to, in milliseconds"),
          Schema.Field("statuses", .array(.integer()), required: true, "what it answered"),
          Schema.Field("hung", count, required: true, "how often it did not answer in time"),
        ])), required: true, "the readiness endpoint meanwhile"),
    Schema.Field(
      "liveness",
      .nullable(
        .object([
          Schema.Field("looks", count, required: true, "how often it was asked meanwhile"),
          Schema.Field("failed", count, required: true, "how often it did not say yes"),
          Schema.Field("statuses", .array(.integer()), required: true, "what it answered"),
          Schema.Field("slowestMs", milliseconds, required: true, "its slowest answer, in milliseconds"),
        ])), required: true, "the liveness endpoint meanwhile"),
    Schema.Field(
      "answers",
      .nullable(
        .object([
          Schema.Field("sent", count, required: true, "requests sent meanwhile"),
          Schema.Field("succeeded", count, required: true, "answered with success"),
          Schema.Field("refused", count, required: true, "answered with an error"),
          Schema.Field("broken", count, required: true, "whose connection was refused or broke"),
          Schema.Field("hung", count, required: true, "not answered within the patience declared"),
          Schema.Field("slowestMs", milliseconds, required: true, "the longest wait, in milliseconds"),
          Schema.Field("statuses", .array(.integer()), required: true, "the statuses of errors"),
        ])), required: true, "requests that need the dependency"),
    Schema.Field(
      "attempts",
      .nullable(
        .object([
          Schema.Field("requests", count, required: true, "requests that made the service call the dependency"),
          Schema.Field("mostPerRequest", count, required: true, "the most calls for one request"),
          Schema.Field("shortestPauseMs", milliseconds, required: true, "between two calls for one request"),
          Schema.Field("isFlat", .boolean, required: true, "whether pauses between three calls and more do not grow"),
          Schema.Field("givenUpAfterMs", milliseconds, required: true, "the longest wait before a call was given up"),
        ])), required: true, "calls of the dependency, counted by the proxy between them; null without one"),
    Schema.Field(
      "alert",
      .nullable(
        .object([
          Schema.Field("name", .string(), required: true, "its name"),
          Schema.Field("hasFired", .boolean, required: true, "whether it fired while the cut lasted"),
          Schema.Field("firedAfterMs", milliseconds, required: true, "how long it took to, in milliseconds"),
        ])), required: true, "the declared alert; null where none is declared"),
    Schema.Field(
      "recovery",
      .nullable(
        .object([
          Schema.Field("hasRecovered", .boolean, required: true, "whether everything was well again in time"),
          Schema.Field("recoveredAfterMs", milliseconds, required: true, "how long that took, in milliseconds"),
          Schema.Field("readinessAfterMs", milliseconds, required: true, "how long readiness took to be green"),
          Schema.Field("answersAfterMs", milliseconds, required: true, "how long requests took to succeed"),
          Schema.Field("limitMs", count, required: true, "how long was waited"),
        ])), required: true, "the service once the dependency was back"),
    Schema.Field(
      "work",
      .nullable(
        .object([
          Schema.Field("accepted", count, required: true, "handed in meanwhile and accepted"),
          Schema.Field("refused", count, required: true, "handed in meanwhile and not accepted"),
          Schema.Field("done", .nullable(.integer()), required: true, "done since, by the declared counter"),
          Schema.Field("lost", .nullable(count), required: true, "accepted and never done"),
          Schema.Field("pendingBefore", .nullable(.integer()), required: true, "waiting before the cut"),
          Schema.Field("pendingAfter", .nullable(.integer()), required: true, "waiting at the end"),
          Schema.Field("hasDrained", .nullable(.boolean), required: true, "whether no more wait than before"),
          Schema.Field("drainedAfterMs", milliseconds, required: true, "how long that took, in milliseconds"),
        ])), required: true, "work handed in meanwhile; null where none is declared"),
  ])

  static let facts = Schema.object([
    Schema.Field("readinessPath", .nullable(.string()), required: true, "the readiness endpoint's path"),
    Schema.Field("livenessPath", .nullable(.string()), required: true, "the liveness endpoint's path"),
    Schema.Field("cuts", .array(cut), required: true, "each way of cutting off each dependency, in order"),
  ])
}
