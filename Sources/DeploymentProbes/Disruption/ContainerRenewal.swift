import AuditModel
import Facts
import Probing

/// Makes a container anew from what the engine says of it, so that only what lies in volumes with names, or on the host,
/// stays; and puts the old one back where the new one turns out worse.
struct ContainerRenewal {
  let client: EngineClient
  /// The old one, as the engine describes it.
  let old: JSONValue
  let oldID: String
  private let name: String
  private var newID: String?

  /// Nil where the engine's description lacks what is needed.
  init?(_ container: JSONValue, _ client: EngineClient) {
    guard let id = container["Id"]?.string, EngineClient.isIdentifier(id),
      let name = container["Name"]?.string?.split(separator: "/").last.map(String.init),
      name.utf8.allSatisfy({
        (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || "._-".utf8.contains($0)
      }),
      container["Config"]?.object != nil, container["HostConfig"]?.object != nil
    else { return nil }
    self.client = client
    old = container
    oldID = id
    self.name = name
  }

  /// Stops the old container, sets it aside and starts a new one in its place; its id. What it began is undone where it
  /// fails.
  mutating func begin(patience: Int) throws(EngineClient.Failure) -> String {
    do throws(EngineClient.Failure) {
      try client.send("POST", "/containers/\(oldID)/stop?t=\(patience)")
      try client.send("POST", "/containers/\(oldID)/rename?name=\(name)-before")
      var body = old["Config"]?.object ?? [:]
      // The old container's own id stands for its host name where none was given.
      if body["Hostname"]?.string == String(oldID.prefix(12)) { body["Hostname"] = "" }
      body["HostConfig"] = old["HostConfig"]
      let networks = old["NetworkSettings"]?["Networks"]?.object?.members ?? []
      if let first = networks.first {
        body["NetworkingConfig"] = ["EndpointsConfig": .object([first.name: Self.endpoint(first.value)])]
      }
      let created = try client.send("POST", "/containers/create?name=\(name)", .json(.object(body)))
      guard let id = created["Id"]?.string, EngineClient.isIdentifier(id) else {
        throw EngineClient.Failure(unseen: Unseen(.malformed, "the engine does not name the container it made"))
      }
      newID = id
      for network in networks.dropFirst() {
        try client.send(
          "POST", "/networks/\(EngineClient.percentEncoded(network.name))/connect",
          .json(["Container": .string(id), "EndpointConfig": Self.endpoint(network.value)]))
      }
      try client.send("POST", "/containers/\(id)/start")
      return id
    } catch {
      undo()
      throw error
    }
  }

  /// How it is known in a network, without what the engine chose by itself.
  private static func endpoint(_ value: JSONValue) -> JSONValue {
    var endpoint: JSONObject = [:]
    for key in ["Aliases", "IPAMConfig", "Links", "DriverOpts"] {
      if let member = value[key], !member.isNull { endpoint[key] = member }
    }
    return .object(endpoint)
  }

  /// Removes the old container; its volumes stay.
  func finish() throws(EngineClient.Failure) { try client.send("DELETE", "/containers/\(oldID)") }

  /// Removes the new container and starts the old one again, each step as far as it goes; with a little time of its own,
  /// since it has to happen however the look ended.
  func undo() {
    let client = EngineClient(door: client.door, deadline: Deadline(milliseconds: 20_000), traffic: client.traffic)
    if let newID { _ = try? client.send("DELETE", "/containers/\(newID)?force=1") }
    _ = try? client.send("POST", "/containers/\(oldID)/rename?name=\(name)")
    _ = try? client.send("POST", "/containers/\(oldID)/start")
  }
}
