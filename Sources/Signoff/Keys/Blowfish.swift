/// The state of Blowfish (Schneier, 1993) with bcrypt's expensive key schedule (Provos and Mazières, 1999).
struct Blowfish {
  private var subkeys: [UInt32]
  private var boxes: [UInt32]

  /// The state before any key: the fraction of pi.
  init() {
    subkeys = Array(Self.initial.prefix(18))
    boxes = Array(Self.initial.dropFirst(18))
  }

  /// Mixes in a key, and a salt where there is one.
  mutating func expand(key: [UInt8], salt: [UInt8] = []) {
    var position = 0
    for index in 0..<18 { subkeys[index] ^= Self.word(of: key, at: &position) }
    var block: (UInt32, UInt32) = (0, 0)
    position = 0
    func next(_ cipher: inout Blowfish) -> (UInt32, UInt32) {
      if !salt.isEmpty {
        block.0 ^= Self.word(of: salt, at: &position)
        block.1 ^= Self.word(of: salt, at: &position)
      }
      block = cipher.encrypted(block)
      return block
    }
    for index in stride(from: 0, to: 18, by: 2) { (subkeys[index], subkeys[index + 1]) = next(&self) }
    for index in stride(from: 0, to: 1024, by: 2) { (boxes[index], boxes[index + 1]) = next(&self) }
  }

  /// One block of 64 bits.
  func encrypted(_ block: (UInt32, UInt32)) -> (UInt32, UInt32) {
    boxes.withUnsafeBufferPointer { boxes in
      subkeys.withUnsafeBufferPointer { subkeys in
        var (left, right) = block
        for round in stride(from: 0, to: 16, by: 2) {
          left ^= subkeys[round]
          right ^= Self.mixed(left, boxes)
          right ^= subkeys[round + 1]
          left ^= Self.mixed(right, boxes)
        }
        return (right ^ subkeys[17], left ^ subkeys[16])
      }
    }
  }

  private static func mixed(_ word: UInt32, _ boxes: UnsafeBufferPointer<UInt32>) -> UInt32 {
    let first = boxes[Int(word >> 24)] &+ boxes[256 + Int(word >> 16 & 255)]
    return (first ^ boxes[512 + Int(word >> 8 & 255)]) &+ boxes[768 + Int(word & 255)]
  }

  /// The next 32 bits of octets that go round; none at all are zeros.
  private static func word(of octets: [UInt8], at position: inout Int) -> UInt32 {
    guard !octets.isEmpty else { return 0 }
    var word: UInt32 = 0
    for _ in 0..<4 {
      word = word << 8 | UInt32(octets[position])
      position = (position + 1) % octets.count
    }
    return word
  }

  /// 18 subkeys and four boxes of 256 words: the first 33,344 bits of the fraction of pi, by Machin's formula.
  private static let initial: [UInt32] = {
    let count = 18 + 1024
    // Fixed point: one word before the point, and two to spare for what the divisions cut off.
    let width = count + 3
    func divide(_ number: inout [UInt32], by divisor: UInt32) {
      var remainder: UInt64 = 0
      for index in number.indices {
        let value = remainder << 32 | UInt64(number[index])
        number[index] = UInt32(truncatingIfNeeded: value / UInt64(divisor))
        remainder = value % UInt64(divisor)
      }
    }
    func add(_ other: [UInt32], to number: inout [UInt32]) {
      var carry: UInt64 = 0
      for index in number.indices.reversed() {
        let sum = UInt64(number[index]) + UInt64(other[index]) + carry
        number[index] = UInt32(truncatingIfNeeded: sum)
        carry = sum >> 32
      }
    }
    func subtract(_ other: [UInt32], from number: inout [UInt32]) {
      var borrow: Int64 = 0
      for index in number.indices.reversed() {
        let difference = Int64(number[index]) - Int64(other[index]) - borrow
        number[index] = UInt32(truncatingIfNeeded: difference)
        borrow = difference < 0 ? 1 : 0
      }
    }
    /// `factor` times the arc whose tangent is 1 / `inverse`, by its series.
    func arc(_ factor: UInt32, _ inverse: UInt32) -> [UInt32] {
      var power = [factor] + [UInt32](repeating: 0, count: width - 1)
      divide(&power, by: inverse)
      var sum = power
      var divisor: UInt32 = 1
      var isNegative = true
      while power.contains(where: { $0 != 0 }) {
        divide(&power, by: inverse * inverse)
        divisor += 2
        var term = power
        divide(&term, by: divisor)
        if isNegative { subtract(term, from: &sum) } else { add(term, to: &sum) }
        isNegative.toggle()
      }
      return sum
    }
    var pi = arc(16, 5)
    subtract(arc(4, 239), from: &pi)
    return Array(pi[1...count])
  }()
}
