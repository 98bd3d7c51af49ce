extension Defect.Realm {
  /// The documents.
  fileprivate static let documents = Self("documents")
  /// The repository as it is searched for secrets.
  fileprivate static let source = Self("source")
  /// The image of the interface.
  fileprivate static let image = Self("image")
  /// The pipeline.
  fileprivate static let pipeline = Self("pipeline")
  /// The manifests.
  fileprivate static let manifests = Self("manifests")
  /// What scanners reported.
  fileprivate static let scans = Self("scans")
  /// What people attest.
  fileprivate static let team = Self("team")
}

extension PapersWing {
  private static let runbooks = "source/docs/runbooks"
  private static let release = "source/.github/workflows/release.yml"

  /// A defect of the papers: `edit` changes them.
  private static func defect(
    _ id: String, _ summary: String, part: String, in realm: Defect.Realm, isBlinding: Bool = false,
    _ edit: @escaping @Sendable (inout PapersWing) -> Void
  ) -> Defect {
    Defect(id: id, summary: summary, part: Defect.Part(part, in: realm), isBlinding: isBlinding) {
      edit(&$0[PapersWing.self])
    }
  }

  static let defects = ofDocuments + ofSecrets + ofImage + ofPipeline + ofScans + ofManifests + ofPeople

  private static let ofDocuments = [
    defect(
      "access-unreviewed", "nobody looked for a year at who may do what", part: "the review of access", in: .documents
    ) { $0.replace("{{20 days ago}}", by: "{{400 days ago}}", in: "source/docs/access-review.md") },
    defect(
      "runbook-names-lost-service", "a runbook has a command for a service that is gone",
      part: "a command of the runbook of the interface", in: .documents
    ) {
      $0.replace("--no-deps api", by: "--no-deps scraper", in: "\(runbooks)/api.md")
    },
    defect(
      "restore-not-exercised", "nobody has practised a restore for months", part: "the log of exercises",
      in: .documents
    ) { $0.replace("| {{30 days ago}} |", by: "| {{210 days ago}} |", in: "source/docs/exercises.md") },
    defect(
      "rollback-exercise-failed", "the last rollback that was practised failed", part: "the log of exercises",
      in: .documents
    ) {
      $0.replace("with its data | succeeded |", by: "with its data | failed |", in: "source/docs/exercises.md")
    },
    defect(
      "runbook-unfinished", "a runbook waits to be written in one place", part: "the purpose of a runbook",
      in: .documents
    ) {
      $0.replace(
        "This is about the service that reads pages of other sites.", by: "TODO: what it is for.",
        in: "\(runbooks)/extraction.md")
    },
    defect(
      "incident-without-roles", "the incident procedure does not say who does what",
      part: "the incident procedure", in: .documents
    ) {
      $0.replace(
        "## Roles\n\nOne leads, one mends, one tells the others.\n\n", by: "", in: "source/docs/incident.md")
    },
    defect(
      "no-incident-procedure", "what to do in an incident is written nowhere", part: "the incident procedure",
      in: .documents
    ) {
      $0.remove("source/docs/incident.md")
      $0.attestations.absent.insert("A-2")
    },
    defect(
      "runbook-link-broken", "the index of runbooks leads to a heading that is gone", part: "a link between documents",
      in: .documents
    ) { $0.replace("processing.md#diagnosis", by: "processing.md#first-steps", in: "\(runbooks)/README.md") },
    defect(
      "runbook-without-owner", "nobody answers for a runbook", part: "the owner of a runbook", in: .documents
    ) { $0.replace("owner: Dana Reyes\n", by: "", in: "\(runbooks)/database.md") },
    defect(
      "runbook-stale", "nobody went through a runbook for most of a year", part: "the review of a runbook",
      in: .documents
    ) { $0.replace("{{14 days ago}}", by: "{{300 days ago}}", in: "\(runbooks)/processing.md") },
    defect(
      "runbook-undated", "a runbook does not say when somebody last went through it", part: "the review of a runbook",
      in: .documents
    ) { $0.replace("last_reviewed: {{14 days ago}}\n", by: "", in: "\(runbooks)/processing.md") },
    defect(
      "rollback-without-data", "the rollback procedure says nothing of the data", part: "the rollback procedure",
      in: .documents
    ) {
      $0.replace(
        "## Data and migrations\n\nEvery migration has a way down, which was rehearsed; what was written meanwhile stays readable.\n\n",
        by: "", in: "source/docs/rollback.md")
    },
    defect(
      "no-rollback-procedure", "how a release is taken back is written nowhere", part: "the rollback procedure",
      in: .documents
    ) {
      $0.remove("source/docs/rollback.md")
      $0.attestations.absent.insert("A-5")
    },
    defect(
      "alert-runbook-missing", "an alert leads to a runbook that nobody wrote", part: "where alerts lead",
      in: .documents
    ) { $0.replace("runbooks/processing/", by: "runbooks/queue/", in: "source/monitoring/rules.yaml") },
    defect(
      "runbook-without-diagnosis", "a runbook does not say how to find out", part: "the parts of a runbook",
      in: .documents
    ) { $0.replace("## Diagnosis", by: "## Notes", in: "\(runbooks)/database.md") },
    defect("no-runbooks", "there are no runbooks", part: "the runbooks", in: .documents, isBlinding: true) {
      for name in ["README", "api", "processing", "extraction", "database"] { $0.remove("\(runbooks)/\(name).md") }
      $0.replace("[runbooks](runbooks/README.md)", by: "people who know", in: "source/docs/README.md")
      $0.attestations.absent.insert("A-3")
    },
    defect(
      "service-without-runbook", "a service stands in no runbook", part: "the services of the compose file",
      in: .documents
    ) {
      $0.replace(
        "  database:\n    image",
        by: "  geocoder:\n    image: registry.events.example/geocoder:1.4\n  database:\n    image",
        in: "source/compose.yaml")
    },
    defect(
      "capacity-plan-stale", "the plan for growth is of last year", part: "the date of the plan for growth",
      in: .documents
    ) { $0.replace("{{25 days ago}}", by: "{{390 days ago}}", in: "source/docs/capacity.md") },
    defect(
      "capacity-plan-without-figures", "the plan for growth says nothing in numbers",
      part: "the figures of the plan for growth", in: .documents
    ) {
      $0.replace(
        "- At the peak the interface answers 180 requests a second and was shown to carry 400.\n"
          + "- The disk of the database is filled to 38 percent and grows by 2 percent a month.\n"
          + "- Of 100 connections, 34 are in use at the peak.\n",
        by: "There is plenty of headroom.\n", in: "source/docs/capacity.md")
    },
  ]

