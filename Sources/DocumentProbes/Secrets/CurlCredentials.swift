/// Credentials among the arguments of `curl`, in scripts and in documents that show it: one reader for one text.
///
/// Time is linear in the text. A command is read once for all kinds, and no further than to the next `curl` between its
/// arguments, which is read by itself. A `curl` in quotes may be one of its own too, as quotes in prose are no pairs: at
/// one place up to three readings differ, out of quotes and in either kind of them.
struct CurlCredentials {
  /// What carries them.
  enum Kind: Sendable, CaseIterable {
    /// `-u name:password`, as curl(1) takes it.
    case user
    /// `-H 'X-Api-Key: …'`, and `Authorization` in any form.
    case header

    var id: String { self == .user ? "curl-auth-user" : "curl-auth-header" }
    var summary: String { self == .user ? "a password given to curl" : "a header with credentials given to curl" }
    /// The least, in bits per character.
    var entropy: Double { self == .user ? 2 : 2.75 }
  }

  /// How far arguments are read, in bytes.
  private static let reach = 4_000
  /// Passwords that only show where one goes.
  private static let placeholders: Set<String> = [
    "password", "pass", "passwd", "pwd", "token", "secret", "test", "changeme", "changeit", "mypassword", "userpass",
    "yourpassword", "apikey", "api_key", "api-key", "key", "admin",
  ]
  /// What a header that carries a key is called, after `X-` and one more word.
  private static let keyHeaders: Set<String> = ["key", "token", "apikey", "api-key", "apitoken", "api-token"]

  /// The words of options that carry one kind, and what came of the command read last.
  private struct Search {
    let kind: Kind
    let short: UInt8
    let long: [UInt8]
    /// Whether the next argument is the value of an option.
    var isAwaiting = false
    var found: Range<Int>?

    init(_ kind: Kind) {
      self.kind = kind
      short = kind == .user ? UInt8(ascii: "u") : UInt8(ascii: "H")
      long = Array((kind == .user ? "--user" : "--header").utf8)
    }

    mutating func take(_ argument: Range<Int>, in bytes: UnsafeBufferPointer<UInt8>) {
      if isAwaiting {
        isAwaiting = false
        found = CurlCredentials.value(kind, of: argument, in: bytes)
        return
      }
      switch CurlCredentials.option(short, long, argument, in: bytes) {
      case .other: break
      case .takesNext: isAwaiting = true
      case .takes(let rest): found = CurlCredentials.value(kind, of: rest, in: bytes)
      }
    }
  }

  /// Where the word ends whose command was read last.
  private var wordEnd: Int?
  private var searches: [Search] = []
  /// Bytes of arguments that were read, over all commands.
  private(set) var bytesRead = 0

  /// The first secret of `kind` among the arguments that follow `word`, up to the next `curl`; nil where there is none.
  mutating func secret(_ kind: Kind, behind word: Range<Int>, in bytes: UnsafeBufferPointer<UInt8>) -> Range<Int>? {
    if wordEnd != word.upperBound {
      wordEnd = word.upperBound
      searches = Kind.allCases.map(Search.init)
      if Self.isCommand(word, in: bytes) { read(behind: word.upperBound, in: bytes) }
    }
    return searches.first { $0.kind == kind }?.found
  }

  private mutating func read(behind start: Int, in bytes: UnsafeBufferPointer<UInt8>) {
    var position = start
    let limit = min(bytes.count, start + Self.reach)
    while let argument = Self.argument(from: &position, to: limit, in: bytes) {
      for index in searches.indices where searches[index].found == nil { searches[index].take(argument, in: bytes) }
      if searches.allSatisfy({ $0.found != nil }) { break }
      if argument.count >= 4,
        bytes[(argument.upperBound - 4)..<argument.upperBound].elementsEqual("curl".utf8, by: Self.same),
        Self.isCommand((argument.upperBound - 4)..<argument.upperBound, in: bytes)
      {
        break
      }
    }
    bytesRead += position - start
  }

  /// Whether the word is one by itself, with something behind it.
  private static func isCommand(_ word: Range<Int>, in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    if word.lowerBound > 0, ByteSet.isWord(bytes[word.lowerBound - 1]) { return false }
    return word.upperBound < bytes.count && bytes[word.upperBound] <= 0x20
  }

  /// Whether a byte is a small letter, in either case.
  private static func same(_ byte: UInt8, _ letter: UInt8) -> Bool { byte | 0x20 == letter }

  // MARK: Arguments

