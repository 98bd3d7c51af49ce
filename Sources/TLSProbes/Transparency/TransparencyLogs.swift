import AuditModel
import Certificates
import Cryptography
import Facts
import Glibc

/// The logs of certificate transparency that somebody believes, from a log list as Chrome and Apple publish it (JSON,
/// version 3): who runs each, its key, and whether what it signs still counts.
struct TransparencyLogs: Sendable {
  /// One log.
  struct Log: Sendable {
    var name: String
    var runBy: String
    var key: PublicKeyVerifier
    /// From when on what it signs no longer counts; nil where it still does.
    var retired: Instant?
    /// Whether what it signs counts at all.
    var isBelieved: Bool
  }

  /// Why a list cannot be used.
  struct Failure: Error, Hashable {
    var reason: String
  }

  /// By the identifier: SHA-256 of the key.
  private(set) var logs: [[UInt8]: Log] = [:]

  /// The largest list that is read, in octets.
  private static let largest = 4 << 20
  /// The most logs that are kept.
  private static let most = 2000
  /// The longest name that is kept, in Unicode scalars.
  private static let longestName = 100

  /// Reads the list in a file.
  init(file: String) throws(Failure) {
    guard let octets = Self.contents(of: file) else {
      throw Failure(reason: "the log list cannot be read, or is larger than any")
    }
    try self.init(octets)
  }

  /// Reads a list.
  init(_ octets: [UInt8]) throws(Failure) {
    let document: JSONValue
    do {
      document = try JSONText.parse(octets)
    } catch {
      throw Failure(reason: "the log list is no JSON at line \(error.line), column \(error.column): \(error.message)")
    }
    for anyone in document["operators"]?.array ?? [] {
      let runBy = (anyone["name"]?.string ?? "").bounded(Self.longestName)
      for log in (anyone["logs"]?.array ?? []) + (anyone["tiled_logs"]?.array ?? []) where logs.count < Self.most {
        guard let key = log["key"]?.string.flatMap({ PEM.base64($0.utf8) }),
          let identifier = Digest.octets(of: key, by: .sha256),
          let verifier = PublicKeyVerifier(subjectPublicKeyInfo: key)
        else { continue }
        let state = log["state"]
        logs[identifier] = Log(
          name: (log["description"]?.string ?? "").bounded(Self.longestName), runBy: runBy, key: verifier,
          retired: state?["retired"]?["timestamp"]?.string.flatMap { Instant($0) },
          isBelieved: state?["pending"]?.object == nil && state?["rejected"]?.object == nil)
      }
    }
    if logs.isEmpty { throw Failure(reason: "the log list names no log with a key that can be read") }
  }

  /// The file's octets; nil where it cannot be read, is no file, or is too large.
  private static func contents(of path: String) -> [UInt8]? {
    guard !path.utf8.contains(0) else { return nil }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size <= largest else {
      return nil
    }
    var octets: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while octets.count <= largest {
      let count = read(descriptor, &piece, piece.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { return nil }
      if count == 0 { return octets }
      octets += piece.prefix(count)
    }
    return nil
  }
}
