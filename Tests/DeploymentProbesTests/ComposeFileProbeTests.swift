import AuditModel
import BuiltInCatalogue
import ComposeModel
import Definitions
import Engine
import Facts
import LoopbackServers
import ProbeConformance
import Probing
import Testing

@testable import DeploymentProbes

@Suite struct ComposeFileProbeTests {
  private static let weak = """
    version: "3"
    services:
      web:
        image: web
        ports: ["8080:8080"]
        environment: { API_TOKEN: canary-9f31 }
      db:
        image: postgres:16.4
        env_file: db.env
    """

  /// The rulings of a built-in check over what was seen, by subject; what passes is one ruling without a subject.
  static func statuses(of id: String, _ look: Look) throws -> [String: Status] {
    let entry = try #require(BuiltInCatalogue.checks.first { $0.id == id }, "\(id)")
    let check = try Definitions.check(compiled: entry.json)
    let parameters = JSONObject(check.parameters.map { ($0.name, $0.fallback) })
    let rulings = Judge(check, parameters: parameters).rulings(on: look.facts ?? .null, gaps: look.gaps)
    return Dictionary(rulings.map { ($0.subject ?? "", $0.status) }, uniquingKeysWith: { first, _ in first })
  }

  @Test func everyRuleHasItsCheckAndEveryCheckItsRule() {
    let ids = Set(BuiltInCatalogue.checks.map(\.id))
    #expect(Set(ComposeRule.allCases.map(\.rawValue)) == ids.filter { $0.hasPrefix("compose-") })
    #expect(Set(DockerfileRule.allCases.map(\.rawValue)) == ids.filter { $0.hasPrefix("dockerfile-") })
  }

  @Test func findsWhatTheLintFinds() async throws {
    let folder = try ScratchFolder()
    try folder.write(Self.weak, to: "compose.yaml")
    try folder.write("POSTGRES_PASSWORD=canary-77aa\n", to: "db.env")
    let look = await Look(ComposeFileProbe(), at: ["file": .string(folder.path("compose.yaml"))])
    #expect(look.unseen == nil)
    let web = look.element("subjects", named: "web")
    #expect(web?["at"] == "compose.yaml:3:3")
    #expect(
      web?["complaints"]?["imagePinned"]
        == ["its image has no tag, which is `latest`: what runs changes from one pull to the next (compose.yaml:4:12)"])
    #expect(web?["complaints"]?["secretsReferenced"]?.array?.count == 1)
    #expect(look.element("subjects", named: "compose.yaml")?["complaints"]?["versionAbsent"]?.array?.count == 1)
    #expect(try Self.statuses(of: "compose-secrets-referenced", look)["web"] == .fail)
    #expect(try Self.statuses(of: "compose-secrets-referenced", look)["db"] == nil)
    #expect(try Self.statuses(of: "compose-data-persisted", look)["db"] == .fail)
    #expect(try Self.statuses(of: "compose-hardened", look)["db"] == .warn)
    #expect(try Self.statuses(of: "compose-model-valid", look).values.allSatisfy { $0 == .pass })
    #expect(!JSONText.compact(look.facts ?? .null).contains("canary-"))
  }

  @Test func whatAFileOfVariablesHidesIsNotPassed() async throws {
    let folder = try ScratchFolder()
    try folder.write(Self.weak, to: "compose.yaml")
    let look = await Look(ComposeFileProbe(), at: ["file": .string(folder.path("compose.yaml"))])
    #expect(look.gaps.map(\.path) == ["environmentFiles"])
    #expect(try Self.statuses(of: "compose-env-files-present", look)["db"] == .fail)
    #expect(try Self.statuses(of: "compose-passwords-own", look)["db"] == .unknown)
    #expect(try Self.statuses(of: "compose-passwords-own", look)["web"] == nil)
  }

  @Test func theEnvironmentOfTheAuditTakesNoPart() async throws {
    let folder = try ScratchFolder()
    try folder.write("services: { a: { image: \"x:1.1\", user: \"${PATH}\" } }", to: "compose.yaml")
    let look = await Look(ComposeFileProbe(), at: ["file": .string(folder.path("compose.yaml"))])
    #expect(try Self.statuses(of: "compose-variables-set", look)["a"] == .fail)
  }

  @Test func filesMergeAndProfilesCount() async throws {
    let folder = try ScratchFolder()
    try folder.write("services: { a: { image: x }, b: { image: \"y:1.1\", profiles: [p] } }", to: "compose.yaml")
    try folder.write("services: { a: { image: \"x:${V}\" } }", to: "prod.yaml")
    try folder.write("V=1.2.3\n", to: "prod.env")
    let settings: JSONObject = [
      "files": [.string(folder.path("compose.yaml")), .string(folder.path("prod.yaml"))],
      "envFiles": [.string(folder.path("prod.env"))], "project": "shop",
    ]
    let look = await Look(ComposeFileProbe(), at: settings)
    #expect(look.element("subjects", named: "a")?["image"] == "x:1.2.3")
    #expect(look.facts?["inactive"] == ["b"])
    #expect(look.facts?["project"] == "shop")
    var profiled = settings
    profiled["profiles"] = ["p"]
    #expect(await Look(ComposeFileProbe(), at: profiled).facts?["inactive"] == [])
  }

  @Test func whatCannotBeReadIsUnseen() async throws {
    let folder = try ScratchFolder()
    try folder.write("services: [", to: "broken.yaml")
    try folder.write("<html><body>not found</body></html>", to: "page.yaml")
    try folder.write("", to: "empty.yaml")
    try folder.write("name: x\n", to: "none.yaml")
    func unseen(_ name: String) async -> Unseen.Kind? {
      await Look(ComposeFileProbe(), at: ["file": .string(folder.path(name))]).unseen?.kind
    }
    #expect(await unseen("gone.yaml") == .unreachable)
    for name in ["broken.yaml", "page.yaml", "empty.yaml", "none.yaml"] {
      #expect(await unseen(name) == .malformed, "\(name)")
    }
    #expect(await Look(ComposeFileProbe(), at: [:]).unseen?.kind == .malformed)
  }

  @Test func conforms() async throws {
    let folder = try ScratchFolder()
    try folder.write(Self.weak, to: "compose.yaml")
    let target = Target(id: "stack", kind: "compose", settings: ["file": .string(folder.path("compose.yaml"))])
    let problems = await ProbeConformance.problems(with: ComposeFileProbe(), target: target)
    #expect(problems == [])
  }
}

