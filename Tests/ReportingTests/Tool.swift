import Foundation

/// A program of the system that judges what we write: the readers of our formats, not ours.
enum Tool {
  /// What it said and how it ended.
  struct Outcome {
    var status: Int32
    var output: String
    var errors: String
  }

  /// Runs the program at `path` with `input`; everything goes through files, so that nobody waits for a full pipe.
  static func run(_ path: String, _ arguments: [String], input: String) throws -> Outcome {
    let folder = FileManager.default.temporaryDirectory.appending(path: "reporting-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (given, said, complained) = (
      folder.appending(path: "in"), folder.appending(path: "out"), folder.appending(path: "err")
    )
    try Data(input.utf8).write(to: given)
    for file in [said, complained] { try Data().write(to: file) }
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    process.standardInput = try FileHandle(forReadingFrom: given)
    process.standardOutput = try FileHandle(forWritingTo: said)
    process.standardError = try FileHandle(forWritingTo: complained)
    try process.run()
    process.waitUntilExit()
    return Outcome(
      status: process.terminationStatus, output: String(decoding: try Data(contentsOf: said), as: UTF8.self),
      errors: String(decoding: try Data(contentsOf: complained), as: UTF8.self))
  }

  /// Whether the program is there.
  static func isThere(_ path: String) -> Bool { FileManager.default.isExecutableFile(atPath: path) }
}
