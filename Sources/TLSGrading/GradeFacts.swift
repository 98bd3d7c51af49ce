package import Facts

extension Grade {
  /// The grade as facts, in the shape of `schema`.
  package var facts: JSONValue {
    [
      "letter": JSONValue(letter?.rawValue), "ifTrusted": JSONValue(ifTrusted?.rawValue),
      "score": Self.number(score), "protocol": Self.number(versions), "keyExchange": Self.number(keyExchange),
      "cipher": Self.number(ciphers),
      "reasons": .array(
        reasons.map { ["id": .string($0.id), "cap": .string($0.cap.rawValue), "message": .string($0.message)] }),
      "missing": JSONValue(missing),
    ]
  }

  private static func number(_ points: Points?) -> JSONValue { points.map { .double($0.value) } ?? .null }

  /// The shape of `facts`.
  package static let schema = Schema.object([
    Schema.Field("letter", .nullable(letters), required: true, "the grade; null where what is known does not suffice"),
    Schema.Field("ifTrusted", .nullable(letters), required: true, "the grade with all questions of trust left aside"),
    Schema.Field("score", points, required: true, "0 to 100; null where a category is not known"),
    Schema.Field("protocol", points, required: true, "points for protocol versions"),
    Schema.Field("keyExchange", points, required: true, "points for the weakest key or group"),
    Schema.Field("cipher", points, required: true, "points for encryption"),
    Schema.Field(
      "reasons",
      .array(
        .object([
          Schema.Field("id", .string(), required: true, "a permanent word"),
          Schema.Field("cap", letters, required: true, "the best letter that is left"),
          Schema.Field("message", .string(), required: true, "one sentence"),
        ])), required: true, "the rules that keep the grade from being better, the hardest first"),
    Schema.Field("missing", .array(.string()), required: true, "what was not known of the server"),
  ])

  private static let letters = Schema.string(.word(Letter.allCases.map(\.rawValue)))
  private static let points = Schema.nullable(.number(minimum: 0, maximum: 100))
}

extension Compliance {
  /// Where the server stands to the profiles of the guidelines, as facts, in the shape of `schema`: the newest of each
  /// profile under its name, all others under `earlier`.
  package static func facts(_ compliances: [Compliance]) -> JSONValue {
    let current = Guideline.Profile.allCases.compactMap { profile in
      compliances.first { $0.guideline.profile == profile }
    }
    var facts = JSONObject(current.map { ($0.guideline.profile.rawValue, $0.facts) })
    facts["earlier"] = .array(compliances.filter { !current.contains($0) }.map(\.facts))
    facts["closest"] =
      compliances.closest.map {
        [
          "guideline": .string($0.guideline.version), "profile": .string($0.guideline.profile.rawValue),
          "deviations": .integer($0.deviations.count),
        ]
      } ?? .null
    return .object(facts)
  }

  private var facts: JSONValue {
    [
      "guideline": .string(guideline.version), "profile": .string(guideline.profile.rawValue),
      "compliant": JSONValue(isCompliant), "deviations": .array(deviations.map(fact)),
      "notes": .array(notes.map(fact)), "missing": JSONValue(missing), "lines": .array(lines),
    ]
  }

  /// What a check judges one by one: never empty, so that a server of which little is known does not pass for lack of lines.
  private var lines: [JSONValue] {
    let wrong: [JSONValue] = deviations.map {
      ["about": .string($0.value), "complies": false, "message": .string("\($0.message), allowed: \($0.allowed)")]
    }
    let open: [JSONValue] = missing.map {
      ["about": .string($0), "complies": nil, "message": .string("\($0) is not known")]
    }
    let lines = wrong + open
    return lines.isEmpty ? [["about": "everything", "complies": true, "message": "the server complies"]] : lines
  }

  private func fact(_ deviation: Deviation) -> JSONValue {
    [
      "profile": .string(guideline.profile.rawValue), "version": .string(guideline.version),
      "kind": .string(deviation.kind.rawValue), "value": .string(deviation.value),
      "allowed": .string(deviation.allowed), "message": .string(deviation.message),
    ]
  }

  /// The shape of `facts(_:)`.
  package static let schema = Schema.object(
    Guideline.Profile.allCases.map {
      Schema.Field($0.rawValue, profile, required: true, "the newest guideline's profile \($0.rawValue)")
    } + [
      Schema.Field("earlier", .array(profile), required: true, "the profiles of earlier versions of the guidelines"),
      Schema.Field(
        "closest",
        .nullable(
          .object([
            Schema.Field("guideline", .string(), required: true, "the guideline's version"),
            Schema.Field("profile", profiles, required: true, "the profile"),
            Schema.Field("deviations", .integer(minimum: 0), required: true, "how many there are"),
          ])), required: true, "the profile with the fewest deviations, the strictest of several"),
    ])

  private static let profile = Schema.object([
    Schema.Field("guideline", .string(), required: true, "the version of Mozilla's Server Side TLS guidelines"),
    Schema.Field("profile", profiles, required: true, "the profile"),
    Schema.Field(
      "compliant", .nullable(.boolean), required: true,
      "whether the server complies; null where something that counts is not known"),
    Schema.Field("deviations", .array(deviation), required: true, "what the profile does not allow"),
    Schema.Field("notes", .array(deviation), required: true, "what it would have otherwise, without forbidding it"),
    Schema.Field("missing", .array(.string()), required: true, "what was not known of the server"),
    Schema.Field(
      "lines",
      .array(
        .object([
          Schema.Field("about", .string(), required: true, "what the server does, or what is not known of it"),
          Schema.Field("complies", .nullable(.boolean), required: true, "false for a deviation, null for not known"),
          Schema.Field("message", .string(), required: true, "one sentence"),
        ]), minimumCount: 1), required: true,
      "a line per deviation and per thing not known; one line where there is neither"),
  ])

  private static let deviation = Schema.object([
    Schema.Field("profile", profiles, required: true, "the profile"),
    Schema.Field("version", .string(), required: true, "the guideline's version"),
    Schema.Field("kind", .string(.word(Kind.allCases.map(\.rawValue))), required: true, "what it is about"),
    Schema.Field("value", .string(), required: true, "what the server does"),
    Schema.Field("allowed", .string(), required: true, "what the profile allows"),
    Schema.Field("message", .string(), required: true, "one sentence"),
  ])

  private static let profiles = Schema.string(.word(Guideline.Profile.allCases.map(\.rawValue)))
}
