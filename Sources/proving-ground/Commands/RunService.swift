import ArgumentParser

/// Runs one service of the platform in this process.
struct RunService: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run-service", abstract: "Runs one service of the platform.", shouldDisplay: false)

  @Argument(help: "The file with its settings.")
  var settings: String

  func run() async throws {
    let settings = try ServiceSettings(path: settings)
    switch settings.name {
    case .api: try await APIService(settings).run()
    case .processing: try await ProcessingService(settings).run()
    case .extraction: try await ExtractionService(settings).run()
    case .mail: try await MailFront(settings).run()
    case .engine: try await ContainerEngine(settings).run()
    case .coolify: try await CoolifyServer(settings).run()
    case .booking: try await BookingService(settings).run()
    }
  }
}
