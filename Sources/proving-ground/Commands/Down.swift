import ArgumentParser
import Probing

/// Takes a platform down.
struct Down: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Ends everything of a platform and removes its folder; harmless to repeat.")

  @Argument(help: "The working folder of the platform.")
  var directory: String

  /// How long everything together has to end, in milliseconds.
  static let patience = 40_000

  func run() async throws {
    let path = Files.absolute(directory)
    let folder = Folder(path: Files.resolved(path) ?? path)
    let outcome = await BlockingLane(width: 1).run {
      Result { try Takedown.run(folder, before: Deadline(milliseconds: Self.patience)) }
    }
    if case .failure(let failure) = outcome {
      Terminal.complain(failure)
      throw ExitCode.failure
    }
  }
}
