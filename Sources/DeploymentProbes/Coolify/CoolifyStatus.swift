/// What Coolify says of a resource in one word: `running:healthy`, `exited`, `running (healthy)`, `running:healthy:excluded`.
struct CoolifyStatus: Equatable {
  /// `running`, `exited`, `restarting`, `degraded`, …
  var state: String
  /// `healthy`, `unhealthy` or `unknown`; nil where nothing is said.
  var health: String?

  /// Nil for an empty text.
  init?(_ text: String) {
    let words = text.lowercased().split { ": ()".contains($0) }.map(String.init)
    guard let first = words.first, first.count <= 40 else { return nil }
    state = first
    health = words.dropFirst().first { ["healthy", "unhealthy", "unknown", "starting"].contains($0) }
  }
}
