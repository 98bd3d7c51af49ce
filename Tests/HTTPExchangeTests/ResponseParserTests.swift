import SeededRandomness
import Testing

@testable import HTTPExchange

@Suite("Response parser")
struct ResponseParserTests {
  /// Parses `text`, handing it over in pieces of `step` bytes, and closes the connection.
  static func parse(_ text: String, method: HTTPMethod = .get, step: Int = .max) -> HTTPResponse {
    parse(Array(text.utf8), method: method, step: step)
  }

  static func parse(_ bytes: [UInt8], method: HTTPMethod = .get, step: Int = .max) -> HTTPResponse {
    var parser = ResponseParser(answering: method)
    var rest = bytes[...]
    while !rest.isEmpty, !parser.isOver {
      parser.consume(Array(rest.prefix(step)))
      rest = rest.dropFirst(step)
    }
    parser.finish()
    return parser.response
  }

  struct Sound: Sendable, CustomTestStringConvertible {
    var name: String
    var text: String
    var status = 200
    var body = ""
    var method = HTTPMethod.get
    var testDescription: String { name }
  }

  static let sound = [
    Sound(name: "length", text: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", body: "hello"),
    Sound(
      name: "bytes behind the end", text: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1 500", body: "hello"
    ),
    Sound(name: "to the close", text: "HTTP/1.0 200 OK\r\n\r\nhello", body: "hello"),
    Sound(name: "no reason", text: "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n"),
    Sound(name: "line feeds alone", text: "HTTP/1.1 200 OK\nContent-Length: 2\n\nok", body: "ok"),
    Sound(
      name: "equal lengths twice", text: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok",
      body: "ok"),
    Sound(
      name: "chunked", text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
      body: "abcde"),
    Sound(
      name: "chunk extensions and trailers",
      text: "HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\nA;x=\"y\"\r\n0123456789\r\n00 \r\nX-Sum: 1\r\n\r\n",
      body: "0123456789"),
    Sound(name: "other transfer coding", text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nxx", body: "xx"),
    Sound(name: "HEAD", text: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", method: .head),
    Sound(name: "204", text: "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", status: 204),
    Sound(name: "304", text: "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", status: 304),
    Sound(
      name: "interim responses",
      text: "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 404 Gone\r\n\r\nx",
      status: 404, body: "x"),
  ]

  @Test("reads a sound response however it is cut into pieces", arguments: sound)
  func readsSound(_ sound: Sound) {
    for step in [Int.max, 7, 2, 1] {
      let response = Self.parse(sound.text, method: sound.method, step: step)
      #expect(response.malformed == nil)
      #expect(response.status == sound.status)
      #expect(String(decoding: response.body, as: UTF8.self) == sound.body)
      #expect(!response.isBodyTruncated)
    }
  }

  static let unsound: [(String, String, status: Int?)] = [
    ("", "without an answer", nil),
    ("HTTP/1.", "inside the status line", nil),
    ("SSH-2.0-OpenSSH_9.2\r\n", "no HTTP status line", nil),
    ("<html>no head</html>", "no HTTP status line", nil),
    ("HTTP/2.0 200 OK\r\n\r\n", "HTTP version \"2.0\"", nil),
    ("HTTP/1.1\r\n\r\n", "no HTTP status line", nil),
    ("HTTP/1.1 2x0 OK\r\n\r\n", "three digits", nil),
    ("HTTP/1.1 99 Low\r\n\r\n", "three digits", nil),
    ("HTTP/1.1 101 Switching Protocols\r\n\r\n", "without having asked", nil),
    ("HTTP/1.1 200 OK\r\nA: 1\r\n folded\r\n\r\n", "obs-fold", 200),
    ("HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "without a colon", 200),
    ("HTTP/1.1 200 OK\r\nA : 1\r\n\r\n", "no token", 200),
    ("HTTP/1.1 200 OK\r\n: 1\r\n\r\n", "no token", 200),
    ("HTTP/1.1 200 OK\r\nA: 1\r2\r\n\r\n", "carriage return", 200),
    ("HTTP/1.1 200 OK\r\nA: \0\r\n\r\n", "NUL", 200),
    ("HTTP/1.1 200 OK\r\nA: 1\r\n", "inside the header section", 200),
    ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel", "after 3 of 5 bytes", 200),
    ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", "not one number", 200),
    ("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello", "not one number", 200),
    ("HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\nhello", "not one number", 200),
    ("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n", "not one number", 200),
    ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "both", 200),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, gzip\r\n\r\n", "chunked twice", 200),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "hexadecimal", 200),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n", "hexadecimal", 200),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n", "longer than its size", 200),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab", "inside chunked content", 200),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "inside chunked content", 200),
  ]

