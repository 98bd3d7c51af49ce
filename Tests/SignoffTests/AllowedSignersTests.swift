import Testing

@testable import Signoff

@Suite struct AllowedSignersTests {
  private static let key = Samples.person(1).publicKey.line

  /// Lines that are not understood: where, and what is said.
  @Test(arguments: [
    ("alice ssh-ed25519", 7, "a line is `PRINCIPALS [OPTIONS] KIND BASE64 [COMMENT]`"),
    ("alice", 6, "neither an option nor a key of a known kind"),
    ("alice cert-authority=\"yes\" KEY", 7, "cert-authority has no value"),
    ("alice namespaces=git KEY", 18, "the value of namespaces stands in quotes"),
    ("alice namespaces=\"git KEY", 18, "the quotes do not end"),
    ("alice valid-after KEY", 7, "valid-after needs a value in quotes"),
    ("alice valid-after=\"2026\" KEY", 7, "not a time like 20261124, 202611241000 or 20261124100000, with Z for UTC"),
    (
      "alice valid-after=\"20261332\" KEY", 7,
      "not a time like 20261124, 202611241000 or 20261124100000, with Z for UTC"
    ),
    ("alice valid-after=\"20260102\",valid-before=\"20260101\" KEY", 53, "valid-before is not later than valid-after"),
    ("alice namespaces=\"a\",namespaces=\"b\" KEY", 22, "namespaces stands there twice"),
    ("alice no-touch KEY", 7, "there is no option no-touch"),
    ("alice ssh-ed25519 AAAA", 7, "not a public key of a known kind"),
    ("\"alice KEY", 1, "the quotes do not end"),
    (", KEY", 1, "nobody is named"),
  ]) func linesThatAreNotUnderstoodAreNeverPassedOver(_ line: String, _ column: Int, _ message: String) {
    let text = "# signers\n\n" + line.replacing("KEY", with: Self.key) + "\nbob \(Self.key)\n"
    let (signers, problems) = AllowedSigners.read(Array(text.utf8)) { Samples.utc($0) }
    #expect(problems == [AllowedSigners.Problem(line: 3, column: column, message: message)])
    #expect(signers.signers.count == 1)
  }

  @Test func aFileOfOtherSystemsAndOfOtherAlphabetsIsRead() {
    let (signers, problems) = AllowedSigners.read(Array("\talice@exämple.com\t\(Self.key) é\r\n".utf8)) { _ in nil }
    #expect(problems == [])
    #expect(signers.signers.first?.principals.firstName == "alice@exämple.com")
    let (_, broken) = AllowedSigners.read(Array("alice ".utf8) + [0xFF] + Array(Self.key.utf8)) { _ in nil }
    #expect(broken.map(\.message) == ["not UTF-8 text"])
  }

  @Test func starsAreNotTriedForever() {
    let pattern = PatternList(String(repeating: "*a", count: 200) + "b")
    #expect(!pattern.matches(String(repeating: "a", count: 4000)))
    #expect(PatternList("a*b*c").matches("a--b--b--c"))
    #expect(!PatternList("a*b*c").matches("a--b--b--"))
  }
}
