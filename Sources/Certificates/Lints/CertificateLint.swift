package import AuditModel

/// What a lint says of one certificate.
package enum LintStatus: String, Sendable, Hashable, CaseIterable {
  case pass, notice, warn, error
  /// The rule is about other certificates.
  case notApplicable
  /// The rule was not in force when the certificate was issued.
  case notEffective
}

/// One rule that certificates keep or break, with everything needed to judge by it. Pure.
package struct CertificateLint: Sendable {
  /// Whose rule it is, which decides whom it binds.
  package enum Authority: String, Sendable, CaseIterable {
    /// A standard of the IETF or ITU: binds every certificate.
    case standard
    /// The Baseline Requirements of the CA/Browser Forum: bind public authorities, for certificates of TLS servers.
    case baseline
    /// The programme of a root store: binds public authorities.
    case rootProgramme
    /// Good practice that no rule demands.
    case practice
  }

  /// What a broken rule weighs.
  package enum Level: Sendable { case notice, warn, error }

  /// What came of judging a certificate that the rule is about.
  package enum Verdict: Sendable, Hashable {
    case keeps
    /// With what was found, where that says more than the rule.
    case breaks(LintStatus, String?)
  }

  /// Permanent: the subject first, then the rule.
  package let id: String
  /// Section of the standard: `RFC 5280 4.1.2.2`.
  package let source: String
  package let authority: Authority
  /// The lint of the project zlint that judges the same; nil for rules of one's own.
  package let zlint: String?
  /// What has to hold, as a sentence without full stop.
  package let rule: String
  /// Binds certificates whose notBefore is this or later; nil from the beginning of time.
  package let effective: Instant?
  /// Binds no certificate whose notBefore is this or later; nil for ever.
  package let ineffective: Instant?
  package let applies: @Sendable (LintedCertificate) -> Bool
  package let verdict: @Sendable (LintedCertificate) -> Verdict

  /// A rule that is kept or broken at one level.
  package init(
    _ id: String, _ level: Level, _ authority: Authority, _ source: String, zlint: String?, from effective: Instant?,
    until ineffective: Instant? = nil, rule: String,
    applies: @escaping @Sendable (LintedCertificate) -> Bool = { _ in true },
    holds: @escaping @Sendable (LintedCertificate) -> Bool
  ) {
    let broken = level.status
    self.init(
      id, authority, source, zlint: zlint, from: effective, until: ineffective, rule: rule, applies: applies,
      verdict: { holds($0) ? .keeps : .breaks(broken, nil) })
  }

  /// A rule that decides itself what breaking it weighs.
  package init(
    _ id: String, _ authority: Authority, _ source: String, zlint: String?, from effective: Instant?,
    until ineffective: Instant? = nil, rule: String,
    applies: @escaping @Sendable (LintedCertificate) -> Bool = { _ in true },
    verdict: @escaping @Sendable (LintedCertificate) -> Verdict
  ) {
    self.id = id
    self.source = source
    self.authority = authority
    self.zlint = zlint
    self.rule = rule
    self.effective = effective
    self.ineffective = ineffective
    self.applies = applies
    self.verdict = verdict
  }

  /// What the rule says of the certificate: first whether it is about it, then whether it was in force, then the rest.
  package func judge(_ certificate: LintedCertificate) -> LintResult {
    guard authority != .baseline || certificate.isForServers, applies(certificate) else {
      return LintResult(lint: self, status: .notApplicable, message: rule)
    }
    guard effective.map({ certificate.notBefore >= $0 }) ?? true,
      ineffective.map({ certificate.notBefore < $0 }) ?? true
    else { return LintResult(lint: self, status: .notEffective, message: rule) }
    switch verdict(certificate) {
    case .keeps: return LintResult(lint: self, status: .pass, message: rule)
    case .breaks(let status, let detail):
      return LintResult(lint: self, status: status, message: detail.map { "\(rule): \($0)" } ?? rule)
    }
  }
}

extension CertificateLint.Level {
  var status: LintStatus {
    switch self {
    case .notice: .notice
    case .warn: .warn
    case .error: .error
    }
  }
}

