import Foundation
import LoopbackServers

/// The installed programs of OpenSSH and OpenSSL, run to their end in a folder of their own.
struct Keygen {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  struct Outcome {
    var status: Int32
    var output: String
  }

  @discardableResult
  func run(_ program: String, _ arguments: [String], input: [UInt8] = []) throws -> Outcome {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
    process.environment = ["PATH": "/usr/bin:/bin:/usr/local/bin", "HOME": folder.path, "TZ": "UTC"]
    let name = UUID().uuidString
    try write(input, to: "\(name).in")
    try write([], to: "\(name).out")
    process.standardInput = try FileHandle(forReadingFrom: URL(fileURLWithPath: folder.path("\(name).in")))
    let output = try FileHandle(forWritingTo: URL(fileURLWithPath: folder.path("\(name).out")))
    process.standardOutput = output
    process.standardError = output
    try process.run()
    process.waitUntilExit()
    return Outcome(status: process.terminationStatus, output: (try? folder.read("\(name).out")) ?? "")
  }

  func write(_ bytes: [UInt8], to name: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: folder.path(name)))
  }

  func write(_ text: String, to name: String) throws { try write(Array(text.utf8), to: name) }

  func text(_ name: String) throws -> String { try folder.read(name) }

  func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: folder.path(name))))
  }

  /// A new key as ssh-keygen makes it: the private half in `name`, the public one in `name.pub`.
  func makeKey(_ name: String, _ options: [String], passphrase: String = "") throws {
    let outcome = try run("ssh-keygen", ["-q", "-N", passphrase, "-C", "somebody", "-f", name] + options)
    guard outcome.status == 0 else { throw Unusable(description: outcome.output) }
  }

  struct Unusable: Error, CustomStringConvertible {
    var description: String
  }
}
