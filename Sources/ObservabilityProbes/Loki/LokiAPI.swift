import AuditModel
import Definitions
import Facts
import HTTPExchange

/// The questions that a Loki answers.
struct LokiAPI {
  let visit: ServiceVisit

  /// One line with its time in seconds since 1970.
  struct Line {
    var time: Int
    var text: String
    var labels: JSONObject
  }

  private func data(_ path: String) throws(Obstacle) -> JSONValue {
    let answer = try visit.json(path)
    guard answer["status"]?.string == "success" else {
      throw Obstacle(.malformed, "the service answers, and not as a Loki does")
    }
    // Without any line there is no data.
    return answer["data"] ?? []
  }

  /// The labels that lines have.
  func labels() throws(Obstacle) -> [String] { (try data("/loki/api/v1/labels").array ?? []).compactMap(\.string) }

  /// The values of a label.
  func values(of label: String) throws(Obstacle) -> [String] {
    (try data("/loki/api/v1/label/\(HTTPURL.queryValue(label))/values").array ?? []).compactMap(\.string)
  }

  /// The newest lines that `query` selects within the last `minutes`, newest first.
  func lines(_ query: String, minutes: Int, limit: Int) throws(Obstacle) -> [Line] {
    let now = Instant.present.seconds
    let answer = try data(
      "/loki/api/v1/query_range?query=\(HTTPURL.queryValue(query))&start=\(now - minutes * 60)000000000"
        + "&end=\(now + 60)000000000&limit=\(limit)&direction=backward")
    var lines: [Line] = []
    for stream in answer["result"]?.array ?? [] {
      let labels = stream["stream"]?.object ?? [:]
      for pair in stream["values"]?.array ?? [] {
        guard let time = pair[0]?.string.flatMap({ Int($0) }), let text = pair[1]?.string else { continue }
        lines.append(Line(time: time / 1_000_000_000, text: text, labels: labels))
      }
    }
    return Array(lines.sorted { $0.time > $1.time }.prefix(limit))
  }

  /// The configuration that a server gives back.
  static func configuration(_ body: [UInt8]) -> JSONValue? {
    let value = Definitions.document(SourceFile(path: "config", bytes: body)).value
    return value?.object == nil ? nil : value
  }
}
