import Facts
import Glibc
import Probing

/// The commits of the platform's repository, written in one go as a stream for `git fast-import`.
struct PaperHistory {
  /// What the tree holds, by path.
  let files: [(path: String, text: String)]
  /// What an earlier commit held and the next one took away, by path.
  let bygone: [(path: String, text: String)]

  /// Seconds in a day.
  private static let day = 86_400

  /// Makes the repository with its working tree.
  func write(
    to places: PapersWing.Places, git: [String], launcher: Launcher, now: Int, before deadline: Deadline
  ) throws(GroundFailure) {
    let stream = "\(places.home)/history.stream"
    try Files.write(text(now: now), to: stream)
    // One shell for three short steps: each by itself would be waited for.
    let steps =
      "\"$0\" -c init.defaultBranch=main init --quiet \"$1\" && cd \"$1\" && \"$0\" fast-import --quiet < \"$2\""
      + " && \"$0\" reset --quiet --hard main"
    try launcher.run(
      [git[1], "-c", steps, git[0], places.source, stream], log: "papers", before: deadline)
    try Files.remove(stream)
  }

  /// The stream: a first commit, the one with what is gone where there is such, and today's tree.
  private func text(now: Int) -> String {
    var stream = "feature done\n"
    func commit(_ mark: Int, daysAgo: Int, _ message: String, from: Int?, _ changes: String) {
      let when = now - daysAgo * Self.day
      stream += "commit refs/heads/main\nmark :\(mark)\ncommitter Dana Reyes <dana@events.example> \(when) +0000\n"
      stream += Self.data(message) + (from.map { "from :\($0)\n" } ?? "") + changes + "\n"
    }
    let sorted = files.sorted { $0.path < $1.path }
    let first = sorted.first.map { [$0] } ?? []
    commit(1, daysAgo: 200, "Begin\n", from: nil, Self.modifications(first))
    var last = 1
    if !bygone.isEmpty {
      commit(2, daysAgo: 100, "Try something\n", from: 1, Self.modifications(bygone))
      commit(3, daysAgo: 99, "Take it back\n", from: 2, bygone.map { "D \(Self.quoted($0.path))\n" }.joined())
      last = 3
    }
    commit(last + 1, daysAgo: 10, "Release 1.4\n", from: last, Self.modifications(sorted))
    return stream + "done\n"
  }

  private static func modifications(_ files: [(path: String, text: String)]) -> String {
    files.map { "M 100644 inline \(quoted($0.path))\n" + data($0.text) }.joined()
  }

  private static func data(_ text: String) -> String { "data \(text.utf8.count)\n\(text)\n" }

  private static func quoted(_ path: String) -> String { "\"\(path)\"" }
}
