import AuditModel
import Facts
import HTTPExchange
import Probing

/// Turns pages that were seen into facts about what goes without encryption. Pure.
struct PageFacts {
  /// One page in HTML.
  struct Page: Sendable {
    var url: HTTPURL
    var status: Int
    var content: PageContent
    /// Whether all of it came, and every stylesheet of its own.
    var isWhole = true
  }

  /// Takes the target's secrets out of a text.
  var redact: (String) -> String

  /// The most that are listed of one page and kind.
  private static let mostListed = 50

  func value(connection: JSONValue, _ pages: [Page]) -> JSONValue {
    ["connection": connection, "pages": .array(pages.map(fact))]
  }

  private func fact(_ page: Page) -> JSONValue {
    let isEncrypted = page.url.scheme == .https
    let content = page.content
    // Told to upgrade, browsers send forms and ask for files encrypted, wherever they lead. On a page without
    // encryption the word may have been taken out on the way.
    let upgrades = isEncrypted && content.upgrades
    let exposed = content.inputs.filter { input in
      !isEncrypted || (!upgrades && input.destination.map(Self.isInTheClear) ?? false)
    }
    let mixed = isEncrypted ? content.references.filter { Self.isInTheClear($0.url) } : []
    func list(_ use: PageContent.Use) -> JSONValue {
      references(upgrades ? [] : mixed.filter { $0.use == use })
    }
    let actions = isEncrypted && !upgrades ? content.formActions.filter(Self.isInTheClear) : []
    return [
      "url": text(page.url), "encrypted": .bool(isEncrypted), "status": .integer(page.status),
      "upgrades": .bool(content.upgrades), "whole": .bool(page.isWhole && content.isWhole),
      "inputs": .integer(content.inputs.count),
      "exposedSecrets": inputs(exposed.filter { $0.kind != .text }),
      "exposedInputs": inputs(exposed.filter { $0.kind == .text }),
      "formsInTheClear": .array(actions.prefix(Self.mostListed).map(text)),
      "mixedActive": list(.active), "mixedPassive": list(.passive),
      "excused": .integer(upgrades ? mixed.count : 0),
    ]
  }

  /// Whether a browser sends to it unprotected: over http, to another machine than its own (Secure Contexts section 3.1).
  private static func isInTheClear(_ url: HTTPURL) -> Bool {
    guard url.scheme == .http else { return false }
    let isOwnMachine =
      url.host == "localhost" || url.host.hasSuffix(".localhost") || url.host == "::1"
      || (url.hasAddressLiteral && url.host.hasPrefix("127."))
    return !isOwnMachine
  }

  private func inputs(_ inputs: [PageContent.Input]) -> JSONValue {
    .array(
      PageContent.Distinct(inputs).values.prefix(Self.mostListed).map { input in
        [
          "kind": .string(input.kind.rawValue), "destination": input.destination.map(text) ?? .null,
          "madeByScript": .bool(input.isMadeByScript),
        ]
      })
  }

  private func references(_ references: [PageContent.Reference]) -> JSONValue {
    .array(
      references.prefix(Self.mostListed).map { reference in
        ["element": .string(reference.element), "url": text(reference.url)]
      })
  }

  private func text(_ url: HTTPURL) -> JSONValue { .string(redact(url.text).bounded(500)) }
}

/// The shape of what `http-pages` brings back.
enum PageSchema {
  static let facts = Schema.object([
    Schema.Field("connection", ExchangeSchema.connection, required: true, "whether anybody could be asked"),
    Schema.Field(
      "pages", .nullable(.array(page)), required: true,
      "the pages in HTML that were seen: the target's own, those that the inventory names, and what plain HTTP shows"
        + " instead of leading to them"),
  ])

  private static let page = Schema.object([
    Schema.Field("url", .string(), required: true, "where redirects within the host ended"),
    Schema.Field("encrypted", .boolean, required: true, "whether it came over https"),
    Schema.Field("status", .integer(minimum: 100, maximum: 999), required: true, "the status"),
    Schema.Field(
      "upgrades", .boolean, required: true,
      "whether it tells browsers to ask for everything encrypted (upgrade-insecure-requests)"),
    Schema.Field("whole", .boolean, required: true, "whether all of it was read, its stylesheets included"),
    Schema.Field("inputs", count, required: true, "how many places it has to type into"),
    Schema.Field(
      "exposedSecrets", .array(input), required: true, "passwords and cards that are typed or sent in the clear"),
    Schema.Field("exposedInputs", .array(input), required: true, "other text that is typed or sent in the clear"),
    Schema.Field(
      "formsInTheClear", .array(.string()), required: true,
      "where forms of an encrypted page are sent without encryption"),
    Schema.Field(
      "mixedActive", .array(reference), required: true,
      "scripts, styles, frames and fonts that an encrypted page asks for without encryption"),
    Schema.Field(
      "mixedPassive", .array(reference), required: true,
      "images, sounds, films and icons that an encrypted page asks for without encryption"),
    Schema.Field("excused", count, required: true, "how many of both do not count, since browsers are told to upgrade"),
  ])

  private static let input = Schema.object([
    Schema.Field("kind", .string(.word(PageContent.Kind.allCases.map(\.rawValue))), required: true, "what is typed"),
    Schema.Field(
      "destination", .nullable(.string()), required: true, "where its form is sent; null without a form or such a place"
    ),
    Schema.Field("madeByScript", .boolean, required: true, "whether a script of the page makes it"),
  ])

  private static let reference = Schema.object([
    Schema.Field("element", .string(), required: true, "the element, `icon`, or `css`"),
    Schema.Field("url", .string(), required: true, "what it asks for"),
  ])

  private static let count = Schema.integer(minimum: 0)
}
