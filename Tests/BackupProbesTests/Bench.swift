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
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    let account =
      asAccount && geteuid() == 0 ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"] : []
    process.arguments = account + ["sh", "-eu", "-c", text, "sh"] + arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failure(description: text) }
    return text
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
