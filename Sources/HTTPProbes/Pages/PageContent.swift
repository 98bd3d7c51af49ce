import HTTPExchange

/// What a page in HTML asks of people and brings in, read as a browser with scripts would take it. Pure and total.
struct PageContent: Sendable {
  /// How much what is typed is worth to whoever reads it.
  enum Kind: String, Sendable, CaseIterable {
    /// Free text, a search, a file.
    case text
    case password
    /// The number or the code of a payment card.
    case card
  }

  /// A place to type into.
  struct Input: Sendable, Hashable {
    var kind: Kind
    /// Where it is sent; nil where no form holds it, or where that is no http or https URL.
    var destination: HTTPURL?
    /// Whether a script makes it instead of the document.
    var isMadeByScript = false
  }

  /// What is done with something that the page brings in.
  enum Use: String, Sendable, CaseIterable {
    /// It can change the page: scripts, styles, frames, fonts. Browsers refuse it unless it is encrypted.
    case active
    /// It is shown: images, sounds, films, the icon. Browsers ask for it encrypted instead, and show nothing otherwise.
    case passive
  }

  /// Something that the page brings in.
  struct Reference: Sendable, Hashable {
    var use: Use
    /// The element, or `css`.
    var element: String
    var url: HTTPURL
  }

  private(set) var inputs: [Input] = []
  /// Where forms are sent to, each once in order, those without a field included.
  private(set) var formActions: [HTTPURL] = []
  private(set) var references: [Reference] = []
  /// Whether browsers are told to ask for everything encrypted (upgrade-insecure-requests).
  private(set) var upgrades: Bool
  /// Stylesheets of the page's own origin.
  private(set) var stylesheets: [HTTPURL] = []
  /// Whether the whole page was read.
  private(set) var isWhole: Bool

  /// The most that is kept of each kind.
  static let most = 1000

  /// Reads `content` as it came from `url` with the policies of its `Content-Security-Policy` fields.
  init(_ content: [UInt8], from url: HTTPURL, policies: [String]) {
    upgrades = policies.contains(where: Self.upgrades)
    let read = HTMLTags.tokens(in: content)
    isWhole = read.isWhole
    var reader = Reader(base: url)
    for token in read.tokens { reader.take(token) }
    reader.finish()
    inputs = Array(reader.inputs.prefix(Self.most))
    formActions = Array(reader.formActions.prefix(Self.most))
    references = Array(reader.references.prefix(Self.most))
    stylesheets = reader.stylesheets.filter { $0.hasSameOrigin(as: url) }
    upgrades = upgrades || reader.upgrades
  }

  /// Takes in what a stylesheet of the page brings in.
  mutating func add(stylesheet text: [UInt8], from url: HTTPURL) {
    references += StyleReferences.found(in: text[...], base: url).prefix(max(0, Self.most - references.count))
  }

  /// Whether a list of policies (CSP level 3 section 2.2) has the directive.
  static func upgrades(_ policies: String) -> Bool {
    policies.split(separator: ",").contains { policy in
      policy.split(separator: ";").contains { directive in
        directive.split(whereSeparator: { $0 == " " || $0 == "\t" }).first?.lowercased() == "upgrade-insecure-requests"
      }
    }
  }

  /// Goes through the tokens of one document.
  private struct Reader {
    /// Against which references are read: the page's own URL, or that of its first `base`.
    var base: HTTPURL
    var hasBase = false
    var inputs: [Input] = []
    var formActions: [HTTPURL] = []
    var references: [Reference] = []
    var stylesheets: [HTTPURL] = []
    var upgrades = false
    /// The element whose raw text comes next.
    private var raw = ""
    /// Inside `noscript`, which browsers with scripts skip, and `template`, which only scripts bring to life.
    private var noscripts = 0
    private var templates = 0
    /// Inside a form: where it is sent to by itself, and the places that its buttons send it to.
    private var form: Form?
    /// Inside `audio` or `video`.
    private var media = 0

    private struct Form {
      var actions: [HTTPURL?]
      var kinds: [Kind] = []
      var isSent: Bool
    }

    init(base: HTTPURL) { self.base = base }

