import Glibc

/// Where PostgreSQL's server programs are.
package enum ServerPrograms {
  /// A folder with `initdb` and `postgres`, and their major version.
  package struct Found: Sendable {
    package var folder: String
    package var major: Int?
  }

  /// The programs of major version `major`, or the newest there are; nil for none.
  package static func find(major: Int?, declared: String?) -> Found? {
    if let declared { return hasServer(declared) ? Found(folder: declared, major: major) : nil }
    // Debian's layout, then that of the project's own packages.
    let majors = major.map { [$0] } ?? Array((10...30).reversed())
    for major in majors {
      for folder in ["/usr/lib/postgresql/\(major)/bin", "/usr/pgsql-\(major)/bin"] where hasServer(folder) {
        return Found(folder: folder, major: major)
      }
    }
    return nil
  }

  private static func hasServer(_ folder: String) -> Bool {
    access("\(folder)/initdb", X_OK) == 0 && access("\(folder)/postgres", X_OK) == 0
  }
}
