/// The form of server names.
extension CertificateLint {
  @LintList static var dnsNames: [CertificateLint] {
    CertificateLint(
      "dns-labels-not-empty", .error, .standard, "RFC 5280 4.2.1.6", zlint: "e_rfc_dnsname_empty_label",
      from: LintDate.rfc5280, rule: "DNS names have no empty label", applies: { $0.isSubscriber && $0.hasServerNames },
      holds: { !$0.dnsNames.contains { $0.labels.contains([]) } })
    CertificateLint(
      "dns-labels-length", .error, .standard, "RFC 5280 4.2.1.6", zlint: "e_rfc_dnsname_label_too_long",
      from: LintDate.rfc5280, rule: "labels of DNS names have at most 63 octets",
      applies: { $0.isSubscriber && $0.hasServerNames },
      holds: { !$0.dnsNames.contains { $0.labels.contains { $0.count > 63 } } })
    CertificateLint(
      "server-labels-not-empty", .error, .baseline, "BR 7.1.4.2", zlint: "e_dnsname_empty_label",
      from: LintDate.baseline, rule: "server names have no empty label",
      applies: { $0.isSubscriber && $0.hasServerNames },
      holds: { !$0.serverNames.contains { $0.labels.contains([]) } })
    CertificateLint(
      "server-labels-length", .error, .baseline, "BR 7.1.4.2", zlint: "e_dnsname_label_too_long",
      from: LintDate.baseline, rule: "labels of server names have at most 63 octets",
      applies: { $0.isSubscriber && $0.hasServerNames },
      holds: { !$0.serverNames.contains { $0.labels.contains { $0.count > 63 } } })
    CertificateLint(
      "server-name-characters", .error, .baseline, "BR 7.1.4.2", zlint: "e_dnsname_bad_character_in_label",
      from: LintDate.baseline, rule: "server names are made of letters, digits, hyphens, underscores and wildcards",
      applies: { $0.isSubscriber && $0.hasServerNames }, holds: { $0.serverNames.allSatisfy(\.hasLabelCharacters) })
    CertificateLint(
      "wildcard-alone-in-label", .error, .baseline, "BR 1.6.1", zlint: "e_dnsname_left_label_wildcard_correct",
      from: LintDate.baseline, rule: "a wildcard is the whole first label",
      holds: {
        !($0.dnsNames + [$0.commonName]).contains {
          let first = $0.labels.first ?? []
          return first.contains(UInt8(ascii: "*")) && first.count > 1
        }
      })
    CertificateLint(
      "wildcard-first-label", .error, .baseline, "BR 1.6.1", zlint: "e_dnsname_wildcard_only_in_left_label",
      from: LintDate.baseline, rule: "a wildcard stands in no label but the first",
      holds: {
        !($0.dnsNames + [$0.commonName]).contains {
          $0.labels.dropFirst().contains { $0.contains(UInt8(ascii: "*")) }
        }
      })
    CertificateLint(
      "dns-name-no-underscore-before-2018", .error, .baseline, "BR 7.1.4.2.1", zlint: "e_no_underscores_before_1_6_2",
      from: nil, until: LintDate.baseline162, rule: "DNS names have no underscore",
      applies: { $0.isSubscriber && $0.hasServerNames },
      holds: { !$0.dnsNames.contains { $0.contains(UInt8(ascii: "_")) } })
    CertificateLint(
      "dns-name-no-underscore", .error, .baseline, "BR 7.1.4.2.1", zlint: "e_underscore_not_permissible_in_dnsname",
      from: LintDate.underscoreSunset, rule: "DNS names have no underscore",
      applies: { $0.isSubscriber && $0.hasServerNames },
      holds: { !$0.dnsNames.contains { $0.contains(UInt8(ascii: "_")) } })
    CertificateLint(
      "dns-label-not-reserved", .error, .baseline, "BR 7.1.4.2.1",
      zlint: "e_dnsname_contains_prohibited_reserved_label", from: LintDate.reservedLabels,
      rule: "no label of a DNS name has hyphens in third and fourth place, unless it begins with xn--",
      applies: { $0.isSubscriber && $0.hasServerNames },
      holds: { !$0.dnsNames.contains { $0.labels.contains(where: \.isReservedLabel) } })
    CertificateLint(
      "dns-name-not-redacted", .notice, .practice, "good practice", zlint: "n_contains_redacted_dnsname", from: nil,
      rule: "no server name has labels redacted to question marks", applies: { $0.isSubscriber },
      holds: { certificate in
        !(certificate.dnsNames + [certificate.commonName]).contains { name in
          (name.hasPrefix("*.") ? Array(name.dropFirst(2)) : name).hasPrefix("?.")
        }
      })
  }
}

extension [UInt8] {
  /// Whether every label, after a leading wildcard and redacted labels, has only characters that labels may have; the
  /// last may be empty.
  fileprivate var hasLabelCharacters: Bool {
    var name = self[...]
    if name.hasPrefix("*.") { name = name.dropFirst(2) }
    while name.hasPrefix("?.") { name = name.dropFirst(2) }
    let labels = name.labels
    return labels.dropLast().allSatisfy { !$0.isEmpty }
      && labels.allSatisfy { $0.allSatisfy { $0.isLetterOrDigit || "*_-".utf8.contains($0) } }
  }

  /// RFC 5890 section 2.3.1.
  fileprivate var isReservedLabel: Bool {
    count >= 4 && self[2] == UInt8(ascii: "-") && self[3] == UInt8(ascii: "-")
      && !lowercasedASCII.hasPrefix("xn--")
  }
}
