import Glibc

/// One running process, told from a later one of the same number by when it started.
struct ProcessIdentity: Codable, Hashable, Sendable {
  /// Its number.
  let pid: pid_t
  /// When it started, in clock ticks since boot (field 22 of `/proc/PID/stat`).
  let started: UInt64

  /// The process that runs under this number now; nil where none does.
  init?(pid: pid_t) {
    guard let status = ProcessStatus(pid: pid), !status.isZombie else { return nil }
    self.pid = pid
    started = status.started
  }

  /// Whether this very process still runs.
  var isRunning: Bool { ProcessIdentity(pid: pid) == self }

  /// Sends a signal to this very process, if it still runs.
  func send(_ signal: Int32) { if isRunning { kill(pid, signal) } }
}

/// What `/proc/PID/stat` tells.
private struct ProcessStatus {
  let parent: pid_t
  let started: UInt64
  let isZombie: Bool

  init?(pid: pid_t) {
    guard let text = Files.text(at: "/proc/\(pid)/stat"), let name = text.lastIndex(of: ")") else { return nil }
    // The name may hold spaces and brackets, so fields are counted from its last closing bracket.
    let fields = text[name...].split(separator: " ").dropFirst().map(String.init)
    guard fields.count > 19, let parent = pid_t(fields[1]), let started = UInt64(fields[19]) else { return nil }
    self.parent = parent
    self.started = started
    isZombie = fields[0] == "Z" || fields[0] == "X"
  }
}

/// A process of a proving ground.
struct GroundProcess: Sendable {
  /// Which process.
  let identity: ProcessIdentity
  /// The number of its parent.
  let parent: pid_t
  /// The path of the program it runs.
  let program: String
}

/// Finds the processes of a proving ground.
///
/// A process belongs to it when it runs one of its programs and lives in its folder. Unlike a list of numbers, this
/// holds whoever was killed when: nothing is ever started that it does not cover, a recycled number is never mistaken
/// for a process of ours, and a shell or an editor that someone has opened in the folder is left alone.
struct ProcessTable: Sendable {
  /// The folders in which the processes live.
  let folders: [String]
  /// The paths of the programs they run.
  let programs: Set<String>
  /// The account some of them run as.
  let account: Account?

  /// The processes running now, except the caller.
  func running() -> [GroundProcess] {
    let own = find()
    guard let account else { return own }
    let known = Set(own.map(\.identity))
    return own + account.looking { find() }.filter { !known.contains($0.identity) }
  }

  private func find() -> [GroundProcess] {
    Files.names(in: "/proc").compactMap(pid_t.init).filter { $0 != getpid() }.compactMap { pid in
      guard let identity = ProcessIdentity(pid: pid), let status = ProcessStatus(pid: pid),
        let home = Files.linkTarget(of: "/proc/\(pid)/cwd"), lives(in: home),
        let program = Files.linkTarget(of: "/proc/\(pid)/exe").map(Self.withoutDeletedMark),
        programs.contains(program)
      else { return nil }
      return GroundProcess(identity: identity, parent: status.parent, program: program)
    }
  }

  private func lives(in home: String) -> Bool {
    let home = Self.withoutDeletedMark(home)
    return folders.contains { home == $0 || home.hasPrefix($0 + "/") }
  }

  /// The kernel marks a program or folder that was removed or replaced since.
  private static func withoutDeletedMark(_ path: String) -> String {
    let mark = " (deleted)"
    return path.hasSuffix(mark) ? String(path.dropLast(mark.count)) : path
  }
}
