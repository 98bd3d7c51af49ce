import AuditModel

/// Where a model comes from: what is read beside the files that are named, and with which variables.
package struct ComposeSources: Sendable {
  /// A file as people name it, and its absolute path.
  package struct File: Sendable, Hashable {
    /// What stands in places.
    package var shown: String
    /// Absolute.
    package var path: String

    package init(shown: String, path: String) {
      self.shown = shown
      self.path = path
    }
  }

  /// Why a file cannot be read.
  package enum Trouble: Error, Sendable, Equatable {
    case missing
    /// In the operating system's words.
    case unreadable(String)
  }

  /// Merged in this order.
  package var files: [File]
  /// Files of variables for interpolation; without any, `.env` beside the first file is one.
  package var environmentFiles: [File]
  /// Services with none of these, and with some, are left out; `*` is all of them.
  package var profiles: [String]
  /// Variables that outweigh those of files.
  package var environment: [String: String]
  /// The project's name, where it is given from outside.
  package var projectName: String?
  /// The content of the file at an absolute path.
  package var read: @Sendable (String) throws(Trouble) -> [UInt8]

  package init(
    files: [File], environmentFiles: [File] = [], profiles: [String] = [], environment: [String: String] = [:],
    projectName: String? = nil, read: @escaping @Sendable (String) throws(Trouble) -> [UInt8]
  ) {
    self.files = files
    self.environmentFiles = environmentFiles
    self.profiles = profiles
    self.environment = environment
    self.projectName = projectName
    self.read = read
  }
}

extension PathText {
  /// A file beside another, both as they are shown and where they are.
  static func beside(_ file: ComposeSources.File, in folder: String, _ path: String) -> ComposeSources.File {
    let absolute = joined(folder, path)
    if path.hasPrefix("/") { return ComposeSources.File(shown: absolute, path: absolute) }
    let shownFolder = self.folder(of: file.shown)
    // A folder other than the file's own has no name that people gave it.
    guard cleaned(folder) == cleaned(self.folder(of: file.path)) else {
      return ComposeSources.File(shown: absolute, path: absolute)
    }
    return ComposeSources.File(shown: cleaned("\(shownFolder)/\(path)"), path: absolute)
  }
}
