/// Where the issuer's certificate and its OCSP responder are.
extension CertificateLint {
  @LintList static var issuerAccess: [CertificateLint] {
    CertificateLint(
      "issuer-certificate-fetchable", .warn, .standard, "RFC 5280 4.2.2.1",
      zlint: "w_ext_aia_access_location_missing", from: LintDate.rfc5280,
      rule: "the issuer's certificate can be had by HTTP or LDAP", applies: { !$0.urls(.accessCAIssuers).isEmpty },
      holds: {
        $0.urls(.accessCAIssuers).contains {
          $0.lowercasedASCII.hasPrefix("http://") || $0.lowercasedASCII.hasPrefix("ldap://")
        }
      })
    CertificateLint(
      "subscriber-access-present", .error, .baseline, "BR 7.1.2.3", zlint: "e_sub_cert_aia_missing",
      from: LintDate.baseline, rule: "a server's certificate says where more about its issuer is",
      applies: { !$0.isCA }, holds: { $0.has(.authorityInformationAccess) })
    CertificateLint(
      "subscriber-access-not-critical", .error, .baseline, "BR 7.1.2.3", zlint: "e_sub_cert_aia_marked_critical",
      from: LintDate.baseline, rule: "where more about the issuer is is not critical",
      applies: { $0.isSubscriber && $0.has(.authorityInformationAccess) },
      holds: { !$0.isCritical(.authorityInformationAccess) })
    CertificateLint(
      "subscriber-responder", .error, .baseline, "BR 7.1.2.3", zlint: "e_sub_cert_aia_does_not_contain_ocsp_url",
      from: LintDate.baseline, until: LintDate.baseline200,
      rule: "a server's certificate names an OCSP responder by HTTP", applies: { !$0.isCA },
      holds: { $0.urls(.accessOCSP).contains { $0.hasPrefix("http://") } })
    CertificateLint(
      "subscriber-issuer-certificate", .warn, .baseline, "BR 7.1.2.3",
      zlint: "w_sub_cert_aia_does_not_contain_issuing_ca_url", from: LintDate.baseline,
      rule: "a server's certificate says where its issuer's can be had by HTTP", applies: { $0.isSubscriber },
      holds: { $0.urls(.accessCAIssuers).contains { $0.hasPrefix("http://") } })
    CertificateLint(
      "subordinate-access-not-critical", .error, .baseline, "BR 7.1.2.2", zlint: "e_sub_ca_aia_marked_critical",
      from: nil, rule: "where more about the issuer of a subordinate authority is is not critical",
      applies: { $0.isSubordinateCA && $0.has(.authorityInformationAccess) },
      holds: { !$0.isCritical(.authorityInformationAccess) })
    CertificateLint(
      "subordinate-issuer-certificate", .warn, .baseline, "BR 7.1.2.2",
      zlint: "w_sub_ca_aia_does_not_contain_issuing_ca_url", from: LintDate.baseline, until: LintDate.baseline200,
      rule: "a subordinate authority says where its issuer's certificate can be had by HTTP",
      applies: { $0.isSubordinateCA }, holds: { $0.urls(.accessCAIssuers).contains { $0.hasPrefix("http://") } })
    CertificateLint(
      "issuer-certificate-only-http", .error, .baseline, "BR 7.1.2.7.7", zlint: "e_aia_ca_issuers_must_have_http_only",
      from: LintDate.baseline200, rule: "the issuer's certificate is had by plain HTTP alone",
      applies: { !$0.urls(.accessCAIssuers).isEmpty && $0.isSubscriber },
      holds: { $0.urls(.accessCAIssuers).allSatisfy { $0.uriScheme == "http" } })
    CertificateLint(
      "responder-only-http", .error, .baseline, "BR 7.1.2.7.7", zlint: "e_aia_ocsp_must_have_http_only",
      from: LintDate.baseline200, rule: "the OCSP responder is asked by plain HTTP alone",
      applies: { !$0.urls(.accessOCSP).isEmpty && $0.isSubscriber },
      holds: { $0.urls(.accessOCSP).allSatisfy { $0.uriScheme == "http" } })
    CertificateLint(
      "access-methods", .error, .baseline, "BR 7.1.2.7.7", zlint: "e_aia_must_contain_permitted_access_method",
      from: LintDate.baseline200, rule: "only OCSP responders and issuers' certificates are named, by URLs",
      applies: { $0.isSubscriber && $0.has(.authorityInformationAccess) },
      holds: {
        $0.accessDescriptions.allSatisfy {
          $0.url != nil && ($0.method == .accessOCSP || $0.method == .accessCAIssuers)
        }
      })
    CertificateLint(
      "access-places-once", .error, .baseline, "BR 7.1.2.7.7", zlint: "e_aia_unique_access_locations",
      from: LintDate.baseline200, rule: "no place is named twice for the same thing",
      applies: { $0.isSubscriber && !($0.urls(.accessOCSP) + $0.urls(.accessCAIssuers)).isEmpty },
      holds: { certificate in
        [OID.accessOCSP, .accessCAIssuers].allSatisfy { method in
          let urls = certificate.urls(method).map(\.lowercasedASCII)
          return Set(urls).count == urls.count
        }
      })
  }
}
