import Probing

/// How the cache of the platform is kept from strangers.
struct CachePlan: Sendable {
  var runs = true
  var hasPassword = true
  var speaksTLS = true
}

/// Redis over TLS.
enum Cache {
  static func program() throws(GroundFailure) -> String { try Launcher.path(of: "redis-server") }

  static func start(
    _ plan: CachePlan, certificate: Leaf, ports: Ports, authority: CertificateAuthority, launcher: Launcher
  ) throws(GroundFailure) -> StartedPart {
    let folder = launcher.folder.cache
    try Files.makeFolder(folder, mode: 0o700)
    try Files.write(authority.chain(of: certificate, withIntermediate: true), to: "\(folder)/chain.pem")
    try Files.write(authority.key(of: certificate), to: "\(folder)/key.pem", mode: 0o600)
    try Files.write(authority.root(), to: "\(folder)/ca.pem")
    var lines = [
      "bind 127.0.0.1", "daemonize no", "save \"\"", "appendonly no", "databases 1",
      "protected-mode no",
    ]
    if plan.speaksTLS {
      lines += [
        "port 0", "tls-port \(ports.cache)", "tls-cert-file ../cache/chain.pem", "tls-key-file ../cache/key.pem",
        "tls-ca-cert-file ../cache/ca.pem", "tls-auth-clients no",
      ]
    } else {
      lines.append("port \(ports.cache)")
    }
    if plan.hasPassword { lines.append("requirepass \(Accounts.newSession())") }
    try Files.write(lines.joined(separator: "\n") + "\n", to: "\(folder)/redis.conf", mode: 0o600)
    try launcher.account?.own(folder)
    return try launcher.start([program(), "../cache/redis.conf"], log: "redis", asAccount: true)
  }
}
