import Glibc

/// Where the journals of all runs of one account are.
package struct JournalFolder: Sendable {
  /// The folder.
  package let path: String
  /// How its files end.
  static let suffix = ".undo"
  /// The most that is read of one, in bytes.
  static let largest = 16 << 20
  /// The variable that names the folder for what is kept between runs.
  package static let variable = "PRODWORTHY_STATE"

  /// A folder of one's own.
  package init(path: String) { self.path = path }

  /// The folder that the environment tells: `PRODWORTHY_STATE`, else `prodworthy` in `XDG_STATE_HOME`, else in
  /// `~/.local/state` (XDG Base Directory Specification 0.8); nil where it tells nothing.
  package init?(environment: [String: String]) {
    func named(_ name: String) -> String? {
      environment[name].flatMap { $0.hasPrefix("/") && !$0.utf8.contains(0) ? $0 : nil }
    }
    if let state = named(Self.variable) {
      path = state + "/undo"
    } else if let state = named("XDG_STATE_HOME") {
      path = state + "/prodworthy/undo"
    } else if let home = named("HOME") {
      path = home + "/.local/state/prodworthy/undo"
    } else {
      return nil
    }
  }

  /// The folder that the environment of this process tells.
  package static var own: JournalFolder? {
    var environment: [String: String] = [:]
    for name in [variable, "XDG_STATE_HOME", "HOME"] {
      if let value = getenv(name) { environment[name] = String(cString: value) }
    }
    return JournalFolder(environment: environment)
  }

  /// Makes the folder, with those above it. Throws where that does not go, or where others could write to it.
  func make() throws(StepFailure) {
    var made = ""
    for part in path.split(separator: "/") {
      made += "/\(part)"
      if mkdir(made, 0o700) != 0, errno != EEXIST, access(made, X_OK) != 0 {
        throw StepFailure(reason: "\(made): \(String(cString: strerror(errno)))")
      }
    }
    try requireOurs()
  }

  /// What stands in it names programs to run: throws where others could write to it.
  func requireOurs() throws(StepFailure) {
    var status = stat()
    guard stat(path, &status) == 0 else {
      throw StepFailure(reason: "\(path): \(String(cString: strerror(errno)))")
    }
    guard status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid(), status.st_mode & 0o022 == 0 else {
      throw StepFailure(reason: "\(path) is no folder that only this account can write to")
    }
  }

  /// Waits until the folder's own list of files is on the disk.
  func sync() throws(StepFailure) {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw StepFailure(reason: "\(path): \(String(cString: strerror(errno)))") }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw StepFailure(reason: "\(path): \(String(cString: strerror(errno)))") }
  }

  /// The files of journals in it, by name; none where there is no folder.
  func files() throws(StepFailure) -> [String] {
    guard let stream = opendir(path) else {
      if errno == ENOENT { return [] }
      throw StepFailure(reason: "\(path): \(String(cString: strerror(errno)))")
    }
    defer { closedir(stream) }
    try requireOurs()
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name.hasSuffix(Self.suffix) { names.append(name) }
    }
    return names.sorted().map { "\(path)/\($0)" }
  }
}