  @Test("says why bytes are no response and keeps the status it saw", arguments: unsound)
  func refuses(text: String, reason: String, status: Int?) {
    for step in [Int.max, 3, 1] {
      let response = Self.parse(text, step: step)
      #expect(
        response.malformed?.contains(reason) == true, "\(response.malformed ?? "nil") for \(text.debugDescription)")
      #expect(response.status == status)
    }
  }

  @Test("a TLS record is called by its name")
  func namesTLS() {
    #expect(Self.parse([0x15, 3, 1, 0, 2, 2, 70]).malformed == "TLS where HTTP was expected")
  }

  @Test("a header section of ten megabytes ends at 64 KiB")
  func boundsHeaders() {
    var parser = ResponseParser(answering: .get)
    parser.consume(Array("HTTP/1.1 200 OK\r\n".utf8))
    let field = Array("X-Filler: \(String(repeating: "a", count: 1000))\r\n".utf8)
    var fed = 0
    while !parser.isOver, fed < 10 << 20 {
      parser.consume(field)
      fed += field.count
    }
    #expect(fed < 70_000)
    #expect(parser.response.malformed == "header section over 64 KiB")
    #expect(parser.response.fields == nil)
  }

  @Test("a single endless line ends at 64 KiB too, and so do interim responses without end")
  func boundsLines() {
    for filler in [
      "HTTP/1.1 200 \(String(repeating: "O", count: 70_000))",
      String(repeating: "HTTP/1.1 100 Go\r\n\r\n", count: 5000),
    ] {
      #expect(Self.parse(filler, step: 4096).malformed == "header section over 64 KiB")
    }
  }

  @Test("content is kept up to 256 KiB")
  func boundsContent() {
    let body = [UInt8](repeating: 0x61, count: 300 << 10)
    let toTheClose = Self.parse(Array("HTTP/1.1 200 OK\r\n\r\n".utf8) + body, step: 16384)
    #expect(toTheClose.isBodyTruncated)
    #expect(toTheClose.body.count == ResponseParser.bodyLimit)
    #expect(toTheClose.malformed == nil)
    let exact = Self.parse(
      Array("HTTP/1.1 200 OK\r\nContent-Length: 262144\r\n\r\n".utf8) + body.prefix(262_144), step: 16384)
    #expect(!exact.isBodyTruncated)
    #expect(exact.body.count == 262_144)
  }

  @Test("more content is kept where more is asked for")
  func keepsMore() {
    var parser = ResponseParser(answering: .get, keeping: 1 << 20)
    parser.consume(Array("HTTP/1.1 200 OK\r\n\r\n".utf8) + [UInt8](repeating: 0x61, count: 2 << 20))
    #expect(parser.response.isBodyTruncated)
    #expect(parser.response.body.count == 1 << 20)
  }

  @Test("chunks of one byte with long extensions do not go on for ever")
  func boundsChunkFraming() {
    let chunk = "1;\(String(repeating: "x", count: 4000))\r\na\r\n"
    let text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + String(repeating: chunk, count: 400)
    #expect(Self.parse(text, step: 16384).malformed == "chunk framing without end")
  }

  @Test("fields keep order and duplicates, names in lower case")
  func keepsFields() {
    let response = Self.parse("HTTP/1.1 200 OK\r\nVia: a\r\nX-A:\t 1 \r\nvia: b, c\r\nContent-Length: 0\r\n\r\n")
    #expect(response.fields?["via"] == ["a", "b, c"])
    #expect(response.fields?.list("via") == ["a", "b", "c"])
    #expect(response.fields?.first("x-a") == "1")
    #expect(response.fields?.fields.map(\.name) == ["via", "x-a", "via", "content-length"])
  }

  @Test("a hundred thousand mutations never crash, and the cutting never matters")
  func survivesMutations() {
    var generator = SeededGenerator(seed: 0x5EED)
    let seeds = (Self.sound.map(\.text) + Self.unsound.map(\.0)).map { Array($0.utf8) }
    for round in 0..<100_000 {
      var bytes = seeds[round % seeds.count]
      for _ in 0...generator.below(4) {
        let place = generator.below(bytes.count + 1)
        switch generator.below(4) {
        case 0: bytes.insert(UInt8(generator.below(256)), at: place)
        case 1: if place < bytes.count { bytes.remove(at: place) }
        case 2: if place < bytes.count { bytes[place] = UInt8(generator.below(256)) }
        default: bytes.removeSubrange(place..<min(bytes.count, place + generator.below(8)))
        }
      }
      let whole = Self.parse(bytes)
      if round % 10 == 0 {
        let pieces = Self.parse(bytes, step: 1 + generator.below(5))
        #expect(pieces.status == whole.status && pieces.body == whole.body && pieces.malformed == whole.malformed)
      }
      #expect(whole.malformed != nil || whole.status != nil)
    }
  }
}
