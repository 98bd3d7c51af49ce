import AuditModel
import Engine
import Facts
import FoundationEssentials
import Glibc
import Reporting
import Signoff

/// The folder that keeps a run: `run.json`, `observations.jsonl`, `overlays.json` where people said something, and what was
/// rendered from them.
struct RunFolder {
  /// The folder.
  let path: String

  /// What people said about the findings of the run.
  private static let overlaysName = "overlays.json"

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
    try Output.replace("\(path)/observations.jsonl", with: Array(Self.lines(of: run.observations).utf8))
    if run.overlays.isEmpty {
      unlink("\(path)/\(Self.overlaysName)")
    } else {
      try Output.replace("\(path)/\(Self.overlaysName)", with: Self.encoded(run.overlays))
    }
    var written: Set<String> = []
    for format in formats {
      for file in try rendered(report, as: format, options) {
        try Output.replace("\(path)/\(file.name)", with: file.bytes)
        written.insert(file.name)
      }
    }
    removeReports(but: written)
  }

  /// Removes what an earlier run left: reports in other formats, which would pass for ones of this run, and signatures,
  /// which hold for the other report alone.
  private func removeReports(but written: Set<String>) {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] where !written.contains(name) {
      let isOurs = ReportFormats.all.contains { $0.wrote(name) } || name.hasPrefix(SignedFiles.prefix)
      if isOurs { unlink("\(path)/\(name)") }
    }
  }

  /// The run kept here. Throws `Failure` (66 where it is missing, 65 where it is damaged).
  func run() throws(Failure) -> RecordedRun {
    let header = try header()
    var observations: [Observation] = []
    let lines = try Input.bytes(of: "\(path)/observations.jsonl")
      .split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true)
    for (index, line) in lines.enumerated() {
      do {
        observations.append(try Observation(record: try JSONText.parse(Array(line))))
      } catch let error as JSONText.SyntaxError {
        throw damaged("observations.jsonl:\(index + 1):\(error.column)", error.message)
      } catch {
        throw damaged("observations.jsonl:\(index + 1)", "\(error)")
      }
    }
    return RecordedRun(header: header, observations: observations, overlays: try overlays())
  }

  /// Whether `run.json` says that the run was rehearsed, though its report may not.
  var saysRehearsed: Bool { (try? header())?.rehearsed == true }

  /// Whether the run kept here was written to its end.
  var isWhole: Bool { Input.exists("\(path)/report.json") }

  private func overlays() throws(Failure) -> Overlays {
    guard Input.exists("\(path)/\(Self.overlaysName)") else { return Overlays() }
    let bytes = try Input.bytes(of: "\(path)/\(Self.overlaysName)")
    do {
      return try JSONDecoder().decode(Overlays.self, from: Data(bytes))
    } catch {
      throw damaged(Self.overlaysName, "\(error)")
    }
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

  private func header() throws(Failure) -> RunHeader {
    let bytes = try Input.bytes(of: "\(path)/run.json")
    do {
      return try JSONDecoder().decode(RunHeader.self, from: Data(bytes))
    } catch {
      throw damaged("run.json", "\(error)")
    }
  }

  private func damaged(_ name: String, _ reason: String) -> Failure {
    Failure(.badData, "\(path)/\(name) is damaged: \(reason)")
  }

  private static func encoded(_ header: some Encodable) throws(Failure) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    do {
      return Array(try encoder.encode(header)) + [UInt8(ascii: "\n")]
    } catch {
      throw Failure(.ourFault, "cannot encode the run: \(error)")
    }
  }

  private static func lines(of observations: [Observation]) -> String {
    observations.map { JSONText.compact($0.record) + "\n" }.joined()
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
