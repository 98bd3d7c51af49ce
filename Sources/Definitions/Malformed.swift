import Facts

/// A definition that is not of its shape: only ever seen where validation was left out.
struct Malformed: Error, CustomStringConvertible {
  let description: String
}

extension JSONValue {
  func required(_ name: String) throws(Malformed) -> JSONValue {
    guard let value = self[name] else { throw Malformed(description: "there is no `\(name)`") }
    return value
  }

  func text(_ name: String) throws(Malformed) -> String {
    guard let text = try required(name).string else { throw Malformed(description: "`\(name)` is not text") }
    return text
  }

  /// Running text, without the line end that YAML's folded and literal forms leave.
  func prose(_ name: String) throws(Malformed) -> String {
    var text = try text(name)[...]
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text.drop { $0.isWhitespace })
  }

  /// The texts of a list; none where it is left out.
  func texts(_ name: String) throws(Malformed) -> [String] {
    try list(name) { (element) throws(Malformed) in
      guard let text = element.string else { throw Malformed(description: "`\(name)` holds something other than text") }
      return text
    }
  }

  /// The elements of a list, read one by one; none where it is left out.
  func list<Element>(
    _ name: String, _ read: (JSONValue) throws(Malformed) -> Element
  ) throws(Malformed) -> [Element] {
    guard let value = self[name] else { return [] }
    guard let elements = value.array else { throw Malformed(description: "`\(name)` is not a list") }
    var found: [Element] = []
    for element in elements { found.append(try read(element)) }
    return found
  }

  /// The members of an object; none where it is left out.
  func members(_ name: String) throws(Malformed) -> JSONObject {
    guard let value = self[name] else { return [:] }
    guard let object = value.object else { throw Malformed(description: "`\(name)` is not an object") }
    return object
  }

  /// A word of an enumeration.
  func word<Word: RawRepresentable<String>>(_ name: String, default fallback: Word? = nil) throws(Malformed) -> Word {
    if let fallback, self[name] == nil { return fallback }
    let text = try text(name)
    guard let word = Word(rawValue: text) else { throw Malformed(description: "`\(name)` cannot be \(text)") }
    return word
  }
}
