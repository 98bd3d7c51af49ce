import Facts
import Probing

/// The cache: Redis over TLS, kept from strangers.
struct CacheWing: Wing {
  var runs = true
  var hasPassword = true
  var speaksTLS = true

  static let ports = ["cache"]
  static func programs() throws(GroundFailure) -> [String] { [try Launcher.path(of: "redis-server")] }

  func start(in site: Site, before deadline: Deadline) throws(GroundFailure) -> [AwaitedPart] {
    guard runs else { return [] }
    let folder = "\(site.folder.path)/cache"
    let port = site.ports["cache"]
    try Files.makeFolder(folder, mode: 0o700)
    try Files.write(site.authority.chain(of: .database, withIntermediate: true), to: "\(folder)/chain.pem")
    try Files.write(site.authority.key(of: .database), to: "\(folder)/key.pem", mode: 0o600)
    try Files.write(site.authority.root(), to: "\(folder)/ca.pem")
    var lines = [
      "bind 127.0.0.1", "daemonize no", "save \"\"", "appendonly no", "databases 1", "protected-mode no",
    ]
    if speaksTLS {
      lines += [
        "port 0", "tls-port \(port)", "tls-cert-file ../cache/chain.pem", "tls-key-file ../cache/key.pem",
        "tls-ca-cert-file ../cache/ca.pem", "tls-auth-clients no",
      ]
    } else {
      lines.append("port \(port)")
    }
    if hasPassword { lines.append("requirepass \(Accounts.newSession())") }
    try Files.write(lines.joined(separator: "\n") + "\n", to: "\(folder)/redis.conf", mode: 0o600)
    try site.launcher.account?.own(folder)
    let part = try site.launcher.start(
      [Self.programs()[0], "../cache/redis.conf"], log: "redis", asAccount: true)
    return [AwaitedPart(part: part) { Ports.isOpen(port) }]
  }

  func targets(in site: Site) -> [InventoryTarget] {
    [
      [
        ("id", "cache"), ("kind", "redis"), ("url", .string("rediss://localhost:\(site.ports["cache"])")),
        ("address", "127.0.0.1"),
      ]
    ]
  }
}

extension Defect.Part {
  fileprivate static let cache = Self("the cache", in: .cache)
}

extension Defect.Realm {
  /// The cache.
  fileprivate static let cache = Self("cache")
}

extension CacheWing {
  static let defects = [
    Defect(id: "cache-down", summary: "the cache is not running", part: .cache, isBlinding: true) {
      $0[CacheWing.self].runs = false
    },
    Defect(id: "cache-open", summary: "the cache takes commands from anybody", part: .cache) {
      $0[CacheWing.self].hasPassword = false
    },
    Defect(id: "cache-plaintext", summary: "the cache speaks no TLS", part: .cache) {
      $0[CacheWing.self].speaksTLS = false
    },
  ]

  static let expectations: [String: [ExpectedFinding]] = [
    "cache-down": [.init(check: "redis-endpoint-answers", target: "cache")],
    "cache-open": [.init(check: "redis-authenticates", target: "cache")],
    "cache-plaintext": [
      .init(check: "redis-plaintext-refused", target: "cache"),
      .init(check: "redis-tls-offered", target: "cache"),
    ],
  ]
}
