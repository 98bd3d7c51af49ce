import AuditModel
import Facts
import HTTPExchange
import Probing

/// Asks for the front page and a few static files, plainly, compressed and once more by their validator.
struct HTTPAssetsProbe: Probe {
  let descriptor = ProbeDescriptor(
    id: "http-assets", summary: "how static files are compressed, cached and delivered",
    targetKinds: ["https", "http"],
    safety: .observe,
    parameters: [
      Schema.Field("limit", .integer(minimum: 1, maximum: 10), "the most static files that are asked for", default: 4)
    ],
    facts: AssetSchema.facts, timeout: 20_000, traffic: "up to 14 requests for four files, redirects aside")

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    let declared = target.settings["assets"]?.array?.compactMap(\.string) ?? []
    let limit = parameters["limit"]?.integer ?? 4
    return await context.looking(at: target, for: descriptor.facts) { (questioner, redact) throws(Silence) in
      try Self.look(questioner, declared, limit: limit, AssetFacts(redact: redact))
    }
  }

  private static let codings: (name: String, value: String) = ("Accept-Encoding", "br, zstd, gzip")

  private static func look(
    _ questioner: Questioner, _ declared: [String], limit: Int, _ facts: AssetFacts
  ) throws(Silence) -> Sighting {
    let trail = try RedirectTrail(from: questioner.destination.url, .get, follow: true, with: questioner.client)
    let page = trail.last
    var sight = AssetFacts.Sight(front: page)
    let found = PageAssets(page)
    sight.elsewhere = found.elsewhere
    if page.response.status.map({ $0 < 300 }) ?? false {
      let packed = HTTPRequest(.get, page.request.url, fields: [codings])
      sight.texts.append(
        .init(url: page.request.url, plain: page.response, packed: try questioner.ask(packed, presenting: .declared)))
    }
    var urls: [HTTPURL] = []
    for url in declared.map({ questioner.destination.url.with(target: $0) }) + found.own
    where !urls.contains(url) && urls.count < limit {
      urls.append(url)
    }
    for url in urls {
      sight.files.append(try file(at: url, isDeclared: declared.contains(url.target), questioner))
    }
    return facts.sighting(sight)
  }

  private static func file(
    at url: HTTPURL, isDeclared: Bool, _ questioner: Questioner
  ) throws(Silence) -> AssetFacts.File {
    var file = AssetFacts.File(url: url, isDeclared: isDeclared, plain: try questioner.ask(HTTPRequest(.get, url)))
    guard let status = file.plain.answer?.response.status, (200..<300).contains(status) else { return file }
    file.packed = try questioner.ask(HTTPRequest(.get, url, fields: [codings]))
    guard let fields = file.packed?.answer?.response.fields else { return file }
    var conditions = [codings]
    // A weak comparison suffices, and a server that has both is asked by both, as browsers do.
    if let tag = fields.first("etag") { conditions.append(("If-None-Match", tag)) }
    if let date = fields.first("last-modified") { conditions.append(("If-Modified-Since", date)) }
    if conditions.count > 1 {
      file.conditional = try questioner.ask(HTTPRequest(.get, url, fields: conditions))
    }
    return file
  }
}

/// The static files that a page names.
struct PageAssets: Sendable {
  /// Of the page's own origin, in order.
  private(set) var own: [HTTPURL] = []
  /// The other hosts that files come from, in order.
  private(set) var elsewhere: [String] = []

  private static let relations: Set<String> = ["stylesheet", "icon", "preload", "modulepreload", "apple-touch-icon"]

  init(_ page: Answer) {
    guard ContentKind(page.response) == .html else { return }
    for tag in HTMLTags.found(in: page.response.body, named: ["script", "link", "img"]) {
      guard let reference = Self.reference(of: tag)?.trimmed, !reference.isEmpty,
        let url = page.request.url.resolving(reference)
      else { continue }
      if url.hasSameOrigin(as: page.request.url) {
        if !own.contains(url) { own.append(url) }
      } else if !elsewhere.contains(url.authority), elsewhere.count < 20 {
        elsewhere.append(url.authority)
      }
    }
  }

  private static func reference(of tag: HTMLTags.Tag) -> String? {
    guard tag.name == "link" else { return tag.attributes["src"] }
    let relations = (tag.attributes["rel"] ?? "").split(separator: " ").map { $0.trimmed.lowercased() }
    return relations.contains(where: Self.relations.contains) ? tag.attributes["href"] : nil
  }

  /// Whether the name of a file changes with its content: a part of its path, or a value of its query, is a hash.
  static func isHashed(_ url: HTTPURL) -> Bool {
    url.target.split(whereSeparator: { "/.-_~?&=".contains($0) }).contains(where: isHash)
      || url.target.split(whereSeparator: { "/.~?&=".contains($0) }).contains { segment in
        // Names such as `index-B_x9-Kq1`, whose hash holds the separators itself.
        segment.split(separator: "-", maxSplits: 1).dropFirst().contains { isMixed($0) && (8...12).contains($0.count) }
      }
  }

