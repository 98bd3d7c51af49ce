import Facts

/// What the inventory may ask of a compose project that stops or changes something.
enum DisruptionFields {
  private static let command = Schema.array(.string(.nonEmpty))

  static let all = [
    Schema.Field(
      "persistence",
      .array(
        .object([
          Schema.Field("service", .string(.nonEmpty), required: true, "the service whose data has to stay"),
          Schema.Field(
            "file", .string(.nonEmpty), "the absolute path, within the container, of a file that is put there"),
          Schema.Field("plant", command, "or the program that stores {word}, run beside the compose file"),
          Schema.Field("look", command, "the program whose output then holds the word"),
          Schema.Field("clean", command, "the program that removes it"),
          Schema.Field(
            "recreate", .boolean, "whether the container is made anew, and not only started again", default: false),
          Schema.Field(
            "patienceSeconds", .integer(minimum: 1, maximum: 240), "how long it may take to be back", default: 60),
        ])), "what is planted in a service before it is started again, and looked for after that"),
    Schema.Field(
      "rollout",
      .object([
        Schema.Field("build", command, "the program that builds the images, run beside the compose file"),
        Schema.Field("up", command, required: true, "the program that starts the project"),
        Schema.Field("database", command, "the program that succeeds when the database answers"),
        Schema.Field("smoke", command, "the program that succeeds when the most important way works"),
        Schema.Field("down", command, "the program that takes it down again, however it went"),
        Schema.Field(
          "patienceSeconds", .integer(minimum: 1, maximum: 540), "how long it may take until everything is healthy",
          default: 240),
      ]), "how the project is built, started and tried"),
  ]
}
