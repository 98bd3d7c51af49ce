import Facts
import Probing

/// Two replicas behind a balancer of their own, and a third that does not run: what happens to them touches nothing else.
struct BalancingWing: Wing {
  /// How many requests the first replica gets for one of the second.
  var firstWeight = 1
  /// Whether the balancer knows the second replica.
  var knowsSecond = true
  /// Whether the balancer passes a request that failed on to another replica, and leaves out those that fail.
  var passesOn = true
  /// For how long the balancer leaves a replica out that failed.
  var leavesOutFor = "1s"
  /// Whether a replica that is added is put on the balancer's list.
  var registersAdded = true

  static let ports = ["replicas", "first replica", "second replica", "third replica"]
  static func programs() throws(GroundFailure) -> [String] { [try Edge.program()] }
  private static let names = ["first", "second", "third"]

  func start(in site: Site, before deadline: Deadline) throws(GroundFailure) -> [AwaitedPart] {
    try RecoveryUnits.writeScript(in: site)
    for name in Self.names { try RecoveryUnits.write(name, Self.replica(name, site.ports), in: site) }
    try RecoveryUnits.write("balancer", balancer(site.ports), in: site)
    try Files.write("", to: "\(RecoveryUnits.folder(in: site))/balancer/further.conf")
    return [
      try RecoveryUnits.start("first", on: site.ports["first replica"], in: site),
      try RecoveryUnits.start("second", on: site.ports["second replica"], in: site),
      try RecoveryUnits.start("balancer", on: site.ports["replicas"], in: site),
    ]
  }

  private static func replica(_ name: String, _ ports: Ports) -> String {
    """
      server {
        listen 127.0.0.1:\(ports["\(name) replica"]);
        add_header X-Instance \(name) always;
        add_header Allow "GET, HEAD" always;
        if ($request_method !~ ^(GET|HEAD)$) { return 405 '{"status":405}'; }
        location = / { return 200 '{"status":"pass"}'; }
        location = /health { return 200 '{"status":"pass"}'; }
        location / {
          default_type application/problem+json;
          return 404 '{"type":"about:blank","status":404,"title":"Not Found"}';
        }
      }
    """
  }

  private func balancer(_ ports: Ports) -> String {
    let failing = passesOn ? "max_fails=1 fail_timeout=" : "max_fails=0 fail_timeout="
    return """
        upstream replicas {
          server 127.0.0.1:\(ports["first replica"]) weight=\(firstWeight) \(failing)\(leavesOutFor);
          \(knowsSecond ? "server 127.0.0.1:\(ports["second replica"]) \(failing)1s;" : "")
          include further.conf;
        }
        server {
          listen 127.0.0.1:\(ports["replicas"]);
          server_name localhost;
          location / {
            proxy_pass http://replicas;
            proxy_connect_timeout 1s;
            proxy_next_upstream \(passesOn ? "error timeout" : "off");
          }
        }
      """
  }

  func targets(in site: Site) -> [InventoryTarget] {
    let port = String(site.ports["third replica"])
    func words(_ verb: String, _ name: String, _ further: [String] = []) -> JSONValue {
      JSONValue(RecoveryUnits.command(verb, name, further, in: site))
    }
    // The one that is added comes first: one that does not come back ends the look.
    let members: [JSONValue] = [
      [
        "name": "third", "spare": true, "start": words("start", "third", registersAdded ? [port] : []),
        "stop": words("stop", "third", [port]),
      ],
      ["name": "first", "stop": words("stop", "first"), "start": words("start", "first")],
    ]
    return [
      [
        ("id", "replicas"), ("kind", "http"), ("url", .string("http://127.0.0.1:\(site.ports["replicas"])")),
        ("health", "/health"),
        ("instances", ["header": "X-Instance", "awaySeconds": 1, "members": .array(members)]),
      ]
    ]
  }
}

extension Defect.Part {
  fileprivate static let upstreams = Self("which replicas the balancer knows", in: .balancing)
  fileprivate static let failures = Self("what the balancer does about failures", in: .balancing)
  fileprivate static let additions = Self("whether added replicas are registered", in: .balancing)
}

extension Defect.Realm {
  /// The replicas behind a balancer of their own.
  fileprivate static let balancing = Self("balancing")
}

extension BalancingWing {
  static let defects = [
    Defect(
      id: "balancer-knows-one", summary: "the balancer of the replicas knows one of them alone", part: .upstreams,
      isBlinding: true
    ) { $0[BalancingWing.self].knowsSecond = false },
    Defect(
      id: "balancer-uneven", summary: "the first replica gets nine requests for one of the second", part: .upstreams
    ) { $0[BalancingWing.self].firstWeight = 9 },
    Defect(
      id: "balancer-hands-failures-out",
      summary: "the balancer neither passes failed requests on nor leaves out replicas that are gone", part: .failures
    ) { $0[BalancingWing.self].passesOn = false },
    Defect(
      id: "balancer-unforgiving", summary: "the balancer leaves a replica that failed once out for an hour",
      part: .failures
    ) { $0[BalancingWing.self].leavesOutFor = "1h" },
    Defect(id: "replica-unregistered", summary: "nobody tells the balancer of an added replica", part: .additions) {
      $0[BalancingWing.self].registersAdded = false
    },
  ]

  static let expectations: [String: [ExpectedFinding]] = [
    "balancer-knows-one": [
      .init(check: "balancing-instances-several", target: "replicas"),
      .init(check: "balancing-removal-carried", target: "replicas"),
      .init(check: "balancing-removal-unnoticed", target: "replicas"),
    ],
    "balancer-uneven": [.init(check: "balancing-shares-even", target: "replicas")],
    "balancer-hands-failures-out": [
      .init(check: "balancing-removal-carried", target: "replicas"),
      .init(check: "balancing-removal-unnoticed", target: "replicas"),
    ],
    "balancer-unforgiving": [.init(check: "balancing-return-used", target: "replicas")],
    "replica-unregistered": [.init(check: "balancing-addition-used", target: "replicas")],
  ]
}
