/// SQL in pieces that can be sent one by one.
package enum SQLTexts {
  /// The statements of a file as they stand there, with the line on which each begins.
  package static func statements(of text: String) -> [(line: Int, text: String)] {
    let lexer = SQLLexer(text)
    let bytes = Array(text.utf8)
    var found: [(line: Int, text: String)] = []
    var start = 0
    for piece in SQLStatements.cut(lexer.tokens) {
      let end = lexer.semicolons[piece.endIndex] ?? bytes.count
      guard start <= end, end <= bytes.count, let first = piece.first else { continue }
      found.append((first.line, String(decoding: bytes[start..<end], as: UTF8.self)))
      start = end + 1
    }
    return found
  }

  /// What a text begins with, past its comments: a word in lower case, or a symbol; nil for no SQL at all.
  package static func beginning(of text: String) -> String? {
    switch SQLLexer(text).tokens.first?.kind {
    case .word(let word), .symbol(let word): word
    default: nil
    }
  }
}
