import AuditModel
import Facts

extension CheckValidation {
  var factsName: String { "the facts of \(probe?.id ?? "the probe")" }

  /// A path from the facts or the subject.
  mutating func checkFact(_ value: LocatedValue?) {
    guard let value, let text = value.string, let path = try? FactPath(text) else { return }
    return check(path, at: value.span)
  }

  mutating func check(_ path: FactPath, at span: Span) {
    if path.origin == .facts {
      check(path, in: probe?.facts, of: factsName, at: span)
    } else if root["each"] != nil {
      check(path, in: subject, of: "a subject", at: span)
    } else {
      problems.add("path", "`\(path.text)` reads a subject, but there is no `each`", at: span, fix: "begin it with `$`")
    }
  }

  mutating func checkPath(_ value: LocatedValue?, in schema: Schema?, of document: String) {
    guard let value, let text = value.string, let path = try? FactPath(text) else { return }
    check(path, in: schema, of: document, at: value.span)
  }

  mutating func check(
    _ path: FactPath, in schema: Schema?, of document: String, at span: Span
  ) {
    for name in path.query.parameterNames.sorted() { use(name, at: span) }
    guard let schema, schema != .either([]) else { return }
    guard let first = path.query.unreachablePaths(in: schema).first else { return }
    let selectsNothing = path.query.possibleSchemas(in: schema).isEmpty
    let end = selectsNothing ? PathReach.deadEnd(of: path.query, in: schema) : nil
    problems.add(
      "unreachable-path",
      end.map { "there is no `\($0.name)` in \(document): `\(path.text)`" }
        ?? "`\(selectsNothing ? path.text : first)` can select nothing in \(document)",
      at: span, fix: end.flatMap { Suggestion.phrase($0.name, among: $0.known) })
  }

  mutating func checkTemplate(_ value: LocatedValue?) {
    guard let value, let text = value.string else { return }
    do throws(JSONPath.SyntaxError) {
      for piece in try MessageTemplate(text).pieces {
        switch piece {
        case .text: break
        case .parameter(let name): use(name, at: value.span)
        case .fact(let path): check(path, at: value.span)
        }
      }
    } catch {
      problems.add("template", "the message cannot be read: \(error.message)", at: value.span)
    }
  }
}
