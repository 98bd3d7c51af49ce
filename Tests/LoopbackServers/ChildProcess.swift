import Glibc
import Synchronization

/// A program started with no signal blocked, whatever the thread that starts it blocks.
///
/// Foundation's `Process` hands the mask of its thread down, and a server that cannot be told to end outlives its test.
struct ChildProcess: Sendable {
  /// The program could not be started, or ended with another status than 0.
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  private let identifier: pid_t

  /// Those whose end nobody has waited for yet: their numbers are nobody else's.
  private static let running = Mutex<Set<pid_t>>([])

  /// Ends what is left at the end of this process: a server that a whole suite shares is nobody's to end before.
  private static let endsWithUs: Void = {
    atexit { ChildProcess.running.withLock { for child in $0 { Glibc.kill(child, SIGKILL) } } }
  }()

  /// Starts `program`, found in the search path, in `folder`; what it prints goes into the file `output.log` there.
  init(_ program: String, _ arguments: [String], in folder: ScratchFolder) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, folder.path(Self.output), O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var nothing = sigset_t()
    sigemptyset(&nothing)
    posix_spawnattr_setsigmask(&attributes, &nothing)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    // glibc's own way to another folder is not imported.
    var words = (["env", "-C", folder.path, program] + arguments).map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var child: pid_t = 0
    let status = posix_spawnp(&child, "env", &actions, &attributes, &words, environ)
    guard status == 0 else { throw Failure(description: "\(program): \(String(cString: strerror(status)))") }
    identifier = child
    _ = Self.endsWithUs
    Self.running.withLock { _ = $0.insert(child) }
  }

  /// Runs `program` to its end.
  static func run(_ program: String, _ arguments: [String], in folder: ScratchFolder) throws {
    let status = try ChildProcess(program, arguments, in: folder).waitForEnd()
    guard status == 0 else {
      let output = (try? folder.read(Self.output)) ?? ""
      throw Failure(description: "\(program) \(arguments.joined(separator: " ")) ended with \(status): \(output)")
    }
  }

  /// Runs `program` to its end and gives what it printed.
  static func output(of program: String, _ arguments: [String], in folder: ScratchFolder) throws -> String {
    try run(program, arguments, in: folder)
    return try folder.read(Self.output)
  }

  /// Sends it a signal.
  func signal(_ number: Int32) { Glibc.kill(identifier, number) }

  /// Asks it to end and waits until it has, for ten seconds at most; then ends it at once.
  func terminate() {
    Glibc.kill(identifier, SIGTERM)
    for _ in 0..<200 {
      var status: Int32 = 0
      if waitpid(identifier, &status, WNOHANG) == identifier { return hasEnded() }
      usleep(50_000)
    }
    kill()
  }

  /// Ends it at once.
  func kill() {
    Glibc.kill(identifier, SIGKILL)
    _ = waitForEnd()
  }

  private func waitForEnd() -> Int32 {
    var status: Int32 = 0
    while waitpid(identifier, &status, 0) < 0, errno == EINTR {}
    hasEnded()
    return status
  }

  private func hasEnded() { Self.running.withLock { _ = $0.remove(identifier) } }

  private static let output = "output.log"
}
