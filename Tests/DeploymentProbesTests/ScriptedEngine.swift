import Facts
import LoopbackServers
import Synchronization

/// An engine that keeps containers in memory: it restarts, makes, renames and removes them, and keeps the files that are put
/// into them in their layer or in volumes, as engines do.
final class ScriptedEngine: Sendable {
  struct Container {
    var id: String
    var name: String
    var service: String
    var status = "running"
    var health: String?
    var startedAt = "2027-01-15T07:00:00.000000001Z"
    /// Files of the container alone.
    var layer: [String: [UInt8]] = [:]
    /// The folder that a volume with a name is mounted at; nil for none.
    var volume: String?
    /// Whether what is in memory, at `/tmp`, goes with a restart.
    var forgetsAtRestart: Set<String> = []
  }

  struct State {
    var containers: [Container]
    /// What volumes hold, by path.
    var volumes: [String: [UInt8]] = [:]
    var log: [String] = []
    var made = 0
    /// Requests, by their beginning, that are refused.
    var refusing: [String] = []
    /// Whether what is started anew stays in the state `starting`.
    var staysAway = false
  }

  private let state: Mutex<State>
  private let server: Mutex<ScriptedServer?> = Mutex(nil)

  init(_ containers: [Container], socket: String, _ change: (inout State) -> Void = { _ in }) throws {
    var state = State(containers: containers)
    change(&state)
    self.state = Mutex(state)
    let made = try ScriptedServer(unixSocket: socket) { [weak self] peer in
      var bytes = peer.receive()
      guard let self, let head = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return }
      let text = String(decoding: bytes[..<head.lowerBound], as: UTF8.self)
      let length =
        text.split(separator: "\r\n").compactMap { line -> Int? in
          line.hasPrefix("Content-Length: ") ? Int(line.dropFirst(16)) : nil
        }.first ?? 0
      let missing = length - (bytes.count - head.upperBound)
      if missing > 0 { bytes += peer.receive(exactly: missing) }
      let words = text.split(separator: " ").map(String.init)
      let (status, body) = self.answer(words[0], words[1], Array(bytes[head.upperBound...]))
      peer.send(Array("HTTP/1.0 \(status) x\r\nContent-Length: \(body.count)\r\n\r\n".utf8) + body)
    }
    server.withLock { $0 = made }
  }

  var log: [String] { state.withLock { $0.log } }
  var containers: [Container] { state.withLock { $0.containers } }

  private func answer(_ method: String, _ target: String, _ body: [UInt8]) -> (Int, [UInt8]) {
    state.withLock { state in
      let path = target.prefix { $0 != "?" }
      let query = target.dropFirst(path.count + 1).split(separator: "&").reduce(into: [String: String]()) {
        let pair = $1.split(separator: "=", maxSplits: 1).map(String.init)
        if pair.count == 2 { $0[pair[0]] = pair[1] }
      }
      if method != "GET" { state.log.append("\(method) \(path)") }
      if state.refusing.contains(where: "\(method) \(path)".hasPrefix) { return (500, Array("{}".utf8)) }
      func json(_ value: JSONValue) -> (Int, [UInt8]) { (200, Array(JSONText.compact(value).utf8)) }
      let parts = path.split(separator: "/").map(String.init)
      if path == "/version" { return json(["Version": "29.0.1", "ApiVersion": "1.52"]) }
      if path == "/containers/json" { return json(.array(state.containers.map { ["Id": .string($0.id)] })) }
      if path == "/containers/create", let name = query["name"] {
        guard !state.containers.contains(where: { $0.name == name }) else { return (409, Array("{}".utf8)) }
        state.made += 1
        let described = try? JSONText.parse(body)
        var made = Container(id: "ee0\(state.made)", name: name, service: "", status: "created")
        made.service = described?["Labels"]?["com.docker.compose.service"]?.string ?? ""
        made.volume = described?["HostConfig"]?["Binds"]?.array?.first?.string?.split(separator: ":").last.map(
          String.init)
        made.health = described?["Healthcheck"]?.object == nil ? nil : "healthy"
        state.containers.append(made)
        return (201, Array(JSONText.compact(["Id": .string(made.id)]).utf8))
      }
      guard parts.first == "containers", parts.count > 1,
        let index = state.containers.firstIndex(where: { $0.id == parts[1] })
      else { return (404, Array("{}".utf8)) }
      switch (method, parts.count > 2 ? parts[2] : "") {
      case ("GET", "json"): return json(Self.description(state.containers[index]))
      case ("POST", "restart"), ("POST", "start"):
        let forgotten = state.containers[index].forgetsAtRestart
        state.containers[index].layer = state.containers[index].layer.filter { !forgotten.contains($0.key) }
        state.containers[index].status = "running"
        if state.staysAway, state.containers[index].health != nil { state.containers[index].health = "starting" }
        return (204, [])
      case ("POST", "stop"):
        state.containers[index].status = "exited"
        return (204, [])
      case ("POST", "rename"):
        state.containers[index].name = query["name"] ?? ""
        return (204, [])
      case ("DELETE", ""):
        state.containers.remove(at: index)
        return (204, [])
      case ("PUT", "archive"):
        guard let folder = query["path"], let content = TarText.content(of: body), let name = TarText.name(of: body)
        else {
          return (400, Array("{}".utf8))
        }
        let file = folder == "/" ? "/\(name)" : "\(folder)/\(name)"
        if let volume = state.containers[index].volume, file.hasPrefix(volume + "/") {
          state.volumes[file] = content
        } else {
          state.containers[index].layer[file] = content
        }
        return (200, [])
      case ("GET", "archive"):
        guard let file = query["path"] else { return (400, Array("{}".utf8)) }
        let inVolume = state.containers[index].volume.map { file.hasPrefix($0 + "/") } ?? false
        guard let content = inVolume ? state.volumes[file] : state.containers[index].layer[file] else {
          return (404, Array("{}".utf8))
        }
        return (200, TarText.archive(content))
      default: return (404, Array("{}".utf8))
      }
    }
  }

  private static func description(_ container: Container) -> JSONValue {
    var state: JSONObject = [
      "Status": .string(container.status), "ExitCode": 0, "StartedAt": .string(container.startedAt),
      "FinishedAt": "0001-01-01T00:00:00Z",
    ]
    if let health = container.health { state["Health"] = ["Status": .string(health), "Log": []] }
    var config: JSONObject = [
      "Image": "store:1.0", "Hostname": .string(container.id),
      "Labels": [
        "com.docker.compose.project": "shop", "com.docker.compose.service": .string(container.service),
        "com.docker.compose.oneoff": "False",
      ],
    ]
    if container.health != nil { config["Healthcheck"] = ["Test": ["CMD", "true"]] }
    return [
      "Id": .string(container.id), "Name": .string("/\(container.name)"), "State": .object(state),
      "Config": .object(config),
      "HostConfig": ["Binds": container.volume.map { [.string("data:\($0)")] } ?? .null],
      "NetworkSettings": ["Networks": ["shop_default": ["Aliases": ["store"], "IPAddress": "10.0.0.2"]]],
    ]
  }
}

