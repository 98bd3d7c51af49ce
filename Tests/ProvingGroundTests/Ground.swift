import Foundation
import Glibc
import Probing
import Testing

@testable import proving_ground

/// What a command that has ended said.
struct Ended {
  var status: Int32
  var output: String
}

/// Runs a command to its end.
@discardableResult
func run(_ command: String, _ arguments: [String], input: String = "", environment: [String: String] = [:]) throws
  -> Ended
{
  let process = Process()
  process.executableURL = URL(fileURLWithPath: try command.contains("/") ? command : Launcher.path(of: command))
  process.arguments = arguments
  process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
  let (output, feed) = (Pipe(), Pipe())
  process.standardOutput = output
  process.standardError = output
  process.standardInput = feed
  try process.run()
  try feed.fileHandleForWriting.write(contentsOf: Data(input.utf8))
  try feed.fileHandleForWriting.close()
  let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  process.waitUntilExit()
  return Ended(status: process.terminationStatus, output: text)
}

/// The built command: it lies beside the program that runs the tests.
let provingGround: String = {
  let tests = Files.linkTarget(of: "/proc/self/exe") ?? ""
  // With the package's tests in a bundle or as a helper's library, the products' folder is one of those above.
  let candidates = [tests, CommandLine.arguments.first { $0.contains(".xctest") } ?? "", #filePath]
  for candidate in candidates {
    var folder = URL(fileURLWithPath: candidate).deletingLastPathComponent()
    while folder.path != "/" {
      for path in ["proving-ground", ".build/debug/proving-ground"] {
        let program = folder.appendingPathComponent(path).path
        var status = stat()
        if stat(program, &status) == 0, status.st_mode & S_IFMT == S_IFREG, access(program, X_OK) == 0 {
          return program
        }
      }
      folder.deleteLastPathComponent()
    }
  }
  return "proving-ground"
}()

/// A running platform, as somebody outside sees it.
struct Ground {
  let path: String
  let inventory: String
  var folder: Folder { Folder(path: path) }

  static func newPath() -> String { "/tmp/ground-test-\(getpid())-\(UInt32.random(in: .min ... .max))" }

  /// Where platforms leave an empty database for the next one.
  private static let template = {
    // It is for all tests of this process, and for nobody after it.
    atexit { try? FileManager.default.removeItem(atPath: Ground.templatePath) }
    return templatePath
  }()
  private static let templatePath = "/tmp/ground-database-\(getpid())"

  /// Starts a platform and leaves it running.
  static func up(_ defects: String..., at path: String = newPath()) throws -> Ground {
    var arguments = ["up", "--detach", "--directory", path]
    arguments += ["--database-template", template]
    if !defects.isEmpty { arguments += ["--defect", defects.joined(separator: ",")] }
    let ended = try run(provingGround, arguments)
    try #require(ended.status == 0, "\(ended.output)")
    let inventory = ended.output.trimmingCharacters(in: .newlines)
    try #require(inventory == "\(path)/prodworthy.yaml")
    return Ground(path: path)
  }

  init(path: String) {
    self.path = path
    inventory = Files.text(at: "\(path)/prodworthy.yaml") ?? ""
  }

  /// Gives a platform with defects to `body` and takes it down whatever happens.
  static func with(_ defects: String..., body: (Ground) throws -> Void) throws {
    let ground = try defects.isEmpty ? up() : up(defects.joined(separator: ","))
    defer { ground.expectDownLeavesNothing() }
    try body(ground)
  }

  // MARK: What the inventory says

  func number(after mark: String, in text: some StringProtocol) -> Int {
    guard let range = text.range(of: mark) else { return 0 }
    return Int(text[range.upperBound...].prefix { $0.isNumber }) ?? 0
  }

  var webPort: Int { number(after: "https://localhost:", in: inventory) }
  var plainPort: Int { number(after: "plainPort: ", in: inventory) }
  var databasePort: Int { number(after: "auditor@localhost:", in: inventory) }

  func port(of service: ServiceName) -> Int {
    guard let start = inventory.range(of: "- id: \(service.rawValue)\n") else { return 0 }
    return number(after: "http://127.0.0.1:", in: inventory[start.upperBound...])
  }

  // MARK: Clients

  /// Asks the edge over verified TLS.
  func web(_ path: String, method: String = "GET") throws -> Ended {
    try run(
      "curl", ["-sS", "-X", method, "--cacert", "\(self.path)/ca.pem", "https://localhost:\(webPort)\(path)"])
  }

  /// Asks a service directly.
  func health(of service: ServiceName) throws -> LoopbackHTTP.Answer {
    try LoopbackHTTP.send(.get, port: port(of: service), path: "/health", before: .init(milliseconds: 5000))
  }

  /// Makes a TLS handshake with the edge.
  func handshake(_ options: String...) throws -> Ended {
    try run(
      "openssl",
      [
        "s_client", "-connect", "127.0.0.1:\(webPort)", "-servername", "localhost", "-verify_hostname", "localhost",
        "-CAfile", "\(path)/ca.pem",
      ] + options)
  }

  /// Asks the database, as the auditor if nobody else is named.
  func query(_ statement: String, as user: String = "auditor", sslmode: String = "verify-full") throws -> Ended {
    let password = user == "auditor" ? folder.auditorPassword : folder.superuserPassword
    return try run(
      "psql", ["-XAtq", "-h", "localhost", "-p", "\(databasePort)", "-U", user, "-c", statement, "events"],
      environment: [
        "PGPASSWORD": Files.text(at: password) ?? "", "PGSSLMODE": sslmode, "PGSSLROOTCERT": "\(path)/ca.pem",
      ])
  }

  // MARK: What is left

  /// The processes that live in the folder or were told its name, found without the code under test.
  static func processes(of path: String) -> [pid_t] {
    Files.names(in: "/proc").compactMap { pid_t($0) }.filter { pid in
      let words = Files.text(at: "/proc/\(pid)/cmdline") ?? ""
      let home = Files.linkTarget(of: "/proc/\(pid)/cwd") ?? ""
      return pid != getpid() && (words.contains(path) || home.hasPrefix(path))
    }
  }

  /// The process of the platform whose command line contains `words`.
  func process(_ words: String) throws -> pid_t {
    try #require(
      Self.processes(of: path).first {
        (Files.text(at: "/proc/\($0)/cmdline") ?? "").replacingOccurrences(of: "\0", with: " ").contains(words)
      }, "no process with \(words)")
  }

  /// The System V shared memory of the database.
  var sharedSegment: String? {
    Files.text(at: "\(folder.databaseFiles)/postmaster.pid")?
      .components(separatedBy: "\n").dropFirst(6).first?.components(separatedBy: " ").last
  }

  /// Takes the platform down and looks for what is left of it.
  func expectDownLeavesNothing(_ location: SourceLocation = #_sourceLocation) {
    let segment = sharedSegment
    let ended = try? run(provingGround, ["down", path])
    #expect(ended?.status == 0, "\(ended?.output ?? "")", sourceLocation: location)
    expectNothing(segment: segment, location)
    let again = try? run(provingGround, ["down", path])
    #expect(again?.status == 0, "\(again?.output ?? "")", sourceLocation: location)
  }

  func expectNothing(segment: String?, _ location: SourceLocation = #_sourceLocation) {
    #expect(!Files.exists(path), sourceLocation: location)
    #expect(Self.processes(of: path) == [], sourceLocation: location)
    if let segment {
      let segments = (Files.text(at: "/proc/sysvipc/shm") ?? "").split(separator: "\n").map {
        $0.split(separator: " ").dropFirst().first.map(String.init)
      }
      #expect(!segments.contains(segment), sourceLocation: location)
    }
  }
}

/// Waits until `isTrue`, for at most ten seconds.
func eventually(_ isTrue: () throws -> Bool) rethrows -> Bool {
  for _ in 0..<500 {
    if try isTrue() { return true }
    usleep(20_000)
  }
  return false
}
