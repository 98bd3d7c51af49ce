import AuditModel
import Facts
import LoopbackServers
import Probing
import Testing

@testable import DeploymentProbes

/// The same probe against a real engine, where one can be started.
@Suite(
  .serialized,
  .enabled(if: DockerEngine.obstacle == nil, "no real engine: \(DockerEngine.obstacle ?? "")"))
struct RealEngineTests {
  /// What waits for programs must not keep the other tests from their turn.
  private static func onLane<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await Look.lane.run { Result { try body() } }.get()
  }

  @discardableResult
  private static func docker(_ engine: DockerEngine, _ arguments: [String]) async throws -> String {
    try await onLane { try engine.docker(arguments) }
  }

  @Test func seesWhatRuns() async throws {
    let engine = try await Self.onLane { try DockerEngine() }
    let folder = try ScratchFolder()
    try folder.write(
      """
      name: shop
      services:
        web: { image: "\(DockerEngine.image)", restart: unless-stopped }
        db: { image: "\(DockerEngine.image)" }
        gone: { image: "gone:1.1" }
      """, to: "compose.yaml")
    func run(_ service: String, _ options: [String], _ command: [String]) async throws {
      try await Self.docker(
        engine,
        [
          "run", "--detach", "--network", "none", "--name", "shop-\(service)-1", "--label",
          "com.docker.compose.project=shop",
          "--label", "com.docker.compose.service=\(service)", "--label", "com.docker.compose.oneoff=False",
        ] + options + [DockerEngine.image] + command)
    }
    let sleep = ["/usr/bin/sleep", "600"]
    try await run(
      "web",
      [
        "--restart", "unless-stopped", "--memory", "64m", "--health-cmd", "/usr/bin/sleep 0", "--health-interval", "1s",
        "--log-opt", "max-size=1m",
      ],
      sleep)
    try await run("db", ["--pid", "host", "--volume", "/data", "--env", "PASSWORD=canary-9f31"], sleep)
    try await run("left-over", [], ["/usr/bin/sleep", "0"])
    let settings: JSONObject = ["file": .string(folder.path("compose.yaml")), "socket": .string(engine.socket)]
    var look = await Look(ComposeProjectProbe(), at: settings)
    for _ in 0..<100 where look.element("services", named: "web")?["health"] == "starting" {
      try await Task.sleep(for: .milliseconds(100))
      look = await Look(ComposeProjectProbe(), at: settings)
    }
    #expect(look.unseen == nil, "\(String(describing: look.unseen))")
    let web = look.element("services", named: "web")
    #expect(web?["satisfied"] == true, "\(JSONText.compact(web ?? .null))")
    #expect(web?["drift"] == [])
    #expect(web?["logsRotate"] == true)
    #expect(web?["memoryLimited"] == true)
    #expect(web?["image"]?["asDeclared"] == true)
    #expect(web?["image"]?["newestHere"] == true)
    // There is no shell in the image that the test of health would need.
    #expect(web?["health"] == "unhealthy")
    #expect(web?["healthDefined"] == true)
    let db = look.element("services", named: "db")
    #expect(db?["drift"] == ["pid: host"])
    #expect(db?["satisfied"] == true)
    #expect(db?["anonymousData"] == ["/data"])
    #expect(db?["logsRotate"] == false)
    #expect(db?["health"]?.isNull == true)
    #expect(look.element("services", named: "left-over")?["declared"] == false)
    #expect(look.element("services", named: "left-over")?["states"] == ["exited"])
    #expect(look.element("services", named: "gone")?["containers"] == 0)
    #expect(!JSONText.compact(look.facts ?? .null).contains("canary-"))
    for name in ["web", "db", "left-over"] {
      try await Self.docker(engine, ["rm", "--force", "--volumes", "shop-\(name)-1"])
    }
    withExtendedLifetime(engine) {}
  }

  @Test func dataInAVolumeOutlivesItsContainerAndDataBesideItDoesNot() async throws {
    let engine = try await Self.onLane { try DockerEngine() }
    let folder = try ScratchFolder()
    try folder.write(
      """
      name: shop
      services: { store: { image: "\(DockerEngine.image)" } }
      """, to: "compose.yaml")
    try await Self.docker(
      engine,
      [
        "run", "--detach", "--network", "none", "--name", "shop-store-1", "--label", "com.docker.compose.project=shop",
        "--label", "com.docker.compose.service=store", "--label", "com.docker.compose.oneoff=False", "--volume",
        "shop_data:/data", "--stop-signal", "KILL", DockerEngine.image, "/usr/bin/sleep", "600",
      ])
    func trial(_ file: String, recreate: Bool) async -> Look {
      await Look(
        PersistenceProbe(),
        at: [
          "file": .string(folder.path("compose.yaml")), "socket": .string(engine.socket),
          "persistence": [["service": "store", "file": .string(file), "recreate": .bool(recreate)]],
        ], milliseconds: 60_000)
    }
    let before = try await Self.docker(engine, ["ps", "--quiet", "--no-trunc"])
    let kept = await trial("/data/word", recreate: true)
    #expect(
      kept.element("services", named: "store")?["survived"] == true,
      "\(kept.unseen?.reason ?? JSONText.compact(kept.facts ?? .null))")
    let after = try await Self.docker(engine, ["ps", "--quiet", "--no-trunc"])
    #expect(before != after && !after.isEmpty)
    let lost = await trial("/word", recreate: true)
    #expect(lost.element("services", named: "store")?["survived"] == false)
    #expect(lost.element("services", named: "store")?["putBack"] == true)
    // The container of before is back under its name.
    #expect(try await Self.docker(engine, ["ps", "--quiet", "--no-trunc"]) == after)
    #expect(try await Self.docker(engine, ["ps", "--all", "--format", "{{.Names}}"]) == "shop-store-1\n")
    #expect(await trial("/word", recreate: false).element("services", named: "store")?["survived"] == true)
    try await Self.docker(engine, ["rm", "--force", "--volumes", "shop-store-1"])
    withExtendedLifetime(engine) {}
  }
}
