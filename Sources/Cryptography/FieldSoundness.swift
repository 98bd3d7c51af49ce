import COpenSSL

/// What a field for Diffie-Hellman is worth beside its size: whether the number is a prime, and whether the generator
/// hides the whole exponent (NIST SP 800-56A section 5.5.1, RFC 2631 section 2.1.1.2). Pure but for the bases, which are
/// drawn at random so that nobody can prepare a number for them.
package enum FieldSoundness: String, Sendable, CaseIterable {
  /// The prime p is safe: (p - 1) / 2 is prime too, so that no generator but a trivial one shows more than one bit.
  case safe
  /// p is no safe prime, and the generator is of an order without small factors: sound, if whoever made it was honest.
  case largeSubgroup
  /// p is no safe prime, and the generator's order has small factors: each of them shows a part of every exponent.
  case smallSubgroup
  /// The number is no prime, so that the logarithm is taken for each factor alone.
  case composite
  /// The generator is 0, 1, p - 1 or no number of the field: the shared secret is one of two values.
  case trivialGenerator

  /// The largest number that is looked at, in bits: time grows with its cube.
  package static let mostBits = 8192
  /// Factors of p - 1 up to here count as small.
  private static let smallFactors = 1 << 16
  /// What a composite number has to get past; each time with a chance of at most one in four.
  private static let rounds = 12
  /// The same beyond 4096 bits, where a number that nobody made up gets past one alone with no chance worth the name.
  private static let roundsForLarge = 5

  /// Judges the field of a prime and a generator, most significant byte first; nil for one that is too large to look at,
  /// and where `hasTime`, which is asked before each power (a tenth of a second at 8192 bits), says that time is up.
  ///
  /// Of a prime that is known to be safe (`isSafe`) the generator alone is left to look at: no power is taken.
  package static func of(
    prime: [UInt8], generator: [UInt8], isSafe: Bool = false, while hasTime: () -> Bool = { true }
  ) -> FieldSoundness? {
    guard isWithinReach(prime) else { return nil }
    defer { ERR_clear_error() }
    return Numbers()?.soundness(prime: prime, generator: generator, isSafe: isSafe, while: hasTime)
  }

  /// Whether a prime is small enough to look at.
  package static func isWithinReach(_ prime: [UInt8]) -> Bool { prime.drop { $0 == 0 }.count * 8 <= mostBits }

  /// libcrypto's big numbers of one judgement.
  private final class Numbers {
    private let context: OpaquePointer
    private var made: [OpaquePointer] = []
    private static let smallPrimes: [UInt] = {
      var isComposite = [Bool](repeating: false, count: smallFactors)
      return (2..<smallFactors).compactMap { number in
        if isComposite[number] { return nil }
        for multiple in stride(from: number * number, to: smallFactors, by: number) { isComposite[multiple] = true }
        return UInt(number)
      }
    }()

    init?() {
      guard let context = BN_CTX_new() else { return nil }
      self.context = context
    }

    deinit {
      for number in made { BN_free(number) }
      BN_CTX_free(context)
    }

    private func number(_ value: UInt = 0) -> OpaquePointer? {
      guard let number = BN_new() else { return nil }
      made.append(number)
      return BN_set_word(number, value) == 1 ? number : nil
    }

    private func number(_ octets: [UInt8]) -> OpaquePointer? {
      guard let number = BN_bin2bn(octets, Int32(clamping: octets.count), nil) else { return nil }
      made.append(number)
      return number
    }

    func soundness(
      prime octets: [UInt8], generator: [UInt8], isSafe: Bool, while hasTime: () -> Bool
    ) -> FieldSoundness? {
      guard let prime = number(octets), let base = number(generator), let one = number(1), let last = number(),
        let half = number(), BN_sub(last, prime, one) == 1, BN_rshift1(half, last) == 1
      else { return nil }
      guard let isPrime = isSafe ? true : self.isPrime(prime, while: hasTime) else { return nil }
      if !isPrime { return .composite }
      if BN_cmp(base, one) <= 0 || BN_cmp(base, last) >= 0 { return .trivialGenerator }
      guard let isSafe = isSafe ? true : self.isPrime(half, while: hasTime) else { return nil }
      if isSafe { return .safe }
      guard hasTime() else { return nil }
      return hidesFromSmallFactors(base, last, prime, one).map { $0 ? .largeSubgroup : .smallSubgroup }
    }

    /// Whether the order of `base` has no small factor: then it becomes 1 when raised to p - 1 without those.
    private func hidesFromSmallFactors(
      _ base: OpaquePointer, _ last: OpaquePointer, _ prime: OpaquePointer, _ one: OpaquePointer
    ) -> Bool? {
      guard let rest = BN_dup(last), let power = number() else { return nil }
      made.append(rest)
      for factor in Self.smallPrimes {
        while BN_mod_word(rest, factor) == 0, BN_cmp(rest, one) > 0 {
          guard BN_div_word(rest, factor) != UInt.max else { return nil }
        }
      }
      guard BN_mod_exp(power, base, rest, prime, context) == 1 else { return nil }
      return BN_cmp(power, one) == 0
    }

    /// The test of Miller and Rabin (FIPS 186-5 appendix B.3.1).
    private func isPrime(_ candidate: OpaquePointer, while hasTime: () -> Bool) -> Bool? {
      guard let one = number(1), let two = number(2), let three = number(3) else { return nil }
      if BN_cmp(candidate, one) <= 0 { return false }
      if BN_cmp(candidate, three) <= 0 { return true }
      for factor in Self.smallPrimes.prefix(500) where BN_mod_word(candidate, factor) == 0 {
        guard let small = number(factor) else { return nil }
        return BN_cmp(candidate, small) == 0
      }
      guard let last = number(), let odd = number(), let range = number(), let base = number(), let power = number(),
        BN_sub(last, candidate, one) == 1, BN_sub(range, candidate, three) == 1
      else { return nil }
      var halvings: Int32 = 0
      while BN_is_bit_set(last, halvings) == 0 { halvings += 1 }
      guard BN_rshift(odd, last, halvings) == 1 else { return nil }
      let isLarge = BN_num_bits(candidate) > 4096
      for _ in 0..<(isLarge ? FieldSoundness.roundsForLarge : FieldSoundness.rounds) {
        guard hasTime(), BN_rand_range(base, range) == 1, BN_add(base, base, two) == 1,
          BN_mod_exp(power, base, odd, candidate, context) == 1
        else { return nil }
        if BN_cmp(power, one) == 0 || BN_cmp(power, last) == 0 { continue }
        var isWitness = true
        for _ in 1..<max(1, halvings) where isWitness {
          guard BN_mod_sqr(power, power, candidate, context) == 1 else { return nil }
          if BN_cmp(power, last) == 0 { isWitness = false }
        }
        if isWitness { return false }
      }
      return true
    }
  }
}
