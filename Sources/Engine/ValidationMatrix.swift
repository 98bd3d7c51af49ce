public import AuditModel
import Facts

/// What of each service is proven, generated from the findings of a run: service × quality, and feature × service.
///
/// No cell is written by hand: each has the worst status of the findings that speak of it, and names them. A cell without
/// any is a hole, and a hole is no better than a failure.
public struct ValidationMatrix: Sendable, Hashable {
  /// What people declare: which services there are, and what is asked of each.
  public struct Plan: Sendable, Hashable, Codable {
    /// The rows.
    public var services: [Service]
    /// What users are promised, and the services it needs.
    public var features: [Feature]
    /// The qualities that are asked of every service.
    public var columns: [Column]

    /// A plan of these parts.
    public init(services: [Service], features: [Feature] = [], columns: [Column] = Column.usual) {
      self.services = services
      self.features = features
      self.columns = columns
    }
  }

  /// One service.
  public struct Service: Sendable, Hashable, Codable {
    /// Its name, by which subjects of findings may name it.
    public var name: String
    /// The targets that are about this service alone.
    public var targets: [String]
    /// The targets that are about several: a Prometheus, a folder of documents. Of these only findings without subject,
    /// or with this service as their subject, speak of it.
    public var shared: [String]
    /// Who answers for it.
    public var owner: String?
    /// The columns that do not apply, by name.
    public var without: [String]

    /// A service with its targets.
    public init(name: String, targets: [String], shared: [String] = [], owner: String? = nil, without: [String] = []) {
      self.name = name
      self.targets = targets
      self.shared = shared
      self.owner = owner
      self.without = without
    }
  }

  /// Something that users do, over one or more services.
  public struct Feature: Sendable, Hashable, Codable {
    /// Its name.
    public var name: String
    /// The names of its services.
    public var services: [String]

    /// A feature over services.
    public init(name: String, services: [String]) {
      self.name = name
      self.services = services
    }
  }

  /// One quality.
  public struct Column: Sendable, Hashable, Codable {
    /// Its name.
    public var name: String
    /// The checks that prove it: ids, or beginnings of ids with `*`.
    public var checks: [String]

    /// A quality proven by checks.
    public init(_ name: String, _ checks: [String]) {
      self.name = name
      self.checks = checks
    }

    /// Whether a check speaks of it.
    func covers(_ check: String) -> Bool {
      checks.contains { $0.hasSuffix("*") ? check.hasPrefix($0.dropLast()) : check == $0 }
    }

    /// What is asked of every service unless the plan says otherwise. The owner is what the plan declares.
    public static let usual: [Column] = [
      Column("health", ["health-*", "postgres-endpoint-answers", "postgres-login-works"]),
      Column("metrics", ["metrics-*", "prometheus-services-scraped", "prometheus-targets-up"]),
      Column("logs", ["logs-*"]),
      Column("alert", ["alerts-cover-*"]),
      Column("dashboard", ["grafana-dashboards-exist", "grafana-panels-show-data"]),
      Column("TLS", ["tls-*", "postgres-plaintext-refused", "postgres-session-encrypted", "postgres-tls-*"]),
      Column("backup", ["backups-*"]),
      Column("runbook", ["documents-services-covered", "documents-runbooks-complete"]),
      Column("owner", []),
      Column("load-tested", ["load-*"]),
    ]
  }

  /// What is known of one quality of one service.
  public struct Cell: Sendable, Hashable {
    /// The worst status of the findings; nil for a hole.
    public var status: Status?
    /// Why, in one line.
    public var message: String
    /// The fingerprints of the findings it rests on, the worst first.
    public var findings: [String]

    /// Whether it is proven, or does not apply.
    public var isProven: Bool { status.map { [.pass, .warn, .notApplicable].contains($0) } ?? false }
  }

  /// The plan it was made for.
  public let plan: Plan
  /// By service and column, in their order.
  public let cells: [[Cell]]

  /// The matrix of a run.
  public init(_ plan: Plan, findings: [Finding]) {
    self.plan = plan
    cells = plan.services.map { service in
      plan.columns.map { Self.cell(service, $0, findings) }
    }
  }

  /// The cells of a feature: by service in their order, nil where it does not need that service.
  public func cells(of feature: Feature) -> [Cell?] {
    zip(plan.services, cells).map { service, row in
      guard feature.services.contains(service.name) else { return nil }
      let worst = row.max { Self.badness($0) < Self.badness($1) }
      return worst.map { cell in
        Cell(status: cell.status, message: cell.message, findings: row.flatMap(\.findings))
      }
    }
  }

  /// What keeps it from being whole, as service, column and cell.
  public var open: [(service: String, column: String, cell: Cell)] {
    zip(plan.services, cells).flatMap { service, row in
      zip(plan.columns, row).filter { !$1.isProven }.map { (service.name, $0.name, $1) }
    }
  }

  /// The matrix as reports show it.
  public var summary: AuditReport.MatrixSummary {
    func row(_ names: [String], _ cells: [Cell?]) -> [AuditReport.MatrixSummary.Cell] {
      zip(names, cells).compactMap { name, cell in
        cell.map { .init(column: name, status: $0.status, message: $0.message, findings: $0.findings) }
      }
    }
    return AuditReport.MatrixSummary(
      columns: plan.columns.map(\.name),
      services: zip(plan.services, cells).map { service, cells in
        .init(name: service.name, owner: service.owner, cells: row(plan.columns.map(\.name), cells))
      },
      features: plan.features.map { feature in
        .init(name: feature.name, owner: nil, cells: row(plan.services.map(\.name), self.cells(of: feature)))
      })
  }

  private static func badness(_ cell: Cell) -> Int { cell.status?.badness ?? Int.max }

  private static func cell(_ service: Service, _ column: Column, _ findings: [Finding]) -> Cell {
    if service.without.contains(column.name) {
      return Cell(status: .notApplicable, message: "declared as not applicable", findings: [])
    }
    if column.name == "owner", column.checks.isEmpty {
      return service.owner.map { Cell(status: .pass, message: $0, findings: []) }
        ?? Cell(status: nil, message: "nobody is named as its owner", findings: [])
    }
    let speaking = findings.filter { finding in
      guard column.covers(finding.check) else { return false }
      if service.targets.contains(finding.target) { return true }
      guard service.shared.contains(finding.target) else { return false }
      return finding.subject.map { names(service.name, in: $0) } ?? true
    }.filter { $0.status != .skipped }.sorted {
      ($0.status.badness, $1.fingerprint) > ($1.status.badness, $0.fingerprint)
    }
    guard let worst = speaking.first else {
      return Cell(status: nil, message: "no check speaks of it", findings: [])
    }
    return Cell(status: worst.status, message: worst.message, findings: speaking.map(\.fingerprint))
  }

  /// Whether a subject names a service as a word of its own.
  private static func names(_ service: String, in subject: String) -> Bool {
    subject.lowercased().split { !($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
      .contains { $0 == service.lowercased() }
  }
}
