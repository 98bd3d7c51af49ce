import Facts
import SeededRandomness

extension JSONValue {
  /// Any value of at most `depth` levels.
  static func random(depth: Int, using generator: inout SeededGenerator) -> JSONValue {
    switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &generator) {
    case 0: .null
    case 1: .bool(Bool.random(using: &generator))
    case 2: .integer(Int(truncatingIfNeeded: generator.next()) >> Int.random(in: 0..<64, using: &generator))
    case 3, 4:
      switch Double(bitPattern: generator.next()) {
      case let number where number.isFinite: .double(number)
      default: .double(0.1)
      }
    case 5: .string(randomText(using: &generator))
    case 6:
      .array((0..<Int.random(in: 0..<5, using: &generator)).map { _ in random(depth: depth - 1, using: &generator) })
    default:
      .object(
        JSONObject(
          (0..<Int.random(in: 0..<20, using: &generator)).map { _ in
            (randomText(using: &generator), random(depth: depth - 1, using: &generator))
          }))
    }
  }

  private static func randomText(using generator: inout SeededGenerator) -> String {
    var text = String.UnicodeScalarView()
    for _ in 0..<Int.random(in: 0..<8, using: &generator) {
      let highest: [UInt32] = [0x20, 0x7F, 0x2FF, 0xFFFF, 0x10FFFF]
      let value = UInt32.random(in: 0...(highest.randomElement(using: &generator) ?? 0), using: &generator)
      if let scalar = Unicode.Scalar(value) { text.append(scalar) }
    }
    return String(text)
  }
}
