/// XMPP, from a client or from another server.
struct XMPPDialogue: UpgradeDialogue {
  private enum Stage { case silent, features, upgrade }

  private let opening: String
  private var stage = Stage.silent

  init(namespace: String, domain: String) {
    let domain = domain.reduce(into: "") { text, character in
      switch character {
      case "&": text += "&amp;"
      case "<": text += "&lt;"
      case "'": text += "&apos;"
      default: text.append(character)
      }
    }
    opening =
      "<?xml version='1.0'?><stream:stream to='\(domain)' xmlns='\(namespace)' "
      + "xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>"
  }

  mutating func next(_ heard: inout [UInt8]) -> UpgradeMove {
    switch stage {
    case .silent:
      stage = .features
      return .send(Array(opening.utf8))
    case .features: return features(&heard)
    case .upgrade: return answer(&heard)
    }
  }

  private mutating func features(_ heard: inout [UInt8]) -> UpgradeMove {
    if let move = strange(heard) { return move }
    guard let end = Self.end(of: "features", in: heard) else { return .hear }
    let offersTLS = Self.start(of: "starttls", in: heard[..<end]) != nil
    heard.removeFirst(end)
    guard offersTLS else { return .refused("starttls is not among the features it names") }
    stage = .upgrade
    return .send(Array("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>".utf8))
  }

  private mutating func answer(_ heard: inout [UInt8]) -> UpgradeMove {
    if let move = strange(heard) { return move }
    if Self.end(of: "failure", in: heard) != nil { return .refused("the server answers with a failure") }
    guard let end = Self.end(of: "proceed", in: heard) else { return .hear }
    heard.removeFirst(end)
    return .goAhead
  }

  /// A stream's error, or no stream at all.
  private func strange(_ heard: [UInt8]) -> UpgradeMove? {
    let text = heard.drop { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
    if let first = text.first, first != UInt8(ascii: "<") { return .garbage }
    guard let start = Self.start(of: "error", in: heard[...]), Self.end(of: "error", in: heard) != nil else {
      return nil
    }
    // The first element inside names the condition (RFC 6120 section 4.9.3).
    let inside = heard[start...].drop { $0 != UInt8(ascii: ">") }.drop { $0 != UInt8(ascii: "<") }.dropFirst()
    return .refused("stream error " + PeerText.line(inside.prefix { !" />".utf8.contains($0) }))
  }

  /// Where the name of an element with this local name begins.
  private static func start(of name: String, in text: ArraySlice<UInt8>) -> Int? {
    let name = Array(name.utf8)
    var position = text.startIndex
    while let open = text[position...].firstIndex(of: UInt8(ascii: "<")) {
      position = open + 1
      var local = text[position...].prefix { !" \t\r\n/>".utf8.contains($0) }
      if let colon = local.firstIndex(of: UInt8(ascii: ":")) { local = local[(colon + 1)...] }
      if local.elementsEqual(name) { return open }
    }
    return nil
  }

  /// The position behind the whole of the first element with this local name; nil while it is not complete.
  private static func end(of name: String, in text: [UInt8]) -> Int? {
    guard let start = start(of: name, in: text[...]), let close = text[start...].firstIndex(of: UInt8(ascii: ">"))
    else {
      return nil
    }
    if text[close - 1] == UInt8(ascii: "/") { return close + 1 }
    var position = close + 1
    while let open = text[position...].firstIndex(of: UInt8(ascii: "<")) {
      guard let end = text[open...].firstIndex(of: UInt8(ascii: ">")) else { return nil }
      position = end + 1
      let tag = text[(open + 1)..<end]
      guard tag.first == UInt8(ascii: "/") else { continue }
      let qualified = tag.dropFirst().prefix { !" \t\r\n".utf8.contains($0) }
      if (qualified.split(separator: UInt8(ascii: ":")).last ?? []).elementsEqual(name.utf8) { return position }
    }
    return nil
  }
}
