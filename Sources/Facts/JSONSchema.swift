extension Schema {
  /// The shape as a JSON Schema (draft 7) that accepts what `violations(of:)` finds nothing wrong with.
  ///
  /// Two things it cannot say and accepts: a JSONPath that only starts like one, and a whole number beyond 64 bits.
  public func jsonSchema() -> JSONValue {
    var schema: JSONObject = ["$schema": "http://json-schema.org/draft-07/schema#"]
    for (name, value) in keywords { schema[name] = value }
    return .object(schema)
  }

  private var keywords: JSONObject {
    switch self {
    case .any: return [:]
    case .boolean: return ["type": "boolean"]
    case .integer(let minimum, let maximum):
      return Self.bounded("integer", minimum.map { .integer($0) }, maximum.map { .integer($0) })
    case .number(let minimum, let maximum):
      return Self.bounded("number", minimum.map { .double($0) }, maximum.map { .double($0) })
    case .string(let form): return form.keywords
    case .array(let element, let minimumCount):
      var schema: JSONObject = ["type": "array", "items": .object(element.keywords)]
      if minimumCount > 0 { schema["minItems"] = .integer(minimumCount) }
      return schema
    case .object(let fields, let others): return Self.object(fields, others)
    case .nullable(let inner):
      var schema = inner.keywords
      if case .string(let type)? = schema["type"], schema["enum"] == nil {
        schema["type"] = [.string(type), "null"]
        return schema
      }
      return ["anyOf": [.object(schema), ["type": "null"]]]
    case .either(let alternatives):
      return ["anyOf": .array(alternatives.map { .object($0.keywords) })]
    }
  }

  private static func bounded(_ type: String, _ minimum: JSONValue?, _ maximum: JSONValue?) -> JSONObject {
    var schema: JSONObject = ["type": .string(type)]
    schema["minimum"] = minimum
    schema["maximum"] = maximum
    return schema
  }

  private static func object(_ fields: [Field], _ others: Schema?) -> JSONObject {
    var properties = JSONObject()
    for field in fields {
      var property = field.schema.keywords
      property["description"] = .string(field.summary)
      property["default"] = field.fallback
      properties[field.name] = .object(property)
    }
    var schema: JSONObject = ["type": "object", "properties": .object(properties)]
    let required = fields.filter(\.isRequired).map(\.name)
    if !required.isEmpty { schema["required"] = JSONValue(required) }
    schema["additionalProperties"] = others.map { .object($0.keywords) } ?? false
    return schema
  }
}

extension Schema.TextForm {
  fileprivate var keywords: JSONObject {
    switch self {
    case .free: ["type": "string"]
    case .nonEmpty: ["type": "string", "minLength": 1]
    case .word(let words): ["type": "string", "enum": JSONValue(words)]
    case .jsonPath: ["type": "string", "pattern": "^[$@]"]
    case .identifier, .date, .secretReference, .path, .openAPIDocument, .requestPath, .url:
      pattern.map { ["type": "string", "pattern": .string("^(\($0))$")] } ?? ["type": "string"]
    }
  }
}
