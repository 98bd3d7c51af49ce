import AuditModel

/// What speaks for it that a certificate is renewed by a machine, as far as it shows from outside.
///
/// Nothing proves it; the length of its life, where it stands in it, and what was served before are signs. Pure.
struct RenewalEvidence: Sendable {
  /// How much the signs say together.
  enum Grade: String, Sendable, CaseIterable {
    /// Nobody would do this by hand.
    case strong
    /// A life that automatic authorities give.
    case likely
    /// Signs that fit either.
    case weak
    /// A life that people renew by hand.
    case none
    /// The point at which a machine would have renewed it has passed.
    case contradicted
  }

  /// What can be looked at, each once.
  enum Sign: String, Sendable, CaseIterable {
    case lifetime, position, history
  }

  /// A certificate that was served earlier, and when it was seen first.
  struct Sighting: Sendable, Hashable {
    var serial: String
    var notBefore: Instant
    var notAfter: Instant
    var firstSeen: Instant
  }

  let grade: Grade
  /// Sentences without full stop, the weightiest last.
  let reasons: [String]
  /// The signs that there was anything to see of.
  let lookedAt: [Sign]
  /// The share of its life at which the last predecessor was replaced, at the latest; nil where none was seen.
  let renewedAtShare: Double?

  /// Judges a certificate and what was seen before it, in any order; sightings of the certificate itself count as its own.
  init(_ life: CertificateLifetime, serial: String, issuer: String, sightings: [Sighting] = []) {
    let share = Double(life.now.seconds(since: life.notBefore)) / Double(max(life.seconds, 1))
    let percent = Int((share * 100).rounded(.down))
    let byMachine = Self.issuesToMachines(issuer)
    let history = History(sightings, serial: serial, life: life)
    var reasons = ["it is issued for \(life.days) days"]
    var grade: Grade =
      switch life.days {
      case ...10: .strong
      case ...100: .likely
      case ...200: .weak
      default: .none
      }
    if let history {
      reasons.append(history.reason)
      grade = history.grade(insteadOf: grade)
    }
    let usual = history?.usualShare
    if life.isExpired {
      grade = .contradicted
      reasons.append("it has expired and is served all the same")
    } else if let usual, share > max(0.8, usual + 0.1) {
      grade = .contradicted
      reasons.append("\(percent) % of its life have passed, those before it were renewed by \(Int(usual * 100)) %")
    } else if life.days <= 100, share > 0.8, byMachine {
      grade = .contradicted
      reasons.append("\(percent) % of its life have passed, clients of its authority renew at 67 %")
    } else if life.days <= 100, share > (byMachine ? 0.7 : 0.8) {
      if grade != .none { grade = .weak }
      reasons.append("\(percent) % of its life have passed, it is about time")
    }
    renewedAtShare = history?.usualShare
    self.grade = grade
    self.reasons = reasons
    lookedAt = Sign.allCases.filter { $0 != .history || history != nil }
  }

  /// Whether the authority issues by ACME (RFC 8555) and nearly always to machines.
  private static func issuesToMachines(_ issuer: String) -> Bool {
    let name = issuer.lowercased()
    return [
      "let's encrypt", "zerossl", "google trust services", "buypass", "caddy local authority", "smallstep",
      "(staging)", "ssl.com tls issuing",
    ].contains { name.contains($0) }
  }
}

/// The certificates that one place served, one after the other.
private struct History {
  let reason: String
  /// The share of its life at which the last predecessor was replaced, at the latest; nil where none was.
  let usualShare: Double?
  private let verdict: RenewalEvidence.Grade?

  /// Nil without predecessors.
  init?(_ sightings: [RenewalEvidence.Sighting], serial: String, life: CertificateLifetime) {
    var first: [String: RenewalEvidence.Sighting] = [:]
    for sighting in sightings where sighting.firstSeen <= life.now {
      if first[sighting.serial].map({ $0.firstSeen <= sighting.firstSeen }) ?? false { continue }
      first[sighting.serial] = sighting
    }
    let current =
      first.removeValue(forKey: serial)
      ?? RenewalEvidence.Sighting(
        serial: serial, notBefore: life.notBefore, notAfter: life.notAfter, firstSeen: life.now)
    let earlier = first.values.filter { $0.notBefore <= current.notBefore }.sorted { $0.notBefore < $1.notBefore }
    guard !earlier.isEmpty else { return nil }
    // A successor begins when the authority issues it: the day it was seen first may be weeks later.
    let chain = earlier + [current]
    let shares = zip(chain, chain.dropFirst()).map { old, new in
      Double(new.notBefore.seconds(since: old.notBefore)) / Double(max(old.notAfter.seconds(since: old.notBefore), 1))
    }
    let late = shares.filter { $0 > 1 }.count
    let spacings = zip(chain, chain.dropFirst()).map { $1.notBefore.seconds(since: $0.notBefore) }
    let isRegular =
      spacings.count >= 2 && (spacings.max() ?? 0) - (spacings.min() ?? 0) <= (spacings.max() ?? 0) / 5
    usualShare = shares.last
    if late > 0 {
      verdict = shares.last.map { $0 > 1 } ?? false ? .contradicted : .weak
      reason = "\(late) of \(shares.count) predecessors expired before it was renewed"
    } else if shares.allSatisfy({ $0 < 0.8 }) {
      verdict = .strong
      reason =
        isRegular
        ? "it was renewed \(shares.count) times at regular distances" : "it was renewed well before the end of its life"
    } else {
      verdict = nil
      reason = "a predecessor was renewed late in its life"
    }
  }

  func grade(insteadOf grade: RenewalEvidence.Grade) -> RenewalEvidence.Grade {
    verdict ?? (grade == .none ? .none : .weak)
  }
}
