import Glibc

extension ChildProcess {
  /// What a child sees of our environment: where programs and its home are, a locale that is the same everywhere, and
  /// `declared` on top. Nothing else, since environments are full of other people's secrets.
  package static func environment(
    adding declared: [String: String] = [:], searching folders: [String] = []
  ) -> [String: String] {
    let path = variable("PATH") ?? "/usr/local/bin:/usr/bin:/bin"
    let minimal = [
      "PATH": ([path] + folders).joined(separator: ":"),
      "HOME": variable("HOME") ?? "/",
      "LANG": "C.UTF-8",
    ]
    return minimal.merging(declared) { _, declared in declared }
  }

  private static func variable(_ name: String) -> String? {
    guard let value = getenv(name), value[0] != 0 else { return nil }
    return String(cString: value)
  }
}
