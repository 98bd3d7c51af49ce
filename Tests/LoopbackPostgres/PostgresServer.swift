import AuditModel
import Foundation
package import Postgres
import Probing

/// A real PostgreSQL server on a loopback port, with roles for what tests want to see; stopped when this process ends.
package final class PostgresServer: Sendable {
  /// The port on 127.0.0.1.
  package let port: Int
  /// The root that signed the server's certificate, which is made out to `localhost`.
  package let root: String
  /// A root that signed nothing here.
  package let otherRoot: String
  /// The password of every role.
  package static let password = "correct horse ü"

  /// Whether it speaks TLS.
  package let offersTLS: Bool
  private let folder: String
  private let lifeline: Pipe
  private let process: Process

  /// The server most tests share.
  package static let shared = Result { try PostgresServer(offersTLS: true) }
  /// A server without TLS.
  package static let withoutTLS = Result { try PostgresServer(offersTLS: false) }
  /// A server that counts its statements and whose access rules a test may change, with a role `monitor` that may see all.
  package static let observed = Result {
    let server = try PostgresServer(
      offersTLS: true,
      further: """
        shared_preload_libraries = 'pg_stat_statements'
        max_prepared_transactions = 4
        autovacuum_naptime = 1h
        statement_timeout = 60s

        """)
    var session = try PostgresConnection.open(
      server.parameters(user: "postgres"), before: Deadline(milliseconds: 20_000))
    for statement in [
      "CREATE ROLE monitor LOGIN PASSWORD '\(password)'", "GRANT pg_monitor TO monitor",
      "GRANT EXECUTE ON FUNCTION pg_hba_file_rules() TO monitor", "GRANT SELECT ON pg_hba_file_rules TO monitor",
    ] { try session.query(statement, before: Deadline(milliseconds: 20_000)) }
    return server
  }

  /// What was missing.
  package struct Failure: Error {
    package let reason: String

    package init(reason: String) { self.reason = reason }
  }

  /// The file with the access rules.
  package var accessRuleFile: String { "\(folder)/data/pg_hba.conf" }

  init(offersTLS: Bool, programs: String? = nil, further: String = "") throws {
    self.offersTLS = offersTLS
    let folder = try Self.makeFolder()
    self.folder = folder
    port = try Self.freePort()
    (root, otherRoot) = ("\(folder)/root.pem", "\(folder)/other.pem")
    let programs = try programs.map { try Self.readable($0, in: folder) } ?? Self.programs()
    try Self.makeCertificates(in: folder)
    let data = "\(folder)/data"
    try Self.password.write(toFile: "\(folder)/password", atomically: true, encoding: .utf8)
    try Self.run(["chown", "-R", Self.account, folder])
    try Self.run(
      Self.asAccount + [
        "\(programs)/initdb", "--pgdata=\(data)", "--username=postgres", "--pwfile=\(folder)/password",
        "--auth=scram-sha-256", "--encoding=UTF8", "--no-locale", "--no-sync",
      ])
    let settings = try String(contentsOfFile: "\(data)/postgresql.conf", encoding: .utf8)
    try (settings + Self.settings(port: port, offersTLS: offersTLS) + further)
      .write(toFile: "\(data)/postgresql.conf", atomically: false, encoding: .utf8)
    try Self.accessRules(offersTLS: offersTLS)
      .write(toFile: "\(data)/pg_hba.conf", atomically: false, encoding: .utf8)
    process = Process()
    lifeline = Pipe()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    // The server ends when the lifeline does, however this process ends.
    process.arguments =
      [
        "-c", "\"$@\" <&- & server=$!; cat >/dev/null; kill -INT $server; wait $server; rm -rf '\(folder)'", "sh",
      ] + Self.asAccount + ["\(programs)/postgres", "-D", data]
    process.standardInput = lifeline
    let log =
      FileManager.default.createFile(atPath: "\(folder)/log", contents: nil)
      ? FileHandle(forWritingAtPath: "\(folder)/log") : nil
    process.standardOutput = log
    process.standardError = log
    try process.run()
    try createRoles(offersTLS: offersTLS)
  }

  /// How to log in as one of the roles.
  package func parameters(
    user: String, mode: SSLMode = .verifyFull, host: String = "localhost", password: String = PostgresServer.password
  ) -> PostgresParameters {
    PostgresParameters(
      host: host, address: "127.0.0.1", port: port, user: user, database: "postgres", password: Secret(password),
      sslMode: mode, trust: [root])
  }

  /// `auditor` may see all sessions, `stranger` may not; `plain` may log in without TLS, `open` even without a password;
  /// `weak` has its password asked for in clear text.
  private static func accessRules(offersTLS: Bool) -> String {
    offersTLS
      ? """
      host all plain 127.0.0.1/32 scram-sha-256
      host all open 127.0.0.1/32 trust
      hostssl all weak 127.0.0.1/32 password
      hostssl all all 127.0.0.1/32 scram-sha-256

      """ : "host all all 127.0.0.1/32 scram-sha-256\n"
  }

  private static func settings(port: Int, offersTLS: Bool) -> String {
    """

    listen_addresses = '127.0.0.1'
    port = \(port)
    unix_socket_directories = ''
    dynamic_shared_memory_type = mmap
    shared_buffers = 16MB
    max_connections = 60
    fsync = off
    ssl = \(offersTLS ? "on" : "off")
    ssl_cert_file = '../server.pem'
    ssl_key_file = '../server.key'

    """
  }

  private func createRoles(offersTLS: Bool) throws {
    let deadline = Deadline(milliseconds: 30_000)
    let login = parameters(user: "postgres", mode: offersTLS ? .verifyFull : .disable)
    while true {
      do throws(PostgresFailure) {
        var connection = try PostgresConnection.open(login, before: deadline)
        for role in ["auditor", "stranger", "plain", "open", "weak"] {
          try connection.query("CREATE ROLE \(role) LOGIN PASSWORD '\(Self.password)'", before: deadline)
        }
        try connection.query("GRANT pg_read_all_stats, pg_read_all_settings TO auditor", before: deadline)
        return
      } catch {
        let log = (try? String(contentsOfFile: "\(folder)/log", encoding: .utf8)) ?? ""
        if deadline.hasPassed || !process.isRunning { throw Failure(reason: "\(error)\n\(log)") }
      }
      usleep(20_000)
    }
  }
}

