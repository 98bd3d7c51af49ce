/// A server on loopback that is a script in Python, for what no server at hand does on purpose.
package enum PythonServer {
  /// Starts `script`, which has to listen on `port`, in a folder of its own beside a file `settings.json`.
  package static func start(_ script: String, settings: String, port: Int) throws -> ServerProcess {
    let folder = try ScratchFolder()
    try folder.write(settings, to: "settings.json")
    try folder.write(script, to: "server.py")
    return try ServerProcess("python3", ["server.py"], port: port, in: folder)
  }
}
