import AuditModel
import ChildProcesses
import Cryptography
import Definitions
import Facts
import FoundationEssentials
import Glibc
import Probing

/// Digests of what a run is made from, and of the same files later.
struct SourceReading {
  /// The folder of the inventory, absolute.
  let folder: String
  /// That folder seen from the run's own.
  private let fromRun: String?

  /// The most octets that are read for one digest.
  private static let sizeLimit = 64 << 20
  /// The most files of one folder.
  private static let countLimit = 5000

  /// Reads beside the inventory at an absolute path, for a run kept in the folder `run`.
  init(inventory: String, run: String) {
    folder = PathText.folder(of: inventory)
    fromRun = Self.relative(folder, to: Input.absolute(run))
  }

  /// Reads beside the files in a folder.
  init(folder: String) {
    self.folder = Input.absolute(folder)
    fromRun = nil
  }

  /// What the digests of these files and the state of the work tree are now.
  func sources(of named: [(role: String, path: String)]) async -> AuditedSources {
    var sources = AuditedSources(folder: folder, fromRun: fromRun)
    var seen: Set<String> = []
    for (role, path) in named where seen.insert(path).inserted {
      let name = Self.relative(path, to: folder)
      switch Self.digest(of: path) {
      case .success((let form, let digest)):
        sources.files.append(AuditedSources.File(path: name, role: role, form: form, sha256: digest))
        if form == .file { addImages(of: path, to: &sources) }
      case .failure(let obstacle): sources.unbound.append(AuditedSources.Unbound(name: name, reason: obstacle.reason))
      }
    }
    sources.files.sort { ($0.path, $0.role) < ($1.path, $1.role) }
    sources.images = Set(sources.images).sorted { ($0.name, $0.sha256) < ($1.name, $1.sha256) }
    if case .success(let id) = await commit() {
      sources.commit = AuditedSources.Commit(id: id, isModified: await isModified())
    }
    return sources
  }

  /// The digest of a file that a sign-off names.
  func digest(of file: AuditedSources.File) -> Result<String, Obstacle> {
    Self.digest(of: file.path.hasPrefix("/") ? file.path : Input.absolute(folder + "/" + file.path)).flatMap {
      $0.form == file.form ? .success($0.digest) : .failure(.other("\(file.path) is a \($0.form.rawValue) now"))
    }
  }

  // MARK: Digests

  /// Why there is no digest.
  enum Obstacle: Error {
    case missing
    case other(String)

    var reason: String {
      switch self {
      case .missing: "there is no such file"
      case .other(let reason): reason
      }
    }
  }

  private static func digest(of path: String) -> Result<(form: AuditedSources.File.Form, digest: String), Obstacle> {
    var status = stat()
    guard stat(path, &status) == 0 else {
      return .failure(errno == ENOENT || errno == ENOTDIR ? .missing : .other(String(cString: strerror(errno))))
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG:
      var budget = sizeLimit
      return fileDigest(path, budget: &budget).map { (.file, $0) }
    case S_IFDIR: return folderDigest(path).map { (.folder, $0) }
    default: return .failure(.other("neither a file nor a folder"))
    }
  }

