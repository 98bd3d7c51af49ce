/// The working folder of a proving ground and what lies where in it.
struct Folder: Sendable {
  /// Its absolute path, without links.
  let path: String

  /// The mark by which a folder is known to be a proving ground.
  var mark: String { "\(path)/ground.json" }
  /// The inventory of the platform.
  var inventory: String { "\(path)/prodworthy.yaml" }
  /// The password of the database role for audits.
  var auditorPassword: String { "\(path)/auditor.password" }
  /// The password of the database role of the services.
  var servicesPassword: String { "\(path)/events_app.password" }
  /// The password of the database's first role.
  var superuserPassword: String { "\(path)/superuser.password" }

  /// The password of the database role that rehearses migrations.
  var rehearserPassword: String { "\(path)/rehearser.password" }
  /// The password of the pooler's role that watches it.
  var watcherPassword: String { "\(path)/watcher.password" }
  /// The platform's migrations.
  var migrations: String { "\(path)/migrations" }
  /// All tables in one file of SQL, for a new database.
  var schema: String { "\(path)/schema.sql" }
  /// The listing of the bucket to which dumps are copied.
  var bucket: String { "\(path)/bucket.json" }
  /// Where dumps lie.
  var dumps: String { "\(path)/dumps" }
  /// The pooler's configuration and keys.
  var pooler: String { "\(path)/pooler" }
  /// pgBackRest's configuration.
  var backupConfiguration: String { "\(database)/\(BackupRepository.name)/pgbackrest.conf" }

  /// The key that tokens are signed with.
  var tokenKey: String { "\(path)/token.key" }

  /// The token of a person, or the one called `expired`.
  func token(of name: String) -> String { "\(path)/\(name).token" }

  /// The password of a person.
  func password(of name: String) -> String { "\(path)/\(name).password" }

  /// Where every process lives, but for the database's, which move to their data.
  var home: String { "\(path)/run" }
  /// What the processes wrote.
  var logs: String { "\(path)/log" }
  /// Keys and certificates.
  var pki: String { "\(path)/pki" }
  /// The one certificate to trust: the root of the platform's own authority.
  var trust: String { "\(path)/ca.pem" }
  /// The database and its keys.
  var database: String { "\(path)/database" }
  /// The database's files.
  var databaseFiles: String { "\(database)/data" }
  /// The web server's configuration, keys and pages.
  var edge: String { "\(path)/edge" }
  /// The services' settings.
  var services: String { "\(path)/services" }

  /// The log called `name`.
  func log(_ name: String) -> String { "\(logs)/\(name).log" }

  /// The chain that the mail front shows where it answers itself.
  var mailChain: String { "\(services)/mail.pem" }

  /// The settings of a service.
  func settings(of service: ServiceName) -> String { "\(services)/\(service.rawValue).json" }

  /// The last lines of a log, on one line.
  func endOfLog(_ name: String) -> String {
    let lines = (Files.text(at: log(name)) ?? "").split(separator: "\n").suffix(4)
    return lines.isEmpty ? "it wrote nothing" : lines.joined(separator: " | ")
  }
}