  /// Eight or more hexadecimal digits, or letters and digits in turn.
  private static func isHash(_ word: Substring) -> Bool {
    let bytes = Array(word.utf8)
    guard (8...128).contains(bytes.count) else { return false }
    let digits = bytes.count { (0x30...0x39).contains($0) }
    let letters = bytes.count { (0x61...0x7A).contains($0 | 0x20) }
    guard digits + letters == bytes.count, digits > 0, letters > 0 else { return false }
    let isHexadecimal = bytes.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0 | 0x20) }
    if isHexadecimal { return true }
    let turns = zip(bytes, bytes.dropFirst()).count { (0x30...0x39).contains($0) && !(0x30...0x39).contains($1) }
    return turns > 0
  }

  /// Upper and lower case with a digit before the end, as base 64 has it and words do not.
  private static func isMixed(_ word: Substring) -> Bool {
    word.utf8.contains { (0x41...0x5A).contains($0) } && word.utf8.contains { (0x61...0x7A).contains($0) }
      && word.utf8.dropLast().contains { (0x30...0x39).contains($0) }
  }
}

/// Turns what was seen of static files into facts. Pure.
struct AssetFacts {
  /// A text seen plainly and compressed.
  struct Text: Sendable {
    var url: HTTPURL
    var plain: HTTPResponse
    var packed: Questioner.Outcome
  }

  /// A static file.
  struct File: Sendable {
    var url: HTTPURL
    var isDeclared: Bool
    var plain: Questioner.Outcome
    var packed: Questioner.Outcome?
    /// Nil where there is no validator to ask with.
    var conditional: Questioner.Outcome?
  }

  struct Sight: Sendable {
    var front: Answer
    var texts: [Text] = []
    var files: [File] = []
    var elsewhere: [String] = []
  }

  /// Takes the target's secrets out of a text.
  var redact: (String) -> String

  /// Shorter texts are not worth compressing, in bytes.
  private static let worthCompressing = 1000

  func sighting(_ sight: Sight) -> Sighting {
    var gaps: [Gap] = []
    func note(_ outcome: Questioner.Outcome?, _ place: String, _ url: HTTPURL) {
      guard case .silent(let reason)? = outcome else { return }
      gaps.append(Gap(path: place, reason: redact("\(url.target.bounded(200)): \(reason)").bounded(400)))
    }
    if let reason = sight.front.response.silence {
      gaps = ["assets", "texts"].map { Gap(path: $0, reason: "the front page: \(reason)") }
    }
    var texts = sight.texts
    var assets: [JSONValue] = []
    var missing: [JSONValue] = []
    for file in sight.files {
      note(file.plain, "assets", file.url)
      guard let plain = file.plain.answer?.response, let status = plain.status else { continue }
      guard (200..<300).contains(status) else {
        missing.append([
          "path": path(file.url), "status": .integer(status), "declared": .bool(file.isDeclared),
        ])
        continue
      }
      if let packed = file.packed { texts.append(Text(url: file.url, plain: plain, packed: packed)) }
      note(file.conditional, "assets", file.url)
      assets.append(asset(file, plain))
    }
    for text in texts where isWorthwhile(text.plain) { note(text.packed, "texts", text.url) }
    return .seen(
      [
        "connection": sight.front.connectionFacts, "assets": .array(assets), "missing": .array(missing),
        "texts": .array(texts.filter { isWorthwhile($0.plain) }.compactMap(compression)),
        "elsewhere": JSONValue(sight.elsewhere.map { redact($0).bounded(300) }),
      ], gaps: gaps)
  }

  private func path(_ url: HTTPURL) -> JSONValue { .string(redact(url.target).bounded(300)) }

  private func isWorthwhile(_ response: HTTPResponse) -> Bool {
    guard response.body.count >= Self.worthCompressing else { return false }
    let type = response.mediaType ?? ""
    return type.hasPrefix("text/") || type.hasSuffix("+json") || type.hasSuffix("+xml")
      || [
        "application/json", "application/javascript", "application/x-javascript", "application/xml", "application/wasm",
        "application/manifest+json", "application/yaml", "font/ttf", "font/otf",
      ].contains(type)
  }

  private func compression(_ text: Text) -> JSONValue? {
    guard let packed = text.packed.answer?.response, let status = packed.status, (200..<300).contains(status) else {
      return nil
    }
    let coding = packed.fields?.list("content-encoding").last
    let vary = packed.fields?.list("vary") ?? []
    return [
      "path": path(text.url), "type": JSONValue(text.plain.mediaType.map { redact($0).bounded(100) }),
      "bytes": .integer(text.plain.body.count), "coding": JSONValue(coding.map { $0.bounded(40) }),
      "compressed": .bool(coding.map { ["br", "zstd", "gzip", "x-gzip"].contains($0) } ?? false),
      "varies": coding == nil ? nil : .bool(vary.contains("accept-encoding") || vary.contains("*")),
      "plainWhenAsked": .bool(text.plain.fields?.list("content-encoding").allSatisfy { $0 == "identity" } ?? true),
    ]
  }

