import AuditModel
import Facts
import LoopbackServers
import ProbeConformance
import Probing
import Testing

@testable import DeploymentProbes

@Suite struct PersistenceProbeTests {
  private static let file = """
    name: shop
    services:
      store: { image: "store:1.0", volumes: ["data:/data"] }
    volumes: { data: {} }
    """

  /// A look at the service `store` as ordered, with the engine that it leaves behind.
  private static func look(
    _ order: JSONObject,
    _ container: ScriptedEngine.Container = .init(id: "aa11", name: "shop-store-1", service: "store"),
    _ change: (inout ScriptedEngine.State) -> Void = { _ in }
  ) async throws -> (look: Look, engine: ScriptedEngine) {
    let folder = try ScratchFolder()
    try folder.write(file, to: "compose.yaml")
    let engine = try ScriptedEngine([container], socket: folder.path("e.sock"), change)
    var order = order
    order["service"] = order["service"] ?? "store"
    let settings: JSONObject = [
      "file": .string(folder.path("compose.yaml")), "socket": .string(folder.path("e.sock")),
      "persistence": [.object(order)],
    ]
    let look = await Look(PersistenceProbe(), at: settings, milliseconds: 30_000)
    withExtendedLifetime(folder) {}
    return (look, engine)
  }

  private static func statuses(_ id: String, _ look: Look) throws -> Status? {
    let rulings = try ComposeFileProbeTests.statuses(of: "deployment-\(id)", look)
    return rulings["store"] ?? rulings[""]
  }

  @Test func whatLiesInAVolumeStays() async throws {
    var container = ScriptedEngine.Container(id: "aa11", name: "shop-store-1", service: "store")
    container.volume = "/data"
    let (look, engine) = try await Self.look(["file": "/data/word", "recreate": true], container)
    let store = look.element("services", named: "store")
    #expect(store?["survived"] == true, "\(JSONText.compact(look.facts ?? .null))")
    #expect(store?["putBack"] == false)
    #expect(try Self.statuses("data-survives-restart", look) == .pass)
    #expect(try Self.statuses("returns-promptly", look) == .pass)
    // The new one has the name, and the old one is gone.
    #expect(engine.containers.map(\.id) == ["ee01"])
    #expect(engine.containers.map(\.name) == ["shop-store-1"])
    #expect(engine.containers.map(\.status) == ["running"])
  }

  @Test func whatLiesInTheContainerIsLostWithIt() async throws {
    let (look, engine) = try await Self.look(["file": "/elsewhere/word", "recreate": true])
    let store = look.element("services", named: "store")
    #expect(store?["planted"] == true)
    #expect(store?["survived"] == false)
    // Whatever the old container holds may be all there is: it is back in its place, and runs.
    #expect(store?["putBack"] == true)
    #expect(engine.containers.map(\.id) == ["aa11"])
    #expect(engine.containers.map(\.name) == ["shop-store-1"])
    #expect(engine.containers.map(\.status) == ["running"])
    #expect(try Self.statuses("data-survives-restart", look) == .fail)
  }

  @Test func aRestartKeepsTheContainerAndLosesMemory() async throws {
    let (kept, engine) = try await Self.look(["file": "/elsewhere/word"])
    #expect(kept.element("services", named: "store")?["survived"] == true)
    #expect(engine.log.filter { $0.hasPrefix("POST") } == ["POST /containers/aa11/restart"])
    var container = ScriptedEngine.Container(id: "aa11", name: "shop-store-1", service: "store")
    container.forgetsAtRestart = ["/tmp/word"]
    let (lost, _) = try await Self.look(["file": "/tmp/word"], container)
    #expect(lost.element("services", named: "store")?["survived"] == false)
    #expect(try Self.statuses("data-survives-restart", lost) == .fail)
  }

  @Test(arguments: [
    "POST /containers/create", "POST /containers/ee01/start", "POST /networks", "POST /containers/aa11/rename",
  ])
  func whatFailsOnTheWayIsUndone(request: String) async throws {
    let (look, engine) = try await Self.look(["file": "/data/word", "recreate": true]) { $0.refusing = [request] }
    if request == "POST /networks" {
      #expect(look.element("services", named: "store")?["back"] == true)
      return
    }
    #expect(look.element("services", named: "store")?["survived"]?.isNull == true)
    #expect(look.gaps.count == 1)
    #expect(engine.containers.map(\.id) == ["aa11"])
    #expect(engine.containers.map(\.name) == ["shop-store-1"])
    #expect(engine.containers.map(\.status) == ["running"])
    #expect(try Self.statuses("data-survives-restart", look) == .unknown)
  }

