import Foundation

/// Programs that `scripts/install-dependencies` puts into a folder of the project.
enum Fixtures {
  /// The folder with Python packages.
  static let python: String = {
    // The sources may be linked to from elsewhere: the folder is beside the real ones.
    let source = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().path
    let root = source.components(separatedBy: "/Tests/").first ?? "."
    return root + "/.fixtures/python"
  }()
}
