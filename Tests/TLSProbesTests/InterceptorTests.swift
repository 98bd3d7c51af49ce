import AuditModel
import Facts
import LoopbackServers
import Testing

@testable import TLSProbes

/// Interceptors are known by what they call themselves, and the notorious ones by their keys under any name.
@Suite struct InterceptorTests {
  /// The root that webpack-dev-server came with for years, private key and all; it calls itself `localhost`.
  private static let webpack = """
    -----BEGIN CERTIFICATE-----
    MIIDIDCCAgigAwIBAgIJAL7WpFUUJ1eDMA0GCSqGSIb3DQEBCwUAMBQxEjAQBgNV
    BAMTCWxvY2FsaG9zdDAeFw0xNjEwMjkxNDAzNDJaFw0yNjEwMjcxNDAzNDJaMBQx
    EjAQBgNVBAMTCWxvY2FsaG9zdDCCASIwDQYJKoZIhvcNAQEBBQADggEPADCCAQoC
    ggEBAOW+YWdnccD9ENOTDFWRma7PnnHOWczgW75L5NQmew/+2l3snf71kVw+umUG
    5MKfF1MXIQLywpsvOKQsHMXWo16E/2HY/NF/kj7h3ce2MaHUmPa5eSnzo+Z95+FD
    8TiUVxVs5zhvmrXq6mG/lkU5nCX0vfnCbXws+UDZ2B4Xc3A3jwpT/He/KP+lTBgM
    ZdrLnKBfssfVwLNb0A+sGIjVoeTznZcVwK9Yrs7bp8vzFdHZZ7df9jULaVY9zr3j
    Daoui3nTt23ljLuTW97J51HSuvBMaIiVbWyWecxKJTK2Pc0vSd5U1ZKu8IWVAJtf
    GoW1F/IN435duVxFVI4ymzQd730CAwEAAaN1MHMwHQYDVR0OBBYEFKkaLYAmQMa/
    1mDLJBlOn+h116WbMEQGA1UdIwQ9MDuAFKkaLYAmQMa/1mDLJBlOn+h116WboRik
    FjAUMRIwEAYDVQQDEwlsb2NhbGhvc3SCCQC+1qRVFCdXgzAMBgNVHRMEBTADAQH/
    MA0GCSqGSIb3DQEBCwUAA4IBAQCi2ywUN/y5fgH2PTVZjgKq6AUD/RqrdTISa2UO
    kxcSPlSGNlapjHD3iGpZ2FdyCVYoCIIRx9Eol9B2VW7gihbJrMdybbZk1v16AN1y
    sqgcHhXOeEh4Phi/suljZOaCWGoj1eZOvTXV7fZjeSq4lmdXEwFGuxXwVgvt8teM
    vJT6i3DtxcD7+V60Q691ky+QuZqDG1FKVmzXQ1CNt7Bq3075pled1KJz8ziIEdjc
    KeBDWN/NLbyZeBwlg9QxrbGazxGedMQdDzG5kyaaXwhCvAxfY2yHzkV/2iFE17AJ
    0796jb2KsrT6JNtwkMye1Jc/ZwNat7InH5WkqFzUrCKqw08u
    -----END CERTIFICATE-----

    """

  /// The root is sent along, as its users do: its name says nothing, its key does.
  @Test func knownKeyUnderAPlainName() async throws {
    let pki = try TestPKI()
    let folder = try ScratchFolder()
    var credential = try pki.credential()
    let chain = try ScratchFolder.text(of: credential.chainFile)
    let plain = try NginxServer.start(credential)
    credential.chainFile = try folder.write(chain + Self.webpack, to: "chain.pem")
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
