import AuditModel
import Facts
import LoopbackServers
import Probing
import Testing

@testable import TLSProbes

/// Servers as hardly anybody configures them: what is found must be the truth all the same, and what cannot be found must
/// be said to be open.
@Suite(.serialized) struct OddServerTests {
  private static let shared = Result { try TestPKI() }

  /// What `openssl s_server` with these options shows of itself.
  private func survey(_ options: [String], key: String = "ec:prime256v1") async throws -> Survey {
    let pki = try Self.shared.get()
    let server = try OpenSSLServer.start(try pki.credential(.init(key: key)), options: options)
    return await Survey(https(server.port, trust: pki.rootFile))
  }

  /// libssl's own list leaves out CCM, so that its client comes to no agreement with such a server.
  @Test func certificateBehindSuitesThatClientsLeaveOut() async throws {
    let suites = ["TLS_AES_128_CCM_8_SHA256", "TLS_AES_128_CCM_SHA256"]
    let survey = try await survey([
      "-tls1_3", "-ciphersuites", suites.joined(separator: ":"), "-groups", "ffdhe3072",
    ])
    #expect(survey.suites(of: "TLSv1.3") == Set(suites))
    #expect(survey.groups == ["ffdhe3072"])
    #expect(survey["certificates.0.keyAlgorithm"] == "EC")
    #expect(survey["chain.trusted"] == true)
    #expect(survey.inconclusive == [])
  }

  /// Certificates over curves that usual clients do not offer.
  @Test(arguments: ["brainpoolP256r1", "brainpoolP384r1", "secp256k1"]) func certificateOverAnUnusualCurve(
    curve: String
  ) async throws {
    let survey = try await survey(["-tls1_2", "-groups", curve], key: "ec:\(curve)")
    #expect(survey.protocols == ["TLSv1.2"])
    #expect(survey.groups == [curve])
    #expect(survey["certificates.0.keyCurve"] == .string(curve))
    #expect(survey["chain.trusted"] == true)
    #expect(survey["name.matches"] == true)
    #expect(survey.inconclusive == [])
  }

  /// Every kind of key with what it can sign, by the suites and groups that follow from it.
  @Test(arguments: [
    ("RSA-PSS", "RSA-PSS", "RSA"), ("ED25519", "ED25519", "ECDSA"), ("ED448", "ED448", "ECDSA"),
    ("ec:secp521r1", "EC", "ECDSA"),
  ]) func unusualKeys(kind: String, algorithm: String, family: String) async throws {
    let survey = try await survey([], key: kind)
    #expect(survey.protocols == ["TLSv1.2", "TLSv1.3"])
    #expect(survey["certificates.0.keyAlgorithm"] == .string(algorithm))
    #expect(survey["chain.trusted"] == true)
    #expect(survey.suites(of: "TLSv1.2").allSatisfy { $0.contains("_\(family)_") })
    // An RSA-PSS key signs and never decrypts.
    #expect(survey["suiteKinds.staticKeyExchange"] == [])
    #expect(survey.groups.isSuperset(of: ["x25519", "secp256r1", "x448", "secp384r1", "secp521r1"]))
    #expect(survey.inconclusive == [])
  }

  @Test func oneGroupAlone() async throws {
    let survey = try await survey([
      "-tls1_3", "-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256", "-groups", "X448",
    ])
    #expect(survey.groups == ["x448"])
    #expect(survey.suites(of: "TLSv1.3") == ["TLS_CHACHA20_POLY1305_SHA256"])
    #expect(survey.facts?["preference"]?["TLSv1.3"] == .null)
    #expect(survey.inconclusive == [])
  }

  @Test func largestField() async throws {
    let folder = try ScratchFolder()
    let parameters = try folder.write(try OpenSSLServer.parameters(of: "ffdhe8192"), to: "dh.pem")
    let survey = try await survey(
      ["-tls1_2", "-cipher", "DHE-RSA-AES256-GCM-SHA384", "-dhparam", parameters], key: "rsa:2048")
    #expect(survey.groups == ["ffdhe8192"])
    #expect(survey["groups.0.bits"] == 8192)
    #expect(survey["groups.0.soundness"] == "safe")
  }

