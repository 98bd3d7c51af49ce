import CLibPQ

/// The libpq in use.
package enum PostgresLibrary {
  /// Its version, `15.20`.
  package static var version: String {
    let number = PQlibVersion()
    return "\(number / 10000).\(number % 10000)"
  }
}
