/// The secrets in what `git log -p -U0` prints.
struct HistoryScan {
  /// How many secrets are kept at most.
  private static let most = 5_000

  let acceptance: SecretAcceptance
  private var found: [String: FoundSecret] = [:]
  private var order: [String] = []

  init(acceptance: SecretAcceptance) { self.acceptance = acceptance }

  /// Each secret of each file once, with the oldest commit that was seen to add it.
  var secrets: [FoundSecret] { order.compactMap { found[$0] } }

  /// Reads the output of one process; commits come newest first.
  mutating func read(_ output: [UInt8]) {
    var commit = ""
    var file = ""
    var block: [UInt8] = []
    var firstLine = 1
    var isHeader = false
    func finish(_ scan: inout HistoryScan) {
      if !block.isEmpty { scan.scan(block, file: file, firstLine: firstLine, commit: commit) }
      block.removeAll(keepingCapacity: true)
    }
    output.withUnsafeBufferPointer { bytes in
      var start = 0
      while start < bytes.count {
        var end = start
        while end < bytes.count, bytes[end] != 0x0A { end += 1 }
        let line = bytes[start..<end]
        start = end + 1
        guard let first = line.first else { continue }
        if first == 0 {
          finish(&self)
          commit = String(decoding: line.dropFirst().prefix(64), as: UTF8.self)
          isHeader = false
        } else if first == UInt8(ascii: "d"), line.starts(with: "diff --git ".utf8) {
          finish(&self)
          isHeader = true
        } else if isHeader, line.starts(with: "+++ ".utf8) {
          file = Self.name(line.dropFirst(4))
        } else if first == UInt8(ascii: "@"), line.starts(with: "@@ -".utf8) {
          finish(&self)
          isHeader = false
          firstLine = Self.firstLine(line)
        } else if !isHeader, first == UInt8(ascii: "+") {
          block += line.dropFirst()
          block.append(0x0A)
        }
      }
      finish(&self)
    }
  }

  private mutating func scan(_ block: [UInt8], file: String, firstLine: Int, commit: String) {
    block.withUnsafeBufferPointer { buffer in
      for secret in FoundSecret.all(in: buffer, file: file, firstLine: firstLine, commit: commit)
      where !acceptance.covers(secret) {
        let key = "\(secret.rule)\0\(secret.digest)\0\(secret.file)"
        if found[key] == nil {
          guard order.count < Self.most else { continue }
          order.append(key)
        }
        found[key] = secret
      }
    }
  }

  /// Of `b/path`, perhaps in quotes with escapes, perhaps with a tab behind.
  private static func name(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> String {
    var text = String(decoding: bytes, as: UTF8.self)
    while text.last == "\t" || text.last == "\r" { text.removeLast() }
    if text.hasPrefix("\""), text.hasSuffix("\""), text.count > 1 {
      text = String(text.dropFirst().dropLast()).replacing("\\\"", with: "\"").replacing("\\\\", with: "\\")
    }
    return text.hasPrefix("b/") ? String(text.dropFirst(2)) : text
  }

  /// Of `@@ -1,2 +3,4 @@`.
  private static func firstLine(_ line: Slice<UnsafeBufferPointer<UInt8>>) -> Int {
    let digits = line.drop { $0 != UInt8(ascii: "+") }.dropFirst().prefix { (0x30...0x39).contains($0) }
    return max(1, Int(String(decoding: digits, as: UTF8.self)) ?? 1)
  }
}
