/// What a plan for growth says in numbers.
enum CapacityPlan {
  private static let subjects = [
    "headroom", "capacity", "peak", "limit", "cpu", "memory", "disk", "storage", "connections", "requests", "users",
    "throughput", "rps", "growth", "replicas", "utilisation", "utilization",
  ]

  /// The lines that give a figure for something that runs out.
  static func figures(in document: MarkdownDocument) -> [String] {
    let lines = document.text.filter { line in
      let lower = line.text.lowercased()
      guard subjects.contains(where: lower.contains) else { return false }
      // A date alone is no figure.
      var rest = lower
      while let day = rest.firstRange(of: /\d{4}-\d{2}-\d{2}/) { rest.removeSubrange(day) }
      return rest.contains { $0.isNumber }
    }
    return lines.prefix(50).map { SecretScanner.shared.masked("\($0.line): \($0.text.prefix(120))") }
  }
}
