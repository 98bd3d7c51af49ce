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

  deinit { process.kill() }
}
