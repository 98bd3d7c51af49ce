import Facts
import Foundation
import Probing
import Testing

@testable import proving_ground

extension Platforms {
  /// Each defect is really there, seen with clients that are not ours.
  @Suite struct BuiltIn {
    @Test(arguments: [
      ("expired-certificate", "10 (certificate has expired)"),
      ("self-signed-certificate", "18 (self-signed certificate)"),
      ("wrong-name-certificate", "62 (hostname mismatch)"),
      ("missing-intermediate", "21 (unable to verify the first certificate)"),
    ])
    func certificate(defect: String, verdict: String) throws {
      try Ground.with(defect) { ground throws in
        #expect(try ground.handshake().output.contains("Verify return code: \(verdict)"))
      }
    }

    @Test func expiringCertificate() throws {
      try Ground.with("expiring-certificate") { ground throws in
        let handshake = try ground.handshake().output
        #expect(handshake.contains("Verify return code: 0 (ok)"))
        let (fourDays, sixDays) = (4 * 86_400, 6 * 86_400)
        #expect(try run("openssl", ["x509", "-noout", "-checkend", "\(fourDays)"], input: handshake).status == 0)
        #expect(try run("openssl", ["x509", "-noout", "-checkend", "\(sixDays)"], input: handshake).status == 1)
      }
    }

    @Test func oldTLS() throws {
      try Ground.with("tls10-accepted") { ground throws in
        for version in ["-tls1", "-tls1_1"] {
          let handshake = try ground.handshake(version, "-cipher", "ALL:@SECLEVEL=0", "-verify_return_error")
          #expect(handshake.status == 0, "\(handshake.output)")
        }
        #expect(try ground.handshake("-tls1_3").output.contains("Verify return code: 0 (ok)"))
      }
    }

    @Test func plainPort() throws {
      try Ground.with("plain-http") { ground throws in
        let answer = try LoopbackHTTP.send(
          .get, port: ground.plainPort, path: "/api/events", before: .init(milliseconds: 5000))
        #expect(answer.status == 200)
        #expect(answer.json?["events"]?.array?.isEmpty == false)
      }
    }

    @Test func plaintextDatabase() throws {
      try Ground.with("plaintext-database") { ground throws in
        #expect(try ground.query("SELECT 1", sslmode: "disable").output == "1\n")
        #expect(try ground.query(Self.encryptedSessions).output == "t\n")
      }
    }

    @Test func plaintextSession() throws {
      try Ground.with("plaintext-session") { ground throws in
        #expect(try ground.query(Self.encryptedSessions).output == "f\n")
        #expect(try ground.query("SELECT 1", sslmode: "disable").output.contains("no pg_hba.conf entry"))
      }
    }

    private static let encryptedSessions =
      "SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename = 'events_app'"

    @Test func databaseDown() throws {
      try Ground.with("database-down") { ground throws in
        #expect(try ground.query("SELECT 1").status != 0)
        for service in [ServiceName.api, .processing] {
          let answer = try ground.health(of: service)
          #expect(answer.status == 503)
          #expect(answer.json?["status"]?.string == "fail")
        }
        #expect(try ground.health(of: .extraction).status == 200)
        #expect(try ground.web("/api/events").output.contains("the database does not answer"))
      }
    }

    @Test func serviceDown() throws {
      try Ground.with("service-down") { ground throws in
        #expect(throws: GroundFailure.self) { try ground.health(of: .processing) }
        #expect(try ground.health(of: .api).status == 200)
      }
    }

    @Test func lyingHealth() throws {
      try Ground.with("health-lies") { ground throws in
        let answer = try ground.health(of: .processing)
        #expect(answer.status == 200)
        #expect(answer.json?["status"]?.string == "fail")
      }
    }

    @Test func slowHealth() throws {
      try Ground.with("slow-health") { ground throws in
        let start = ContinuousClock.now
        #expect(try ground.health(of: .processing).status == 200)
        #expect(start.duration(to: .now) >= .milliseconds(1500))
      }
    }
  }
}

@Suite struct DefectList {
  @Test func namesAreUniqueAndListedForMachines() throws {
    let ids = Defect.all.map(\.id)
    #expect(Set(ids).count == ids.count)
    let listed = try JSONText.parse(Array(run(provingGround, ["defects", "--json"]).output.utf8))
    #expect(listed.array?.compactMap { $0["id"]?.string } == ids)
    #expect(Set(Defect.expectations.keys).isSubset(of: ids))
    for expected in (listed.array ?? []).flatMap({ $0["expected"]?.array ?? [] }) {
      #expect(expected["check"]?.string != nil && expected["target"]?.string != nil)
    }
  }

  @Test func unknownAndContradictoryNamesAreRefusedBeforeAnythingStarts() throws {
    for names in ["no-such-thing", "expired-certificate,missing-intermediate"] {
      let path = Ground.newPath()
      let ended = try run(provingGround, ["up", "--detach", "--directory", path, "--defect", names])
      #expect(ended.status == 64)
      #expect(ended.output.contains(names.split(separator: ",")[0]))
      #expect(!Files.exists(path))
    }
  }

  @Test func oneNameTwiceIsOne() throws {
    #expect(throws: Never.self) { try Defect.blueprint(with: ["plain-http", "plain-http"]) }
  }
}
