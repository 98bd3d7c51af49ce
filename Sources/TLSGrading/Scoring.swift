import TLSRegistry

extension ServerProfile {
  /// The server's grade.
  package var grade: Grade {
    var notes = Notes()
    let versions = versionPoints(&notes)
    let keyExchange = keyExchangePoints(&notes)
    let ciphers = cipherPoints(&notes)
    applyRules(&notes)
    let score = Self.score(versions, keyExchange, ciphers)
    if let score, case let letter = Grade.Letter(score), letter != .aPlus {
      notes.cap(
        letter, "score", "the score is \(score.value) of 100, \(Grade.Points(hundredths: 8000).value) are wanted for A")
    }
    let configuration = notes.reasons.map(\.cap).filter { !$0.isAboutTrust }.max()
    // A known F stays one whatever else is not known; any other letter might turn out worse.
    let ifTrusted = score.map { max(Grade.Letter($0), configuration ?? .aPlus) } ?? (configuration == .f ? .f : nil)
    let trust = notes.reasons.map(\.cap).filter(\.isAboutTrust).max()
    return Grade(
      letter: trust ?? (notes.trustIsOpen && ifTrusted != .f ? nil : ifTrusted), ifTrusted: ifTrusted, score: score,
      versions: versions,
      keyExchange: keyExchange, ciphers: ciphers,
      reasons: notes.reasons.enumerated().sorted { ($1.element.cap, $0.offset) < ($0.element.cap, $1.offset) }
        .map(\.element),
      missing: notes.missing)
  }

  private static func score(
    _ versions: Grade.Points?, _ keyExchange: Grade.Points?, _ ciphers: Grade.Points?
  ) -> Grade.Points? {
    let zero = Grade.Points(0)
    if versions == zero || keyExchange == zero || ciphers == zero { return zero }
    guard let versions, let keyExchange, let ciphers else { return nil }
    // Every category is a multiple of half a point, so that the division leaves no rest.
    return Grade.Points(
      hundredths: (versions.hundredths * 30 + keyExchange.hundredths * 30 + ciphers.hundredths * 40) / 100)
  }

  private func versionPoints(_ notes: inout Notes) -> Grade.Points? {
    guard let versions, let best = versions.max(), let worst = versions.min() else {
      notes.lacks("versions")
      return nil
    }
    return .mean(best.points, worst.points)
  }

  private func cipherPoints(_ notes: inout Notes) -> Grade.Points? {
    // SSL 2 is out of the question before its ciphers are.
    let unseen = (versions ?? []).subtracting([.ssl2]).filter { suites[$0]?.isEmpty != false }
    for version in unseen.sorted() { notes.lacks("suites.\(version.openSSLName)") }
    let points = suites.values.joined().map(\.points)
    guard unseen.isEmpty, let best = points.max(), let worst = points.min() else {
      if unseen.isEmpty { notes.lacks("suites") }
      return nil
    }
    return .mean(best, worst)
  }

  private func keyExchangePoints(_ notes: inout Notes) -> Grade.Points? {
    var weakest: Int? = 100
    func take(_ points: Int?, _ input: String) {
      if points == nil { notes.lacks(input) }
      weakest = weakest.flatMap { known in points.map { min(known, $0) } }
    }
    let offered = Array(suites.values.joined())
    if offered.contains(where: \.isAnonymous) || certificates?.contains(where: { $0.key.isPredictable == true }) == true
    {
      return Grade.Points(0)
    }
    if offered.contains(where: \.isExport) { take(40, "suites") }
    if let certificates, !certificates.isEmpty {
      for certificate in certificates { take(certificate.key.points, "certificates.key.bits") }
    } else {
      take(nil, "certificates")
    }
    let exchanges = Set(offered.map(\.exchange))
    if exchanges.contains(.dhe) { take(dhBits.map(KeySize.points(ofField:)), "dhBits") }
    if exchanges.contains(.ecdhe) || versions?.contains(.tls13) == true {
      if let groups, !groups.isEmpty {
        for group in groups { take(GroupStrength(group)?.points, "groups") }
      } else {
        take(nil, "groups")
      }
    }
    return weakest.map { Grade.Points($0) }
  }
}

/// What is written down while a server is graded.
struct Notes {
  private(set) var reasons: [Grade.Reason] = []
  private(set) var missing: [String] = []
  /// Whether it is open if the certificate proves the server.
  private(set) var trustIsOpen = false

  /// Holds the grade down to `cap`.
  mutating func cap(_ cap: Grade.Letter, _ id: String, _ message: String) {
    reasons.append(Grade.Reason(id: id, cap: cap, message: message))
  }

  /// Notes that an input is not known.
  mutating func lacks(_ input: String) {
    if !missing.contains(input) { missing.append(input) }
  }

  /// Notes that a question of trust has no answer.
  mutating func lacksTrust(_ input: String) {
    lacks(input)
    trustIsOpen = true
  }
}

extension ProtocolVersion {
  var points: Int {
    switch self {
    case .ssl2: 0
    case .ssl3: 80
    case .tls10: 90
    case .tls11: 95
    case .tls12, .tls13: 100
    }
  }
}

extension CipherSuite {
  var points: Int {
    switch strengthBits {
    case ...0: 0
    case ..<128: 20
    case ..<256: 80
    default: 100
    }
  }
}

/// What sizes of keys are worth.
enum KeySize {
  /// For RSA, DSA and finite-field Diffie-Hellman.
  static func points(ofField bits: Int) -> Int {
    switch bits {
    case ..<512: 20
    case ..<1024: 40
    case ..<2048: 80
    case ..<4096: 90
    default: 100
    }
  }

  /// For elliptic curves: the sizes of equal strength.
  static func points(ofCurve bits: Int) -> Int {
    switch bits {
    case ..<110: 20
    case ..<123: 40
    case ..<163: 80
    case ..<225: 90
    default: 100
    }
  }
}

extension GroupStrength {
  var points: Int {
    switch self {
    case .curve(let bits): KeySize.points(ofCurve: bits)
    case .field(let bits): KeySize.points(ofField: bits)
    case .encapsulation: 100
    }
  }
}

extension ServerProfile.Key {
  /// Nil where its size is not known.
  var points: Int? {
    switch kind {
    case .rsa, .dsa: bits.map(KeySize.points(ofField:))
    case .ec: bits.map(KeySize.points(ofCurve:))
    case .ed25519, .ed448, .mldsa: 100
    }
  }
}
