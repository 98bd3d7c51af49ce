import Cryptography
import Testing

/// What a field for Diffie-Hellman is worth, on numbers whose nature is known.
@Suite struct FieldSoundnessTests {
  /// A safe prime of 480 bits.
  private static let safe =
    "CCC4EE827E946816CF27FBA3C7EB86F230F9BC3D2CBB0C93BB59A1BD52DE1DB8432443218219C723E28E4AFF94306523FE6699921E02892C98A0104F"

  private func octets(_ hexadecimal: String) -> [UInt8] {
    let digits = Array(hexadecimal)
    return stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(String(digits[$0..<$0 + 2]), radix: 16) }
  }

  /// 2^bits - 1.
  private func mersenne(_ bits: Int) -> [UInt8] {
    let rest = bits % 8
    return (rest == 0 ? [] : [UInt8(1 << rest - 1)]) + [UInt8](repeating: 0xFF, count: bits / 8)
  }

  @Test func safePrime() {
    #expect(FieldSoundness.of(prime: octets(Self.safe), generator: [2]) == .safe)
    #expect(FieldSoundness.of(prime: [0, 0] + octets(Self.safe), generator: [5]) == .safe)
  }

  @Test func smallNumbers() {
    // 23 = 2 · 11 + 1 is safe, 13 = 2² · 3 + 1 is not.
    #expect(FieldSoundness.of(prime: [23], generator: [5]) == .safe)
    #expect(FieldSoundness.of(prime: [13], generator: [2]) == .smallSubgroup)
    #expect(FieldSoundness.of(prime: [15], generator: [2]) == .composite)
    for number in [[], [0], [1]] as [[UInt8]] {
      #expect(FieldSoundness.of(prime: number, generator: [2]) == .composite)
    }
  }

  @Test(arguments: [[], [0], [1]] as [[UInt8]]) func trivialGenerator(generator: [UInt8]) {
    #expect(FieldSoundness.of(prime: octets(Self.safe), generator: generator) == .trivialGenerator)
  }

  /// p - 1, and p itself.
  @Test func generatorsAtTheEnd() {
    var last = octets(Self.safe)
    last[last.count - 1] -= 1
    #expect(FieldSoundness.of(prime: octets(Self.safe), generator: last) == .trivialGenerator)
    #expect(FieldSoundness.of(prime: octets(Self.safe), generator: octets(Self.safe)) == .trivialGenerator)
  }

  /// 2^607 - 1 is a prime p with many small factors in p - 1; 2^509 - 1 is no prime.
  @Test func numbersOfMersenne() {
    #expect(FieldSoundness.of(prime: mersenne(607), generator: [3]) == .smallSubgroup)
    #expect(FieldSoundness.of(prime: mersenne(509), generator: [3]) == .composite)
    // The order of 2 is 607, a small number.
    #expect(FieldSoundness.of(prime: mersenne(607), generator: [2]) == .smallSubgroup)
  }

  /// Time is asked for before each power, and without any left nothing is said; small factors show without one.
  @Test func timeIsAskedFor() {
    var asked = 0
    let patient = FieldSoundness.of(prime: octets(Self.safe), generator: [2]) {
      asked += 1
      return true
    }
    #expect(patient == .safe)
    // Twelve bases for p, twelve for (p - 1) / 2.
    #expect(asked == 24)
    for patience in 0..<24 {
      var left = patience
      let found = FieldSoundness.of(prime: octets(Self.safe), generator: [2]) {
        left -= 1
        return left >= 0
      }
      #expect(found == nil)
    }
    #expect(FieldSoundness.of(prime: octets(Self.safe) + [0], generator: [2]) { false } == .composite)
  }

  /// Of a prime that is known to be safe the generator alone is looked at.
  @Test func knownPrime() {
    var last = octets(Self.safe)
    last[last.count - 1] -= 1
    for (generator, soundness) in [
      ([2], .safe), ([5], .safe), ([], .trivialGenerator), ([1], .trivialGenerator), (last, .trivialGenerator),
    ] as [([UInt8], FieldSoundness)] {
      #expect(FieldSoundness.of(prime: octets(Self.safe), generator: generator, isSafe: true) == soundness)
    }
    #expect(FieldSoundness.of(prime: mersenne(8200), generator: [2], isSafe: true) == nil)
  }

  @Test func tooLargeToLookInto() {
    #expect(FieldSoundness.of(prime: mersenne(8200), generator: [2]) == nil)
    #expect(FieldSoundness.of(prime: [0] + mersenne(8191), generator: [2]) != nil)
  }
}
