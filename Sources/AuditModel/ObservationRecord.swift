public import Facts

extension Observation {
  /// What is wrong with a record.
  public struct Damage: Error, Sendable, CustomStringConvertible {
    /// One line, lower case, without full stop.
    public let description: String

    /// A record that is damaged in the way described.
    public init(description: String) { self.description = description }
  }

  /// The observation as it is recorded: one JSON object, its names sorted.
  public var record: JSONValue {
    var record = JSONObject()
    record["carriedFrom"] = carriedFrom.map { .string($0) }
    record["declaration"] = declaration.sortedByName
    record["durationMs"] = .integer(durationMs)
    record["facts"] = facts?.sortedByName
    record["gaps"] = .array(gaps.map(\.record))
    record["key"] = .string(key)
    record["kind"] = .string(kind)
    record["parameters"] = parameters.sortedByName
    record["probe"] = .string(probe)
    record["startedAt"] = .string(startedAt.description)
    record["target"] = .string(target)
    record["traffic"] = traffic.record
    record["unseen"] = unseen.map { ["kind": .string($0.kind.rawValue), "reason": .string($0.reason)] }
    return .object(record)
  }

  /// Reads a record. Throws `Damage` where a member is missing or of the wrong kind.
  public init(record: JSONValue) throws(Damage) {
    guard let startedAt = Instant(try record.text("startedAt")) else {
      throw Damage(description: "startedAt is no RFC 3339 time")
    }
    self.init(
      key: try record.text("key"), probe: try record.text("probe"), target: try record.text("target"),
      kind: try record.text("kind"), declaration: try record.member("declaration"),
      parameters: try record.member("parameters"), facts: record["facts"].flatMap { $0.isNull ? nil : $0 },
      startedAt: startedAt, durationMs: try record.count("durationMs"),
      traffic: try Traffic(record: try record.member("traffic")), carriedFrom: try record.textIfAny("carriedFrom"))
    for gap in try record.list("gaps") {
      gaps.append(
        Gap(path: try gap.text("path"), reason: try gap.text("reason"), remedy: try gap.textIfAny("remedy")))
    }
    if let unseen = record["unseen"], !unseen.isNull {
      guard let kind = Unseen.Kind(rawValue: try unseen.text("kind")) else {
        throw Damage(description: "unseen.kind is not known")
      }
      self.unseen = Unseen(kind, try unseen.text("reason"))
    }
  }
}

extension Gap {
  fileprivate var record: JSONValue {
    var record: JSONObject = ["path": .string(path), "reason": .string(reason)]
    record["remedy"] = remedy.map { .string($0) }
    return .object(record)
  }
}

extension Traffic {
  fileprivate var record: JSONValue {
    [
      "bytesReceived": .integer(bytesReceived), "bytesSent": .integer(bytesSent),
      "connections": .integer(connections), "processes": .integer(processes), "requests": .integer(requests),
    ]
  }

  fileprivate init(record: JSONValue) throws(Observation.Damage) {
    self.init(
      connections: try record.count("connections"), requests: try record.count("requests"),
      bytesSent: try record.count("bytesSent"), bytesReceived: try record.count("bytesReceived"),
      processes: try record.count("processes"))
  }
}

extension JSONValue {
  fileprivate func member(_ name: String) throws(Observation.Damage) -> JSONValue {
    guard let value = self[name] else { throw Observation.Damage(description: "\(name) is missing") }
    return value
  }

  fileprivate func text(_ name: String) throws(Observation.Damage) -> String {
    guard let text = try member(name).string else { throw Observation.Damage(description: "\(name) is no text") }
    return text
  }

  fileprivate func textIfAny(_ name: String) throws(Observation.Damage) -> String? {
    guard let value = self[name], !value.isNull else { return nil }
    return try text(name)
  }

  fileprivate func count(_ name: String) throws(Observation.Damage) -> Int {
    guard let count = try member(name).integer else { throw Observation.Damage(description: "\(name) is no integer") }
    return count
  }

  fileprivate func list(_ name: String) throws(Observation.Damage) -> [JSONValue] {
    guard let list = try member(name).array else { throw Observation.Damage(description: "\(name) is no list") }
    return list
  }
}
