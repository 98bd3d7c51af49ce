import AuditModel
import Cryptography
import Facts

/// An event as the platform's predecessor exported it: one JSON object on a line of its own.
///
/// `{"id": "…", "title": "…", "startsAt": "2019-05-03T18:00:00Z", "description": "…", "venue": "…",
/// "speakers": [{"name": "…", "company": "…", "headline": "…"}]}`; `description`, `venue` and `speakers` may be missing or null,
/// and so may a speaker's `company` and `headline`.
struct LegacyEvent: Sendable, Equatable {
  struct Speaker: Sendable, Equatable {
    var name: String
    var company: String?
    var headline: String?
  }

  /// The number of its line, from 1.
  var line: Int
  var id: String
  var title: String
  var description: String
  var startsAt: Instant
  var venue: String?
  var speakers: [Speaker]

  /// What is wrong with a line.
  struct Flaw: Error, CustomStringConvertible {
    var line: Int
    var reason: String
    var description: String { "line \(line): \(reason)" }
  }

  /// The longest text of a member, in UTF-8 bytes, and the most speakers of one event.
  private static let (longestText, mostSpeakers) = (100_000, 200)

  /// Reads a line.
  init(line: Int, bytes: some Sequence<UInt8>) throws(Flaw) {
    func flaw(_ reason: String) -> Flaw { Flaw(line: line, reason: reason) }
    let value: JSONValue
    do {
      value = try JSONText.parse(Array(bytes))
    } catch {
      throw flaw("column \(error.column): no JSON, \(error.message)")
    }
    guard let object = value.object else { throw flaw("no JSON object") }
    if let name = object.names.first(where: { !Self.members.contains($0) }) {
      throw flaw("an unknown member `\(String(name.prefix(40)))`")
    }
    func text(_ name: String, in object: JSONObject, isNeeded: Bool) throws(Flaw) -> String? {
      switch object[name] {
      case nil, .null:
        if isNeeded { throw flaw("`\(name)` is missing") }
        return nil
      case .string(let text):
        if text.isEmpty, isNeeded { throw flaw("`\(name)` is empty") }
        guard text.utf8.count <= Self.longestText, !text.utf8.contains(0) else {
          throw flaw("`\(name)` is longer than \(Self.longestText) bytes or holds a zero byte")
        }
        return text.isEmpty ? nil : text
      default: throw flaw("`\(name)` is no text")
      }
    }
    self.line = line
    id = try text("id", in: object, isNeeded: true) ?? ""
    title = try text("title", in: object, isNeeded: true) ?? ""
    description = try text("description", in: object, isNeeded: false) ?? ""
    venue = try text("venue", in: object, isNeeded: false)
    guard let startsAt = Instant(try text("startsAt", in: object, isNeeded: true) ?? "") else {
      throw flaw("`startsAt` is no time of RFC 3339")
    }
    self.startsAt = startsAt
    speakers = []
    switch object["speakers"] {
    case nil, .null: break
    case .array(let elements):
      guard elements.count <= Self.mostSpeakers else { throw flaw("more than \(Self.mostSpeakers) speakers") }
      for element in elements {
        guard let speaker = element.object, speaker.names.allSatisfy(Self.speakerMembers.contains) else {
          throw flaw("a speaker is no object of name, company and headline")
        }
        let read = Speaker(
          name: try text("name", in: speaker, isNeeded: true) ?? "",
          company: try text("company", in: speaker, isNeeded: false),
          headline: try text("headline", in: speaker, isNeeded: false))
        if !speakers.contains(where: { $0.name == read.name && $0.company == read.company }) { speakers.append(read) }
      }
    default: throw flaw("`speakers` is no list")
    }
  }

  private static let members: Set = ["id", "title", "description", "startsAt", "venue", "speakers"]
  private static let speakerMembers: Set = ["name", "company", "headline"]

  /// What the database is given.
  var json: JSONValue {
    [
      "line": .integer(line), "id": .string(id), "title": .string(title), "description": .string(description),
      "startsAt": .string(startsAt.description), "venue": JSONValue(venue),
      "speakers": .array(
        speakers.map {
          ["name": .string($0.name), "company": JSONValue($0.company), "headline": .string($0.headline ?? "")]
        }),
      "embedding": .array(Embedding.of("\(title) \(description)").map { .double($0) }),
    ]
  }

  /// A digest of all that has to come through, for comparing what was read with what was stored.
  var digest: String {
    Self.digest(
      id: id, title: title, description: description, seconds: startsAt.seconds, venue: venue,
      speakers: speakers.map { ($0.name, $0.company) })
  }

  /// The digest of an event's parts. Speakers stand in any order.
  static func digest(
    id: String, title: String, description: String, seconds: Int, venue: String?, speakers: [(String, String?)]
  ) -> String {
    var parts: [JSONValue] = [.string(id), .string(title), .string(description), .integer(seconds), JSONValue(venue)]
    let names = speakers.map { [.string($0.0), JSONValue($0.1)] as JSONValue }
    parts += names.map { JSONText.compact($0) }.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
      .map { .string($0) }
    return SHA256.hex(JSONText.compact(.array(parts)).utf8)
  }
}

/// A file of such events, read as a whole before anything is written.
struct LegacyFile: Sendable {
  var events: [LegacyEvent]
  /// The SHA-256 of its bytes: an import is of this very content, whatever the file is called.
  var digest: String

  /// Why it is not imported.
  enum Refusal: Error {
    case missing(String)
    case malformed([LegacyEvent.Flaw])
  }

  /// Not more than this is read, in bytes.
  private static let largest = 1 << 30
  /// Not more flaws than this are told.
  private static let mostFlaws = 20

  init(path: String) throws(Refusal) {
    guard let bytes = Files.bytes(at: path) else { throw .missing("\(path) cannot be read") }
    guard bytes.count <= Self.largest else {
      throw .malformed([.init(line: 1, reason: "the file is larger than \(Self.largest >> 20) MiB")])
    }
    digest = SHA256.hex(bytes)
    events = []
    var flaws: [LegacyEvent.Flaw] = []
    var lines: [String: Int] = [:]
    for (index, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
      let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
      if line.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }) { continue }
      do throws(LegacyEvent.Flaw) {
        let event = try LegacyEvent(line: index + 1, bytes: line)
        if let first = lines.updateValue(index + 1, forKey: event.id) {
          throw LegacyEvent.Flaw(line: index + 1, reason: "the id of line \(first) again")
        }
        events.append(event)
      } catch {
        flaws.append(error)
        if flaws.count == Self.mostFlaws { break }
      }
    }
    if events.isEmpty, flaws.isEmpty { flaws = [.init(line: 1, reason: "the file holds no event")] }
    guard flaws.isEmpty else { throw .malformed(flaws) }
  }
}
