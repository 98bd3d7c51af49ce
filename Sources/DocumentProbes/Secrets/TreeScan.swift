import Facts
import Probing

/// The secrets in the files of a folder.
struct TreeScan: Sendable {
  /// Larger files are not read, in bytes: they are data.
  private static let largest = 16 << 20
  private static let largestLog = 128 << 20
  /// How many secrets are told at most.
  private static let most = 2_000

  let acceptance: SecretAcceptance
  private(set) var found: [FoundSecret] = []
  private(set) var gaps: [String] = []
  private var scanned = 0
  private var binary = 0
  private var bytes = 0
  private var accepted = 0
  private var readers = 0
  private var cut = false
  private let readerWords = KeywordAutomaton(
    [
      "process.env", "os.environ", "getenv", "env[", "env::var", "env!(", "getenvironmentvariable", "import.meta.env",
      "processinfo.processinfo.environment", "deno.env", "os.lookupenv", "env_file", "secretkeyref", "configmapref",
      "${",
      "@value(\"${", "env.fetch",
    ].map { Array($0.utf8) })

  init(acceptance: SecretAcceptance) { self.acceptance = acceptance }

  /// Reads `files` of `root`, or whatever stands in it.
  mutating func read(_ root: String, files: [String]?, context: ProbeContext) {
    var names = files ?? []
    if files == nil {
      let tree = FileTree(root, excluding: [".git", "node_modules", ".venv", "__pycache__"], until: context.deadline)
      names = tree.files
      if let cut = tree.cut { gaps.append(cut) }
      gaps += tree.unread.map { "\($0.path): \($0.reason)" }
    }
    for name in names {
      guard !context.deadline.hasPassed else {
        gaps.append("the time was up after \(scanned) of \(names.count) files")
        return
      }
      scan("\(root)/\(name)", shown: name, limit: Self.largest, context: context)
    }
  }

  mutating func readLogs(_ paths: [String], context: ProbeContext) {
    for path in paths {
      guard FileReading.isFolder(path) else {
        if !FileReading.exists(path) { gaps.append("\(PathText.name(of: path)): there is no such file") }
        scan(path, shown: PathText.name(of: path), limit: Self.largestLog, context: context)
        continue
      }
      let tree = FileTree(path, until: context.deadline)
      if let cut = tree.cut { gaps.append(cut) }
      gaps += tree.unread.map { "\($0.path): \($0.reason)" }
      for name in tree.files {
        guard !context.deadline.hasPassed else {
          gaps.append("the time was up before every log was read")
          return
        }
        scan("\(path)/\(name)", shown: name, limit: Self.largestLog, context: context)
      }
    }
  }

  private mutating func scan(_ path: String, shown: String, limit: Int, context: ProbeContext) {
    let content: [UInt8]
    do throws(FileTrouble) {
      content = try FileReading.bytes(of: path, limit: limit)
    } catch {
      // A tracked file that was deleted, a submodule and a symbolic link to a folder have no content of their own.
      if error != .missing, error != .unreadable("it is no regular file") { gaps.append("\(shown): \(error.reason)") }
      return
    }
    context.traffic.add(bytesReceived: content.count)
    if content.prefix(8000).contains(0) {
      binary += 1
      return
    }
    scanned += 1
    bytes += content.count
    content.withUnsafeBufferPointer { buffer in
      for secret in FoundSecret.all(in: buffer, file: shown) {
        if acceptance.covers(secret) {
          accepted += 1
        } else if found.count < Self.most {
          found.append(secret)
        } else if !cut {
          cut = true
          gaps.append("only the first \(Self.most) secrets are told")
        }
      }
      var reads = false
      readerWords.scan(buffer) { _, _ in reads = true }
      if reads { readers += 1 }
    }
  }

  /// What the tree shows.
  var facts: JSONObject {
    [
      "tree": .array(found.map(\.fact)), "filesScanned": .integer(scanned), "filesBinary": .integer(binary),
      "bytesScanned": .integer(bytes), "accepted": .integer(accepted), "environmentReaders": .integer(readers),
      "configurationLiterals": .array(found.filter { SensitiveFiles.isConfiguration($0.file) }.map(\.fact)),
    ]
  }
}
