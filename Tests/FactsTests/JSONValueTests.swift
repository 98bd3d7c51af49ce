import Facts
import FoundationEssentials
import SeededRandomness
import Testing

@Suite("JSON values compare as RFC 9535 does")
struct JSONValueTests {
  @Test("numbers by value, with equal hashes")
  func numbers() {
    #expect(JSONValue.integer(1) == .double(1))
    #expect(JSONValue.integer(1).hashValue == JSONValue.double(1).hashValue)
    #expect(JSONValue.integer(0) == .double(-0.0))
    #expect(JSONValue.integer(9_007_199_254_740_993) != .double(9_007_199_254_740_992))
    #expect(JSONValue.integer(.max) != .double(9.223372036854775807e18))
    #expect(JSONValue.integer(1) != .bool(true))
  }

  @Test("objects without regard to order, arrays with it, strings by scalars")
  func structures() {
    #expect((["a": 1, "b": 2] as JSONValue) == ["b": 2, "a": 1])
    #expect((["a": 1, "b": 2] as JSONValue).hashValue == (["b": 2, "a": 1] as JSONValue).hashValue)
    #expect(([1, 2] as JSONValue) != [2, 1])
    #expect(("\u{E9}" as JSONValue) != "e\u{301}")
  }

  @Test("values go through a coder unchanged", arguments: 0..<20 as Range<UInt64>)
  func coding(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    // A Foundation dictionary in between would merge names that are canonically equivalent: small ones only.
    let value: JSONValue = [.random(depth: 0, using: &generator), ["a": 1, "b": [true, .null, 1.5, "x"]]]
    let text = try JSONEncoder().encode(value)
    #expect(try JSONDecoder().decode(JSONValue.self, from: text) == value)
  }
}