/// One lint's word on one certificate.
package struct LintResult: Sendable {
  package let lint: CertificateLint
  package let status: LintStatus
  /// The rule, and what was found where it is broken.
  package let message: String

  /// Whether there is something to say.
  package var isFinding: Bool { status == .notice || status == .warn || status == .error }
}

/// Collects lints, each a statement of its own.
@resultBuilder
package enum LintList {
  package static func buildBlock(_ lints: CertificateLint...) -> [CertificateLint] { lints }
}

/// Days on which rules came into force, at their first second in UTC.
enum LintDate {
  static let rfc2459 = day(1999, 1, 1)
  static let rfc3280 = day(2002, 4, 1)
  static let rfc5280 = day(2008, 5, 1)
  static let rfc6818 = day(2013, 1, 1)
  static let rfc6962 = day(2013, 6, 1)
  static let rfc8813 = day(2020, 8, 1)
  /// Baseline Requirements 1.0.
  static let baseline = day(2012, 7, 1)
  static let baseline102 = day(2012, 6, 8)
  static let baseline113 = day(2013, 2, 21)
  static let baseline116 = day(2013, 7, 29)
  static let baseline130 = day(2015, 4, 16)
  static let baseline148 = day(2017, 6, 8)
  static let baseline162 = day(2018, 12, 10)
  static let baseline171 = day(2020, 8, 20)
  static let baseline180 = day(2021, 8, 25)
  /// Baseline Requirements 2.0.0, by ballot SC-062.
  static let baseline200 = day(2023, 9, 15)
  static let givenName = day(2016, 9, 7)
  static let underscoreSunset = day(2019, 4, 1)
  static let reservedLabels = day(2021, 10, 1)
  static let months39 = day(2016, 7, 2)
  static let days825 = day(2018, 3, 2)
  static let days398 = day(2020, 9, 1)
  /// The three steps of ballot SC-081v3.
  static let days200 = day(2026, 3, 15)
  static let days100 = day(2027, 3, 15)
  static let days47 = day(2029, 3, 15)
  static let sha1Discouraged = day(2015, 1, 16)
  static let sha1Forbidden = day(2016, 1, 1)
  static let sha1LastExpiry = day(2017, 1, 1)
  static let rsa1024Roots = day(2011, 1, 1)
  static let rsa1024 = day(2014, 1, 1)
  static let reservedAddresses = day(2015, 11, 1)
  static let appleTransparency = day(2018, 10, 15)
  static let mozilla24 = day(2017, 2, 28)
  static let generalizedTime = day(2050, 1, 1)

  static func day(_ year: Int, _ month: Int, _ day: Int) -> Instant {
    Instant(seconds: Civil.days(year: year, month: month, day: day) * 86400)
  }
}

/// The proleptic Gregorian calendar.
enum Civil {
  /// Days from 1970-01-01; months and days beyond their range carry over.
  static func days(year: Int, month: Int, day: Int) -> Int {
    let months = year * 12 + month - 1
    let year = months >= 0 ? months / 12 : (months - 11) / 12
    let month = months - year * 12 + 1
    // Years begin in March, so that the leap day is their last.
    let shifted = month > 2 ? year : year - 1
    let era = shifted >= 0 ? shifted / 400 : (shifted - 399) / 400
    let ofEra = shifted - era * 400
    let ofYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
  }

  /// The date of a day counted from 1970-01-01.
  static func date(days: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = days + 719_468
    let era = shifted >= 0 ? shifted / 146_097 : (shifted - 146_096) / 146_097
    let ofEra = shifted - era * 146_097
    let year = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
    let ofYear = ofEra - (365 * year + year / 4 - year / 100)
    let month = (5 * ofYear + 2) / 153
    return (
      year + era * 400 + (month >= 10 ? 1 : 0), month < 10 ? month + 3 : month - 9,
      ofYear - (153 * month + 2) / 5 + 1
    )
  }
}

extension Instant {
  /// The same day of the month and time of day so many months later; a day that the month has not carries over.
  func adding(months: Int) -> Instant {
    let days = seconds >= 0 ? seconds / 86400 : (seconds - 86399) / 86400
    let date = Civil.date(days: days)
    let moved = Civil.days(year: date.year, month: date.month + months, day: date.day)
    return Instant(seconds: moved * 86400 + seconds - days * 86400)
  }
}
