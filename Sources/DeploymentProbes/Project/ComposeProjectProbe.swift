import AuditModel
import ComposeModel
import Facts
import Probing

/// Asks the engine what runs of a compose project, and holds it against the files.
struct ComposeProjectProbe: Probe {
  let descriptor = ProbeDescriptor(
    id: "compose-project",
    summary: "what runs of a compose project: health, restarts, mounts, images, drift from the files",
    targetKinds: ["compose"], safety: .observe, facts: ProjectFacts.schema, timeout: 30_000,
    traffic: "3 GET requests, and 1 for each container and image of the project, 400 at most")

  /// As many containers are looked at.
  private static let mostContainers = 200

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    guard let socket = target.settings["socket"]?.string else {
      return .unseen(Unseen(.malformed, "the inventory names no socket of an engine"))
    }
    guard let door = EngineClient.Door(socket) else {
      return .unseen(Unseen(.malformed, "the socket is neither an absolute path nor tcp://HOST:PORT"))
    }
    guard let sources = DeploymentTargets.sources(of: target) else {
      return .unseen(Unseen(.malformed, "the inventory names neither file nor files"))
    }
    let client = EngineClient(door: door, deadline: context.deadline, traffic: context.traffic)
    return await context.lane.run { Self.sighting(client, sources) }
  }

  func derive(_ facts: JSONValue, asOf now: Instant) -> JSONValue { ProjectFacts.derived(facts, asOf: now) }

  private static func sighting(_ client: EngineClient, _ sources: ComposeSources) -> Sighting {
    let project = ComposeProject.loaded(from: sources)
    guard !project.services.isEmpty else {
      return .unseen(Unseen(.malformed, project.problems.first?.line ?? "the compose file has no services"))
    }
    do throws(EngineClient.Failure) {
      let version = try client.get("/version")
      guard version["ApiVersion"]?.string != nil else {
        return .unseen(Unseen(.malformed, "what answers is no container engine"))
      }
      var gaps: [Gap] = []
      let (containers, count) = try client.containers(of: project.name, atMost: mostContainers)
      if count > mostContainers {
        gaps.append(
          Gap(path: "services", reason: "the project has \(count) containers; \(mostContainers) were looked at"))
      }
      let images = try images(of: containers, client)
      return ProjectFacts(project: project, version: version, containers: containers, images: images).sighting(
        gaps: gaps)
    } catch {
      return .unseen(error.unseen)
    }
  }

  /// The images that containers run, and those that their names stand for now, by name.
  private static func images(
    of containers: [JSONValue], _ client: EngineClient
  ) throws(EngineClient.Failure) -> [String: JSONValue] {
    var images: [String: JSONValue] = [:]
    for container in containers {
      for name in [container["Image"]?.string, container["Config"]?["Image"]?.string].compactMap({ $0 })
      where images[name] == nil {
        do throws(EngineClient.Failure) {
          images[name] = try client.get("/images/\(EngineClient.percentEncoded(name, keeping: "/:@"))/json")
        } catch {
          if error.status != 404 { throw error }
        }
      }
    }
    return images
  }
}

extension EngineClient {
  /// The containers of a project, as far as `limit`, and how many it has.
  func containers(of project: String, atMost limit: Int) throws(Failure) -> (looked: [JSONValue], count: Int) {
    let filter = "{\"label\":[\"com.docker.compose.project=\(project)\"]}"
    guard let entries = try get("/containers/json?all=1&filters=\(Self.percentEncoded(filter))").array else {
      throw Failure(unseen: Unseen(.malformed, "the engine's list of containers is no list"))
    }
    var containers: [JSONValue] = []
    for entry in entries.prefix(limit) {
      guard let id = entry["Id"]?.string, Self.isIdentifier(id) else { continue }
      do throws(Failure) {
        containers.append(try get("/containers/\(id)/json"))
      } catch {
        // One that is gone by now is no longer part of the project.
        if error.status != 404 { throw error }
      }
    }
    return (containers, entries.count)
  }

  /// Whether a text is hexadecimal digits, as the engine's own identifiers are: it may stand in a path.
  static func isIdentifier(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
  }

  /// A text as it may stand in a path or a query (RFC 3986 section 2.1).
  static func percentEncoded(_ text: String, keeping kept: String = "") -> String {
    text.utf8.map { byte in
      let scalar = Unicode.Scalar(byte)
      switch scalar {
      case "a"..."z", "A"..."Z", "0"..."9", "-", "_", ".", "~": return String(scalar)
      default:
        if kept.utf8.contains(byte) { return String(scalar) }
        let digits = String(byte, radix: 16, uppercase: true)
        return digits.utf8.count == 1 ? "%0\(digits)" : "%\(digits)"
      }
    }.joined()
  }
}
