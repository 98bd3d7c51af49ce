/// The serial number.
extension CertificateLint {
  @LintList static var serial: [CertificateLint] {
    CertificateLint(
      "serial-length", .error, .standard, "RFC 5280 4.1.2.2", zlint: "e_serial_number_longer_than_20_octets",
      from: LintDate.rfc3280, rule: "the serial number is no longer than 20 octets",
      holds: { $0.certificate.serial.count <= 20 })
    CertificateLint(
      "serial-positive", .error, .standard, "RFC 5280 4.1.2.2", zlint: "e_serial_number_not_positive",
      from: LintDate.rfc3280, rule: "the serial number is greater than zero",
      holds: { $0.certificate.serial.isPositiveInteger })
  }
}

extension [UInt8] {
  /// Whether these content octets of an INTEGER are a number above zero.
  var isPositiveInteger: Bool { (first ?? 0) < 0x80 && contains { $0 != 0 } }
}
