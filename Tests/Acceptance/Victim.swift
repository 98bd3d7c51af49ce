import Foundation

/// A part of a proving ground that a test ends the hard way.
enum Victim {
  /// Sends SIGKILL to every process of the ground in `folder` whose program is called `name`.
  static func kill(_ name: String, of folder: String) {
    for entry in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] {
      guard let process = Int32(entry),
        let command = try? Data(contentsOf: URL(fileURLWithPath: "/proc/\(process)/cmdline")),
        let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/exe"),
        (program as NSString).lastPathComponent == name, String(decoding: command, as: UTF8.self).contains(folder)
      else { continue }
      Foundation.kill(process, SIGKILL)
    }
  }
}
