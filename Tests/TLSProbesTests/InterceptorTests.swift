import AuditModel
import Facts
import LoopbackServers
import Testing

@testable import TLSProbes
@testable import enum proving_ground.DevelopersRoot

/// Interceptors are known by what they call themselves, and the notorious ones by their keys under any name.
@Suite struct InterceptorTests {
  /// The root of webpack-dev-server, which calls itself `localhost`, is sent along, as its users do: its name says
  /// nothing, its key does.
  @Test func knownKeyUnderAPlainName() async throws {
    let pki = try TestPKI()
    let folder = try ScratchFolder()
    var credential = try pki.credential()
    let chain = try ScratchFolder.text(of: credential.chainFile)
    let plain = try NginxServer.start(credential)
    credential.chainFile = try folder.write(chain + DevelopersRoot.certificate, to: "chain.pem")
    let server = try NginxServer.start(credential)
    let look = await Look(https(server.port, trust: pki.rootFile))
    #expect(look["chain.interceptor"] == "webpack-dev-server")
    #expect(try judgement(of: "tls-endpoint", look.facts, look.gaps)["tls-chain-not-intercepted"] == .fail)
    #expect(await Look(https(plain.port, trust: pki.rootFile))["chain.interceptor"] == "none")
  }

  @Test(arguments: [
    ("4bb8f35ba1e126f8dde1b0c420625ed86dce61a7bddadbdea9aba578ff13145e", "Superfish"),
    ("cdee9f3305572a677e1a6c82dc1e02a35b11cae6a684338c9f37fe1ac8daec23", "eDellRoot"),
    ("130ad4e0633521290531b6651f5759b0bc7bc656709ff8f365c2143b0389b6f6", "DSDTestProvider"),
    ("680971cb44b0fd56592102a256e85c58e87109ad8044c2b90d8f3c6e9eeab897", "preact-cli"),
    ("7e364f1dec041d3acc0d7dc8d5e70421ea32dd61711f21a994e2efdbc9086ed2", "a captive portal"),
  ]) func key(fingerprint: String, name: String) {
    #expect(Interceptor.holding(["00", fingerprint]) == name)
  }

  @Test func nobodyKnown() {
    #expect(Interceptor.holding([]) == nil)
    #expect(Interceptor.holding(["4bb8"]) == nil)
  }
}
