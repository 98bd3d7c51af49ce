import AuditModel
import Definitions
import Facts
import Reporting

/// A letter about an event: kept as subject and text, put into an envelope when it is sent.
enum Letter {
  /// What is kept until it is sent.
  static func text(of event: Telling.Event) -> String {
    var lines = event.lines.map { "- \(Untrusted.line($0, limit: 1000))" }
    if event.more > 0 { lines.append("… and \(event.more) more") }
    if let link = event.link { lines += ["", link] }
    return JSONText.compact([
      "subject": .string(Untrusted.line(event.title, limit: 200)), "text": .string(lines.joined(separator: "\n")),
    ])
  }

  /// The message as it goes over the wire (RFC 5322, RFC 2045): plain ASCII, lines of at most 76 characters, and nothing
  /// of the text that a mail server could take for its own.
  static func message(
    _ kept: String, from mail: ServiceDefinition.Mail, key: String, at time: Instant
  ) -> [UInt8] {
    let value = (try? JSONText.parse(Array(kept.utf8))) ?? .null
    let subject = value["subject"]?.string ?? "prodworthy"
    let text = value["text"]?.string ?? kept
    let domain = mail.from.split(separator: "@").last.map(String.init) ?? "localhost"
    let head = [
      "Date: \(date(time))", "From: Prodworthy <\(mail.from)>", "To: \(mail.to.joined(separator: ",\r\n "))",
      "Subject: \(encodedWords(subject))", "Message-ID: <\(key.prefix(40))@\(domain)>",
      "Auto-Submitted: auto-generated",
      "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: base64",
    ]
    let body = Base64.encoded(Array((text + "\n").utf8))
    var lines: [String] = []
    var rest = body[...]
    while !rest.isEmpty {
      lines.append(String(rest.prefix(76)))
      rest = rest.dropFirst(76)
    }
    return Array((head.joined(separator: "\r\n") + "\r\n\r\n" + lines.joined(separator: "\r\n") + "\r\n").utf8)
  }

  /// Words of at most 75 characters (RFC 2047), never cut inside a code point.
  private static func encodedWords(_ text: String) -> String {
    var words: [String] = []
    var part: [UInt8] = []
    for scalar in text.unicodeScalars {
      let bytes = Array(String(scalar).utf8)
      if part.count + bytes.count > 42 {
        words.append("=?utf-8?B?\(Base64.encoded(part))?=")
        part = []
      }
      part += bytes
    }
    words.append("=?utf-8?B?\(Base64.encoded(part))?=")
    return words.joined(separator: "\r\n ")
  }

  /// `Tue, 24 Nov 2026 02:00:00 +0000`.
  static func date(_ time: Instant) -> String {
    let text = time.description
    let parts = text.split { "-T:Z".contains($0) }
    guard parts.count == 6, let month = Int(parts[1]), (1...12).contains(month) else { return text }
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    let day = ((time.seconds / 86_400) % 7 + 7) % 7
    return "\(days[day]), \(parts[2]) \(months[month - 1]) \(parts[0]) \(parts[3]):\(parts[4]):\(parts[5]) +0000"
  }
}

/// Base64 (RFC 4648).
enum Base64 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  static func encoded(_ bytes: [UInt8]) -> String {
    var digits: [UInt8] = []
    digits.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let number = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
      for place in 0..<4 {
        digits.append(place <= group.count ? alphabet[number >> (18 - 6 * place) & 63] : UInt8(ascii: "="))
      }
    }
    return String(decoding: digits, as: UTF8.self)
  }

  /// Nil where the text is not base64 with its padding.
  static func decoded(_ text: some StringProtocol) -> [UInt8]? {
    var bytes: [UInt8] = []
    var (buffer, bits, padding) = (0, 0, 0)
    guard text.utf8.count % 4 == 0 else { return nil }
    for character in text.utf8 {
      if character == UInt8(ascii: "=") {
        padding += 1
        continue
      }
      guard padding == 0, let digit = alphabet.firstIndex(of: character) else { return nil }
      buffer = (buffer << 6 | digit) & 0xFFFF
      bits += 6
      if bits >= 8 {
        bits -= 8
        bytes.append(UInt8(truncatingIfNeeded: buffer >> bits))
      }
    }
    return padding <= 2 ? bytes : nil
  }
}
