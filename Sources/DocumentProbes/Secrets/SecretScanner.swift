import Cryptography
import Glibc

/// Finds secrets in bytes. Pure; time is linear in the bytes, whatever they are.
struct SecretScanner: Sendable {
  /// A secret, never shown.
  struct Hit: Sendable {
    /// The rule that found it.
    var rule: SecretRule
    /// Where its bytes stand.
    var range: Range<Int>
  }

  /// What the bytes around a value are.
  enum Surroundings: Sendable {
    /// Names and values without quotes: environment files, YAML, properties, Dockerfiles.
    case settings
    /// Values stand in quotes.
    case source
    /// A program wrote them: only what is told by itself counts.
    case generated
  }

  static let shared = SecretScanner()

  private let rules: [SecretRule]
  private let automaton: KeywordAutomaton
  /// By word of the automaton: the rule, and the length of the word.
  private let owners: [(rule: Int, length: Int)]

  init() {
    rules = SecretRules.all
    var words: [[UInt8]] = []
    var owners: [(rule: Int, length: Int)] = []
    for (number, rule) in rules.enumerated() {
      let word: [UInt8] =
        switch rule.form {
        case .token(let pattern): pattern.keyword
        case .named(let keyword, _, _), .assigned(let keyword, _), .authorization(let keyword): Array(keyword.utf8)
        case .curl: Array("curl".utf8)
        case .privateKey: Array("-----begin".utf8)
        case .urlPassword: Array("://".utf8)
        case .manifestSecret: Array("kind: secret".utf8)
        case .packageSourcePassword: Array("password\" value=\"".utf8)
        }
      words.append(word)
      owners.append((number, word.count))
    }
    automaton = KeywordAutomaton(words)
    self.owners = owners
  }

  /// The secrets in `bytes`, in order; of overlapping ones the one by the more precise rule.
  func hits(in bytes: UnsafeBufferPointer<UInt8>, _ surroundings: Surroundings, atMost limit: Int = 10_000) -> [Hit] {
    var found: [(rule: Int, range: Range<Int>)] = []
    var curl = CurlCredentials()
    automaton.scan(bytes) { word, end in
      guard found.count < limit else { return }
      let (number, length) = owners[word]
      guard surroundings != .generated || rules[number].isSelfEvident else { return }
      if let range = match(rules[number], at: (end - length)..<end, in: bytes, surroundings, &curl) {
        found.append((number, range))
      }
    }
    guard !found.isEmpty else { return [] }
    found.sort { ($0.rule, $0.range.lowerBound) < ($1.rule, $1.range.lowerBound) }
    var kept: [(rule: Int, range: Range<Int>)] = []
    for entry in found where !kept.contains(where: { $0.range.overlaps(entry.range) }) {
      // One place after the other: what a more precise rule holds is taken.
      kept.append(entry)
    }
    return kept.sorted { $0.range.lowerBound < $1.range.lowerBound }.map { Hit(rule: rules[$0.rule], range: $0.range) }
  }

  /// A text of an audited system with every secret in it masked.
  func masked(_ text: String) -> String {
    var bytes = Array(text.utf8)
    let hits = bytes.withUnsafeBufferPointer { self.hits(in: $0, .settings) }
    if hits.isEmpty { return text }
    for hit in hits.reversed() { bytes.replaceSubrange(hit.range, with: "[masked]".utf8) }
    return String(decoding: bytes, as: UTF8.self)
  }

  // MARK: Matching

