/// IP addresses.
extension CertificateLint {
  @LintList static var addresses: [CertificateLint] {
    CertificateLint(
      "address-not-reserved", .error, .baseline, "BR 7.1.4.2.1", zlint: "e_ext_san_contains_reserved_ip",
      from: LintDate.baseline, rule: "no address among the alternative names is a reserved one",
      applies: { $0.notAfter > LintDate.reservedAddresses },
      holds: { !$0.subjectNames.addresses.contains { ReservedAddresses.contain($0) } })
    CertificateLint(
      "common-name-not-reserved-address", .error, .baseline, "BR 7.1.4.2.1", zlint: "e_subject_contains_reserved_ip",
      from: LintDate.baseline, rule: "the common name is no reserved address",
      applies: { $0.notAfter > LintDate.reservedAddresses },
      holds: { !($0.commonName.address.map { ReservedAddresses.contain($0) } ?? false) })
  }
}

/// Addresses that belong to nobody on the Internet, by the registries of IANA.
enum ReservedAddresses {
  /// Whether an address of 4 or 16 octets is none that a host on the Internet can have.
  static func contain(_ octets: [UInt8]) -> Bool {
    let mapped = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]
    let octets = octets.count == 16 && octets.starts(with: mapped) ? Array(octets.suffix(4)) : octets
    return networks.contains { $0.base.count == octets.count && $0.contains(octets) }
  }

  private struct Network: Sendable {
    let base: [UInt8]
    let bits: Int

    init(_ text: String, _ bits: Int) {
      base = IPAddress.octets(text) ?? []
      self.bits = bits
    }

    func contains(_ octets: [UInt8]) -> Bool {
      for index in 0..<base.count {
        let count = min(8, max(0, bits - index * 8))
        let mask = count == 0 ? 0 : UInt8(truncatingIfNeeded: 0xFF << (8 - count))
        if base[index] & mask != octets[index] & mask { return false }
      }
      return true
    }
  }

  private static let networks: [Network] = [
    // This network, private use, shared address space, loopback, link-local.
    Network("0.0.0.0", 8), Network("10.0.0.0", 8), Network("172.16.0.0", 12), Network("192.168.0.0", 16),
    Network("100.64.0.0", 10), Network("127.0.0.0", 8), Network("169.254.0.0", 16),
    // Protocol assignments, documentation, benchmarking, anycast services.
    Network("192.0.0.0", 24), Network("192.0.2.0", 24), Network("198.51.100.0", 24), Network("203.0.113.0", 24),
    Network("198.18.0.0", 15), Network("192.31.196.0", 24), Network("192.175.48.0", 24), Network("192.52.193.0", 24),
    // Multicast, future use, broadcast.
    Network("224.0.0.0", 4), Network("240.0.0.0", 4),
    // IPv6: what IANA has not given out, unspecified and loopback.
    Network("::", 128), Network("::1", 128), Network("400::", 6), Network("800::", 5), Network("1000::", 4),
    Network("4000::", 3), Network("6000::", 3), Network("8000::", 3), Network("a000::", 3), Network("c000::", 3),
    Network("e000::", 4), Network("f000::", 5), Network("f800::", 6), Network("fe00::", 9),
    // Protocol assignments and translations, documentation, discard.
    Network("2001::", 23), Network("2001:db8::", 32), Network("2001:2::", 48), Network("2001:4:112::", 48),
    Network("2620:4f:8000::", 48), Network("2001:3::", 32), Network("2001:20::", 28), Network("2002::", 16),
    Network("64:ff9b::", 96), Network("64:ff9b:1::", 48), Network("100::", 64),
    // Unique local, link-local, multicast.
    Network("fc00::", 7), Network("fe80::", 10), Network("ff00::", 8),
  ]
}
