package import Glibc
import Probing

/// A shell that keeps a throw-away folder and a server in it, and removes both when told to or when this process is gone, however it
/// went: it waits on a pipe whose other end nobody else holds.
package final class ScratchGuard: Sendable {
  /// The throw-away folder.
  package let folder: String
  private let lifeline: Int32
  private let shell: pid_t

  /// The variable by which the guard knows the programs that belong to the folder: its value is the folder.
  package static let mark = "PRODWORTHY_SCRATCH"

  private static let script = """
    trap '' INT TERM HUP
    folder=$1; shift
    server=
    while read -r word; do
      if [ "$word" = start ] && [ -z "$server" ]; then
        "$@" </dev/null >"$folder/server.log" 2>&1 & server=$!
      fi
    done
    for file in $(grep -lsazxF "\(mark)=$folder" /proc/[0-9]*/environ); do
      process=${file#/proc/}
      kill -KILL "${process%/environ}" 2>/dev/null
    done
    if [ -n "$server" ]; then
      kill -QUIT "$server" 2>/dev/null
      wait "$server"
    fi
    cd /
    rm -rf -- "$folder"
    """

  /// Makes a folder under `scratch` (else the system's for temporary files) whose name begins with `prodworthy-` and `name`,
  /// and starts its guard; `server` is what runs when the server is wanted, with `FOLDER` in its words replaced by the folder.
  package init?(under scratch: String?, named name: String, server: [String], account: ServerAccount) {
    let parent = scratch ?? getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(parent)/prodworthy-\(name)-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { return nil }
    let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    self.folder = folder
    if let (user, group) = account.identity, chown(folder, user, group) != 0 {
      rmdir(folder)
      return nil
    }
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else {
      rmdir(folder)
      return nil
    }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var nothing = sigset_t()
    sigemptyset(&nothing)
    posix_spawnattr_setsigmask(&attributes, &nothing)
    // A session of its own: an interrupt from the terminal is for this process, which then tells the guard.
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK) | Int16(0x80))
    let words =
      ["sh", "-c", Self.script, "scratch-guard", folder] + account.prefix + server.map { Self.filled($0, folder) }
    var arguments = words.map { strdup($0) } + [nil]
    defer { for word in arguments { free(word) } }
    let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
    let environment: [String] = ["PATH=\(path)", "LANG=C.UTF-8", "HOME=\(folder)"]
    var variables = environment.map { strdup($0) } + [nil]
    defer { for variable in variables { free(variable) } }
    var child: pid_t = 0
    let status = posix_spawn(&child, "/bin/sh", &actions, &attributes, &arguments, &variables)
    close(ends[0])
    guard status == 0 else {
      close(ends[1])
      rmdir(folder)
      return nil
    }
    (lifeline, shell) = (ends[1], child)
  }

  private static func filled(_ word: String, _ folder: String) -> String {
    word.split(separator: "FOLDER", omittingEmptySubsequences: false).joined(separator: folder)
  }

  /// Has the server started.
  package func startServer() {
    var word = Array("start\n".utf8)
    _ = write(lifeline, &word, word.count)
  }

  /// Whether the guard still stands.
  package var isAlive: Bool { kill(shell, 0) == 0 }

  /// Has everything removed and waits until it is, at most 20 seconds; says whether nothing is left. Blocks: only on a lane.
  package func remove() -> Bool {
    close(lifeline)
    let patience = Deadline(milliseconds: 20_000)
    var status: Int32 = 0
    while waitpid(shell, &status, WNOHANG) == 0, !patience.hasPassed { usleep(20_000) }
    return access(folder, F_OK) != 0
  }
}

/// Who a throw-away server runs as: PostgreSQL refuses to run as root.
package struct ServerAccount: Sendable {
  /// What is put before a command; nothing unless this process is root.
  package var prefix: [String] = []
  /// The account's numbers; nil for the one of this process.
  package var identity: (uid_t, gid_t)?

  /// The account of this process, or `postgres` where that is root; nil where root finds no such account.
  package init?() {
    guard geteuid() == 0 else { return }
    guard let entry = getpwnam("postgres") else { return nil }
    let (user, group) = (entry.pointee.pw_uid, entry.pointee.pw_gid)
    identity = (user, group)
    prefix = ["setpriv", "--reuid=\(user)", "--regid=\(group)", "--clear-groups", "--"]
  }
}
