import HTTPExchange

/// How an endpoint's answers are meant to be read.
package enum HeaderProfile: String, Sendable, CaseIterable {
  /// By people, in a browser.
  case page
  /// By programs.
  case api
}

/// What kind of content an answer carries.
enum ContentKind: String, Sendable, CaseIterable {
  case html, problem, json, xml, text, other, none

  init(_ response: HTTPResponse) {
    if response.body.isEmpty {
      self = .none
      return
    }
    switch response.mediaType {
    case "text/html"?, "application/xhtml+xml"?: self = .html
    case "application/problem+json"?, "application/problem+xml"?: self = .problem
    case let type? where type == "application/json" || type.hasSuffix("+json"): self = .json
    case let type? where type == "application/xml" || type == "text/xml" || type.hasSuffix("+xml"): self = .xml
    case let type? where type.hasPrefix("text/"): self = .text
    case nil: self = Self.looksLikeHTML(response.body) ? .html : .other
    default: self = .other
    }
  }

  /// The profile that content of this kind speaks for; nil where it speaks for neither.
  var profile: HeaderProfile? {
    switch self {
    case .html: .page
    case .problem, .json, .xml: .api
    case .text, .other, .none: nil
    }
  }

  /// Content that begins like a document for people, whatever it is called.
  static func looksLikeHTML(_ content: [UInt8]) -> Bool {
    let start = content.prefix(256).drop { $0 <= 0x20 || $0 == 0xEF || $0 == 0xBB || $0 == 0xBF }.prefix(15)
    let lower = String(decoding: start, as: UTF8.self).lowercased()
    return lower.hasPrefix("<!doctype html") || lower.hasPrefix("<html") || lower.hasPrefix("<head")
  }

  /// Content that begins like JSON, whatever it is called.
  static func looksLikeJSON(_ content: [UInt8]) -> Bool {
    let start = content.drop { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }.first
    return start == UInt8(ascii: "{") || start == UInt8(ascii: "[")
  }
}
