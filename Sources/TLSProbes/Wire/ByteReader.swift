/// Reads big-endian numbers and vectors (RFC 8446 section 3) from bytes of unknown intent. What is missing is nil, never a
/// trap.
struct ByteReader {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  init(_ bytes: [UInt8]) { rest = bytes[...] }

  var isAtEnd: Bool { rest.isEmpty }
  var count: Int { rest.count }
  /// What was not read yet.
  var remaining: ArraySlice<UInt8> { rest }

  mutating func byte() -> UInt8? { rest.popFirst() }

  /// A number of `width` bytes, at most 7.
  mutating func number(_ width: Int) -> Int? {
    guard let bytes = take(width) else { return nil }
    return bytes.reduce(0) { $0 << 8 | Int($1) }
  }

  mutating func uint16() -> UInt16? { number(2).map { UInt16(truncatingIfNeeded: $0) } }

  mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
    guard count >= 0, count <= rest.count else { return nil }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  /// A vector preceded by its length in `width` bytes.
  mutating func vector(_ width: Int) -> ArraySlice<UInt8>? {
    guard let count = number(width) else { return nil }
    return take(count)
  }

  /// A list of 16-bit numbers preceded by its length in bytes; nil for half a number.
  mutating func uint16s() -> [UInt16]? {
    guard let list = vector(2), list.count.isMultiple(of: 2) else { return nil }
    var reader = ByteReader(list)
    var numbers: [UInt16] = []
    while let number = reader.uint16() { numbers.append(number) }
    return numbers
  }
}

extension [UInt8] {
  /// Appends the `width` lowest bytes of a number, highest first.
  mutating func append(_ number: Int, width: Int) {
    for shift in (0..<width).reversed() { append(UInt8(truncatingIfNeeded: number >> (8 * shift))) }
  }

  /// Appends a vector preceded by its length in `width` bytes.
  mutating func append(vector bytes: some Collection<UInt8>, width: Int) {
    append(bytes.count, width: width)
    append(contentsOf: bytes)
  }

  /// Appends 16-bit numbers preceded by their length in bytes.
  mutating func append(list numbers: [UInt16], width: Int) {
    append(numbers.count * 2, width: width)
    for number in numbers { append(Int(number), width: 2) }
  }
}