  private func match(
    _ rule: SecretRule, at word: Range<Int>, in bytes: UnsafeBufferPointer<UInt8>, _ surroundings: Surroundings,
    _ curl: inout CurlCredentials
  ) -> Range<Int>? {
    let range: Range<Int>?
    switch rule.form {
    case .token(let pattern): range = token(pattern, at: word, in: bytes)
    case .privateKey: range = privateKey(at: word, in: bytes)
    case .urlPassword: range = urlPassword(behind: word.upperBound, in: bytes)
    case .authorization: range = authorization(behind: word.upperBound, in: bytes)
    case .manifestSecret: range = SecretManifest.firstValue(around: word, in: bytes)
    case .packageSourcePassword: range = attribute(behind: word.upperBound, in: bytes)
    case .curl(let kind): range = curl.secret(kind, behind: word, in: bytes)
    case .named(_, let pattern, let isIdentifier):
      range = assigned(behind: word.upperBound, in: bytes, surroundings, isPrecise: true, isIdentifier: isIdentifier)
        .flatMap { pattern.matches($0, in: bytes) && !Self.isWord($0, in: bytes) ? $0 : nil }
    case .assigned(_, let isPassword):
      range = assigned(behind: word.upperBound, in: bytes, surroundings, takesComma: !isPassword).flatMap { value in
        let isSecret =
          isPassword ? Self.isPassword(value, in: bytes, surroundings) : Self.isRandom(value, in: bytes)
        let before = bytes[max(0, word.lowerBound - 8)..<word.lowerBound]
        return isSecret && !SecretAllowance.isPublicName(before) ? value : nil
      }
    }
    guard let range, rule.entropy == 0 || Entropy.ofBytes(bytes, range) >= rule.entropy else { return nil }
    let value = UnsafeBufferPointer(rebasing: bytes[range])
    switch rule.form {
    case .privateKey: return range
    case .token, .urlPassword, .authorization, .curl:
      return SecretAllowance.isExample(value) || SecretAllowance.isPublished(value) ? nil : range
    case .manifestSecret, .packageSourcePassword: return SecretAllowance.isUnfilled(value) ? nil : range
    case .assigned(_, isPassword: true): return SecretAllowance.isUnfilled(value) ? nil : range
    case .named(_, let pattern, _): return SecretAllowance.isHarmless(value, besides: pattern.keyword) ? nil : range
    case .assigned: return SecretAllowance.isHarmless(value) ? nil : range
    }
  }

  private func token(_ pattern: SecretPattern, at word: Range<Int>, in bytes: UnsafeBufferPointer<UInt8>) -> Range<Int>?
  {
    // The longest beginning first, so that what comes before the literal is not cut.
    var lead = pattern.lead.upperBound
    while lead >= pattern.lead.lowerBound {
      let start = word.lowerBound - lead
      lead -= 1
      guard start >= 0 else { continue }
      // In the middle of a word it is something else; a literal that begins with a sign begins anywhere.
      if start > 0, ByteSet.isWord(bytes[start]), ByteSet.isWord(bytes[start - 1]), !Self.isEscape(bytes, start) {
        continue
      }
      if let end = pattern.end(in: bytes, from: start), end >= word.upperBound { return start..<end }
    }
    return nil
  }