  @Test func whatDoesNotComeBackIsTold() async throws {
    var container = ScriptedEngine.Container(id: "aa11", name: "shop-store-1", service: "store")
    container.health = "healthy"
    let (look, _) = try await Self.look(["file": "/data/word", "patienceSeconds": 1], container) { $0.staysAway = true }
    let store = look.element("services", named: "store")
    #expect(store?["back"] == false)
    #expect(store?["survived"]?.isNull == true)
    #expect(try Self.statuses("returns-promptly", look) == .fail)
    #expect(try Self.statuses("data-survives-restart", look) == .unknown)
  }

  @Test func programsPlantAndLook() async throws {
    let folder = try ScratchFolder()
    let place = folder.path("planted")
    let (look, _) = try await Self.look([
      "plant": JSONValue(["sh", "-c", "echo '{word}' > \(place)"]), "look": JSONValue(["cat", place]),
      "clean": JSONValue(["rm", place]),
    ])
    #expect(look.element("services", named: "store")?["survived"] == true)
    #expect((try? folder.read("planted")) == nil)
    #expect(look.traffic.processes == 4)
    let (failing, _) = try await Self.look([
      "plant": JSONValue(["sh", "-c", "echo no room >&2; exit 3"]), "look": JSONValue(["cat", place]),
    ])
    #expect(
      failing.element("services", named: "store")?["why"] == "planting: it ended with status 3: no room")
    #expect(try Self.statuses("data-survives-restart", failing) == .unknown)
    let (deaf, _) = try await Self.look(["plant": JSONValue(["true"]), "look": JSONValue(["true"])])
    #expect(deaf.element("services", named: "store")?["planted"] == false)
    #expect(try Self.statuses("data-survives-restart", deaf) != .pass)
  }

  @Test func whatCannotBeTriedIsNotPassed() async throws {
    for order: JSONObject in [
      ["file": "/data/word", "service": "other"], [:], ["file": "relative"], ["plant": JSONValue(["true"])],
    ] {
      let (look, engine) = try await Self.look(order)
      #expect(look.facts?["services"]?.array?.first?["survived"]?.isNull == true)
      #expect(engine.log == [])
    }
    let folder = try ScratchFolder()
    try folder.write(Self.file, to: "compose.yaml")
    var settings: JSONObject = ["file": .string(folder.path("compose.yaml"))]
    #expect(await Look(PersistenceProbe(), at: settings).unseen?.kind == .malformed)
    settings["persistence"] = [["service": "store", "file": "/data/word"]]
    #expect(await Look(PersistenceProbe(), at: settings).unseen?.kind == .malformed)
    settings["socket"] = .string(folder.path("none.sock"))
    #expect(await Look(PersistenceProbe(), at: settings).unseen?.kind == .unreachable)
  }

  @Test func archivesAreReadAndWritten() throws {
    let scratch = try ScratchFolder()
    let bytes = TarArchive.holding(Array("text".utf8), named: "word")
    #expect(TarArchive.firstFile(in: bytes) == Array("text".utf8))
    #expect(bytes.count == 2048)
    for length in [0, 100, 511, 512, 600] {
      #expect(TarArchive.firstFile(in: Array(bytes.prefix(length))) == (length < 516 ? nil : Array("text".utf8)))
    }
    var hostile = bytes
    hostile.replaceSubrange(124..<136, with: Array("77777777777 ".utf8))
    #expect(TarArchive.firstFile(in: hostile) == nil)
    withExtendedLifetime(scratch) {}
  }
}

@Suite struct RolloutProbeTests {
  private static let file = """
    name: shop
    services:
      store: { image: "store:1.0", healthcheck: { test: [CMD, ok] } }
      web: { image: "web:1.0", depends_on: { store: { condition: service_healthy } } }
    """

