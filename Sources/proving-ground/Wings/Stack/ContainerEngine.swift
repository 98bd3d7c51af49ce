import AuditModel
import Cryptography
import Facts
import Glibc
import Hummingbird
import Probing
import Synchronization

/// A container engine in small: it speaks the engine API that compose implementations speak (Docker Engine API 1.44), and
/// what it calls containers are processes of the platform. Some it starts itself, and starts again when asked to; of the
/// others it only tells.
final class ContainerEngine: Sendable {
  private let settings: EngineSettings
  private let port: Int
  private let launcher: Launcher
  private let lane = BlockingLane(width: 4)
  private let lives: Mutex<[String: Life]>

  /// What became of a container since the engine runs.
  private struct Life {
    /// The process behind it; nil where none runs.
    var pid: pid_t?
    /// When it was started last.
    var since: String
    /// How often it was started again by the engine's users.
    var restarts = 0
  }

  /// How long a process may take to end, and another to be ready, in milliseconds.
  private static let patience = 10_000

  /// An engine with its settings.
  init(_ settings: ServiceSettings) throws(GroundFailure) {
    guard let engine = settings.engine, let folder = settings.folder else {
      throw GroundFailure("the settings say nothing about containers")
    }
    self.settings = engine
    port = settings.port
    launcher = Launcher(folder: Folder(path: folder), account: try Account.forServers())
    let begin = Self.present
    lives = Mutex(
      Dictionary(engine.containers.map { ($0.id, Life(since: begin)) }, uniquingKeysWith: { first, _ in first }))
  }

  /// Serves until it is told to end, and ends what it started.
  func run() async throws {
    for container in settings.containers where container.process != nil { try await start(container) }
    let router = Router()
    router.get("**") { request, _ in await self.answer(to: request.uri.path) }
    router.post("**") { request, _ in try await self.change(request.uri.path) }
    do {
      try await Server.run(router, port: port)
    } catch {
      endAll()
      throw error
    }
    endAll()
  }

  // MARK: Questions

