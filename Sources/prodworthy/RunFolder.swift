import AuditModel
import Engine
import Facts
import FoundationEssentials
import Glibc
import Reporting

/// The folder that keeps a run: `run.json`, `observations.jsonl`, and what was rendered from them.
struct RunFolder {
  /// The folder.
  let path: String

  /// Makes the folder and keeps every other run out of it until the process ends.
  ///
  /// Throws `Failure` (73 where it cannot be made, 75 where another run is writing to it).
  func claim() throws(Failure) {
    try Output.makeFolder(path)
    guard access(path, W_OK) == 0 else {
      throw Failure(.cannotCreate, "cannot write to the folder \(path): \(String(cString: strerror(errno)))")
    }
    // The descriptor stays open for the life of the process: the lock goes with it, also after a kill.
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw Failure(.cannotCreate, "cannot open the folder \(path): \(String(cString: strerror(errno)))")
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      throw Failure(.busy, "another run is writing to \(path)")
    }
  }

  /// Writes what the run saw, then the reports, the canonical one last: a folder with `report.json` is whole.
  ///
  /// Throws `Failure` (73, 74).
  func write(_ run: RecordedRun, _ report: AuditReport, formats: [any ReportFormat], options: RenderingOptions)
    throws(Failure)
  {
    try Output.replace("\(path)/run.json", with: Self.encoded(run.header))
    try Output.replace("\(path)/observations.jsonl", with: Self.lines(of: run.observations))
    for format in formats {
      for file in try rendered(report, as: format, options) {
        try Output.replace("\(path)/\(file.name)", with: file.bytes)
      }
    }
  }

  /// The run kept here. Throws `Failure` (66 where it is missing, 65 where it is damaged).
  func run() throws(Failure) -> RecordedRun {
    let header: RunHeader = try decoded(try Input.bytes(of: "\(path)/run.json"), "run.json")
    var observations: [Observation] = []
    let lines = try Input.bytes(of: "\(path)/observations.jsonl")
      .split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true)
    for (index, line) in lines.enumerated() {
      observations.append(try decoded(Array(line), "observations.jsonl:\(index + 1)"))
    }
    return RecordedRun(header: header, observations: observations)
  }

  /// The report kept here. Throws `Failure` (66 where it is missing, 65 where it is damaged).
  func report() throws(Failure) -> AuditReport {
    let file = path.hasSuffix(".json") ? path : "\(path)/report.json"
    let bytes = try Input.bytes(of: file)
    do {
      return try ReportDocument.decode(bytes)
    } catch {
      throw Failure(.badData, "\(file) is not a report: \(error)")
    }
  }

  private func decoded<Value: Decodable>(_ bytes: [UInt8], _ name: String) throws(Failure) -> Value {
    do {
      return try JSONDecoder().decode(Value.self, from: Data(bytes))
    } catch {
      throw Failure(.badData, "\(path)/\(name) is damaged: \(error)")
    }
  }

  private static func encoded(_ header: RunHeader) throws(Failure) -> [UInt8] {
    try encoded(header, [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes])
  }

  private static func lines(of observations: [Observation]) throws(Failure) -> [UInt8] {
    var lines: [UInt8] = []
    for observation in observations { lines += try encoded(observation, [.sortedKeys, .withoutEscapingSlashes]) }
    return lines
  }

  private static func encoded(
    _ value: some Encodable, _ formatting: JSONEncoder.OutputFormatting
  ) throws(Failure) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = formatting
    do {
      return Array(try encoder.encode(value)) + [UInt8(ascii: "\n")]
    } catch {
      throw Failure(.ourFault, "cannot encode the run: \(error)")
    }
  }
}

/// The files of a report in one format. Throws `Failure` (70).
func rendered(
  _ report: AuditReport, as format: any ReportFormat, _ options: RenderingOptions
) throws(Failure) -> [ReportFile] {
  do {
    return try format.render(report, options)
  } catch {
    throw Failure(.ourFault, "cannot render \(format.name): \(error)")
  }
}
