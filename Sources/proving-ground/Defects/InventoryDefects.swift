extension Defect {
  /// What can be missing from what the inventory declares.
  static let declarations = [
    Defect(
      id: "service-without-owner", summary: "nobody answers for one of the services", part: .ownersInInventory
    ) { $0.inventory.matrix.ownerless = ["extraction"] }
  ]
}
