package import AuditModel

/// Who may sign: an allowed-signers file of ssh-keygen(1).
package struct AllowedSigners: Sendable {
  /// One line of the file: a person's key, or that of an authority that vouches for people's keys.
  package struct Signer: Sendable, Hashable {
    /// Who.
    let principals: PatternList
    /// The key.
    package let key: SSHPublicKey
    /// Whether it is the key of an authority: then certificates that it signed are taken, and no signature of its own.
    let isAuthority: Bool
    /// What it may sign; nil for everything.
    let namespaces: PatternList?
    /// The first moment it holds.
    let validAfter: Instant?
    /// The last moment it holds.
    let validBefore: Instant?
    /// From 1.
    package let line: Int

    /// Whether the line speaks of who signed.
    func covers(_ key: SSHPublicKey, _ certificate: SSHCertificate?) -> Bool {
      isAuthority ? certificate?.authority == self.key : certificate == nil && self.key == key
    }

    /// Whether `person` may sign with it, where `certificate` came with the signature.
    func permits(_ person: String, _ certificate: SSHCertificate?) -> Bool {
      principals.matches(person) && (!isAuthority || certificate?.principals.contains(person) == true)
    }

    /// Whom a signature is of that claims nobody: the name of the line, or of the certificate.
    func name(_ certificate: SSHCertificate?) -> String? {
      isAuthority ? certificate?.principals.first { principals.matches($0) } : principals.firstName
    }

    /// Whether the key held at `time`.
    func isValid(at time: Instant) -> Bool {
      validAfter.map { time >= $0 } ?? true && validBefore.map { time <= $0 } ?? true
    }
  }

  /// What is wrong with a line.
  package struct Problem: Error, Sendable, Hashable {
    /// From 1.
    package let line: Int
    /// From 1, in octets.
    package let column: Int
    /// One line in lower case.
    package let message: String
  }

  /// In the order of the file.
  package let signers: [Signer]

  /// A time of day where the file does not say which zone: year, month, day, hour, minute, second there to an instant.
  package typealias LocalTime = ([Int]) -> Instant?

  /// Reads a file. A line that is not understood is a problem and never passed over: it may have been a restriction.
  package static func read(
    _ bytes: [UInt8], localTime: LocalTime
  ) -> (signers: AllowedSigners, problems: [Problem]) {
    var signers: [Signer] = []
    var problems: [Problem] = []
    var number = 0
    for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      number += 1
      var reader = LineReader(line, number: number)
      do throws(Problem) {
        if let signer = try reader.signer(localTime) { signers.append(signer) }
      } catch {
        problems.append(error)
      }
      if problems.count >= 100 { break }
    }
    return (AllowedSigners(signers: signers), problems)
  }

  private init(signers: [Signer]) { self.signers = signers }
}

/// One line, taken apart from left to right.
private struct LineReader {
  private let octets: [UInt8]
  private let number: Int
  private var position = 0

  init(_ line: ArraySlice<UInt8>, number: Int) {
    var line = line
    while let last = line.last, last == 0x0D || last == 0x20 || last == 0x09 { line = line.dropLast() }
    octets = Array(line)
    self.number = number
  }

  mutating func signer(_ localTime: AllowedSigners.LocalTime) throws(AllowedSigners.Problem)
    -> AllowedSigners.Signer?
  {
    skipSpace()
    guard position < octets.count, octets[position] != UInt8(ascii: "#") else { return nil }
    guard String(validating: octets, as: UTF8.self) != nil else { throw problem("not UTF-8 text", at: 0) }
    let start = position
    let principals = PatternList(try quotedWord())
    guard !principals.patterns.isEmpty else { throw problem("nobody is named", at: start) }
    skipSpace()
    var options = Options()
    if !isKeyKind(wordAhead()) {
      options = try self.options(localTime)
      skipSpace()
    }
    let place = position
    let kind = word()
    skipSpace()
    let base64 = word()
    guard !kind.isEmpty, !base64.isEmpty else {
      throw problem("a line is `PRINCIPALS [OPTIONS] KIND BASE64 [COMMENT]`", at: place)
    }
    let key: SSHPublicKey
    do throws(SSHPublicKey.Refusal) {
      key = try SSHPublicKey(line: "\(kind) \(base64)")
    } catch {
      throw problem(error.reason, at: place)
    }
    return AllowedSigners.Signer(
      principals: principals, key: key, isAuthority: options.isAuthority, namespaces: options.namespaces,
      validAfter: options.validAfter,
      validBefore: options.validBefore, line: number)
  }

  private struct Options {
    var isAuthority = false
    var namespaces: PatternList?
    var validAfter: Instant?
    var validBefore: Instant?
  }

