import Glibc

/// The natural logarithm.
func logarithm(_ value: Double) -> Double { log(value) }

/// The exponential function.
func exponential(_ value: Double) -> Double { exp(value) }

/// Figures as people read them.
enum Figures {
  /// `value` with at most `digits` digits behind the point.
  static func rounded(_ value: Double, _ digits: Int) -> String {
    guard value.isFinite, abs(value) < 1e12 else { return "\(value)" }
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let whole = (value * scale).rounded() / scale
    return whole == whole.rounded() ? String(Int(whole)) : "\(whole)"
  }

  /// A length of time.
  static func seconds(_ value: Double) -> String {
    value < 0.1 ? "\(rounded(value * 1000, 0)) ms" : value < 10 ? "\(rounded(value, 2)) s" : "\(rounded(value, 0)) s"
  }
}
