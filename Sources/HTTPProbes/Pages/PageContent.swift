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
  /// What it brings in, each once in order.
  var references: [Reference] { brought.values }
  /// Whether browsers are told to ask for everything encrypted (upgrade-insecure-requests).
  private(set) var upgrades: Bool
  /// Stylesheets of the page's own origin.
  private(set) var stylesheets: [HTTPURL] = []
  /// Whether the whole page was read, and nothing of it left out for being too much.
  private(set) var isWhole: Bool
  private var brought: Distinct<Reference>

  /// The most that is kept of each kind.
  static let most = 1000
  /// The longest path, in bytes, against which references are read: each takes in a copy of it.
  static let longestBase = 2048

  /// Reads `content` as it came from `url` with the policies of its `Content-Security-Policy` fields.
  init(_ content: [UInt8], from url: HTTPURL, policies: [String]) {
    upgrades = policies.contains(where: Self.upgrades)
    let read = HTMLTags.tokens(in: content)
    var reader = Reader(url)
    for token in read.tokens { reader.take(token) }
    reader.finish()
    isWhole = read.isWhole && !reader.isCut
    inputs = reader.inputs
    formActions = reader.formActions.values
    brought = reader.references
    stylesheets = reader.stylesheets.values.filter { $0.hasSameOrigin(as: url) }
    upgrades = upgrades || reader.upgrades
  }

  /// Takes in what a stylesheet of the page brings in.
  mutating func add(stylesheet text: [UInt8], from url: HTTPURL) {
    StyleReferences.add(from: text[...], base: url, to: &brought)
    if brought.isCut { isWhole = false }
  }

  /// Values in the order of their first appearance, each once, and at most `most` of them.
  struct Distinct<Element: Hashable & Sendable>: Sendable {
    private(set) var values: [Element] = []
    /// Whether there were more.
    private(set) var isCut = false
    private var known: Set<Element> = []

    init(_ values: [Element] = []) { add(values) }

    mutating func add(_ value: Element) {
      guard !known.contains(value) else { return }
      guard values.count < PageContent.most else {
        isCut = true
        return
      }
      known.insert(value)
      values.append(value)
    }

    mutating func add(_ values: [Element]) { for value in values { add(value) } }
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
    /// The page's own URL.
    let url: HTTPURL
    /// Against which references are read: the page's own URL, or that of its first `base`.
    var base: HTTPURL
    var hasBase = false
    /// At most `most`.
    private(set) var inputs: [Input] = []
    var formActions = Distinct<HTTPURL>()
    var references = Distinct<Reference>()
    var stylesheets = Distinct<HTTPURL>()
    var upgrades = false
    /// The element whose raw text comes next.
    private var raw = ""
    /// Inside `template`, which only scripts bring to life.
    private var templates = 0
    /// Whether the body has begun, by its tag or by the first thing that no head holds (HTML section 13.2.6.4.4).
    private var isInBody = false
    /// The forms in order.
    private var forms: [Form] = []
    /// Which of them is open.
    private var form: Int?
    /// By its id, the first form that has it.
    private var formsByID: [String: Int] = [:]
    /// Controls that name their form, which may come after them.
    private var strays: [(id: String, control: Control)] = []
    /// Inside `audio` or `video`.
    private var media = 0
    /// Whether something was left out that does not say so itself.
    private var hasLeftOut = false

    private struct Form {
      /// Where it is sent to by itself, and the places that its buttons send it to; nil for what is no http or https URL.
      var actions: Distinct<HTTPURL?>
      var kinds: [Kind] = []
      var isSent: Bool
    }

    /// What a control means to its form.
    private enum Control {
      case typed(Kind)
      case sends(to: HTTPURL?)
    }

    /// What the head may hold without the body beginning.
    private static let headElements: Set<String> = [
      "html", "head", "base", "basefont", "bgsound", "link", "meta", "noframes", "noscript", "script", "style",
      "template", "title",
    ]

    /// Whether anything was more than is kept.
    var isCut: Bool {
      hasLeftOut || formActions.isCut || references.isCut || stylesheets.isCut
        || forms.contains { $0.isSent && $0.actions.isCut }
    }

    init(_ url: HTTPURL) {
      self.url = url
      hasLeftOut = Self.isTooLong(url)
      base = hasLeftOut ? url.with(target: "/") : url
    }

    private static func isTooLong(_ base: HTTPURL) -> Bool { base.path.utf8.count > PageContent.longestBase }

    mutating func take(_ token: HTMLTags.Token) {
      switch token {
      case .raw(let text):
        if raw == "script", PageContent.makesPasswordField(text) {
          add(Input(kind: .password, destination: nil, isMadeByScript: true))
        }
        if templates == 0, raw == "style" { StyleReferences.add(from: text, base: base, to: &references) }
      case .text: if templates == 0 { isInBody = true }
      case .close(let name): close(name)
      case .open(let tag): open(tag)
      }
    }

    /// Gives each control its form, now that all are known, and notes what is sent where.
    mutating func finish() {
      for stray in strays { give(stray.control, to: formsByID[stray.id]) }
      for form in forms where form.isSent { formActions.add(form.actions.values.compactMap { $0 }) }
      for form in forms where form.isSent {
        for kind in form.kinds {
          for action in form.actions.values {
            guard add(Input(kind: kind, destination: action)) else { return }
          }
        }
      }
    }

    /// Keeps an input; false where there are too many.
    @discardableResult
    private mutating func add(_ input: Input) -> Bool {
      guard inputs.count < PageContent.most else {
        hasLeftOut = true
        return false
      }
      inputs.append(input)
      return true
    }

    /// Notes what a control does in a form; without one it sends nothing.
    private mutating func give(_ control: Control, to form: Int?) {
      guard let form, forms.indices.contains(form) else {
        if case .typed(let kind) = control { add(Input(kind: kind, destination: nil)) }
        return
      }
      switch control {
      case .sends(let destination): forms[form].actions.add(destination)
      case .typed(let kind):
        if forms[form].kinds.count < PageContent.most {
          forms[form].kinds.append(kind)
        } else if forms[form].isSent {
          hasLeftOut = true
        }
      }
    }

    private mutating func close(_ name: String) {
      switch name {
      case "template": templates = max(0, templates - 1)
      case "audio", "video": media = max(0, media - 1)
      case "form": form = nil
      case "html", "body":
        form = nil
        if templates == 0 { isInBody = true }
      default: break
      }
    }

    private mutating func open(_ tag: HTMLTags.Tag) {
      raw = tag.name
      if tag.name == "template" { templates += 1 }
      if templates == 0, !Self.headElements.contains(tag.name) { isInBody = true }
      switch tag.name {
      case "base":
        if templates == 0, !hasBase, let href = tag.attributes["href"], let url = base.resolving(href.trimmed) {
          if Self.isTooLong(url) { hasLeftOut = true } else { base = url }
          hasBase = true
        }
      case "meta":
        // Anywhere but in the head it is no policy (HTML section 4.2.5.3).
        if templates == 0, !isInBody,
          tag.attributes["http-equiv"]?.trimmed.lowercased() == "content-security-policy",
          PageContent.upgrades(tag.attributes["content"] ?? "")
        {
          upgrades = true
        }
      case "form":
        // A form inside another is none (HTML section 4.10.3).
        guard form == nil else { break }
        form = forms.count
        if let id = tag.attributes["id"], !id.isEmpty, formsByID[id] == nil { formsByID[id] = forms.count }
        forms.append(
          Form(
            actions: Distinct([destination(tag.attributes["action"])]),
            isSent: tag.attributes["method"]?.trimmed.lowercased() != "dialog"))
      case "input", "textarea", "button": control(tag)
      default: break
      }
      guard templates == 0 else { return }
      if tag.name == "audio" || tag.name == "video" { media += 1 }
      bring(tag)
      if let style = tag.attributes["style"] {
        StyleReferences.add(from: Array(style.utf8)[...], base: base, to: &references)
      }
    }

    /// Without an action, or with an empty one, a form is sent to the page itself, whatever its `base` (HTML section
    /// 4.10.22.3); one of blanks is read like any other.
    private func destination(_ action: String?) -> HTTPURL? {
      guard let action, !action.isEmpty else { return url }
      return base.resolving(action.trimmed)
    }

    private mutating func control(_ tag: HTMLTags.Tag) {
      let type = tag.attributes["type"]?.trimmed.lowercased() ?? ""
      let isButton = tag.name == "button" ? type != "button" && type != "reset" : type == "submit" || type == "image"
      if isButton, let action = tag.attributes["formaction"] {
        place(.sends(to: destination(action)), of: tag)
      }
      if let kind = PageContent.kind(of: tag, type: type) { place(.typed(kind), of: tag) }
    }

    /// A control belongs to the form that it names, and only without a name to the one around it (HTML section 4.10.17.3).
    private mutating func place(_ control: Control, of tag: HTMLTags.Tag) {
      if let id = tag.attributes["form"] { strays.append((id, control)) } else { give(control, to: form) }
    }

    /// Notes what a start tag brings in.
    private mutating func bring(_ tag: HTMLTags.Tag) {
      func add(_ use: Use, _ attribute: String) {
        guard let text = tag.attributes[attribute]?.trimmed, !text.isEmpty, let url = base.resolving(text) else {
          return
        }
        references.add(Reference(use: use, element: tag.name, url: url))
      }
      // Browsers upgrade what `src` names, and refuse what a set of images does (Mixed Content section 3.1).
      func addSet(_ attribute: String) {
        for candidate in (tag.attributes[attribute] ?? "").split(separator: ",") {
          guard let text = candidate.split(whereSeparator: \.isWhitespace).first, let url = base.resolving(String(text))
          else { continue }
          references.add(Reference(use: .active, element: tag.name, url: url))
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
        references.add(Reference(use: .active, element: "link", url: url))
        if !isAlternate, Self.isTooLong(url) { hasLeftOut = true } else if !isAlternate { stylesheets.add(url) }
      } else if relations.contains("icon") || relations.contains("apple-touch-icon") || relations.contains("mask-icon")
      {
        references.add(Reference(use: .passive, element: "icon", url: url))
      } else if relations.contains("modulepreload") || relations.contains("manifest") {
        references.add(Reference(use: .active, element: "link", url: url))
      } else if relations.contains("preload") {
        let isShown = ["image", "audio", "video"].contains(tag.attributes["as"]?.trimmed.lowercased() ?? "")
        references.add(Reference(use: isShown ? .passive : .active, element: "link", url: url))
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
