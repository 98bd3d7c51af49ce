import AuditModel
import ComposeModel
import Facts
import Testing

/// What is left out of the model since it says nothing, and what stays though it looks like nothing.
@Suite(.serialized) struct OmissionTests {
  static let services: [(service: String, path: String, expected: String)] = [
    (
      "build: { context: ., no_cache: false, privileged: false, pull: false, sbom: \"\", target: \"\", labels: {}, tags: [] }",
      "build", #"{"context": "/project", "dockerfile": "Dockerfile"}"#
    ),
    ("build: { context: ., args: [NOBODY], extra_hosts: {}, ulimits: {}, secrets: [] }", "build/args", "null"),
    ("build: { context: ., args: { A: \"\" } }", "build/args", #"{"A": ""}"#),
    ("build: { context: \"\" }", "build", #"{"dockerfile": "Dockerfile"}"#),
    (
      "post_start: [{ command: a, privileged: false, user: \"\", environment: {} }]", "post_start",
      #"[{"command": ["a"]}]"#
    ),
    (
      "ports: [{ target: 80, name: \"\", published: \"\" }]", "ports/0",
      #"{"target": 80, "mode": "ingress", "protocol": "tcp"}"#
    ),
    ("networks: { n: { aliases: [], priority: 0, ipv4_address: \"\" } }", "networks", #"{"n": {}}"#),
    ("networks: { n: }", "networks", #"{"n": null}"#),
    ("healthcheck: { disable: false, interval: 0s, retries: 0 }", "healthcheck", #"{"interval": "0s", "retries": 0}"#),
    (
      """
      deploy: { mode: "", labels: {}, replicas: 0, placement: { constraints: [] }, update_config: { parallelism: 0 }, \
      restart_policy: {}, resources: { limits: { cpus: 0 }, reservations: { devices: [] } } }
      """, "deploy",
      """
      {"replicas": 0, "placement": {}, "update_config": {"parallelism": 0}, "restart_policy": {},
       "resources": {"limits": {}, "reservations": {}}}
      """
    ),
    (
      "volumes: [{ type: volume, source: v, target: /a, read_only: false, consistency: \"\", volume: { nocopy: false } }]",
      "volumes/0", #"{"type": "volume", "source": "v", "target": "/a", "volume": {}}"#
    ),
    ("volumes: [{ type: bind, source: /a, target: /b, bind: { propagation: \"\" } }]", "volumes/0/bind", "{}"),
    ("credential_spec: { file: \"\" }", "credential_spec", "{}"),
    ("logging: { driver: \"\", options: {} }", "logging", "{}"),
    (
      "develop: { watch: [{ path: ./a, action: rebuild, ignore: [], target: \"\", initial_sync: false }] }",
      "develop/watch/0", #"{"path": "/project/a", "action": "rebuild", "exec": {"command": null}}"#
    ),
    ("gpus: [{ driver: \"\", capabilities: [], count: 0 }]", "gpus", "[{}]"),
    ("blkio_config: { weight: 0, device_read_bps: [] }", "blkio_config", "{}"),
    (
      "secrets: [{ source: s, uid: \"\", mode: 0 }]", "secrets/0",
      #"{"source": "s", "mode": "00", "target": "/run/secrets/s"}"#
    ),
    (
      "depends_on: { o: { condition: service_started, restart: false, required: false } }", "depends_on/o",
      #"{"condition": "service_started", "required": false}"#
    ),
    ("init: false", "init", "false"), ("attach: false", "attach", "false"), ("scale: 0", "scale", "0"),
    ("tty: false", "tty", "null"), ("environment: { A: \"\" }", "environment", #"{"A": ""}"#),
    ("x-e: { a: \"\", b: [], c: 0 }", "x-e", #"{"a": "", "b": [], "c": 0}"#),
    ("logging: { x-e: { a: \"\" } }", "logging/x-e", #"{"a": ""}"#),
    (
      "extra_hosts: { a: [3.3.3.3, 1.1.1.1, 1.1.1.1], a-b: 2.2.2.2 }", "extra_hosts",
      #"["a-b=2.2.2.2", "a=1.1.1.1", "a=3.3.3.3"]"#
    ),
  ]

  @Test(arguments: services) func leaving(service: String, path: String, expected: String) throws {
    let project = Loading.project(
      """
      services:
        web:
          \(service.hasPrefix("build") ? "" : "image: x\n    ")\(service)
        o: { image: "o:1" }
      networks: { n: {} }
      volumes: { v: {} }
      secrets: { s: { file: s } }
      """)
    #expect(project.faults == [])
    #expect(project.value("services/web/\(path)") ?? .null == (try Loading.json(expected)))
  }

  @Test func resources() {
    let project = Loading.project(
      """
      services: { a: { image: x } }
      networks:
        n: { driver: "", labels: {}, internal: false, enable_ipv6: false, ipam: { driver: "", config: [] } }
      """)
    #expect(project.value("networks/n") == ["name": "project_n", "enable_ipv6": false, "ipam": [:]])
  }
}
