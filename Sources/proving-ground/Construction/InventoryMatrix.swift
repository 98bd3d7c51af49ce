import Facts

/// Which services and features the inventory names, and by which targets the quality of each is told.
struct InventoryMatrix: Sendable {
  /// The services for which nobody answers, by name.
  var ownerless: Set<String> = []

  private struct Service {
    var name: String
    var targets: [String]
    var shared = ["prometheus", "loki", "grafana", "docs", "load"]
    var owner: String
    /// What is not asked of it.
    var without: [String] = []
  }

  private static let services = [
    Service(
      name: "api", targets: ["api", "api-metrics"],
      // What it shows the world it shows through the edge.
      shared: ["web", "prometheus", "loki", "grafana", "docs", "load"], owner: "platform", without: ["backup"]),
    Service(
      name: "processing", targets: ["processing", "processing-metrics"], owner: "platform", without: ["TLS", "backup"]),
    Service(
      name: "extraction", targets: ["extraction", "extraction-metrics"], owner: "content", without: ["TLS", "backup"]),
    Service(name: "database", targets: ["db", "repository", "bucket"], owner: "data"),
  ]

  private static let features: [(name: String, services: [String])] = [
    ("event scraping", ["api", "processing", "extraction", "database"]),
    ("search and discovery", ["api", "database"]), ("relationships", ["processing", "database"]),
    ("recommendations", ["api", "processing", "database"]), ("data quality", ["extraction", "database"]),
  ]

  /// As it stands in the inventory.
  var value: JSONValue {
    [
      "services": .array(
        Self.services.map { service in
          var object: JSONObject = [
            "name": .string(service.name), "targets": JSONValue(service.targets), "shared": JSONValue(service.shared),
          ]
          if !ownerless.contains(service.name) { object["owner"] = .string(service.owner) }
          if !service.without.isEmpty { object["without"] = JSONValue(service.without) }
          return .object(object)
        }),
      "features": .array(
        Self.features.map { ["name": .string($0.name), "services": JSONValue($0.services)] }),
    ]
  }
}
