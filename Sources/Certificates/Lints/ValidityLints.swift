import AuditModel

/// From when until when, and how that is written.
extension CertificateLint {
  @LintList static var validity: [CertificateLint] {
    CertificateLint(
      "validity-not-reversed", .error, .practice, "RFC 5280 4.1.2.5", zlint: "e_validity_time_not_positive", from: nil,
      rule: "the validity does not end before it begins", holds: { $0.notBefore <= $0.notAfter })
    CertificateLint(
      "validity-39-months", .error, .baseline, "BR 6.3.2", zlint: "e_sub_cert_valid_time_longer_than_39_months",
      from: LintDate.months39, rule: "the certificate is valid for no more than 39 months",
      applies: { $0.isSubscriber }, holds: { $0.notBefore.adding(months: 39) >= $0.notAfter })
    CertificateLint(
      "validity-825-days", .error, .baseline, "BR 6.3.2", zlint: "e_sub_cert_valid_time_longer_than_825_days",
      from: LintDate.days825, rule: "the certificate is valid for no more than 825 days",
      applies: { $0.isSubscriber }, holds: { $0.notAfter.seconds(since: $0.notBefore) <= 825 * 86400 })
    lifetime(
      397, .warn, .rootProgramme, "Apple HT211025", "w_tls_server_cert_valid_time_longer_than_397_days",
      from: LintDate.days398, until: nil)
    lifetime(
      398, .error, .rootProgramme, "Apple HT211025", "e_tls_server_cert_valid_time_longer_than_398_days",
      from: LintDate.days398, until: nil)
    lifetime(
      199, .warn, .baseline, "BR 6.3.2", "w_server_cert_valid_time_longer_than_199_days",
      from: LintDate.days200, until: LintDate.days100)
    lifetime(
      200, .error, .baseline, "BR 6.3.2", "e_server_cert_valid_time_longer_than_200_days",
      from: LintDate.days200, until: LintDate.days100)
    lifetime(
      99, .warn, .baseline, "BR 6.3.2", "w_server_cert_valid_time_longer_than_99_days",
      from: LintDate.days100, until: LintDate.days47)
    lifetime(
      100, .error, .baseline, "BR 6.3.2", "e_server_cert_valid_time_longer_than_100_days",
      from: LintDate.days100, until: LintDate.days47)
    lifetime(
      46, .warn, .baseline, "BR 6.3.2", "w_server_cert_valid_time_longer_than_46_days", from: LintDate.days47,
      until: nil)
    lifetime(
      47, .error, .baseline, "BR 6.3.2", "e_server_cert_valid_time_longer_than_47_days", from: LintDate.days47,
      until: nil)
    CertificateLint(
      "validity-form-by-year", .error, .standard, "RFC 5280 4.1.2.5", zlint: "e_wrong_time_format_pre2050",
      from: LintDate.rfc2459, rule: "times before 2050 are written as UTCTime",
      holds: { certificate in
        certificate.generalizedTimes.allSatisfy {
          LintedTime.instant($0).map { $0 >= LintDate.generalizedTime } ?? true
        }
      })
    CertificateLint(
      "utc-time-seconds", .error, .standard, "RFC 5280 4.1.2.5.1", zlint: "e_utc_time_does_not_include_seconds",
      from: LintDate.rfc2459, rule: "a UTCTime has seconds", applies: { !$0.utcTimes.isEmpty },
      holds: { $0.utcTimes.allSatisfy { [13, 17].contains($0.element.content.count) } })
    CertificateLint(
      "utc-time-zulu", .error, .standard, "RFC 5280 4.1.2.5.1", zlint: "e_utc_time_not_in_zulu",
      from: LintDate.rfc2459, rule: "a UTCTime is one of Greenwich", applies: { !$0.utcTimes.isEmpty },
      holds: { $0.utcTimes.allSatisfy(\.isZulu) })
    CertificateLint(
      "generalized-time-seconds", .error, .standard, "RFC 5280 4.1.2.5.2",
      zlint: "e_generalized_time_does_not_include_seconds", from: LintDate.rfc2459,
      rule: "a GeneralizedTime has seconds", applies: { !$0.generalizedTimes.isEmpty },
      holds: { $0.generalizedTimes.allSatisfy { $0.element.content.count >= $0.lengthWithSeconds } })
    CertificateLint(
      "generalized-time-whole-seconds", .error, .standard, "RFC 5280 4.1.2.5.2",
      zlint: "e_generalized_time_includes_fraction_seconds", from: LintDate.rfc2459,
      rule: "a GeneralizedTime has no fractions of a second", applies: { !$0.generalizedTimes.isEmpty },
      holds: { $0.generalizedTimes.allSatisfy { $0.element.content.count <= $0.lengthWithSeconds } })
    CertificateLint(
      "generalized-time-zulu", .error, .standard, "RFC 5280 4.1.2.5.2", zlint: "e_generalized_time_not_in_zulu",
      from: LintDate.rfc2459, rule: "a GeneralizedTime is one of Greenwich",
      applies: { !$0.generalizedTimes.isEmpty }, holds: { $0.generalizedTimes.allSatisfy(\.isZulu) })
  }

  /// Lives no longer than so many days of 86,400 seconds, both ends included.
  private static func lifetime(
    _ days: Int, _ level: Level, _ authority: Authority, _ source: String, _ zlint: String, from effective: Instant,
    until ineffective: Instant?
  ) -> CertificateLint {
    CertificateLint(
      "validity-\(days)-days", authority, source, zlint: zlint, from: effective, until: ineffective,
      rule: "the certificate is valid for no more than \(days) days",
      applies: { $0.isForServers && !$0.isCA },
      verdict: { certificate in
        guard certificate.seconds > days * 86400 else { return .keeps }
        return .breaks(level.status, "it is valid for \((certificate.seconds + 86399) / 86400) days")
      })
  }
}

extension LintedCertificate {
  var times: [X509Time] { [certificate.notBefore, certificate.notAfter] }
  var utcTimes: [X509Time] { times.filter { $0.form == .utcTime } }
  var generalizedTimes: [X509Time] { times.filter { $0.form == .generalizedTime } }
}

extension X509Time {
  var isZulu: Bool { element.content.last == UInt8(ascii: "Z") }

  /// How long a GeneralizedTime with seconds and without fractions is, given how it says where it is.
  var lengthWithSeconds: Int {
    let octets = element.content
    if isZulu { return 15 }
    let sign = octets.dropLast(4).last
    return octets.count >= 5 && sign == UInt8(ascii: "-") || octets.last == UInt8(ascii: "+") ? 19 : 14
  }
}
