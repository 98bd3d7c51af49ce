import Foundation
import SeededRandomness
import Testing

@testable import Signoff

@Suite struct Base64Tests {
  @Test func textsOfFoundationAreReadAndWritten() {
    var generator = SeededGenerator(seed: 11)
    for count in 0..<200 {
      let octets = (0..<count).map { _ in UInt8(generator.below(256)) }
      let text = Data(octets).base64EncodedString()
      #expect(Base64.encode(octets) == text)
      #expect(Base64.encode(octets, padded: false) == text.replacingOccurrences(of: "=", with: ""))
      #expect(Base64.decode(text.utf8) == octets)
      let urlSafe = text.replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
      #expect(Base64.decode(urlSafe.utf8, .standardOrURLSafe) == octets)
    }
  }

  @Test(arguments: [
    "A", "AA", "AAA", "AA=", "AAA==", "A===", "AB==", "AAB=", "AA==AA==", "AA AA", "AAAA=", "====", "AA\n==",
  ])
  func whatAnotherTextStandsForIsRefused(_ text: String) {
    #expect(Base64.decode(text.utf8) == nil)
  }

  @Test func alphabetsAreNotMixed() {
    #expect(Base64.decode("+/-_".utf8, .standardOrURLSafe) == nil)
    #expect(Base64.decode("-_-_".utf8) == nil)
  }
}
