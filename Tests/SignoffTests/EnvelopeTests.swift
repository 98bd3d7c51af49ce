import SeededRandomness
import Testing

@testable import Signoff

@Suite struct EnvelopeTests {
  /// The example of the specification: a key on P-256 and a signature as two numbers side by side.
  @Test func theExampleOfTheSpecificationHolds() throws {
    let envelope = try Envelope(
      Array(
        """
        {"payload": "aGVsbG8gd29ybGQ=", "payloadType": "http://example.com/HelloWorld", "signatures": [{"sig":
        "A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA=="}]}
        """.utf8))
    #expect(
      envelope.encoding == Array("DSSEv1 29 http://example.com/HelloWorld 11 hello world".utf8))
    let key = try Self.specificationKey
    #expect(envelope.signers(among: [key]) == [key])

    for bit in 0..<8 * envelope.payload.count {
      var changed = envelope
      changed.payload[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(changed.signers(among: [key]).isEmpty)
    }
    for bit in 0..<8 * 64 {
      var changed = envelope
      changed.signatures[0].octets[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(changed.signers(among: [key]).isEmpty)
    }
    var type = Array(envelope.payloadType.utf8)
    for index in type.indices {
      type[index] ^= 1
      var changed = envelope
      changed.payloadType = String(decoding: type, as: UTF8.self)
      #expect(changed.signers(among: [key]).isEmpty)
      type[index] ^= 1
    }
  }

  /// The coordinates stand in the specification as decimal numbers.
  private static var specificationKey: SSHPublicKey {
    get throws {
      var writer = SSHWriter()
      writer.string("ecdsa-sha2-nistp256")
      writer.string("nistp256")
      writer.string(
        [4] + octets("46950820868899156662930047687818585632848591499744589407958293238635476079160")
          + octets("5640078356564379163099075877009565129882514886557779369047442380624545832820"))
      return try SSHPublicKey(blob: writer.octets)
    }
  }

  private static func octets(_ decimal: String) -> [UInt8] {
    var octets = [UInt8](repeating: 0, count: 32)
    for digit in decimal.utf8 {
      var carry = Int(digit) - 48
      for index in octets.indices.reversed() {
        carry += 10 * Int(octets[index])
        octets[index] = UInt8(carry & 255)
        carry >>= 8
      }
    }
    return octets
  }

  private static let type = "application/vnd.in-toto+json"
  private static let statement = "eyJfdHlwZSI6Imh0dHBzOi8vaW4tdG90by5pby9TdGF0ZW1lbnQvdjEifQ=="
  private static let first = "2WAfaHm5jluo0w+0rk8uVkluELJYWjSmU9x7EUzx+AyteDGJ4/nqyJXfmAUVFIAoQafWm7AxBZNw5M9ixNHiCA=="
  private static let second = "c1+67/aT0yqEpwx8PsVY3MLHsj9D0CZ014/Fv/QlG59P+9CobUZ7xECJ/V3USG0Ob9CiE5LjReEZUzNF2l7eBw=="

  /// The vectors of the specification's repository, with the keys A and B of RFC 8032: how many of them signed.
  @Test(arguments: [
    (statement, type, [first], 1),
    (
      "-_-_Pj8=", type, ["P-_KHICeR7tI6S_YyejJTRtrXhcQyQ2LYPaL8h90KjC9qN8HU_svOQ6TuDOT1HIrsGW886DbWNWcCmX5twLrAw=="],
      1
    ),
    (statement, "application/vnd.example.other+json", [first], 0),
    (
      statement, "application/vnd.exämple+json",
      ["xmSk/ug66ysT7ayhkCIjhAq42zgZXSsEWuzUaNL7w2eGAdF/NU6/fRXPtmfN+5DNSAs5/i2lUnHjbbjPsu0tAw=="], 1
    ),
    ("", type, ["gSggCAaTLTYyRH6FIDBem6meyIynsYy8RTHVzwx9tnTb7Bg/1jMWnuVgI/gffqmbsC2VX5/jHfkkDqsj7CDbDg=="], 1),
    (statement, type, [first, second], 2),
    (statement, type, [first, first], 1),
  ]) func theVectorsOfTheSpecificationHold(_ payload: String, _ type: String, _ signatures: [String], _ count: Int)
    throws
  {
    let list = signatures.map { "{\"sig\":\"\($0)\",\"unknown\":[]}" }.joined(separator: ",")
    let text = "{\"payload\":\"\(payload)\",\"payloadType\":\"\(type)\",\"signatures\":[\(list)],\"more\":1}"
    let keys = try [
      "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
      "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    ].map { digits in
      var writer = SSHWriter()
      writer.string("ssh-ed25519")
      writer.string(try #require(Samples.octets(digits)))
      return try SSHPublicKey(blob: writer.octets)
    }
    #expect(try Envelope(Array(text.utf8)).signers(among: keys).count == count)
  }

  @Test(arguments: [
    "", "{}", "[]", "{\"payload\":\"\",\"payloadType\":\"a\",\"signatures\":[]}",
    "{\"payload\":\"!\",\"payloadType\":\"a\",\"signatures\":[{\"sig\":\"\"}]}",
    "{\"payload\":\"\",\"payloadType\":1,\"signatures\":[{\"sig\":\"\"}]}",
    "{\"payload\":\"\",\"payloadType\":\"a\",\"signatures\":[{}]}",
    "{\"payload\":\"\",\"payload\":\"\",\"payloadType\":\"a\",\"signatures\":[{\"sig\":\"\"}]}",
  ]) func whatIsNoEnvelopeIsRefused(_ text: String) {
    #expect(throws: Envelope.Refusal.self) { try Envelope(Array(text.utf8)) }
  }

  @Test(arguments: [1, 2]) func ourOwnSignatureOnEitherKindOfKeyHolds(_ number: Int) throws {
    let person = number == 1 ? Samples.person(5) : Samples.personOnP256(5)
    let payload = Array("payload".utf8)
    let signature = try #require(
      SSHKeySignature(by: person.key, over: Envelope.encoding(of: payload, as: Envelope.statementType)))
    let envelope = Envelope(
      payload: payload, signatures: [Envelope.Signature(keyID: nil, octets: try #require(signature.plainForm))])
    #expect(try Envelope(Array(envelope.json.utf8)) == envelope)
    #expect(envelope.signers(among: [person.publicKey, Samples.person(6).publicKey]) == [person.publicKey])
  }
}
