import AuditModel
import Glibc
import Postgres
import Probing

/// The way of a command to the database it works on.
struct DatabaseDoor: Sendable {
  private let parameters: PostgresParameters

  /// The database of the platform in `directory`; without one, what PGHOST and its like lead to on this host.
  init(directory: String?) throws(GroundFailure) {
    if let directory {
      let path = Files.absolute(directory)
      let folder = Folder(path: Files.resolved(path) ?? path)
      guard GroundMark(of: folder) != nil, var address = try ServiceSettings(path: folder.settings(of: .api)).database
      else { throw GroundFailure("\(path) is not a proving ground") }
      address.user = "postgres"
      address.passwordFile = folder.superuserPassword
      parameters = address.parameters(for: "proving-ground")
      return
    }
    func variable(_ name: String) -> String? {
      getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }
    guard let host = variable("PGHOST"), let user = variable("PGUSER"), let database = variable("PGDATABASE") else {
      throw GroundFailure(
        "name the platform's folder with --directory, or a database with PGHOST, PGUSER and PGDATABASE")
    }
    // Content that was made up is for databases that were made to be played with.
    guard host == "127.0.0.1" || host == "localhost" else {
      throw GroundFailure("\(host) is not this host: made-up content goes nowhere else")
    }
    parameters = PostgresParameters(
      host: "localhost", address: "127.0.0.1", port: variable("PGPORT").flatMap { Int($0) } ?? 5432, user: user,
      database: database, password: variable("PGPASSWORD").map { Secret($0) },
      sslMode: variable("PGSSLMODE").flatMap(SSLMode.init) ?? .prefer, applicationName: "proving-ground")
  }

  func open(before deadline: Deadline) throws(GroundFailure) -> PostgresConnection {
    do throws(PostgresFailure) {
      return try PostgresConnection.open(parameters, before: deadline.capped(milliseconds: 10_000))
    } catch {
      throw GroundFailure("the database lets nobody in: \(error)")
    }
  }
}
