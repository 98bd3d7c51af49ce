import Cryptography
import Glibc
import Postgres
import Probing

/// PostgreSQL over TLS on a loopback port, with the roles and tables of the platform.
struct DatabaseServer: Sendable {
  private let launcher: Launcher
  private let port: Int
  private let protection: Protection
  private let programs: String
  private var folder: Folder { launcher.folder }
  /// The name of the cluster's first role, which only sets things up.
  private static let superuser = "postgres"

  /// The folder of the newest PostgreSQL server programs installed.
  static func programs() throws(GroundFailure) -> String {
    let root = "/usr/lib/postgresql"
    let versions = Files.names(in: root).compactMap { Int($0) }.sorted()
    guard let version = versions.last(where: { access("\(root)/\($0)/bin/initdb", X_OK) == 0 }) else {
      throw GroundFailure("no PostgreSQL server is installed: run scripts/install-dependencies")
    }
    return "\(root)/\(version)/bin"
  }

  /// A server to be made on `port`.
  init(launcher: Launcher, port: Int, protection: Protection) throws(GroundFailure) {
    self.protection = protection
    self.launcher = launcher
    self.port = port
    programs = try Self.programs()
  }

  /// Makes the database, starts the server and waits until it answers.
  ///
  /// A `template` is a folder in which a fresh cluster is kept between platforms: making one takes longer than all the
  /// rest of a platform. It is made where there is none.
  func start(
    _ blueprint: Blueprint, authority: CertificateAuthority, template: String?, before deadline: Deadline
  ) throws(GroundFailure) {
    try Files.makeFolder(folder.database, mode: 0o700)
    try Files.write(
      authority.chain(of: blueprint.databaseCertificate, withIntermediate: true), to: "\(folder.database)/server.pem")
    try Files.write(authority.key(of: blueprint.databaseCertificate), to: "\(folder.database)/server.key", mode: 0o600)
    try launcher.account?.own(folder.database)
    if let template {
      try copyCluster(from: template, before: deadline)
    } else {
      try Files.write(
        makeCluster(in: folder.database, savingBackups: blueprint.repository.isLikeTemplate, before: deadline),
        to: folder.superuserPassword, mode: 0o600)
    }
    try repository(blueprint.repository).settle(isMade: blueprint.repository.isLikeTemplate, before: deadline)
    // After what initdb found out about the system; the last value of a setting counts.
    let former = Files.text(at: "\(folder.databaseFiles)/postgresql.conf") ?? ""
    try Files.write(former + configuration(blueprint), to: "\(folder.databaseFiles)/postgresql.conf")
    try Files.write(
      blueprint.firstAccessRule + Self.accessRules(blueprint.plaintextAccess), to: "\(folder.databaseFiles)/pg_hba.conf"
    )
    let server = try launcher.start(
      ["\(programs)/postgres", "-D", folder.databaseFiles], log: "postgres", asAccount: true)
    try launcher.wait(for: server, before: deadline) {
      (try? execute(["SELECT 1"], in: "postgres", before: deadline)) != nil
    }
  }

  /// The repository of backups beside the cluster.
  private func repository(_ plan: RepositoryPlan) -> BackupRepository {
    BackupRepository(launcher: launcher, programs: programs, place: folder.database, plan: plan)
  }

  /// Makes a cluster, `data` in a folder of the server's account, and gives the password of its first role. Where asked, saves
  /// it into a repository beside it.
  private func makeCluster(in place: String, savingBackups saves: Bool, before deadline: Deadline) throws(GroundFailure)
    -> String
  {
    let password = Self.newPassword()
    try Files.write(password, to: "\(place)/password", mode: 0o600)
    try launcher.account?.own("\(place)/password")
    try launcher.run(
      [
        "\(programs)/initdb", "--pgdata=\(place)/data", "--username=\(Self.superuser)", "--pwfile=\(place)/password",
        "--auth=scram-sha-256", "--encoding=UTF8", "--no-locale", "--no-sync", "--data-checksums", "--wal-segsize=4",
      ], log: "initdb", asAccount: true, before: deadline)
    try Files.remove("\(place)/password")
    if saves {
      try BackupRepository(launcher: launcher, programs: programs, place: place, plan: RepositoryPlan())
        .settle(isMade: false, before: deadline)
    }
    return password
  }

  private func copyCluster(from template: String, before deadline: Deadline) throws(GroundFailure) {
    if !Files.exists(template) { try makeTemplate(at: template, before: deadline) }
    guard let password = Files.text(at: "\(template)/superuser") else {
      throw GroundFailure("\(template) is no template of a database")
    }
    for name in ["data", BackupRepository.name] {
      try launcher.run(
        [Launcher.path(of: "cp"), "-R", "\(template)/\(name)", "\(folder.database)/\(name)"], log: "cp",
        asAccount: true, before: deadline)
    }
    // The server insists on it.
    guard chmod(folder.databaseFiles, 0o700) == 0 else { throw Files.failure("cannot close \(folder.databaseFiles)") }
    try Files.write(password, to: folder.superuserPassword, mode: 0o600)
  }

  /// Made in the platform's own folder, where whoever takes it down finds what runs; then copied beside its place and moved into
  /// it, since another platform may be about to make the same.
  private func makeTemplate(at path: String, before deadline: Deadline) throws(GroundFailure) {
    let (inner, aside) = ("\(folder.database)/template", "\(path).\(getpid())")
    for folder in [inner, aside] {
      try Files.makeFolder(folder, mode: 0o700)
      try launcher.account?.own(folder)
    }
    let password = try makeCluster(in: inner, savingBackups: true, before: deadline)
    try Files.write(password, to: "\(inner)/superuser", mode: 0o600)
    try launcher.account?.own("\(inner)/superuser")
    try launcher.run(
      [Launcher.path(of: "cp"), "-R", "\(inner)/.", aside], log: "cp", asAccount: true, before: deadline)
    try Files.remove(inner)
    if rename(aside, path) != 0 { try Files.remove(aside) }
  }

