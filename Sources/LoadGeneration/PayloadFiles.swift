import Facts
import Glibc
package import LoadScripts
import Synchronization

/// What the script reads from files: rows of payloads, and the content of uploads.
package final class PayloadFiles: Sendable {
  /// Why a payload cannot be read.
  package struct Failure: Error, Sendable {
    /// The file.
    package var path: String
    /// In one line of lower case.
    package var reason: String
    /// Whether the file is not there, rather than not what it should be.
    package var isMissing: Bool
  }

  /// One payload with its rows.
  struct Table: Sendable {
    let payload: LoadScript.Payload
    let rows: [JSONObject]
  }

  let tables: [Table]
  private let folder: String
  private let contents = Mutex<[String: [UInt8]?]>([:])

  /// Larger payloads and uploads are refused, in bytes.
  private static let largest = 256 << 20
  /// Uploads are kept up to so many bytes in all.
  private static let mostKept = 64 << 20

  /// Reads the payloads of `script`, relative to `folder`.
  package init(of script: LoadScript, in folder: String) throws(Failure) {
    self.folder = folder
    var tables: [Table] = []
    for payload in script.payloads {
      let path = Self.absolute(payload.path, in: folder)
      guard let bytes = Self.bytes(of: path) else {
        throw Failure(path: path, reason: String(cString: strerror(errno)).lowercased(), isMissing: true)
      }
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw Failure(path: path, reason: "not UTF-8 text", isMissing: false)
      }
      let rows: [JSONObject]
      do throws(CSVRows.Failure) {
        rows = try CSVRows.read(text, for: payload)
      } catch {
        throw Failure(path: "\(path):\(error.line)", reason: error.reason, isMissing: false)
      }
      guard !rows.isEmpty else { throw Failure(path: path, reason: "holds no row", isMissing: false) }
      tables.append(Table(payload: payload, rows: rows))
    }
    self.tables = tables
  }

  /// The content of a file relative to the script; nil where it cannot be read.
  func content(of path: String) -> [UInt8]? {
    contents.withLock { kept in
      if let known = kept[path] { return known }
      let bytes = Self.bytes(of: Self.absolute(path, in: folder))
      let size = kept.values.reduce(0) { $0 + ($1?.count ?? 0) } + (bytes?.count ?? 0)
      if size <= Self.mostKept, kept.count < 10_000 { kept[path] = bytes }
      return bytes
    }
  }

  private static func absolute(_ path: String, in folder: String) -> String {
    path.hasPrefix("/") ? path : "\(folder)/\(path.hasPrefix("./") ? String(path.dropFirst(2)) : path)"
  }

  private static func bytes(of path: String) -> [UInt8]? {
    guard !path.utf8.contains(0) else {
      errno = ENOENT
      return nil
    }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count <= largest {
      let count = read(descriptor, &buffer, buffer.count)
      if count == 0 { return bytes }
      if count < 0, errno != EINTR { return nil }
      if count > 0 { bytes += buffer[..<count] }
    }
    errno = EFBIG
    return nil
  }
}
