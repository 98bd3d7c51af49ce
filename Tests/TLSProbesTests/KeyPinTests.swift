import AuditModel
import Facts
import LoopbackServers
import Testing

@testable import TLSProbes

/// Keys that applications pin, against the chains of real servers.
@Suite(.serialized) struct KeyPinTests {
  private static let shared = Result { try TestPKI() }
  private static let strange = "sha256/47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="

  private func look(_ port: Int, trust: String?, pins: [String]) async -> Look {
    var target = https(port, trust: trust)
    target.settings["pins"] = JSONValue(pins)
    return await Look(target)
  }

  private func status(_ look: Look) throws -> Status? {
    try judgement(of: "tls-endpoint", look.facts, look.gaps)["tls-pins-held"]
  }

  @Test func pinsAreHeldByAnyKeyOfTheChain() async throws {
    let pki = try Self.shared.get()
    let own = try pki.credential()
    let server = try NginxServer.start(own)
    for file in [own.leafFile, pki.intermediateFile, pki.rootFile] {
      let pin = try pki.pin(of: file)
      let seen = await look(server.port, trust: pki.rootFile, pins: [Self.strange, pin])
      #expect(seen["pins"] == ["declared": 2, "held": [.string(pin)], "spare": 1, "matches": true])
      #expect(try status(seen) == nil)
      // As curl writes it, and with nothing to change to.
      let alone = await look(
        server.port, trust: pki.rootFile, pins: [pin.replacing("sha256/", with: "sha256//", maxReplacements: 1), pin])
      #expect(alone["pins"] == ["declared": 1, "held": [.string(pin)], "spare": 0, "matches": true])
      #expect(try status(alone) == .warn)
    }
  }

  /// A certificate that everybody trusts, over a key that the application does not know.
  @Test func pinningTest() async throws {
    let pki = try Self.shared.get()
    let server = try NginxServer.start(try pki.credential())
    let other = try pki.credential()
    let seen = await look(server.port, trust: pki.rootFile, pins: [Self.strange, try pki.pin(of: other.leafFile)])
    #expect(seen["chain.trusted"] == true)
    #expect(seen["pins.matches"] == false)
    #expect(try status(seen) == .fail)
    // The key of a root that nobody knows may be the pinned one.
    let blind = await look(server.port, trust: nil, pins: [try pki.pin(of: pki.rootFile)])
    #expect(blind["pins.matches"] == .null)
    #expect(blind.gaps.contains { $0.path == "pins.matches" })
    #expect(try status(blind) == .unknown)
    let undeclared = await Look(https(server.port, trust: pki.rootFile))
    #expect(undeclared["pins"] == .null)
  }

  /// A hash whose Base64 begins with a slash looks like one with curl's prefix.
  @Test func slashOfTheHashIsNoSlashOfThePrefix() {
    let hash = "/" + String(repeating: "A", count: 42) + "="
    #expect(KeyPins(["sha256/" + hash]) != nil)
    #expect(KeyPins(["sha256/" + hash]) == KeyPins(["sha256//" + hash]))
    #expect(KeyPins(["sha256///" + hash]) == nil)
  }

  @Test(arguments: [
    [], ["sha256/"], ["sha1/47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="],
    ["47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="],
    ["sha256/47DEQpj8HBSa"], ["sha256/47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU="],
    ["sha256/\u{E4}7DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="],
    [String](repeating: "sha256/47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", count: 51),
  ]) func whatIsNoPinIsSaidToBeNone(pins: [String]) async throws {
    #expect(KeyPins(pins) == nil)
    let seen = await look(1, trust: nil, pins: pins)
    #expect(seen.unseen?.kind == .malformed)
  }
}