  private mutating func options(_ localTime: AllowedSigners.LocalTime) throws(AllowedSigners.Problem) -> Options {
    var options = Options()
    while true {
      let start = position
      var name = ""
      while position < octets.count, isOptionLetter(octets[position]) {
        name.unicodeScalars.append(Unicode.Scalar(octets[position]))
        position += 1
      }
      name = name.lowercased()
      var value: String?
      if position < octets.count, octets[position] == UInt8(ascii: "=") {
        position += 1
        value = try quotedValue(of: name)
      }
      switch (name, value) {
      case ("namespaces", let value?):
        guard options.namespaces == nil else { throw problem("namespaces stands there twice", at: start) }
        options.namespaces = PatternList(value)
      case ("valid-after", let value?):
        guard options.validAfter == nil else { throw problem("valid-after stands there twice", at: start) }
        options.validAfter = try time(value, localTime, at: start)
      case ("valid-before", let value?):
        guard options.validBefore == nil else { throw problem("valid-before stands there twice", at: start) }
        options.validBefore = try time(value, localTime, at: start)
      case ("cert-authority", nil): options.isAuthority = true
      case ("cert-authority", _): throw problem("cert-authority has no value", at: start)
      case ("namespaces", nil), ("valid-after", nil), ("valid-before", nil):
        throw problem("\(name) needs a value in quotes", at: start)
      case ("", _): throw problem("neither an option nor a key of a known kind", at: start)
      default: throw problem("there is no option \(name)", at: start)
      }
      guard position < octets.count, octets[position] == UInt8(ascii: ",") else { break }
      position += 1
    }
    guard position >= octets.count || isSpace(octets[position]) else {
      throw problem("options are separated by commas", at: position)
    }
    if let after = options.validAfter, let before = options.validBefore, before <= after {
      throw problem("valid-before is not later than valid-after", at: position)
    }
    return options
  }

  /// `20261124`, `202611241000` or `20261124100000`, in UTC where a `Z` follows.
  private func time(
    _ text: String, _ localTime: AllowedSigners.LocalTime, at start: Int
  ) throws(AllowedSigners.Problem) -> Instant {
    let isUTC = text.last == "Z"
    let digits = Array((isUTC ? text.dropLast() : text[...]).utf8)
    let wrong = problem("not a time like 20261124, 202611241000 or 20261124100000, with Z for UTC", at: start)
    guard [8, 12, 14].contains(digits.count), digits.allSatisfy({ (48...57).contains($0) }) else { throw wrong }
    func number(_ range: Range<Int>) -> Int {
      range.upperBound <= digits.count ? digits[range].reduce(0) { $0 * 10 + Int($1 - 48) } : 0
    }
    let parts = [number(0..<4), number(4..<6), number(6..<8), number(8..<10), number(10..<12), number(12..<14)]
    func padded(_ number: Int, _ width: Int = 2) -> String {
      String(repeating: "0", count: max(0, width - String(number).count)) + String(number)
    }
    let day = "\(padded(parts[0], 4))-\(padded(parts[1]))-\(padded(parts[2]))"
    let clock = "\(padded(parts[3])):\(padded(parts[4])):\(padded(parts[5]))"
    guard let instant = Instant("\(day)T\(clock)Z") else { throw wrong }
    if isUTC { return instant }
    guard let local = localTime(parts) else { throw wrong }
    return local
  }

  private mutating func quotedValue(of name: String) throws(AllowedSigners.Problem) -> String {
    let start = position
    guard position < octets.count, octets[position] == UInt8(ascii: "\"") else {
      throw problem("the value of \(name) stands in quotes", at: start)
    }
    return try quoted()
  }

  private mutating func quotedWord() throws(AllowedSigners.Problem) -> String {
    octets[position] == UInt8(ascii: "\"") ? try quoted() : word()
  }

  private mutating func quoted() throws(AllowedSigners.Problem) -> String {
    let start = position
    position += 1
    var value: [UInt8] = []
    while position < octets.count, octets[position] != UInt8(ascii: "\"") {
      if octets[position] == UInt8(ascii: "\\"), position + 1 < octets.count, octets[position + 1] == UInt8(ascii: "\"")
      {
        position += 1
      }
      value.append(octets[position])
      position += 1
    }
    guard position < octets.count else { throw problem("the quotes do not end", at: start) }
    position += 1
    return String(decoding: value, as: UTF8.self)
  }

  private mutating func word() -> String {
    let word = wordAhead()
    position += word.utf8.count
    return word
  }

  private func wordAhead() -> String {
    String(decoding: octets[position...].prefix { !isSpace($0) }, as: UTF8.self)
  }

  private mutating func skipSpace() {
    while position < octets.count, isSpace(octets[position]) { position += 1 }
  }

  private func isKeyKind(_ word: String) -> Bool {
    word.hasPrefix("ssh-") || word.hasPrefix("ecdsa-") || word.hasPrefix("sk-")
  }

  private func isOptionLetter(_ octet: UInt8) -> Bool {
    (0x61...0x7A).contains(octet) || (0x41...0x5A).contains(octet) || octet == UInt8(ascii: "-")
  }

  private func isSpace(_ octet: UInt8) -> Bool { octet == 0x20 || octet == 0x09 }

  private func problem(_ message: String, at position: Int) -> AllowedSigners.Problem {
    AllowedSigners.Problem(line: number, column: position + 1, message: message)
  }
}
