/// An OCSP response about one certificate (RFC 6960), taken apart as far as another can be made of it: the openssl command
/// writes none with extensions of a single answer.
struct OCSPResponse {
  /// One value in DER.
  private struct Element {
    var tag: UInt8
    var content: [UInt8]

    /// The values that stand in `octets` one after the other; what is no value ends them.
    static func all(in octets: [UInt8]) -> [Element] {
      var elements: [Element] = []
      var rest = octets[...]
      while let tag = rest.popFirst(), let first = rest.popFirst() {
        var length = Int(first)
        if first >= 0x80 {
          let width = Int(first & 0x7F)
          guard width <= 3, rest.count >= width else { break }
          length = rest.prefix(width).reduce(0) { $0 << 8 | Int($1) }
          rest.removeFirst(width)
        }
        guard rest.count >= length else { break }
        elements.append(Element(tag: tag, content: Array(rest.prefix(length))))
        rest.removeFirst(length)
      }
      return elements
    }

    var parts: [Element] { Element.all(in: content) }

    var encoding: [UInt8] {
      let count = content.count
      let length: [UInt8] =
        count < 0x80 ? [UInt8(count)] : [0x82, UInt8(truncatingIfNeeded: count >> 8), UInt8(truncatingIfNeeded: count)]
      return [tag] + length + content
    }

    init(tag: UInt8, content: [UInt8]) {
      self.tag = tag
      self.content = content
    }

    init(_ tag: UInt8, _ parts: Element...) { self.init(tag, of: parts) }

    init(_ tag: UInt8, of parts: [Element]) { self.init(tag: tag, content: parts.flatMap(\.encoding)) }
  }

  /// id-pkix-ocsp-basic.
  private let type: Element
  /// ResponseData, signature algorithm, signature, certificates.
  private let basic: [Element]

  /// Reads a response that has one single answer.
  init?(_ octets: [UInt8]) {
    guard let outer = Element.all(in: octets).first?.parts, outer.count == 2, let bytes = outer[1].parts.first?.parts,
      bytes.count == 2, let basic = bytes[1].parts.first?.parts, basic.count >= 3, basic[0].parts.count >= 3
    else { return nil }
    type = bytes[0]
    self.basic = basic
  }

  /// The part under the signature, with a list of timestamps beside the answer.
  func toBeSigned(carrying list: [UInt8]) -> [UInt8] {
    // 1.3.6.1.4.1.11129.2.4.5, the list for responses.
    let name = Element(tag: 0x06, content: [0x2B, 0x06, 0x01, 0x04, 0x01, 0xD6, 0x79, 0x02, 0x04, 0x05])
    let value = Element(0x04, Element(tag: 0x04, content: list))
    var parts = basic[0].parts
    parts[2] = Element(
      0x30,
      of: parts[2].parts.map { single in
        Element(0x30, of: single.parts + [Element(0xA1, Element(0x30, Element(0x30, name, value)))])
      })
    return Element(0x30, of: parts).encoding
  }

  /// The whole response around a part that was signed anew.
  func encoding(of signed: [UInt8], signature: [UInt8]) -> [UInt8] {
    let parts = Element.all(in: signed) + [basic[1], Element(tag: 0x03, content: [0] + signature)] + basic.dropFirst(3)
    let bytes = Element(0x30, type, Element(0x04, Element(0x30, of: parts)))
    return Element(0x30, Element(tag: 0x0A, content: [0]), Element(0xA0, bytes)).encoding
  }
}
