import DrivenPrograms
import Facts
import Foundation
import Testing

@testable import proving_ground

/// Suites that start platforms.
@Suite(.driving) struct Platforms {}

extension Platforms {
  @Suite struct Workflow {
    @Test func anOrderedPageEndsInEventsThatAreFoundAndCompared() throws {
      try Ground.with { ground throws in
        func events(_ path: String) throws -> [JSONValue] {
          let answer = try ground.web(path).output
          return try #require(JSONText.parse(Array(answer.utf8))["events"]?.array, "\(answer)")
        }
        // What the platform holds before its first visitor comes.
        #expect(try events("/api/events").count == 60)
        let order = try ground.web("/api/scrape/luma", method: "POST").output
        #expect(order.contains("queued"))
        #expect(try eventually { try events("/api/events").count == 65 })

        let found = try events("/api/events/search?q=live%20jazz")
        let titles = Set(found.compactMap { $0["title"]?.string })
        #expect(titles.isSuperset(of: ["Jazz by the Harbour", "Open Jazz Jam"]))
        #expect(try events("/api/events/search?q=nothing%20like%20it") == [])

        let harbour = try #require(found.first { $0["title"]?.string == "Jazz by the Harbour" }?["id"]?.integer)
        let similar = try events("/api/events/\(harbour)/similar")
        #expect(similar.contains { $0["title"]?.string == "Open Jazz Jam" })
        #expect(similar.first?["similarity"]?.double ?? 0 > 0.4)
        let event = try JSONText.parse(Array(ground.web("/api/events/\(harbour)").output.utf8))
        #expect(event["venue"]?.string == "Pier Four")
        #expect(event["startsAt"]?.string == "2031-05-08T17:30:00Z")

        // The same page again changes nothing.
        let identities = try events("/api/events").compactMap { $0["id"]?.integer }
        _ = try ground.web("/api/scrape/luma", method: "POST")
        let done = "SELECT count(*) FROM scrape_jobs WHERE state = 'done'"
        #expect(try eventually { try ground.query(done, as: "postgres").output == "2\n" })
        #expect(try events("/api/events").compactMap { $0["id"]?.integer } == identities)
      }
    }

    @Test func aHealthyPlatformLooksHealthyFromOutside() throws {
      try Ground.with { ground throws in
        for service in ServiceName.overHTTP {
          // The best of some tries: the machine may be busy with other tests.
          let times = try (0..<5).map { _ in try ContinuousClock().measure { _ = try ground.health(of: service) } }
          #expect(try #require(times.min()) < .milliseconds(100))
          let answer = try ground.health(of: service)
          #expect(answer.status == 200)
          #expect(answer.json?["status"]?.string == "pass")
        }
        #expect(try ground.handshake("-verify_return_error").output.contains("Verify return code: 0 (ok)"))
        #expect(try ground.handshake("-tls1_1", "-cipher", "ALL:@SECLEVEL=0").status != 0)
        #expect(try ground.handshake("-tls1_2").status == 0)

        let headers = try run(
          "curl", ["-sSI", "--cacert", "\(ground.path)/ca.pem", "https://localhost:\(ground.webPort)/health"]
        ).output.lowercased()
        #expect(headers.hasPrefix("http/2 200"))
        #expect(try ground.web("/").output.contains("/api/events"))
        #expect(headers.contains("content-type: application/health+json"))
        #expect(headers.contains("strict-transport-security: max-age=63072000"))
        #expect(headers.contains("x-content-type-options: nosniff"))
        #expect(headers.contains("server: nginx\r\n"))
        let plain = try run("curl", ["-sSi", "http://localhost:\(ground.plainPort)/api/events?x=1"]).output
        #expect(plain.hasPrefix("HTTP/1.1 308"))
        #expect(plain.contains("Location: https://localhost:\(ground.webPort)/api/events?x=1\r\n"))

        #expect(try ground.query("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").output == "t\n")
        #expect(
          try ground.query(
            "SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename = 'events_app'"
          )
          .output == "t\n")
        #expect(try ground.query("SELECT 1", sslmode: "disable").output.contains("no pg_hba.conf entry"))
        #expect(try ground.query("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").output == "f\n")
      }
    }

    @Test func anyFolderNameWillDo() throws {
      let ground = try Ground.up(at: Ground.newPath() + #" $x "y" 'z' #{a}"#)
      #expect(ground.inventory.contains("id: db"))
      #expect(try ground.health(of: .api).status == 200)
      #expect(try ground.web("/health").status == 0)
      ground.expectDownLeavesNothing()
    }

    @Test func twoPlatformsStandSideBySide() throws {
      try Ground.with { first throws in
        try Ground.with { second throws in
          #expect(first.webPort != second.webPort)
          _ = try first.web("/api/scrape/luma", method: "POST")
          #expect(try eventually { try first.web("/api/events").output.contains("Jazz") })
          #expect(try !second.web("/api/events").output.contains("Jazz"))
        }
        // The other's end is not this one's.
        #expect(try first.health(of: .api).status == 200)
      }
    }
  }
}
