import RawStructuredFieldValues

/// The two grammars of the IETF draft that are structured fields (RFC 9651).
enum StructuredLimits {
  /// Lists of strings: draft-ietf-httpapi-ratelimit-headers-08 and later. Nil where neither field is one.
  static func read(_ fields: FieldLines) -> Declaration.Reading? {
    let policies = fields.joined("ratelimit-policy").flatMap(list)?.map(policy)
    let standings = fields.joined("ratelimit").flatMap(list)?.map(standing)
    // One malformed member makes the whole field unusable.
    let soundPolicies = policies.flatMap { $0.contains { $0 == nil } || $0.isEmpty ? nil : $0.compactMap { $0 } }
    let soundStandings = standings.flatMap { $0.contains { $0 == nil } || $0.isEmpty ? nil : $0.compactMap { $0 } }
    guard soundPolicies != nil || soundStandings != nil else { return nil }
    return Declaration.Reading(
      form: .structured, policies: soundPolicies ?? [], standings: soundStandings ?? [])
  }

  /// A dictionary `limit=, remaining=, reset=` with policies `100;w=60`: version 07 of the draft.
  static func readDictionary(_ fields: FieldLines) -> Declaration.Reading? {
    guard let text = fields.joined("ratelimit") else { return nil }
    var parser = StructuredFieldValueParser(Array(text.utf8))
    guard let members = try? parser.parseDictionaryFieldValue() else { return nil }
    func integer(_ key: String) -> Int? {
      guard case .item(let item)? = members[key] else { return nil }
      return count(item.rfc9651BareItem)
    }
    let limit = integer("limit")
    let standing = Declaration.Standing(
      remaining: integer("remaining"), resetSeconds: integer("reset").map(Double.init))
    guard limit != nil || standing.remaining != nil || standing.resetSeconds != nil else { return nil }
    return Declaration.Reading(
      form: .dictionary, policies: policies(fields.joined("ratelimit-policy"), limit: limit), standings: [standing])
  }

  /// The policies of the versions before names: `100;w=60, 1000;w=3600`. Without any, the limit alone is one.
  static func policies(_ text: String?, limit: Int?) -> [Declaration.Policy] {
    let listed = (text.flatMap(list) ?? []).compactMap(unnamedPolicy)
    if !listed.isEmpty {
      guard let limit, let applied = listed.firstIndex(where: { $0.quota == limit }) else { return listed }
      // The one that the limit speaks of first.
      return [listed[applied]] + listed[..<applied] + listed[(applied + 1)...]
    }
    return limit.map { [Declaration.Policy(quota: $0)] } ?? []
  }

  /// The items of a list field; nil if it is malformed or holds inner lists.
  static func list(_ text: String) -> [Item]? {
    var parser = StructuredFieldValueParser(Array(text.utf8))
    guard let members = try? parser.parseListFieldValue() else { return nil }
    var items: [Item] = []
    for member in members {
      guard case .item(let item) = member else { return nil }
      items.append(item)
    }
    return items
  }

  private static func policy(_ item: Item) -> Declaration.Policy? {
    let parameters = item.rfc9651Parameters
    guard let name = text(item.rfc9651BareItem), let quota = parameters["q"].flatMap(count) else { return nil }
    var policy = Declaration.Policy(name: name, quota: quota)
    if let window = parameters["w"] {
      guard let seconds = count(window), seconds > 0 else { return nil }
      policy.windowSeconds = Double(seconds)
    }
    if let unit = parameters["qu"] {
      guard let word = text(unit) else { return nil }
      policy.unit = word
    }
    if let key = parameters["pk"] {
      guard isBytes(key) else { return nil }
      policy.isPartitioned = true
    }
    return policy
  }

  private static func standing(_ item: Item) -> Declaration.Standing? {
    let parameters = item.rfc9651Parameters
    guard let name = text(item.rfc9651BareItem), let remaining = parameters["r"].flatMap(count) else { return nil }
    var standing = Declaration.Standing(name: name, remaining: remaining)
    if let time = parameters["t"] {
      guard let seconds = count(time) else { return nil }
      standing.resetSeconds = Double(seconds)
    }
    if let key = parameters["pk"], !isBytes(key) { return nil }
    return standing
  }

  private static func unnamedPolicy(_ item: Item) -> Declaration.Policy? {
    guard let quota = count(item.rfc9651BareItem) else { return nil }
    let parameters = item.rfc9651Parameters
    var policy = Declaration.Policy(quota: quota)
    if let window = (parameters["w"] ?? parameters["window"]).flatMap(count), window > 0 {
      policy.windowSeconds = Double(window)
    }
    policy.burst = parameters["burst"].flatMap(count)
    policy.name = (parameters["name"] ?? parameters["policy"] ?? parameters["comment"]).flatMap(text)
    return policy
  }

  /// The text of a string; some versions of the draft had tokens.
  private static func text(_ item: RFC9651BareItem) -> String? {
    switch item {
    case .string(let text), .token(let text): text
    default: nil
    }
  }

  private static func count(_ item: RFC9651BareItem) -> Int? {
    guard case .integer(let number) = item, number >= 0 else { return nil }
    return Int(exactly: number)
  }

  private static func isBytes(_ item: RFC9651BareItem) -> Bool {
    if case .undecodedByteSequence = item { true } else { false }
  }
}
