import AuditModel
import Cryptography
import Engine
import FoundationEssentials
import Reporting
import Signoff

/// A run folder as signing and verifying see it.
struct SignedFolder {
  /// The folder.
  let path: String
  /// The bytes of `report.json`.
  let reportBytes: [UInt8]
  /// Digests of the files that a sign-off is bound to, of those that are there.
  let files: [Statement.Subject]
  /// What the run was made from, as it says itself; nil where it does not, or cannot be read.
  let sources: AuditedSources?
  /// Whether the run says that it was rehearsed, though its report may not.
  let isRehearsed: Bool

  /// More sign-offs than anybody reads.
  private static let mostCandidates = 200
  /// The most octets of a statement or its envelopes.
  private static let sizeLimit = 64 << 20

  /// Reads the folder. Throws `Failure` (66 where it or its report is missing).
  init(_ path: String) throws(Failure) {
    guard Input.isFolder(path) else { throw Failure(.missingInput, "there is no folder \(path)") }
    self.path = path
    reportBytes = try Input.bytes(of: "\(path)/report.json")
    var files = [Statement.Subject(name: "report.json", digest: SHA256.hex(reportBytes))]
    var header: RunHeader?
    for name in SignOff.boundFiles.dropFirst() where Input.exists("\(path)/\(name)") {
      let bytes = try Input.bytes(of: "\(path)/\(name)")
      files.append(Statement.Subject(name: name, digest: SHA256.hex(bytes)))
      if name == "run.json" { header = try? JSONDecoder().decode(RunHeader.self, from: Data(bytes)) }
    }
    self.files = files
    sources = header?.sources
    isRehearsed = header?.rehearsed == true
  }

  /// The report. Throws `Failure` (65).
  func report() throws(Failure) -> AuditReport {
    do {
      return try ReportDocument.decode(reportBytes)
    } catch {
      throw Failure(.badData, "\(path)/report.json is not a report: \(error)")
    }
  }

  /// The sign-offs that lie in the folder, by name. Throws `Failure` (65, 66).
  func candidates() throws(Failure) -> [SignedRun.Candidate] {
    let names = Set((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [])
    let statements = names.filter { $0.hasPrefix(SignedFiles.prefix) && $0.hasSuffix(".json") }
    guard statements.count <= Self.mostCandidates else {
      throw Failure(
        .badData, "\(path) holds \(statements.count) sign-offs; at most \(Self.mostCandidates) are looked at")
    }
    var candidates: [SignedRun.Candidate] = []
    for name in statements.sorted() {
      let envelopes = String(name.dropLast(5)) + ".intoto.jsonl"
      candidates.append(
        SignedRun.Candidate(
          name: name, statement: try bytes(name),
          signature: names.contains(name + ".sig") ? try bytes(name + ".sig") : nil,
          envelopes: names.contains(envelopes) ? try bytes(envelopes) : nil))
    }
    return candidates
  }

  private func bytes(_ name: String) throws(Failure) -> [UInt8] {
    // A pipe would be waited for, and a device read without end.
    guard Input.isRegularFile("\(path)/\(name)") else { throw Failure(.badData, "\(path)/\(name) is no file") }
    let bytes = try Input.bytes(of: "\(path)/\(name)")
    guard bytes.count <= Self.sizeLimit else { throw Failure(.badData, "\(path)/\(name) is too large") }
    return bytes
  }

  /// Where the files are that the run was made from: in `root` where that is named, else beside the run as they were
  /// then, else where they were. Nil where the inventory is in neither place.
  func configurationFolder(root: String?) throws(Failure) -> String? {
    if let root {
      guard Input.isFolder(root) else { throw Failure(.missingInput, "there is no folder \(root)") }
      return root
    }
    guard let sources, let inventory = sources.files.first(where: { $0.role == "inventory" })?.path else { return nil }
    let places = [sources.fromRun.map { Input.absolute(path + "/" + $0) }, sources.folder].compactMap { $0 }
    return places.first { place in
      Input.exists(inventory.hasPrefix("/") ? inventory : Input.absolute(place + "/" + inventory))
    }
  }
}
