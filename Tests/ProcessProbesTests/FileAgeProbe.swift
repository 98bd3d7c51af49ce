import AuditModel
import Facts
import Glibc
import Probing

/// When a file was last changed.
struct FileAgeProbe: Probe {
  static let set = ProbeSet(probes: [FileAgeProbe()])

  let descriptor = ProbeDescriptor(
    id: "file-age", summary: "when a file was last changed", targetKinds: ["file"], safety: .observe,
    facts: .object([
      Schema.Field("changedAt", .string(.date), required: true, "when its content last changed"),
      Schema.Field("ageDays", .integer(), required: true, "whole days from then to now"),
    ]), traffic: "1 system call")

  var targetKinds: [TargetKind] {
    [
      TargetKind(
        name: "file", summary: "a file",
        fields: [Schema.Field("path", .string(.path), required: true, "the file")])
    ]
  }

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    guard let path = target.settings["path"]?.string else {
      return .unseen(Unseen(.malformed, "the inventory names no path"))
    }
    return await context.lane.run {
      context.traffic.add(requests: 1)
      var status = stat()
      guard stat(path, &status) == 0 else {
        return .unseen(Unseen(errno == EACCES ? .denied : .unreachable, "\(path): \(String(cString: strerror(errno)))"))
      }
      return .seen(["changedAt": .string(Instant(seconds: status.st_mtim.tv_sec).description)])
    }
  }

  func derive(_ facts: JSONValue, asOf now: Instant) -> JSONValue {
    guard var object = facts.object, let changedAt = object["changedAt"]?.string.flatMap({ Instant($0) }) else {
      return facts
    }
    object["ageDays"] = .integer(now.seconds(since: changedAt) / 86400)
    return .object(object)
  }
}