@Suite struct DockerfileProbeTests {
  @Test func readsWhatAProjectBuilds() async throws {
    let folder = try ScratchFolder()
    try folder.write(
      """
      services:
        a: { build: . }
        b: { build: { context: ., dockerfile: gone.Dockerfile } }
        c: { build: { dockerfile_inline: "FROM x:1.1\\nUSER u\\nHEALTHCHECK CMD y\\n" } }
        d: { build: https://example.com/d.git }
        e: { image: "e:1.1" }
      """, to: "compose.yaml")
    try folder.write("FROM node\nENV API_TOKEN=canary-9f31\nRUN curl x | sh\n", to: "Dockerfile")
    let look = await Look(DockerfileProbe(), at: ["file": .string(folder.path("compose.yaml"))])
    #expect(look.facts?["files"]?.array?.compactMap { $0["name"]?.string } == ["Dockerfile", "c (inline)"])
    #expect(look.gaps.map(\.path) == ["files", "files"])
    let file = look.element("files", named: "Dockerfile")
    #expect(
      file?["complaints"]?["secretsAbsent"] == ["ENV API_TOKEN: the secret becomes part of the image (Dockerfile:2)"])
    #expect(file?["complaints"]?["pipesFail"]?.array?.count == 1)
    #expect(!JSONText.compact(look.facts ?? .null).contains("canary-"))
    #expect(try ComposeFileProbeTests.statuses(of: "dockerfile-secrets-absent", look)["Dockerfile"] == .fail)
  }

  @Test func readsOneThatIsNamed() async throws {
    let folder = try ScratchFolder()
    try folder.write("FROM a:1.1\nUSER u\nHEALTHCHECK CMD x\n", to: "Dockerfile")
    try folder.write("<html></html>", to: "page")
    let look = await Look(DockerfileProbe(), at: ["file": .string(folder.path("Dockerfile"))], kind: "dockerfile")
    #expect(try ComposeFileProbeTests.statuses(of: "dockerfile-base-pinned", look) == ["": .pass])
    let gone = await Look(DockerfileProbe(), at: ["file": .string(folder.path("gone"))], kind: "dockerfile")
    #expect(gone.unseen?.kind == .unreachable)
    let page = await Look(DockerfileProbe(), at: ["file": .string(folder.path("page"))], kind: "dockerfile")
    #expect(page.unseen?.kind == .malformed)
  }

  @Test func nothingIsBuilt() async throws {
    let folder = try ScratchFolder()
    try folder.write("services: { e: { image: \"e:1.1\" } }", to: "compose.yaml")
    let look = await Look(DockerfileProbe(), at: ["file": .string(folder.path("compose.yaml"))])
    #expect(
      try ComposeFileProbeTests.statuses(of: "dockerfile-base-pinned", look).values.map(\.self) == [.notApplicable])
  }

  @Test func conforms() async throws {
    let folder = try ScratchFolder()
    try folder.write("FROM a:1.1\n", to: "Dockerfile")
    let target = Target(id: "image", kind: "dockerfile", settings: ["file": .string(folder.path("Dockerfile"))])
    let problems = await ProbeConformance.problems(with: DockerfileProbe(), target: target)
    #expect(problems == [])
  }
}
