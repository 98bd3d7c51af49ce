import ArgumentParser
import Glibc
import Probing

/// Starts a platform.
struct Up: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Starts the platform on free loopback ports and prints the path of its inventory.",
    discussion: """
      Stays until it is interrupted, and then takes everything down; with --detach it leaves the platform running, for \
      `proving-ground down` to take down.
      """)

  @Option(
    name: .customLong("defect"),
    help: ArgumentHelp("What is to be wrong, separated by commas; see `proving-ground defects`.", valueName: "a,b…"))
  var defects: [String] = []

  @Option(help: "The working folder, new or empty; default: a new one for temporary files.")
  var directory: String?

  @Option(help: "Where the inventory is written; default: prodworthy.yaml in the working folder.")
  var inventory: String?

  @Option(
    help: ArgumentHelp(
      "A folder that keeps an empty database for the next platform, which then starts faster; made where there is none.",
      valueName: "folder"))
  var databaseTemplate: String?

  @Flag(help: "Leave the platform running.")
  var detach = false

  /// How long all parts together have to become ready, in milliseconds.
  private static let patience = 60_000

  private var defectNames: [String] { defects.flatMap { $0.split(separator: ",").map(String.init) } }

  func validate() throws {
    do throws(GroundFailure) {
      _ = try Defect.blueprint(with: defectNames)
    } catch {
      throw ValidationError(error.description)
    }
  }

  func run() async throws {
    let interruption = Interruption.shared
    interruption.install()
    let outcome = await BlockingLane(width: 1).run { Result { try build(interruption.cancellation) } }
    if case .failure(let failure) = outcome {
      Terminal.complain(failure)
      throw ExitCode(interruption.status ?? 1)
    }
    if let status = interruption.status { throw ExitCode(status) }
  }

  private func build(_ cancellation: Cancellation) throws {
    let inventory = self.inventory.map(Files.absolute)
    // What `down` removes must not have been somebody else's.
    if let inventory, let bytes = Files.bytes(at: inventory), !bytes.isEmpty {
      throw GroundFailure("\(inventory) is there already")
    }
    let folder = try makeFolder()
    do {
      let construction = try Construction(
        Defect.blueprint(with: defectNames), folder: folder,
        inventory: inventory ?? folder.inventory)
      try construction.run(
        databaseTemplate: databaseTemplate.map(Files.absolute),
        before: Deadline(milliseconds: Self.patience, cancellation: cancellation))
      Terminal.say(construction.mark.inventory)
      if detach { return }
      while !cancellation.isCalled { usleep(50_000) }
    } catch {
      // The first reason is the one that counts; what could not be taken down is said by `down`.
      try? Takedown.run(folder, before: Deadline(milliseconds: Down.patience))
      throw error
    }
    try Takedown.run(folder, before: Deadline(milliseconds: Down.patience))
  }

  private func makeFolder() throws(GroundFailure) -> Folder {
    var path: String
    if let directory {
      path = Files.absolute(directory)
      try Files.makeFolder(path)
      guard Files.names(in: path).isEmpty else { throw GroundFailure("\(path) is not empty") }
    } else {
      let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
      var template = Array("\(parent)/proving-ground.XXXXXX".utf8CString)
      guard mkdtemp(&template) != nil else { throw Files.failure("cannot make a folder in \(parent)") }
      path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
    guard let resolved = Files.resolved(path) else { throw Files.failure("cannot find \(path)") }
    path = resolved
    // The servers' account has to get through; what is secret in it has permissions of its own.
    guard chmod(path, 0o755) == 0 else { throw Files.failure("cannot open \(path) for the servers") }
    return Folder(path: path)
  }
}
