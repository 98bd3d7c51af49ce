import Facts
import Glibc

/// One process for as long as it lives: its id alone may be given to another one later.
package struct RunningProcess: Sendable, Hashable {
  /// Its id.
  package let pid: Int
  /// When it began, in clock ticks since the machine did (proc(5), `/proc/PID/stat`, field 22).
  package let startedTicks: Int
  /// Which start of the machine it belongs to; empty where the machine does not tell.
  package let boot: String

  /// The process that has this id now; nil where there is none, or where it has ended and only waits to be reaped.
  package init?(pid: Int) {
    guard (1...Int(Int32.max)).contains(pid), let stat = SmallText.of("/proc/\(pid)/stat"),
      let end = stat.lastIndex(of: ")")
    else { return nil }
    // The name before the last parenthesis may hold anything; the state is field 3.
    let fields = stat[stat.index(after: end)...].split(separator: " ")
    guard fields.count > 19, fields[0] != "Z", fields[0] != "X", let ticks = Int(fields[19]) else { return nil }
    self.pid = pid
    startedTicks = ticks
    boot = Self.thisBoot
  }

  /// This process.
  package static var own: RunningProcess? { RunningProcess(pid: Int(getpid())) }

  /// Whether it still lives.
  package var isAlive: Bool { RunningProcess(pid: pid) == self }

  /// Sends it a signal, unless it is gone. Throws why that does not go.
  package func send(_ signal: Int32) throws(StepFailure) {
    guard isAlive else { throw StepFailure(reason: "process \(pid) is gone") }
    guard kill(pid_t(pid), signal) == 0 else {
      throw StepFailure(reason: "process \(pid): \(String(cString: strerror(errno)))")
    }
  }

  private static var thisBoot: String {
    SmallText.of("/proc/sys/kernel/random/boot_id").map { String($0.prefix { !$0.isNewline }) } ?? ""
  }

  init?(_ record: JSONValue) {
    guard let pid = record["pid"]?.integer, (1...Int(Int32.max)).contains(pid),
      let ticks = record["startedTicks"]?.integer, let boot = record["boot"]?.string
    else { return nil }
    self.pid = pid
    startedTicks = ticks
    self.boot = boot
  }

  var record: JSONValue {
    ["pid": .integer(pid), "startedTicks": .integer(startedTicks), "boot": .string(boot)]
  }
}

/// Why a step did not work.
package struct StepFailure: Error, Sendable {
  /// One line in lower case.
  package var reason: String

  /// A failure for this reason.
  package init(reason: String) { self.reason = reason }
}

/// Files of a few bytes.
enum SmallText {
  /// The first 4 KiB of a file; nil where it cannot be read.
  static func of(_ path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = read(descriptor, &buffer, buffer.count)
    return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
  }
}
