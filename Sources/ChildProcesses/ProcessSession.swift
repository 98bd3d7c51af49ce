import Glibc

/// The processes that a child started and that did not leave its session.
enum ProcessSession {
  /// Kills everything in the session of `leader`, which must not have been reaped yet.
  ///
  /// The leader's own group first; then, by `/proc`, groups that a job-control shell made. Processes may fork while
  /// they are counted, so it counts until nothing new turns up.
  static func kill(ledBy leader: pid_t) {
    Glibc.kill(-leader, SIGKILL)
    var killed: Set<pid_t> = [leader]
    for _ in 0..<16 {
      let strays = members(of: leader).subtracting(killed)
      if strays.isEmpty { return }
      for stray in strays { Glibc.kill(stray, SIGKILL) }
      killed.formUnion(strays)
    }
  }

  /// The living processes of a session.
  private static func members(of session: pid_t) -> Set<pid_t> {
    guard let folder = opendir("/proc") else { return [] }
    defer { closedir(folder) }
    var found: Set<pid_t> = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
      }
      if let process = pid_t(name), self.session(of: process) == session { found.insert(process) }
    }
    return found
  }

  /// From `/proc/N/stat`; nil for a process that is gone or a zombie.
  private static func session(of process: pid_t) -> pid_t? {
    let file = open("/proc/\(process)/stat", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    let bytes = [UInt8](unsafeUninitializedCapacity: 512) { buffer, count in
      count = max(0, read(file, buffer.baseAddress, 512))
    }
    // The command's name comes second, in parentheses, and may itself hold spaces and parentheses.
    guard let nameEnd = bytes.lastIndex(of: UInt8(ascii: ")")) else { return nil }
    let fields = bytes[(nameEnd + 1)...].split(separator: UInt8(ascii: " ")).prefix(4)
    guard fields.count == 4, let state = fields.first?.first, let last = fields.last,
      state != UInt8(ascii: "Z"), state != UInt8(ascii: "X")
    else { return nil }
    return pid_t(String(decoding: last, as: UTF8.self))
  }
}
