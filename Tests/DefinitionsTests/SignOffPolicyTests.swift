import AuditModel
import Definitions
import Testing

@Suite("Sign-off policies")
struct SignOffPolicyTests {
  private static func load(_ text: String) -> Loaded<SignOffPolicy> {
    Definitions.signOffPolicy(SourceFile(path: "sign-off.yaml", bytes: Array(text.utf8)))
  }

  @Test("a policy comes out as it was written, and what is left out has its default")
  func sound() {
    let full = Self.load(
      """
      signers: people/allowed_signers
      required:
        - { role: release, people: [alice@example.com, bob@example.com], minimum: 2 }
        - { role: security }
      maximumAgeHours: 72
      commit: any
      unmodified: true
      """)
    #expect(full.diagnostics.map { $0.rendered() } == [])
    #expect(
      full.value
        == SignOffPolicy(
          signers: "people/allowed_signers",
          required: [
            SignOffPolicy.Role(name: "release", people: ["alice@example.com", "bob@example.com"], minimum: 2),
            SignOffPolicy.Role(name: "security", people: []),
          ], maximumAgeHours: 72, commit: .any, demandsUnmodified: true))
    let short = Self.load("signers: s\nrequired: [{role: release, people: [a@b]}]\n")
    #expect(
      short.value
        == SignOffPolicy(signers: "s", required: [SignOffPolicy.Role(name: "release", people: ["a@b"])]))
  }

  @Test(
    "every mistake is told at its place",
    arguments: [
      ("required: [{role: a}]", "missing-key", 1, 1),
      ("signers: s\nrequired: []", "too-few", 2, 11),
      ("signers: s\nrequired: [{role: a, peeple: [b]}]", "unknown-key", 2, 22),
      ("signers: s\nrequired: [{role: a}, {role: a}]", "duplicate-role", 2, 30),
      ("signers: s\nrequired: [{role: a, people: [b, b]}]", "duplicate-person", 2, 34),
      ("signers: s\nrequired: [{role: a, people: [b], minimum: 2}]", "out-of-range", 2, 44),
      ("signers: s\nrequired: [{role: a, minimum: 0}]", "out-of-range", 2, 31),
      ("signers: s\nrequired: [{role: a}]\ncommit: newest", "unknown-word", 3, 9),
      ("signers: s\nrequired: [{role: a}]\nmaximumAgeHours: 3d", "wrong-type", 3, 18),
      ("- a", "wrong-type", 1, 1),
    ])
  func mistakes(_ text: String, _ code: String, _ line: Int, _ column: Int) {
    let loaded = Self.load(text)
    #expect(loaded.value == nil)
    #expect(loaded.diagnostics.map(\.code) == [code])
    #expect(loaded.diagnostics.first?.location == SourceLocation(path: "sign-off.yaml", line: line, column: column))
  }
}
