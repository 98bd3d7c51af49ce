package import AuditModel
package import Probing

extension TrafficMeter {
  /// Counts the child, if there was one. What it sends by itself is not seen from here.
  package func add(of outcome: ChildProcess.Outcome) {
    if outcome.wasStarted { add(processes: 1) }
  }

  /// Counts what a child says it sent.
  package func add(_ traffic: Traffic) {
    add(
      connections: traffic.connections, requests: traffic.requests, bytesSent: traffic.bytesSent,
      bytesReceived: traffic.bytesReceived)
  }
}

extension Redactor {
  /// The outcome with texts that hold no secret. Before anything is cut: half a secret would no longer be found.
  ///
  /// An answer in JSON is not touched, since a secret may happen to read like a part of its grammar.
  package func redacted(_ outcome: ChildProcess.Outcome, andOutput isText: Bool) -> ChildProcess.Outcome {
    var clean = outcome
    clean.errors = redacted(outcome.errors)
    if isText { clean.output = redacted(outcome.output) }
    return clean
  }

  private func redacted(_ bytes: [UInt8]) -> [UInt8] { Array(redacted(String(decoding: bytes, as: UTF8.self)).utf8) }

  /// The sighting without any secret.
  package func redacted(_ sighting: Sighting) -> Sighting {
    switch sighting {
    case .seen(let facts, let gaps):
      .seen(
        redacted(facts),
        gaps: gaps.map {
          Gap(path: redacted($0.path), reason: redacted($0.reason), remedy: $0.remedy.map { redacted($0) })
        })
    case .unseen(let unseen): .unseen(Unseen(unseen.kind, redacted(unseen.reason)))
    }
  }
}
