import AuditModel
import ComposeModel
import Testing

/// What is no valid model, with the place that is told.
@Suite(.serialized) struct InvalidModelTests {
  static let files: [(text: String, fault: String)] = [
    ("services:\n  a: { image: x, imagee: y }", "2:18 unknown-key"),
    ("services:\n  a:\n    image: x\n    deploy: { resources: { impossible: {} } }", "4:28 unknown-key"),
    ("foo:\n  image: x", "1:1 unknown-key"), ("services: []", "1:11 wrong-type"),
    ("services:", "1:10 wrong-type"), ("services:\n  a: busybox", "2:6 wrong-type"),
    ("services:\n  a:", "2:5 wrong-type"), ("services:\n  a: { image: [x] }", "2:15 wrong-type"),
    ("services:\n  a: { image: x, environment: \"A=1\" }", "2:31 wrong-type"),
    ("services:\n  a: { image: x, environment: { A: [1] } }", "2:36 wrong-type"),
    ("services:\n  a: { image: x, ports: {} }", "2:25 wrong-type"),
    ("services:\n  a: { image: x, ports: \"80:80\" }", "2:25 wrong-type"),
    ("services:\n  a: { image: x, volumes: [{ target: /x }] }", "2:28 missing-key"),
    ("services:\n  a: { image: x, volumes: [{ type: nfs, target: /x }] }", "2:36 unknown-word"),
    ("services:\n  a: { image: x, volumes: [{ type: bind, target: /x }] }", "2:28 no-source"),
    ("services:\n  a: { image: x, volumes: [{ type: tmpfs, target: /x, tmpfs: { size: -1 } }] }", "2:70 out-of-range"),
    ("services:\n  a: { image: x, volumes: [\"aa:bb:cc:dd\"] }", "2:28 not-a-mount"),
    ("services:\n  a: { image: x, privileged: maybe }", "2:30 not-a-flag"),
    ("services:\n  a: { image: x, mem_limit: lots }", "2:29 not-a-size"),
    ("services:\n  a: { image: x, stop_grace_period: 10 }", "2:37 wrong-type"),
    ("services:\n  a: { image: x, stop_grace_period: soon }", "2:37 not-a-duration"),
    ("services:\n  a: { image: x, cgroup: mine }", "2:26 unknown-word"),
    ("services:\n  a: { image: x, oom_score_adj: 2000 }", "2:33 out-of-range"),
    ("services:\n  a: { image: x, ports: [\"99999:80\"] }", "2:26 not-a-port"),
    ("services:\n  a: { image: x, ports: [\"80-81:80-82\"] }", "2:26 not-a-port"),
    ("services:\n  a: { image: x, ports: [\"x:80\"] }", "2:26 not-a-port"),
    ("services:\n  a: { image: x, ports: [\"80:0\"] }", "2:26 not-a-port"),
    ("services:\n  a: { image: x, mem_limit: 5ki }", "2:29 not-a-size"),
    ("services:\n  a: { image: x, deploy: !override null }", "2:26 wrong-type"),
    ("services:\n  a: { image: x, ports: [\"80:80/icmp\"] }", "2:26 not-a-port"),
    ("services:\n  a: { image: x, ports: [\"300.0.0.1:80:80\"] }", "2:26 not-a-port"),
    ("services:\n  a: { image: x, ports: [{ target: 80, host_ip: here }] }", "2:49 not-an-address"),
    ("services:\n  a: { image: x, depends_on: [b] }", "2:31 undefined-service"),
    ("services:\n  a: { image: x, depends_on: { b: { restart: true } } }", "2:35 missing-key"),
    ("services:\n  a: { image: x, depends_on: [a] }", "2:31 circle"),
    ("services:\n  a: { image: x, depends_on: [b] }\n  b: { image: x, depends_on: [a] }", "2:31 circle"),
    ("services:\n  a: { image: x, depends_on: [b] }\n  b: { image: x, profiles: [p] }", "2:31 inactive-service"),
    ("services:\n  a: { image: x, links: [b] }", "2:26 undefined-service"),
    (
      "services:\n  a: { image: x, depends_on: { b: { condition: service_started, required: false } } }",
      "2:32 undefined-service"
    ),
    ("services:\n  a: { build: { additional_contexts: [\"c=service:b\"] } }", "2:39 undefined-service"),
    (
      "services:\n  a: { build: { additional_contexts: [\"c=service:b\"] } }\n  b: { image: x }",
      "2:39 not-built"
    ),
    ("services:\n  a: { image: x, ports: [{ published: 80 }] }", "2:26 missing-key"),
    ("services:\n  a: { image: x, ports: [{ target: -1 }] }", "2:36 out-of-range"),
    ("services:\n  a: { image: x, ports: [\"fe80::1%eth0:80:80\"] }", "2:26 not-a-port"),
    ("services:\n  a: { image: x, devices: [{ source: /dev/a }] }", "2:28 missing-key"),
    ("services:\n  a: { image: x, secrets: [{ target: s }] }", "2:28 missing-key"),
    ("services:\n  a: { image: x, healthcheck: { test: [curl, x] } }", "2:40 health-check"),
    ("services:\n  a: { image: x, healthcheck: { retries: -1 } }", "2:42 out-of-range"),
    ("services:\n  a: { image: x, scale: -1 }", "2:25 out-of-range"),
    ("services:\n  a: { image: x, mem_limit: \"-1\" }", "2:29 not-a-size"),
    ("services:\n  a: { image: x, pull_policy: often }", "2:31 unknown-word"),
    ("services:\n  a: { image: x, pull_policy: every_x }", "2:31 unknown-word"),
    ("services:\n  a: { image: x, container_name: a b }", "2:34 container-name"),
    ("services:\n  a: { image: x, env_file: [{ path: a, format: json }] }", "2:48 unknown-word"),
    ("services:\n  a: { image: x, environment: { A: 2024-01-02 } }", "2:36 date"),
    ("services:\n  a: { image: x, labels: { a: 2024-01-02 10:20:30 } }", "2:31 date"),
    ("services:\n  a: { image: x, command: (a) }", "2:27 unclosed-quote"),
    ("services:\n  a: { image: \"x:${A:-${B:?}}\", user: \"${A-b}\" }", "2:15 required-variable"),
    ("services:\n  a: { image: x, network_mode: \"service:b\" }", "2:32 undefined-service"),
    ("services:\n  a: { image: x, tmpfs: [\"/t\", \"/t:size=1m\"] }", "2:32 mounted-twice"),
    ("services:\n  a: { image: x, tmpfs: /t, volumes: [{ type: tmpfs, target: /t }] }", "2:62 mounted-twice"),
    ("jobs:\n  j: { image: x, imagee: y }", "2:18 unknown-key"),
    ("jobs:\n  j: { image: x, triggers: { schedule: \"0 3 * * *\" } }", "2:40 wrong-type"),
    ("jobs:\n  j: { image: x, triggers: { schedule: [{ timezone: UTC }] } }", "2:41 missing-key"),
    ("jobs:\n  j: { image: x, triggers: { manual: perhaps } }", "2:38 not-a-flag"),
    ("jobs:\n  j: { image: x, depends_on: [s] }", "2:31 undefined-service"),
    ("jobs:\n  j: { image: x, volumes: [vol:/x] }", "2:28 undefined-volume"),
    ("jobs:\n  j: { command: a }", "2:3 no-image"), ("jobs:\n  j: { extends: k }", "2:17 undefined-service"),
    ("services:\n  a: { image: x, triggers: {} }", "2:18 unknown-key"),
    ("services:\n  a: { image: x, pre_start: [{ images: u }] }", "2:32 unknown-key"),
    ("services:\n  a: { image: x, x-develop: text }", "2:29 wrong-type"),
    ("services:\n  a: { image: x, networks: [n] }", "2:29 undefined-network"),
    ("services:\n  a: { image: x, volumes: [vol:/x] }", "2:28 undefined-volume"),
    ("services:\n  a: { image: x, secrets: [s] }", "2:28 undefined-secret"),
    ("services:\n  a: { image: x, configs: [c] }", "2:28 undefined-config"),
    ("services:\n  a: { image: x, build: { secrets: [s] } }", "2:37 undefined-secret"),
    ("services:\n  a: { image: x, network_mode: host, networks: [default] }", "2:18 network-mode"),
    ("services:\n  a: { restart: always }", "2:3 no-image"),
    ("services:\n  a: { image: x, container_name: nn, scale: 2 }", "2:34 container-name-scaled"),
    ("services:\n  a: { image: x, container_name: nn }\n  b: { image: x, container_name: nn }", "3:34 container-name"),
    ("services:\n  a: { image: x, scale: 2, deploy: { replicas: 3 } }", "2:25 scale"),
    (
      "services:\n  a: { image: x, mem_limit: 1g, deploy: { resources: { limits: { memory: 2g } } } }",
      "2:29 two-limits"
    ),
    (
      "services:\n  a: { image: x, pids_limit: 5, deploy: { resources: { limits: { memory: 2g } } } }",
      "2:30 two-limits"
    ),
    ("services:\n  a: { image: x, env_file: gone.env }", "2:28 environment-file"),
    ("services:\n  a: { image: x, label_file: gone }", "2:30 label-file"),
    ("services:\n  a: { image: x, environment: [\"DEBUG = true\"] }", "2:32 space-in-name"),
    ("services:\n  a: { image: x, security_opt: [A, A] }", "2:36 not-unique"),
    ("services:\n  a: { image: x, build: { ssh: } }", "2:32 wrong-type"),
    (
      "services:\n  a: { image: x, deploy: { resources: { reservations: { devices: [{ driver: d }] } } } }",
      "2:67 missing-key"
    ),
    ("services:\n  a: { image: x, gpus: [{ count: 1, device_ids: [a] }] }", "2:34 count-and-ids"),
    ("services:\n  a: { image: x, gpus: [{ count: some }] }", "2:34 not-a-number"),
    ("services:\n  a: { image: x, develop: { watch: [{ path: ./a }] } }", "2:37 missing-key"),
    ("services:\n  a: { image: x, develop: { watch: [{ path: ./a, action: sync }] } }", "2:37 watch-target"),
    ("services:\n  a: { image: x, build: { dockerfile: a, dockerfile_inline: b } }", "2:42 two-dockerfiles"),
    ("services:\n  a: { image: x, extends: b }", "2:27 undefined-service"),
    ("services:\n  a: { extends: b }\n  b: { extends: a }", "2:17 circle"),
    ("services:\n  a: { extends: { file: gone.yaml, service: b } }", "2:17 unreadable"),
    ("include: [gone.yaml]\nservices: { a: { image: x } }", "1:11 unreadable"),
    ("include: [compose.yaml]\nservices: { a: { image: x } }", "1:11 circle"),
    ("services: { a: { image: x } }\nvolumes: { v: { external: true, driver: d } }", "2:33 external-and-more"),
    ("services: { a: { image: x } }\nvolumes: { v: { name: a, external: { name: b } } }", "2:23 external-name"),
    ("services: { a: { image: x } }\nvolumes: []", "2:10 wrong-type"),
    ("services: { a: { image: x } }\nnetworks: { n: bridge }", "2:16 wrong-type"),
    ("services: { a: { image: x } }\nsecrets: { s: { file: a, environment: b } }", "2:12 several-sources"),
    ("services: { a: { image: x } }\nsecrets: { s: {} }", "2:12 no-source"),
    ("services: { a: { image: x } }\nsecrets: { s: { content: x } }", "2:17 unknown-key"),
    ("services: { a: { image: x } }\nconfigs: { c: { file: a, content: b } }", "2:12 several-sources"),
    ("name: 123\nservices: { a: { image: x } }", "1:7 wrong-type"),
    ("services:\n  a b: { image: x }", "2:3 invalid-name"), ("services:\n  123: { image: x }", "2:3 key-not-text"),
    ("services:\n  a: { image: x, environment: { 1: y } }", "2:33 key-not-text"),
    ("services:\n  a: { image: x }\n  a: { image: y }", "2:3 duplicate-key"),
    ("services:\n  a:\n    image: x\n\tbuild: .", "4:1 tab"), ("services: [", "1:12 yaml-syntax"),
    ("1", "1:1 wrong-type"), ("[a]", "1:1 wrong-type"), ("", "1:1 empty"), ("# nothing", "1:1 empty"),
    ("services:\n  a: { image: \"${A\" }", "2:15 malformed-variable"),
    ("services:\n  a: { image: \"${1A}\" }", "2:15 malformed-variable"),
    ("services:\n  a: { image: \"${A!b}\" }", "2:15 malformed-variable"),
    ("services:\n  a: { image: \"${}\" }", "2:15 malformed-variable"),
    ("services:\n  a: { image: \"a:${TAG:?say which}\" }", "2:15 required-variable"),
    ("services:\n  a: { image: \"a:${TAG?}\" }", "2:15 required-variable"),
    ("services:\n  a: { image: x, command: \"echo 'open\" }", "2:27 unclosed-quote"),
    (
      "services:\n  a: { image: x, secrets: [{ source: s, mode: \"rw\" }] }\nsecrets: { s: { file: f } }",
      "2:47 not-a-mode"
    ),
    ("services:\n  a:\n    image: x\n    <<: text", "4:9 merge-key"),
  ]

  @Test(arguments: files) func isInvalid(text: String, fault: String) {
    let project = Loading.project(text)
    #expect(project.faults.first == fault, "\(project.problems.map(\.line))")
  }

  @Test func everyProblemIsTold() {
    let project = Loading.project(
      "services:\n  a: { imagee: x, restart: [1] }\n  b: { image: x, networks: [n], volumes: [vol:/x] }")
    #expect(
      project.faults == [
        "2:8 unknown-key", "2:28 wrong-type", "2:3 no-image", "3:29 undefined-network", "3:43 undefined-volume",
      ])
    #expect(project.problems[0].message.contains("did you mean `image`?"))
  }

  @Test func valuesOfVariablesAreNotTold() {
    let project = Loading.project(
      "services:\n  a: { image: x, mem_limit: \"${M}\", ports: [\"${P}\"], privileged: \"${M}\" }",
      environment: ["M": "hunter2", "P": "hunter2"])
    #expect(project.problems.count == 3)
    #expect(!project.problems.contains { $0.message.contains("hunter2") })
  }
}