extension PostgresServer {
  private static let account = geteuid() == 0 ? "postgres" : NSUserName()
  /// The server refuses to run as root.
  private static let asAccount =
    geteuid() == 0 ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"] : []

  /// Programs in a folder that the server's account may not enter are copied, with what they need beside them and, as a
  /// Python package has it, beside their package.
  private static func readable(_ programs: String, in folder: String) throws -> String {
    if (try? run(asAccount + ["test", "-x", "\(programs)/initdb"])) != nil { return programs }
    let parts = programs.split(separator: "/")
    guard parts.count >= 3 else { throw Failure(reason: "\(programs) is no folder of programs") }
    let copy = "\(folder)/build/\(parts[parts.count - 3])/\(parts[parts.count - 2])"
    try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: true)
    for part in ["bin", "lib", "share"] { try run(["cp", "-r", "\(programs)/../\(part)", "\(copy)/\(part)"]) }
    let libraries = "\(parts[parts.count - 3]).libs"
    if FileManager.default.fileExists(atPath: "\(programs)/../../../\(libraries)") {
      try run(["cp", "-r", "\(programs)/../../../\(libraries)", "\(folder)/build/\(libraries)"])
    }
    return "\(copy)/bin"
  }

  private static func makeFolder() throws -> String {
    var template = Array("/tmp/prodworthy-postgres-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw Failure(reason: "no temporary folder") }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private static func programs() throws -> String {
    let root = "/usr/lib/postgresql"
    let versions = try FileManager.default.contentsOfDirectory(atPath: root).compactMap { Int($0) }.sorted()
    guard let version = versions.last(where: { access("\(root)/\($0)/bin/initdb", X_OK) == 0 }) else {
      throw Failure(reason: "no PostgreSQL server is installed")
    }
    return "\(root)/\(version)/bin"
  }

  /// A port nobody listens on at this moment.
  package static func freePort() throws -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(descriptor, address, length) == 0 && getsockname(descriptor, address, &length) == 0
      }
    }
    guard status else { throw Failure(reason: "no free port") }
    return Int(UInt16(bigEndian: address.sin_port))
  }

  private static func makeCertificates(in folder: String) throws {
    let newKey = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    for root in ["root", "other"] {
      try run(
        newKey + [
          "-days", "2", "-subj", "/CN=\(root)", "-keyout", "\(folder)/\(root).key", "-out", "\(folder)/\(root).pem",
        ])
    }
    try run(
      newKey + [
        "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
        "-addext", "basicConstraints=critical,CA:FALSE", "-CA", "\(folder)/root.pem", "-CAkey", "\(folder)/root.key",
        "-keyout", "\(folder)/server.key", "-out", "\(folder)/server.pem",
      ])
  }

  private static func run(_ command: [String]) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    // A file and no pipe: another program that is started at this moment inherits a pipe's end, and keeps it open.
    let name = "/tmp/prodworthy-output-\(UUID().uuidString)"
    guard FileManager.default.createFile(atPath: name, contents: nil), let output = FileHandle(forWritingAtPath: name)
    else { throw Failure(reason: "no temporary file") }
    defer { try? FileManager.default.removeItem(atPath: name) }
    process.standardOutput = output
    process.standardError = output
    try process.run()
    process.waitUntilExit()
    let text = (try? String(contentsOfFile: name, encoding: .utf8)) ?? ""
    guard process.terminationStatus == 0 else { throw Failure(reason: "\(command): \(text)") }
  }
}
