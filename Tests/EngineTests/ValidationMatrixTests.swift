import AuditModel
import Engine
import Testing

@Suite("The validation matrix") struct ValidationMatrixTests {
  private func finding(_ check: String, _ target: String, _ status: Status, subject: String? = nil) -> Finding {
    Finding(
      check: check, target: target, subject: subject, status: status, severity: .medium, message: "\(check) \(status)",
      fingerprint: "\(check) \(target) \(subject ?? "")", durationMs: 1)
  }

  private let plan = ValidationMatrix.Plan(
    services: [
      ValidationMatrix.Service(name: "api", targets: ["web"], shared: ["prom"], owner: "platform"),
      ValidationMatrix.Service(name: "db", targets: ["pg"], shared: ["prom"], without: ["alert"]),
    ],
    features: [ValidationMatrix.Feature(name: "search", services: ["api"])],
    columns: [
      ValidationMatrix.Column("TLS", ["tls-*"]), ValidationMatrix.Column("alert", ["alerts-cover-absence"]),
      ValidationMatrix.Column("owner", []),
    ])

  @Test("a cell has the worst status of what speaks of it, and names it; a hole is none")
  func cells() {
    let matrix = ValidationMatrix(
      plan,
      findings: [
        finding("tls-grade", "web", .warn), finding("tls-chain-trusted", "web", .pass),
        finding("tls-grade", "other", .fail), finding("http-x", "web", .fail),
        finding("alerts-cover-absence", "prom", .fail, subject: "api-v2"),
        finding("alerts-cover-absence", "prom", .pass, subject: "api"),
      ])
    #expect(matrix.cells[0].map(\.status) == [.warn, .pass, .pass])
    #expect(matrix.cells[0][0].findings == ["tls-grade web ", "tls-chain-trusted web "])
    #expect(matrix.cells[1].map(\.status) == [nil, .notApplicable, nil])
    #expect(matrix.open.map { "\($0.service) \($0.column)" } == ["db TLS", "db owner"])
    #expect(matrix.cells(of: plan.features[0]).map { $0?.status } == [.warn, nil])
  }

  @Test("taking findings away never proves a cell")
  func holes() {
    let all = [
      finding("tls-grade", "web", .fail), finding("tls-grade", "pg", .unknown),
      finding("alerts-cover-absence", "prom", .skipped),
    ]
    for count in 0...all.count {
      let matrix = ValidationMatrix(plan, findings: Array(all.prefix(count)))
      #expect(!matrix.cells[0][0].isProven && !matrix.cells[1][0].isProven && !matrix.cells[0][1].isProven)
    }
  }
}
