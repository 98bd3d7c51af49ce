import Certificates
import Testing

@Suite("Object identifiers")
struct ObjectIdentifierTests {
  @Test("figures and octets say the same")
  func figures() {
    #expect(OID.rsaEncryption.octets == [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 1])
    #expect(OID.rsaEncryption.dotted == "1.2.840.113549.1.1.1")
    #expect(OID.anyPolicy.dotted == "2.5.29.32.0")
    #expect(OID("2.999.3").dotted == "2.999.3")
  }

  @Test("what is not well formed says so", arguments: [[], [0x80, 1], [0x2A, 0x86], [0x2A, 0x80, 1]] as [[UInt8]])
  func malformed(octets: [UInt8]) {
    #expect(!OID(octets: octets).isWellFormed)
    _ = OID(octets: octets).dotted
  }

  @Test("an arc beyond 64 bits is kept and shown as unknown")
  func endless() {
    let endless = OID(octets: [0x2A] + [UInt8](repeating: 0xFF, count: 1000) + [0x7F])
    #expect(endless.isWellFormed)
    #expect(endless.dotted == "1.2.?")
  }
}