/// Archives as another program writes them: with blanks where others write zeros, and a folder before the file.
private enum TarText {
  static func name(of archive: [UInt8]) -> String? {
    archive.count >= 512 ? String(decoding: archive[..<100].prefix { $0 != 0 }, as: UTF8.self) : nil
  }

  static func content(of archive: [UInt8]) -> [UInt8]? {
    guard archive.count >= 1024 else { return nil }
    let digits = archive[124..<136].prefix { (48...55).contains($0) }
    guard let size = Int(String(decoding: digits, as: UTF8.self), radix: 8), archive.count >= 512 + size else {
      return nil
    }
    return Array(archive[512..<(512 + size)])
  }

  static func archive(_ content: [UInt8]) -> [UInt8] {
    func header(_ name: String, _ size: Int, _ kind: Character) -> [UInt8] {
      var header = [UInt8](repeating: 0, count: 512)
      for (index, byte) in name.utf8.enumerated() { header[index] = byte }
      let octal = String(size, radix: 8)
      for (index, byte) in (String(repeating: "0", count: 11 - octal.utf8.count) + octal + " ").utf8.enumerated() {
        header[124 + index] = byte
      }
      header[156] = kind.asciiValue ?? 0
      return header
    }
    let filling = [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
    return header("data/", 0, "5") + header("data/word", content.count, "0") + content + filling
      + [UInt8](repeating: 0, count: 1024)
  }
}
