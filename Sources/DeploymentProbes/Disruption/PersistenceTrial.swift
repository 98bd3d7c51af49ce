import AuditModel
import ComposeModel
import Facts
import Probing

/// One service that is given a word, started again, and asked for it.
struct PersistenceTrial {
  private let service: String
  private let file: String?
  private let plant: DeclaredProgram?
  private let look: DeclaredProgram?
  private let clean: DeclaredProgram?
  private let recreates: Bool
  /// In seconds.
  private let patience: Int
  private let project: String
  private let client: EngineClient
  private let context: ProbeContext
  /// A word that nobody else will have used.
  private let word: String

  private var planted: Bool?
  private var back: Bool?
  private var backSeconds: Double?
  private var survived: Bool?
  private var putBack = false
  private var why = ""

  /// A trial as the inventory orders it.
  init(_ order: JSONValue, project: ComposeProject, client: EngineClient, context: ProbeContext) {
    service = order["service"]?.string ?? ""
    file = order["file"]?.string
    plant = DeclaredProgram(order["plant"], in: project.folder)
    look = DeclaredProgram(order["look"], in: project.folder)
    clean = DeclaredProgram(order["clean"], in: project.folder)
    recreates = order["recreate"]?.bool ?? false
    patience = order["patienceSeconds"]?.integer ?? 60
    self.project = project.name
    self.client = client
    self.context = context
    var generator = SystemRandomNumberGenerator()
    word = "prodworthy-\(UInt64.random(in: 0...UInt64.max, using: &generator))"
  }

  var facts: JSONValue {
    [
      "name": .string(service), "how": recreates ? "recreated" : "restarted", "planted": JSONValue(planted),
      "back": JSONValue(back), "backSeconds": backSeconds.map { .double($0) } ?? .null, "survived": JSONValue(survived),
      "putBack": .bool(putBack), "why": .string(why),
    ]
  }

  /// What could not be told of it.
  var gap: Gap? {
    // That it did not come back is something seen; what became of its data is then null by itself.
    back == nil || survived == nil && back == true
      ? Gap(path: "services", reason: "\(service): \(why.isEmpty ? "it could not be tried" : why)") : nil
  }

  /// Why a trial ends before its end.
  private struct Stop: Error {
    var why: String
  }

  mutating func run() async {
    do throws(Stop) {
      try await runThrowing()
    } catch {
      why = error.why
    }
  }

  private mutating func runThrowing() async throws(Stop) {
    if let file {
      guard file.hasPrefix("/"), !file.hasSuffix("/") else { throw Stop(why: "`file` is no absolute path of a file") }
    } else if plant == nil || look == nil {
      throw Stop(why: "the inventory names neither `file` nor both `plant` and `look`")
    }
    let container = try await findContainer()
    guard let id = container["Id"]?.string else { throw Stop(why: "the engine names no id") }
    try await put(into: id)
    guard try await isThere(in: id, patiently: false) else {
      planted = false
      throw Stop(why: "what was planted was not there even before the restart")
    }
    planted = true
    let begun = ContinuousClock.now
    if recreates {
      guard let order = ContainerRenewal(container, client) else {
        throw Stop(why: "the engine's description of the container is not enough to make it anew")
      }
      let grace = Self.grace
      let (made, renewal) = await context.lane.run {
        var renewal = order
        let made = Result { () throws(EngineClient.Failure) in try renewal.begin(patience: grace) }
        return (made, renewal)
      }
      let newID = try made.mapError { Stop(why: $0.unseen.reason) }.get()
      do throws(Stop) {
        try await findOut(newID, since: begun)
      } catch {
        await context.lane.run { renewal.undo() }
        putBack = true
        throw error
      }
      if survived == true, back == true {
        try await engine { _ throws(EngineClient.Failure) in try renewal.finish() }
      } else {
        // What the old container holds may be all there is.
        await context.lane.run { renewal.undo() }
        putBack = true
      }
    } else {
      let grace = Self.grace
      try await engine { client throws(EngineClient.Failure) in
        try client.send("POST", "/containers/\(id)/restart?t=\(grace)")
      }
      try await findOut(id, since: begun)
    }
    if let clean { _ = await clean.run(word: word, before: context.deadline, on: context.lane, context.traffic) }
  }

