import Facts
import Glibc
package import Probing

/// A program that stops or starts a service.
///
/// Unlike other programs that are run here, what it starts has to outlive it and this process: it runs in a session of its
/// own, with its output dropped, since a service may write to it for as long as it lives.
package struct ServiceCommand: Sendable, Hashable {
  /// The program and its arguments; a first word with a slash is a path relative to `folder`.
  package var words: [String]
  /// Where it runs.
  package var folder: String

  /// A command that runs in a folder.
  package init(words: [String], folder: String) {
    self.words = words
    self.folder = folder
  }

  /// What became of it within its time.
  package enum Ending: Sendable, Hashable {
    /// It ended with status 0.
    case done
    /// It still runs, as a service in the foreground does.
    case running
    /// It ended otherwise, or never ran.
    case failed(String)
  }

  /// Runs a program in another folder.
  private static let env = "/usr/bin/env"

  /// Between two looks whether it has ended, in microseconds.
  private static let pause: UInt32 = 10_000

  /// Runs it and waits until it ends or `deadline` passes. With `stopsAtDeadline` it is killed then, and has failed.
  /// Blocks: only on a lane.
  package func run(before deadline: Deadline, stopsAtDeadline: Bool) -> Ending {
    let pid: pid_t
    do throws(StepFailure) { pid = try spawned() } catch { return .failed(error.reason) }
    while true {
      var status: Int32 = 0
      let ended = waitpid(pid, &status, WNOHANG)
      if ended == pid { return Self.ending(status) }
      if ended < 0, errno != EINTR { return .failed("it cannot be waited for: \(String(cString: strerror(errno)))") }
      if deadline.hasPassed { break }
      usleep(Self.pause)
    }
    guard stopsAtDeadline else { return .running }
    kill(-pid, SIGKILL)
    while waitpid(pid, nil, 0) < 0, errno == EINTR {}
    return .failed("it was not done in its time")
  }

  private static func ending(_ status: Int32) -> Ending {
    let signal = status & 0x7F
    if signal != 0 { return .failed("it was ended by signal \(signal)") }
    let code = status >> 8 & 0xFF
    switch code {
    case 0: return .done
    // What env(1) and shells say of a program.
    case 126: return .failed("it cannot be run (status 126)")
    case 127: return .failed("there is no such program (status 127)")
    default: return .failed("it ended with status \(code)")
    }
  }

  private func spawned() throws(StepFailure) -> pid_t {
    guard let name = words.first, !name.isEmpty else { throw StepFailure(reason: "the command is empty") }
    guard !name.contains("=") else { throw StepFailure(reason: "\(name) is no name of a program") }
    guard (words + [folder]).allSatisfy({ !$0.utf8.contains(0) }) else {
      throw StepFailure(reason: "the command holds a NUL character")
    }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
    Self.keepFilesToOurselves()
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    var all = sigset_t()
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    // POSIX_SPAWN_SETSID of <spawn.h>, which glibc shows to GNU sources only.
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF) | Int16(0x80))
    // `env` becomes the program, so that the number stays that of the program itself.
    let command = [Self.env, "--chdir=\(folder.isEmpty ? "." : folder)", "--"] + words
    var arguments = command.map { strdup($0) } + [nil]
    var environment = Self.environment.map { strdup($0) } + [nil]
    defer { for text in arguments + environment { free(text) } }
    var pid = pid_t()
    let status = posix_spawn(&pid, Self.env, &actions, &attributes, &arguments, &environment)
    guard status == 0 else {
      throw StepFailure(reason: "\(name) cannot be run: \(String(cString: strerror(status)))")
    }
    return pid
  }

  /// What some library left open must not keep files or ports busy in a service that lives on.
  private static func keepFilesToOurselves() {
    guard let stream = opendir("/proc/self/fd") else { return }
    defer { closedir(stream) }
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      guard let descriptor = Int32(name), descriptor > STDERR_FILENO else { continue }
      let flags = fcntl(descriptor, F_GETFD)
      if flags >= 0, flags & FD_CLOEXEC == 0 { _ = fcntl(descriptor, F_SETFD, flags | FD_CLOEXEC) }
    }
  }

  /// Where programs and the home are, and a locale that is the same everywhere: nothing else, since environments are full of
  /// secrets that a service would keep.
  private static var environment: [String] {
    func variable(_ name: String, _ fallback: String) -> String {
      let value = getenv(name).map { String(cString: $0) } ?? ""
      return "\(name)=\(value.isEmpty ? fallback : value)"
    }
    return [variable("PATH", "/usr/local/bin:/usr/bin:/bin"), variable("HOME", "/"), "LANG=C.UTF-8"]
  }

  init?(_ record: JSONValue) {
    guard let words = record["command"]?.array, let folder = record["folder"]?.string else { return nil }
    self.words = words.compactMap(\.string)
    self.folder = folder
    guard self.words.count == words.count, !words.isEmpty else { return nil }
  }

  var record: JSONValue { ["command": JSONValue(words), "folder": .string(folder)] }
}
