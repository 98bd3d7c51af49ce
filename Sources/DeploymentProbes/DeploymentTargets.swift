import AuditModel
import ComposeModel
import Facts

/// What the inventory may say about deployments.
enum DeploymentTargets {
  static let kinds: [TargetKind] = [
    TargetKind(
      name: "compose", summary: "a compose file, and the project that runs of it",
      fields: [
        Schema.Field("file", .string(.path), "the compose file"),
        Schema.Field("files", .array(.string(.path)), "several compose files, merged in this order"),
        Schema.Field(
          "envFiles", .array(.string(.path)),
          "files of variables for interpolation; without them, .env beside the first file"),
        Schema.Field("profiles", .array(.string(.nonEmpty)), "the profiles that are active in production"),
        Schema.Field("project", .string(.nonEmpty), "the project's name, where it is given when it is started"),
        Schema.Field(
          "socket", .string(.nonEmpty),
          "the engine it runs in: the absolute path of its socket, or tcp://HOST:PORT of a proxy that lets GET through"),
      ] + DisruptionFields.all),
    TargetKind(
      name: "dockerfile", summary: "a Dockerfile",
      fields: [Schema.Field("file", .string(.path), required: true, "the Dockerfile")]),
  ]

  /// The model that a target of kind `compose` names.
  ///
  /// The environment of the audit takes no part in it: what is judged must not depend on who judges.
  static func sources(of target: Target) -> ComposeSources? {
    func paths(_ name: String) -> [String] { target.settings[name]?.array?.compactMap(\.string) ?? [] }
    let paths = (target.settings["file"]?.string).map { [$0] } ?? paths("files")
    guard let first = paths.first else { return nil }
    let folder = PathText.folder(of: first)
    func file(_ path: String) -> ComposeSources.File {
      let isBelow = path.hasPrefix(folder == "/" ? "/" : folder + "/")
      let shown = isBelow ? String(path.dropFirst(folder == "/" ? 1 : folder.count + 1)) : path
      return ComposeSources.File(shown: shown, path: path)
    }
    return ComposeSources(
      files: paths.map(file),
      environmentFiles: (target.settings["envFiles"]?.array?.compactMap(\.string) ?? []).map(file),
      profiles: target.settings["profiles"]?.array?.compactMap(\.string) ?? [],
      projectName: target.settings["project"]?.string, read: ComposeFilesOnDisk.read)
  }
}
