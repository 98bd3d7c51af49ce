/// A ClientHello (RFC 8446 section 4.1.2), as far as fronts misbehave over it.
struct ClientGreeting: Sendable {
  /// The newest version it offers: 0x0300 is SSL 3.0, 0x0303 TLS 1.2.
  var version: Int
  /// The suites by their registered numbers.
  var suites: [Int]
  /// Compression methods: 0 for none, 1 for DEFLATE.
  var compressions: [UInt8]
  /// The types of its extensions.
  private var extensions: Set<Int> = []
  /// How many bytes it takes on the wire, with the headers of its records.
  var length: Int

  /// Whether no usual client sends it: OpenSSL's do not ask for certificate timestamps (RFC 6962), and browsers do not ask
  /// for encrypt-then-MAC (RFC 7366).
  var isOfNoKnownClient: Bool { extensions.isSuperset(of: [0x0012, 0x0016]) }

  /// What the first bytes of a connection are.
  enum Reading: Sendable {
    /// The beginning of a hello.
    case incomplete
    /// Something else; an SSL 2.0 hello too.
    case other
    case whole(ClientGreeting)
  }

  /// Reads what has come so far.
  static func reading(of bytes: [UInt8]) -> Reading {
    var message: [UInt8] = []
    var records = Cursor(bytes[...])
    while true {
      guard let type = records.number(1) else { return .incomplete }
      guard type == 22 else { return .other }
      guard records.number(2) != nil, let content = records.vector(2) else { return .incomplete }
      message += content
      var whole = Cursor(message[...])
      guard let kind = whole.number(1) else { continue }
      guard kind == 1 else { return .other }
      guard let body = whole.vector(3) else { continue }
      return ClientGreeting(body, length: bytes.count - records.count).map { .whole($0) } ?? .other
    }
  }

  private init?(_ body: ArraySlice<UInt8>, length: Int) {
    var reader = Cursor(body)
    guard let header = reader.number(2), reader.take(32) != nil, reader.vector(1) != nil,
      let suites = reader.vector(2), let compressions = reader.vector(1)
    else { return nil }
    self.length = length
    self.compressions = Array(compressions)
    self.suites = Cursor.pairs(suites)
    version = header
    var extensions = Cursor(reader.vector(2) ?? [])
    while let type = extensions.number(2), let content = extensions.vector(2) {
      // TLS 1.3 offers its versions here and keeps the header as it was.
      self.extensions.insert(type)
      if type == 0x002B { version = Cursor.pairs(content.dropFirst()).max() ?? version }
    }
  }
}

/// Reads numbers and vectors, most significant byte first.
struct Cursor {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  /// How many bytes are left.
  var count: Int { rest.count }

  /// A number of `width` bytes, at most 3.
  mutating func number(_ width: Int) -> Int? { take(width)?.reduce(0) { $0 << 8 | Int($1) } }

  mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
    guard count <= rest.count else { return nil }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  /// Bytes preceded by their number in `width` bytes.
  mutating func vector(_ width: Int) -> ArraySlice<UInt8>? { number(width).flatMap { take($0) } }

  /// Numbers of two bytes each.
  static func pairs(_ bytes: ArraySlice<UInt8>) -> [Int] {
    var cursor = Cursor(bytes)
    var numbers: [Int] = []
    while let number = cursor.number(2) { numbers.append(number) }
    return numbers
  }
}

extension [UInt8] {
  /// These bytes, preceded by their number in `width` bytes.
  func counted(_ width: Int) -> [UInt8] {
    (0..<width).reversed().map { UInt8(truncatingIfNeeded: count >> (8 * $0)) } + self
  }
}
