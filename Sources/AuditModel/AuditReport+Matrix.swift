extension AuditReport {
  /// What of each service is proven, generated from the findings: service × quality, and feature × service.
  public struct MatrixSummary: Sendable, Hashable, Codable {
    /// What is known of one quality of one service.
    public struct Cell: Sendable, Hashable, Codable {
      /// The column: a quality, or for a feature the service.
      public var column: String
      /// The worst status of the findings; nil for a hole.
      public var status: Status?
      /// Why, in one line.
      public var message: String
      /// Fingerprints of the findings it rests on, the worst first.
      public var findings: [String]

      /// A cell that rests on findings.
      public init(column: String, status: Status?, message: String, findings: [String]) {
        self.column = column
        self.status = status
        self.message = message
        self.findings = findings
      }

      /// Whether it is proven, or does not apply.
      public var isProven: Bool { status.map { [.pass, .warn, .notApplicable].contains($0) } ?? false }
    }

    /// A service or a feature with its cells.
    public struct Row: Sendable, Hashable, Codable {
      /// Its name.
      public var name: String
      /// Who answers for it; nil where nobody is named, and for features.
      public var owner: String?
      /// In the order of the columns; of a feature only the services it needs.
      public var cells: [Cell]

      /// A row of cells.
      public init(name: String, owner: String?, cells: [Cell]) {
        self.name = name
        self.owner = owner
        self.cells = cells
      }
    }

    /// The qualities asked of every service, in their order.
    public var columns: [String]
    /// In the order of the inventory.
    public var services: [Row]
    /// In the order of the inventory.
    public var features: [Row]

    /// A matrix of rows.
    public init(columns: [String], services: [Row], features: [Row]) {
      self.columns = columns
      self.services = services
      self.features = features
    }
  }
}
