import Glibc
import Probing

/// Watches one child from its start until nothing of it is left. Blocks its thread: only on a lane.
///
/// The child is not reaped while this runs, so its number cannot pass to another process and every signal hits it.
struct Supervision: Sendable {
  let process: pid_t
  /// Readable once the process has ended; negative where the kernel has no such descriptor.
  let descriptor: Int32
  let output: Int32
  let errors: Int32
  let deadline: Deadline
  let outputLimit: Int

  /// What was read, and why the child was stopped, if it was.
  struct Record: Sendable {
    var interruption: ChildProcess.Ending?
    var output: [UInt8] = []
    var errors: [UInt8] = []
  }

  /// The longest a wait goes without looking at the deadline, in milliseconds.
  private static let slice = 50
  /// How long a child may take to end after SIGTERM, in milliseconds.
  private static let grace = 200

  /// Reads both outputs until the child ends or has to be stopped, then kills what is left of its session.
  func untilGone() -> Record {
    var record = Record()
    while record.interruption == nil {
      // In this order: what it wrote before its end is then always read.
      let isOver = hasEnded
      read(into: &record)
      if isOver { break }
      if record.interruption == nil { record.interruption = calledOff }
      if record.interruption == nil { pause(min(deadline.millisecondsLeft, Self.slice), watchingOutput: true) }
    }
    if record.interruption != nil { askToEnd() }
    ProcessSession.kill(ledBy: process)
    // A background process may have written between the child's end and its own.
    if record.interruption == nil { read(into: &record) }
    return record
  }

  private var calledOff: ChildProcess.Ending? {
    if deadline.isCancelled { return .cancelled }
    return deadline.hasPassed ? .timedOut : nil
  }

  private var hasEnded: Bool {
    var information = siginfo_t()
    let status = waitid(P_PID, id_t(process), &information, WEXITED | WNOHANG | WNOWAIT)
    // Where SIGCHLD is ignored, which a parent may have left us with, the kernel keeps nothing of a child that ended.
    return status == 0 ? information.si_signo == SIGCHLD : errno == ECHILD
  }

  private func askToEnd() {
    kill(-process, SIGTERM)
    let patience = Deadline(milliseconds: Self.grace)
    while !hasEnded, !patience.hasPassed { pause(min(patience.millisecondsLeft, 10), watchingOutput: false) }
  }

  private func pause(_ milliseconds: Int, watchingOutput: Bool) {
    // `poll` passes over negative descriptors.
    var entries = [descriptor, watchingOutput ? output : -1, watchingOutput ? errors : -1].map {
      pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
    }
    poll(&entries, nfds_t(entries.count), Int32(milliseconds))
  }

  private func read(into record: inout Record) {
    let isWithinLimit = drain(output, into: &record.output) && drain(errors, into: &record.errors)
    if !isWithinLimit { record.interruption = .tooMuchOutput(limit: outputLimit) }
  }

  /// Reads what is there now; false if that is more than allowed.
  private func drain(_ stream: Int32, into bytes: inout [UInt8]) -> Bool {
    while true {
      let room = min(65_536, outputLimit - bytes.count + 1)
      var status = 0
      let chunk = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
        status = Glibc.read(stream, buffer.baseAddress, room)
        count = max(0, status)
      }
      if status < 0, errno == EINTR { continue }
      if status <= 0 { return true }
      bytes += chunk
      if bytes.count > outputLimit {
        bytes.removeLast(bytes.count - outputLimit)
        return false
      }
    }
  }
}
