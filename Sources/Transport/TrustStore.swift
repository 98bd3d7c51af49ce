import COpenSSL
import Glibc
import Synchronization

/// The root certificates that are believed: the system's, and those of PEM files. Shared between threads.
package final class TrustStore: Sendable {
  /// Why roots could not be loaded.
  package struct Failure: Error, Sendable, Equatable {
    /// The PEM file.
    package var file: String
    /// One line for people, lower case, without full stop.
    package var reason: String

    /// Both in one line.
    package var sentence: String { "\(file): \(reason)" }
  }

  /// Whether there is any root; without one, no chain can be judged.
  package let hasRoots: Bool

  nonisolated(unsafe) let raw: OpaquePointer
  /// SHA-256 of the certificates in the files.
  private let declared: Set<[UInt8]>

  private static let cache = Mutex<[Source: TrustStore]>([:])

  /// The roots of these PEM files, beside the system's unless those are left out. Loaded once while no file changes.
  package static func including(
    _ files: [String] = [], systemRoots: Bool = true
  ) throws(TrustStore.Failure) -> TrustStore {
    let source = Source(files: files.map(Source.File.init), systemRoots: systemRoots)
    // Made under the lock: a run's first looks come all at once, and one of them is enough to read every root.
    return try cache.withLock { (stores) throws(TrustStore.Failure) in
      if let known = stores[source] { return known }
      let store = try TrustStore(source)
      stores[source] = store
      return store
    }
  }

  private init(_ source: Source) throws(TrustStore.Failure) {
    LibrarySetUp.once
    guard let raw = X509_STORE_new() else { throw Failure(file: "roots", reason: LibraryErrors.drained().reason) }
    self.raw = raw
    var declared: Set<[UInt8]> = []
    do {
      for file in source.files { declared.formUnion(try Self.load(file.path, into: raw)) }
    } catch {
      X509_STORE_free(raw)
      throw error
    }
    self.declared = declared
    hasRoots = (source.systemRoots && Self.addSystemRoots(to: raw)) || !declared.isEmpty
    ERR_clear_error()
  }

  deinit { X509_STORE_free(raw) }

  /// Whether the certificate with this SHA-256 comes from one of the files.
  func declares(_ fingerprint: [UInt8]) -> Bool { declared.contains(fingerprint) }

  private static func load(
    _ file: String, into store: OpaquePointer
  ) throws(TrustStore.Failure) -> Set<[UInt8]> {
    ERR_clear_error()
    guard !file.utf8.contains(0), let input = BIO_new_file(file, "r") else {
      let reason = errno == 0 ? "cannot be opened" : String(cString: strerror(errno)).lowercased()
      ERR_clear_error()
      throw Failure(file: file, reason: reason)
    }
    defer { BIO_free(input) }
    var fingerprints: Set<[UInt8]> = []
    while let certificate = PEM_read_bio_X509(input, nil, nil, nil) {
      defer { X509_free(certificate) }
      fingerprints.insert(CertificateReading.fingerprint(of: certificate))
      X509_STORE_add_cert(store, certificate)
    }
    let errors = LibraryErrors.drained()
    guard errors.contain(library: ERR_LIB_PEM, reason: PEM_R_NO_START_LINE) else {
      throw Failure(file: file, reason: "certificate \(fingerprints.count + 1) cannot be read: \(errors.reason)")
    }
    if fingerprints.isEmpty { throw Failure(file: file, reason: "holds no PEM certificate") }
    return fingerprints
  }

  /// Whether there are any. Those of a folder are looked up by their hash when needed, not all loaded at once.
  private static func addSystemRoots(to store: OpaquePointer) -> Bool {
    func place(_ variable: UnsafePointer<CChar>?, _ fallback: UnsafePointer<CChar>?) -> String {
      if let variable, let value = getenv(variable) { return String(cString: value) }
      return fallback.map { String(cString: $0) } ?? ""
    }
    let file = place(X509_get_default_cert_file_env(), X509_get_default_cert_file())
    let folders = place(X509_get_default_cert_dir_env(), X509_get_default_cert_dir())
    let hasFile = access(file, R_OK) == 0 && X509_STORE_load_file(store, file) == 1
    let hasFolder = folders.split(separator: ":").contains { holdsHashedRoot(String($0)) }
    return (hasFolder && X509_STORE_load_path(store, folders) == 1) || hasFile
  }

  /// Whether a file of the folder is called as libcrypto looks certificates up: eight hexadecimal digits, a dot, a digit.
  private static func holdsHashedRoot(_ folder: String) -> Bool {
    guard let stream = opendir(folder) else { return false }
    defer { closedir(stream) }
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { $0.prefix(10) + [] }
      let isHash = name.prefix(8).allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
      if isHash, name[8] == UInt8(ascii: "."), (48...57).contains(name[9]) { return true }
    }
    return false
  }
}

/// What a store was made from, as far as it tells whether it has to be made anew.
private struct Source: Hashable {
  struct File: Hashable {
    var path: String
    var size = 0
    var changedSeconds = 0
    var changedNanoseconds = 0

    init(_ path: String) {
      self.path = path
      var status = stat()
      guard stat(path, &status) == 0 else { return }
      size = Int(status.st_size)
      changedSeconds = status.st_mtim.tv_sec
      changedNanoseconds = status.st_mtim.tv_nsec
    }
  }

  var files: [File]
  var systemRoots: Bool
}
