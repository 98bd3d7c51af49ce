import Glibc
import Probing

/// Ends everything of a proving ground and removes it, whatever state it is in.
enum Takedown {
  /// Leaves nothing of the proving ground in `folder`. Succeeds where there is none.
  ///
  /// Throws where the folder is something else, or something would not end before `deadline`.
  static func run(_ folder: Folder, before deadline: Deadline) throws(GroundFailure) {
    guard Files.exists(folder.path) else { return }
    guard let mark = GroundMark(of: folder) else {
      // The builder may have been killed between making the folder and marking it, or between making the mark and writing it.
      if Files.bytes(at: folder.mark)?.isEmpty ?? false { try Files.remove(folder.mark) }
      guard rmdir(folder.path) == 0 else { throw GroundFailure("\(folder.path) is not a proving ground") }
      return
    }
    end(mark.builder, before: deadline)
    guard Files.exists(folder.mark) else { return }

    let segment = SharedSegment(ofDatabaseAt: folder.databaseFiles)
    let table = mark.processes(in: folder)
    for process in roots(of: table.running()) { process.identity.send(politeSignal(for: process.program)) }
    let patience = deadline.capped(milliseconds: 10_000)
    while !isEmpty(table), !patience.hasPassed { usleep(10_000) }
    while !isEmpty(table) {
      for process in table.running() { process.identity.send(SIGKILL) }
      if deadline.hasPassed { throw GroundFailure("processes of \(folder.path) would not end") }
      usleep(10_000)
    }
    segment?.remove()

    try Files.remove(mark.inventory)
    while true {
      do {
        try remove(folder)
        return
      } catch {
        // A tool of a builder that was killed may have been writing its last file.
        if deadline.hasPassed { throw error }
      }
      usleep(10_000)
    }
  }

  private static func remove(_ folder: Folder) throws(GroundFailure) {
    // The mark goes last: whoever is interrupted here can begin again.
    for name in Files.names(in: folder.path) where "\(folder.path)/\(name)" != folder.mark {
      try Files.remove("\(folder.path)/\(name)")
    }
    try Files.remove(folder.path)
  }

  /// Ends the builder, which then takes down what it built by itself.
  private static func end(_ builder: ProcessIdentity?, before deadline: Deadline) {
    guard let builder, builder.pid != getpid() else { return }
    builder.send(SIGTERM)
    let patience = deadline.capped(milliseconds: 20_000)
    while builder.isRunning, !patience.hasPassed { usleep(10_000) }
    builder.send(SIGKILL)
  }

  private static func isEmpty(_ table: ProcessTable) -> Bool {
    Launcher.collectEnded()
    return table.running().isEmpty
  }

  /// Those whose parent is not among them: servers end their own children.
  private static func roots(of processes: [GroundProcess]) -> [GroundProcess] {
    let numbers = Set(processes.map(\.identity.pid))
    return processes.filter { !numbers.contains($0.parent) }
  }

  /// PostgreSQL waits for its clients on SIGTERM, and on SIGINT for a last checkpoint, which after a crash comes late; on
  /// SIGQUIT it ends at once, and what it did not save is removed anyway.
  private static func politeSignal(for program: String) -> Int32 {
    program.hasSuffix("/postgres") ? SIGQUIT : SIGTERM
  }
}

/// The System V shared memory by which PostgreSQL guards its files; it outlives a server that was killed.
private struct SharedSegment {
  private let key: key_t
  private let identifier: Int32

  /// The segment named in line 7 of `postmaster.pid`; nil where there is none.
  init?(ofDatabaseAt path: String) {
    let lines = (Files.text(at: "\(path)/postmaster.pid") ?? "").split(
      separator: "\n", omittingEmptySubsequences: false)
    guard lines.count > 6 else { return nil }
    let fields = lines[6].split(separator: " ")
    guard fields.count == 2, let key = key_t(fields[0]), let identifier = Int32(fields[1]) else { return nil }
    self.key = key
    self.identifier = identifier
  }

  /// Removes it, if it still is the one that was meant.
  func remove() {
    var status = shmid_ds()
    if shmctl(identifier, IPC_STAT, &status) == 0, status.shm_perm.__key == key, status.shm_nattch == 0 {
      shmctl(identifier, IPC_RMID, nil)
    }
  }
}