  /// `\n` and its kind before a token are no letters of it.
  private static func isEscape(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> Bool {
    start > 1 && bytes[start - 2] == UInt8(ascii: "\\") && "nrt".utf8.contains(bytes[start - 1])
  }

  private func privateKey(at word: Range<Int>, in bytes: UnsafeBufferPointer<UInt8>) -> Range<Int>? {
    let header = bytes[word.upperBound..<min(bytes.count, word.upperBound + 60)]
    let line = header.prefix { $0 != 0x0A && $0 != 0x0D && $0 != UInt8(ascii: "\\") }
    let text = String(decoding: line, as: UTF8.self)
    guard text.contains("PRIVATE KEY"), let dashes = text.firstRange(of: "-----") else { return nil }
    let start = word.upperBound + text.utf8.distance(from: text.startIndex, to: dashes.upperBound)
    // Only a header, as in code that looks for one, is no key: a line of base64 has to follow.
    var end = start
    var count = 0
    var longest = 0
    while end < min(bytes.count, start + 20_000) {
      let byte = bytes[end]
      if byte == UInt8(ascii: "-"), end + 4 < bytes.count, bytes[end + 1] == byte, bytes[end + 2] == byte { break }
      count = ByteSet.isWord(byte) || byte == 0x2B || byte == 0x2F ? count + 1 : 0
      longest = max(longest, count)
      end += 1
    }
    return longest >= 40 ? start..<end : nil
  }

  /// Of `scheme://user:password@host`.
  private func urlPassword(behind start: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Range<Int>? {
    var colon: Int?
    var at: Int?
    var position = start
    while position < min(bytes.count, start + 300) {
      let byte = bytes[position]
      if byte == UInt8(ascii: ":"), colon == nil { colon = position }
      if byte == UInt8(ascii: "@") { at = position }
      // A variable in the place of the password may hold signs of its own.
      if byte <= 0x20 || byte >= 0x7F || "\"'<>`/?#,;|\\".utf8.contains(byte) { break }
      position += 1
    }
    guard let colon, let at, at > colon + 1, at + 1 < bytes.count,
      ByteSet.isWord(bytes[at + 1]) || bytes[at + 1] == 0x5B
    else { return nil }
    let value = (colon + 1)..<at
    guard value.count >= 3 else { return nil }
    return Self.isReference(value, in: bytes) ? nil : value
  }

  private func authorization(behind start: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Range<Int>? {
    var position = start
    func skip(_ signs: String) {
      while position < bytes.count, signs.utf8.contains(bytes[position]) { position += 1 }
    }
    skip("\"'")
    skip(" \t")
    if position < bytes.count, ":=,".utf8.contains(bytes[position]) { position += 1 }
    skip(" \t\"'")
    // The scheme, unless the word was one.
    var end = position
    while end < bytes.count, ByteSet.isWord(bytes[end]) { end += 1 }
    let scheme = String(decoding: bytes[position..<min(end, position + 10)], as: UTF8.self).lowercased()
    if ["bearer", "basic", "token"].contains(scheme), end < bytes.count, bytes[end] == 0x20 { position = end + 1 }
    end = position
    while end < min(bytes.count, position + 4096),
      ByteSet.isWord(bytes[end]) || "-.~+/=".utf8.contains(bytes[end])
    { end += 1 }
    guard end - position >= 16 else { return nil }
    let value = position..<end
    return Self.hasDigit(value, in: bytes) && !Self.isReference(value, in: bytes) ? value : nil
  }

  /// What an attribute of XML holds that begins at `start`, up to the quote.
  private func attribute(behind start: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Range<Int>? {
    var end = start
    while end < min(bytes.count, start + 300), bytes[end] != UInt8(ascii: "\""), bytes[end] >= 0x20 { end += 1 }
    guard end - start >= 8, end < bytes.count, bytes[end] == UInt8(ascii: "\"") else { return nil }
    return Self.isReference(start..<end, in: bytes) ? nil : start..<end
  }

  /// The value that is assigned to a name whose part ends at `start`. A precise form may stand where a guess would go
  /// astray; an identifier may have a name that says it is one.
  private func assigned(
    behind start: Int, in bytes: UnsafeBufferPointer<UInt8>, _ surroundings: Surroundings, takesComma: Bool = true,
    isPrecise: Bool = false, isIdentifier: Bool = false
  ) -> Range<Int>? {
    var position = start
    let nameEnd = min(bytes.count, start + 40)
    while position < nameEnd, ByteSet.isWord(bytes[position]) || bytes[position] == 0x2D || bytes[position] == 0x2E {
      position += 1
    }
    let name = start..<position
    func skip(_ signs: String, atMost count: Int) {
      let limit = min(bytes.count, position + count)
      while position < limit, signs.utf8.contains(bytes[position]) { position += 1 }
    }
    let isBare = position < bytes.count && (bytes[position] == 0x20 || bytes[position] == 0x09)
    // A quote within a string is escaped.
    skip("\\\"'`])", atMost: 5)
    skip(" \t", atMost: 20)
    // Behind a quote it would be the next attribute.
    if surroundings == .source, isBare { skipType(&position, in: bytes) }
    // `=`, `:`, `:=`, `=>`, `||=`, `?=`, `+=`, ` .=`, `,` between arguments; XML's `>`.
    let operatorStart = position
    skip("?|:=>+.", atMost: 4)
    let sign = bytes[operatorStart..<position]
    var isComma = false
    if sign.isEmpty {
      guard takesComma, position < bytes.count, bytes[position] == UInt8(ascii: ",") else { return nil }
      isComma = true
      position += 1
    } else if sign.elementsEqual("==".utf8) || sign.elementsEqual("===".utf8)
      || sign.allSatisfy({ "?.+".utf8.contains($0) })
    {
      return nil  // A comparison, the end of a sentence, a sum.
    }
    // The end of an element stands before its value; anything else says greater, or hands on what is said.
    if sign.elementsEqual(">".utf8), position < bytes.count, bytes[position] == 0x20 || bytes[position] == 0x09 {
      return nil
    }
    // Most places of the words are no assignments: the name is read only for those that are.
    if SecretAllowance.isHarmlessName(bytes[name], isIdentifier: isIdentifier) { return nil }
    skip(" \t", atMost: 20)
    if surroundings == .source, sign.elementsEqual(":".utf8) {
      // A type may stand between a name and its value: `token: String = "…"`.
      let before = position
      skipType(&position, in: bytes)
      if position > before {
        position += 1
        skip(" \t", atMost: 20)
      }
    }
    if surroundings == .settings, isPrecise || !isComma { skipLineBreak(&position, behind: sign, in: bytes) }
    guard position < bytes.count else { return nil }
    // A prefix of a string: r"…", b"…", @"…".
    if position + 1 < bytes.count, "rbuf@".utf8.contains(bytes[position]), "\"'".utf8.contains(bytes[position + 1]) {
      position += 1
    }
    // A string within a string.
    let isEscaped =
      position + 1 < bytes.count && bytes[position] == UInt8(ascii: "\\") && "\"'".utf8.contains(bytes[position + 1])
    if isEscaped { position += 1 }
    let first = bytes[position]
    if first == UInt8(ascii: "\"") || first == UInt8(ascii: "'") || first == UInt8(ascii: "`") {
      var end = position + 1
      let limit = min(bytes.count, position + 1 + 1024)
      if isEscaped {
        while end < limit, bytes[end] != UInt8(ascii: "\\"), bytes[end] != 0x0A { end += 1 }
        guard end + 1 < bytes.count, end < limit, bytes[end + 1] == first, end > position + 1 else { return nil }
      } else {
        while end < limit, bytes[end] != first, bytes[end] != 0x0A { end += bytes[end] == UInt8(ascii: "\\") ? 2 : 1 }
        guard end < limit, bytes[end] == first, end > position + 1 else { return nil }
      }
      let value = (position + 1)..<end
      return Self.isReference(value, in: bytes) ? nil : value
    }
    // Without quotes it is a value only where values have none.
    guard surroundings == .settings, !isComma || isPrecise else { return nil }
    var end = position
    while end < min(bytes.count, position + 1024), bytes[end] > 0x20, !"\"',;<>`\\".utf8.contains(bytes[end]) {
      end += 1
    }
    guard end > position, end == bytes.count || !"\"'(".utf8.contains(bytes[end]) else { return nil }
    let value = position..<end
    // Prose: `password: the one you were given`.
    if end < bytes.count, bytes[end] == 0x20, end + 1 < bytes.count, ByteSet.isWord(bytes[end + 1]),
      bytes[value].allSatisfy({ !(0x30...0x39).contains($0) })
    {
      return nil
    }
    return Self.isReference(value, in: bytes) ? nil : value
  }

  /// Of `token string = …`: stays where it is unless an assignment follows.
  private func skipType(_ position: inout Int, in bytes: UnsafeBufferPointer<UInt8>) {
    var end = position
    let limit = min(bytes.count, position + 30)
    guard end < limit, ByteSet.isWord(bytes[end]) || bytes[end] == UInt8(ascii: "*") else { return }
    while end < limit, ByteSet.isWord(bytes[end]) || "*.?<>[]".utf8.contains(bytes[end]) { end += 1 }
    while end < limit, bytes[end] == 0x20 { end += 1 }
    guard end + 1 < bytes.count, bytes[end] == UInt8(ascii: "="), bytes[end + 1] != UInt8(ascii: "=") else { return }
    position = end
  }

  /// Where the value stands on a line of its own: a block of YAML (`: |`), an element of XML.
  private func skipLineBreak(
    _ position: inout Int, behind sign: Slice<UnsafeBufferPointer<UInt8>>, in bytes: UnsafeBufferPointer<UInt8>
  ) {
    var next = position
    if sign.elementsEqual(":".utf8) {
      guard next < bytes.count, bytes[next] == UInt8(ascii: "|") || bytes[next] == UInt8(ascii: ">") else { return }
      next += 1
      if next < bytes.count, bytes[next] == UInt8(ascii: "-") || bytes[next] == UInt8(ascii: "+") { next += 1 }
    } else if !sign.elementsEqual(">".utf8) {
      return
    }
    while next < bytes.count, bytes[next] == 0x20 || bytes[next] == 0x0D { next += 1 }
    guard next < bytes.count, bytes[next] == 0x0A else { return }
    next += 1
    let line = next
    while next < min(bytes.count, line + 40), bytes[next] == 0x20 || bytes[next] == 0x09 { next += 1 }
    // A block is indented.
    if next > line { position = next }
  }

  // MARK: Values

  private static func hasDigit(_ range: Range<Int>, in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    bytes[range].contains { (0x30...0x39).contains($0) }
  }

  /// Whether a value is all small letters, as words are and chance is not.
  private static func isWord(_ range: Range<Int>, in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    bytes[range].allSatisfy { (0x61...0x7A).contains($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") }
  }

  /// Whether a value stands for one that comes from elsewhere.
  static func isReference(_ range: Range<Int>, in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let first = bytes[range].first else { return true }
    let text = String(decoding: bytes[range], as: UTF8.self)
    // A default inside of a reference is a value: ${PASSWORD:-hunter22}.
    if first == UInt8(ascii: "$") {
      if text.hasPrefix("${"), let sign = text.firstRange(of: ":-") ?? text.firstRange(of: "-") {
        let fallback = text[sign.upperBound...].prefix { $0 != "}" }
        return fallback.count < 4 || fallback.contains("$")
      }
      // A modular crypt digest begins with the sign too.
      return !text.hasPrefix("$2") && !text.hasPrefix("$6$") && !text.hasPrefix("$argon2")
    }
    if first == UInt8(ascii: "%") || first == UInt8(ascii: "<") || first == UInt8(ascii: "{")
      || first == UInt8(ascii: "[")
      || first == UInt8(ascii: "(") || first == UInt8(ascii: "&") || first == UInt8(ascii: "*")
      || first == UInt8(ascii: "!") && text.contains(" ")
    {
      return true
    }
    return [
      "${", "{{", "$(", "process.env", "os.environ", "getenv", "ENV[", "env.", "env(", "secrets.", "vault:", "arn:",
      "ssm:", "#{",
    ]
    .contains(where: text.contains)
  }

  private static func isRandom(_ range: Range<Int>, in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard (10...512).contains(range.count), hasDigit(range, in: bytes) else { return false }
    return bytes[range].allSatisfy { ByteSet.isWord($0) || "-.=+/~!@#$%^&*".utf8.contains($0) }
      && !SecretAllowance.holdsStopWord(bytes[range])
  }

  private static func isPassword(
    _ range: Range<Int>, in bytes: UnsafeBufferPointer<UInt8>, _ surroundings: Surroundings
  ) -> Bool {
    guard (surroundings == .settings ? 4...256 : 6...256).contains(range.count) else { return false }
    if bytes[range].contains(0x20) { return false }
    // A call, a member, an index: code that fetches it.
    let text = String(decoding: bytes[range], as: UTF8.self)
    if text.contains("(") && text.contains(")") || text.hasPrefix("self.") || text.hasPrefix("this.") { return false }
    // Names of variables, and in code names of things about passwords.
    if bytes[range].allSatisfy({ (0x41...0x5A).contains($0) || $0 == 0x5F }) { return false }
    if surroundings == .source, !hasDigit(range, in: bytes), text.lowercased().contains("pass") { return false }
    return text.contains { $0.isLetter || $0.isNumber }
  }
}

/// Shannon's entropy.
enum Entropy {
  /// Of the bytes in a range, in bits per byte.
  static func ofBytes(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Double {
    guard !range.isEmpty else { return 0 }
    var counts = [Int](repeating: 0, count: 256)
    for byte in bytes[range] { counts[Int(byte)] += 1 }
    let total = Double(range.count)
    return counts.reduce(0.0) { sum, count in
      guard count > 0 else { return sum }
      let share = Double(count) / total
      return sum - share * log2(share)
    }
  }
}