  private static let ofSecrets = [
    defect(
      "secret-in-source", "a token stands in the code", part: "the code of the export", in: .source
    ) {
      $0.add("source/src/export.py", "ACCESS = \"\(PlantedSecret.token("ghp_", 36, 1))\"\n")
    },
    defect(
      "secret-in-configuration", "a password stands in a configuration file",
      part: "the configuration of the interface",
      in: .source
    ) {
      $0.replace(
        "password: ${DB_PASSWORD}", by: "password: \(PlantedSecret.token("", 20, 2))", in: "source/config/api.yaml")
    },
    defect(
      "secret-in-history", "the history holds a key that the tree does not any more", part: "the history", in: .source
    ) {
      $0.addToHistory("source/src/upload.py", "KEY = \"\(PlantedSecret.awsKey(3))\"\n")
    },
    defect(
      "secret-in-log", "a service writes tokens into its log", part: "the log of the interface", in: .source
    ) {
      $0.add("log/upload.log", "calling with token \(PlantedSecret.token("glpat-", 20, 4))\n")
    },
    defect(
      "environment-file-kept", "Git keeps an environment file", part: "the environment files", in: .source
    ) { $0.add("source/production.env", "LOG_LEVEL=info\n") },
    defect(
      "environment-file-not-ignored", "Git would take an environment file", part: "what Git leaves out", in: .source
    ) { $0.replace(".env\n.env.*\n!.env.example\n", by: "", in: "source/.gitignore") },
    defect("key-file-kept", "Git keeps a key store", part: "the key stores", in: .source) {
      $0.add("source/config/partners.jks", "a key store\n")
    },
  ]

