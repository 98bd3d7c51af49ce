import AuditModel
import Facts
import LoopbackServers
import ProbeConformance
import Probing
import Testing

@testable import DeploymentProbes

@Suite struct ComposeProjectProbeTests {
  /// An engine's answers, as one gives them for a project called `shop` (Docker Engine API 1.41), cut to what matters.
  private static func answers(_ changes: [String: String] = [:]) -> [String: String] {
    var answers = [
      "/version": #"{"Version":"20.10.24","ApiVersion":"1.41","MinAPIVersion":"1.12"}"#,
      "/containers/json": #"[{"Id":"aa11"},{"Id":"bb22"},{"Id":"cc33"}]"#,
      "/containers/aa11/json": container("web", image: "web:1.4.2", health: "healthy"),
      "/containers/bb22/json": container(
        "db", image: "postgres:16.4", restarts: 14, status: "running",
        mounts:
          #"[{"Type":"volume","Name":"\#(String(repeating: "ab", count: 32))","Destination":"/var/lib/postgresql/data","RW":true}]"#,
        bindings: #"{"5432/tcp":[{"HostIp":"","HostPort":"5432"}]}"#),
      "/containers/cc33/json": container("old-worker", image: "worker:0.9", extra: #""Privileged":true,"#),
      "/images/web:1.4.2/json": #"{"Id":"sha256:web","RepoDigests":["web@sha256:11"]}"#,
      "/images/sha256:web/json": #"{"Id":"sha256:web","RepoDigests":["web@sha256:11"]}"#,
      "/images/postgres:16.4/json": #"{"Id":"sha256:newer","RepoDigests":[]}"#,
      "/images/sha256:postgres/json": #"{"Id":"sha256:postgres","RepoDigests":["postgres@sha256:22"]}"#,
    ]
    for (path, answer) in changes { answers[path] = answer }
    return answers
  }

  private static func container(
    _ service: String, image: String, health: String? = nil, restarts: Int = 0, status: String = "running",
    mounts: String = "[]", bindings: String = "{}", extra: String = ""
  ) -> String {
    let name = image.prefix { $0 != ":" }
    let state = health.map { #","Health":{"Status":"\#($0)","FailingStreak":0,"Log":[]}"# } ?? ""
    return #"""
      {"Id":"x","Image":"sha256:\#(name)","RestartCount":\#(restarts),
       "State":{"Status":"\#(status)","Running":true,"OOMKilled":false,"ExitCode":0,"StartedAt":"2027-01-15T07:00:00.5Z"\#(state)},
       "Config":{"Image":"\#(image)","Env":["API_TOKEN=canary-9f31"],"Labels":{"com.docker.compose.project":"shop",
        "com.docker.compose.service":"\#(service)","com.docker.compose.oneoff":"False"}},
       "HostConfig":{\#(extra)"Memory":0,"PortBindings":\#(bindings),"RestartPolicy":{"Name":"no"},
        "LogConfig":{"Type":"json-file","Config":{}}},
       "Mounts":\#(mounts)}
      """#
  }

  private static let file = """
    name: shop
    services:
      web: { image: "web:1.4.2", restart: unless-stopped, ports: ["127.0.0.1:8080:8080"] }
      db: { image: "postgres:16.4" }
      gone: { image: "gone:1.1" }
    """

  private static func serving(_ answers: [String: String], status: String = "200 OK")
    -> @Sendable (ScriptedServer.Peer) -> Void
  {
    { peer in
      let request = String(decoding: peer.receive(), as: UTF8.self)
      let path = request.split(separator: " ").dropFirst().first.map { String($0.prefix { $0 != "?" }) } ?? ""
      guard let answer = answers[path] else {
        return peer.send(Array("HTTP/1.0 404 Not Found\r\nContent-Length: 2\r\n\r\n{}".utf8))
      }
      peer.send(Array("HTTP/1.0 \(status)\r\nContent-Type: application/json\r\n\r\n\(answer)".utf8))
    }
  }

  @Test func seesWhatRuns() async throws {
    let folder = try ScratchFolder()
    try folder.write(Self.file, to: "compose.yaml")
    let server = try ScriptedServer(unixSocket: folder.path("e.sock"), Self.serving(Self.answers()))
    let look = await Look(
      ComposeProjectProbe(),
      at: ["file": .string(folder.path("compose.yaml")), "socket": .string(folder.path("e.sock"))])
    withExtendedLifetime(server) {}
    #expect(look.unseen == nil, "\(String(describing: look.unseen))")
    let web = look.element("services", named: "web")
    #expect(web?["health"] == "healthy")
    #expect(web?["satisfied"] == true)
    #expect(web?["drift"] == ["restart: no"])
    #expect(web?["image"]?["newestHere"] == true)
    #expect(web?["image"]?["digests"] == ["web@sha256:11"])
    #expect(web?["upSeconds"]?.integer ?? 0 > 0)
    let db = look.element("services", named: "db")
    #expect(db?["anonymousData"] == ["/var/lib/postgresql/data"])
    #expect(db?["openPorts"] == ["*:5432 → 5432/tcp"])
    #expect(db?["image"]?["newestHere"] == false)
    #expect(!JSONText.compact(look.facts ?? .null).contains("canary-"))
    func statuses(_ id: String) throws -> [String: Status] { try ComposeFileProbeTests.statuses(of: id, look) }
    #expect(try statuses("deployment-services-running")["gone"] == .fail)
    #expect(try statuses("deployment-services-healthy") == ["": .pass])
    #expect(try statuses("deployment-health-defined")["db"] == .fail)
    #expect(try statuses("deployment-restarts-rare")["db"] == .fail)
    #expect(try statuses("deployment-services-declared")["old-worker"] == .fail)
    #expect(try statuses("deployment-images-current")["db"] == .warn)
    #expect(try statuses("deployment-ports-declared")["db"] == .fail)
    #expect(try statuses("deployment-data-named")["db"] == .fail)
    #expect(try statuses("deployment-confinement-declared")["web"] == .fail)
    #expect(try statuses("deployment-logs-bounded")["web"] == .fail)
    #expect(try statuses("deployment-memory-suffices").values.allSatisfy { $0 == .pass })
    #expect(look.traffic.requests == 11)
  }

  @Test func chunksAreRead() async throws {
    let folder = try ScratchFolder()
    try folder.write(Self.file, to: "compose.yaml")
    let server = try ScriptedServer { peer in
      let request = String(decoding: peer.receive(), as: UTF8.self)
      let body = request.contains("/version") ? #"{"Version":"1","ApiVersion":"1.44"}"# : "[]"
      let middle = body.index(body.startIndex, offsetBy: 1)
      let rest = body[middle...]
      peer.send(
        Array(
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n\(body[..<middle])\r\n\(String(rest.utf8.count, radix: 16))\r\n\(rest)\r\n0\r\n\r\n"
            .utf8))
    }
    let look = await Look(
      ComposeProjectProbe(),
      at: ["file": .string(folder.path("compose.yaml")), "socket": .string("tcp://127.0.0.1:\(server.port)")])
    #expect(look.facts?["engine"]?["api"] == "1.44")
    #expect(
      try ComposeFileProbeTests.statuses(of: "deployment-services-running", look).values.allSatisfy { $0 == .fail })
  }

  @Test(arguments: [
    ("HTTP/1.0 403 Forbidden\r\n\r\nno", Unseen.Kind.denied), ("HTTP/1.0 401 Unauthorized\r\n\r\n", .denied),
    ("HTTP/1.0 500 Oops\r\n\r\n{}", .malformed), ("HTTP/1.0 200 OK\r\n\r\n<html></html>", .malformed),
    ("HTTP/1.0 200 OK\r\n\r\n", .malformed), ("HTTP/1.0 200 OK\r\n\r\n{}", .malformed),
    ("HTTP/1.0 200 OK\r\n\r\n[1,", .malformed),
    ("SSH-2.0-x\r\n", .malformed), ("", .malformed), ("HTTP/1.0 99999 x\r\n\r\n{}", .malformed),
    ("HTTP/1.0 200 OK\r\nContent-Length: 99\r\n\r\n{}", .malformed),
    ("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n", .malformed),
  ])
  func whatIsNoEngineIsUnseen(answer: String, kind: Unseen.Kind) async throws {
    let folder = try ScratchFolder()
    try folder.write(Self.file, to: "compose.yaml")
    let server = try ScriptedServer { peer in
      _ = peer.receive()
      peer.send(Array(answer.utf8))
    }
    let look = await Look(
      ComposeProjectProbe(),
      at: ["file": .string(folder.path("compose.yaml")), "socket": .string("http://127.0.0.1:\(server.port)")])
    #expect(look.unseen?.kind == kind, "\(String(describing: look.unseen))")
  }

  @Test func whereNobodyListensNothingIsSeen() async throws {
    let folder = try ScratchFolder()
    try folder.write(Self.file, to: "compose.yaml")
    func unseen(_ socket: String?) async -> Unseen.Kind? {
      var settings: JSONObject = ["file": .string(folder.path("compose.yaml"))]
      settings["socket"] = socket.map { .string($0) }
      return await Look(ComposeProjectProbe(), at: settings).unseen?.kind
    }
    #expect(await unseen(folder.path("no.sock")) == .unreachable)
    #expect(await unseen("/" + String(repeating: "x", count: 300)) == .unreachable)
    #expect(await unseen("relative.sock") == .malformed)
    #expect(await unseen("tcp://127.0.0.1") == .malformed)
    #expect(await unseen(nil) == .malformed)
    try folder.write("text", to: "file.sock")
    #expect(await unseen(folder.path("file.sock")) == .unreachable)
  }

  @Test func conforms() async throws {
    let folder = try ScratchFolder()
    try folder.write(Self.file, to: "compose.yaml")
    let server = try ScriptedServer(unixSocket: folder.path("e.sock"), Self.serving(Self.answers()))
    let target = Target(
      id: "stack", kind: "compose",
      settings: ["file": .string(folder.path("compose.yaml")), "socket": .string(folder.path("e.sock"))])
    let problems = await ProbeConformance.problems(with: ComposeProjectProbe(), target: target)
    #expect(problems == [])
    withExtendedLifetime(server) {}
  }

  @Test func doors() {
    #expect(EngineClient.Door("/run/docker.sock") == .socket("/run/docker.sock"))
    #expect(EngineClient.Door("unix:///run/docker.sock") == .socket("/run/docker.sock"))
    #expect(EngineClient.Door("tcp://[::1]:2375/") == EngineClient.Door("http://[::1]:2375"))
    for text in ["", "unix://x", "tcp://:1", "tcp://h:0", "tcp://h:x", "ssh://h:1", "tcp://u@h:1"] {
      #expect(EngineClient.Door(text) == nil, "\(text)")
    }
  }
}
