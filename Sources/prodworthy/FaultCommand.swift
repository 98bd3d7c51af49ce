import ArgumentParser

/// `prodworthy fault`: fails as a defect of ours would, so that a test can see where such an end leads.
struct FaultCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fault", abstract: "Fail unexpectedly.", shouldDisplay: false)

  private struct Unexpected: Error {}

  func run() throws { throw Unexpected() }
}
