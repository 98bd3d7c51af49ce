import AuditModel

/// What a run measured, in words.
extension AuditReport {
  /// The numbers that say something of the system, or of how long the run took where that is news; the worst first.
  var tellingMeasures: [Measurement] {
    let order: [NoiseComparison.Verdict] = [.regressed, .improved, .notComparable, .withinNoise]
    let all = (measures ?? []).filter { $0.probe != "run" || $0.verdict == .regressed || $0.verdict == .improved }
    return order.flatMap { verdict in all.filter { $0.verdict == verdict } }
  }

  /// `12 numbers: 1 regressed, 11 within noise`; nil where there are none.
  var measuresSentence: String? {
    let all = tellingMeasures
    guard !all.isEmpty else { return nil }
    let counts = NoiseComparison.Verdict.allCases.compactMap { verdict -> String? in
      let count = all.count { $0.verdict == verdict }
      return count == 0 ? nil : "\(count) \(verdict.words)"
    }
    return "\(counted(all.count, "number")): \(counts.joined(separator: ", "))"
  }
}

extension NoiseComparison.Verdict {
  /// As people read it.
  var words: String {
    switch self {
    case .regressed: "regressed"
    case .improved: "improved"
    case .withinNoise: "within noise"
    case .notComparable: "not comparable"
    }
  }
}

extension AuditReport.Measurement {
  /// Where it was measured.
  var place: String { [target, subject].compactMap(\.self).joined(separator: " · ") }

  /// The number with its unit, or that there is none.
  var valueWords: String { value.map { "\(Figure.text($0)) \(unit)" } ?? "none" }

  /// What noise explains, with the number of runs that say so; or why nothing can be said.
  var bandWords: String {
    guard let lower, let upper else { return reason ?? "nothing to compare with" }
    return "\(Figure.text(max(0, lower)))–\(Figure.text(upper)) \(unit) over \(counted(earlier.count, "run"))"
  }
}

/// A number as people read it.
enum Figure {
  /// At most three digits behind the point, fewer for large numbers.
  static func text(_ value: Double) -> String {
    guard value.isFinite else { return "none" }
    let digits: Double = value.magnitude >= 1000 ? 1 : value.magnitude >= 100 ? 10 : 1000
    guard value.magnitude < 1e12 else { return "\(value)" }
    let rounded = (value * digits).rounded() / digits
    return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
  }
}
