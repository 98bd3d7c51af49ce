import AuditModel
import ComposeModel
import Facts
import Testing

/// What the specification took in after the implementation that the model follows: jobs, hooks before the start, merging by
/// position, and keys that were extensions once.
@Suite(.serialized) struct LaterAdditionsTests {
  static let jobs = """
    services: { web: { image: w } }
    jobs:
      nightly:
        image: b
        command: run it
        ports: ["80:8080/udp"]
        volumes: [./x:/x]
        environment: [WHO, A=1]
        secrets: [s]
        depends_on: [web]
        triggers: { manual: false, schedule: ["0 3 * * *", { cron: "0 1 * * 0", timezone: Europe/Paris, concurrency: queue }] }
      seed: { build: ., profiles: [debug], triggers: { manual: "yes" } }
      again: { extends: nightly, environment: { A: 2 } }
    secrets: { s: { file: ./s } }
    """

  @Test func jobsAreContainersToo() {
    let project = Loading.project(Self.jobs, environment: ["WHO": "me"])
    #expect(project.faults == [])
    #expect(project.services.map(\.name) == ["web"])
    #expect(project.value("jobs/nightly/command") == ["run", "it"])
    #expect(project.value("jobs/nightly/entrypoint") == JSONValue.null)
    #expect(
      project.value("jobs/nightly/ports") == [
        ["mode": "ingress", "target": 8080, "published": "80", "protocol": "udp"]
      ])
    #expect(project.value("jobs/nightly/volumes/0/source") == "/project/x")
    #expect(project.value("jobs/nightly/environment") == ["WHO": "me", "A": "1"])
    #expect(project.value("jobs/nightly/secrets") == [["source": "s", "target": "/run/secrets/s"]])
    #expect(project.value("jobs/nightly/depends_on/web/condition") == "service_started")
    #expect(project.value("jobs/nightly/networks") == ["default": nil])
    #expect(
      project.value("jobs/nightly/triggers") == [
        "manual": false,
        "schedule": [
          ["cron": "0 3 * * *"], ["cron": "0 1 * * 0", "timezone": "Europe/Paris", "concurrency": "queue"],
        ],
      ])
    #expect(project.value("jobs/again/environment/A") == "2")
    #expect(project.value("jobs/again/image") == "b")
    #expect(project.value("jobs/seed") == nil)
    #expect(project.inactive == [])
  }

  @Test func profilesSwitchJobsOn() {
    let project = Loading.project(["compose.yaml": Self.jobs], profiles: ["debug"])
    #expect(project.value("jobs/seed/build/context") == "/project")
    #expect(project.value("jobs/seed/triggers") == ["manual": true])
  }

  @Test func jobsMergeAndAreIncludedAsServicesAre() {
    let project = Loading.project(
      [
        "compose.yaml": "include: [sub/jobs.yaml]\nservices: { a: { image: x } }",
        "over.yaml":
          "jobs: { j: { labels: { a: 2, b: 3 }, volumes: [\"./z:/y\"], triggers: { manual: !reset null } } }",
        "sub/jobs.yaml":
          "jobs: { j: { image: y, labels: [a=1], volumes: [\"./y:/y\"], triggers: { manual: true }, env_file: j.env } }",
        "sub/j.env": "K=1\n",
      ], named: ["compose.yaml", "over.yaml"])
    #expect(project.faults == [])
    #expect(project.value("jobs/j/labels") == ["a": "2", "b": "3"])
    #expect(project.value("jobs/j/volumes/0/source") == "/project/z")
    #expect(project.value("jobs/j/volumes/1") == nil)
    #expect(project.value("jobs/j/environment") == ["K": "1"])
    #expect(project.value("jobs/j/triggers") == nil)
  }

  @Test func hooksBeforeTheStartHaveAnImage() {
    let project = Loading.project(
      "services: { a: { image: x, pre_start: [{ command: migrate up, image: m, per_replica: false, environment: [A=1] }] } }"
    )
    #expect(project.faults == [])
    #expect(
      project.value("services/a/pre_start")
        == [["command": ["migrate", "up"], "image": "m", "environment": ["A": "1"]]])
  }

  static let positions: [(base: String, override: String, path: String, expected: String)] = [
    (
      "command: [server, --port, \"8080\", -v]", "command: !merge [{}, {}, \"9090\"]", "command",
      #"["server", "--port", "9090", "-v"]"#
    ),
    ("dns: [1.1.1.1, 8.8.8.8]", "dns: !merge [9.9.9.9, ~, 7.7.7.7]", "dns", #"["9.9.9.9", "8.8.8.8", "7.7.7.7"]"#),
    (
      "ports: [{ target: 80, published: \"8080\", mode: host }, \"90:90\"]",
      "ports: !merge [{ published: \"9090\" }, {}]",
      "ports",
      """
      [{"target": 80, "published": "9090", "mode": "host", "protocol": "tcp"},
       {"target": 90, "published": "90", "mode": "ingress", "protocol": "tcp"}]
      """
    ),
    ("environment: { A: b }", "environment: !merge { C: d }", "environment", #"{"A": "b", "C": "d"}"#),
    ("user: u", "cap_add: !merge [{}, A]", "cap_add", #"["A"]"#),
  ]

  @Test(arguments: positions) func byPosition(base: String, override: String, path: String, expected: String) throws {
    let project = Loading.project(
      [
        "compose.yaml": "services:\n  a:\n    image: x\n    \(base)\n",
        "over.yaml": "services:\n  a:\n    \(override)\n",
      ], named: ["compose.yaml", "over.yaml"])
    #expect(project.faults == [])
    #expect(project.value("services/a/\(path)") ?? .null == (try Loading.json(expected)))
  }

  @Test func extensionsThatWereTakenIn() {
    func paths(_ service: String, _ over: String = "{}") -> [String] {
      let project = Loading.project(
        [
          "compose.yaml":
            "services:\n  base: { image: b, x-develop: { watch: [{ path: b, action: rebuild }] } }\n  a: \(service)\n",
          "over.yaml": "services:\n  a: \(over)\n",
        ], named: ["compose.yaml", "over.yaml"])
      #expect(project.faults == [])
      #expect(project.value("services/a/x-develop") == nil)
      return (project.value("services/a/develop/watch")?.array ?? []).compactMap { $0["path"]?.string }
    }
    let one = "{ watch: [{ path: one, action: rebuild }] }"
    let two = "{ watch: [{ path: two, action: rebuild }] }"
    #expect(paths("{ image: x, x-develop: \(one) }") == ["/project/one"])
    #expect(paths("{ image: x, develop: , x-develop: \(one) }") == ["/project/one"])
    #expect(paths("{ image: x, develop: \(two), x-develop: \(one) }") == ["/project/one", "/project/two"])
    #expect(paths("{ image: x, develop: \(one) }", "{ x-develop: \(two) }") == ["/project/one", "/project/two"])
    #expect(paths("{ image: x, develop: \(one) }", "{ x-develop: !override \(two) }") == ["/project/two"])
    #expect(paths("{ image: x, develop: \(one) }", "{ x-develop: !reset null }") == [])
    #expect(paths("{ extends: base }") == ["/project/b"])
    let sync = Loading.project(
      """
      services:
        a: { image: x, develop: { watch: [{ path: p, action: sync, target: /t, x-initialSync: true }] } }
        b: { image: x, develop: { watch: [{ path: p, action: sync, target: /t, initial_sync: true, x-initialSync: false }] } }
        c: { image: x, x-initialSync: true }
      """)
    #expect(sync.value("services/a/develop/watch/0/initial_sync") == true)
    #expect(sync.value("services/b/develop/watch/0/initial_sync") == true)
    #expect(sync.value("services/c/x-initialSync") == true)
  }
}