    mutating func take(_ token: HTMLTags.Token) {
      switch token {
      case .raw(let text):
        if noscripts == 0, raw == "script", PageContent.makesPasswordField(text) {
          inputs.append(Input(kind: .password, destination: nil, isMadeByScript: true))
        }
        if noscripts == 0, templates == 0, raw == "style" { references += StyleReferences.found(in: text, base: base) }
      case .close(let name): close(name)
      case .open(let tag): open(tag)
      }
    }

    /// A form that is left open goes on to the end.
    mutating func finish() { endForm() }

    private mutating func close(_ name: String) {
      switch name {
      case "noscript": noscripts = max(0, noscripts - 1)
      case "template": templates = max(0, templates - 1)
      case "audio", "video": media = max(0, media - 1)
      case "form": endForm()
      case "html", "body": endForm()
      default: break
      }
    }

    private mutating func endForm() {
      guard let form else { return }
      self.form = nil
      guard form.isSent else { return }
      for action in form.actions.compactMap({ $0 }) where !formActions.contains(action) { formActions.append(action) }
      for kind in form.kinds {
        for action in form.actions { inputs.append(Input(kind: kind, destination: action)) }
      }
    }

    private mutating func open(_ tag: HTMLTags.Tag) {
      raw = tag.name
      if tag.name == "noscript" { noscripts += 1 }
      if tag.name == "template" { templates += 1 }
      guard noscripts == 0 else { return }
      switch tag.name {
      case "base":
        if !hasBase, let href = tag.attributes["href"], let url = base.resolving(href.trimmed) {
          base = url
          hasBase = true
        }
      case "meta":
        if tag.attributes["http-equiv"]?.trimmed.lowercased() == "content-security-policy",
          PageContent.upgrades(tag.attributes["content"] ?? "")
        {
          upgrades = true
        }
      case "form":
        // A form inside another is none (HTML section 4.10.3).
        guard form == nil else { break }
        form = Form(
          actions: [destination(tag.attributes["action"])],
          isSent: tag.attributes["method"]?.trimmed.lowercased() != "dialog")
      case "input", "textarea", "button": control(tag)
      default: break
      }
      guard templates == 0 else { return }
      if tag.name == "audio" || tag.name == "video" { media += 1 }
      bring(tag)
      if let style = tag.attributes["style"] {
        references += StyleReferences.found(in: Array(style.utf8)[...], base: base)
      }
    }

    private func destination(_ action: String?) -> HTTPURL? {
      // Without an action a form is sent to the page itself.
      base.resolving((action ?? "").trimmed)
    }

    private mutating func control(_ tag: HTMLTags.Tag) {
      let type = tag.attributes["type"]?.trimmed.lowercased() ?? ""
      let isButton = tag.name == "button" ? type != "button" && type != "reset" : type == "submit" || type == "image"
      if isButton, let action = tag.attributes["formaction"] {
        let destination = destination(action)
        form?.actions.append(destination)
      }
      guard let kind = PageContent.kind(of: tag, type: type) else { return }
      if form == nil { inputs.append(Input(kind: kind, destination: nil)) } else { form?.kinds.append(kind) }
    }

    /// Notes what a start tag brings in.
    private mutating func bring(_ tag: HTMLTags.Tag) {
      func add(_ use: Use, _ attribute: String) {
        guard let text = tag.attributes[attribute]?.trimmed, !text.isEmpty, let url = base.resolving(text) else {
          return
        }
        references.append(Reference(use: use, element: tag.name, url: url))
      }
      // Browsers upgrade what `src` names, and refuse what a set of images does (Mixed Content section 3.1).
      func addSet(_ attribute: String) {
        for candidate in (tag.attributes[attribute] ?? "").split(separator: ",") {
          guard let text = candidate.split(whereSeparator: \.isWhitespace).first, let url = base.resolving(String(text))
          else { continue }
          references.append(Reference(use: .active, element: tag.name, url: url))
        }
      }
      switch tag.name {
      case "script", "iframe", "frame", "embed", "track": add(.active, "src")
      case "object": add(.active, "data")
      case "img":
        add(.passive, "src")
        addSet("srcset")
      case "source":
        if media > 0 { add(.passive, "src") } else { addSet("srcset") }
      case "audio": add(.passive, "src")
      case "video":
        add(.passive, "src")
        add(.passive, "poster")
      case "input": if tag.attributes["type"]?.trimmed.lowercased() == "image" { add(.passive, "src") }
      case "image":
        add(.passive, "href")
        add(.passive, "xlink:href")
      case "body", "table", "td", "th": add(.passive, "background")
      case "link": link(tag)
      default: break
      }
    }

