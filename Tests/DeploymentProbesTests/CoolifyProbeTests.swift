import AuditModel
import Facts
import LoopbackServers
import ProbeConformance
import Probing
import Synchronization
import Testing

@testable import DeploymentProbes

@Suite struct CoolifyProbeTests {
  /// What a Coolify answers, by path; `rollback-images` is there in new versions only.
  private static func answers(_ changes: [String: String?] = [:]) -> [String: String] {
    var answers = [
      "/api/v1/resources":
        #"[{"uuid":"aa11","name":"api","type":"application","status":"running:healthy"},{"uuid":"bb22","name":"db","type":"standalone-postgresql","status":"exited"},{"uuid":"cc33","name":"old","type":"service","status":"running (unknown)"}]"#,
      "/api/v1/applications": #"[{"uuid":"aa11","name":"api"}]"#,
      "/api/v1/applications/aa11":
        #"{"uuid":"aa11","name":"api","build_pack":"dockerfile","git_commit_sha":"HEAD","health_check_enabled":false,"custom_healthcheck_found":true,"limits_memory":"0","limits_cpus":"2","manual_webhook_secret_github":"canary-9f31"}"#,
      "/api/v1/applications/aa11/rollback-images":
        #"{"current":"c2","images":[{"tag":"c2","is_current":true},{"tag":"c1","is_current":false}]}"#,
      "/api/v1/deployments/applications/aa11": #"{"count":3,"deployments":["#
        + [
          #"{"status":"failed","commit":"c3","created_at":"2027-01-10T10:00:00.000000Z","finished_at":"2027-01-10T10:00:30.000000Z","rollback":false,"logs":"canary-77aa"}"#,
          #"{"status":"finished","commit":"c2c2c2c2c2","created_at":"2027-01-09 10:00:00","finished_at":"2027-01-09 10:01:40","rollback":false,"restart_only":false}"#,
          #"{"status":"finished","commit":"c1","created_at":"2027-01-05T10:00:00Z","finished_at":"2027-01-05T10:02:00Z","rollback":1}"#,
          #"{"status":"queued","commit":"c9","created_at":"2027-01-11T10:00:00Z"}"#,
        ].joined(separator: ",") + "]}",
      "/api/v1/servers":
        #"[{"uuid":"dd44","name":"s1","settings":{"is_reachable":true,"is_usable":false}}]"#,
      "/api/v1/version": #""4.0.0""#,
    ]
    for (path, answer) in changes { answers[path] = answer }
    return answers
  }

