/// The web server in front: TLS, rate limits, redirects; and the outside site whose events the platform reads.
enum Edge {
  /// The path of the web server.
  static func program() throws(GroundFailure) -> String { try Launcher.path(of: "nginx") }

  /// Starts the web server with its certificate and pages.
  static func start(
    _ blueprint: Blueprint, ports: Ports, authority: CertificateAuthority, launcher: Launcher
  ) throws(GroundFailure) -> StartedPart {
    let folder = launcher.folder.edge
    try Files.makeFolder(folder)
    try Files.makeFolder("\(folder)/tmp")
    for path in ["outside", "page", "page/assets", "published", "published/ca"] {
      try Files.makeFolder("\(folder)/\(path)")
    }
    let certificate = try authority.chain(
      of: blueprint.edge.certificate, withIntermediate: blueprint.edge.sendsIntermediate)
    let stray = blueprint.edge.sendsStray ? try authority.chain(of: .wrongName, withIntermediate: false) : ""
    let leafEnd = certificate.firstRange(of: "-----END CERTIFICATE-----\n")?.upperBound ?? certificate.endIndex
    let developers = blueprint.edge.sendsDevelopersRoot ? DevelopersRoot.certificate : ""
    try Files.write(
      certificate[..<leafEnd] + stray + certificate[leafEnd...] + developers, to: "\(folder)/certificate.pem")
    try Files.write(authority.key(of: blueprint.edge.certificate), to: "\(folder)/key.pem", mode: 0o600)
    for (index, leaf) in [blueprint.mail.certificate, blueprint.mail.secondCertificate].enumerated() {
      let name = "\(folder)/mail-\(index)"
      try Files.write(authority.chain(of: leaf, withIntermediate: true), to: "\(name).pem")
      try Files.write(authority.key(of: leaf), to: "\(name).key", mode: 0o600)
    }
    try Files.write(OutsideSite.page, to: "\(folder)/outside/luma.html")
    for asset in Asset.all where blueprint.edge.assets.areComplete || asset.name != Asset.icon.name {
      try Files.write(asset.content, to: "\(folder)/page\(asset.path)")
    }
    for (name, bytes) in try authority.published() {
      try Files.write(bytes, to: "\(folder)/published/ca/\(name)")
    }
    let configuration = EdgeConfiguration(blueprint.edge, mail: blueprint.mail, ports: ports)
    try Files.write(configuration.group, to: "\(folder)/group.pem")
    try Files.write(configuration.fields, to: "\(folder)/fields.conf")
    try Files.write(configuration.text, to: "\(folder)/nginx.conf")
    try launcher.account?.own(folder)
    // Seen from where it lives, since nginx reads variables into a path.
    return try launcher.start(
      [program(), "-p", "../edge/", "-c", "nginx.conf", "-e", "error.log"], log: "nginx", asAccount: true)
  }
}
