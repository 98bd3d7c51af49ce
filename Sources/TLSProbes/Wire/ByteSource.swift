/// Bytes that look random, from a seed: what is sent is reproducible in a test and different in every run outside.
///
/// No secret rests on them, since no handshake made of them is ever finished. The generator is SplitMix64.
struct ByteSource: Sendable {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func bytes(_ count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + 7)
    while bytes.count < count {
      let word = next()
      for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: word >> (8 * shift))) }
    }
    return Array(bytes.prefix(count))
  }

  /// A number below `bound`, which is small against 2^64: the bias does not matter here.
  mutating func number(below bound: UInt64) -> UInt64 { next() % max(1, bound) }
}
