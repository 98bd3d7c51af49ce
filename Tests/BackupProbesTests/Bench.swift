import AuditModel
import Facts
import Foundation
import Probing
import Testing

@testable import BackupProbes

/// A folder for one test, gone with it.
final class Scratch: Sendable {
  let folder: String

  init() throws {
    folder = NSTemporaryDirectory() + "backup-probes-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// A copy of a file or folder under a name of its own.
  func copy(of path: String, as name: String) throws -> String {
    try FileManager.default.copyItem(atPath: path, toPath: "\(folder)/\(name)")
    return "\(folder)/\(name)"
  }
}

/// Runs a script to its end.
enum Script {
  struct Failure: Error, CustomStringConvertible { var description: String }

  @discardableResult
  static func run(_ text: String, _ arguments: [String] = [], asAccount: Bool = false) throws -> String {
    let account =
      asAccount && geteuid() == 0 ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"] : []
    let words = account + ["sh", "-eu", "-c", text, "sh"] + arguments
    // Foundation's `Process` would wait for servers that the script leaves running.
    guard let stream = popen("exec 2>&1 </dev/null; " + words.map(quoted).joined(separator: " "), "re") else {
      throw Failure(description: "no process")
    }
    var output: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = fread(&buffer, 1, buffer.count, stream)
      if count == 0 { break }
      output += buffer.prefix(count)
    }
    let text = String(decoding: output, as: UTF8.self)
    guard pclose(stream) == 0 else { throw Failure(description: text) }
    return text
  }

  private static func quoted(_ word: String) -> String {
    "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }
}

/// What a probe saw, with what follows from it.
struct Look {
  var facts: JSONValue?
  var gaps: [Gap] = []
  var unseen: Unseen?
  var traffic: Traffic

  /// Lets `probe` look and holds what it brings back against its own schema.
  init(
    _ kind: String, _ settings: JSONObject, secrets: [String: Secret] = [:], by probe: any Probe = BackupSetProbe(),
    asOf now: Instant? = nil, timeout: Int = 60_000
  ) async {
    let meter = TrafficMeter()
    let target = Target(id: "backup", kind: kind, settings: settings, secrets: secrets)
    let context = ProbeContext(
      deadline: Deadline(milliseconds: timeout), lane: BlockingLane(width: 2), traffic: meter)
    switch await probe.observe(target, with: [:], in: context) {
    case .seen(let seen, let gaps):
      let facts = probe.derive(seen, asOf: now ?? Instant(seconds: Int(Date().timeIntervalSince1970)))
      self.facts = facts
      self.gaps = gaps
      #expect(probe.descriptor.facts.violations(of: seen).isEmpty)
      #expect(probe.descriptor.facts.violations(of: facts).isEmpty)
    case .unseen(let unseen): self.unseen = unseen
    }
    traffic = meter.traffic
  }

  subscript(names: String...) -> JSONValue? { names.reduce(facts) { $0?[$1] } }

  /// The kinds of damage found.
  var damages: [String] { (self["integrity", "damages"]?.array ?? []).compactMap { $0["kind"]?.string } }
}

extension Data {
  /// The file's octets changed in place.
  static func change(_ path: String, _ body: (inout Data) -> Void) throws {
    var data = try Data(contentsOf: URL(fileURLWithPath: path))
    body(&data)
    try data.write(to: URL(fileURLWithPath: path))
  }
}
