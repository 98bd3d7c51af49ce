import AuditModel
import Facts
import ProbeConformance
import Testing

@testable import DocumentProbes

@Suite("Pipelines") struct PipelineTests {
  private static let github = """
    name: ci
    on: [push]
    permissions: {contents: read}
    jobs:
      test:
        runs-on: ubuntu-latest
        steps:
          - uses: actions/checkout@v4
          - run: |
              npm ci
              npm test
      deploy:
        needs: [build]
        steps:
          - run: helm upgrade api ./chart
      build:
        needs: test
        steps:
          - run: docker build -t api .
      rogue:
        steps:
          - run: kubectl apply -f k8s/
          - run: echo "${{ github.event.issue.title }}"
      talk:
        steps:
          - run: echo "terraform apply && npm test"
      off:
        if: false
        steps: [{run: pytest}]
      soft:
        steps:
          - {run: pytest, continue-on-error: true}
          - run: go test ./... || true
    """

  private func read(_ files: [String: String], _ path: String = "") async throws -> (facts: JSONValue, gaps: [Gap]) {
    let folder = try Folder(files)
    return try await facts(PipelineProbe(), ["path": .string(folder.path + path)], kind: "pipeline")
  }

  private func job(_ name: String, _ facts: JSONValue) -> JSONValue? {
    facts["jobs"]?.array?.first { $0["name"]?.string == name }
  }

  @Test("GitHub: what jobs do, in which order, and what is only said")
  func github() async throws {
    let (facts, gaps) = try await read([".github/workflows/ci.yml": Self.github])
    #expect(gaps.isEmpty)
    #expect(job("test", facts)?["tests"] == true)
    #expect(job("deploy", facts)?["deploys"] == true)
    #expect(job("deploy", facts)?["isGated"] == true)
    #expect(job("build", facts)?["builds"] == true)
    #expect(job("rogue", facts)?["deploys"] == true)
    #expect(job("rogue", facts)?["isGated"] == false)
    #expect(job("talk", facts)?["deploys"] == false)
    #expect(job("talk", facts)?["tests"] == false)
    #expect(job("off", facts)?["tests"] == false)
    #expect(job("soft", facts)?["forgiven"]?.array?.count == 2)
    #expect(facts["references"]?.array?.map { $0["isPinned"] } == [false])
    #expect(facts["files"]?[0]?["limitsPermissions"] == true)
    #expect(facts["files"]?[0]?["injections"]?.array?.count == 1)
  }

  @Test("GitLab: stages give the order, needs replace it, extends is followed")
  func gitlab() async throws {
    let (facts, _) = try await read([
      ".gitlab-ci.yml": """
      stages: [test, deploy]
      image: node:22
      .base: {script: [pytest -q]}
      unit: {stage: test, extends: .base}
      ship: {stage: deploy, script: ["helm upgrade x ."]}
      early: {stage: deploy, needs: [], script: ["helm upgrade x ."]}
      lax: {stage: test, script: [pytest], allow_failure: true}
      """
    ])
    #expect(job("unit", facts)?["tests"] == true)
    #expect(job("ship", facts)?["isGated"] == true)
    #expect(job("early", facts)?["isGated"] == false)
    #expect(job("lax", facts)?["forgiven"]?.array?.count == 1)
  }

  @Test("Jenkins: stages run one after the other")
  func jenkins() async throws {
    let (facts, _) = try await read([
      "Jenkinsfile": """
      pipeline { agent any
        stages {
          stage('Test') { steps {
            sh 'mvn -B verify'
          } }
          stage("Deploy") {
            steps { script {
              sh \"\"\"
                kubectl apply -f k8s
              \"\"\"
            } }
          }
        }
      }
      """
    ])
    #expect(job("Test", facts)?["tests"] == true)
    #expect(job("Deploy", facts)?["deploys"] == true)
    #expect(job("Deploy", facts)?["isGated"] == true)
  }

  @Test("what is no pipeline is not observed; an empty tree has none")
  func blind() async throws {
    for text in ["", "<html>", "a: [", "a: b", "[]"] {
      await #expect(throws: Folder.Trouble.self) { _ = try await read(["p.yml": text], "/p.yml") }
    }
    let (facts, gaps) = try await read(["readme.md": "x"])
    #expect(facts["jobs"] == [])
    #expect(gaps.isEmpty)
  }

  @Test func conforms() async throws {
    let folder = try Folder([".github/workflows/ci.yml": Self.github])
    let target = Target(id: "ci", kind: "pipeline", settings: ["path": .string(folder.path)])
    let impossible = Target(id: "ci", kind: "pipeline", settings: ["path": "/nonexistent/x"])
    #expect(await ProbeConformance.problems(with: PipelineProbe(), target: target, impossible: impossible) == [])
  }
}
