/// A file of variables: `.env`, `--env-file` and `env_file` (Compose specification, "Env_file format").
package struct EnvironmentFile: Sendable {
  /// One variable; a name alone takes its value from elsewhere, and has none where nobody gives one.
  package struct Variable: Sendable, Equatable {
    package var name: String
    package var value: String?
    /// From 1.
    package var line: Int
  }

  /// What is wrong in the file.
  package struct Fault: Error, Equatable {
    package var line: Int
    package var message: String
  }

  /// In the order of the file.
  package var variables: [Variable]

  /// Reads a file. Variables in its values are looked up in `outer` first, then among those above. `isRaw` takes values as
  /// they stand, quotes and dollar signs included.
  package init(
    _ text: String, isRaw: Bool = false, outer: @escaping (String) -> String? = { _ in nil }
  ) throws(Fault) {
    var reader = EnvironmentFileReader(text, outer: outer)
    variables = try reader.all(isRaw: isRaw)
  }
}

/// Reads the variables of one file.
private struct EnvironmentFileReader {
  private typealias Fault = EnvironmentFile.Fault

  private var variables: [EnvironmentFile.Variable] = []
  private var rest: Substring.UnicodeScalarView
  private var line = 1
  private var inner: [String: String] = [:]
  private let outer: (String) -> String?

  init(_ text: String, outer: @escaping (String) -> String?) {
    let unmarked = text.unicodeScalars.first == "\u{FEFF}" ? text.unicodeScalars.dropFirst() : text.unicodeScalars[...]
    var unified = String.UnicodeScalarView()
    var previous: Unicode.Scalar?
    for scalar in unmarked {
      if scalar == "\r" { unified.append("\n") } else if scalar != "\n" || previous != "\r" { unified.append(scalar) }
      previous = scalar
    }
    rest = Substring(String(unified)).unicodeScalars
    self.outer = outer
  }

  mutating func all(isRaw: Bool) throws(EnvironmentFile.Fault) -> [EnvironmentFile.Variable] {
    while skipToStatement() { try statement(isRaw: isRaw) }
    return variables
  }

  private mutating func advance() -> Unicode.Scalar? {
    guard let scalar = rest.popFirst() else { return nil }
    if scalar == "\n" { line += 1 }
    return scalar
  }

  /// Goes to where the next variable begins; false at the end.
  private mutating func skipToStatement() -> Bool {
    while let scalar = rest.first {
      if scalar == "#" {
        while let next = rest.first, next != "\n" { rest = rest.dropFirst() }
      } else if scalar == "\n" || scalar == " " || scalar == "\t" {
        _ = advance()
      } else {
        return true
      }
    }
    return false
  }

  private mutating func statement(isRaw: Bool) throws(EnvironmentFile.Fault) {
    let start = line
    var name = ""
    var separator: Unicode.Scalar?
    while let scalar = rest.first, scalar != "\n" {
      rest = rest.dropFirst()
      if scalar == "=" || (scalar == ":" && !isRaw) {
        separator = scalar
        break
      }
      name.unicodeScalars.append(scalar)
    }
    name = trimmed(name)
    if name.hasPrefix("export "), !isRaw { name = trimmed(String(name.dropFirst(7))) }
    guard !name.isEmpty else { throw Fault(line: start, message: "a variable without a name") }
    guard name.unicodeScalars.allSatisfy(isNamePart) else {
      throw Fault(line: start, message: "the name of a variable holds a character that it may not hold")
    }
    guard separator != nil else {
      let value = outer(name) ?? inner[name]
      return add(name, value, at: start)
    }
    if isRaw {
      add(name, restOfLine(), at: start)
      return
    }
    while let scalar = rest.first, scalar == " " || scalar == "\t" { rest = rest.dropFirst() }
    switch rest.first {
    case "'": add(name, try quoted("'", from: start), at: start)
    case "\"": add(name, try interpolated(try quoted("\"", from: start), at: start), at: start)
    default: add(name, try interpolated(uncommented(restOfLine()), at: start), at: start)
    }
  }

  private mutating func add(_ name: String, _ value: String?, at line: Int) {
    variables.append(EnvironmentFile.Variable(name: name, value: value, line: line))
    inner[name] = value
  }

  private mutating func restOfLine() -> String {
    var text = ""
    while let scalar = rest.first, scalar != "\n" {
      text.unicodeScalars.append(scalar)
      rest = rest.dropFirst()
    }
    return text
  }

  /// Without a comment, which a blank sets off from the value.
  private func uncommented(_ text: String) -> String {
    var previous: Unicode.Scalar?
    var kept = String.UnicodeScalarView()
    for scalar in trimmed(text).unicodeScalars {
      if scalar == "#", previous == " " || previous == "\t" { break }
      kept.append(scalar)
      previous = scalar
    }
    return trimmed(String(kept))
  }

  /// What stands between quotes, over as many lines as it takes. A dollar sign behind a backslash comes back doubled.
  private mutating func quoted(_ quote: Unicode.Scalar, from start: Int) throws(EnvironmentFile.Fault) -> String {
    rest = rest.dropFirst()
    var text = String.UnicodeScalarView()
    while let scalar = advance() {
      if scalar == quote {
        _ = restOfLine()
        return String(text)
      }
      guard scalar == "\\", quote == "\"", let escaped = advance() else {
        if scalar == "\\", quote == "'", rest.first == "'" {
          rest = rest.dropFirst()
          text.append("'")
          continue
        }
        text.append(scalar)
        continue
      }
      switch escaped {
      case "a": text.append("\u{07}")
      case "b": text.append("\u{08}")
      case "f": text.append("\u{0C}")
      case "v": text.append("\u{0B}")
      case "n": text.append("\n")
      case "r": text.append("\r")
      case "t": text.append("\t")
      case "\"", "\\": text.append(escaped)
      case "$": text.append(contentsOf: "$$".unicodeScalars)
      default:
        text.append("\\")
        text.append(escaped)
      }
    }
    throw Fault(line: start, message: "a quote opens here and never closes")
  }

  private func interpolated(_ text: String, at line: Int) throws(EnvironmentFile.Fault) -> String {
    guard text.contains("$") else { return text }
    let (outer, inner) = (outer, inner)
    var interpolation = Interpolation { name in outer(name) ?? inner[name] }
    do {
      return try interpolation.text(text)
    } catch {
      switch error {
      case .required(let name, _): throw Fault(line: line, message: "the variable \(name) has no value")
      case .malformed, .tooDeep:
        throw Fault(line: line, message: "`${` begins no variable here: write `$${` for the text itself")
      }
    }
  }

  private func trimmed(_ text: String) -> String {
    let isBlank = { (scalar: Unicode.Scalar) in scalar == " " || scalar == "\t" }
    let start = text.unicodeScalars.drop(while: isBlank)
    let end = start.reversed().prefix(while: isBlank).count
    return String(start.dropLast(end))
  }

  private func isNamePart(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "A"..."Z", "a"..."z", "0"..."9", "_", ".", "-", "[", "]": return true
    default:
      // Letters and figures of any script.
      switch scalar.properties.generalCategory {
      case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
        .letterNumber, .otherNumber:
        return true
      default: return false
      }
    }
  }
}
