import AuditModel
import ComposeModel
import Facts
import Probing

/// Reads Dockerfiles: one that the inventory names, or those from which a compose project builds.
struct DockerfileProbe: Probe {
  let descriptor = ProbeDescriptor(
    id: "dockerfile", summary: "what Dockerfiles build on, run as and leave behind",
    targetKinds: ["dockerfile", "compose"],
    safety: .observe, facts: Self.schema, traffic: "nothing: reads the files")

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    guard !context.deadline.hasPassed else {
      return .unseen(
        context.deadline.isCancelled
          ? Unseen(.interrupted, "the run was called off") : Unseen(.timeout, "no time was left to look"))
    }
    context.traffic.add(requests: 1)
    return await context.lane.run { Self.sighting(of: target) }
  }

  private static func sighting(of target: Target) -> Sighting {
    if target.kind == "dockerfile" {
      guard let path = target.settings["file"]?.string else {
        return .unseen(Unseen(.malformed, "the inventory names no file"))
      }
      do throws(ComposeSources.Trouble) {
        return try file(path, shown: PathText.name(of: path)).map { .seen(["files": .array([$0])]) }
          ?? .unseen(Unseen(.malformed, "\(PathText.name(of: path)) is no Dockerfile"))
      } catch {
        return .unseen(
          Unseen(.unreachable, "\(PathText.name(of: path)) \(error == .missing ? "is missing" : "cannot be read")"))
      }
    }
    return sightingOfBuilds(target)
  }

  private static func sightingOfBuilds(_ target: Target) -> Sighting {
    guard let sources = DeploymentTargets.sources(of: target) else {
      return .unseen(Unseen(.malformed, "the inventory names neither file nor files"))
    }
    let project = ComposeProject.loaded(from: sources)
    guard !project.services.isEmpty else {
      return .unseen(Unseen(.malformed, project.problems.first?.line ?? "the compose file has no services"))
    }
    var found: [JSONValue] = []
    var seen: Set<String> = []
    var gaps: [Gap] = []
    for entry in project.services {
      guard let build = entry.value["build"] else { continue }
      if let inline = build["dockerfile_inline"]?.text {
        if let facts = facts(of: inline, shown: "\(entry.name) (inline)") { found.append(facts) }
        continue
      }
      let context = build["context"]?.text ?? ""
      guard context.hasPrefix("/") else {
        gaps.append(Gap(path: "files", reason: "\(entry.name) is built from elsewhere: \(context)"))
        continue
      }
      let path = PathText.joined(context, build["dockerfile"]?.text ?? "Dockerfile")
      guard seen.insert(path).inserted else { continue }
      let shown = path.hasPrefix(project.folder + "/") ? String(path.dropFirst(project.folder.count + 1)) : path
      do throws(ComposeSources.Trouble) {
        if let facts = try file(path, shown: shown) {
          found.append(facts)
        } else {
          gaps.append(Gap(path: "files", reason: "\(shown) is no Dockerfile"))
        }
      } catch {
        gaps.append(Gap(path: "files", reason: "\(shown) \(error == .missing ? "is missing" : "cannot be read")"))
      }
    }
    return .seen(["files": .array(found)], gaps: gaps)
  }

  private static func file(_ path: String, shown: String) throws(ComposeSources.Trouble) -> JSONValue? {
    let bytes = try ComposeFilesOnDisk.read(path)
    guard bytes.count <= 1 << 20, let text = String(validating: bytes, as: UTF8.self) else { return nil }
    return facts(of: text, shown: shown)
  }

  /// Nil where no line begins with an instruction: that is no Dockerfile, while one without `FROM` is a broken one.
  private static func facts(of text: String, shown: String) -> JSONValue? {
    let file = Dockerfile(text)
    guard file.instructions.contains(where: { Dockerfile.keywords.contains($0.keyword) }) else { return nil }
    let complaints = DockerfileLint.complaints(about: file)
    return [
      "name": .string(shown),
      "bases": .array(
        file.stages.map { stage in
          let image = ImageReference(stage.image)
          return ["image": .string(stage.image), "registry": .string(image.registry), "line": .integer(stage.line)]
        }),
      "complaints": .object(
        JSONObject(
          DockerfileRule.allCases.map { rule in
            ("\(rule)", JSONValue(complaints.filter { $0.rule == rule }.map { "\($0.message) (\(shown):\($0.line))" }))
          })),
    ]
  }

  private static let schema = Schema.object([
    .required(
      "files",
      .array(
        .object([
          .required("name", .string(), "the file, relative to the project"),
          .required(
            "bases",
            .array(
              .object([
                .required("image", .string(), "the image that a stage builds on, as it is written"),
                .required("registry", .string(), "where it comes from; empty for the default registry"),
                .required("line", .integer(minimum: 1), "where"),
              ])), "what it builds on, stage by stage"),
          .required(
            "complaints",
            .object(
              DockerfileRule.allCases.map {
                .required("\($0)", .array(.string()), "what \($0.rawValue) judges, each with its line")
              }), "what is to be complained of, by rule"),
        ])), "every Dockerfile")
  ])
}
