/// The client's side of the talk that leads to TLS. Pure: bytes come in, moves go out.
protocol UpgradeDialogue: Sendable {
  /// The most bytes to read at once: fewer than there are where what follows must stay unread.
  var readLimit: Int { get }
  /// What the server calls itself, as far as it has said so.
  var banner: String? { get }
  /// The next move, given what has arrived and was not yet understood; takes from `heard` what it understands.
  mutating func next(_ heard: inout [UInt8]) -> UpgradeMove
}

extension UpgradeDialogue {
  var readLimit: Int { 4096 }
  var banner: String? { nil }
}

/// What to do next on the way to TLS.
enum UpgradeMove: Sendable, Equatable {
  /// Send these bytes and go on.
  case send([UInt8])
  /// Wait for more bytes.
  case hear
  /// TLS begins now.
  case goAhead
  /// The server will not, for this reason, in its own words where it gave any.
  case refused(String)
  /// What answers speaks another protocol.
  case garbage
}

/// No talk at all.
struct DirectDialogue: UpgradeDialogue {
  func next(_ heard: inout [UInt8]) -> UpgradeMove { .goAhead }
}

/// Text of a peer, made fit for one line of a report.
enum PeerText {
  /// The most characters kept of what a peer says.
  static let longest = 200

  /// One line without control characters and without space at its ends, at most `longest` characters.
  static func line(_ bytes: some Collection<UInt8>) -> String {
    var text = String.UnicodeScalarView()
    for scalar in String(decoding: bytes.prefix(longest * 4), as: UTF8.self).unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator:
        text.append(" ")
      default: text.append(scalar)
      }
      if text.count == longest { break }
    }
    let words = String(text).split(separator: " ")
    return words.joined(separator: " ")
  }
}

/// Lines at the front of what a peer has sent.
enum Lines {
  /// The most bytes of one line; RFC 5321 allows 512, capabilities of IMAP servers take more.
  static let longest = 8192

  /// What is at the front.
  enum Front {
    case line([UInt8])
    case incomplete
    case tooLong
  }

  /// Takes the first line off, without its line feed and a carriage return before that.
  static func take(from heard: inout [UInt8]) -> Front {
    guard let end = heard.firstIndex(of: UInt8(ascii: "\n")) else {
      return heard.count > longest ? .tooLong : .incomplete
    }
    guard end <= longest else { return .tooLong }
    var line = Array(heard[..<end])
    if line.last == UInt8(ascii: "\r") { line.removeLast() }
    heard.removeFirst(end + 1)
    return .line(line)
  }

  /// A command with its line end.
  static func command(_ text: String) -> UpgradeMove { .send(Array((text + "\r\n").utf8)) }
}

/// A dialogue that goes line by line.
protocol LineDialogue: UpgradeDialogue {
  /// The move before any line has come, once; nil where the server speaks first.
  mutating func open() -> UpgradeMove?
  /// What a line means; `.hear` to go on to the next.
  mutating func take(_ line: [UInt8]) -> UpgradeMove
}

extension LineDialogue {
  mutating func open() -> UpgradeMove? { nil }

  mutating func next(_ heard: inout [UInt8]) -> UpgradeMove {
    if let move = open() { return move }
    while true {
      switch Lines.take(from: &heard) {
      case .incomplete: return .hear
      case .tooLong: return .garbage
      case .line(let line):
        let move = take(line)
        if move != .hear { return move }
      }
    }
  }
}
