import Facts

/// What the platform's people attest.
struct AttestationPlan: Sendable {
  /// Days that each still holds, by id where it is not the usual time; negative for those that have run out.
  var daysLeft: [String: Int] = [:]
  /// Attestations that nobody made, by id.
  var absent: Set<String> = []
  /// What is added to a text once it was attested, by its path beside the file of attestations.
  var laterAdditions: [String: String] = [:]

  private struct Entry {
    var id: String
    /// A statement of the checklist, or a check that waits for a person.
    var topic: String
    var isCheck = false
    var statement: String
    var by: String
    var texts: [String] = []
  }

  private static let usualDays = 60

  private static let entries = [
    Entry(
      id: "A-1", topic: "people-access-reviewed", isCheck: true,
      statement: "Everybody who can enter was asked for, and each of them needs what they may do.", by: "Dana Reyes",
      texts: ["source/docs/access-review.md"]),
    Entry(
      id: "A-2", topic: "people-incident-rehearsed", isCheck: true,
      statement: "Those on call played an incident through, from the alarm to the review.", by: "Eli Novak",
      texts: ["source/docs/incident.md"]),
    Entry(
      id: "A-3", topic: "people-trained", isCheck: true,
      statement: "Everybody on call has followed the runbooks once under supervision.", by: "Farah Lind",
      texts: ["source/docs/runbooks/api.md", "source/docs/runbooks/processing.md"]),
    Entry(
      id: "A-4", topic: "people-users-accepted", isCheck: true,
      statement: "Editors and organisers tried the release on their own data and accepted it.", by: "Gita Rao"),
    Entry(
      id: "A-5", topic: "rollback-rehearsed",
      statement:
        "The written procedure was followed to roll this release back, including its data, and it worked.",
      by: "Dana Reyes", texts: ["source/docs/rollback.md"]),
    Entry(
      id: "A-6", topic: "documentation-reviewed",
      statement: "The documentation was read against the system as it is, and is right.", by: "Eli Novak"),
    Entry(
      id: "A-7", topic: "secrets-reviewed",
      statement:
        "Every secret of the system comes from the environment or a secret store, and none stands in code, images or logs.",
      by: "Eli Novak"),
    Entry(
      id: "A-8", topic: "network-reviewed",
      statement:
        "The rules of firewalls and security groups were read, and each lets in only what the system needs.",
      by: "Farah Lind"),
    Entry(
      id: "A-9", topic: "scaling-rehearsed",
      statement:
        "The system was made to grow and to shrink by its own rules under load, and served its users meanwhile.",
      by: "Dana Reyes"),
    Entry(
      id: "A-10", topic: "error-tracking-tried",
      statement:
        "An error was caused on purpose and reached the people who mend it, with its version and stack trace.",
      by: "Eli Novak"),
    Entry(
      id: "A-11", topic: "log-aggregation-tried",
      statement:
        "The log lines of one request were found in one place across all services, and are kept as long as agreed.",
      by: "Farah Lind"),
    Entry(
      id: "A-12", topic: "dashboards-reviewed",
      statement:
        "Everybody on call opened the dashboards with their own account, and each panel shows data.",
      by: "Dana Reyes"),
    Entry(
      id: "A-13", topic: "deployment-rehearsed",
      statement:
        "This release was deployed by the automation alone, to an environment like production, with nobody helping it.",
      by: "Eli Novak"),
    Entry(
      id: "A-14", topic: "access-reviewed",
      statement:
        "The list of who can do what was read, and each of them needs it.",
      by: "Farah Lind"),
    Entry(
      id: "A-15", topic: "security-assessed",
      statement:
        "Somebody outside the team assessed the security of the system, and what was found is mended or accepted.",
      by: "Dana Reyes"),
    Entry(
      id: "A-16", topic: "capacity-planned",
      statement:
        "The load expected in the next year is written down, and the system was shown to carry it.",
      by: "Eli Novak"),
    Entry(
      id: "A-17", topic: "runbooks-walked-through",
      statement:
        "Somebody who did not write them walked through the runbooks, and could do what they say.",
      by: "Farah Lind"),
    Entry(
      id: "A-18", topic: "incident-rehearsed",
      statement:
        "An incident was played through with those on call: alarm, roles, communication and review.",
      by: "Dana Reyes"),
  ]

  /// The file; `content` gives the bytes of a text by its path.
  func text(now: Int, content: (String) -> [UInt8]?) -> String {
    let present = Self.entries.filter { !absent.contains($0.id) }
    return "attestations:\n"
      + present.map { entry in
        let end = daysLeft[entry.id] ?? Self.usualDays
        var lines = ["  - id: \(entry.id)"]
        lines +=
          entry.isCheck ? ["    check: \(entry.topic)", "    target: team"] : ["    attests: \(entry.topic)"]
        lines += [
          "    statement: \(JSONText.compact(.string(entry.statement)))", "    by: \(entry.by)",
          "    on: \(PaperTexts.day(now - 86_400 * max(30, 1 - end)))",
          "    expires: \(PaperTexts.day(now + 86_400 * end))",
          "    evidence: [https://wiki.events.example/\(entry.id)]",
        ]
        if !entry.texts.isEmpty {
          lines.append("    texts:")
          for path in entry.texts {
            lines += [
              "      - file: \(path)", "        sha256: \(PaperTexts.digest(content(path) ?? []))",
            ]
          }
        }
        return lines.joined(separator: "\n") + "\n"
      }.joined()
  }
}
