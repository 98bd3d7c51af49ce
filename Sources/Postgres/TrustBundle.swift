import Glibc

/// The roots to trust as one file, which is what libpq takes.
struct TrustBundle: ~Copyable {
  /// Where libpq finds it while this value lives.
  let path: String
  private let file: UnsafeMutablePointer<FILE>?

  /// Where distributions keep the system's roots: Debian, Red Hat, Alpine.
  private static let systemBundles = [
    "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem",
  ]

  /// The roots in `files`, or the system's if there are none.
  init(_ files: [String]) throws(PostgresFailure) {
    if files.isEmpty {
      guard let system = Self.systemBundles.first(where: { access($0, R_OK) == 0 }) else {
        throw .invalid("this system has no file of trusted roots, and none is declared")
      }
      path = system
      file = nil
      return
    }
    guard let joined = tmpfile() else { throw .invalid("no temporary file for the trusted roots") }
    do throws(PostgresFailure) {
      for name in files { try Self.append(name, to: joined) }
      guard fflush(joined) == 0 else { throw .invalid("the trusted roots cannot be written to a temporary file") }
    } catch {
      fclose(joined)
      throw error
    }
    path = "/proc/self/fd/\(fileno(joined))"
    file = joined
  }

  deinit { if let file { fclose(file) } }

  private static func append(_ name: String, to joined: UnsafeMutablePointer<FILE>) throws(PostgresFailure) {
    guard let source = fopen(name, "re") else { throw .invalid("trusted roots: \(name): \(lastError)") }
    defer { fclose(source) }
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&buffer, 1, buffer.count, source)
      if count == 0 { break }
      guard fwrite(buffer, 1, count, joined) == count else {
        throw .invalid("the trusted roots cannot be written to a temporary file")
      }
    }
    guard ferror(source) == 0 else { throw .invalid("trusted roots: \(name): \(lastError)") }
    // A file without a last line break would swallow the next one's first line.
    putc(Int32(UInt8(ascii: "\n")), joined)
  }

  private static var lastError: String { String(cString: strerror(errno)) }
}