  /// Secrets shared beforehand instead of a certificate: OpenSSL takes such a suite first and finds only then that it has no
  /// curve in common, after its ServerHello.
  @Test func sharedSecretsInsteadOfACertificate() async throws {
    let pki = try Self.shared.get()
    let server = try OpenSSLServer.startNameless(["-psk", "abcd", "-tls1_2", "-cipher", "PSK"])
    let survey = await Survey(https(server.port, trust: pki.rootFile))
    #expect(survey.protocols == ["TLSv1.2"])
    #expect(survey.suites(of: "TLSv1.2").contains("TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256"))
    #expect(survey.suites(of: "TLSv1.2").allSatisfy { $0.contains("PSK") })
    #expect(survey.groups.isSuperset(of: ["x25519", "secp256r1", "x448", "secp384r1", "secp521r1"]))
    #expect(survey["certificates"] == [])
    #expect(survey.inconclusive == [], "\(survey["doubts"] ?? .null)")
  }

  /// Whoever does not know the name has not said that it does not speak the version.
  @Test func unknownNameSaysNothingOfVersions() async throws {
    let pki = try Self.shared.get()
    let nginx = try NginxServer.start(try pki.credential(), server: "ssl_reject_handshake on;")
    let haproxy = try HAProxyServer.start(try pki.credential(.init(names: ["DNS:other.example"])), bind: "strict-sni")
    for port in [nginx.port, haproxy.port] {
      let survey = await Survey(https(port, trust: pki.rootFile))
      #expect(survey.protocols == [])
      #expect(survey["versions.tls12"] == .null)
      #expect(survey["versions.tls13"] == .null)
      #expect(survey.inconclusive.contains("all") || survey.inconclusive.contains("TLSv1.2"))
      #expect(survey["doubts"]?.array?.contains { $0.string?.contains("refuses the name") == true } == true)
      let found = try judgement(of: "tls-configuration", survey.facts, survey.gaps)
      #expect(found["tls-survey-conclusive"] != nil)
      #expect(!found.contains { $0.value == .fail && $0.key == "tls-ssl-withdrawn" })
    }
    let known = try HAProxyServer.start(try pki.credential(), bind: "strict-sni")
    let survey = await Survey(https(known.port, trust: pki.rootFile))
    #expect(survey.protocols == ["TLSv1.2", "TLSv1.3"])
    #expect(survey["names.unknownName"] == "refused")
    #expect(survey.inconclusive == [])
  }

  /// A server of another protocol waits for its client to speak: it is asked for HTTP once, and not for long.
  @Test func silentServer() async throws {
    let pki = try Self.shared.get()
    let credential = try pki.credential()
    let port = try LoopbackPort.free()
    let server = try PythonServer.start(
      """
      import json, socket, ssl, threading
      settings = json.load(open('settings.json'))
      context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
      context.load_cert_chain(settings['chain'], settings['key'])

      def serve(peer):
          try:
              peer = context.wrap_socket(peer, server_side=True)
              while peer.recv(4096):
                  pass
          except OSError:
              pass
          finally:
              peer.close()

      listener = socket.create_server(('127.0.0.1', \(port)), backlog=64)
      while True:
          threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

      """,
      settings: JSONText.compact(["chain": .string(credential.chainFile), "key": .string(credential.keyFile)]),
      port: port)
    let survey = await Survey(https(server.port, trust: pki.rootFile))
    #expect(survey.protocols == ["TLSv1.2", "TLSv1.3"])
    #expect(survey.inconclusive == [])
    #expect(survey["strictTransport.present"] == .null)
    #expect(survey.gaps.map(\.path) == ["strictTransport"])
    #expect(survey.traffic.requests == 1)
  }
}
