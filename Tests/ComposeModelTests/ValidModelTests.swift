import AuditModel
import ComposeModel
import Facts
import Testing

/// Single files and what becomes of them.
@Suite(.serialized) struct ValidModelTests {
  /// Lines of a service, the path of a fact of it, and its value.
  static let services: [(service: String, path: String, expected: String)] = [
    ("command: echo 'a b' c", "command", #"["echo", "a b", "c"]"#),
    ("command: bundle exec thin -p 3000", "command/2", #""thin""#),
    ("command: [a, \"b c\"]", "command", #"["a", "b c"]"#),
    ("command: \"\"", "command", #"[]"#),
    ("command: null", "command", #"null"#),
    ("{}", "command", #"null"#),
    ("entrypoint: /bin/run \"x y\"", "entrypoint", #"["/bin/run", "x y"]"#),
    ("{}", "entrypoint", #"null"#),
    (
      "environment: {A: 1, B: \"2\", C: true, D: 2.5, E: \"\", F: null, G: 1.10, H: 0x10, I: 1_000, J: 0777, K: yes, L: 1e3}",
      "environment",
      #"{"A": "1", "B": "2", "C": "true", "D": "2.5", "E": "", "F": null, "G": "1.1", "H": "16", "I": "1000", "J": "511", "K": "yes", "L": "1000"}"#
    ),
    ("environment: [A=1, B=x=y, C=, D]", "environment", #"{"A": "1", "B": "x=y", "C": "", "D": null}"#),
    ("environment: [\"A=22:22\"]", "environment/A", #""22:22""#),
    ("environment: [HOST_SET]", "environment/HOST_SET", #""from-host""#),
    ("labels: [a=1, b, \"c=x y\"]", "labels", #"{"a": "1", "b": "", "c": "x y"}"#),
    ("labels: {a: 1, b: , c: true}", "labels", #"{"a": "1", "b": "", "c": "true"}"#),
    ("annotations: [x=y]", "annotations/x", #""y""#),
    ("sysctls: [net.a=1, net.b]", "sysctls", #"{"net.a": "1", "net.b": ""}"#),
    ("sysctls: {net.a: 1}", "sysctls/net.a", #""1""#),
    ("ports: [\"8000:80\"]", "ports", #"[{"mode": "ingress", "target": 80, "published": "8000", "protocol": "tcp"}]"#),
    ("ports: [80]", "ports/0", #"{"mode": "ingress", "target": 80, "protocol": "tcp"}"#),
    ("ports: [22:22]", "ports/0/published", #""22""#),
    ("ports: [\"22:22\"]", "ports/0/target", #"22"#),
    ("ports: [\"53:53/udp\"]", "ports/0/protocol", #""udp""#),
    ("ports: [\"53:53/UDP\"]", "ports/0/protocol", #""udp""#),
    ("ports: [\"127.0.0.1:8001:8001\"]", "ports/0/host_ip", #""127.0.0.1""#),
    (
      "ports: [\"127.0.0.1::8001\"]", "ports/0",
      #"{"mode": "ingress", "host_ip": "127.0.0.1", "target": 8001, "protocol": "tcp"}"#
    ),
    ("ports: [\"[::1]:80:80\"]", "ports/0/host_ip", #""::1""#),
    ("ports: [\"9090-9091:8080-8081\"]", "ports/1/target", #"8081"#),
    ("ports: [\"9090-9091:8080-8081\"]", "ports/1/published", #""9091""#),
    ("ports: [\"3001-3005\"]", "ports/4/target", #"3005"#),
    ("ports: [\"3001-3005\"]", "ports/5", #"null"#),
    ("ports: [\"8000-9000:80\"]", "ports/0/published", #""8000-9000""#),
    ("ports: [\"8000-9000:80\"]", "ports/1", #"null"#),
    (
      "ports: [{target: 53, published: 10053, protocol: udp}]", "ports/0",
      #"{"target": 53, "published": "10053", "protocol": "udp", "mode": "ingress"}"#
    ),
    ("ports: [{target: \"53\"}]", "ports/0/target", #"53"#),
    ("ports: [{target: 1, mode: host}]", "ports/0/mode", #""host""#),
    ("ports: [{name: http, target: 1, app_protocol: http}]", "ports/0/app_protocol", #""http""#),
    ("ports: [\"80:80\", {target: 80, published: 80}]", "ports/1", #"null"#),
    ("ports: []", "ports", #"null"#),
    ("volumes: [/var/lib/x]", "volumes", #"[{"type": "volume", "target": "/var/lib/x", "volume": {}}]"#),
    ("volumes: [/d]", "volumes/0", #"{"type": "volume", "target": "/d"}"#),
    (
      "volumes: [/opt/data:/var/lib/data]", "volumes/0",
      #"{"type": "bind", "source": "/opt/data", "target": "/var/lib/data", "bind": {"create_host_path": true}}"#
    ),
    ("volumes: [.:/code]", "volumes/0/source", #""/project""#),
    ("volumes: [./static:/www]", "volumes/0/source", #""/project/static""#),
    ("volumes: [../other:/www]", "volumes/0/source", #""/other""#),
    (
      "volumes: [~/configs:/etc/configs:ro]", "volumes/0",
      #"{"type": "bind", "source": "/home/me/configs", "target": "/etc/configs", "read_only": true, "bind": {"create_host_path": true}}"#
    ),
    ("volumes: [data:/x]", "volumes/0", #"{"type": "volume", "source": "data", "target": "/x", "volume": {}}"#),
    ("volumes: [data:/x:nocopy]", "volumes/0/volume/nocopy", #"true"#),
    ("volumes: [\"./a:/b:rw,z\"]", "volumes/0/bind/selinux", #""z""#),
    ("volumes: [/a:/b:rslave]", "volumes/0/bind/propagation", #""rslave""#),
    ("volumes: [/a:/b:ro]", "volumes/0/read_only", #"true"#),
    ("volumes: [\"c:\\\\data:/d\"]", "volumes/0/source", #""c:\\data""#),
    (
      "volumes: [{type: bind, source: ./opt, target: /opt, consistency: cached}]", "volumes/0",
      #"{"type": "bind", "source": "/project/opt", "target": "/opt", "consistency": "cached"}"#
    ),
    ("volumes: [{type: tmpfs, target: /t, tmpfs: {size: 10kb}}]", "volumes/0/tmpfs/size", #""10240""#),
    (
      "volumes: [{type: volume, source: data, target: /t, volume: {subpath: a/b}}]", "volumes/0/volume/subpath",
      #""a/b""#
    ),
    (
      "volumes: [{type: image, source: app/image, target: /i, image: {subpath: f}}]", "volumes/0/image/subpath", #""f""#
    ),
    ("volumes: [data:/x, ./y:/x]", "volumes/0/type", #""bind""#),
    ("volumes: [data:/x, ./y:/x]", "volumes/1", #"null"#),
    ("depends_on: [other]", "depends_on/other", #"{"condition": "service_started", "required": true}"#),
    (
      "depends_on: {other: {condition: service_healthy, restart: true}}", "depends_on/other",
      #"{"condition": "service_healthy", "restart": true, "required": true}"#
    ),
    ("depends_on: []", "depends_on", #"null"#),
    (
      "depends_on: {asleep: {condition: service_started, required: false}}", "depends_on/asleep",
      #"{"condition": "service_started", "required": false}"#
    ),
    (
      "links: [\"other:alias\"]", "depends_on/other",
      #"{"condition": "service_started", "restart": true, "required": true}"#
    ),
    ("network_mode: service:other", "depends_on/other/restart", #"true"#),
    ("network_mode: service:other", "networks", #"null"#),
    ("network_mode: host", "networks", #"null"#),
    ("volumes_from: [other]", "depends_on/other", #"{"condition": "service_started", "required": true}"#),
    ("{}", "networks", #"{"default": null}"#),
    ("networks: [front]", "networks", #"{"front": null}"#),
    ("networks: {front: {aliases: [a], ipv4_address: 10.0.0.2}}", "networks/front/ipv4_address", #""10.0.0.2""#),
    ("networks: {front: {priority: 10, gw_priority: 42}}", "networks/front", #"{"priority": 10, "gw_priority": 42}"#),
    ("secrets: [s]", "secrets/0", #"{"source": "s", "target": "/run/secrets/s"}"#),
    ("secrets: [{source: s, target: t, mode: 0440}]", "secrets/0", #"{"source": "s", "target": "t", "mode": "0440"}"#),
    ("secrets: [{source: s, mode: \"0440\"}]", "secrets/0/mode", #""0440""#),
    ("secrets: [{source: s, mode: 0o440}]", "secrets/0/mode", #""0440""#),
    ("secrets: [{source: s, mode: 288}]", "secrets/0/mode", #""0440""#),
    ("configs: [c]", "configs/0", #"{"source": "c"}"#),
    ("configs: [{source: c, target: /c, uid: \"103\"}]", "configs/0/uid", #""103""#),
    (
      "healthcheck: {test: curl -f http://localhost, interval: 90s, timeout: 1m30s, retries: \"5\"}", "healthcheck",
      #"{"test": ["CMD-SHELL", "curl -f http://localhost"], "interval": "1m30s", "timeout": "1m30s", "retries": 5}"#
    ),
    ("healthcheck: {test: [CMD, x]}", "healthcheck/test", #"["CMD", "x"]"#),
    ("healthcheck: {disable: true}", "healthcheck/disable", #"true"#),
    ("healthcheck: {test: [NONE]}", "healthcheck/test", #"["NONE"]"#),
    ("stop_grace_period: 90s", "stop_grace_period", #""1m30s""#),
    ("stop_grace_period: 1h", "stop_grace_period", #""1h0m0s""#),
    ("stop_grace_period: 500ms", "stop_grace_period", #""500ms""#),
    ("stop_grace_period: 1.5s", "stop_grace_period", #""1.5s""#),
    ("mem_limit: 512m", "mem_limit", #""536870912""#), ("mem_limit: \"+1.5 gib\"", "mem_limit", #""1610612736""#),
    ("mem_limit: \"1e3\"", "mem_limit", #""1000""#), ("mem_limit: 5b", "mem_limit", #""5""#),
    ("mem_limit: 1.5g", "mem_limit", #""1610612736""#),
    ("mem_limit: 2GiB", "mem_limit", #""2147483648""#),
    ("mem_limit: 1073741824", "mem_limit", #""1073741824""#),
    ("memswap_limit: -1", "memswap_limit", #""-1""#),
    ("memswap_limit: 640kb", "memswap_limit", #""655360""#),
    ("shm_size: 64 mb", "shm_size", #""67108864""#),
    ("mem_swappiness: 60", "mem_swappiness", #""60""#),
    ("cpus: \"1.5\"", "cpus", #"1.5"#),
    ("cpus: 2", "cpus", #"2"#),
    ("pids_limit: 100", "pids_limit", #"100"#),
    ("cpu_rt_runtime: '400ms'", "cpu_rt_runtime", #"400000"#),
    ("cpu_rt_period: '1400us'", "cpu_rt_period", #"1400"#),
    ("init: yes", "init", #"true"#),
    ("init: \"off\"", "init", #"false"#),
    ("privileged: \"true\"", "privileged", #"true"#),
    ("tty: false", "tty", #"null"#),
    ("read_only: on", "read_only", #"true"#),
    ("restart: no", "restart", #""no""#),
    ("restart: \"no\"", "restart", #""no""#),
    ("restart: always", "restart", #""always""#),
    ("dns: 8.8.8.8", "dns", #"["8.8.8.8"]"#),
    ("dns: [8.8.8.8, 9.9.9.9]", "dns/1", #""9.9.9.9""#),
    ("dns: ${NOT_SET}", "dns", #"null"#),
    ("dns_search: a.example", "dns_search", #"["a.example"]"#),
    ("tmpfs: /run", "tmpfs", #"["/run"]"#),
    ("expose: [3000, \"8000\"]", "expose", #"["3000", "8000"]"#),
    ("group_add: [1000, mail]", "group_add", #"["1000", "mail"]"#),
    ("extra_hosts: [\"a:1.2.3.4\"]", "extra_hosts", #"["a=1.2.3.4"]"#),
    ("extra_hosts: {z: 1.2.3.4, a: 5.6.7.8}", "extra_hosts", #"["a=5.6.7.8", "z=1.2.3.4"]"#),
    ("extra_hosts: [\"h=0.0.0.1,0.0.0.2\"]", "extra_hosts", #"["h=0.0.0.1", "h=0.0.0.2"]"#),
    ("extra_hosts: [\"z:127.0.0.2\", \"z:ff02::1\"]", "extra_hosts", #"["z=127.0.0.2", "z=ff02::1"]"#),
    ("extra_hosts: {h: [0.0.0.1, 0.0.0.2]}", "extra_hosts/1", #""h=0.0.0.2""#),
    (
      "ulimits: {nproc: 65535, nofile: {soft: 1, hard: \"2\"}}", "ulimits",
      #"{"nproc": 65535, "nofile": {"soft": 1, "hard": 2}}"#
    ),
    (
      "devices: [/dev/a:/dev/b:r, /dev/c]", "devices",
      #"[{"source": "/dev/a", "target": "/dev/b", "permissions": "r"}, {"source": "/dev/c", "target": "/dev/c", "permissions": "rwm"}]"#
    ),
    ("logging: {driver: syslog, options: {a: 1, b: x, c: null}}", "logging/options", #"{"a": "1", "b": "x", "c": ""}"#),
    (
      "deploy: {replicas: \"3\", resources: {limits: {cpus: '0.50', memory: 50M, pids: 5}}}", "deploy",
      #"{"replicas": 3, "resources": {"limits": {"cpus": 0.5, "memory": "52428800", "pids": 5}}, "placement": {}}"#
    ),
    ("scale: 2\n    deploy: {}", "deploy/replicas", "2"),
    ("mem_limit: 0\n    deploy: {resources: {limits: {memory: 1g}}}", "mem_limit", "null"),
    ("cpus: 0.5\n    deploy: {resources: {limits: {cpus: '0.50'}}}", "cpus", "0.5"),
    ("deploy: {}", "deploy", #"{"resources": {}, "placement": {}}"#),
    (
      "deploy: {restart_policy: {condition: on-failure, delay: 5s, max_attempts: 3, window: 120s}}",
      "deploy/restart_policy", #"{"condition": "on-failure", "delay": "5s", "max_attempts": 3, "window": "2m0s"}"#
    ),
    (
      "deploy: {update_config: {parallelism: 3, delay: 10s, max_failure_ratio: 0.3}}",
      "deploy/update_config/max_failure_ratio", #"0.3"#
    ),
    (
      "deploy: {resources: {reservations: {devices: [{capabilities: [gpu], count: all}]}}}",
      "deploy/resources/reservations/devices/0/count", #"-1"#
    ),
    (
      "deploy: {resources: {reservations: {devices: [{capabilities: [gpu]}]}}}",
      "deploy/resources/reservations/devices/0/count", #"-1"#
    ),
    ("gpus: all", "gpus", #"[{"count": -1}]"#),
    ("gpus: [{driver: x, device_ids: [a]}]", "gpus/0", #"{"driver": "x", "device_ids": ["a"]}"#),
    (
      "blkio_config: {weight: 300, device_read_bps: [{path: /dev/a, rate: 1024k}]}",
      "blkio_config/device_read_bps/0/rate", #""1048576""#
    ),
    ("pull_policy: if_not_present", "pull_policy", #""missing""#),
    ("pull_policy: every_2d", "pull_policy", #""every_2d""#),
    (
      "post_start: [{command: ./warm a, environment: [X=1]}]", "post_start/0",
      #"{"command": ["./warm", "a"], "environment": {"X": "1"}}"#
    ),
    (
      "develop: {watch: [{path: ./a, action: rebuild, ignore: b}]}", "develop/watch/0",
      #"{"path": "/project/a", "action": "rebuild", "ignore": ["b"], "exec": {"command": null}}"#
    ),
    ("env_file: vars.env", "environment", #"{"FROM_FILE": "1", "SHARED": "file"}"#),
    ("env_file: vars.env\n    environment: {SHARED: own}", "environment/SHARED", #""own""#),
    ("env_file: vars.env\n    environment: [SHARED]", "environment/SHARED", #"null"#),
    ("env_file: [{path: absent.env, required: false}, vars.env]", "environment/FROM_FILE", #""1""#),
    ("label_file: labels.txt\n    labels: {b: own}", "labels", #"{"a": "1", "b": "own"}"#),
    ("build: .", "build", #"{"context": "/project", "dockerfile": "Dockerfile"}"#),
    ("build: {dockerfile_inline: FROM x}", "build", #"{"dockerfile_inline": "FROM x", "context": "/project"}"#),
    ("build: {context: https://example.com/a.git}", "build/context", #""https://example.com/a.git""#),
    ("build: {context: ., args: [A=1, HOST_SET, GONE]}", "build/args", #"{"A": "1", "HOST_SET": "from-host"}"#),
    ("build: {context: ., ssh: [default, k=v]}", "build/ssh", #"["default", "k=/project/v"]"#),
    ("build: {context: ., secrets: [s]}", "build/secrets/0", #"{"source": "s"}"#),
    (
      "build: {context: ., additional_contexts: [a=./b, s=service:built]}", "build/additional_contexts/s",
      #""service:built""#
    ),
    ("build: {context: ., shm_size: 2gb}", "build/shm_size", #""2147483648""#),
    (
      "build: {context: ., additional_contexts: [a=./b, c=docker-image://d]}", "build/additional_contexts",
      #"{"a": "/project/b", "c": "docker-image://d"}"#
    ),
    ("x-note: {a: 1}", "x-note/a", #"1"#),
    ("container_name: ${COMPOSE_PROJECT_NAME}-web", "container_name", #""shop-web""#),
    (
      "provider: {type: foo, options: {bar: zot, n: [1, 2]}}", "provider/options",
      #"{"bar": ["zot"], "n": ["1", "2"]}"#
    ),
    ("provider: {type: foo}", "networks", #"null"#),
    ("command: a && b | c > d", "command", #"["a"]"#), ("command: run x 2>log", "command", #"["run", "x"]"#),
    ("command: \"sh -c 'a; b > c'\"", "command", #"["sh", "-c", "a; b > c"]"#),
    ("command: \"echo $$(date +%s) `id -u` x\"", "command", #"["echo", "$(date +%s)", "`id -u`", "x"]"#),
    ("command: 'a\\ b \"c\\\"d\" e\\tf'", "command", #"["a b", "c\"d", "etf"]"#),
    (
      "environment: {A: 1000000.0, B: 123456.5, C: 1234567.5, D: 0.00012, E: 0.000012, F: 1e30, G: 100000.0, H: -2.50}",
      "environment",
      #"{"A": "1e+06", "B": "123456.5", "C": "1.2345675e+06", "D": "0.00012", "E": "1.2e-05", "F": "1e+30", "G": "100000", "H": "-2.5"}"#
    ),
    ("environment: {\"A \": x}", "environment/A ", #""x""#),
    ("environment: {A: \"2024-01-02\"}", "environment/A", #""2024-01-02""#),
    ("ports: [\"80/\"]", "ports/0/protocol", #""tcp""#),
    ("volumes: [~other/x:/y]", "volumes/0/source", #""/home/me/other/x""#),
    ("volumes: [/a//b/:/c//d/]", "volumes/0/target", #""/c/d""#),
    ("volumes: [{type: volume, source: data, target: /c/}]", "volumes/0/target", #""/c""#),
    ("volumes: [{type: bind, source: /a, target: /b, bind: {create_host_path: false}}]", "volumes/0/bind", #"{}"#),
    ("volumes: [{type: tmpfs, target: /t, tmpfs: {size: 0}}]", "volumes/0/tmpfs", #"{}"#),
    ("volumes: [data:/x/, ./y:/x]", "volumes/1", #"null"#),
    ("mem_limit: 0", "mem_limit", #"null"#), ("mem_limit: .5g", "mem_limit", #""536870912""#),
    ("pids_limit: 1.9", "pids_limit", #"1"#), ("scale: 0", "scale", #"0"#),
    ("healthcheck: {test: [], retries: 0}", "healthcheck", #"{"retries": 0}"#), ("logging: {}", "logging", #"{}"#),
    ("network_mode: \"\"", "network_mode", #"null"#), ("network_mode: \"\"", "networks", #"null"#),
    ("dns: [\"${NOT_SET}\", 1.1.1.1]", "dns", #"["1.1.1.1"]"#),
    ("credential_spec: {file: c.json}", "credential_spec/file", #""c.json""#),
    ("stop_grace_period: 1m0.000000001s", "stop_grace_period", #""1m0.000000001s""#),
    ("develop: {watch: []}", "develop", #"{}"#),
  ]

  @Test(arguments: services) func becomes(service: String, path: String, expected: String) throws {
    let project = Loading.project(
      [
        "compose.yaml": """
        name: shop
        services:
          web:
            image: web:1
            \(service == "{}" ? "working_dir: /" : service)
          other: { image: "other:1" }
          built: { build: . }
          asleep: { image: "asleep:1", profiles: [dreams] }
        networks: { front: {} }
        volumes: { data: {} }
        secrets: { s: { file: ./s } }
        configs: { c: { content: x } }
        """,
        "vars.env": "FROM_FILE=1\nSHARED=file\n", "labels.txt": "a=1\nb=2\n",
      ], environment: ["HOST_SET": "from-host", "HOME": "/home/me"])
    #expect(project.faults == [])
    #expect(project.value("services/web/\(path)") ?? .null == (try Loading.json(expected)))
  }

  static let resources: [(text: String, path: String, expected: String)] = [
    ("networks: { n: }", "networks/n", #"{"name": "shop_n", "ipam": {}}"#),
    ("networks: { n: { name: other } }", "networks/n/name", #""other""#),
    ("networks: { n: { external: true } }", "networks/n", #"{"name": "n", "external": true, "ipam": {}}"#),
    ("networks: { n: { external: { name: cool } } }", "networks/n", #"{"name": "cool", "external": true, "ipam": {}}"#),
    ("networks: { n: { internal: yes, attachable: \"false\" } }", "networks/n/internal", #"true"#),
    ("networks: { n: { driver_opts: { a: 1 } } }", "networks/n/driver_opts/a", #""1""#),
    ("networks: { n: { enable_ipv6: false } }", "networks/n/enable_ipv6", #"false"#),
    (
      "networks: { n: { ipam: { config: [{ subnet: 10.0.0.0/8 }] } } }", "networks/n/ipam/config/0/subnet",
      #""10.0.0.0/8""#
    ),
    ("volumes: { v: }", "volumes/v", #"{"name": "shop_v"}"#),
    (
      "volumes: { v: { driver: local, driver_opts: { type: none, o: bind, device: ./d } } }",
      "volumes/v/driver_opts/device", #""/project/d""#
    ),
    ("volumes: { v: { labels: [a=b] } }", "volumes/v/labels", #"{"a": "b"}"#),
    ("volumes: { v: { external: true } }", "volumes/v", #"{"name": "v", "external": true}"#),
    ("secrets: { s: { file: ./s } }", "secrets/s", #"{"name": "shop_s", "file": "/project/s"}"#),
    ("secrets: { s: { environment: E } }", "secrets/s", #"{"name": "shop_s", "environment": "E"}"#),
    ("secrets: { s: { external: true } }", "secrets/s/name", #""s""#),
    ("secrets: { s: { name: n, driver: d, driver_opts: { o: 1 } } }", "secrets/s/driver_opts/o", #""1""#),
    ("configs: { c: { content: hello } }", "configs/c/content", #""hello""#),
    ("configs: { c: { file: ~/c } }", "configs/c/file", #""/home/me/c""#),
    ("x-a: { b: [1, two, 3.5] }", "x-a/b", #"[1, "two", 3.5]"#),
    ("models: { m: { model: ai/x, context_size: 1024 } }", "models/m/context_size", #"1024"#),
  ]

  @Test(arguments: resources) func resourceBecomes(text: String, path: String, expected: String) throws {
    let project = Loading.project(
      "name: shop\nservices: { web: { image: x } }\n\(text)\n", environment: ["HOME": "/home/me"])
    #expect(project.faults == [])
    #expect(project.value(path) ?? .null == (try Loading.json(expected)))
  }

  @Test func projectNames() {
    #expect(Loading.project("services: { a: { image: x } }").name == "project")
    #expect(Loading.project("name: My Shop!\nservices: { a: { image: x } }").name == "myshop")
    #expect(
      Loading.project("name: x\nservices: { a: { image: x } }", environment: ["COMPOSE_PROJECT_NAME": "env"]).name
        == "env")
    #expect(Loading.project("name: ${N:-dflt}\nservices: { a: { image: x } }").name == "dflt")
  }

  @Test func anchorsAndMergeKeys() {
    let project = Loading.project(
      """
      x-env: &env { A: 1, B: 2 }
      x-base: &base
        image: base:1
        environment: *env
        labels: { team: core }
      services:
        a: { <<: *base, command: run }
        b:
          <<: [*base, { restart: always }]
          environment: { <<: *env, B: 3 }
      """)
    #expect(project.faults == [])
    #expect(project.value("services/a/environment") == ["A": "1", "B": "2"])
    #expect(project.value("services/b/environment") == ["A": "1", "B": "3"])
    #expect(project.value("services/b/restart") == "always")
    #expect(project.value("services/b/labels/team") == "core")
    #expect(project.value("x-env/A") == 1)
  }

  @Test func profilesSwitchServicesOn() {
    let text = """
      services:
        always: { image: x }
        debug: { image: x, profiles: [debug] }
        both: { image: x, profiles: [a, debug] }
      """
    func names(_ profiles: [String], _ environment: [String: String] = [:]) -> [String] {
      Loading.project(["compose.yaml": text], profiles: profiles, environment: environment).services.map(\.name)
    }
    #expect(names([]) == ["always"])
    #expect(names(["a"]) == ["always", "both"])
    #expect(names(["debug"]) == ["always", "debug", "both"])
    #expect(names(["*"]) == ["always", "debug", "both"])
    #expect(names([], ["COMPOSE_PROFILES": "a,x"]) == ["always", "both"])
    #expect(Loading.project(text).inactive == ["debug", "both"])
  }
}
