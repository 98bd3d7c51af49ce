import Foundation
import Glibc

/// A real container engine that ends with its owner: dockerd in a folder of its own, without any network.
package final class DockerEngine: Sendable {
  /// Why none can be started here; nil where one can.
  package static let obstacle: String? = {
    if geteuid() != 0 { return "dockerd has to be started by root" }
    for program in ["dockerd", "containerd", "runc", "docker", "sleep"] where located(program) == nil {
      return "\(program) is not installed"
    }
    return nil
  }()

  /// The engine's socket.
  package let socket: String
  /// The image that runs `sleep`.
  package static let image = "sleeper:1.0"
  private let process: ChildProcess
  private let folder: ScratchFolder

  /// Starts one, waits until it answers, and gives it an image.
  package init() throws {
    folder = try ScratchFolder()
    socket = folder.path("engine.sock")
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    process = try ChildProcess(
      "dockerd",
      [
        "--host", "unix://\(socket)", "--data-root", folder.path("data"), "--exec-root", folder.path("exec"),
        "--pidfile",
        folder.path("pid"), "--iptables=false", "--ip6tables=false", "--bridge=none", "--storage-driver", "vfs",
        "--default-ulimit", "nofile=\(limit.rlim_max):\(limit.rlim_max)",
      ], in: folder)
    let client = try ScratchFolder()
    var answers = false
    for _ in 0..<200 where !answers {
      answers = (try? ChildProcess.run("docker", ["--host", "unix://\(socket)", "version"], in: client)) != nil
      if !answers { usleep(100_000) }
    }
    guard answers else {
      let output = (try? folder.read("output.log"))?.suffix(2000) ?? ""
      process.terminate()
      throw ChildProcess.Failure(description: "dockerd does not answer: \(output)")
    }
    try importImage()
  }

  deinit { process.terminate() }

  /// Runs the client and gives what it printed.
  @discardableResult
  package func docker(_ arguments: [String]) throws -> String {
    try ChildProcess.output(of: "docker", ["--host", "unix://\(socket)"] + arguments, in: try ScratchFolder())
  }

  /// `sleep` and the libraries it is linked with, as an image.
  private func importImage() throws {
    let scratch = try ScratchFolder()
    let sleep = Self.located("sleep") ?? "/bin/sleep"
    let libraries = try ChildProcess.output(of: "ldd", [sleep], in: scratch).split(separator: "\n").compactMap { line in
      line.split { $0 == " " || $0 == "\t" }.first { $0.hasPrefix("/") }.map(String.init)
    }
    try ChildProcess.run("tar", ["-chf", scratch.path("image.tar"), sleep] + libraries, in: scratch)
    try docker(["import", scratch.path("image.tar"), Self.image])
  }

  private static func located(_ program: String) -> String? {
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(program)" }
      .first { access($0, X_OK) == 0 }
  }
}
