import Glibc

/// A server program that ends with its owner.
package final class ServerProcess: Sendable {
  /// The port it listens on.
  package let port: Int
  private let process: ChildProcess
  private let folder: ScratchFolder

  /// Starts `program`, found in the search path, and waits until it listens.
  init(_ program: String, _ arguments: [String], port: Int, in folder: ScratchFolder) throws {
    self.port = port
    self.folder = folder
    process = try ChildProcess(program, arguments, in: folder)
    try LoopbackPort.waitUntilOpen(port)
  }

  /// Lets it stand still for so long; gives for how many seconds it did at least.
  package func freeze(microseconds: UInt32) -> Double {
    process.signal(SIGSTOP)
    let began = ContinuousClock.now
    usleep(microseconds)
    let (seconds, attoseconds) = (ContinuousClock.now - began).components
    process.signal(SIGCONT)
    return Double(seconds) + Double(attoseconds) / 1e18
  }

  deinit { process.kill() }
}