  private func answer(to path: String) async -> Response {
    let parts = Self.parts(of: path)
    switch (parts.first, parts.count) {
    case ("_ping", 1): return Response(status: .ok, body: .init(byteBuffer: ByteBuffer(string: "OK")))
    case ("version", 1):
      return Server.json(#"{"Version":"29.0.1","ApiVersion":"1.52","MinAPIVersion":"1.44","Os":"linux"}"#)
    case ("containers", 2) where parts[1] == "json":
      return Server.json(JSONText.compact(.array(settings.containers.map { ["Id": .string($0.id)] })))
    case ("containers", 3) where parts[2] == "json":
      guard let container = self.container(parts[1]) else { break }
      let text = await lane.run { JSONText.compact(self.details(of: container)) }
      return Server.json(text)
    case ("images", 3...) where parts.last == "json":
      let name = parts.dropFirst().dropLast().joined(separator: "/")
      guard let image = settings.containers.map(\.image).first(where: { $0 == name || Self.imageID($0) == name }) else {
        break
      }
      return Server.json(
        JSONText.compact(["Id": .string(Self.imageID(image)), "RepoDigests": .array([.string(image)])]))
    default: break
    }
    return Self.missing
  }

  private static let missing = Server.json(#"{"message":"no such thing here"}"#, status: .notFound)

  private static func parts(of path: String) -> [String] {
    path.split(separator: "/").map(String.init)
  }

  private func container(_ id: String) -> ContainerSettings? { settings.containers.first { $0.id == id } }

  private static func imageID(_ image: String) -> String { "sha256:\(SHA256.hex("id of \(image)".utf8))" }

  private func details(of container: ContainerSettings) -> JSONValue {
    let life = lives.withLock { $0[container.id] } ?? Life(since: Self.present)
    // What was started again is well again, unless it is to be otherwise; what does its work and ends has done so.
    let isOneShot = container.restartPolicy == "no"
    var isUp = container.state == "running" || life.restarts > 0 && !isOneShot
    var health = container.health
    if life.restarts > 0, health != nil { health = "healthy" }
    if life.restarts == 1, let other = container.healthOnceRestarted { health = other }
    if let process = container.process {
      isUp = life.pid.map { kill($0, 0) == 0 } ?? false
      if health != nil, !Ports.isOpen(process.port) { health = isUp ? "starting" : "unhealthy" }
    }
    var state: JSONObject = [
      "Status": isUp ? "running" : "exited", "Running": .bool(isUp), "ExitCode": 0,
      "OOMKilled": .bool(container.wasKilledForItsMemory),
      "StartedAt": .string(life.since), "FinishedAt": .string(isUp ? "0001-01-01T00:00:00Z" : life.since),
    ]
    if let health { state["Health"] = ["Status": .string(health), "FailingStreak": 0, "Log": []] }
    let words = container.restartPolicy.split(separator: ":").map(String.init)
    return [
      "Id": .string(container.id), "Name": .string("/\(settings.project)-\(container.service)-1"),
      "Image": .string(Self.imageID(container.image)), "RestartCount": .integer(container.restarts),
      "State": .object(state),
      "Config": [
        "Image": .string(container.image),
        "Labels": [
          "com.docker.compose.project": .string(settings.project),
          "com.docker.compose.service": .string(container.service), "com.docker.compose.oneoff": "False",
        ],
      ],
      "HostConfig": [
        "Privileged": .bool(container.isPrivileged), "Memory": .integer(256 << 20), "ReadonlyRootfs": true,
        "RestartPolicy": [
          "Name": .string(words.first ?? ""),
          "MaximumRetryCount": .integer(words.dropFirst().first.flatMap { Int($0) } ?? 0),
        ],
        "LogConfig": [
          "Type": "json-file", "Config": container.hasBoundedLog ? ["max-size": "10m", "max-file": "3"] : [:],
        ],
        "PortBindings": .object(
          JSONObject(
            container.ports.map {
              (
                "\($0.inside)/tcp",
                [["HostIp": .string($0.address), "HostPort": .string(String($0.outside))]]
              )
            })),
      ],
      "Mounts": .array(
        container.volumes.sorted { $0.key < $1.key }.map {
          ["Type": "volume", "Name": .string($0.value), "Destination": .string($0.key), "RW": true]
        }),
    ]
  }

  private static var present: String { Instant(seconds: time(nil)).description }

  // MARK: Changes

  private func change(_ path: String) async throws -> Response {
    let parts = Self.parts(of: path)
    guard parts.count == 3, parts[0] == "containers", let container = self.container(parts[1]) else {
      return Self.missing
    }
    switch parts[2] {
    case "restart":
      // Containers of one service are started again together, as a rollout would.
      for each in settings.containers where each.service == container.service {
        await stop(each)
        lives.withLock { $0[each.id]?.restarts += 1 }
        try await start(each)
      }
    case "stop": await stop(container)
    case "start": try await start(container)
    default: return Self.missing
    }
    return Response(status: .noContent)
  }

  private func start(_ container: ContainerSettings) async throws {
    let present = Self.present
    lives.withLock { $0[container.id]?.since = present }
    guard let process = container.process, lives.withLock({ $0[container.id]?.pid }) == nil else { return }
    try await lane.run {
      Result { () throws(GroundFailure) in
        let part = try self.launcher.start(process.command, log: process.log, asAccount: process.asAccount)
        self.lives.withLock { $0[container.id]?.pid = part.pid }
        try self.launcher.wait(for: part, before: Deadline(milliseconds: Self.patience)) { Ports.isOpen(process.port) }
      }
    }.get()
  }

  private func stop(_ container: ContainerSettings) async {
    let pid = lives.withLock { table in
      defer { table[container.id]?.pid = nil }
      return table[container.id]?.pid
    }
    if let pid { await lane.run { Self.end(pid) } }
  }

  private func endAll() {
    let pids = lives.withLock { table in
      defer { table = [:] }
      return table.values.compactMap(\.pid)
    }
    for pid in pids { Self.end(pid) }
  }

  /// Ends a process of ours and collects it.
  private static func end(_ pid: pid_t) {
    kill(pid, SIGTERM)
    let deadline = Deadline(milliseconds: patience)
    while waitpid(pid, nil, WNOHANG) == 0 {
      if deadline.hasPassed {
        kill(pid, SIGKILL)
        waitpid(pid, nil, 0)
        return
      }
      usleep(5000)
    }
  }
}
