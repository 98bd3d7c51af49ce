import AuditModel
import ComposeModel
import Testing

/// What is complained of, rule by rule, with the place that is told.
@Suite(.serialized) struct LintTests {
  /// A service that nothing is to be complained of.
  private static let sound = """
    image: example.org/web:1.4.2
        restart: unless-stopped
        healthcheck: { test: [CMD, curl, -f, "http://localhost/health"] }
        security_opt: ["no-new-privileges:true"]
        cap_drop: [ALL]
        init: true
        deploy: { resources: { limits: { memory: 256M, cpus: "0.5", pids: 100 } } }
        logging: { options: { max-size: 10m } }
    """

  /// Complaints about one service, whose lines begin at line 3: sound but for the lines given, which may take a key's place.
  private static func complaints(_ lines: String, _ rest: String = "") -> [ComposeComplaint] {
    let keys = Set(
      lines.split(separator: "\n").filter { !$0.hasPrefix(" ") }.compactMap { $0.split(separator: ":").first })
    let kept = sound.split(separator: "\n").map { $0.drop { $0 == " " } }.filter {
      guard let key = $0.split(separator: ":").first else { return false }
      return !keys.contains(key)
    }
    let body = lines.split(separator: "\n").map { "    \($0)\n" } + kept.map { "    \($0)\n" }
    return Loading.complaints("services:\n  web:\n\(body.joined())\(rest)")
  }

