extension StackWing {
  /// What can be wrong with how images are built and with what containers are told.
  static let imageDefects = changes.map { change in
    Defect(
      id: change.id, summary: change.summary, part: Defect.Part("the stack: \(change.summary)", in: .stackFiles)
    ) { $0[StackWing.self].edits.append(change.edit) }
  }

  static let imageExpectations: [String: [ExpectedFinding]] = changes.reduce(into: [:]) { table, change in
    table[change.id] = change.turns
  }

  /// A small change of a file beside the compose file.
  private struct Change {
    let id: String
    let summary: String
    let edit: StackFiles.Edit
    let turns: [ExpectedFinding]

    init(
      _ id: String, _ summary: String, in file: String, _ old: String, becomes new: String,
      turns checks: (check: String, status: String)...
    ) {
      self.id = id
      self.summary = summary
      edit = StackFiles.Edit(file: file, old: old, new: new)
      turns = checks.map { ExpectedFinding(check: $0.check, target: "stack", status: $0.status) }
    }
  }

  private static let base = "FROM \(StackFiles.image("swift:6.2.1-bookworm-slim"))\n"

  private static let changes: [Change] = [
    Change(
      "image-base-missing", "a Dockerfile names no image to begin with", in: "worker.Dockerfile", base, becomes: "",
      turns: ("dockerfile-base-named", "fail")),
    Change(
      "image-base-floating", "an image is built on whatever is the latest", in: "api.Dockerfile", base,
      becomes: "FROM swift:latest\n", turns: ("dockerfile-base-pinned", "fail")),
    Change(
      "image-runs-as-root", "an image runs as root", in: "api.Dockerfile", "USER 10001:10001\n", becomes: "",
      turns: ("dockerfile-user-unprivileged", "fail")),
    Change(
      "image-uses-sudo", "an image is built with sudo", in: "api.Dockerfile", "RUN apt-get update && apt-get install",
      becomes: "RUN sudo apt-get update && sudo apt-get install", turns: ("dockerfile-sudo-absent", "fail")),
    Change(
      "image-packages-floating", "an image takes whatever version of a package there is", in: "api.Dockerfile",
      "curl=7.88.1-10+deb12u14", becomes: "curl", turns: ("dockerfile-packages-pinned", "fail")),
    Change(
      "image-adds-files", "an image adds a file where it should copy it", in: "api.Dockerfile", "COPY api",
      becomes: "ADD api",
      turns: ("dockerfile-files-copied", "fail")),
    Change(
      "image-without-health", "an image has no health check of its own", in: "api.Dockerfile",
      "HEALTHCHECK --interval=10s --timeout=3s CMD", becomes: "CMD", turns: ("dockerfile-healthcheck-defined", "fail")),
    Change(
      "image-holds-secret", "an image holds a token", in: "api.Dockerfile", "ENV LOG_LEVEL=info",
      becomes: "ENV MAIL_TOKEN=b7c2f1e09d5a4c38", turns: ("dockerfile-secrets-absent", "fail")),
    Change(
      "image-pipes-swallow", "a step of a build goes on when its first half has failed", in: "api.Dockerfile",
      "SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\n", becomes: "", turns: ("dockerfile-pipes-fail", "fail")),

    Change(
      "stack-variables-unfilled", "a secret of the containers still has the value of an example", in: "services.env",
      "LOG_LEVEL=info", becomes: "LOG_LEVEL=info\nMAIL_PASSWORD=changeme",
      turns: ("compose-env-files-filled", "fail")),
  ]
}
