/// PEM files (RFC 7468): blocks of base64 between marks, with other text around them.
package enum PEM {
  /// One block.
  package struct Block: Sendable, Hashable {
    /// What the marks say: `CERTIFICATE`, `X509 CRL`.
    package var label: String
    /// The octets inside.
    package var octets: [UInt8]
    /// The line of its first mark, from 1.
    package var line: Int

    /// Whether it is a certificate by its label. openssl's own form with settings after it (`TRUSTED CERTIFICATE`) is none.
    package var isCertificate: Bool { label == "CERTIFICATE" || label == "X509 CERTIFICATE" }
    /// Whether it is a revocation list by its label.
    package var isRevocationList: Bool { label == "X509 CRL" }
  }

  /// Where a file stops being PEM, and why.
  package struct Problem: Error, Sendable, Hashable {
    /// From 1.
    package var line: Int
    /// In lower case, without full stop.
    package var message: String
  }

  /// The blocks of a file in order, and what is wrong with those that cannot be read.
  package static func read(_ bytes: [UInt8]) -> (blocks: [Block], problems: [Problem]) {
    var blocks: [Block] = []
    var problems: [Problem] = []
    var open: (label: String, line: Int, base64: [UInt8], failure: Problem?)?
    var number = 0
    for raw in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      number += 1
      let line = trimmed(raw)
      if let label = label(of: line, mark: "-----BEGIN ") {
        if let left = open { problems.append(Problem(line: left.line, message: "the block \(left.label) has no end")) }
        open = (label, number, [], nil)
      } else if let label = label(of: line, mark: "-----END ") {
        guard let block = open else {
          problems.append(Problem(line: number, message: "an end mark without a beginning"))
          continue
        }
        open = nil
        if label != block.label {
          problems.append(Problem(line: number, message: "the block \(block.label) ends as \(label)"))
        } else if let failure = block.failure {
          problems.append(failure)
        } else if let octets = base64(block.base64) {
          blocks.append(Block(label: block.label, octets: octets, line: block.line))
        } else {
          problems.append(Problem(line: block.line, message: "the block \(block.label) is no base64"))
        }
      } else if open != nil {
        // Headers of encrypted keys (RFC 1421) have a colon; such blocks are none of those that are read here.
        if line.contains(UInt8(ascii: ":")) {
          open?.failure = Problem(line: number, message: "a header inside a block")
        } else {
          open?.base64 += line.filter { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }
        }
      }
    }
    if let open { problems.append(Problem(line: open.line, message: "the block \(open.label) has no end")) }
    return (blocks, problems)
  }

  private static func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0D || byte == 0x09 }
    var line = line
    // A byte order mark is what editors leave, not part of the mark.
    if line.starts(with: [0xEF, 0xBB, 0xBF]) { line = line.dropFirst(3) }
    while let last = line.last, isSpace(last) { line = line.dropLast() }
    while let first = line.first, isSpace(first) { line = line.dropFirst() }
    return line
  }

  private static func label(of line: ArraySlice<UInt8>, mark: String) -> String? {
    let mark = Array(mark.utf8)
    let dashes = Array("-----".utf8)
    guard line.count >= mark.count + dashes.count, line.starts(with: mark), line.suffix(5).elementsEqual(dashes) else {
      return nil
    }
    let label = line.dropFirst(mark.count).dropLast(dashes.count)
    guard label.count <= 80, label.allSatisfy({ (0x20...0x7E).contains($0) }) else { return nil }
    return String(decoding: label, as: UTF8.self)
  }

  /// Base64 (RFC 4648 section 4) with its padding; nil where it is anything else.
  package static func base64(_ text: some Collection<UInt8>) -> [UInt8]? {
    guard text.count % 4 == 0 else { return nil }
    var octets: [UInt8] = []
    octets.reserveCapacity(text.count / 4 * 3)
    var group: UInt32 = 0
    var digits = 0
    var padding = 0
    for character in text {
      let value: UInt32
      switch character {
      case 0x41...0x5A: value = UInt32(character - 0x41)
      case 0x61...0x7A: value = UInt32(character - 0x61 + 26)
      case 0x30...0x39: value = UInt32(character - 0x30 + 52)
      case 0x2B: value = 62
      case 0x2F: value = 63
      case 0x3D:
        padding += 1
        value = 0
      default: return nil
      }
      if character != 0x3D, padding > 0 { return nil }
      group = group << 6 | value
      digits += 1
      guard digits == 4 else { continue }
      octets.append(UInt8(truncatingIfNeeded: group >> 16))
      octets.append(UInt8(truncatingIfNeeded: group >> 8))
      octets.append(UInt8(truncatingIfNeeded: group))
      group = 0
      digits = 0
    }
    guard padding <= 2, padding <= octets.count else { return nil }
    octets.removeLast(padding)
    return octets
  }
}
