/// The subject's alternative names.
extension CertificateLint {
  @LintList static var alternativeNames: [CertificateLint] {
    CertificateLint(
      "names-present", .error, .baseline, "BR 7.1.4.2.1", zlint: "e_ext_san_missing", from: LintDate.baseline,
      rule: "the certificate has alternative names", applies: { !$0.isCA }, holds: { $0.has(.subjectAlternativeName) })
    CertificateLint(
      "names-not-empty", .error, .standard, "RFC 5280 4.2.1.6", zlint: "e_ext_san_no_entries", from: LintDate.rfc2459,
      rule: "the list of alternative names is not empty", applies: { $0.has(.subjectAlternativeName) },
      holds: { !$0.value(.subjectAlternativeName).isEmptySequence })
    CertificateLint(
      "name-not-empty", .error, .standard, "RFC 5280 4.2.1.6", zlint: "e_ext_san_empty_name", from: LintDate.rfc2459,
      rule: "no alternative name is empty", applies: { $0.has(.subjectAlternativeName) },
      holds: { $0.subjectNames.elements.allSatisfy { !$0.content.isEmpty } })
    CertificateLint(
      "names-critical-without-subject", .error, .standard, "RFC 5280 4.2.1.6",
      zlint: "e_ext_san_not_critical_without_subject", from: LintDate.rfc2459,
      rule: "the alternative names are critical where the subject is empty",
      applies: { $0.has(.subjectAlternativeName) },
      holds: { !$0.subject.isEmpty || $0.isCritical(.subjectAlternativeName) })
    CertificateLint(
      "names-not-critical-with-subject", .warn, .baseline, "RFC 5280 4.2.1.6",
      zlint: "w_ext_san_critical_with_subject_dn", from: LintDate.rfc5280,
      rule: "the alternative names are not critical where there is a subject",
      applies: { $0.has(.subjectAlternativeName) },
      holds: { $0.subject.isEmpty || !$0.isCritical(.subjectAlternativeName) })
    CertificateLint(
      "dns-name-ascii", .error, .standard, "RFC 5280 4.2.1.6", zlint: "e_ext_san_dns_not_ia5_string",
      from: LintDate.rfc2459, rule: "DNS names are ASCII", applies: { $0.has(.subjectAlternativeName) },
      holds: { $0.dnsNames.allSatisfy(\.isASCII) })
    CertificateLint(
      "dns-name-not-blank", .error, .standard, "RFC 5280 4.2.1.6", zlint: "e_ext_san_space_dns_name",
      from: LintDate.rfc2459, rule: "no DNS name is a blank", applies: { $0.has(.subjectAlternativeName) },
      holds: { !$0.dnsNames.contains([0x20]) })
    CertificateLint(
      "uri-ascii", .error, .standard, "RFC 5280 4.2.1.6", zlint: "e_ext_san_uri_not_ia5", from: LintDate.rfc5280,
      rule: "URIs among the alternative names are ASCII", applies: { $0.has(.subjectAlternativeName) },
      holds: { $0.subjectNames.uris.allSatisfy(\.isASCII) })
    CertificateLint(
      "uri-absolute", .error, .standard, "RFC 5280 4.2.1.6", zlint: "e_ext_san_uri_relative", from: LintDate.rfc5280,
      rule: "URIs among the alternative names are absolute", applies: { $0.has(.subjectAlternativeName) },
      holds: { $0.subjectNames.uris.allSatisfy { $0.uriScheme.map { !$0.isEmpty } ?? false } })
    onlyServerNames("directory-name", 4, "e_ext_san_directory_name_present")
    onlyServerNames("edi-party-name", 5, "e_ext_san_edi_party_name_present")
    onlyServerNames("other-name", 0, "e_ext_san_other_name_present")
    onlyServerNames("registered-identifier", 8, "e_ext_san_registered_id_present")
    onlyServerNames("email-address", 1, "e_ext_san_rfc822_name_present")
    onlyServerNames("uri", 6, "e_ext_san_uniform_resource_identifier_present")
    CertificateLint(
      "dns-name-once", .notice, .practice, "good practice", zlint: "n_san_dns_name_duplicate", from: nil,
      rule: "no DNS name occurs twice", applies: { $0.has(.subjectAlternativeName) },
      holds: { Set($0.dnsNames.map(\.lowercasedASCII)).count == $0.dnsNames.count })
    CertificateLint(
      "dns-name-bare-wildcard", .error, .practice, "good practice", zlint: "e_san_bare_wildcard", from: nil,
      rule: "no DNS name ends with a wildcard", applies: { $0.has(.subjectAlternativeName) },
      holds: { !$0.dnsNames.contains { $0.last == UInt8(ascii: "*") } })
    CertificateLint(
      "dns-name-wildcard-first", .error, .practice, "good practice", zlint: "e_san_wildcard_not_first", from: nil,
      rule: "a wildcard is the first character of a DNS name", applies: { $0.has(.subjectAlternativeName) },
      holds: { !$0.dnsNames.contains { $0.dropFirst().contains(UInt8(ascii: "*")) } })
    CertificateLint(
      "dns-name-leading-period", .error, .practice, "good practice", zlint: "e_san_dns_name_starts_with_period",
      from: nil,
      rule: "no DNS name begins with a period", applies: { $0.has(.subjectAlternativeName) },
      holds: { !$0.dnsNames.contains { $0.first == UInt8(ascii: ".") } })
    CertificateLint(
      "dns-name-null", .error, .practice, "good practice", zlint: "e_san_dns_name_includes_null_char", from: nil,
      rule: "no DNS name contains a null character", applies: { $0.has(.subjectAlternativeName) },
      holds: { !$0.dnsNames.contains { $0.contains(0) } })
  }

