/// A server's grade by the arithmetic of the SSL Server Rating Guide, version 2009r (Qualys SSL Labs).
///
/// Protocol support counts 30 %, key exchange 30 % and cipher strength 40 %; nothing is rounded or truncated on the way,
/// so that a score may differ by a point from tools that do. A category with 0 points makes the score 0.
///
/// Two rules are ours. A server that accepts no version below TLS 1.2 has nothing that a fallback could lead to, so that
/// the fallback signal is not asked for and TLS 1.3 alone can reach A+. And A+ asks for HSTS only where HTTP is spoken.
///
/// What is not known never improves a grade. Without versions, suites or keys there is no score and no letter. Where it is
/// not known whether the certificate proves the server there is no letter, only `ifTrusted`, unless it is F anyhow. Everything else that is not
/// known is taken at its worst, with a reason that says so. Only named vulnerabilities and revocation, which are not
/// looked for unless somebody asks, leave the letter as it is; they are listed among `missing` like all others.
package struct Grade: Sendable, Hashable {
  /// The grade; nil where what is known does not suffice for one.
  package var letter: Letter?
  /// The grade with all questions of trust left aside.
  package var ifTrusted: Letter?
  /// The weighted sum of the categories; nil where one of them is not known.
  package var score: Points?
  /// Points for protocol versions: the mean of the best and the worst.
  package var versions: Points?
  /// Points for the weakest key or group.
  package var keyExchange: Points?
  /// Points for encryption: the mean of the strongest and the weakest suite.
  package var ciphers: Points?
  /// Every rule that keeps the grade from being better, the hardest first.
  package var reasons: [Reason]
  /// The inputs that were not known, by their names in `ServerProfile`.
  package var missing: [String]

  /// A grade, best first.
  package enum Letter: String, Sendable, Hashable, CaseIterable, Comparable {
    case aPlus = "A+"
    case a = "A"
    case aMinus = "A-"
    case b = "B"
    case c = "C"
    case d = "D"
    case e = "E"
    case f = "F"
    /// The certificate is for another name.
    case m = "M"
    /// The certificate is not trusted.
    case t = "T"

    /// Better before worse.
    package static func < (left: Letter, right: Letter) -> Bool { left.position < right.position }

    private var position: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    /// Whether it speaks of trust, in place of a grade.
    package var isAboutTrust: Bool { self == .m || self == .t }
  }

  /// A rule that holds a grade down.
  package struct Reason: Sendable, Hashable {
    /// A permanent word.
    package var id: String
    /// The best letter that is left.
    package var cap: Letter
    /// One sentence for people, lower case, without full stop.
    package var message: String
  }

  /// Points from 0 to 100, exact: hundredths are all that the weights can produce.
  package struct Points: Sendable, Hashable, Comparable {
    /// In hundredths of a point.
    package let hundredths: Int

    init(hundredths: Int) { self.hundredths = hundredths }
    init(_ points: Int) { hundredths = points * 100 }

    /// Half way between two numbers of points.
    static func mean(_ left: Int, _ right: Int) -> Points { Points(hundredths: (left + right) * 50) }

    /// Fewer before more.
    package static func < (left: Points, right: Points) -> Bool { left.hundredths < right.hundredths }

    /// As a number: 92.5.
    package var value: Double { Double(hundredths) / 100 }
  }
}

extension Grade.Letter {
  /// The letter of a score, before any rule holds it down: 80 A, 65 B, 50 C, 35 D, 20 E.
  init(_ score: Grade.Points) {
    switch score.hundredths {
    case 8000...: self = .aPlus
    case 6500...: self = .b
    case 5000...: self = .c
    case 3500...: self = .d
    case 2000...: self = .e
    default: self = .f
    }
  }
}
