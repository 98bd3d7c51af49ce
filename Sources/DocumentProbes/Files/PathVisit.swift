import AuditModel
import Facts
import Probing

/// A look at the file or folder that a target names as its `path`.
enum PathVisit {
  /// What `look` makes of the path, on a thread that may be blocked; unseen where none is named or nothing stands there.
  static func sighting(
    of target: Target, _ context: ProbeContext, look: @escaping @Sendable (_ path: String) -> Sighting
  ) async -> Sighting {
    guard let path = target.settings["path"]?.string.flatMap(PathText.normalized) else {
      return .unseen(Unseen(.malformed, "the inventory names no path"))
    }
    context.traffic.add(requests: 1)
    return await context.lane.run {
      guard FileReading.exists(path) else { return .unseen(Unseen(.unreachable, "there is no \(path)")) }
      return look(path)
    }
  }
}