  /// How long the engine waits before it kills what does not end, in seconds.
  private static let grace = 30

  /// The running container of the service; of several the first.
  private func findContainer() async throws(Stop) -> JSONValue {
    let project = self.project
    let all = try await engine { client throws(EngineClient.Failure) in
      try client.containers(of: project, atMost: 200).looked
    }
    let own = all.first { container in
      container["Config"]?["Labels"]?["com.docker.compose.service"]?.string == service
        && container["State"]?["Status"]?.string == "running"
    }
    guard let own, let id = own["Id"]?.string, EngineClient.isIdentifier(id) else {
      throw Stop(why: "no container of it runs")
    }
    return own
  }

  /// Whether it is back, and still has what it was given.
  private mutating func findOut(_ id: String, since begun: ContinuousClock.Instant) async throws(Stop) {
    let deadline = context.deadline.capped(milliseconds: patience * 1000)
    repeat {
      let state = try await engine { client throws(EngineClient.Failure) in
        try client.get("/containers/\(id)/json")
      }["State"]
      let health = state?["Health"]?["Status"]?.string
      if state?["Status"]?.string == "running", health == nil || health == "none" || health == "healthy" {
        back = true
        backSeconds = begun.secondsAgo
        break
      }
    } while await deadline.rest(milliseconds: 200)
    guard back == true else {
      if context.deadline.hasPassed { throw Stop(why: "there was no time to wait until it was back") }
      back = false
      throw Stop(why: "it was not back after \(patience) s")
    }
    survived = try await isThere(in: id, patiently: true)
  }

  // MARK: The word

  private func put(into id: String) async throws(Stop) {
    if let file {
      let archive = TarArchive.holding(Array(word.utf8), named: PathText.name(of: file))
      let folder = EngineClient.percentEncoded(PathText.folder(of: file), keeping: "/")
      try await engine { client throws(EngineClient.Failure) in
        try client.send("PUT", "/containers/\(id)/archive?path=\(folder)", .archive(archive))
      }
    } else if let plant {
      let outcome = await plant.run(word: word, before: context.deadline, on: context.lane, context.traffic)
      guard outcome.succeeded else { throw Stop(why: "planting: \(outcome.complaint)") }
    }
  }

  /// Whether the word is there. A program may need a few tries until the service takes questions again.
  private func isThere(in id: String, patiently: Bool) async throws(Stop) -> Bool {
    if let file {
      let path = EngineClient.percentEncoded(file, keeping: "/")
      let client = self.client
      let result = await context.lane.run {
        Result { () throws(EngineClient.Failure) in try client.bytes("/containers/\(id)/archive?path=\(path)") }
      }
      switch result {
      case .success(let bytes):
        return TarArchive.firstFile(in: bytes).map { String(decoding: $0, as: UTF8.self) == word } ?? false
      case .failure(let failure) where failure.status == 404: return false
      case .failure(let failure): throw Stop(why: failure.unseen.reason)
      }
    }
    guard let look else { throw Stop(why: "the inventory names no program to look with") }
    let deadline = context.deadline.capped(milliseconds: patience * 1000)
    var last: DeclaredProgram.Outcome
    repeat {
      last = await look.run(word: word, before: context.deadline, on: context.lane, context.traffic)
      if last.succeeded { return last.output.contains(word) }
      if let obstacle = last.obstacle { throw Stop(why: "looking: \(obstacle.reason)") }
    } while patiently ? await deadline.rest(milliseconds: 200) : false
    throw Stop(why: "looking: \(last.complaint)")
  }

  @discardableResult
  private func engine<Value: Sendable>(
    _ body: @escaping @Sendable (EngineClient) throws(EngineClient.Failure) -> Value
  ) async throws(Stop) -> Value {
    let client = self.client
    let result = await context.lane.run { Result { () throws(EngineClient.Failure) in try body(client) } }
    switch result {
    case .success(let value): return value
    case .failure(let failure): throw Stop(why: failure.unseen.reason)
    }
  }
}