  /// The next argument from `position`, quotes included; nil at the end of the command.
  private static func argument(
    from position: inout Int, to limit: Int, in bytes: UnsafeBufferPointer<UInt8>
  ) -> Range<Int>? {
    // A comment sign before the rest of a command that is commented out belongs to no argument.
    var lineBegins = false
    while position < limit {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\\"), position + 1 < limit, bytes[position + 1] == 0x0A || bytes[position + 1] == 0x0D {
        position += 2
        lineBegins = true
      } else if byte == 0x0A {
        // Without a backslash a command goes on only where an option follows.
        var next = position + 1
        while next < limit, bytes[next] == 0x20 || bytes[next] == 0x09 { next += 1 }
        guard next < limit, bytes[next] == UInt8(ascii: "-") || lineBegins && bytes[next] == UInt8(ascii: "#") else {
          return nil
        }
        position = next
      } else if byte <= 0x20 || lineBegins && byte == UInt8(ascii: "#") {
        position += 1
      } else {
        break
      }
    }
    guard position < limit, !"|;&)`".utf8.contains(bytes[position]) else { return nil }
    let start = position
    var quote: UInt8?
    while position < limit {
      let byte = bytes[position]
      if let open = quote {
        if byte == open { quote = nil }
      } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
        quote = byte
      } else if byte <= 0x20 || byte == UInt8(ascii: "|") || byte == UInt8(ascii: ";") {
        break
      }
      position += 1
    }
    return position > start ? start..<position : nil
  }

  private enum Option {
    case other
    case takesNext
    case takes(Range<Int>)
  }

  private static func option(
    _ short: UInt8, _ long: [UInt8], _ argument: Range<Int>, in bytes: UnsafeBufferPointer<UInt8>
  ) -> Option {
    guard argument.count >= 2, bytes[argument.lowerBound] == UInt8(ascii: "-") else { return .other }
    if bytes[argument.lowerBound + 1] == UInt8(ascii: "-") {
      guard bytes[argument].starts(with: long) else { return .other }
      let rest = (argument.lowerBound + long.count)..<argument.upperBound
      guard let sign = bytes[rest].first else { return .takesNext }
      return sign == UInt8(ascii: "=") ? .takes((rest.lowerBound + 1)..<rest.upperBound) : .other
    }
    // Options of one letter stand together, the last of them with its value: -sku name:password.
    guard bytes[argument.upperBound - 1] != short else {
      return bytes[argument].dropFirst().allSatisfy(ByteSet.isWord) ? .takesNext : .other
    }
    guard bytes[argument.lowerBound + 1] == short else { return .other }
    return .takes((argument.lowerBound + 2)..<argument.upperBound)
  }

  // MARK: Values

  private static func value(
    _ kind: Kind, of argument: Range<Int>, in bytes: UnsafeBufferPointer<UInt8>
  ) -> Range<Int>? {
    let bare = unquoted(argument, in: bytes)
    guard let colon = bytes[bare].firstIndex(of: UInt8(ascii: ":")) else { return nil }
    let name = unquoted(bare.lowerBound..<colon, in: bytes)
    let rest = (colon + 1)..<bare.upperBound
    return kind == .user ? password(name, rest, in: bytes) : header(name, rest, in: bytes)
  }

  private static func password(
    _ name: Range<Int>, _ rest: Range<Int>, in bytes: UnsafeBufferPointer<UInt8>
  ) -> Range<Int>? {
    var value = unquoted(rest, in: bytes)
    if value.isEmpty {
      // A key in the place of the name, as services take it that know no names.
      guard name.count >= 8, bytes[name].contains(where: { (0x30...0x39).contains($0) }) else { return nil }
      value = name
    }
    guard value.count >= 3, let first = bytes[value].first, let last = bytes[value].last else { return nil }
    if first == UInt8(ascii: "{"), last == UInt8(ascii: "}"), value.count > 4, bytes[value.lowerBound + 1] != first {
      value = (value.lowerBound + 1)..<(value.upperBound - 1)
      guard bytes[value].contains(where: { (0x30...0x39).contains($0) }) else { return nil }
    }
    if last == UInt8(ascii: ">") || SecretScanner.isReference(value, in: bytes) { return nil }
    let text = String(decoding: bytes[value], as: UTF8.self).lowercased()
    return placeholders.contains(text) ? nil : value
  }

  private static func header(
    _ name: Range<Int>, _ rest: Range<Int>, in bytes: UnsafeBufferPointer<UInt8>
  ) -> Range<Int>? {
    guard name.count <= 60 else { return nil }
    let title = String(decoding: bytes[name], as: UTF8.self).lowercased()
    var value = SecretManifest.trimmed(rest, in: bytes)
    if title == "authorization" {
      if let space = bytes[value].firstIndex(of: 0x20) {
        let scheme = String(decoding: bytes[value.lowerBound..<space], as: UTF8.self).lowercased()
        guard ["basic", "bearer", "token", "api-token", "apitoken", "apikey"].contains(scheme) else { return nil }
        value = SecretManifest.trimmed((space + 1)..<value.upperBound, in: bytes)
        if scheme == "basic", !bytes[value].allSatisfy({ ByteSet.isWord($0) || "+/=".utf8.contains($0) }) { return nil }
      }
    } else {
      guard carriesKey(title) else { return nil }
    }
    guard (8...4096).contains(value.count), !SecretScanner.isReference(value, in: bytes),
      bytes[value].allSatisfy({ ByteSet.isWord($0) || "-.~+/=@".utf8.contains($0) }),
      bytes[value].contains(where: { (0x30...0x39).contains($0) })
    else { return nil }
    return value
  }

  /// `Token`, `Api-Key`, `X-Api-Key`, `X-Vendor-ApiKey`; but no key of idempotence and no token against forgery.
  private static func carriesKey(_ title: String) -> Bool {
    if keyHeaders.contains(title) { return true }
    guard title.hasPrefix("x-") else { return false }
    let rest = title.dropFirst(2)
    if keyHeaders.contains(String(rest)) { return true }
    guard let dash = rest.firstIndex(of: "-") else { return false }
    let word = rest[..<dash]
    return !["idempotency", "csrf", "xsrf"].contains(word)
      && keyHeaders.contains(String(rest[rest.index(after: dash)...]))
  }

  private static func unquoted(_ range: Range<Int>, in bytes: UnsafeBufferPointer<UInt8>) -> Range<Int> {
    guard range.count >= 2, let first = bytes[range].first, first == UInt8(ascii: "\"") || first == UInt8(ascii: "'"),
      bytes[range.upperBound - 1] == first,
      // Two quoted pieces side by side are not one.
      !bytes[(range.lowerBound + 1)..<(range.upperBound - 1)].contains(first)
    else { return range }
    return (range.lowerBound + 1)..<(range.upperBound - 1)
  }
}
