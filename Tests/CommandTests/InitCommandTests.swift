import Foundation
import Testing

/// `init` over compose files of all sorts: whatever it drafts, the loader takes.
@Suite("Drafted inventories")
struct InitCommandTests {
  /// The draft from a compose file, once the loader has taken it.
  private func draft(_ compose: String) throws -> String {
    let toy = try ToySystem()
    defer { toy.remove() }
    try toy.write("docker-compose.yml", compose)
    let made = try toy.prodworthy("init", "--from", "docker-compose.yml", "-o", "drafted.yaml")
    #expect(made.status == 0, "\(made.output)")
    let plan = try toy.prodworthy("plan", "-f", "drafted.yaml")
    #expect(plan.status == 0, "\(plan.output)")
    return try String(contentsOfFile: "\(toy.folder)/drafted.yaml", encoding: .utf8)
  }

  @Test(
    "services become targets of the kind that they are",
    arguments: [
      ("redis:7.0.1", "6379", "kind: redis"), ("valkey/valkey:8.0", "6379", "kind: redis"),
      ("mariadb:11.4", "3306", "kind: mysql"), ("edoburu/pgbouncer:1.18", "6432", "kind: pgbouncer"),
      ("prom/prometheus:v2.50.0", "9090", "kind: prometheus"), ("grafana/grafana:10.4.0", "3000", "kind: grafana"),
      ("grafana/loki:2.9.0", "3100", "kind: loki"), ("prom/alertmanager:v0.27.0", "9093", "kind: alertmanager"),
      ("pgvector/pgvector:pg16", "5432", "kind: postgres"), ("rabbitmq:3.13.0", "5672", "kind: host"),
      ("nginx:1.22.1", "443", "kind: https"), ("shop/api:1.4.2", "8080", "kind: http"),
      ("shop/redis-admin:1.0", "8081", "kind: http"),
    ])
  func kinds(image: String, port: String, kind: String) throws {
    let text = try draft("services: { one: { image: \"\(image)\", ports: [\"127.0.0.1:27500:\(port)\"] } }\n")
    #expect(text.contains("- id: one\n    \(kind)\n"), "\(text)")
    #expect(text.contains("27500"))
  }

  @Test("the project's name is the system's, and what cannot be a target is none")
  func odds() throws {
    let text = try draft(
      """
      name: shop
      services:
        Web_1.x: { image: "nginx:1.2.3", ports: ["8443:443", "8080:80"] }
        inside: { image: "shop/worker:1.0" }
        name-server: { image: "shop/dns:1.0", ports: ["53:53/udp"] }
        stack: { image: "shop/stack:1.0", ports: ["8090:80"] }
        db: { image: "postgres:16", environment: { POSTGRES_USER: "we ird@", POSTGRES_DB: "${X}" }, ports: ["5432:5432"] }

      """)
    #expect(text.contains("system: shop\n"))
    #expect(text.contains("- id: stack-file\n    kind: compose\n"))
    #expect(text.contains("- id: Web_1.x-8080\n    kind: http\n"))
    for name in ["inside", "name-server"] { #expect(!text.contains("- id: \(name)\n"), "\(name)") }
    #expect(!text.contains("we ird@"))
  }
}
