extension Launcher {
  /// Starts a service with its settings, which it finds in the file at `path`: by default where those of its name are.
  func start(_ settings: ServiceSettings, at path: String? = nil, log: String? = nil) throws(GroundFailure)
    -> StartedPart
  {
    let path = path ?? folder.settings(of: settings.name)
    try settings.write(to: path)
    return try startOurselves(["run-service", path], log: log ?? settings.name.rawValue)
  }

  /// Starts this very program with other arguments.
  func startOurselves(_ arguments: [String], log: String) throws(GroundFailure) -> StartedPart {
    guard let program = Files.resolved("/proc/self/exe") else { throw Files.failure("cannot find this program") }
    return try start([program] + arguments, log: log)
  }
}
