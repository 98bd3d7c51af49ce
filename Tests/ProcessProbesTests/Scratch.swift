import Foundation
import Glibc

/// A folder for one test's scripts, gone with the test.
final class Scratch: Sendable {
  let folder: String

  init() throws {
    folder = NSTemporaryDirectory() + "process-probes-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// Writes an executable file and returns its path.
  @discardableResult
  func script(named name: String = "script", mode: Int = 0o755, _ text: String) throws -> String {
    let path = "\(folder)/\(name)"
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    return path
  }
}

/// Processes other than this one, found by a word on their command line that nobody else uses.
enum Survivors {
  /// A number of seconds to sleep that marks a process.
  static func marker() -> String { "3\(Int.random(in: 10_000_000...99_999_999)).5" }

  static func count(of marker: String) -> Int {
    let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return processes.filter { Int($0) != nil }.count { process in
      let line = FileManager.default.contents(atPath: "/proc/\(process)/cmdline") ?? Data()
      return !line.isEmpty && String(decoding: line, as: UTF8.self).contains(marker)
    }
  }

  /// Whether all of them are gone, given a moment for the kernel to tidy up.
  static func areGone(_ marker: String) async -> Bool {
    for _ in 0..<50 {
      if count(of: marker) == 0 { return true }
      try? await Task.sleep(for: .milliseconds(10))
    }
    return false
  }

  static func end(_ marker: String) {
    for process in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] {
      guard let id = pid_t(process), let line = FileManager.default.contents(atPath: "/proc/\(process)/cmdline"),
        String(decoding: line, as: UTF8.self).contains(marker)
      else { continue }
      kill(id, SIGKILL)
    }
  }
}

extension Scratch {
  /// The content of a file in the folder.
  func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)")))
  }
}
