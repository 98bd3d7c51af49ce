/// What a query can select in documents of a known shape, found without a document.
extension JSONPath {
  /// The shapes that a selected value can have; empty if the query can never select anything in such a document.
  public func possibleSchemas(in schema: Schema) -> [Schema] {
    Reach(root: schema).schemas(of: query, from: [schema])
  }

  /// The texts of the query and of every query in its filters that can never select anything in such a document.
  ///
  /// What stands behind an unreachable step is not named again.
  public func unreachablePaths(in schema: Schema) -> [String] {
    Reach(root: schema).unreachable(in: query, from: [schema])
  }
}

private struct Reach {
  let root: Schema

  func schemas(of query: Query, from current: [Schema]) -> [Schema] {
    query.segments.reduce(start(of: query, current)) { step($1, from: $0) }
  }

  private func start(of query: Query, _ current: [Schema]) -> [Schema] {
    query.origin == .root ? [root] : current
  }

  private func step(_ segment: Segment, from schemas: [Schema]) -> [Schema] {
    let parents = parents(of: segment, schemas)
    return segment.selectors.flatMap { selector in parents.flatMap { $0.selected(by: selector) } }.withoutRepetition
  }

  private func parents(of segment: Segment, _ schemas: [Schema]) -> [Schema] {
    segment.isDescendant ? withDescendants(schemas) : schemas
  }

  private func withDescendants(_ schemas: [Schema]) -> [Schema] {
    var visited: Set<Schema> = []
    var found: [Schema] = []
    var pending = Array(schemas.reversed())
    while let schema = pending.popLast() {
      guard visited.insert(schema).inserted else { continue }
      found.append(schema)
      pending += schema.selected(by: .wildcard).reversed()
    }
    return found
  }

  // MARK: Queries in filters

  func unreachable(in query: Query, from current: [Schema]) -> [String] {
    var paths: [String] = []
    var schemas = start(of: query, current)
    for segment in query.segments {
      let children = parents(of: segment, schemas).flatMap { $0.selected(by: .wildcard) }.withoutRepetition
      for case .filter(let condition) in segment.selectors where !children.isEmpty {
        paths += unreachable(in: condition, from: children)
      }
      schemas = step(segment, from: schemas)
    }
    return schemas.isEmpty ? [query.text] + paths : paths
  }

  private func unreachable(in condition: Condition, from current: [Schema]) -> [String] {
    switch condition {
    case .any(let conditions), .all(let conditions): conditions.flatMap { unreachable(in: $0, from: current) }
    case .not(let condition): unreachable(in: condition, from: current)
    case .exists(let query): unreachable(in: query, from: current)
    case .comparison(let left, _, let right):
      unreachable(in: left, from: current) + unreachable(in: right, from: current)
    case .matches(let subject, .computed(let pattern), _):
      unreachable(in: subject, from: current) + unreachable(in: pattern, from: current)
    case .matches(let subject, .fixed, _): unreachable(in: subject, from: current)
    }
  }

  private func unreachable(in operand: Operand, from current: [Schema]) -> [String] {
    switch operand {
    case .literal, .parameter: []
    case .query(let query), .count(let query), .value(let query): unreachable(in: query, from: current)
    case .length(let operand): unreachable(in: operand, from: current)
    }
  }
}

extension Schema {
  /// The shapes of the children that a selector can select.
  fileprivate func selected(by selector: Selector) -> [Schema] {
    switch self {
    case .any: return [.any]
    case .boolean, .integer, .number, .string: return []
    case .nullable(let inner): return inner.selected(by: selector)
    case .either(let alternatives): return alternatives.flatMap { $0.selected(by: selector) }
    case .array(let element, _):
      switch selector {
      case .name: return []
      case .slice(_, _, let step): return step == 0 ? [] : [element]
      case .index, .wildcard, .filter: return [element]
      }
    case .object(let fields, let others):
      switch selector {
      case .name(let name):
        let field = fields.first { $0.name.utf8.elementsEqual(name.utf8) }
        return (field?.schema ?? others).map { [$0] } ?? []
      case .index, .slice: return []
      case .wildcard, .filter: return fields.map(\.schema) + (others.map { [$0] } ?? [])
      }
    }
  }
}

extension [Schema] {
  fileprivate var withoutRepetition: [Schema] {
    var seen: Set<Schema> = []
    return filter { seen.insert($0).inserted }
  }
}
