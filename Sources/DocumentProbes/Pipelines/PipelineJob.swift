/// One job of a pipeline, whatever runs it.
struct PipelineJob: Sendable, Hashable {
  /// Relative to the folder.
  var file: String
  var name: String
  /// From 1; where it begins.
  var line: Int
  /// Its commands, one a line.
  var commands: [String] = []
  /// The jobs that must succeed first, by name.
  var needs: [String] = []
  /// Whether a failure does not stop the pipeline.
  var ignoresFailure = false
  /// Whether it is declared to deploy: by an environment or a deploying action.
  var declaresDeployment = false
  /// Whether it never runs.
  var isDisabled = false

  /// Whether one of its commands runs tests.
  var tests: Bool { !isDisabled && commands.contains(where: PipelineCommands.runsTests) }
  /// Whether one of its commands or actions deploys.
  var deploys: Bool { !isDisabled && (declaresDeployment || commands.contains(where: PipelineCommands.deploys)) }
  /// Whether one of its commands builds what is deployed.
  var builds: Bool { !isDisabled && commands.contains(where: PipelineCommands.builds) }
  /// Commands of tests whose failure is thrown away.
  var forgivenTests: [String] {
    commands.filter { PipelineCommands.runsTests($0) && (ignoresFailure || PipelineCommands.isForgiven($0)) }
  }
}

/// What commands do, by their words.
enum PipelineCommands {
  private static let testing = [
    "npm test", "npm t ", "npm run test", "yarn test", "pnpm test", "pnpm run test", "yarn run test", "bun test",
    "deno test",
    "pytest", "python -m unittest", "tox", "nox", "go test", "cargo test", "cargo nextest", "swift test", "mvn test",
    "mvn verify", "mvn -B verify", "mvnw verify", "mvnw test", "mvn clean verify", "mvn install", "gradle test",
    "gradle check",
    "gradlew test", "gradlew check", "gradlew build", "make test", "make check", "jest", "vitest", "phpunit", "rspec",
    "rails test",
    "rake test", "dotnet test", "ctest", "mix test", "sbt test", "playwright test", "cypress run", "bats ",
    "newman run",
    "xcodebuild test", "flutter test", "lein test", "stack test", "cabal test", "just test", "task test",
  ]
  private static let deploying = [
    "docker stack deploy", "kubectl apply", "kubectl set image", "kubectl rollout", "helm upgrade", "helm install",
    "terraform apply", "tofu apply", "ansible-playbook", "serverless deploy", "sls deploy", "aws ecs update-service",
    "aws lambda update-function-code", "aws deploy create-deployment", "gcloud run deploy", "gcloud app deploy",
    "az webapp",
    "az containerapp update", "fly deploy", "flyctl deploy", "heroku container:release", "git push heroku",
    "git push dokku",
    "cdk deploy", "pulumi up", "argocd app sync", "nomad job run", "kamal deploy", "vercel --prod", "vercel deploy",
    "netlify deploy", "wrangler deploy", "wrangler publish", "railway up", "firebase deploy", "/api/v1/deploy",
    "coolify deploy",
    "make deploy", "npm run deploy", "yarn deploy", "pnpm deploy", "deploy.sh", "bin/deploy", "cap production deploy",
    "skaffold run",
    "rsync ", "helmfile apply", "helmfile sync", "oc apply", "oc rollout", "mage deploy", "just deploy", "task deploy",
  ]
  private static let building = [
    "docker build", "docker buildx", "docker compose build", "docker-compose build", "npm run build", "yarn build",
    "pnpm build",
    "go build", "cargo build", "swift build", "mvn package", "mvn install", "gradle build", "gradlew build",
    "make build",
    "kaniko", "buildah", "podman build", "dotnet publish", "dotnet build", "action: docker/build-push-action",
  ]

  /// What a line says rather than does.
  private static func isTalk(_ command: String) -> Bool {
    ["#", "//", "echo ", "printf ", "print ", "println ", ": ", "true"].contains(where: command.hasPrefix)
  }

  private static func holds(_ line: String, _ words: [String]) -> Bool {
    // Each command of the line by itself, so that what is echoed does not count.
    commands(of: line).contains { part in
      if isTalk(part) { return false }
      let lower = part.lowercased() + " "
      return words.contains { word in
        guard let found = lower.firstRange(of: word) else { return false }
        // `mytox` is no tox.
        let isInside = found.lowerBound > lower.startIndex && lower[lower.index(before: found.lowerBound)].isLetter
        let next = lower[found.upperBound...].first ?? " "
        return !(isInside && word.first?.isLetter == true) && !(next.isLetter && word.last?.isLetter == true)
      }
    }
  }

  /// A line cut at `;`, `&` and `|` outside of quotes.
  private static func commands(of line: String) -> [String] {
    var parts = [""]
    var quote: Character?
    for character in line {
      if let open = quote {
        if character == open { quote = nil }
      } else if character == "\"" || character == "'" {
        quote = character
      } else if ";&|".contains(character) {
        parts.append("")
        continue
      }
      parts[parts.count - 1].append(character)
    }
    return parts.map(\.trimmedOfSpace).filter { !$0.isEmpty }
  }

  /// Whether a command is a build tool's with one of these goals: `mvn -B clean verify`, `./gradlew :api:test`.
  private static func hasGoal(_ line: String, _ goals: [String]) -> Bool {
    commands(of: line).contains { part in
      let words = part.lowercased().split(whereSeparator: \.isWhitespace)
      guard let first = words.first, ["mvn", "mvnw", "gradle", "gradlew"].contains(PathText.name(of: String(first)))
      else {
        return false
      }
      return words.dropFirst().contains { word in goals.contains(String(word.split(separator: ":").last ?? word)) }
    }
  }

  static func runsTests(_ line: String) -> Bool {
    (holds(line, testing) || hasGoal(line, ["test", "verify", "check", "build", "install", "integrationtest"]))
      && !line.contains("--version") && !line.contains("skipTests") && !line.contains("-x test")
      && !line.contains("npm install")
      && !line.contains("pip install")
  }

  static func deploys(_ line: String) -> Bool {
    if line.contains("--dry-run") || line.contains("--help") { return false }
    if holds(line, deploying) { return true }
    let lower = line.lowercased()
    // `docker compose -f … up -d`, perhaps on the other end of ssh; in a test it runs without -d or is taken down again.
    return !isTalk(line.trimmedOfSpace) && (lower.contains("docker compose") || lower.contains("docker-compose"))
      && lower.contains(" up ") && (lower.contains(" -d") || lower.contains("--detach")) && lower.contains("ssh ")
  }

  static func builds(_ line: String) -> Bool {
    holds(line, building) || hasGoal(line, ["package", "install", "build", "assemble", "bootjar"])
  }

  /// Whether what a command returns is thrown away.
  static func isForgiven(_ line: String) -> Bool {
    let packed = line.filter { !$0.isWhitespace }
    return packed.contains("||true") || packed.contains("||:") || packed.contains("||exit0")
      || packed.contains("||echo")
      || packed.hasPrefix("set+e") || packed.contains(";true")
  }

  /// Actions that deploy, by the words of their names.
  static func actionDeploys(_ uses: String) -> Bool {
    let name = uses.prefix { $0 != "@" }.lowercased()
    return name.contains("deploy") && !name.contains("deployment-status") || name.contains("coolify")
      || name.contains("ssh-action") || name.contains("helm-upgrade")
  }
}
