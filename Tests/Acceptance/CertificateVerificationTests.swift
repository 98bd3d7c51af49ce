import DrivenPrograms
import Foundation
import LoopbackServers
import Testing

/// `certificate verify` as other programs call it.
@Suite("Verifying certificates by the built command", .driving)
struct CertificateVerificationTests {
  private func run(_ arguments: String...) throws -> BuiltCommand.Outcome {
    try BuiltCommand.prodworthy.run(["certificate", "verify"] + arguments)
  }

  @Test("a chain without key identifiers is rejected with its reasons, and verdict and status agree")
  func rejected() throws {
    let authority = try TestPKI()
    let credential = try authority.credential()
    let outcome = try run(
      "--trust", authority.rootFile, "--chain", credential.chainFile, "--name", "elsewhere.example", "--json")
    #expect(outcome.status == 1, "\(outcome.errors)")
    #expect(outcome.output.contains("\"verdict\":\"reject\""))
    #expect(outcome.output.contains("\"id\":\"name-mismatch\""))
  }

  @Test("what is no PEM is 65, a missing file 66, a wrong name or time 64")
  func files() throws {
    let authority = try TestPKI()
    let text = try Scratch.write("no certificate\n", named: "text.pem")
    let damaged = try Scratch.write(
      "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", named: "damaged.pem")
    let root = authority.rootFile
    #expect(try run("--trust", root, "--chain", text).status == 65)
    #expect(try run("--trust", text, "--chain", root).status == 65)
    #expect(try run("--trust", root, "--chain", root, "--crl", root).status == 65)
    #expect(try run("--trust", "/nonexistent.pem", "--chain", root).status == 66)
    #expect(try run("--trust", root, "--chain", root, "--name", "a b").status == 64)
    #expect(try run("--trust", root, "--chain", root, "--at", "tomorrow").status == 64)
    let malformed = try run("--trust", root, "--chain", damaged, "--json")
    #expect(malformed.status == 1)
    #expect(malformed.output.contains("\"id\":\"certificate-malformed\""))
  }
}
