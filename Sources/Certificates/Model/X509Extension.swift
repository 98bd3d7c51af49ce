/// One extension of a certificate, a revocation list or an entry of one.
package struct X509Extension: Sendable, Hashable {
  /// The whole as encoded.
  package var element: DERElement
  package var identifier: OID
  package var isCritical: Bool
  /// Whether `critical` stands there as FALSE, which DER leaves out.
  package var hasEncodedFalse: Bool
  /// What the octet string holds.
  package var value: ArraySlice<UInt8>
  package var content: ExtensionContent

  /// Reads one. Throws where it is none; a value that cannot be read is kept as `ExtensionContent.malformed`.
  package init(_ element: DERElement) throws(DERFailure) {
    guard element.is(.sequence) else { throw DERFailure("an extension is no sequence", at: element.offset) }
    self.element = element
    var reader = DERReader(element.content)
    identifier = try reader.required("an extension").objectIdentifier("an extension")
    let flag = try reader.optional(.boolean)
    // Whatever is not 0 is true in BER; that it is not DER is an `EncodingFault`.
    isCritical = flag?.content.contains { $0 != 0 } ?? false
    hasEncodedFalse = flag != nil && !isCritical
    value = try reader.required(.octetString, "the value of an extension").content
    try reader.end(of: "an extension")
    content = ExtensionContent.decoded(identifier, value)
  }

  /// Reads a SEQUENCE of them, which must not be empty (RFC 5280 section 4.1).
  static func list(_ element: DERElement) throws(DERFailure) -> [X509Extension] {
    guard element.is(.sequence) else { throw DERFailure("the extensions are no sequence", at: element.offset) }
    var extensions: [X509Extension] = []
    for child in try element.children() { extensions.append(try X509Extension(child)) }
    return extensions
  }
}
