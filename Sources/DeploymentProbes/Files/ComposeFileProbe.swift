import AuditModel
import ComposeModel
import Facts
import Probing

/// Reads compose files as they take effect.
struct ComposeFileProbe: Probe {
  let descriptor = ProbeDescriptor(
    id: "compose-file", summary: "what compose files say once they are merged, and what of it is to be complained of",
    targetKinds: ["compose"], safety: .observe, facts: ComposeFileFacts.schema,
    traffic: "nothing: reads the files and what they name")

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    guard let sources = DeploymentTargets.sources(of: target) else {
      return .unseen(Unseen(.malformed, "the inventory names neither file nor files"))
    }
    guard !context.deadline.hasPassed else {
      return .unseen(
        context.deadline.isCancelled
          ? Unseen(.interrupted, "the run was called off") : Unseen(.timeout, "no time was left to look"))
    }
    context.traffic.add(requests: 1)
    return await context.lane.run { Self.sighting(of: sources) }
  }

  private static func sighting(of sources: ComposeSources) -> Sighting {
    for file in sources.files {
      do throws(ComposeSources.Trouble) {
        _ = try sources.read(file.path)
      } catch {
        let reason = error == .missing ? "is missing" : "cannot be read"
        return .unseen(Unseen(.unreachable, "\(file.shown) \(reason)"))
      }
    }
    let project = ComposeProject.loaded(from: sources)
    guard !project.services.isEmpty else {
      let problem = project.problems.first
      return .unseen(Unseen(.malformed, problem?.line ?? "\(sources.files[0].shown) has no services"))
    }
    return ComposeFileFacts(project, ComposeFilesOnDisk.surroundings, sources.files.map(\.shown)).sighting
  }
}
