import AuditModel
import ComposeModel
import Facts
import Probing

/// What the files of a project say, as facts: no value of a variable among them.
struct ComposeFileFacts {
  private let project: ComposeProject
  private let complaints: [ComposeComplaint]
  private let files: [String]

  init(_ project: ComposeProject, _ surroundings: ComposeLint.Surroundings, _ files: [String]) {
    self.project = project
    self.files = files
    complaints = ComposeLint.complaints(about: project, in: surroundings)
  }

  var sighting: Sighting {
    // A file of variables that cannot be read may hold the secrets that are looked for.
    let blind = Set(project.environmentFiles.filter { $0.variables == nil && $0.isRequired }.map(\.service))
    var subjects = project.services.map { entry -> JSONValue in
      let image = entry.value["image"]?.text
      return [
        "name": .string(entry.name), "kind": "service", "at": .string(Self.place(entry.place)),
        "image": .string(image ?? ""), "built": .bool(entry.value["build"] != nil),
        "publishedPorts": .integer(entry.value["ports"]?.list?.count ?? 0),
        "complaints": complaints(about: entry.name, isBlind: blind.contains(entry.name)),
      ]
    }
    subjects.append([
      "name": .string(files.first ?? "compose.yaml"), "kind": "file", "at": .string("\(files.first ?? ""):1:1"),
      "image": "", "built": false, "publishedPorts": 0, "complaints": complaints(about: nil, isBlind: false),
    ])
    let gaps = blind.sorted().map { name in
      Gap(
        path: "environmentFiles",
        reason: "a file of variables of \(name) cannot be read: what secrets it holds is not known",
        remedy: "run the audit where the files of variables are")
    }
    return .seen(
      [
        "project": .string(project.name), "files": JSONValue(files), "inactive": JSONValue(project.inactive),
        "environmentFiles": .integer(project.environmentFiles.filter { $0.variables != nil }.count),
        "subjects": .array(subjects),
      ], gaps: gaps)
  }

  private func complaints(about service: String?, isBlind: Bool) -> JSONValue {
    .object(
      JSONObject(
        ComposeRule.allCases.map { rule in
          let found = complaints.filter { $0.rule == rule && $0.service == service }
          if isBlind, found.isEmpty, rule == .passwordsOwn || rule == .secretsReferenced { return ("\(rule)", .null) }
          return ("\(rule)", JSONValue(found.map { "\($0.message) (\(Self.place($0.place)))" }))
        }))
  }

  private static func place(_ place: SourceLocation) -> String { "\(place.path):\(place.line):\(place.column)" }

  /// The shape of the facts.
  static let schema = Schema.object([
    .required("project", .string(), "the project's name"),
    .required("files", .array(.string()), "the files, as they are named"),
    .required("inactive", .array(.string()), "services that no active profile switches on: they are not judged"),
    .required("environmentFiles", .nullable(.integer(minimum: 0)), "files of containers' variables that were read"),
    .required(
      "subjects",
      .array(
        .object([
          .required("name", .string(), "the service, or the file"),
          .required("kind", .string(.word(["service", "file"])), "what it is"),
          .required("at", .string(), "where it stands: FILE:LINE:COLUMN"),
          .required("image", .string(), "the image as it is named; empty without one"),
          .required("built", .boolean, "whether an image is built for it"),
          .required("publishedPorts", .integer(minimum: 0), "how many ports of the host it takes"),
          .required(
            "complaints",
            .object(
              ComposeRule.allCases.map {
                .required("\($0)", .nullable(.array(.string())), "what \($0.rawValue) judges, each with its place")
              }), "what is to be complained of, by rule; null where it cannot be told"),
        ])), "every service, and the file as a whole"),
  ])
}
