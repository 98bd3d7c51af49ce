import Certificates

/// Writes DER, and with the tags given by hand also what is none.
enum DER {
  static func element(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] { [tag] + length(content.count) + content }

  static func length(_ count: Int) -> [UInt8] {
    if count < 0x80 { return [UInt8(count)] }
    var octets: [UInt8] = []
    var rest = count
    while rest > 0 {
      octets.insert(UInt8(rest & 0xFF), at: 0)
      rest >>= 8
    }
    return [0x80 | UInt8(octets.count)] + octets
  }

  static func sequence(_ members: [UInt8]...) -> [UInt8] { element(0x30, members.flatMap { $0 }) }
  static func sequence(of members: [[UInt8]]) -> [UInt8] { element(0x30, members.flatMap { $0 }) }
  static func set(_ members: [UInt8]...) -> [UInt8] { element(0x31, members.flatMap { $0 }) }
  static func oid(_ identifier: OID) -> [UInt8] { element(0x06, identifier.octets) }
  static func integer(_ octets: [UInt8]) -> [UInt8] { element(0x02, octets) }
  static func boolean(_ value: Bool) -> [UInt8] { element(0x01, [value ? 0xFF : 0]) }
  static func octets(_ content: [UInt8]) -> [UInt8] { element(0x04, content) }
  static func bits(_ content: [UInt8], unused: UInt8 = 0) -> [UInt8] { element(0x03, [unused] + content) }
  static func utf8(_ text: String) -> [UInt8] { element(0x0C, Array(text.utf8)) }
  static func utcTime(_ text: String) -> [UInt8] { element(0x17, Array(text.utf8)) }
  static func generalizedTime(_ text: String) -> [UInt8] { element(0x18, Array(text.utf8)) }
  static let null: [UInt8] = [0x05, 0]
  /// A context-specific tag in constructed form.
  static func tagged(_ number: UInt8, _ content: [UInt8]) -> [UInt8] { element(0xA0 | number, content) }
  /// A context-specific tag in primitive form.
  static func implicit(_ number: UInt8, _ content: [UInt8]) -> [UInt8] { element(0x80 | number, content) }

  static func name(_ attributes: (OID, String)...) -> [UInt8] {
    sequence(of: attributes.map { set(sequence(oid($0.0), utf8($0.1))) })
  }
  static func name(common: String) -> [UInt8] { name((.commonName, common)) }

  static func dns(_ text: String) -> [UInt8] { implicit(2, Array(text.utf8)) }
  static func email(_ text: String) -> [UInt8] { implicit(1, Array(text.utf8)) }
  static func uri(_ text: String) -> [UInt8] { implicit(6, Array(text.utf8)) }
  static func ip(_ octets: [UInt8]) -> [UInt8] { implicit(7, octets) }
  static func directory(_ name: [UInt8]) -> [UInt8] { tagged(4, name) }

  static func names(_ names: [UInt8]...) -> [UInt8] { sequence(of: names) }
  static func purposes(_ purposes: OID...) -> [UInt8] { sequence(of: purposes.map { oid($0) }) }

  /// Bits by number.
  static func usage(_ bits: KeyUsage.Bit...) -> [UInt8] {
    var octets = [UInt8](repeating: 0, count: ((bits.map(\.rawValue).max() ?? 0) / 8) + 1)
    for bit in bits { octets[bit.rawValue / 8] |= 0x80 >> UInt8(bit.rawValue % 8) }
    guard !bits.isEmpty else { return DER.bits([]) }
    return DER.bits(octets, unused: UInt8(octets[octets.count - 1].trailingZeroBitCount))
  }

  static func authority(pathLength: UInt8? = nil) -> [UInt8] {
    sequence(boolean(true), pathLength.map { integer([$0]) } ?? [])
  }

  static func constraints(permitted: [[UInt8]] = [], excluded: [[UInt8]] = []) -> [UInt8] {
    sequence(
      permitted.isEmpty ? [] : tagged(0, permitted.flatMap { sequence($0) }),
      excluded.isEmpty ? [] : tagged(1, excluded.flatMap { sequence($0) }))
  }
}