  /// A server that knows one token and answers as scripted.
  private static func server(_ answers: [String: String], refusing status: String = "401 Unauthorized") throws
    -> ScriptedServer
  {
    try ScriptedServer { peer in
      let request = String(decoding: peer.receive(), as: UTF8.self)
      let path = request.split(separator: " ").dropFirst().first.map { String($0.prefix { $0 != "?" }) } ?? ""
      func answer(_ status: String, _ type: String, _ body: String) {
        peer.send(
          Array("HTTP/1.1 \(status)\r\nContent-Type: \(type)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)".utf8)
        )
      }
      if path == "/api/v1/health" { return answer("200 OK", "text/html", "OK") }
      guard request.contains("Authorization: Bearer canary-token\r\n") else {
        return answer(status, "application/json", #"{"success":true,"message":"API is disabled."}"#)
      }
      guard let body = answers[path] else { return answer("404 Not Found", "application/json", "{}") }
      answer("200 OK", "application/json", body)
    }
  }

  private static func target(_ port: Int, token: String? = "canary-token", _ more: JSONObject = [:]) -> Target {
    var settings: JSONObject = ["url": .string("http://127.0.0.1:\(port)/")]
    for member in more.members { settings[member.name] = member.value }
    return Target(
      id: "coolify", kind: "coolify", settings: settings, secrets: token.map { ["bearer": Secret($0)] } ?? [:])
  }

  @Test func tellsWhatRunsAndHowItWasDeployed() async throws {
    let server = try Self.server(Self.answers())
    let look = await Look(CoolifyProbe(), at: Self.target(server.port, ["release": "c2c2c2c"]))
    withExtendedLifetime(server) {}
    #expect(look.unseen == nil, "\(String(describing: look.unseen))")
    #expect(look.gaps == [])
    #expect(look.facts?["healthy"] == true)
    #expect(look.facts?["refusesStrangers"] == true)
    let api = look.element("applications", named: "api")
    #expect(api?["lastStatus"] == "failed")
    #expect(api?["deployments"] == 3)
    #expect(api?["failed"] == 1)
    #expect(api?["failedShare"] == 0.333)
    #expect(api?["medianSeconds"] == 120)
    #expect(api?["runningCommit"] == "c2c2c2c2c2")
    #expect(api?["runsRelease"] == true)
    #expect(api?["versions"] == 2)
    #expect(api?["versionsAreImages"] == true)
    // 15 January 2027, 8:00, less 5 January, 10:02.
    #expect(api?["rolledBackDaysAgo"] == 9)
    #expect(api?["healthCheckDefined"] == true)
    #expect(api?["pinned"] == false)
    #expect(api?["memoryLimited"] == false)
    #expect(api?["processorsLimited"] == true)
    #expect(look.element("resources", named: "old")?["health"] == "unknown")
    #expect(!JSONText.compact(look.facts ?? .null).contains("canary"))
    func statuses(_ id: String) throws -> [String: Status] {
      try ComposeFileProbeTests.statuses(of: "coolify-\(id)", look)
    }
    #expect(try statuses("answers") == ["": .pass])
    #expect(try statuses("strangers-refused") == ["": .pass])
    #expect(try statuses("servers-reachable") == ["s1": .fail])
    #expect(try statuses("resources-running")["db"] == .fail)
    #expect(try statuses("resources-healthy")["old"] == .warn)
    #expect(try statuses("deployment-succeeded") == ["api": .fail])
    #expect(try statuses("deployments-reliable") == ["api": .fail])
    #expect(try statuses("rollback-possible") == ["": .pass])
    #expect(try statuses("rollback-exercised") == ["": .pass])
    #expect(try statuses("limits-set") == ["api": .fail])
    #expect(look.traffic.requests == 8)
  }

  @Test func olderVersionsListDeploymentsAndNoImages() async throws {
    let answers = Self.answers([
      "/api/v1/applications/aa11/rollback-images": nil,
      "/api/v1/deployments/applications/aa11":
        #"[{"status":"finished","commit":"c1","created_at":"2027-01-05T10:00:00Z"},{"status":"finished","commit":"c1","created_at":"2027-01-06T10:00:00Z"},{"status":"finished","commit":"HEAD","created_at":"2027-01-04T10:00:00Z"}]"#,
    ])
    let server = try Self.server(answers)
    let look = await Look(CoolifyProbe(), at: Self.target(server.port))
    withExtendedLifetime(server) {}
    let api = look.element("applications", named: "api")
    #expect(api?["versions"] == 1)
    #expect(api?["versionsAreImages"] == false)
    #expect(api?["medianSeconds"]?.isNull == true)
    #expect(look.gaps == [])
    #expect(try ComposeFileProbeTests.statuses(of: "coolify-rollback-possible", look) == ["api": .fail])
    #expect(try ComposeFileProbeTests.statuses(of: "coolify-rollback-exercised", look) == ["api": .fail])
  }

  @Test func anEmptyListOfImagesSaysNothing() async throws {
    let server = try Self.server(
      Self.answers(["/api/v1/applications/aa11/rollback-images": #"{"current":null,"images":[]}"#]))
    let look = await Look(CoolifyProbe(), at: Self.target(server.port))
    withExtendedLifetime(server) {}
    #expect(look.element("applications", named: "api")?["versionsAreImages"] == false)
  }

  @Test func onlyNamedApplicationsCount() async throws {
    let server = try Self.server(Self.answers())
    let look = await Look(CoolifyProbe(), at: Self.target(server.port, ["applications": ["web"]]))
    withExtendedLifetime(server) {}
    #expect(look.facts?["applications"] == [])
    #expect(look.gaps.map(\.reason) == ["there is no application web"])
    #expect(try ComposeFileProbeTests.statuses(of: "coolify-deployment-succeeded", look) == ["": .unknown])
  }

  @Test(arguments: [
    (Optional("wrong"), "401 Unauthorized", Unseen.Kind.denied), ("canary-token-not", "403 Forbidden", .denied),
    (nil, "401 Unauthorized", .denied),
  ])
  func withoutTheTokenNothingIsSeen(token: String?, status: String, kind: Unseen.Kind) async throws {
    let server = try Self.server(Self.answers(), refusing: status)
    let look = await Look(CoolifyProbe(), at: Self.target(server.port, token: token))
    withExtendedLifetime(server) {}
    #expect(look.unseen?.kind == kind)
    #expect(look.unseen?.reason.contains("canary") == false)
  }

  @Test(arguments: [
    "<html>login</html>", "", "{}", "[", #"{"data":[]}"#, "\"OK\"", #"[1, null, "x"]"#,
  ])
  func whatIsNoCoolifyIsUnseen(body: String) async throws {
    let server = try Self.server(Self.answers(["/api/v1/applications": body]))
    let look = await Look(CoolifyProbe(), at: Self.target(server.port))
    withExtendedLifetime(server) {}
    if body == "{}" {
      // A collection without anything in it.
      #expect(look.facts?["applications"] == [])
    } else {
      #expect(look.unseen?.kind == .malformed, "\(body)")
    }
  }

  @Test func whatIsHiddenFromTheTokenIsAGap() async throws {
    let server = try Self.server(Self.answers(["/api/v1/servers": nil]))
    let look = await Look(CoolifyProbe(), at: Self.target(server.port))
    withExtendedLifetime(server) {}
    #expect(look.gaps.map { $0.path } == ["servers"])
    #expect(try ComposeFileProbeTests.statuses(of: "coolify-servers-reachable", look) == ["": .unknown])
  }

  @Test(arguments: [
    ("running:healthy", "running", Optional("healthy")), ("running (healthy)", "running", "healthy"),
    ("Running:Unknown", "running", "unknown"), ("exited", "exited", nil),
    ("running:unhealthy:excluded", "running", "unhealthy"), ("degraded:unhealthy", "degraded", "unhealthy"),
  ])
  func statuses(text: String, state: String, health: String?) {
    #expect(CoolifyStatus(text)?.state == state)
    #expect(CoolifyStatus(text)?.health == health)
    #expect(CoolifyStatus(" : ") == nil)
  }

  @Test func conforms() async throws {
    let server = try Self.server(Self.answers())
    let problems = await ProbeConformance.problems(with: CoolifyProbe(), target: Self.target(server.port))
    #expect(problems == [])
    withExtendedLifetime(server) {}
  }
}
