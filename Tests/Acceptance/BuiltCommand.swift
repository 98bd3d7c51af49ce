import Foundation

/// The executables that this test run was built with, driven as their users drive them.
struct BuiltCommand {
  /// What came of one run.
  struct Outcome {
    /// The exit status; 128 + n where signal n ended it.
    var status: Int32
    /// Standard output.
    var output: String
    /// Standard error.
    var errors: String
    /// How long it took, in seconds.
    var seconds: Double
    /// The most memory it held, in kilobytes.
    var peakKilobytes: Int
  }

  /// Beside the test bundle.
  static let folder = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().path

  /// The root of the package.
  static let package = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

  /// `prodworthy`.
  static let prodworthy = BuiltCommand(path: "\(folder)/prodworthy")
  /// `proving-ground`.
  static let provingGround = BuiltCommand(path: "\(folder)/proving-ground")

  /// Where the program is.
  let path: String

  /// Runs it to its end.
  func run(
    _ arguments: [String], environment: [String: String] = [:], folder: String? = nil, input: String = "",
    output: FileHandle? = nil, killAfter: (seconds: Double, signal: Int32)? = nil
  ) throws -> Outcome {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    var variables = ["PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "HOME": "/tmp", "SWIFT_BACKTRACE": "enable=no"]
    variables.merge(environment) { $1 }
    process.environment = variables
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
    let outputFile = Scratch.file("out")
    let errorFile = Scratch.file("err")
    let inputFile = Scratch.file("in")
    defer { for file in [outputFile, errorFile, inputFile] { try? FileManager.default.removeItem(atPath: file) } }
    for file in [outputFile, errorFile] { _ = FileManager.default.createFile(atPath: file, contents: nil) }
    _ = FileManager.default.createFile(atPath: inputFile, contents: Data(input.utf8))
    let outputHandle = try output ?? FileHandle(forWritingTo: URL(fileURLWithPath: outputFile))
    process.standardOutput = outputHandle
    process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: errorFile))
    process.standardInput = try FileHandle(forReadingFrom: URL(fileURLWithPath: inputFile))
    let began = Date()
    try process.run()
    var peak = 0
    while process.isRunning {
      peak = max(peak, Self.peakKilobytes(of: process.processIdentifier))
      if let killAfter, Date().timeIntervalSince(began) >= killAfter.seconds {
        kill(process.processIdentifier, killAfter.signal)
      }
      usleep(5000)
    }
    process.waitUntilExit()
    return Outcome(
      status: process.terminationReason == .uncaughtSignal
        ? 128 + process.terminationStatus : process.terminationStatus,
      output: try String(decoding: Data(contentsOf: URL(fileURLWithPath: outputFile)), as: UTF8.self),
      errors: try String(decoding: Data(contentsOf: URL(fileURLWithPath: errorFile)), as: UTF8.self),
      seconds: Date().timeIntervalSince(began), peakKilobytes: peak)
  }

  private static func peakKilobytes(of process: Int32) -> Int {
    guard let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8) else { return 0 }
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
    return Int(line.filter(\.isNumber)) ?? 0
  }
}

/// Places for files that tests make, in one folder that goes with the process.
enum Scratch {
  private static let root: String = {
    atexit { try? FileManager.default.removeItem(atPath: Scratch.rootPath) }
    try? FileManager.default.createDirectory(atPath: rootPath, withIntermediateDirectories: true)
    // Servers with an account of their own have to get through.
    try? FileManager.default.setAttributes([.posixPermissions: 0o711], ofItemAtPath: rootPath)
    return rootPath
  }()
  // Short, since the path of a socket holds a hundred characters.
  private static let rootPath = NSTemporaryDirectory() + "prodworthy-test-\(name())"

  private static func name() -> String { String(UInt64.random(in: .min ... .max), radix: 36) }

  /// A path that nothing is at yet.
  static func file(_ name: String) -> String { "\(root)/\(Self.name())-\(name)" }

  /// A new empty folder.
  static func folder() throws -> String {
    let path = file("folder")
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }

  /// A new file with `text`.
  static func write(_ text: String, named name: String) throws -> String {
    let path = file(name)
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }
}
