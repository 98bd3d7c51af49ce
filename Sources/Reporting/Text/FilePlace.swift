import AuditModel

/// Where findings lie in files, for readers that show a finding beside the line it speaks of.
struct FilePlaces {
  private let declared: [String: SourceLocation]

  init(_ report: AuditReport) {
    declared = Dictionary(
      report.targets.compactMap { target in target.location.map { (target.id, $0) } },
      uniquingKeysWith: { first, _ in first })
  }

  /// The file and line that the evidence names; else the line of the inventory that declares the target; else nil.
  func place(of finding: Finding) -> SourceLocation? { finding.evidencePlace ?? declared[finding.target] }
}

extension Finding {
  /// The file, line and column that the evidence names: facts called `file`, `line` and `column` of the finding's subject.
  ///
  /// A label that selects many values names no single place.
  var evidencePlace: SourceLocation? {
    func fact(_ name: String) -> String? {
      evidence.first { $0.label.hasSuffix(".\(name)") && !$0.label.contains("[*]") && !$0.label.contains("..") }?.text
    }
    guard let path = fact("file"), !path.isEmpty, path.utf8.count <= 1024,
      path.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }), !path.hasPrefix("["), !path.hasPrefix("{")
    else { return nil }
    return SourceLocation(
      path: path, line: fact("line").flatMap { Int($0) } ?? 1, column: fact("column").flatMap { Int($0) } ?? 1)
  }
}

extension SourceLocation {
  /// The line within what readers take: from 1, at most 2³⁰.
  var boundedLine: Int { min(max(1, line), 1 << 30) }

  /// The column within what readers take: from 1, at most 2³⁰.
  var boundedColumn: Int { min(max(1, column), 1 << 30) }

  /// The path as a URI reference (RFC 3986), everything but unreserved characters and slashes percent-encoded.
  var uri: String {
    var path = path
    while path.hasPrefix("./") { path.removeFirst(2) }
    let encoded = Self.percentEncoded(path.isEmpty ? "." : path, keeping: "/")
    return encoded.hasPrefix("/") ? "file://\(encoded)" : encoded
  }

  /// `text` with every octet percent-encoded that is neither unreserved (RFC 3986 section 2.3) nor in `keeping`.
  static func percentEncoded(_ text: String, keeping: String = "") -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        bytes.append(byte)
      case let byte where "-._~".utf8.contains(byte) || keeping.utf8.contains(byte): bytes.append(byte)
      default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
