import AuditModel
import ComposeModel
import Facts
import Testing

@Suite(.serialized) struct InterpolationTests {
  static let texts: [(template: String, expected: String)] = [
    ("plain", "plain"), ("$SET", "value"), ("${SET}", "value"), ("a-$SET-b", "a-value-b"), ("$SET$SET", "valuevalue"),
    ("$$SET", "$SET"), ("$$$SET", "$value"), ("$$$$", "$$"), ("${UNSET}", ""), ("$UNSET.x", ".x"),
    ("${SET:-d}", "value"), ("${EMPTY:-d}", "d"), ("${UNSET:-d}", "d"), ("${SET-d}", "value"), ("${EMPTY-d}", ""),
    ("${UNSET-d}", "d"), ("${SET:+r}", "r"), ("${EMPTY:+r}", ""), ("${UNSET:+r}", ""), ("${SET+r}", "r"),
    ("${EMPTY+r}", "r"), ("${UNSET+r}", ""), ("${SET:?e}", "value"), ("${SET?e}", "value"), ("${EMPTY?e}", ""),
    ("${UNSET:-$SET}", "value"), ("${UNSET:-${SET}}", "value"), ("${UNSET:-${OTHER:-deep}}", "deep"),
    ("${UNSET:-a ${SET} b}", "a value b"), ("${SET:+${UNSET-x}}", "x"), ("${UNSET:-}", ""),
    ("${UNSET:-a:-b}", "a:-b"), ("${UNSET:-a?b}", "a?b"), ("${UNSET-:d}", ":d"), ("${UNSET:-{\"k\":1}}", "{\"k\":1}"),
    ("${SET:-${UNSET:-read too}}", "value"), ("$", "$"), ("a$", "a$"), ("$ x$-", "$ x$-"), ("^[a]$|$1", "^[a]$|$1"),
    ("$(id)", "$(id)"), ("${UNSET:-$}", "$"), ("pre${UNSET:-mid}post", "premidpost"), ("${SET:-x}}", "value}"),
    ("héé$SET", "héévalue"), ("${_U9}", "under"), ("$_U9x", ""), ("${UNSET:-$$x}", "$x"),
  ]

  @Test(arguments: texts) func becomes(template: String, expected: String) {
    let project = Loading.project(
      "services: { a: { image: x, user: \(JSONText.compact(.string(template))) } }",
      environment: ["SET": "value", "EMPTY": "", "_U9": "under"])
    #expect(project.faults == [])
    #expect(project.value("services/a/user") ?? "" == .string(expected))
  }

  @Test func whatIsUnsetIsTold() {
    let project = Loading.project("services:\n  a:\n    image: x:${TAG}\n    user: ${U-}\nx-y: $Z\n")
    #expect(project.unsetVariables.map(\.name) == ["TAG", "Z"])
    #expect(project.unsetVariables.map(\.service) == ["a", nil])
    #expect(project.unsetVariables.first?.place.line == 3)
  }

  @Test func keysAreNotInterpolated() {
    let project = Loading.project("services: { a: { image: x, environment: { \"$K\": v } } }", environment: ["K": "k"])
    #expect(project.value("services/a/environment/$K") == "v")
  }

