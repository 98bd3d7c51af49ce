import Facts

/// An event as it was found in a page.
struct ExtractedEvent: Sendable, Equatable {
  /// What it is called.
  var title: String
  /// When it begins: a date, or a date and time with its offset (ISO 8601).
  var startsAt: String
  /// Where it is; nil where the page does not say.
  var venue: String?
  /// What it is about.
  var description: String
  /// Its page; nil where there is none.
  var url: String?

  /// What tells it from other events of its source, also when the page is read again.
  var identity: String { url ?? "\(startsAt) \(title)" }

  /// The event with its embedding, as the extraction service answers it.
  var json: JSONValue {
    [
      "id": .string(identity), "title": .string(title), "startsAt": .string(startsAt), "venue": JSONValue(venue),
      "description": .string(description), "url": JSONValue(url),
      "embedding": .array(Embedding.of("\(title) \(description)").map { .double($0) }),
    ]
  }
}