  private static func look(
    _ order: JSONObject, store: (inout ScriptedEngine.Container) -> Void = { _ in }
  ) async throws -> Look {
    let folder = try ScratchFolder()
    try folder.write(file, to: "compose.yaml")
    var first = ScriptedEngine.Container(id: "aa11", name: "shop-store-1", service: "store")
    first.health = "healthy"
    store(&first)
    let second = ScriptedEngine.Container(
      id: "bb22", name: "shop-web-1", service: "web", startedAt: "2027-01-15T07:00:01Z")
    let engine = try ScriptedEngine([first, second], socket: folder.path("e.sock"))
    let settings: JSONObject = [
      "file": .string(folder.path("compose.yaml")), "socket": .string(folder.path("e.sock")), "rollout": .object(order),
    ]
    let look = await Look(RolloutProbe(), at: settings, milliseconds: 30_000)
    withExtendedLifetime((folder, engine)) {}
    return look
  }

  private static func status(_ id: String, _ look: Look) throws -> Set<Status> {
    Set(try ComposeFileProbeTests.statuses(of: "rollout-\(id)", look).values)
  }

  private static let good: JSONObject = [
    "build": JSONValue(["true"]), "up": JSONValue(["true"]), "database": JSONValue(["true"]),
    "smoke": JSONValue(["true"]), "patienceSeconds": 20,
  ]

  @Test func aRolloutThatWorks() async throws {
    let look = try await Self.look(Self.good)
    for id in ["builds", "starts", "healthy", "database-answers", "smoke-passes", "ordered", "quick"] {
      #expect(try Self.status(id, look) == [.pass], "\(id): \(JSONText.compact(look.facts ?? .null))")
    }
    #expect(look.facts?["healthy"]?["seconds"]?.double ?? 99 < 20)
    #expect(look.element("services", named: "web")?["tooEarly"] == [])
  }

  @Test func whatFailsIsToldAndWhatIsBehindItIsNotPassed() async throws {
    var order = Self.good
    order["build"] = JSONValue(["sh", "-c", "echo no such base >&2; exit 1"])
    let unbuilt = try await Self.look(order)
    #expect(unbuilt.facts?["build"]?["why"] == "it ended with status 1: no such base")
    #expect(try Self.status("builds", unbuilt) == [.fail])
    for id in ["starts", "healthy", "database-answers", "smoke-passes", "ordered", "quick"] {
      #expect(try Self.status(id, unbuilt) == [.unknown], "\(id)")
    }
    order = Self.good
    order["smoke"] = JSONValue(["false"])
    #expect(try await Self.status("smoke-passes", Self.look(order)) == [.fail])
    order["up"] = JSONValue(["no-such-program-here"])
    let unstarted = try await Self.look(order)
    #expect(try Self.status("starts", unstarted) == [.unknown])
    #expect(try Self.status("healthy", unstarted) == [.unknown])
  }

  @Test func whatNeverGetsHealthyIsNamed() async throws {
    var order = Self.good
    order["patienceSeconds"] = 1
    let look = try await Self.look(order) { $0.health = "starting" }
    #expect(look.facts?["healthy"]?["why"] == "not ready: store (starting)")
    #expect(try Self.status("healthy", look) == [.fail])
    #expect(try Self.status("quick", look) == [.fail])
    #expect(look.element("services", named: "store")?["readySeconds"]?.isNull == true)
  }

  @Test func whoDoesNotWaitIsNamed() async throws {
    let look = try await Self.look(Self.good) { $0.startedAt = "2027-01-15T07:00:01.5Z" }
    #expect(look.element("services", named: "web")?["tooEarly"] == ["store was healthy"])
    #expect(try ComposeFileProbeTests.statuses(of: "rollout-ordered", look)["web"] == .fail)
  }

  @Test func itIsTakenDownHoweverItWent() async throws {
    let folder = try ScratchFolder()
    var order = Self.good
    order["up"] = JSONValue(["false"])
    order["down"] = JSONValue(["touch", folder.path("down")])
    _ = try await Self.look(order)
    #expect((try? folder.read("down")) != nil)
  }

  @Test func whatCannotBeTriedIsUnseen() async throws {
    let folder = try ScratchFolder()
    try folder.write(Self.file, to: "compose.yaml")
    var settings: JSONObject = ["file": .string(folder.path("compose.yaml"))]
    #expect(await Look(RolloutProbe(), at: settings).unseen?.kind == .malformed)
    settings["rollout"] = .object(Self.good)
    #expect(await Look(RolloutProbe(), at: settings).unseen?.kind == .malformed)
    settings["socket"] = .string(folder.path("none.sock"))
    #expect(await Look(RolloutProbe(), at: settings).unseen?.kind == .unreachable)
  }
}
