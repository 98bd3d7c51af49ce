import Facts

extension Schema.Violation {
  /// The violation in words, to follow "its answer": `has at facts.port text where a whole number is wanted`.
  var sentence: String {
    let place = path.isEmpty ? "" : " at \(dottedPath)"
    switch kind {
    case .unknownName(let name, let allowed):
      return "has\(place) a member `\(name)` that is not known; known are \(allowed.joined(separator: ", "))"
    case .missingName(let name): return "lacks\(place) the member `\(name)`"
    case .wrongType(let expected, let found): return "has\(place) \(found) where \(expected) is wanted"
    case .outOfRange(let range): return "has\(place) a number out of range; wanted is \(range)"
    case .notOneOf(let allowed): return "has\(place) none of the words \(allowed.joined(separator: ", "))"
    case .malformed(let expected): return "has\(place) something else than \(expected)"
    case .tooFew(let count): return "has\(place) fewer than \(count) elements"
    }
  }

  private var dottedPath: String {
    var text = ""
    for step in path {
      switch step {
      case .name(let name): text += text.isEmpty ? name : ".\(name)"
      case .index(let index): text += "[\(index)]"
      }
    }
    return text
  }
}
