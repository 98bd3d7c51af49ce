import Facts
import LoadScripts

/// An answer as captures and expectations see it.
struct Answer {
  let status: Int
  let fields: AnswerFields
  /// The content, uncompressed; nil where it was too large or damaged.
  let content: [UInt8]?

  private var text: String? { content.map { String(decoding: $0, as: UTF8.self) } }

  private var json: JSONValue? { content.flatMap { try? JSONText.parse($0) } }

  private var mediaType: String {
    String((fields["content-type"] ?? "").lowercased().prefix { $0 != ";" }).filter { $0 != " " }
  }

  /// Whether it holds what is expected.
  func meets(_ expectation: LoadRequest.Expectation, _ source: some TemplateSource) -> Bool {
    switch expectation {
    case .status(let statuses): return statuses.contains { $0.text(from: source) == String(status) }
    case .otherStatus(let statuses): return !statuses.contains { $0.text(from: source) == String(status) }
    case .contentType(let type):
      let expected = type.text(from: source).lowercased()
      if expected == "json" { return mediaType == "application/json" || mediaType.hasSuffix("+json") }
      return (fields["content-type"] ?? "").lowercased().hasPrefix(expected)
    case .hasProperty(let path): return Self.value(at: path.text(from: source), in: json) != nil
    case .lacksProperty(let path): return json.map { Self.value(at: path.text(from: source), in: $0) == nil } ?? false
    case .equal(let templates):
      let values = templates.map { $0.value(from: source) }
      return values.allSatisfy { value in value.map { $0 == values[0] } ?? false }
    case .hasHeader(let name): return fields[name.text(from: source)] != nil
    case .headerEquals(let name, let value):
      return fields.values(name.text(from: source)).contains(value.text(from: source))
    case .matches(let pattern):
      guard let text, let regex = CapturePattern.regex(pattern, flags: "") else { return false }
      return (try? regex.firstMatch(in: text)) ?? nil != nil
    case .jsonEquals(let query, let expected):
      guard let json, let path = try? CaptureQuery.path(query.text(from: source)),
        let found = path.values(in: json).first
      else { return false }
      let value = expected.value(from: source)
      return found == value || TextTemplate.written(found) == TextTemplate.written(value)
    }
  }

  /// What a capture takes out of it; nil where it finds nothing.
  func value(of capture: FlowProgram.Capture, _ source: some TemplateSource) -> JSONValue? {
    switch capture.capture.source {
    case .header(let name): return fields[name.text(from: source)].map { .string($0) }
    case .json(let template):
      guard let json, let path = capture.path ?? (try? CaptureQuery.path(template.text(from: source))) else {
        return nil
      }
      let values = path.values(in: json)
      if !capture.capture.drawsOne { return values.isEmpty ? nil : .array(values) }
      return values.count > 1 ? values[source.random(below: values.count)] : values.first
    case .pattern(_, let group, _):
      guard let text, let regex = capture.pattern, let match = (try? regex.firstMatch(in: text)) ?? nil else {
        return nil
      }
      switch group {
      case nil: return .string(String(text[match.range]))
      case .number(let index)?:
        guard (0..<match.output.count).contains(index) else { return nil }
        return match.output[index].substring.map { .string(String($0)) }
      case .name(let name)?: return match.output[name]?.substring.map { .string(String($0)) }
      }
    }
  }

  /// The value at a dotted path as in `a.b[0]`.
  private static func value(at path: String, in document: JSONValue?) -> JSONValue? {
    var value = document
    let steps = path.replacing("[", with: ".").replacing("]", with: "").split(separator: ".")
    for step in steps {
      value = value?[String(step)] ?? Int(step).flatMap { value?[$0] }
    }
    return steps.isEmpty ? nil : value
  }
}