  @Test func typesFollowTheField() {
    let project = Loading.project(
      """
      services:
        a:
          image: x
          privileged: $T
          scale: ${N}
          ports: [{ target: $N, published: "$N" }, "$P"]
          deploy: { replicas: $N, update_config: { max_failure_ratio: $F } }
          ulimits: { nproc: $N }
          shm_size: ${S}
          healthcheck: { retries: $N, test: x, interval: $D }
          volumes: [{ type: volume, source: v, target: /v, read_only: $T }]
          secrets: [{ source: s, mode: "$M" }]
      volumes: { v: { external: $T } }
      secrets: { s: { external: $T } }
      """, environment: ["T": "true", "N": "5", "P": "80:81", "F": "0.5", "S": "2gb", "D": "60s", "M": "0555"])
    #expect(project.faults == [])
    #expect(project.value("services/a/privileged") == true)
    #expect(project.value("services/a/scale") == 5)
    #expect(
      project.value("services/a/ports/0") == ["target": 5, "published": "5", "mode": "ingress", "protocol": "tcp"])
    #expect(project.value("services/a/ports/1/target") == 81)
    #expect(project.value("services/a/deploy/update_config/max_failure_ratio") == 0.5)
    #expect(project.value("services/a/ulimits/nproc") == 5)
    #expect(project.value("services/a/shm_size") == "2147483648")
    #expect(project.value("services/a/healthcheck/interval") == "1m0s")
    #expect(project.value("services/a/volumes/0/read_only") == true)
    #expect(project.value("services/a/secrets/0/mode") == "0555")
    #expect(project.value("volumes/v/external") == true)
  }

  @Test func filesOfVariables() {
    let files = [
      "compose.yaml": "services: { a: { image: \"${A}-${B}-${C}\" } }", ".env": "A=dot\nB=dot\nC=dot\n",
      "one.env": "A=one\nB=one\nC=$A-$B\n", "two.env": "B=two\n",
    ]
    #expect(Loading.project(files).value("services/a/image") == "dot-dot-dot")
    #expect(Loading.project(files, environment: ["B": "env"]).value("services/a/image") == "dot-env-dot")
    #expect(Loading.project(files, environmentFiles: ["one.env"]).value("services/a/image") == "one-one-one-one")
    #expect(
      Loading.project(files, environmentFiles: ["one.env", "two.env"]).value("services/a/image") == "one-two-one-one")
    #expect(
      Loading.project(files, environmentFiles: ["one.env"], environment: ["A": "env"]).value("services/a/image")
        == "env-one-env-one")
    #expect(Loading.project(files, environmentFiles: ["gone.env"]).faults == ["1:1 unreadable"])
  }

  static let environmentFiles: [(text: String, variables: [String: String])] = [
    ("A=1", ["A": "1"]), ("A=1\nB=2\n", ["A": "1", "B": "2"]), ("A=1\r\nB=2\r\n", ["A": "1", "B": "2"]),
    ("  A = 1  ", ["A": "1"]), ("export A=1", ["A": "1"]), ("# c\n\nA=1 # c", ["A": "1"]), ("A=1#c", ["A": "1#c"]),
    ("A='x y'", ["A": "x y"]), ("A=\"x # y\" # c", ["A": "x # y"]), ("A='$B'", ["A": "$B"]),
    ("B=1\nA=$B", ["B": "1", "A": "1"]), ("B=1\nA=\"${B}2\"", ["B": "1", "A": "12"]),
    ("A=\"x\\ny\"", ["A": "x\ny"]), ("A='x\\ny'", ["A": "x\\ny"]), ("A=\"x\ny\"", ["A": "x\ny"]),
    ("A=x\\ny", ["A": "x\\ny"]), ("A=\"\\$B\"", ["A": "$B"]), ("A=", ["A": ""]), ("A=\"\"", ["A": ""]),
    ("A=''", ["A": ""]), ("É2=x", ["É2": "x"]),
    ("A=x y z", ["A": "x y z"]), ("A=a=b", ["A": "a=b"]), ("A: yaml", ["A": "yaml"]), ("a.b-c=1", ["a.b-c": "1"]),
    ("A=${X:-d}", ["A": "d"]), ("A=\"\\\"q\\\"\"", ["A": "\"q\""]), ("\u{FEFF}A=1", ["A": "1"]), ("A", [:]),
    ("A=https://x/y", ["A": "https://x/y"]), ("A=1\n\n\n#x\n", ["A": "1"]),
  ]

  @Test(arguments: environmentFiles) func environmentFile(text: String, variables: [String: String]) throws {
    let found = try EnvironmentFile(text).variables
    #expect(Dictionary(uniqueKeysWithValues: found.compactMap { v in v.value.map { (v.name, $0) } }) == variables)
  }

  @Test func environmentFileFaults() {
    #expect(throws: EnvironmentFile.Fault.self) { try EnvironmentFile("A='open") }
    #expect(throws: EnvironmentFile.Fault.self) { try EnvironmentFile("=1") }
    #expect(throws: EnvironmentFile.Fault.self) { try EnvironmentFile("A B=1") }
    #expect((try? EnvironmentFile("A=$x'y\"", isRaw: true))?.variables.first?.value == "$x'y\"")
  }
}
