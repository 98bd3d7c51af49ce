extension Defect {
  /// What can be wrong with what the world can reach.
  static let exposure = [
    Defect(id: "database-exposed", summary: "the database answers on the public address", part: .publicDatabase) {
      $0.databaseListensInPublic = true
    },
    Defect(
      id: "database-exposed-unmentioned",
      summary: "the database answers on the public address, and the inventory says nothing about it",
      part: .publicDatabase
    ) {
      $0.databaseListensInPublic = true
      $0.inventory.closesDatabase = false
    },
    Defect(
      id: "inside-exposed", summary: "a server for the platform alone answers on the public address",
      part: .publicInside
    ) { $0.edge.outsideSiteIsPublic = true },
    Defect(
      id: "declared-port-dead", summary: "nothing listens on a port that the inventory calls open",
      part: .publicInventory
    ) { $0.inventory.opensUnusedPort = true },
  ]
}
