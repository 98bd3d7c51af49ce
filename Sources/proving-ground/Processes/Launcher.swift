import Glibc
import Probing

/// A part of a proving ground that was started.
struct StartedPart: Sendable {
  /// What it is, and what its log is called.
  let name: String
  /// The number of its process, a child of this one.
  let pid: pid_t
}

/// Starts programs that live in a proving ground: each in its own session, with nothing of the caller's but a clean
/// environment, its output in a log of its own.
struct Launcher: Sendable {
  private static let env = "/usr/bin/env"
  private static let setsid = "/usr/bin/setsid"
  private static let setpriv = "/usr/bin/setpriv"
  /// The programs that a process is on its way to its own.
  static let steps = [env, setsid, setpriv]

  /// Where they live and write.
  let folder: Folder
  /// Whom those started with `asAccount` run as; nil for the caller.
  let account: Account?

  /// Starts `command`, a path with arguments.
  func start(_ command: [String], log: String, asAccount: Bool = false) throws(GroundFailure) -> StartedPart {
    // Each of these becomes the next, so that the number stays that of the program itself.
    let command = [Self.env, "--chdir=\(folder.home)", Self.setsid, "--"] + (asAccount ? dropped(command) : command)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(
      &actions, STDOUT_FILENO, folder.log(log), O_WRONLY | O_CREAT | O_APPEND, 0o644)
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    var all = sigset_t()
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF))
    Self.keepFilesToOurselves()

    var arguments = command.map { strdup($0) } + [nil]
    var environment = self.environment.map { strdup($0) } + [nil]
    defer { for text in arguments + environment { free(text) } }
    var pid = pid_t()
    let status = posix_spawn(&pid, command[0], &actions, &attributes, &arguments, &environment)
    guard status == 0 else {
      throw GroundFailure("cannot start \(command[0]): \(String(cString: strerror(status)))")
    }
    return StartedPart(name: log, pid: pid)
  }

  /// Waits until `isReady`. Throws where the part ends before, or is not ready before `deadline`.
  func wait(for part: StartedPart, before deadline: Deadline, until isReady: () -> Bool) throws(GroundFailure) {
    while !isReady() {
      if deadline.isCancelled { throw GroundFailure("interrupted") }
      if waitpid(part.pid, nil, WNOHANG) != 0 {
        throw GroundFailure("\(part.name) ended: \(folder.endOfLog(part.name))")
      }
      if deadline.hasPassed {
        throw GroundFailure("\(part.name) did not become ready in time: \(folder.endOfLog(part.name))")
      }
      usleep(20_000)
    }
  }

  /// Runs `command` to its end. Throws where it fails or is not done in time, with the end of what it wrote.
  func run(_ command: [String], log: String, asAccount: Bool = false, before deadline: Deadline)
    throws(GroundFailure)
  {
    let pid = try start(command, log: log, asAccount: asAccount).pid
    var status: Int32 = 0
    while waitpid(pid, &status, WNOHANG) == 0 {
      if deadline.hasPassed {
        kill(-pid, SIGKILL)
        waitpid(pid, nil, 0)
        throw GroundFailure("\(command[0]) was not done in time")
      }
      usleep(1000)
    }
    if status != 0 { throw GroundFailure("\(command[0]) failed: \(folder.endOfLog(log))") }
  }

  /// Collects the children that have ended.
  static func collectEnded() { while waitpid(-1, nil, WNOHANG) > 0 {} }

  /// Where Debian keeps the program called `name`.
  static func path(of name: String) throws(GroundFailure) -> String {
    for folder in ["/usr/bin", "/usr/sbin", "/bin", "/sbin", "/usr/local/bin", "/usr/local/sbin"] {
      if access("\(folder)/\(name)", X_OK) == 0 { return "\(folder)/\(name)" }
    }
    throw GroundFailure("\(name) is not installed: run scripts/install-dependencies")
  }

  private func dropped(_ command: [String]) -> [String] {
    guard let account else { return command }
    return [Self.setpriv, "--reuid=\(account.user)", "--regid=\(account.group)", "--init-groups", "--"] + command
  }

  /// Files that this process was started with are not for the servers, which outlive it; what keeps the platform's ports is.
  private static func keepFilesToOurselves() {
    for descriptor in Files.names(in: "/proc/self/fd").compactMap({ Int32($0) })
    where descriptor > STDERR_FILENO && !Ports.areKept(by: descriptor) {
      _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }
  }

  private var environment: [String] {
    var environment = [
      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=\(folder.home)", "LC_ALL=C.UTF-8",
      "TZ=UTC",
    ]
    // Where the Swift runtime lies beside a toolchain and not in a system folder, the services need to find it.
    if let libraries = getenv("LD_LIBRARY_PATH") {
      environment.append("LD_LIBRARY_PATH=\(String(cString: libraries))")
    }
    return environment
  }
}
