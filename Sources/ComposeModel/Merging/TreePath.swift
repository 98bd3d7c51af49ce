/// Where a node stands in a model, and patterns over such places in which `*` is any one step.
struct TreePath: Sendable {
  private(set) var steps: [String] = []

  static let root = TreePath()

  init(_ steps: [String] = []) { self.steps = steps }

  func appending(_ step: String) -> TreePath { TreePath(steps + [step]) }

  /// Whether the place fits a pattern such as `services.*.ports`. Jobs are in this as services are.
  func fits(_ pattern: [String]) -> Bool {
    pattern.count == steps.count
      && zip(pattern, steps).allSatisfy { $0 == "*" || $0 == $1 || $0 == "services" && $1 == "jobs" }
  }

  /// The place in words.
  var text: String { steps.joined(separator: ".") }
}
