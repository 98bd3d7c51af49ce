/// The place of a value in a document, as a chain back to the root.
final class Location: Sendable {
  private enum Step: Sendable {
    case member(String)
    case element(Int)
  }

  static let root = Location(nil, nil)

  private let parent: Location?
  private let step: Step?

  private init(_ parent: Location?, _ step: Step?) {
    self.parent = parent
    self.step = step
  }

  func member(_ name: String) -> Location { Location(self, .member(name)) }

  func element(_ index: Int) -> Location { Location(self, .element(index)) }

  /// RFC 9535 section 2.7: every name in single quotes, with the one escaping it allows.
  var normalizedPath: String {
    var steps: [Step] = []
    var location = self
    while let step = location.step, let parent = location.parent {
      steps.append(step)
      location = parent
    }
    var path = "$"
    for step in steps.reversed() {
      switch step {
      case .element(let index): path += "[\(index)]"
      case .member(let name):
        path += "['"
        for scalar in name.unicodeScalars { path += Self.escaped(scalar) }
        path += "']"
      }
    }
    return path
  }

  private static func escaped(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "'": "\\'"
    case "\\": "\\\\"
    case "\u{8}": "\\b"
    case "\u{C}": "\\f"
    case "\n": "\\n"
    case "\r": "\\r"
    case "\t": "\\t"
    case "\0"..."\u{1F}": "\\u" + scalar.fourDigits
    default: String(scalar)
    }
  }
}