  private static let ofImage = [
    defect(
      "secret-in-image-layer", "a layer of the image holds a token that the next one deletes",
      part: "what the image hides", in: .image
    ) {
      $0.image.lower["root/.npmrc"] = "//registry.events.example/:_authToken=\(PlantedSecret.token("npm_", 36, 5))\n"
      $0.image.upper["root/.wh..npmrc"] = ""
    },
    defect(
      "secret-in-image-variable", "the image sets a variable to a secret", part: "the variables of the image",
      in: .image
    ) { $0.image.environment.append("PAY_KEY=\(PlantedSecret.token("sk_" + "live_", 24, 6))") },
    defect(
      "environment-file-in-image", "an environment file came into the image", part: "the files of the image",
      in: .image
    ) { $0.image.lower["app/.env"] = "LOG_LEVEL=info\n" },
  ]

  private static let ofPipeline = [
    defect(
      "pipeline-without-deployment", "people deploy by hand", part: "the deployment of the pipeline", in: .pipeline
    ) {
      $0.replace("- run: ./deploy.sh production", by: "- run: ./announce production", in: release)
    },
    defect("no-pipeline", "there is no pipeline", part: "the pipeline", in: .pipeline, isBlinding: true) {
      $0.remove(release)
    },
    defect(
      "tests-forgiven", "what some tests return is thrown away", part: "the unit tests of the pipeline", in: .pipeline
    ) { $0.replace("pytest tests/unit", by: "pytest tests/unit || true", in: release) },
    defect(
      "pipeline-injection", "the title of a change becomes part of a command", part: "what the pipeline pastes",
      in: .pipeline
    ) {
      $0.replace(
        "printf '%s' \"$TITLE\"", by: "printf '%s' \"${{ github.event.pull_request.title }}\"", in: release)
    },
    defect(
      "pipeline-token-unlimited", "the pipeline's token may do everything", part: "the permissions of the pipeline",
      in: .pipeline
    ) { $0.replace("permissions:\n  contents: read\n", by: "", in: release) },
    defect(
      "pipeline-reference-floating", "the pipeline runs an action by a tag", part: "the actions of the pipeline",
      in: .pipeline
    ) { $0.replace("@11bd71901bbe5b1630ceea73d27597364c9af683", by: "@v4", in: release) },
    defect(
      "pipeline-without-tests", "the pipeline runs no tests", part: "the tests of the pipeline", in: .pipeline,
      isBlinding: true
    ) { $0.replace("pytest", by: "./lint", in: release) },
    defect(
      "deployed-untested", "the deployment does not wait for the tests", part: "what the deployment waits for",
      in: .pipeline
    ) { $0.replace("    needs: [unit, integration]\n", by: "", in: release) },
  ]