  /// Makes the roles and the tables.
  func setUp(_ blueprint: Blueprint, outsidePort: Int, people: [Person], before deadline: Deadline)
    throws(GroundFailure)
  {
    let (services, auditor, rehearser) = (Self.newPassword(), Self.newPassword(), Self.newPassword())
    try Files.write(rehearser, to: folder.rehearserPassword, mode: 0o600)
    try Files.write(services, to: folder.servicesPassword, mode: 0o600)
    try Files.write(auditor, to: folder.auditorPassword, mode: 0o600)
    try execute(
      DatabaseSchema.roles(services: services, auditor: auditor, rehearser: rehearser, grant: blueprint.auditorGrant),
      in: "postgres",
      before: deadline)
    try execute(
      DatabaseSchema.tables(outsidePort: outsidePort, people: people)
        + blueprint.migrations.history { SHA384.hex(Array($0.utf8)) }
        + DatabaseSchema.views(for: blueprint.auditorGrant) + blueprint.databaseStatements + DatabaseSchema.firstReads,
      in: "events", before: deadline)
    for deed in blueprint.databaseDeeds {
      do {
        try execute(deed.statements, in: deed.database, before: deadline)
      } catch {
        guard deed.mayFail else { throw error }
      }
    }
  }

  /// Does to the repository of backups what the plan says was done to it.
  func damageRepository(_ blueprint: Blueprint, before deadline: Deadline) throws(GroundFailure) {
    guard blueprint.repository.damage != nil else { return }
    // What is still on its way to the archive would fill the gap.
    try execute(["SELECT pg_switch_wal()"], in: "postgres", before: deadline)
    while (Files.names(in: "\(folder.databaseFiles)/pg_wal/archive_status").contains { $0.hasSuffix(".ready") }) {
      guard !deadline.hasPassed else { throw GroundFailure("the database's log did not get into its archive in time") }
      usleep(20_000)
    }
    try repository(blueprint.repository).damage(before: deadline)
  }

  /// Stops the server, sending its clients away.
  func stop(before deadline: Deadline) throws(GroundFailure) {
    let file = "\(folder.databaseFiles)/postmaster.pid"
    let first = (Files.text(at: file) ?? "").split(separator: "\n").first.flatMap { pid_t($0) }
    guard let pid = first, let server = ProcessIdentity(pid: pid) else {
      throw GroundFailure("the database did not run: \(folder.endOfLog("postgres"))")
    }
    server.send(SIGINT)
    while server.isRunning {
      if deadline.hasPassed { throw GroundFailure("the database did not stop in time") }
      usleep(5000)
    }
  }

  private func address(of database: String) -> DatabaseAddress {
    DatabaseAddress(
      port: port, name: database, user: Self.superuser, passwordFile: folder.superuserPassword, trust: folder.trust,
      protection: protection)
  }

  private func execute(_ statements: [String], in database: String, before deadline: Deadline) throws(GroundFailure) {
    do throws(PostgresFailure) {
      var connection = try PostgresConnection.open(
        address(of: database).parameters(for: "proving-ground"), before: deadline)
      for statement in statements { try connection.query(statement, before: deadline) }
    } catch {
      throw GroundFailure("the database refused: \(error)")
    }
  }

  /// 128 random bits in hexadecimal.
  private static func newPassword() -> String {
    String(UInt64.random(in: .min ... .max), radix: 16) + String(UInt64.random(in: .min ... .max), radix: 16)
  }

  /// No socket in the file system, whose name may be too long for one; dynamic shared memory in files, since what lies
  /// in /dev/shm would outlive a server that was killed.
  private func configuration(_ blueprint: Blueprint) -> String {
    let addresses = ["127.0.0.1"] + (blueprint.databaseListensInPublic ? [Ports.publicAddress] : [])
    let changed = blueprint.databaseSettings.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value)\n" }
    return """

      listen_addresses = '\(addresses.joined(separator: ","))'
      port = \(port)
      unix_socket_directories = ''
      cluster_name = 'events-platform'
      dynamic_shared_memory_type = mmap
      shared_buffers = 32MB
      max_connections = 60
      ssl = on
      ssl_cert_file = '../server.pem'
      ssl_key_file = '../server.key'
      ssl_min_protocol_version = 'TLSv1.2'
      password_encryption = 'scram-sha-256'
      log_min_duration_statement = 500ms
      log_lock_waits = on
      idle_in_transaction_session_timeout = 60s
      shared_preload_libraries = 'pg_stat_statements'
      archive_mode = on
      archive_command = '\(repository(blueprint.repository).archiveCommand)'
      archive_timeout = 60s

      """ + changed.joined()
  }

  private static func accessRules(_ plaintext: PlaintextAccess) -> String {
    switch plaintext {
    case .nobody: "hostssl all all 127.0.0.1/32 scram-sha-256\n"
    case .services:
      "host events events_app 127.0.0.1/32 scram-sha-256\nhostssl all all 127.0.0.1/32 scram-sha-256\n"
    case .onlyPlaintext: "hostnossl all all 127.0.0.1/32 scram-sha-256\n"
    case .everybody: "host all all 127.0.0.1/32 scram-sha-256\n"
    }
  }
}
