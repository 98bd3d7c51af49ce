import AuditModel
import Facts
import Foundation
import Probing
import Testing

@Suite("Redaction")
struct RedactorTests {
  @Test("no form of a secret survives, wherever it stands in a longer encoded text")
  func forms() {
    let secret = "c4n4ry/+ \"pä55\u{1F512}"
    let redactor = Redactor(secrets: [Secret(secret)])
    #expect(redactor.redacted("a \(secret) b") == "a \(Redactor.mark) b")
    // Encoders differ in what they leave as it is, and in the case of their digits.
    for allowed in ["", "-._~", "-._~!*'()", "c4n", "/"] {
      let set = CharacterSet(charactersIn: allowed)
      let encoded = secret.addingPercentEncoding(withAllowedCharacters: set) ?? ""
      #expect(redactor.redacted("?p=\(encoded)&q") == "?p=\(Redactor.mark)&q")
      let lowercase = encoded.replacing(/%[0-9A-F]{2}/) { $0.output.lowercased() }
      #expect(redactor.redacted("?p=\(lowercase)") == "?p=\(Redactor.mark)")
      #expect(redactor.redacted("?p=\(encoded.replacing("%20", with: "+"))") == "?p=\(Redactor.mark)")
    }
    for prefix in ["", "x", "xy", "user:", "xyz"] {
      for suffix in ["", "x", "xy", "tail"] {
        for text in [
          Data((prefix + secret + suffix).utf8).base64EncodedString(),
          Data((prefix + secret + suffix).utf8).base64EncodedString()
            .replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_"),
        ] {
          let clean = redactor.redacted(text)
          #expect(clean.contains(Redactor.mark), "\(prefix) \(suffix): \(text) became \(clean)")
          let left = Data(base64Encoded: clean.replacingOccurrences(of: Redactor.mark, with: ""))
          #expect(left.map { !String(decoding: $0, as: UTF8.self).contains("c4n4ry") } ?? true)
        }
      }
    }
  }

  @Test("a text without a secret stays as it is, names of members are cleaned too")
  func values() {
    let redactor = Redactor(secrets: [Secret("hunter22")])
    let value: JSONValue = ["hunter22": ["a", "xhunter22x", 1], "plain": "text"]
    #expect(redactor.redacted(value) == [Redactor.mark: ["a", "x[redacted]x", 1], "plain": "text"])
    #expect(Redactor(secrets: []).redacted(value) == value)
  }

  @Test("a secret has no textual form")
  func secrecy() {
    let secret = Secret("hunter22")
    #expect(!"\(secret)".contains("hunter22"))
    #expect(!String(reflecting: secret).contains("hunter22"))
    var dumped = ""
    dump(secret, to: &dumped)
    #expect(!dumped.contains("hunter22"))
  }
}