  private static func onlyServerNames(_ name: String, _ tag: UInt32, _ zlint: String) -> CertificateLint {
    CertificateLint(
      "names-no-\(name)", .error, .baseline, "BR 7.1.4.2.1", zlint: zlint, from: LintDate.baseline,
      rule: "there is no \(name) among the alternative names", applies: { $0.has(.subjectAlternativeName) },
      holds: { !$0.subjectNames.kinds.contains(tag) })
  }

  /// The issuer's alternative names.
  @LintList static var issuerAlternativeNames: [CertificateLint] {
    CertificateLint(
      "issuer-names-not-critical", .warn, .standard, "RFC 5280 4.2.1.7", zlint: "w_ext_ian_critical",
      from: LintDate.rfc2459, rule: "the issuer's alternative names are not critical",
      applies: { $0.has(.issuerAlternativeName) }, holds: { !$0.isCritical(.issuerAlternativeName) })
    CertificateLint(
      "issuer-names-not-empty", .error, .standard, "RFC 5280 4.2.1.7", zlint: "e_ext_ian_no_entries",
      from: LintDate.rfc2459, rule: "the list of the issuer's alternative names is not empty",
      applies: { $0.has(.issuerAlternativeName) }, holds: { !$0.value(.issuerAlternativeName).isEmptySequence })
    CertificateLint(
      "issuer-name-not-empty", .error, .standard, "RFC 5280 4.2.1.7", zlint: "e_ext_ian_empty_name",
      from: LintDate.rfc2459, rule: "no alternative name of the issuer is empty",
      applies: { $0.has(.issuerAlternativeName) },
      holds: { $0.issuerNames.elements.allSatisfy { !$0.content.isEmpty } })
    CertificateLint(
      "issuer-dns-name-ascii", .error, .standard, "RFC 5280 4.2.1.7", zlint: "e_ext_ian_dns_not_ia5_string",
      from: LintDate.rfc2459, rule: "the issuer's DNS names are ASCII", applies: { $0.has(.issuerAlternativeName) },
      holds: { $0.issuerNames.dns.allSatisfy(\.isASCII) })
    CertificateLint(
      "issuer-dns-name-not-blank", .error, .standard, "RFC 5280 4.2.1.6", zlint: "e_ext_ian_space_dns_name",
      from: LintDate.rfc2459, rule: "no DNS name of the issuer is a blank",
      applies: { $0.has(.issuerAlternativeName) }, holds: { !$0.issuerNames.dns.contains([0x20]) })
    CertificateLint(
      "issuer-uri-absolute", .error, .standard, "RFC 5280 4.2.1.7", zlint: "e_ext_ian_uri_relative",
      from: LintDate.rfc5280, rule: "URIs among the issuer's alternative names are absolute",
      applies: { $0.has(.issuerAlternativeName) },
      holds: { $0.issuerNames.uris.allSatisfy { $0.uriScheme.map { !$0.isEmpty } ?? false } })
    CertificateLint(
      "issuer-dns-name-bare-wildcard", .error, .practice, "good practice", zlint: "e_ian_bare_wildcard", from: nil,
      rule: "no DNS name of the issuer ends with a wildcard", applies: { $0.has(.issuerAlternativeName) },
      holds: { !$0.issuerNames.dns.contains { $0.last == UInt8(ascii: "*") } })
    CertificateLint(
      "issuer-dns-name-wildcard-first", .error, .practice, "good practice", zlint: "e_ian_wildcard_not_first",
      from: nil,
      rule: "a wildcard is the first character of the issuer's DNS names",
      applies: { $0.has(.issuerAlternativeName) },
      holds: { !$0.issuerNames.dns.contains { $0.dropFirst().contains(UInt8(ascii: "*")) } })
  }
}

