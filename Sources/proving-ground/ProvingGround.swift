import ArgumentParser

/// The command: a small real events platform on loopback, with switchable defects.
@main
struct ProvingGround: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "proving-ground",
    abstract: "Starts a small real events platform on loopback, whole or with chosen defects.",
    subcommands: [Up.self, Down.self, Defects.self, Seed.self, Import.self, RunService.self, RunPeers.self])
}

/// Why a step could not be done, in words for people.
struct GroundFailure: Error, CustomStringConvertible {
  /// One sentence, lower case, without a full stop.
  let description: String

  /// A failure with its reason.
  init(_ description: String) { self.description = description }
}
