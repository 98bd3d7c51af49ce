import AuditModel
import ChildProcesses
import Facts
import Foundation
import Probing

/// A folder of its own for one test, removed with it.
final class Folder: Sendable {
  let path: String

  init(_ files: [String: String] = [:]) throws {
    path = FileManager.default.temporaryDirectory.resolvingSymlinksInPath().path + "/documents-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    for (name, text) in files { try write(name, text) }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ name: String, _ text: String) throws {
    let url = URL(fileURLWithPath: path + "/" + name)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
  }

  func write(_ name: String, _ bytes: [UInt8]) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path + "/" + name))
  }

  func bytes(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path + "/" + name))) }

  /// Runs another program in it.
  func run(_ command: String...) async throws {
    let outcome = await ChildProcess.run(
      command, environment: ChildProcess.environment(), in: path, deadline: Deadline(milliseconds: 30_000),
      outputLimit: 1 << 20, on: BlockingLane(width: 1))
    guard outcome.ending == .exited(0) else { throw Trouble(text: "\(command): \(outcome.ending)") }
  }

  func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: path + "/" + name) }

  /// Runs `git` in it, as nobody in particular.
  func git(_ arguments: String..., at day: String = "2026-01-02") async throws {
    let date = "\(day)T00:00:00Z"
    let outcome = await ChildProcess.run(
      ["git", "-c", "init.defaultBranch=main", "-c", "user.name=Test", "-c", "user.email=test@example.org"] + arguments,
      environment: ChildProcess.environment(adding: [
        "GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date, "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_NOSYSTEM": "1",
      ]), in: path, deadline: Deadline(milliseconds: 30_000), outputLimit: 1 << 20, on: BlockingLane(width: 1))
    guard outcome.ending == .exited(0) else {
      throw Trouble(text: "git \(arguments): \(outcome.ending) \(String(decoding: outcome.errors, as: UTF8.self))")
    }
  }

  struct Trouble: Error { var text: String }
}

/// What a probe sees, with what follows on a day; throws where it sees nothing.
func facts(
  _ probe: some Probe, _ settings: JSONObject, kind: String, asOf now: String = "2026-11-24"
) async throws -> (facts: JSONValue, gaps: [Gap]) {
  let context = ProbeContext(
    deadline: Deadline(milliseconds: 60_000), lane: BlockingLane(width: 2), traffic: TrafficMeter())
  switch await probe.observe(Target(id: "t", kind: kind, settings: settings), with: [:], in: context) {
  case .unseen(let unseen): throw Folder.Trouble(text: "\(unseen.kind): \(unseen.reason)")
  case .seen(let facts, let gaps):
    guard let now = Instant(now) else { throw Folder.Trouble(text: "no day") }
    return (probe.derive(facts, asOf: now), gaps)
  }
}

/// What a look brings.
func sighting(_ probe: some Probe, _ target: Target) async -> Sighting {
  await probe.observe(
    target, with: [:],
    in: ProbeContext(deadline: Deadline(milliseconds: 60_000), lane: BlockingLane(width: 2), traffic: TrafficMeter()))
}
