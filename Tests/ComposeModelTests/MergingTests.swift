import AuditModel
import ComposeModel
import Facts
import Testing

/// Several files as one model.
@Suite(.serialized) struct MergingTests {
  static let overrides: [(base: String, override: String, path: String, expected: String)] = [
    ("image: a", "image: b", "image", #""b""#),
    ("command: a b", "command: [c]", "command", #"["c"]"#),
    ("entrypoint: [a]", "entrypoint: b", "entrypoint", #"["b"]"#),
    (
      "healthcheck: { test: a, interval: 1s }", "healthcheck: { test: [CMD, b] }", "healthcheck",
      #"{"test": ["CMD", "b"], "interval": "1s"}"#
    ),
    ("environment: { A: 1, B: 2 }", "environment: [B=3, C=4]", "environment", #"{"A": "1", "B": "3", "C": "4"}"#),
    ("environment: [A=1]", "environment: { A: null }", "environment/A", #"null"#),
    ("labels: [a=1]", "labels: { a: 2, b: 3 }", "labels", #"{"a": "2", "b": "3"}"#),
    ("ports: [\"80:80\"]", "ports: [\"81:80\"]", "ports/1/published", #""81""#),
    ("ports: [\"80:80\"]", "ports: [\"80:80\"]", "ports/1", #"null"#),
    (
      "ports: [\"80:80\"]", "ports: [{ target: 80, published: \"80\", app_protocol: http }]", "ports/0/app_protocol",
      #""http""#
    ),
    ("ports: [\"80:80\"]", "ports: [\"127.0.0.1:80:80\"]", "ports/1/host_ip", #""127.0.0.1""#),
    ("ports: [\"80:80\"]", "ports: !reset []", "ports", #"null"#),
    ("ports: [\"80:80\"]", "ports: !reset null", "ports", #"null"#),
    ("ports: [\"80:80\"]", "ports: !override [\"81:81\"]", "ports/0/published", #""81""#),
    ("ports: [\"80:80\"]", "ports: !override [\"81:81\"]", "ports/1", #"null"#),
    ("environment: { A: 1, B: 2 }", "environment: { A: !reset null }", "environment", #"{"B": "2"}"#),
    ("labels: { a: 1, b: 2 }", "labels: { a: !reset null }", "labels", #"{"b": "2"}"#),
    ("restart: always", "restart:", "restart", #""always""#), ("ports: [\"80:80\"]", "ports:", "ports/0/target", "80"),
    ("command: a", "command:", "command", "null"), ("deploy: { replicas: 2 }", "deploy: ", "deploy/replicas", "2"),
    ("networks: { n: { aliases: [x] } }", "networks: [n]", "networks", #"{"n": {"aliases": ["x"]}}"#),
    ("volumes: [va:/x/]", "volumes: [vb:/x]", "volumes/1", "null"),
    ("depends_on: [o]", "depends_on: { o: !reset null }", "depends_on", "null"),
    ("volumes: [va:/x, vb:/y]", "volumes: [./c:/x]", "volumes/0/type", #""bind""#),
    ("volumes: [va:/x, vb:/y]", "volumes: [./c:/x]", "volumes/1/source", #""vb""#),
    ("volumes: [va:/x]", "volumes: [{ type: tmpfs, target: /x }]", "volumes/0/type", #""tmpfs""#),
    ("secrets: [s]", "secrets: [{ source: s, target: /run/secrets/s, uid: \"1\" }]", "secrets/0/uid", #""1""#),
    ("secrets: [s]", "secrets: [{ source: s, target: /run/secrets/s, uid: \"1\" }]", "secrets/1", #"null"#),
    ("configs: [c]", "configs: [c]", "configs/1", #"null"#),
    ("expose: [80]", "expose: [80, 81]", "expose", #"["80", "81"]"#),
    ("cap_add: [A]", "cap_add: [A, B]", "cap_add", #"["A", "B"]"#),
    ("dns: 1.1.1.1", "dns: [2.2.2.2]", "dns", #"["1.1.1.1", "2.2.2.2"]"#),
    ("dns_search: [a]", "dns_search: b", "dns_search", #"["a", "b"]"#),
    ("tmpfs: /a", "tmpfs: [/b]", "tmpfs", #"["/a", "/b"]"#),
    (
      "devices: [/dev/a:/dev/b]", "devices: [/dev/c:/dev/b]", "devices",
      #"[{"source": "/dev/c", "target": "/dev/b", "permissions": "rwm"}]"#
    ),
    (
      "extra_hosts: [\"a:1.1.1.1\"]", "extra_hosts: { a: 2.2.2.2, b: 3.3.3.3 }", "extra_hosts",
      #"["a=1.1.1.1", "a=2.2.2.2", "b=3.3.3.3"]"#
    ),
    (
      "build: ./a", "build: { target: t }", "build",
      #"{"context": "/project/a", "target": "t", "dockerfile": "Dockerfile"}"#
    ),
    ("build: { context: ./a, args: [X=1] }", "build: { args: { X: 2, Y: 3 } }", "build/args", #"{"X": "2", "Y": "3"}"#),
    (
      "depends_on: [o]", "depends_on: { o: { condition: service_healthy } }", "depends_on/o",
      #"{"condition": "service_healthy", "required": true}"#
    ),
    (
      "depends_on: { o: { condition: service_healthy } }",
      "depends_on: { o: { restart: true, condition: service_started } }", "depends_on/o",
      #"{"condition": "service_started", "restart": true, "required": true}"#
    ),
    ("networks: [n]", "networks: { n: { aliases: [x] } }", "networks/n/aliases", #"["x"]"#),
    ("networks: { n: { aliases: [x] } }", "networks: [m]", "networks", #"{"n": {"aliases": ["x"]}, "m": null}"#),
    (
      "logging: { driver: a, options: { x: 1 } }", "logging: { driver: a, options: { y: 2 } }", "logging/options",
      #"{"x": "1", "y": "2"}"#
    ),
    ("logging: { driver: a, options: { x: 1 } }", "logging: { driver: b }", "logging", #"{"driver": "b"}"#),
    ("logging: { options: { x: 1 } }", "logging: { driver: b }", "logging/options/x", #""1""#),
    (
      "logging: { driver: a, options: { x: 1 } }", "logging: { driver: !reset null }", "logging",
      #"{"options": {"x": "1"}}"#
    ),
    ("ulimits: { n: 1 }", "ulimits: { n: { soft: 1, hard: 2 } }", "ulimits/n/hard", #"2"#),
    ("ulimits: { n: { soft: 1, hard: 2 } }", "ulimits: { n: 3 }", "ulimits/n", #"3"#),
    ("sysctls: [a=1]", "sysctls: { a: 2 }", "sysctls/a", #""2""#),
    (
      "deploy: { replicas: 2, resources: { limits: { cpus: \"1\" } } }",
      "deploy: { resources: { limits: { memory: 1g } } }", "deploy/resources/limits",
      #"{"cpus": 1, "memory": "1073741824"}"#
    ),
    ("mem_limit: 1g", "mem_limit: 2g", "mem_limit", #""2147483648""#),
    ("env_file: a.env", "env_file: [b.env]", "environment", #"{"V": "b", "A": "1"}"#),
    ("x-e: { a: 1 }", "x-e: { b: 2 }", "x-e", #"{"a": 1, "b": 2}"#),
    ("profiles: [p]", "profiles: !reset []", "profiles", #"null"#),
    ("restart: always", "restart: !reset null", "restart", #"null"#),
    ("privileged: true", "privileged: false", "privileged", #"null"#),
    ("command: a", "command: !reset null", "command", #"null"#),
    ("working_dir: /a", "user: b", "working_dir", #""/a""#),
    ("annotations: { a: b }", "annotations: [c=d]", "annotations", #"{"a": "b", "c": "d"}"#),
    ("links: [o]", "links: [\"o:alias\"]", "links", #"["o", "o:alias"]"#),
    ("stop_grace_period: 1m", "stop_grace_period: 30s", "stop_grace_period", #""30s""#),
    ("healthcheck: { test: a }", "healthcheck: !override { disable: true }", "healthcheck", #"{"disable": true}"#),
    // A scalar gives way to anything; of extensions maps merge and lists append.
    ("gpus: all", "gpus: !override [{ driver: d }]", "gpus", #"[{"driver": "d", "count": -1}]"#),
    ("x-e: 5", "x-e: [1]", "x-e", "[1]"), ("x-e: 5", "x-e: { a: b }", "x-e", #"{"a": "b"}"#),
    ("x-e: [1]", "x-e: [2]", "x-e", "[1, 2]"),
    ("logging: { x-e: { a: 1 } }", "logging: { x-e: { b: 2 } }", "logging", #"{"x-e": {"a": 1, "b": 2}}"#),
    (
      "provider: { type: a, options: { x: 1, y: 2 } }", "provider: { type: b, options: { x: 3 } }", "provider",
      #"{"type": "b", "options": {"x": ["3"], "y": ["2"]}}"#
    ),
    (
      "provider: { type: a, options: { x: 1 } }", "provider: { type: a, options: { x: [2, 3] } }", "provider/options/x",
      #"["2", "3"]"#
    ),
    (
      "provider: { type: a, options: { x: [1] } }", "provider: { type: a, options: { x: [2] } }", "provider/options/x",
      #"["1", "2"]"#
    ),
    (
      "build: { context: ., ulimits: { n: 1, m: 2 } }", "build: { ulimits: { n: { soft: 1, hard: 2 } } }",
      "build/ulimits", #"{"n": {"soft": 1, "hard": 2}, "m": 2}"#
    ),
    (
      "build: { context: ., args: { A: 1, B: 2 } }", "build: { args: { A: !reset null } }", "build/args", #"{"B": "2"}"#
    ),
    ("build: { target: t }", "build: { context: ./a }", "build/context", #""/project/a""#),
    ("build: ./a", "build: !override { target: t }", "build/context", #""/project""#),
    // A map that tags a key resets it in a list too.
    ("environment: [A=1, B=2]", "environment: { B: !reset null }", "environment", #"{"A": "1"}"#),
    ("labels: [a=1, ab=2]", "labels: { a: !reset null, c: 3 }", "labels", #"{"ab": "2", "c": "3"}"#),
    ("extra_hosts: [\"a:1.1.1.1\"]", "extra_hosts: { a: !reset null, b: 2.2.2.2 }", "extra_hosts", #"["b=2.2.2.2"]"#),
    ("extra_hosts: { a: 2.2.2.2 }", "extra_hosts: [\"a:1.1.1.1\"]", "extra_hosts", #"["a=1.1.1.1", "a=2.2.2.2"]"#),
    // An element that is tagged is not there, and resets nothing.
    ("environment: [A=1]", "environment: [!reset \"A=2\", B=3]", "environment", #"{"A": "1", "B": "3"}"#),
    ("volumes: [va:/x]", "volumes: [!reset \"va:/x\", \"vb:/y\"]", "volumes/0/target", #""/x""#),
    ("dns: [1.1.1.1]", "dns: [!override \"2.2.2.2\"]", "dns", #"["1.1.1.1", "2.2.2.2"]"#),
    ("deploy: { replicas: 2 }", "deploy: { replicas: !reset null }", "deploy", #"{"resources": {}, "placement": {}}"#),
    (
      "healthcheck: { test: a, interval: 1s }", "healthcheck: { interval: !reset null }", "healthcheck/interval", "null"
    ),
    (
      "networks: { n: { aliases: [x] } }", "networks: { n: { aliases: !override [y] } }", "networks/n/aliases",
      #"["y"]"#
    ),
    (
      "networks: { n: { aliases: [x] } }", "networks: { n: !override { priority: 1 } }", "networks/n",
      #"{"priority": 1}"#
    ),
    ("depends_on: [o]", "depends_on: []", "depends_on/o/required", "true"),
    // A tag makes a text of a scalar.
    ("command: [a]", "command: !override null", "command", #"["null"]"#),
    ("user: a", "user: !override 5", "user", #""5""#),
    ("tty: false", "tty: !override true", "tty", "true"),
    ("environment: {}", "environment: { A: !any }", "environment/A", #""""#),
    ("command: [a]", "command: []", "command", "[]"), ("image: x", "image: !override y", "image", #""y""#),
  ]

  @Test(arguments: overrides) func overriding(base: String, override: String, path: String, expected: String) throws {
    let project = Loading.project(
      [
        "compose.yaml": """
        services:
          web:
            \(base.hasPrefix("image") ? "" : "image: x\n    ")\(base)
          o: { image: "o:1" }
        networks: { n: {}, m: {} }
        volumes: { va: {}, vb: {} }
        secrets: { s: { file: s } }
        configs: { c: { content: x } }
        """,
        "over.yaml": "services:\n  web:\n    \(override)\n", "a.env": "A=1\nV=a\n", "b.env": "V=b\n",
      ], named: ["compose.yaml", "over.yaml"])
    #expect(project.faults == [])
    #expect(project.value("services/web/\(path)") ?? .null == (try Loading.json(expected)))
  }

  @Test func aListAndAScalarDoNotMerge() {
    for (base, override) in [
      ("provider: { type: a, options: { x: [1] } }", "provider: { options: { x: 2 } }"), ("x-e: [1]", "x-e: 5"),
      ("deploy: { replicas: 1 }", "deploy: [a]"), ("build: { context: ., tags: [a] }", "build: { tags: b }"),
    ] {
      let project = Loading.project(
        [
          "compose.yaml": "services:\n  a:\n    image: x\n    \(base)\n",
          "over.yaml": "services:\n  a:\n    \(override)\n",
        ], named: ["compose.yaml", "over.yaml"])
      #expect(project.faults.first?.hasSuffix(" cannot-merge") == true, "\(base)")
      #expect(project.problems.first?.place.path == "over.yaml")
    }
  }

  @Test func servicesNeedAValueInEveryFile() {
    let project = Loading.project(
      ["compose.yaml": "services: { a: { image: x } }", "over.yaml": "services:\n"],
      named: ["compose.yaml", "over.yaml"])
    #expect(project.faults.first == "1:10 cannot-merge")
    let others = Loading.project(
      ["compose.yaml": "services: { a: { image: x } }\nnetworks: { n: {} }", "over.yaml": "networks:\nvolumes: {}\n"],
      named: ["compose.yaml", "over.yaml"])
    #expect(others.value("networks/n/name") == "project_n")
  }

  /// Of pools of addresses those of the later file are left, each laid over the one with its subnet.
  @Test func poolsOfTheLaterFileStay() throws {
    for (base, override, expected) in [
      ("[{ subnet: 10.0.0.0/8 }]", "[{ subnet: 11.0.0.0/8 }]", #"[{"subnet": "11.0.0.0/8"}]"#),
      ("[]", "[{ subnet: 11.0.0.0/8 }]", "null"), ("[{ subnet: 10.0.0.0/8 }]", "[]", "null"),
      (
        "[{ subnet: 10.0.0.0/8, gateway: 10.0.0.1 }]",
        "[{ subnet: 11.0.0.0/8 }, { subnet: 10.0.0.0/8, ip_range: 10.1.0.0/16 }]",
        #"[{"subnet": "11.0.0.0/8"}, {"subnet": "10.0.0.0/8", "gateway": "10.0.0.1", "ip_range": "10.1.0.0/16"}]"#
      ),
    ] {
      let project = Loading.project(
        [
          "compose.yaml": "services: { a: { image: x } }\nnetworks: { n: { ipam: { config: \(base) } } }",
          "over.yaml": "networks: { n: { ipam: { config: \(override) } } }",
        ], named: ["compose.yaml", "over.yaml"])
      #expect(project.faults == [])
      #expect(project.value("networks/n/ipam/config") ?? .null == (try Loading.json(expected)))
    }
  }

  @Test func resourcesMerge() {
    let project = Loading.project(
      [
        "compose.yaml": """
        services: { a: { image: x }, b: { image: y } }
        networks: { n: { driver: bridge, labels: [a=1], ipam: { config: [{ subnet: 10.0.0.0/8, gateway: 10.0.0.1 }] } } }
        volumes: { v: {} }
        """,
        "over.yaml": """
        services: { b: !reset null, c: { image: z } }
        networks: { n: { labels: { b: 2 }, ipam: { config: [{ subnet: 10.0.0.0/8, ip_range: 10.1.0.0/16 }] } }, m: }
        """,
      ], named: ["compose.yaml", "over.yaml"])
    #expect(project.faults == [])
    #expect(project.services.map(\.name) == ["a", "c"])
    #expect(project.value("networks/n/labels") == ["a": "1", "b": "2"])
    #expect(
      project.value("networks/n/ipam/config")
        == [["subnet": "10.0.0.0/8", "gateway": "10.0.0.1", "ip_range": "10.1.0.0/16"]])
    #expect(project.value("networks/m/name") == "project_m")
  }

  @Test func theOverridingFileIsTheOneThatIsTold() {
    let project = Loading.project(
      ["compose.yaml": "services: { a: { image: x } }", "over.yaml": "services:\n  a:\n    ports: {}\n"],
      named: ["compose.yaml", "over.yaml"])
    #expect(project.problems.map(\.line).first?.hasPrefix("over.yaml:3:12: ") == true)
  }

  @Test func severalDocumentsMerge() {
    let project = Loading.project("services: { a: { image: x, user: u } }\n---\nservices: { a: { image: y } }\n---\n")
    #expect(project.value("services/a/image") == "y")
    #expect(project.value("services/a/user") == "u")
  }

  @Test func extendingWithinAFile() {
    let project = Loading.project(
      """
      services:
        base: { image: base, command: echo, volumes: [./a:/a], environment: { A: 1 }, ports: ["80:80"], labels: { x: y } }
        mid: { extends: base, environment: { B: 2 } }
        top: { extends: { service: mid }, image: top, environment: [A=3], ports: !reset [], volumes: !override [./b:/b] }
      """)
    #expect(project.faults == [])
    #expect(project.value("services/top/environment") == ["A": "3", "B": "2"])
    #expect(project.value("services/top/command") == ["echo"])
    #expect(project.value("services/top/image") == "top")
    #expect(project.value("services/top/ports") == nil)
    #expect(project.value("services/top/volumes/0/source") == "/project/b")
    #expect(project.value("services/top/volumes/1") == nil)
    #expect(project.value("services/top/extends") == nil)
    #expect(project.value("services/mid/ports/0/target") == 80)
  }

  @Test func extendingFromOtherFiles() {
    let project = Loading.project(
      [
        "compose.yaml": "services:\n  web: { extends: { file: sub/base.yaml, service: web }, build: { target: t } }\n",
        "sub/base.yaml": """
        services:
          web: { extends: { file: deeper/base.yaml, service: root }, env_file: own.env, volumes: [./data:/d, ~/x:/x] }
        """,
        "sub/deeper/base.yaml": "services: { root: { build: ., configs: [c], environment: { FROM: \"${WHO}\" } } }",
        "sub/own.env": "E=1\n",
      ], environment: ["WHO": "me", "HOME": "/home/me"])
    #expect(project.value("services/web/build/context") == "/project/sub/deeper")
    #expect(project.value("services/web/build/target") == "t")
    #expect(project.value("services/web/volumes/0/source") == "/project/sub/data")
    #expect(project.value("services/web/volumes/1/source") == "/home/me/x")
    #expect(project.value("services/web/environment") == ["E": "1", "FROM": "me"])
    #expect(project.faults == ["1:41 undefined-config"])
    #expect(project.problems[0].place.path == "sub/deeper/base.yaml")
  }

  @Test func extendingInACircleOfFiles() {
    let project = Loading.project([
      "compose.yaml": "services:\n  a: { extends: { file: b.yaml, service: b } }\n",
      "b.yaml": "services:\n  b: { extends: { file: compose.yaml, service: a } }\n",
    ])
    #expect(project.faults.contains("2:17 circle"))
  }

  @Test func including() {
    let files = [
      "compose.yaml": """
      include:
        - db/compose.yaml
        - { path: [web/a.yaml, web/b.yaml], project_directory: ., env_file: web.env }
      services:
        app: { image: "app:1", depends_on: [db, web] }
      """,
      "db/compose.yaml":
        "services: { db: { image: \"pg:${V}\", volumes: [./d:/d, data:/x], env_file: v.env } }\nvolumes: { data: }",
      "db/.env": "V=16\n", "db/v.env": "K=1\n", "web/a.yaml": "services: { web: { image: \"${IMG}\", build: ./w } }",
      "web/b.yaml": "services: { web: { user: u } }", "web.env": "IMG=web:2\n",
    ]
    let project = Loading.project(files)
    #expect(project.faults == [])
    #expect(project.services.map(\.name).sorted() == ["app", "db", "web"])
    #expect(project.value("services/db/image") == "pg:16")
    #expect(project.value("services/db/volumes/0/source") == "/project/db/d")
    #expect(project.value("services/db/environment/K") == "1")
    #expect(project.value("services/web/image") == "web:2")
    #expect(project.value("services/web/user") == "u")
    #expect(project.value("services/web/build/context") == "/project/w")
    #expect(project.value("volumes/data/name") == "project_data")
    #expect(project.value("include") == nil)
    #expect(Loading.project(files, environment: ["V": "17"]).value("services/db/image") == "pg:17")
  }

  /// What an included file names without a value comes from the variables of its own project, and so does what its files of
  /// variables ask for.
  @Test func includedFilesHaveVariablesOfTheirOwn() {
    let project = Loading.project([
      "compose.yaml": """
      include: [{ path: sub/b.yaml, env_file: own.env }]
      services:
        a: { image: x, environment: [WHO] }
      """,
      "own.env": "WHO=inner\n",
      "sub/b.yaml": """
      services:
        b: { build: { args: [WHO, NOBODY] }, environment: [WHO], env_file: v.env }
        c: { extends: { file: base.yaml, service: base }, image: c }
      """,
      "sub/v.env": "HELLO=hi ${WHO?}\n", "sub/base.yaml": "services: { base: { env_file: v.env } }",
    ])
    #expect(project.faults == [])
    #expect(project.value("services/a/environment") == ["WHO": nil])
    #expect(project.value("services/b/environment") == ["HELLO": "hi inner", "WHO": "inner"])
    #expect(project.value("services/b/build/args") == ["WHO": "inner"])
    #expect(project.value("services/c/environment") == ["HELLO": "hi inner"])
  }

  /// A build that names no folder is that of the project its file belongs to; what is extended belongs to the one that extends.
  @Test func buildsWithoutAFolder() {
    let files = [
      "compose.yaml": "include: [sub/b.yaml]\nservices:\n  a: { extends: { file: sub/b.yaml, service: b } }\n",
      "sub/b.yaml": "services: { b: { build: { target: t } } }",
      "over.yaml": "services: { b: { build: { target: u } } }",
    ]
    let project = Loading.project(files, named: ["compose.yaml", "over.yaml"])
    #expect(project.faults == [])
    #expect(project.value("services/a/build/context") == "/project")
    #expect(project.value("services/b/build/context") == "/project/sub")
    #expect(project.value("services/b/build/target") == "u")
  }

  @Test func includedResourcesMayNotBeDefinedTwice() {
    let project = Loading.project([
      "compose.yaml": "include: [a.yaml, b.yaml]\nservices:\n  x: { image: other }\n",
      "a.yaml": "services: { x: { image: x }, same: { image: s } }", "b.yaml": "services: { same: { image: s } }",
    ])
    #expect(project.faults == ["3:3 conflict"])
    let overridden = Loading.project(
      [
        "compose.yaml": "include: [a.yaml]", "a.yaml": "services: { x: { image: x } }",
        "o.yaml": "services: { x: { image: y } }",
      ],
      named: ["compose.yaml", "o.yaml"])
    #expect(overridden.faults == [])
    #expect(overridden.value("services/x/image") == "y")
  }

  @Test func includingInACircle() {
    let project = Loading.project([
      "compose.yaml": "include: [a.yaml]\nservices: { x: { image: x } }", "a.yaml": "include: [b.yaml]",
      "b.yaml": "include: [a.yaml]",
    ])
    #expect(project.faults == ["1:11 circle"])
  }
}
