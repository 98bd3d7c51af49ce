import Facts

extension OpenAPIReading {
  /// The parameters without which a request cannot be made: all of the path, and of the query those that are required.
  /// Those of the operation replace those of the path item (OpenAPI 3.1 section 4.8.9).
  mutating func parameters(of operation: LocatedValue, in item: LocatedValue, path: String) -> [JSONValue] {
    var declared: [(name: String, place: String, value: LocatedValue)] = []
    for list in [item["parameters"], operation["parameters"]].compactMap({ $0 }) {
      guard list.value.array != nil else {
        problems.add("wrong-type", "`parameters` must be a list", at: list.span)
        continue
      }
      for element in list.elements {
        // A parameter in another file is only worth a guess.
        if let reference = element["$ref"]?.string, !reference.hasPrefix("#") { continue }
        guard let parameter = resolved(element, called: "a parameter") else { continue }
        guard let name = parameter["name"]?.string, let place = parameter["in"]?.string else {
          problems.add("missing-key", "a parameter needs the keys `name` and `in`", at: parameter.span)
          continue
        }
        declared.removeAll { $0.name == name && $0.place == place }
        declared.append((name, place, parameter))
      }
    }
    let inPath = OpenAPITemplate.names(in: path).map { name in
      fact(name, "path", declared.first { $0.name == name && $0.place == "path" }?.value)
    }
    let inQuery = declared.filter { $0.place == "query" && $0.value["required"]?.value.bool == true }.map {
      fact($0.name, "query", $0.value)
    }
    return inPath + inQuery
  }

  private func fact(_ name: String, _ place: String, _ parameter: LocatedValue?) -> JSONValue {
    let schema = quietlyResolved(parameter?["schema"]) ?? parameter
    let named = parameter.flatMap { namedValue(of: $0, schema) }
    return [
      "name": .string(name), "in": .string(place), "value": .string(named ?? Self.inventedValue(for: schema)),
      "isInvented": .bool(named == nil),
    ]
  }

  /// The first value that the document itself names: examples before defaults before enumerations.
  private func namedValue(of parameter: LocatedValue, _ schema: LocatedValue?) -> String? {
    let candidates = [
      parameter["example"], quietlyResolved(parameter["examples"]?.members.first?.value)?["value"],
      parameter["x-example"],
      schema?["example"], schema?["examples"]?.elements.first, schema?["const"], schema?["default"],
      schema?["enum"]?.elements.first,
    ]
    return candidates.lazy.compactMap { $0.flatMap(Self.text) }.first
  }

  /// A scalar as it stands in a URL, in the words of the document.
  private static func text(_ value: LocatedValue) -> String? {
    switch value.value {
    case .string(let text): text.isEmpty ? nil : text
    case .integer, .double, .bool: value.plainText ?? value.value.plainText
    default: nil
    }
  }

  /// A value of the declared type and format.
  private static func inventedValue(for schema: LocatedValue?) -> String {
    // Version 3.1 allows a list of types.
    let types = schema?["type"].map { [$0] + $0.elements }?.compactMap(\.string) ?? []
    switch types.first(where: { $0 != "null" }) {
    case "integer", "number": return schema?["minimum"].flatMap(text) ?? "1"
    case "boolean": return "true"
    default: break
    }
    return switch schema?["format"]?.string ?? "" {
    case "uuid": "00000000-0000-4000-8000-000000000001"
    case "date": "2020-01-01"
    case "date-time": "2020-01-01T00:00:00Z"
    case "email": "nobody@example.com"
    default: "1"
    }
  }
}

/// The template of a path: `/orders/{id}`.
enum OpenAPITemplate {
  /// The names between the braces, in order, each once.
  static func names(in path: String) -> [String] {
    var names: [String] = []
    for part in path.split(separator: "{", omittingEmptySubsequences: false).dropFirst() {
      let name = String(part.prefix { $0 != "}" })
      if !names.contains(name) { names.append(name) }
    }
    return names
  }

  /// Whether every brace is closed before the next one opens.
  static func isBalanced(_ path: String) -> Bool {
    var isOpen = false
    for scalar in path.unicodeScalars where scalar == "{" || scalar == "}" {
      if isOpen == (scalar == "{") { return false }
      isOpen.toggle()
    }
    return !isOpen
  }
}