    private mutating func link(_ tag: HTMLTags.Tag) {
      guard let text = tag.attributes["href"]?.trimmed, !text.isEmpty, let url = base.resolving(text) else { return }
      let relations = Set((tag.attributes["rel"] ?? "").lowercased().split(whereSeparator: \.isWhitespace))
      let isAlternate = relations.contains("alternate")
      if relations.contains("stylesheet") {
        references.append(Reference(use: .active, element: "link", url: url))
        if !isAlternate, !stylesheets.contains(url) { stylesheets.append(url) }
      } else if relations.contains("icon") || relations.contains("apple-touch-icon") || relations.contains("mask-icon")
      {
        references.append(Reference(use: .passive, element: "icon", url: url))
      } else if relations.contains("modulepreload") || relations.contains("manifest") {
        references.append(Reference(use: .active, element: "link", url: url))
      } else if relations.contains("preload") {
        let isShown = ["image", "audio", "video"].contains(tag.attributes["as"]?.trimmed.lowercased() ?? "")
        references.append(Reference(use: isShown ? .passive : .active, element: "link", url: url))
      }
    }
  }

  /// What people type into it; nil for controls that nobody types into.
  private static func kind(of tag: HTMLTags.Tag, type: String) -> Kind? {
    if tag.name == "button" { return nil }
    let hints = (tag.attributes["autocomplete"] ?? "").lowercased().split(whereSeparator: \.isWhitespace)
    if hints.contains(where: { ["cc-number", "cc-csc", "cc-exp", "cc-exp-month", "cc-exp-year"].contains($0) }) {
      return .card
    }
    if tag.name == "textarea" { return .text }
    switch type {
    case "password": return .password
    case "hidden", "submit", "button", "reset", "image", "checkbox", "radio", "range", "color": return nil
    default:
      if hints.contains("current-password") || hints.contains("new-password") || hints.contains("one-time-code") {
        return .password
      }
      let names = [tag.attributes["name"], tag.attributes["id"]].compactMap { $0?.lowercased() }.map { name in
        name.filter { $0.isLetter || $0.isNumber }
      }
      return names.contains(where: Self.cardNames.contains) ? .card : .text
    }
  }

  /// How sites call the fields of a card, without separators.
  private static let cardNames: Set<String> = [
    "cardnumber", "ccnumber", "creditcard", "creditcardnumber", "ccnum", "cardnum", "cvc", "cvv", "cvv2", "cardcvc",
    "cardcvv", "securitycode", "cccsc",
  ]

  /// Whether a script has what makes a field for passwords: the words by which the type is set, spaces aside.
  static func makesPasswordField(_ script: ArraySlice<UInt8>) -> Bool {
    var text: [UInt8] = []
    for byte in script {
      switch byte {
      case 0x20, 0x09, 0x0A, 0x0D, 0x0C, UInt8(ascii: "\\"): break
      case UInt8(ascii: "'"), UInt8(ascii: "`"): text.append(UInt8(ascii: "\""))
      case 0x41...0x5A: text.append(byte | 0x20)
      default: text.append(byte)
      }
    }
    let marks = [#"type="password""#, #"type:"password""#, #""type","password""#, "type=password"].map {
      Array($0.utf8)
    }
    let lead = Array("type".utf8)
    var rest = text[...]
    while let place = rest.firstIndex(of: lead[0]) {
      let here = text[place...]
      if marks.contains(where: here.starts(with:)) { return true }
      if place > text.startIndex, text[text.index(before: place)...].starts(with: marks[2]) { return true }
      rest = text[(place + 1)...]
    }
    return false
  }
}
