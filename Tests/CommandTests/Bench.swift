import Foundation

/// A folder in which a runner of pipelines does what it is told, without a container around it.
struct Bench {
  /// Where everything is.
  let folder: String

  /// What came of a program.
  struct Outcome {
    var status: Int32
    var output: String
  }

  func path(_ name: String) -> String { name.hasPrefix("/") ? name : "\(folder)/\(name)" }

  func make(_ name: String) throws {
    try FileManager.default.createDirectory(atPath: path(name), withIntermediateDirectories: true)
  }

  func write(_ name: String, _ text: String) throws {
    try text.write(toFile: path(name), atomically: true, encoding: .utf8)
  }

  func read(_ name: String) throws -> String { try String(contentsOfFile: path(name), encoding: .utf8) }

  /// A program in the path.
  func program(_ name: String, _ text: String) throws {
    try write("tools/\(name)", text)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path("tools/\(name)"))
  }

  /// A text with the places of an installed system moved into this folder.
  func moved(_ text: String) -> String {
    text.replacing("/usr/bin/prodworthy", with: path("tools/prodworthy")).replacing(
      "/etc/prodworthy", with: path("etc")
    )
    .replacing("/var/lib/prodworthy", with: path("var"))
  }

  /// The sources in a clean folder, without what earlier runs left in them.
  func checkout(_ sources: String, into name: String = "work") throws -> String {
    let work = path(name)
    try? FileManager.default.removeItem(atPath: work)
    try make(name)
    for entry in try FileManager.default.contentsOfDirectory(atPath: sources) where !entry.hasPrefix(".") {
      try FileManager.default.copyItem(atPath: "\(sources)/\(entry)", toPath: "\(work)/\(entry)")
    }
    return work
  }

  func bash(_ script: String, in work: String, _ variables: [String: String], errexit: Bool = false) throws -> Outcome {
    let file = path("script-\(UUID().uuidString).sh")
    try script.write(toFile: file, atomically: true, encoding: .utf8)
    return try run("/bin/bash", (errexit ? ["-e"] : []) + [file], in: work, variables)
  }

  func run(
    _ program: String, _ arguments: [String], in work: String? = nil, _ variables: [String: String] = [:]
  ) throws -> Outcome {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: work ?? folder)
    process.environment = [
      "PATH": "\(path("tools")):/usr/bin:/bin", "HOME": path("home"), "BENCH": folder,
      "SWIFT_BACKTRACE": "enable=no",
    ].merging(variables) { $1 }
    let output = path("output-\(UUID().uuidString)")
    _ = FileManager.default.createFile(atPath: output, contents: nil)
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
    process.standardOutput = file
    process.standardError = file
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return Outcome(
      status: process.terminationStatus,
      output: String(decoding: try Data(contentsOf: URL(fileURLWithPath: output)), as: UTF8.self))
  }
}