extension [UInt8] {
  var isASCII: Bool { allSatisfy { $0 < 0x80 } }

  /// The scheme of a URI in lower case, empty for a relative reference; nil where the octets are no URI at all.
  var uriScheme: String? {
    guard allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { return nil }
    var scheme: [UInt8] = []
    for (index, octet) in enumerated() {
      if octet == UInt8(ascii: ":") {
        guard index > 0 else { return nil }
        guard hasSoundAuthority(after: index + 1), hasSoundEscapes(after: index + 1) else { return nil }
        return String(decoding: scheme.lowercasedASCII, as: UTF8.self)
      }
      let isFirst = index == 0
      guard octet.isLetterOrDigit && (!isFirst || octet > 57) || (!isFirst && "+-.".utf8.contains(octet)) else {
        return ""
      }
      scheme.append(octet)
    }
    return ""
  }

  /// Whether every percent sign in the path and the fragment of what follows has two hexadecimal digits behind it. What
  /// begins with no slash has no path in this sense.
  private func hasSoundEscapes(after start: Int) -> Bool {
    let rest = self[start...]
    let end = rest.firstIndex { "?#".utf8.contains($0) } ?? rest.endIndex
    let path = rest.first == UInt8(ascii: "/") ? rest[..<end] : []
    let fragment = rest.firstIndex(of: UInt8(ascii: "#")).map { rest[$0...] } ?? []
    return [path, fragment].allSatisfy { part in
      part.indices.allSatisfy { index in
        guard part[index] == UInt8(ascii: "%") else { return true }
        let digits = part[(index + 1)...].prefix(2)
        return digits.count == 2 && digits.allSatisfy { Unicode.Scalar($0).properties.isASCIIHexDigit }
      }
    }
  }

  /// Whether what follows is no authority, or one whose host has only characters that hosts may have.
  private func hasSoundAuthority(after start: Int) -> Bool {
    let rest = self[start...]
    guard rest.starts(with: "//".utf8) else { return true }
    let authority = rest.dropFirst(2).prefix { !"/?#".utf8.contains($0) }
    let host = authority.lastIndex(of: UInt8(ascii: "@")).map { authority[($0 + 1)...] } ?? authority
    guard host.allSatisfy({ $0 >= 0x80 || $0.isLetterOrDigit || "-_.~!$&'()*+,;=:[]<>\"%".utf8.contains($0) }) else {
      return false
    }
    guard host.first != UInt8(ascii: "["), let colon = host.lastIndex(of: UInt8(ascii: ":")) else { return true }
    return host[(colon + 1)...].allSatisfy { (48...57).contains($0) }
  }
}

extension ArraySlice<UInt8> {
  /// Whether it is a sequence without members, or too short to be anything.
  var isEmptySequence: Bool { count < 2 || elementsEqual([0x30, 0]) }
}
