/// The part of a line around what is meant, safe for a terminal, with carets under it.
struct Excerpt {
  let text: String
  let carets: String

  /// Longer lines are cut around the column, both in Unicode scalars.
  private static let longest = 120

  /// `column` from 1 and `width`, both in Unicode scalars.
  init(of line: String, column: Int, width: Int) {
    let scalars = Array(line.unicodeScalars)
    let meant = min(column - 1, scalars.count)
    let start = scalars.count > Self.longest ? max(0, min(meant - Self.longest / 2, scalars.count - Self.longest)) : 0
    let end = min(scalars.count, start + Self.longest)
    let before = start > 0 ? "…" : ""
    let shown = scalars[start..<end].map(\.printable)
    text = before + shown.map(String.init).joined() + (end < scalars.count ? "…" : "")
    let indent = before.count + shown.prefix(meant - start).reduce(0) { $0 + $1.columns }
    let marked = shown.dropFirst(meant - start).prefix(max(1, width)).reduce(0) { $0 + $1.columns }
    carets = String(repeating: " ", count: indent) + String(repeating: "^", count: max(1, marked))
  }
}

extension String {
  /// The text on one line, without anything that a terminal acts on.
  var printable: String {
    var text = ""
    text.unicodeScalars.append(contentsOf: unicodeScalars.map(\.printable))
    return text
  }
}

extension Unicode.Scalar {
  /// The scalar, or what stands for one that is invisible or that a terminal acts on.
  fileprivate var printable: Unicode.Scalar {
    switch properties.generalCategory {
    case _ where self == "\t": " "
    case .control, .format, .surrogate, .unassigned, .lineSeparator, .paragraphSeparator, .privateUse: "\u{FFFD}"
    default: self
    }
  }

  /// How many columns of a terminal it takes (after Unicode Standard Annex 11).
  fileprivate var columns: Int {
    switch properties.generalCategory {
    case .nonspacingMark, .enclosingMark: return 0
    default: break
    }
    return switch value {
    case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
      0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
      2
    default: 1
    }
  }
}
