import Compression
import Facts

/// A dump in SQL (`pg_dump -Fp`, `pg_dumpall`), perhaps compressed by gzip, LZ4 or Zstandard.
///
/// psql restores one that was cut off and ends with 0: its last words are the only witness.
struct PlainDump {
  /// The statement of the database it was taken from, `15.20`.
  private(set) var serverVersion: String?
  /// Whether it is a dump of roles or of a whole cluster.
  private(set) var isCluster = false

  private var line: [UInt8] = []
  private var before: [UInt8] = []
  private var lineNumber = 0
  private var scanner: RowScanner?
  private var copyTable = ""
  private var isUTF8 = false
  private var hasBegun = false
  private var hasEnded = false
  private var contentAfterEnd = 0

  /// Reads all of it.
  static func read(
    _ source: OctetSource, withheld: Set<CompressedForm> = []
  ) throws(ReadingFault) -> PlainDump {
    var dump = PlainDump()
    guard source.size > 0 else { throw .truncated("the file, which is empty") }
    var inflation: (any Uncompressing)?
    var isFirst = true
    try source.rest(of: "the dump") { (piece) throws(ReadingFault) in
      if isFirst, let form = CompressedForm(of: piece) {
        if withheld.contains(form) { throw .unreadable("it is compressed by \(form.rawValue)") }
        do throws(CompressedForm.Unread) {
          inflation = try form.inflation()
        } catch {
          throw .unreadable(error.reason)
        }
      }
      isFirst = false
      if let inflation {
        try inflation.take(piece) { (plain) throws(ReadingFault) in try dump.take(plain) }
      } else {
        try dump.take(piece)
      }
    }
    if let inflation, !inflation.isComplete { throw .truncated("its compressed data") }
    try dump.finish()
    return dump
  }

  private mutating func take(_ bytes: UnsafeRawBufferPointer) throws(ReadingFault) {
    for byte in bytes {
      if byte == 0 { throw .corrupt("line \(lineNumber + 1) holds an octet 0, which no dump has") }
      if scanner != nil {
        do throws(ReadingFault) { try scanner?.take(byte) } catch {
          guard case .corrupt(let reason) = error else { throw error }
          throw .corrupt("\(copyTable): \(reason)")
        }
        if scanner?.hasEnded == true {
          scanner = nil
          line = []
        }
        if byte == UInt8(ascii: "\n") { lineNumber += 1 }
        continue
      }
      if byte == UInt8(ascii: "\n") { try endLine() } else if line.count < 4096 { line.append(byte) }
    }
  }

  private mutating func endLine() throws(ReadingFault) {
    lineNumber += 1
    defer {
      if !line.isEmpty { before = line }
      line = []
    }
    guard !line.isEmpty else { return }
    if line.starts(with: "-- PostgreSQL database".utf8) {
      let text = String(decoding: line, as: UTF8.self)
      if text == "-- PostgreSQL database dump" || text == "-- PostgreSQL database cluster dump" {
        if !hasBegun { isCluster = text.contains("cluster") }
        hasBegun = true
        hasEnded = false
      }
      if text == "-- PostgreSQL database \(isCluster ? "cluster dump" : "dump") complete" {
        hasEnded = true
        contentAfterEnd = 0
        return
      }
    }
    if line.starts(with: "-- Dumped from database version ".utf8), serverVersion == nil {
      serverVersion = String(decoding: line.dropFirst(32), as: UTF8.self)
    }
    if line.starts(with: "SET client_encoding = ".utf8) { isUTF8 = line.elementsEqual(Self.utf8Setting) }
    if !hasBegun, lineNumber > 20 { throw .foreign("it does not begin as a dump of pg_dump does") }
    // `--` and, since 2025, `\unrestrict` follow the last words.
    if hasEnded, !line.starts(with: "--".utf8), !line.starts(with: "\\unrestrict ".utf8) { contentAfterEnd += 1 }
    // A function's text may hold such a line too; only pg_dump's own has its heading before it.
    let isCopy = line.starts(with: "COPY ".utf8) && line.suffix(11).elementsEqual("FROM stdin;".utf8)
    if isCopy, before == Array("--".utf8) {
      scanner = RowScanner(of: line, isUTF8: isUTF8)
      copyTable = String(decoding: line.dropFirst(5).prefix { $0 != 32 && $0 != 40 }, as: UTF8.self).bounded()
    }
  }

  private static let utf8Setting = Array("SET client_encoding = 'UTF8';".utf8)

  private mutating func finish() throws(ReadingFault) {
    if let scanner, !scanner.hasEnded { throw .truncated("the rows of \(copyTable)") }
    if !line.isEmpty { try endLine() }
    guard hasBegun else { throw .foreign("it does not begin as a dump of pg_dump does") }
    guard hasEnded, contentAfterEnd == 0 else {
      throw .truncated("its statements: the closing words `PostgreSQL database dump complete` are not there")
    }
  }
}
