/// One metric of a plug-in's performance data: `'label'=value[unit];warn;critical;minimum;maximum`.
struct Metric: Hashable {
  /// Its name, without quotes.
  var label: String
  /// Its value; nil where the plug-in printed `U`, which means that it could not find out.
  var value: Double?
  /// `s`, `ms`, `%`, `B`, `c`, …; empty for a plain number.
  var unit: String
  /// The range that calls for a warning, as it was printed; nil for none.
  var warn: String?
  /// The range that calls for a critical alert, as it was printed; nil for none.
  var critical: String?
  /// The least value possible.
  var minimum: Double?
  /// The greatest value possible.
  var maximum: Double?

  /// What the value says by its own thresholds; nil without a value, without thresholds, or where one is no range.
  var state: PluginState? {
    guard let value, warn != nil || critical != nil else { return nil }
    var worst = PluginState.ok
    for (threshold, state) in [(warn, PluginState.warning), (critical, .critical)] {
      guard let threshold else { continue }
      guard let range = ThresholdRange(threshold) else { return nil }
      if range.alerts(on: value) { worst = state }
    }
    return worst
  }
}

/// What a plug-in concludes, best first; UNKNOWN is no conclusion and therefore not among them.
enum PluginState: Int, CaseIterable, Comparable {
  case ok, warning, critical

  /// The word in a metric's facts.
  var word: String { String(describing: self) }

  static func < (left: PluginState, right: PluginState) -> Bool { left.rawValue < right.rawValue }
}
