import SeededRandomness
import Testing

@testable import LoadGeneration

@Suite("Reading answers")
struct AnswerReaderTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var text: String
    var status: Int
    var content: String
    var keeps = true
    var isHead = false
    var testDescription: String { text.debugDescription }
  }

  static let cases = [
    Case(text: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", status: 200, content: "ok"),
    Case(text: "HTTP/1.1 200 OK\ncontent-length:2\n\nok", status: 200, content: "ok"),
    Case(text: "HTTP/1.1 204 No Content\r\n\r\n", status: 204, content: ""),
    Case(text: "HTTP/1.1 304\r\nContent-Length: 99\r\n\r\n", status: 304, content: ""),
    Case(text: "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n", status: 200, content: "", isHead: true),
    Case(
      text: "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nCONNECTION: Close\r\nContent-Length: 1\r\n\r\nx",
      status: 200,
      content: "x", keeps: false),
    Case(
      text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\nT: 1\r\n\r\n",
      status: 200,
      content: "abc0123456789"),
    Case(text: "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx", status: 200, content: "x", keeps: false),
    Case(
      text: "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\nx", status: 200, content: "x"),
    Case(text: "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n", status: 503, content: ""),
  ]

  static func feed(_ reader: inout AnswerReader, _ bytes: ArraySlice<UInt8>) -> AnswerReader.Outcome {
    Array(bytes).withUnsafeBytes { reader.consume($0) }
  }

  @Test("whole, and byte by byte", arguments: cases)
  func reads(_ test: Case) {
    let bytes = Array(test.text.utf8)
    for size in [bytes.count, 1, 2, 7] {
      var reader = AnswerReader()
      reader.begin(isHead: test.isHead, keepsContent: true, keepsFields: true)
      var outcome = AnswerReader.Outcome.more
      for start in stride(from: 0, to: bytes.count, by: size) where outcome == .more {
        outcome = Self.feed(&reader, bytes[start..<min(start + size, bytes.count)])
      }
      guard case .complete = outcome else {
        Issue.record("\(outcome) in pieces of \(size)")
        continue
      }
      #expect(reader.status == test.status)
      #expect(String(decoding: reader.content, as: UTF8.self) == test.content)
      #expect(reader.keepsAlive == test.keeps)
    }
  }

  @Test("content until the end of the connection")
  func untilClose() {
    var reader = AnswerReader()
    reader.begin(isHead: false, keepsContent: true, keepsFields: false)
    #expect(Self.feed(&reader, Array("HTTP/1.1 200 OK\r\n\r\nabc".utf8)[...]) == .more)
    #expect(reader.end() == nil)
    #expect(!reader.keepsAlive)
    reader.begin(isHead: false, keepsContent: true, keepsFields: false)
    #expect(Self.feed(&reader, Array("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc".utf8)[...]) == .more)
    #expect(reader.end() != nil)
  }

  @Test(
    "what is no answer",
    arguments: [
      "SSH-2.0-x\r\n\r\n        ", "HTTP/2 200 OK\r\n\r\n  ", "HTTP/1.1 abc OK\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "HTTP/1.1 101 Switching\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
    ])
  func malformed(_ text: String) {
    var reader = AnswerReader()
    reader.begin(isHead: false, keepsContent: true, keepsFields: false)
    guard case .malformed = Self.feed(&reader, Array(text.utf8)[...]) else {
      Issue.record("taken for an answer")
      return
    }
  }

  @Test("any bytes")
  func noise() {
    var generator = SeededGenerator(seed: 3)
    for round in 0..<3000 {
      var reader = AnswerReader()
      reader.begin(isHead: false, keepsContent: true, keepsFields: true)
      var bytes = Array(Self.cases[round % Self.cases.count].text.utf8)
      for _ in 0..<generator.below(4) {
        let place = generator.below(bytes.count)
        switch generator.below(3) {
        case 0: bytes[place] = UInt8(truncatingIfNeeded: generator.next())
        case 1: bytes.remove(at: place)
        default: bytes.insert(UInt8(truncatingIfNeeded: generator.next()), at: place)
        }
      }
      var position = 0
      var outcome = AnswerReader.Outcome.more
      while position < bytes.count, outcome == .more {
        let size = min(bytes.count - position, 1 + generator.below(9))
        outcome = Self.feed(&reader, bytes[position..<position + size])
        position += size
      }
      if case .complete(let used) = outcome { #expect(used >= 0 && used <= 9) }
      _ = AnswerFields(reader.fields).values("set-cookie")
      _ = reader.end()
    }
  }
}
