import AuditModel
import Engine
import Facts
import History
import Probing

/// The certificates that targets served in earlier runs, as the history knows them: what tells best whether something
/// renews them, and how early.
struct EarlierCertificates {
  /// By target, each certificate once, in the order in which they were first seen.
  private var served: [String: [Sighting]] = [:]

  private struct Sighting {
    var serial: String
    var notBefore: String
    var notAfter: String
    var firstSeen: Instant
  }

  /// The check whose evidence names the certificate.
  private static let check = "tls-renewal-automated"
  /// How far back it is looked, in runs, and in how many of them: each costs a report to be read.
  private static let mostRuns = (back: 400, read: 40)
  private static let mostCertificates = 20

  /// Reads what a history has of a system in an environment, under any policy.
  init(of system: String, in environment: String, from store: HistoryStore) throws(Failure) {
    let patience = HistoryOptions.patience
    let streams = try asking { () throws(HistoryFailure) in try store.streams(before: Deadline(milliseconds: patience))
    }
    for state in streams where state.stream.system == system && state.stream.environment == environment {
      let runs = try asking { () throws(HistoryFailure) in
        try store.runs(of: state.stream.id, limit: Self.mostRuns.back, before: Deadline(milliseconds: patience))
      }
      let step = max(1, (runs.count + Self.mostRuns.read - 1) / Self.mostRuns.read)
      for index in stride(from: 0, to: runs.count, by: step) {
        let run = runs[index]
        let document = try asking { () throws(HistoryFailure) in
          try store.document(ofRun: run.runID, before: Deadline(milliseconds: patience))
        }
        if let document, let report = try? JSONText.parse(document) { take(report, at: run.startedAt) }
      }
    }
  }

  private mutating func take(_ report: JSONValue, at instant: Instant) {
    for finding in report["findings"]?.array ?? [] where finding["check"]?.string == Self.check {
      guard let target = finding["target"]?.string else { continue }
      var texts: [String: String] = [:]
      for entry in finding["evidence"]?.array ?? [] {
        if let label = entry["label"]?.string { texts[label] = entry["text"]?.string }
      }
      guard let serial = texts["$.leaf.serial"], let notBefore = texts["$.leaf.notBefore"],
        let notAfter = texts["$.leaf.notAfter"], Instant(notBefore) != nil, Instant(notAfter) != nil
      else { continue }
      if let known = served[target]?.firstIndex(where: { $0.serial == serial }) {
        if let first = served[target]?[known].firstSeen { served[target]?[known].firstSeen = min(first, instant) }
      } else {
        served[target, default: []].append(
          Sighting(serial: serial, notBefore: notBefore, notAfter: notAfter, firstSeen: instant))
      }
    }
  }

  /// Puts what is known of a target beside the certificate that was seen of it.
  func put(into run: inout RecordedRun) {
    for index in run.observations.indices where run.observations[index].probe == "tls-endpoint" {
      guard let sightings = served[run.observations[index].target],
        var facts = run.observations[index].facts?.object, var leaf = facts["leaf"]?.object
      else { continue }
      let newest = sightings.sorted { $0.firstSeen < $1.firstSeen }.suffix(Self.mostCertificates)
      leaf["earlier"] = .array(
        newest.map {
          [
            "serial": .string($0.serial), "notBefore": .string($0.notBefore), "notAfter": .string($0.notAfter),
            "firstSeen": .string($0.firstSeen.description),
          ]
        })
      facts["leaf"] = .object(leaf)
      run.observations[index].facts = .object(facts)
    }
  }
}
