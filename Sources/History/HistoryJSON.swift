import AuditModel
package import Facts

/// Per mille as a percentage with one decimal, as reports write it; null for none.
private func percentage(_ perMille: Int?) -> JSONValue { perMille.map { .double(Double($0) / 10) } ?? .null }

private func time(_ instant: Instant?) -> JSONValue { JSONValue(instant?.description) }

extension RunSummary {
  /// As commands and the service print it.
  package var json: JSONObject {
    [
      "runID": .string(runID), "ordinal": .integer(ordinal), "startedAt": .string(startedAt.description),
      "finishedAt": .string(finishedAt.description), "durationMs": .integer(durationMs),
      "score": [
        "proven": percentage(proven), "possible": percentage(possible), "coverage": percentage(coverage),
      ],
      "gate": .string(gate.rawValue), "partial": .bool(isPartial), "interrupted": .bool(isInterrupted),
      "pinned": .bool(isPinned), "statuses": counts(Status.allCases, statuses),
      "open": counts(Severity.allCases, open), "policyDigest": .string(policyDigest), "tool": .string(tool),
      "reportSHA256": .string(reportDigest), "runKey": JSONValue(runKey),
    ]
  }

  private func counts<Key: RawRepresentable<String> & Hashable>(_ all: [Key], _ counts: [Key: Int]) -> JSONValue {
    .object(JSONObject(all.compactMap { key in counts[key].map { (key.rawValue, .integer($0)) } }))
  }
}

extension RunStream {
  /// As commands and the service print it.
  package var json: JSONObject {
    [
      "system": .string(system), "environment": .string(environment), "policy": .string(policy),
      "runs": .integer(runs),
    ]
  }
}

extension TrackedFinding {
  /// As commands and the service print it.
  package var json: JSONObject {
    [
      "check": .string(check), "target": .string(target), "subject": JSONValue(subject),
      "status": .string(state.status.rawValue), "severity": .string(state.severity.rawValue),
      "waived": .bool(state.isWaived), "message": .string(message), "since": time(since), "firstSeen": time(firstSeen),
      "firstFailed": time(firstFailed), "openSince": time(openSince), "episodes": .integer(episodes),
      "fingerprint": .string(fingerprint),
    ]
  }
}

extension FindingChange {
  /// As commands and the service print it.
  package var json: JSONObject {
    var object = finding.json
    object["change"] = .string(kind.rawValue)
    object["at"] = .string(at.description)
    object["run"] = .integer(ordinal)
    object["repairSeconds"] = JSONValue(repairSeconds)
    object["flapping"] = .bool(isFlapping)
    return object
  }
}

extension RepairTimes {
  /// As commands and the service print it.
  package var json: JSONObject {
    [
      "repaired": .integer(repaired), "meanSeconds": JSONValue(meanSeconds), "open": .integer(open),
      "oldestOpen": time(oldestOpen),
    ]
  }
}

extension MeasureSeries {
  /// As commands and the service print it.
  package var json: JSONObject {
    [
      "series": .string(series), "probe": .string(probe), "target": JSONValue(target), "subject": JSONValue(subject),
      "name": .string(name), "unit": .string(unit), "better": .string(better.rawValue),
      "verdict": .string(verdict.rawValue),
      "points": .array(
        points.map {
          ["runID": .string($0.runID), "at": .string($0.at.description), "value": .double($0.value)]
        }),
    ]
  }
}

extension MeasureChange {
  /// As commands and the service print it.
  package var json: JSONObject {
    let item = measurement
    return [
      "change": .string(kind.rawValue), "probe": .string(item.probe), "target": JSONValue(item.target),
      "subject": JSONValue(item.subject), "name": .string(item.name), "unit": .string(item.unit),
      "value": item.value.map { .double($0) } ?? .null, "median": item.median.map { .double($0) } ?? .null,
      "lower": item.lower.map { .double($0) } ?? .null, "upper": item.upper.map { .double($0) } ?? .null,
      "verdict": .string(item.verdict.rawValue),
    ]
  }
}

extension NoiseComparison.Outcome {
  /// As commands and the service print it.
  package var json: JSONObject {
    func number(_ value: Double?) -> JSONValue { value.map { .double($0) } ?? .null }
    return [
      "verdict": .string(verdict.rawValue), "median": number(median), "lower": number(lower),
      "upper": number(upper), "runs": .integer(runs),
    ]
  }
}