  private func asset(_ file: File, _ plain: HTTPResponse) -> JSONValue {
    let fields = file.packed?.answer?.response.fields ?? plain.fields ?? HeaderFields()
    let directives = CacheDirectives(fields)
    let network = DeliveryNetwork(
      [plain.fields, file.packed?.answer?.response.fields, file.conditional?.answer?.response.fields].compactMap { $0 })
    let validator = fields.first("etag") != nil ? "etag" : fields.first("last-modified") != nil ? "lastModified" : nil
    let revalidates: JSONValue =
      validator == nil ? false : JSONValue(file.conditional?.answer.map { $0.response.status == 304 })
    let isHashed = PageAssets.isHashed(file.url)
    return [
      "path": path(file.url), "declared": .bool(file.isDeclared),
      "type": JSONValue(plain.mediaType.map { redact($0).bounded(100) }), "hashed": .bool(isHashed),
      "cacheControl": JSONValue(fields.first("cache-control").map { redact($0).bounded(300) }),
      "freshSeconds": .integer(directives.freshness), "immutable": .bool(directives.has("immutable")),
      "keptFromSharing": .bool(directives.isKeptFromSharing), "validator": JSONValue(validator),
      "revalidates": revalidates, "setsCookie": .bool(fields.first("set-cookie") != nil),
      "network": [
        "seen": .bool(!network.evidence.isEmpty), "hit": .bool(network.isHit), "evidence": JSONValue(network.evidence),
      ],
    ]
  }
}

/// The shape of what `http-assets` brings back.
enum AssetSchema {
  static let facts = Schema.object([
    Schema.Field("connection", ExchangeSchema.connection, required: true, "whether anybody could be asked"),
    Schema.Field(
      "assets", .nullable(.array(asset)), required: true, "the static files that are there, declared ones first"),
    Schema.Field(
      "missing",
      .nullable(
        .array(
          .object([
            Schema.Field("path", .string(), required: true, "path and query"),
            Schema.Field("status", .integer(), required: true, "the status"),
            Schema.Field("declared", .boolean, required: true, "the inventory names it, not the page"),
          ]))), required: true, "the static files that are not"),
    Schema.Field(
      "texts", .nullable(.array(text)), required: true,
      "the page and the files worth compressing: text of 1000 bytes or more"),
    Schema.Field(
      "elsewhere", .nullable(.array(.string())), required: true, "the other hosts the page takes files from"),
  ])

  private static let asset = Schema.object([
    Schema.Field("path", .string(), required: true, "path and query"),
    Schema.Field("declared", .boolean, required: true, "the inventory names it"),
    Schema.Field("type", .nullable(.string()), required: true, "the media type"),
    Schema.Field("hashed", .boolean, required: true, "its name changes with its content"),
    Schema.Field("cacheControl", .nullable(.string()), required: true, "Cache-Control"),
    Schema.Field(
      "freshSeconds", .integer(minimum: 0), required: true, "how long a browser may use it without asking"),
    Schema.Field("immutable", .boolean, required: true, "browsers need not ask even on reload"),
    Schema.Field("keptFromSharing", .boolean, required: true, "caches between may not keep it"),
    Schema.Field(
      "validator", .nullable(.string(.word(["etag", "lastModified"]))), required: true, "what it can be asked after by"),
    Schema.Field(
      "revalidates", .nullable(.boolean), required: true, "asked by its validator it answers 304; null if nothing came"),
    Schema.Field("setsCookie", .boolean, required: true, "it sets a cookie"),
    Schema.Field(
      "network",
      .object([
        Schema.Field("seen", .boolean, required: true, "a cache between speaks in its fields"),
        Schema.Field("hit", .boolean, required: true, "one of three answers came out of it"),
        Schema.Field("evidence", .array(.string()), required: true, "the fields that tell"),
      ]), required: true, "the content delivery network"),
  ])

  private static let text = Schema.object([
    Schema.Field("path", .string(), required: true, "path and query"),
    Schema.Field("type", .nullable(.string()), required: true, "the media type"),
    Schema.Field("bytes", .integer(minimum: 0), required: true, "bytes without compression, as far as read"),
    Schema.Field("coding", .nullable(.string()), required: true, "the compression when asked for br, zstd or gzip"),
    Schema.Field("compressed", .boolean, required: true, "it is one of those"),
    Schema.Field(
      "varies", .nullable(.boolean), required: true, "Vary names Accept-Encoding; null where nothing was compressed"),
    Schema.Field("plainWhenAsked", .boolean, required: true, "whoever asks for identity gets it"),
  ])
}
