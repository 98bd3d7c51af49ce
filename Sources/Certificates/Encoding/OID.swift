/// An object identifier (X.660), kept as the content octets of its DER form so that any of them, however long, is a value.
package struct OID: Sendable, Hashable {
  /// The content octets, base 128.
  package let octets: [UInt8]

  /// The identifier with these content octets; whether they are well formed says `isWellFormed`.
  package init(octets: some Collection<UInt8>) { self.octets = Array(octets) }

  /// Whether the octets are DER: not empty, no arc with a leading 0x80, the last arc ended.
  package var isWellFormed: Bool {
    guard let last = octets.last, last & 0x80 == 0 else { return false }
    var isStart = true
    for octet in octets {
      if isStart, octet == 0x80 { return false }
      isStart = octet & 0x80 == 0
    }
    return true
  }

  /// Figures and dots, `2.5.29.17`; an arc beyond 64 bits, or what is not well formed, as `?` in its place.
  package var dotted: String {
    var arcs: [String] = []
    var arc: UInt64 = 0
    var hasOverflowed = false
    for octet in octets {
      if arc >> 57 != 0 { hasOverflowed = true }
      arc = arc << 7 | UInt64(octet & 0x7F)
      guard octet & 0x80 == 0 else { continue }
      if arcs.isEmpty, !hasOverflowed {
        let first = min(arc / 40, 2)
        arcs = [String(first), String(arc - first * 40)]
      } else {
        arcs.append(hasOverflowed ? "?" : String(arc))
      }
      arc = 0
      hasOverflowed = false
    }
    if octets.last.map({ $0 & 0x80 != 0 }) ?? true { arcs.append("?") }
    return arcs.joined(separator: ".")
  }
}

extension OID: CustomStringConvertible {
  /// As `dotted`.
  package var description: String { dotted }
}

extension OID: ExpressibleByStringLiteral {
  /// The identifier in figures and dots. Only for constants: what is no identifier yields one that equals no other's.
  package init(stringLiteral text: String) {
    let arcs = text.split(separator: ".").compactMap { UInt64($0) }
    guard arcs.count >= 2 else {
      octets = []
      return
    }
    var octets: [UInt8] = []
    for arc in [arcs[0] * 40 + arcs[1]] + arcs.dropFirst(2) {
      var groups = [UInt8(arc & 0x7F)]
      var rest = arc >> 7
      while rest > 0 {
        groups.append(UInt8(rest & 0x7F) | 0x80)
        rest >>= 7
      }
      octets += groups.reversed()
    }
    self.octets = octets
  }
}