  @Test func nothingOfASoundService() { #expect(Self.complaints("user: \"1000\"") == []) }

  /// Lines of the service (from line 3 on), what follows it, and `LINE:COLUMN rule` of every complaint.
  static let cases: [(lines: String, rest: String, complaints: [String])] = [
    ("healthcheck: { disable: true }", "", ["3:20 healthcheckDefined"]),
    ("healthcheck: { test: [NONE] }", "", ["3:20 healthcheckDefined"]),
    ("healthcheck: { test: [CMD, \"true\"] }", "", ["3:20 healthcheckReal"]),
    ("healthcheck: { test: exit 0 }", "", ["3:20 healthcheckReal"]),
    ("healthcheck: { test: echo ok }", "", ["3:20 healthcheckReal"]),
    ("healthcheck: { test: \"curl -f http://x || exit 0\" }", "", ["3:20 healthcheckReal"]),
    ("healthcheck: { test: \"curl -f http://x || exit 1\" }", "", []),
    ("healthcheck: { test: x, interval: 5m, retries: 3 }", "", ["3:5 healthcheckPrompt"]),
    ("restart: \"no\"", "", ["3:5 restartPolicy"]), ("restart: no", "", ["3:5 restartPolicy"]),
    ("restart: on-failure", "", ["3:5 restartBounded"]), ("restart: on-failure:5", "", []),
    ("restart: on-failure:8", "", ["3:5 restartBounded"]), ("restart: always", "", []),
    (
      "restart: on-failure:5\ndeploy: { restart_policy: { condition: on-failure, max_attempts: 9 }, resources: { limits: { memory: 1g, cpus: 1, pids: 9 } } }",
      "", ["4:56 restartBounded"]
    ),
    (
      "restart: always\ndeploy: { restart_policy: { condition: none }, resources: { limits: { memory: 1g, cpus: 1, pids: 9 } } }",
      "", ["4:31 restartPolicy"]
    ),
    (
      "restart:\ndeploy: { restart_policy: { condition: any }, resources: { limits: { memory: 1g, cpus: 1, pids: 9 } } }",
      "",
      ["3:13 modelValid"]
    ),
    ("deploy: { resources: { limits: { memory: 1g, pids: 9 } } }", "", ["3:28 limitsSet"]),
    ("deploy: { resources: { reservations: { memory: 1g, cpus: 1 } } }\npids_limit: 100", "", ["3:15 limitsSet"]),
    ("deploy: { replicas: 2 }\npids_limit: 100", "", ["3:5 limitsSet"]),
    ("deploy: {}\nmem_limit: 1g\ncpus: 0.5\npids_limit: 100", "", []),
    ("logging: { driver: json-file }", "", ["3:5 logsRotated"]), ("logging: { driver: local }", "", []),
    ("logging: { driver: none }", "", ["3:5 logsRotated"]),
    ("image: web", "", ["3:12 imagePinned"]), ("image: web:latest", "", ["3:12 imagePinned"]),
    ("image: web:alpine", "", ["3:12 imagePinned"]),
    ("image: registry.example:5000/web", "", ["3:12 imagePinned"]),
    ("image: web:stable-alpine", "", ["3:12 imagePinned"]),
    ("image: registry.example:5000/web:1.2.3", "", []), ("image: web:20", "", ["3:12 imageExact"]),
    ("image: web:20-alpine", "", ["3:12 imageExact"]), ("image: web:1.2.3", "", []),
    ("image: web@sha256:0000000000000000000000000000000000000000000000000000000000000000", "", []),
    ("image: web:latest@sha256:0000000000000000000000000000000000000000000000000000000000000000", "", []),
    ("image: \"web:${TAG:-latest}\"", "", ["3:12 imagePinned"]), ("image: \"web:${TAG:-1.2.3}\"", "", []),
    ("image: \"web:${TAG}\"", "", ["3:12 variablesSet"]), ("image: \"web:${TAG:?}\"", "", ["3:12 variablesSet"]),
    ("ports: [\"8080:8080\"]", "", ["3:5 portsBound"]), ("ports: [\"127.0.0.1:8080:8080\"]", "", []),
    ("ports: [\"0.0.0.0:8080:8080\"]", "", ["3:5 portsBound"]), ("ports: [\"[::]:8080:8080\"]", "", ["3:5 portsBound"]),
    ("ports: [\"[::1]:8080:8080\"]", "", []), ("ports: [\"8080\"]", "", ["3:5 portsBound"]),
    ("ports: [{ target: 8080, published: 8080, host_ip: 127.0.0.1 }]", "", []),
    ("ports: [{ target: 8080, published: 8080 }]", "", ["3:5 portsBound"]), ("expose: [8080]", "", []),
    ("ports: [\"443:8443\"]", "", ["3:5 portsUnprivileged"]),
    ("ports: [\"15432:5432\"]", "", ["3:5 datastorePortsClosed"]),
    ("ports: [\"9000-9002:9000-9002\"]", "", ["3:5 datastorePortsClosed", "3:5 portsBound"]),
    ("ports: [8080:8080]", "", ["3:5 portsBound", "3:5 portsQuoted"]),
    // One entry of several is told at its place, several at the list's key.
    ("ports: [\"127.0.0.1:8081:81\", \"8080:8080\"]", "", ["3:13 portsUnprivileged", "3:34 portsBound"]),
    ("ports: [\"8081:8081\", \"8080:8080\"]", "", ["3:5 portsBound"]),
    ("ports: [\"8090-8091:80-8081\"]", "", ["3:5 portsBound", "3:5 portsUnprivileged", "3:13 modelValid"]),
    ("ports: [\"1.2.3.4:x\"]", "", ["3:13 modelValid"]),
    ("ports: [{ target: 8080, published: \"127.0.0.1:8080\" }]", "", ["3:40 modelValid"]),
    ("ports: [{ target: 8080, published: \"127.0.0.1:8080-8081\" }]", "", ["3:40 modelValid"]),
    ("build: .\nimage: x:1.1\npull_policy: always", "", []),
    ("build: .\nimage: x:1.1", "", ["3:5 buildApartFromImage"]),
    ("build: .\nimage: x:1.1\npull_policy: missing", "", ["3:5 buildApartFromImage"]),
    ("security_opt: [\"label:seccomp:unconfined\"]", "", ["3:5 hardened", "3:20 confinementKept"]),
    ("security_opt: [{ apparmor: false }]", "", ["3:5 hardened", "3:20 modelValid"]),
    ("ports: [\"127.0.0.1:2525:25\"]", "", ["3:5 portsUnprivileged"]),
    ("privileged: true", "", ["3:5 unprivileged"]), ("privileged: false", "", []),
    ("cap_add: [SYS_ADMIN]", "", ["3:5 capabilitiesHarmless"]),
    ("cap_add: [CAP_NET_ADMIN]", "", ["3:5 capabilitiesHarmless"]),
    ("cap_add: [all]", "", ["3:5 capabilitiesHarmless"]), ("cap_add: [CHOWN]", "", []),
    ("cap_add: [CHOWN]\ncap_drop: [NET_RAW]", "", ["2:3 hardened", "3:5 capabilitiesFew"]),
    ("pid: host", "", ["3:5 namespacesOwn"]), ("ipc: host", "", ["3:5 namespacesOwn"]),
    ("uts: host", "", ["3:5 namespacesOwn"]),
    ("userns_mode: host", "", ["3:5 namespacesOwn"]), ("network_mode: host", "", ["3:5 namespacesOwn"]),
    ("ipc: shareable", "", []), ("cgroup_parent: x", "", ["3:5 controlGroupOwn"]),
    ("security_opt: [\"no-new-privileges:true\", \"seccomp:unconfined\"]", "", ["3:46 confinementKept"]),
    ("security_opt: [no-new-privileges, \"apparmor=unconfined\"]", "", ["3:39 confinementKept"]),
    ("security_opt: [\"label:disable\"]", "", ["3:5 hardened", "3:20 confinementKept"]),
    ("pids_limit: -1\nmem_limit: 1g\ncpus: 1\ndeploy: {}", "", ["3:5 hardened"]), ("user: root", "", ["2:3 hardened"]),
    ("devices: [/dev/kvm]", "", ["3:5 devicesAbsent"]),
    ("volumes: [\"/var/run/docker.sock:/var/run/docker.sock:ro\"]", "", ["3:15 engineSocketHidden"]),
    ("volumes: [{ type: bind, source: /run/docker.sock, target: /d }]", "", ["3:37 engineSocketHidden"]),
    ("volumes: [\"/etc:/host\"]", "", ["3:15 hostPathsHarmless"]),
    ("volumes: [\"/:/host:ro\"]", "", ["3:15 hostPathsHarmless"]),
    ("volumes: [\"/etc/localtime:/etc/localtime:ro\"]", "", []),
    ("volumes: [\"/etc/localtime:/etc/localtime\"]", "", ["3:15 hostPathsHarmless"]),
    ("volumes: [\"/srv/x:/x\"]", "", ["3:15 hostPathsApart"]), ("volumes: [\"./x:/x\"]", "", []),
    ("volumes: [\"../x:/x\"]", "", []),
    ("volumes: [{ type: bind, source: ./x, target: /x, bind: { propagation: rshared } }]", "", ["3:75 mountsPrivate"]),
    ("volumes: [\"./x:/x:shared\"]", "", ["3:15 mountsPrivate"]),
    (
      "volumes: [\"vol:/x\"]", "volumes:\n  vol: { driver_opts: { o: bind, type: none, device: /etc/x } }\n",
      ["13:54 hostPathsHarmless"]
    ),
    (
      "links: [o]", "  o: { image: \"o:1.1\", profiles: [x] }\n",
      [
        "3:5 linksAbsent", "12:3 hardened", "12:3 healthcheckDefined", "12:3 limitsSet", "12:3 logsRotated",
        "12:3 restartPolicy",
      ]
    ),
    ("container_name: nn\nscale: 2", "", ["3:21 containerNamesScale"]),
    ("environment: { API_TOKEN: abcdef123456 }", "", ["3:20 secretsReferenced"]),
    ("environment: [API_TOKEN=abcdef123456]", "", ["3:19 secretsReferenced"]),
    ("environment: { API_TOKEN: \"${API_TOKEN:?}\" }", "", ["3:31 variablesSet"]),
    ("environment: { API_TOKEN: \"${API_TOKEN-}\" }", "", []), ("environment: [\"API_TOKEN=${API_TOKEN-}\"]", "", []),
    ("environment: { DB_PASSWORD: \"${DB_PASSWORD:-s3cr3tvalue}\" }", "", ["3:20 secretsReferenced"]),
    ("environment: { DB_PASSWORD: \"${DB_PASSWORD:-postgres}\" }", "", ["3:20 passwordsOwn"]),
    ("environment: [\"DB_PASSWORD=${DB_PASSWORD:-postgres}\"]", "", ["3:19 passwordsOwn"]),
    ("environment: { DB_PASSWORD: changeme }", "", ["3:20 passwordsOwn"]),
    ("environment: { DB_PASSWORD_FILE: /run/secrets/db }", "", []),
    ("environment: { DB_PASSWORD: /run/secrets/db, TOKEN_TTL: 3600, PUBLIC_KEY: abc, SECRET_NAME: x }", "", []),
    ("environment: { DATABASE_URL: \"postgres://u:hunter22@db/x\" }", "", ["3:20 secretsReferenced"]),
    ("environment: { DATABASE_URL: \"postgres://u:postgres@db/x\" }", "", ["3:20 passwordsOwn"]),
    ("environment: { DATABASE_URL: \"postgres://u:${P-}@db/x\" }", "", []),
    ("environment: { DATABASE_URL: \"postgres://u@db/x\" }", "", []),
    ("environment: { X: AKIAIOSFODNN7EXAMPLE }", "", ["3:20 secretsReferenced"]),
    ("environment: { API_KEY: null }", "", []), ("environment: { API_KEY: \"\" }", "", []),
    (
      "build: { context: ., args: { NPM_TOKEN: abcdefgh } }\nimage: x:1.1", "",
      ["3:5 buildApartFromImage", "3:34 secretsReferenced"]
    ),
    ("labels: { app.auth.password: abcdefgh }", "", ["3:15 secretsReferenced"]),
    ("command: [serve, --password, hunter22]", "", ["3:22 secretsReferenced"]),
    ("command: serve --api-token=abcdefgh --x y", "", ["3:14 secretsReferenced"]),
    ("command: serve --token-ttl 5", "", []),
    ("environment: { POSTGRES_HOST_AUTH_METHOD: trust }", "", ["3:20 passwordsOwn"]),
    ("environment: { ALLOW_EMPTY_PASSWORD: \"yes\" }", "", ["3:20 passwordsOwn"]),
    ("environment: { xpack.security.enabled: \"false\" }", "", ["3:20 passwordsOwn"]),
    ("command: redis-server --protected-mode no", "", ["3:5 passwordsOwn"]),
    ("env_file: gone.env", "", ["3:15 environmentFilesPresent"]),
    ("env_file: [{ path: gone.env, required: false }]", "", []),
    ("image: grafana/grafana:11.1.0\nvolumes: [\"vol:/var/lib/grafana\"]", "volumes: { vol: }\n", ["2:3 passwordsOwn"]),
    ("image: postgres:16.4\nstop_grace_period: 1m", "", ["2:3 dataPersisted"]),
    (
      "image: postgres:16.4\nvolumes: [\"vol:/var/lib/postgresql/data\"]", "volumes: { vol: }\n",
      ["2:3 shutdownGraceful"]
    ),
    (
      "image: postgres:16.4\nstop_grace_period: 1m\nvolumes: [\"vol:/var/lib/postgresql\"]", "volumes: { vol: }\n",
      ["5:15 dataPersisted"]
    ),
    ("image: postgres:18.1\nstop_grace_period: 1m\nvolumes: [\"vol:/var/lib/postgresql\"]", "volumes: { vol: }\n", []),
    (
      "image: postgres:18.1\nstop_grace_period: 1m\nvolumes: [\"vol:/var/lib/postgresql/data\"]", "volumes: { vol: }\n",
      ["5:15 dataPersisted"]
    ),
    ("image: postgres:16.4\nstop_grace_period: 1m\nvolumes: [/var/lib/postgresql/data]", "", ["5:15 dataPersisted"]),
    ("image: postgres:16.4\nstop_grace_period: 1m\ntmpfs: /var/lib/postgresql/data", "", ["5:12 dataPersisted"]),
    (
      "image: postgres:16.4\nstop_grace_period: 1m\nenvironment: { PGDATA: /pg/data }\nvolumes: [\"vol:/pg\"]",
      "volumes: { vol: }\n", []
    ),
    ("image: redis:7.2\ncommand: redis-server --save \"\"", "", []), ("image: redis:7.2", "", ["2:3 dataPersisted"]),
    (
      "image: rabbitmq:3.13\nstop_grace_period: 1m\nvolumes: [\"vol:/var/lib/rabbitmq\"]", "volumes: { vol: }\n",
      ["2:3 dataPersisted"]
    ),
    ("image: prom/prometheus:v2.53.0\nvolumes: [\"vol:/prometheus\"]", "volumes: { vol: }\n", []),
    (
      "image: postgres:16.4\nstop_grace_period: 1m\nports: [\"5432:5432\"]\nvolumes: [\"vol:/var/lib/postgresql/data\"]",
      "volumes: { vol: }\n", ["5:5 datastorePortsClosed"]
    ),
  ]

  @Test(arguments: cases) func complains(lines: String, rest: String, expected: [String]) {
    let found = Self.complaints(lines, rest)
    #expect(found.map { "\($0.place.line):\($0.place.column) \($0.rule)" } == expected, "\(found.map(\.message))")
  }

  @Test func theMonitoringFileGivesExactlyThis() {
    let found = Loading.complaints(
      """
      version: '3.8'
      services:
        prometheus:
          image: prom/prometheus:latest
          ports:
            - "9090:9090"
          volumes:
            - ./prometheus.yml:/etc/prometheus/prometheus.yml

        grafana:
          image: grafana/grafana:latest
          ports:
            - "3001:3000"
          environment:
            - GF_SECURITY_ADMIN_PASSWORD=admin
          volumes:
            - grafana-storage:/var/lib/grafana

        loki:
          image: grafana/loki:latest
          ports:
            - "3100:3100"
          volumes:
            - ./loki-config.yml:/etc/loki/local-config.yaml

      volumes:
        grafana-storage:
      """)
    let all: Set = ["prometheus", "grafana", "loki"]
    var expected: [ComposeRule: Set<String>] = [
      .dataPersisted: ["prometheus", "loki"], .passwordsOwn: ["grafana"], .portsBound: ["grafana"],
      .datastorePortsClosed: ["prometheus", "loki"], .versionAbsent: ["-"],
    ]
    for rule in [ComposeRule.imagePinned, .healthcheckDefined, .restartPolicy, .limitsSet, .logsRotated, .hardened] {
      expected[rule] = all
    }
    #expect(Dictionary(grouping: found, by: \.rule).mapValues { Set($0.map { $0.service ?? "-" }) } == expected)
    #expect(found.count == 25)
    #expect(!found.contains { $0.message.contains("admin:") || $0.message.contains("=admin") })
  }

  @Test func servicesTogether() {
    let found = Loading.complaints(
      """
      services:
        proxy: { image: "nginx:1.27.1", ports: ["80:80", "443:443"], depends_on: [web] }
        web:
          image: "web:1.1"
          ports: ["127.0.0.1:3000:3000"]
          depends_on: { db: { condition: service_started }, migrate: { condition: service_completed_successfully }, cache: { condition: service_healthy } }
          volumes: [shared:/s]
        worker: { image: "web:1.1", ports: ["127.0.0.1:3000:3001"], volumes: [shared:/s] }
        db: { image: "postgres:16.4", volumes: ["dd:/var/lib/postgresql/data"] }
        cache: { image: "redis:7.2", volumes: ["cc:/data"] }
        migrate: { image: "web:1.1", command: migrate }
      volumes: { shared: , dd: , cc: }
      """)
    func services(_ rule: ComposeRule) -> [String] { found.filter { $0.rule == rule }.compactMap(\.service) }
    #expect(services(.dependenciesWait) == ["web"])
    #expect(services(.dependenciesProvable) == ["web"])
    #expect(services(.networksSeparated) == ["db", "cache"])
    #expect(services(.portsDistinct) == ["worker"])
    #expect(services(.volumesOwn) == ["web", "worker"])
    #expect(services(.portsUnprivileged) == [])
    // One that others wait for to end needs neither a health check nor a restart.
    #expect(!services(.healthcheckDefined).contains("migrate"))
    #expect(!services(.restartPolicy).contains("migrate"))
  }

  @Test func filesOfVariables() {
    let text = "services:\n  web:\n    image: web:1.1\n    env_file: prod.env\n"
    func rules(_ files: [String: String], _ modes: [String: Int] = [:]) -> [String] {
      Loading.complaints(text, files, modes: modes).filter { "\($0.rule)".hasPrefix("environmentFiles") }.map {
        "\($0.rule)"
      }
    }
    #expect(rules(["prod.env": "DB_PASSWORD=k3j4h5\n"], ["prod.env": 0o600]) == [])
    #expect(rules(["prod.env": "DB_PASSWORD=k3j4h5\n"], ["prod.env": 0o644]) == ["environmentFilesPrivate"])
    #expect(rules(["prod.env": "PORT=1\n"], ["prod.env": 0o644]) == [])
    #expect(rules(["prod.env": "DB_PASSWORD=changeme\n"], ["prod.env": 0o600]) == ["environmentFilesFilled"])
    #expect(rules(["prod.env": "A=1\n", "prod.env.example": "A=\nB=\n"]) == ["environmentFilesFilled"])
    #expect(rules(["prod.env": "A='open\n"]) == ["environmentFilesPresent"])
    #expect(rules([:]) == ["environmentFilesPresent"])
  }

  @Test func aHealthCheckOfADockerfileCounts() {
    let text = "services:\n  web: { build: ./web }\n"
    func complains(_ dockerfile: String) -> Bool {
      Loading.complaints(text, ["web/Dockerfile": dockerfile]).contains { $0.rule == .healthcheckDefined }
    }
    #expect(!complains("FROM x:1\nHEALTHCHECK CMD curl -f http://localhost\n"))
    #expect(complains("FROM x:1\nHEALTHCHECK NONE\n"))
    #expect(complains("FROM x:1 AS build\nHEALTHCHECK CMD a\nFROM y:1\n"))
    #expect(!complains("FROM x:1 AS base\nHEALTHCHECK CMD a\nFROM base\n"))
  }

  @Test func imageNames() {
    let name = ImageReference("registry.example:5000/team/web:1.2@sha256:ab")
    #expect(name.registry == "registry.example:5000")
    #expect(name.path == "team/web")
    #expect(name.tag == "1.2")
    #expect(name.digest == "sha256:ab")
    #expect(ImageReference("localhost/web").isFloating)
    #expect(ImageReference("team/web:v2").isMajorOnly)
    #expect(!ImageReference("team/web:v2.1").isMajorOnly)
    #expect(!ImageReference("team/web:20240131").isMajorOnly)
  }

  @Test func brokenModelsAreTold() {
    let found = Loading.complaints("services:\n  web: { image: \"x:1.1\", volumes: [vol:/x], imagee: y }\n")
    #expect(found.filter { $0.rule == .modelValid }.map(\.place.column) == [36, 45])
    #expect(found.filter { $0.rule == .modelValid }.map(\.service) == ["web", "web"])
  }

  @Test func aPortOutOfARangeMayBeSomebodyElses() {
    let text = """
      services:
        a: { image: "x:1.1", ports: ["127.0.0.1:8093-8099:81"] }
        b: { image: "x:1.1", ports: ["127.0.0.1:8094:82"] }
        c: { image: "x:1.1", ports: [{ target: 83, published: "8094", protocol: udp, host_ip: 127.0.0.1 }] }
        d: { image: "x:1.1", ports: ["127.0.0.1:8095-8105:84"] }
        e:
          image: "x:1.1"
          ports:
            - target: 85
              host_ip: 127.0.0.1
              published: "8098"
      """
    let found = Loading.complaints(text).filter { $0.rule == .portsDistinct }
    // Another transport is another port, and two ranges leave each other room.
    #expect(found.map(\.service) == ["b", "e"])
    #expect(found.map(\.place.line) == [3, 11])
  }
}
