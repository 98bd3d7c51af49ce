/// Files that programs wrote: full of digests and of names that speak of secrets, while nobody keeps a password in them.
/// Only secrets that are told by themselves count there.
enum GeneratedFiles {
  private static let names: Set<String> = [
    "package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "deno.lock", "bun.lock", "composer.lock",
    "gemfile.lock", "cargo.lock", "poetry.lock", "pipfile.lock", "uv.lock", "pdm.lock", "mix.lock", "pubspec.lock",
    "podfile.lock", "flake.lock", "packages.lock.json", "package.resolved", "go.sum", "go.mod", "go.work",
    "go.work.sum",
    "gradle.lockfile", "verification-metadata.xml", "gradlew", "gradlew.bat", "mvnw", "mvnw.cmd",
  ]
  private static let folders = [
    "/node_modules/", "/bower_components/", "/site-packages/", "/vendor/github.com/", "/vendor/golang.org/",
    "/vendor/google.golang.org/", "/vendor/gopkg.in/", "/vendor/k8s.io/", "/vendor/sigs.k8s.io/", "/vendor/bundle/",
    "/vendor/ruby/", ".dist-info/",
  ]
  private static let endings = [".min.js", ".min.css", ".js.map", ".css.map", ".svg", "vendor/modules.txt"]

  /// Whether a program wrote the file, by its path.
  static func contains(_ path: String) -> Bool {
    // The slash in front makes the first folder one like the others.
    let path = "/" + path.lowercased()
    return names.contains(PathText.name(of: path)) || endings.contains(where: path.hasSuffix)
      || folders.contains(where: path.contains)
  }
}