  private static func fileDigest(_ path: String, budget: inout Int) -> Result<String, Obstacle> {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      return .failure(errno == ENOENT ? .missing : .other(String(cString: strerror(errno))))
    }
    defer { close(descriptor) }
    guard var digest = MessageDigest(.sha256) else { return .failure(.other("there is no SHA-256")) }
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count == 0 { return .success(digest.hex()) }
      if count < 0 {
        if errno == EINTR { continue }
        return .failure(.other(String(cString: strerror(errno))))
      }
      budget -= count
      if budget < 0 { return .failure(.other("larger than \(sizeLimit >> 20) MiB")) }
      buffer.withUnsafeBytes { digest.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
    }
  }

  /// SHA-256 over a line `DIGEST  NAME` for each file, sorted by name. Folders of version control and of runs are left
  /// out: these change without a change of the system.
  private static func folderDigest(_ folder: String) -> Result<String, Obstacle> {
    var budget = sizeLimit
    var lines: [String] = []
    var pending = [""]
    var depth = 0
    while let prefix = pending.popLast() {
      depth += 1
      guard depth <= countLimit else { return .failure(.other("more than \(countLimit) folders")) }
      let path = prefix.isEmpty ? folder : "\(folder)/\(prefix)"
      guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
        return .failure(.other("the folder cannot be read"))
      }
      if names.contains("report.json"), names.contains("run.json") { continue }
      for name in names where name != ".git" {
        let inside = prefix.isEmpty ? name : "\(prefix)/\(name)"
        var status = stat()
        guard lstat("\(folder)/\(inside)", &status) == 0 else { continue }
        switch status.st_mode & S_IFMT {
        case S_IFDIR: pending.append(inside)
        case S_IFREG:
          switch fileDigest("\(folder)/\(inside)", budget: &budget) {
          case .success(let digest): lines.append("\(digest)  \(inside)\n")
          case .failure(let obstacle): return .failure(obstacle)
          }
        case S_IFLNK:
          let target = (try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\(inside)")) ?? ""
          lines.append("-> \(target)  \(inside)\n")
        default: lines.append("other  \(inside)\n")
        }
        if lines.count > countLimit { return .failure(.other("more than \(countLimit) files")) }
      }
    }
    lines.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    return .success(SHA256.hex(lines.joined().utf8))
  }

  /// The images that a compose file names, or an inventory as what makes the system: bound by their digest, or told to
  /// be what nothing speaks for.
  private func addImages(of path: String, to sources: inout AuditedSources) {
    guard path.hasSuffix(".yaml") || path.hasSuffix(".yml"), let bytes = try? Input.bytes(of: path),
      bytes.count <= 4 << 20, let document = Definitions.document(SourceFile(path: path, bytes: bytes)).value
    else { return }
    for (name, value) in document["identity"]?["values"]?.object ?? [:] {
      guard let image = value.string.flatMap({ Self.image($0) }) else { continue }
      sources.images.append(AuditedSources.Image(name: image.name.isEmpty ? name : image.name, sha256: image.sha256))
    }
    for (_, service) in document["services"]?.object ?? [:] {
      guard let reference = service["image"]?.string else { continue }
      if let image = Self.image(reference), !image.name.isEmpty {
        sources.images.append(image)
      } else {
        let unbound = AuditedSources.Unbound(name: reference, reason: "the image is named without its digest")
        if !sources.unbound.contains(unbound) { sources.unbound.append(unbound) }
      }
    }
  }

  /// The image of a reference `NAME@sha256:DIGEST` or `sha256:DIGEST`; nil where that names no digest.
  static func image(_ reference: String) -> AuditedSources.Image? {
    let mark = "sha256:"
    guard let place = reference.firstRange(of: mark), isDigest(reference[place.upperBound...]) else { return nil }
    let name = reference[..<place.lowerBound]
    guard name.isEmpty || (name.count > 1 && name.hasSuffix("@")) else { return nil }
    return AuditedSources.Image(name: String(name.dropLast()), sha256: String(reference[place.upperBound...]))
  }

  /// Whether a text is a SHA-256 in lower-case hexadecimal digits.
  private static func isDigest(_ text: some StringProtocol) -> Bool {
    text.utf8.count == 64 && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
  }

  // MARK: The work tree

  /// The commit that the work tree around the folder is at.
  func commit() async -> Result<String, Obstacle> {
    guard isInWorkTree else { return .failure(.other("\(folder) is in no git work tree")) }
    switch await git("rev-parse", "--verify", "HEAD^{commit}") {
    case .success(let output):
      let id = output.filter { !$0.isWhitespace }
      let isID =
        [40, 64].contains(id.utf8.count) && id.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
      return isID ? .success(id) : .failure(.other("git does not say which commit the work tree is at"))
    case .failure(let obstacle): return .failure(obstacle)
    }
  }

  /// Whether files under version control differ from the commit; nil where git cannot tell.
  private func isModified() async -> Bool? {
    switch await git("status", "--porcelain", "--untracked-files=no") {
    case .success(let output): !output.isEmpty
    case .failure: nil
    }
  }

  private var isInWorkTree: Bool {
    var place = folder
    while true {
      if Input.exists(place == "/" ? "/.git" : place + "/.git") { return true }
      if place == "/" || place == "." { return false }
      place = PathText.folder(of: place)
    }
  }

  /// What git prints, its hooks and watchers off: the work tree may be somebody else's.
  private func git(_ arguments: String...) async -> Result<String, Obstacle> {
    let outcome = await ChildProcess.run(
      ["git", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-C", folder] + arguments,
      environment: ChildProcess.environment(adding: ["GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"]),
      deadline: Deadline(milliseconds: 10_000, cancellation: Interruption.shared.cancellation),
      outputLimit: 16 << 20, on: BlockingLane(width: 1))
    guard outcome.ending == .exited(0) else {
      if case .notStarted(let reason) = outcome.ending { return .failure(.other(reason)) }
      return .failure(.other("git cannot tell the commit of \(folder)"))
    }
    return .success(String(decoding: outcome.output, as: UTF8.self))
  }

  // MARK: Paths

  /// An absolute path seen from an absolute folder.
  private static func relative(_ path: String, to folder: String) -> String {
    let parts = path.split(separator: "/")
    let base = folder.split(separator: "/")
    var common = 0
    while common < parts.count, common < base.count, parts[common] == base[common] { common += 1 }
    let steps = Array(repeating: "..", count: base.count - common) + parts[common...].map(String.init)
    return steps.isEmpty ? "." : steps.joined(separator: "/")
  }
}
