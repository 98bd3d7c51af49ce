import AuditModel
import Definitions
import Facts
import Probing

/// Reads a folder of documents and follows what they name.
struct DocumentsProbe: Probe {
  let descriptor = ProbeDescriptor(
    id: "documents",
    summary: "which runbooks and procedures there are, their parts, owners, ages, links and the services they name",
    targetKinds: [DocumentsTarget.kind.name], safety: .observe, facts: DocumentFacts.schema, timeout: 60_000,
    traffic: "reads files; up to 3 processes of git", identity: ["$.documents[*].reviewedOn"])

  var targetKinds: [TargetKind] { [DocumentsTarget.kind] }

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    guard let folder = target.settings["folder"]?.string.flatMap(PathText.normalized), !folder.isEmpty else {
      return .unseen(Unseen(.malformed, "the inventory names no folder"))
    }
    context.traffic.add(requests: 1)
    guard FileReading.isFolder(folder) else {
      return .unseen(Unseen(.unreachable, "\(folder) is no folder that can be read"))
    }
    let git = GitRepository(folder, in: context)
    let top = await git.top()
    // `git` tells the top with symbolic links resolved; only a top that leads the path as written is used.
    let root = top.flatMap { PathText.relative(folder, to: $0) == nil ? nil : $0 } ?? folder
    var dates = FileDates(root: root, changed: [:], reason: top == nil ? "the folder is in no Git repository" : nil)
    if top != nil { dates = await FileDates.read(git, root: root, folder: folder) }
    let settings = target.settings
    let known = dates
    return await context.lane.run {
      DocumentsReading(settings: settings, folder: folder, root: root, dates: known, context: context).sighting()
    }
  }

  func derive(_ facts: JSONValue, asOf now: Instant) -> JSONValue { DocumentFacts.derive(facts, asOf: now) }
}

/// When files were last changed, by the history.
struct FileDates: Sendable {
  /// The top of the repository.
  var root: String
  /// Paths relative to the top, with the time of the newest commit that touched them.
  var changed: [String: Instant]
  /// Why there are none.
  var reason: String?

  static func read(_ git: GitRepository, root: String, folder: String) async -> FileDates {
    var dates = FileDates(root: root, changed: [:], reason: nil)
    // In a shallow clone every file seems to come from the oldest commit that is there.
    guard await git.isShallow() == false else {
      dates.reason = "the clone is shallow, so that the dates of its files are not their own"
      return dates
    }
    switch await git.run([
      "log", "--no-ext-diff", "--no-textconv", "--no-renames", "-n", "20000", "--format=%x01%ct", "--name-only", "-z",
      "--", ".",
    ]) {
    case .failed(let reason): dates.reason = "the history of the files cannot be read: \(reason)"
    case .output(let bytes):
      var time: Instant?
      for field in bytes.split(whereSeparator: { $0 == 0 || $0 == 0x0A }) {
        if field.first == 1 {
          time = Int(String(decoding: field.dropFirst(), as: UTF8.self)).map { Instant(seconds: $0) }
        } else if let time {
          let path = String(decoding: field, as: UTF8.self)
          if dates.changed[path] == nil { dates.changed[path] = time }
        }
      }
    }
    return dates
  }
}
