import Facts

extension OpenAPIReading {
  /// The most references that are followed from one to the next.
  private static let mostHops = 16

  /// The object that stands here, or the one that a reference inside this document leads to; nil, with the reason among
  /// the problems, where there is none.
  mutating func resolved(_ value: LocatedValue, called name: String) -> LocatedValue? {
    var current = value
    for _ in 0..<Self.mostHops {
      guard let reference = current["$ref"] else {
        if current.value.object != nil { return current }
        problems.add("wrong-type", "\(name) must be an object", at: current.span)
        return nil
      }
      guard let text = reference.string else {
        problems.add("wrong-type", "`$ref` must be text", at: reference.span)
        return nil
      }
      guard text.hasPrefix("#/") else {
        problems.add(
          "reference", "`\(text)` leads out of this document", at: reference.span,
          fix: "bundle the document into one file")
        return nil
      }
      guard let next = target(of: text) else {
        problems.add("reference", "`\(text)` leads nowhere", at: reference.span)
        return nil
      }
      current = next
    }
    problems.add("reference", "this reference leads in a circle", at: value["$ref"]?.span ?? value.span)
    return nil
  }

  /// The same without any complaint: for what only makes a guess better.
  func quietlyResolved(_ value: LocatedValue?) -> LocatedValue? {
    var current = value
    for _ in 0..<Self.mostHops {
      guard let text = current?["$ref"]?.string else { return current }
      current = text.hasPrefix("#/") ? target(of: text) : nil
    }
    return nil
  }

  /// What a JSON pointer in a fragment leads to (RFC 6901 section 6).
  private func target(of reference: String) -> LocatedValue? {
    var current: LocatedValue? = root
    for step in reference.dropFirst(2).split(separator: "/", omittingEmptySubsequences: false) {
      let name = Self.unescaped(step)
      if let elements = current?.elements, !elements.isEmpty {
        guard let index = Int(name), elements.indices.contains(index) else { return nil }
        current = elements[index]
      } else {
        current = current?[name]
      }
    }
    return current
  }

  private static func unescaped(_ step: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = Array(step.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), rest.count >= 2,
        let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self).split(separator: "~1", omittingEmptySubsequences: false)
      .joined(separator: "/").split(separator: "~0", omittingEmptySubsequences: false).joined(separator: "~")
  }
}
