import Facts
import LoadGeneration
import LoadScripts
import Reporting

/// A load result for people.
struct LoadReadout {
  private let result: LoadResult

  init(_ result: LoadResult) { self.result = result }

  /// The whole, with a newline at the end.
  var text: String {
    let figures = result.figures
    var lines = [
      "\(result.isValid ? "valid run" : "INVALID run") against \(result.plan.target), seed \(result.plan.seed)\(shards)"
    ]
    lines += result.faults.map { "  \($0)" }
    lines += [
      "",
      "arrivals    \(result.intended) intended, \(figures.started) started, \(result.skipped) skipped",
      "users       \(figures.completed) completed, \(figures.failedUsers) failed, \(figures.cut) cut off",
      "requests    \(figures.requests) answered, \(figures.unansweredCount) without an answer, \(Self.number(rate)) per second",
      "start error p50 \(Self.time(figures.startError.quantile(0.5)))  p99 \(Self.time(figures.startError.quantile(0.99)))  max \(Self.time(figures.startError.most))",
    ]
    let statuses = figures.statuses.byStatus
    if !statuses.isEmpty {
      lines.append(
        "statuses    "
          + statuses.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: "  "))
    }
    for (error, count) in figures.errors.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }).prefix(10) {
      lines.append("error       \(error): \(count)")
    }
    lines.append("")
    lines += table
    lines.append("")
    lines += LoadPlot(result).lines
    let verdicts = result.verdicts
    if !verdicts.isEmpty {
      lines.append("")
      for verdict in verdicts {
        let value = verdict.value.map { " (\(Self.number($0)))" } ?? verdict.reason.map { " (\($0))" } ?? ""
        lines.append("\(verdict.status.rawValue.padded(to: 8)) \(verdict.threshold.expression)\(value)")
      }
    }
    return lines.map { $0.isEmpty ? "\n" : Untrusted.line($0) + "\n" }.joined()
  }

  private var shards: String {
    result.plan.shards == 1
      ? "" : ", shard \(result.shards.map(String.init).joined(separator: ", ")) of \(result.plan.shards)"
  }

  private var rate: Double { result.seconds > 0 ? Double(result.figures.requests) / result.seconds : 0 }

  private var table: [String] {
    var rows = [["response time", "n", "p50", "p90", "p95", "p99", "max", "failed"]]
    func row(_ name: String, _ times: LatencyHistogram, _ failed: Int) {
      rows.append(
        [name, String(times.count)]
          + [0.5, 0.9, 0.95, 0.99].map {
            times.count >= LatencyHistogram.needed(for: $0) ? Self.time(times.quantile($0)) : "–"
          } + [times.count > 0 ? Self.time(times.most) : "–", String(failed)])
    }
    for (endpoint, figures) in zip(result.plan.endpoints, result.figures.endpoints) {
      row(String(Untrusted.line(endpoint.name).prefix(50)), figures.responseTime, figures.failed)
    }
    row("all", result.figures.responseTime, result.figures.endpoints.reduce(0) { $0 + $1.failed })
    row("all, from sending", result.figures.serviceTime, result.figures.endpoints.reduce(0) { $0 + $1.failed })
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      row.indices.map { column in
        let gap = String(repeating: " ", count: widths[column] - row[column].count)
        return column == 0 ? row[column] + gap : gap + row[column]
      }.joined(separator: "  ")
    }
  }

  /// Microseconds as people read them.
  static func time(_ microseconds: Int?) -> String {
    guard let microseconds else { return "–" }
    if microseconds < 1000 { return "\(microseconds) µs" }
    return microseconds < 1_000_000
      ? "\(number(Double(microseconds) / 1000)) ms" : "\(number(Double(microseconds) / 1_000_000)) s"
  }

  /// A number with at most three significant digits behind what is whole.
  static func number(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return "–" }
    let digits = abs(value) >= 100 ? 1.0 : abs(value) >= 10 ? 10.0 : 100.0
    let rounded = (value * digits).rounded() / digits
    return Int(exactly: rounded).map(String.init) ?? String(rounded)
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