  private static let ofScans = [
    defect("scan-old", "nobody scanned the image for months", part: "the date of a scan", in: .scans) {
      $0.replace("\"CreatedAt\": \"{{3 days ago}}", by: "\"CreatedAt\": \"{{95 days ago}}", in: "scans/trivy.json")
    },
    defect("scan-broken-off", "a scanner broke off", part: "the end of a scan", in: .scans) {
      $0.replace("\"executionSuccessful\": true", by: "\"executionSuccessful\": false", in: "scans/code.sarif")
    },
    defect(
      "vulnerability-critical", "a critical vulnerability is said not to matter, and nobody says why",
      part: "what is said of vulnerabilities", in: .scans
    ) {
      $0.replace(
        ", \"justification\": \"vulnerable_code_not_in_execute_path\"", by: "", in: "scans/openvex.json")
    },
    defect(
      "vulnerability-high", "a vulnerability of high severity is open that a newer version mends",
      part: "the vulnerabilities of the host", in: .scans
    ) { $0.replace("\"severity\": \"Medium\"", by: "\"severity\": \"High\"", in: "scans/grype.json") },
    defect(
      "severity-unknown", "nobody knows how bad a vulnerability is", part: "the vulnerabilities of the parts",
      in: .scans
    ) {
      $0.replace("\"ratings\": [{ \"severity\": \"low\" }], ", by: "", in: "scans/parts.cdx.json")
    },
  ]

  private static let ofManifests = [
    defect("no-autoscaler", "nothing scales", part: "the autoscaler", in: .manifests) {
      $0.remove("source/deploy/autoscaler.yaml")
    },
    defect("autoscaler-without-room", "the autoscaler may add nothing", part: "the autoscaler", in: .manifests) {
      $0.replace("maxReplicas: 12", by: "maxReplicas: 3", in: "source/deploy/autoscaler.yaml")
    },
    defect(
      "no-disruption-budget", "emptying a node may stop a whole service", part: "the disruption budgets", in: .manifests
    ) { $0.remove("source/deploy/budget-processing.yaml") },
    defect(
      "readiness-unprobed", "traffic does not wait until a container is ready", part: "the readiness of pods",
      in: .manifests
    ) {
      $0.replace(
        "          readinessProbe: { httpGet: { path: /health, port: 8080 } }\n", by: "", in: "source/deploy/api.yaml")
    },
    defect(
      "single-replica", "there may be only one of a service", part: "the replicas of processing", in: .manifests
    ) { $0.replace("replicas: 2", by: "replicas: 1", in: "source/deploy/processing.yaml") },
    defect(
      "memory-unlimited", "a container may take all memory", part: "the resources of pods", in: .manifests
    ) {
      $0.replace("            limits: { memory: 512Mi }\n", by: "", in: "source/deploy/processing.yaml")
    },
  ]

  private static let ofPeople = [
    defect(
      "access-attestation-expired", "that access was reviewed was attested too long ago",
      part: "what is attested of access", in: .team
    ) { $0.attestations.daysLeft["A-1"] = -3 },
    defect(
      "incident-text-changed", "the incident procedure changed since those on call played it through",
      part: "what is attested of incidents", in: .team
    ) { $0.attestations.laterAdditions["source/docs/incident.md"] = "\nSince then everything is different.\n" },
    defect(
      "training-unattested", "nobody attests that those on call were trained", part: "what is attested of training",
      in: .team
    ) { $0.attestations.absent.insert("A-3") },
    defect(
      "scaling-attestation-expired", "that the system grows and shrinks was attested too long ago",
      part: "what is attested of scaling", in: .team
    ) { $0.attestations.daysLeft["A-9"] = -5 },
    defect(
      "acceptance-expired", "the users accepted a release of long ago", part: "what is attested of acceptance",
      in: .team
    ) { $0.attestations.daysLeft["A-4"] = -40 },
    defect(
      "rota-of-one", "one person alone is on call", part: "the rota", in: .team
    ) { $0.onCall = ["dana"] },
  ]
}

/// Made-up secrets in the forms of real ones.
enum PlantedSecret {
  private static let signs = Array("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789")

  /// `prefix` and `count` letters and digits.
  static func token(_ prefix: String, _ count: Int, _ number: Int) -> String {
    var generator = SeededGenerator(seed: 6, kind: "planted", number: number)
    return prefix + String((0..<count).map { _ in signs[generator.number(below: signs.count)] })
  }

  /// An access key of AWS.
  static func awsKey(_ number: Int) -> String { "AKIA" + token("", 16, number).uppercased() }
}
