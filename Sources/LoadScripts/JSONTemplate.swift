package import Facts

/// A JSON value whose texts and names may hold places for variables.
package indirect enum JSONTemplate: Sendable {
  /// Always the same.
  case constant(JSONValue)
  /// A text, or the value that its only place stands for.
  case text(TextTemplate)
  /// A list.
  case list([JSONTemplate])
  /// An object.
  case object([(name: TextTemplate, value: JSONTemplate)])

  /// Reads a value.
  package init(_ value: JSONValue) {
    switch value {
    case .string(let text):
      let template = TextTemplate(text)
      self = template.plain == text ? .constant(value) : .text(template)
    case .array(let elements):
      let parts = elements.map(JSONTemplate.init)
      self = parts.allSatisfy(\.isConstant) ? .constant(value) : .list(parts)
    case .object(let members):
      let parts = members.map { (name: TextTemplate($0.name), value: JSONTemplate($0.value)) }
      let isConstant = parts.allSatisfy { $0.name.plain == $0.name.text && $0.value.isConstant }
      self = isConstant ? .constant(value) : .object(parts)
    default: self = .constant(value)
    }
  }

  /// Whether nothing in it varies.
  package var isConstant: Bool { if case .constant = self { true } else { false } }

  /// The value with everything in its place; what does not exist is left out of objects and `null` in lists.
  package func value(from source: some TemplateSource) -> JSONValue {
    switch self {
    case .constant(let value): return value
    case .text(let template): return template.value(from: source) ?? .null
    case .list(let parts): return .array(parts.map { $0.value(from: source) })
    case .object(let parts):
      var object = JSONObject()
      for part in parts {
        if case .text(let template) = part.value {
          object[part.name.text(from: source)] = template.value(from: source)
        } else {
          object[part.name.text(from: source)] = part.value.value(from: source)
        }
      }
      return .object(object)
    }
  }

  /// The templates in it.
  var templates: [TextTemplate] {
    switch self {
    case .constant: []
    case .text(let template): [template]
    case .list(let parts): parts.flatMap(\.templates)
    case .object(let parts): parts.flatMap { [$0.name] + $0.value.templates }
    }
  }
}
