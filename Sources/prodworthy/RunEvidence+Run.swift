import AuditModel
import Engine
import Facts
import FoundationEssentials
import History

/// What of a run its history keeps for later ones to carry on: the lines of its folder, in one document.
extension RunEvidence {
  /// Nil where nothing of the run could be carried. Throws `Failure` (70).
  init?(of run: RecordedRun, catalogue: Catalogue) throws(Failure) {
    guard let kept = Carrying.kept(of: run, catalogue: catalogue) else { return nil }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let header: Data
    do {
      header = try encoder.encode(kept.header)
    } catch {
      throw Failure(.ourFault, "cannot encode what later runs may carry on: \(error)")
    }
    let lines = kept.observations.map { JSONText.compact($0.record) + "\n" }.joined()
    self.init(
      looks: kept.observations.filter { Carrying.isExpensive($0, catalogue) }.map { ($0.key, $0.startedAt) },
      document: Array(header) + [UInt8(ascii: "\n")] + Array(lines.utf8))
  }

  /// The run of a document. Throws `Failure` (65) where it is damaged.
  static func run(in document: [UInt8], of history: String) throws(Failure) -> RecordedRun {
    let lines = document.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true)
    do {
      guard let first = lines.first else { throw Observation.Damage(description: "it is empty") }
      let header = try JSONDecoder().decode(RunHeader.self, from: Data(first))
      var observations: [Observation] = []
      for line in lines.dropFirst() { observations.append(try Observation(record: try JSONText.parse(Array(line)))) }
      return RecordedRun(header: header, observations: observations)
    } catch {
      throw Failure(.badData, "\(history) holds evidence that cannot be read: \(error)")
    }
  }
}
