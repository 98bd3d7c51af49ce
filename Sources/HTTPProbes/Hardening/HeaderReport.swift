package import Facts
import HTTPExchange

/// The tests of the header fields of one answer that somebody has in a file.
package enum HeaderReport {
  /// Why nothing can be told.
  package enum Refusal: Error, Hashable {
    /// The bytes are no HTTP response.
    case notHTTP
    /// The URL is no http or https URL.
    case notURL(String)
  }

  /// What is known of an answer beside its bytes.
  package struct Circumstances: Sendable {
    /// Where it came from.
    package var url = "https://localhost/"
    /// How it is meant to be read.
    package var profile = HeaderProfile.page
    /// The `Origin` that the request named; nil for that of the Observatory.
    package var origin: String?
    /// Whether it carries what is meant for one user alone; nil to tell by its own fields.
    package var isPrivate: Bool?

    /// Whether the URL's host is on the browsers' preload list, as somebody says.
    package var isPreloaded = false
    /// The browsers' preload list, where somebody has it.
    package var preloadList: PreloadList?

    /// An answer of a page on this host, from what its own fields say.
    package init() {}
  }

  /// The grade as `{"tests": [{"test", "result", "modifier", "pass"}], "score", "grade", …}`.
  package static func json(of bytes: [UInt8], _ circumstances: Circumstances) throws(Refusal) -> JSONValue {
    guard let url = HTTPURL(circumstances.url) else { throw .notURL(circumstances.url) }
    guard let raw = RawAnswer(bytes) else { throw .notHTTP }
    var answer = ObservedAnswer(url: url, status: raw.status, fields: raw.fields, content: raw.content)
    answer.crossOrigin = circumstances.origin.map { .init(origin: $0, fields: raw.fields) }
    // Addresses are on no list.
    if circumstances.isPreloaded, !url.hasAddressLiteral { answer.preloadedName = url.host }
    answer.preloadList = circumstances.preloadList
    let grade = HeaderGrade(
      circumstances.profile == .page
        ? Observatory(answer).tests : InterfaceProfile(answer, isPrivate: circumstances.isPrivate).tests)
    return [
      "tests": .array(grade.tests.map(json)), "score": .integer(grade.score), "grade": .string(grade.letter),
      "profile": .string(circumstances.profile.rawValue), "status": .integer(raw.status),
    ]
  }

  static func json(_ test: HeaderTest) -> JSONValue {
    [
      "test": .string(test.test), "result": .string(test.result), "modifier": .integer(test.modifier),
      "pass": .bool(test.passes),
    ]
  }
}
