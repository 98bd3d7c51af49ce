import ArgumentParser
import Hummingbird

/// Runs what watches the platform beside Prometheus and Alertmanager, in this process.
struct RunPeers: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run-peers", abstract: "Runs what watches the platform.", shouldDisplay: false)

  @Argument(help: "The file with its settings.")
  var settings: String

  func run() async throws {
    let settings = try PeersSettings(path: settings)
    let (grafana, loki, tracker) = (GrafanaPeer(settings), LokiPeer(settings.loki), TrackerPeer(settings))
    let (collector, desk) = (CollectorPeer(settings), Desk())
    let metricsGateway = Gateway(settings.prometheusGateway, to: settings.prometheus)
    let alertsGateway = Gateway(settings.alertmanagerGateway, to: settings.alertmanager)
    let routers: [(name: String, router: @Sendable () -> Router<BasicRequestContext>)] = [
      ("grafana", { grafana.router() }), ("loki", { loki.router() }), ("tracker", { tracker.router() }),
      ("collector", { collector.health() }), ("collector-metrics", { collector.ownMetrics() }),
      ("collector-otlp", { collector.receiver() }), ("desk", { desk.router() }),
      ("prometheus-gateway", { metricsGateway.router() }), ("alertmanager-gateway", { alertsGateway.router() }),
    ]
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (name, router) in routers {
        group.addTask { try await Server.run(router(), port: settings.port(name)) }
      }
      // A signal ends all of them; one that ends by itself takes the others with it.
      try await group.next()
      group.cancelAll()
    }
  }
}

extension Request {
  /// The token of the field Authorization with this scheme; nil for none.
  func credentials(_ scheme: String) -> String? {
    guard let field = headers[.authorization], field.lowercased().hasPrefix(scheme.lowercased() + " ") else {
      return nil
    }
    return String(field.dropFirst(scheme.count + 1))
  }

  /// The value of the header field called `name`.
  func field(_ name: String) -> String? {
    headers.first { $0.name.rawName.lowercased() == name.lowercased() }?.value
  }

  /// The parameter of the query called `name`, decoded.
  func parameter(_ name: String) -> String? { uri.queryParameters[Substring(name)].map { String($0) } }
}
