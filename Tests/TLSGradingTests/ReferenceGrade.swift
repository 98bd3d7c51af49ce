import SeededRandomness
import TLSRegistry

@testable import TLSGrading

/// A server as plain numbers and words, and its grade by a second, differently built reading of the guide.
///
/// It counts in twentieths of a point: halves from the means, tenths from the weights.
struct ReferenceServer {
  /// 0 SSL 2, 1 SSL 3, … 5 TLS 1.3.
  var versions: [Int]
  var suites: [Int: [ReferenceSuite]]
  /// `rsa`, `dsa`, `ec` or `ed25519`, and bits.
  var keys: [(kind: String, bits: Int)]
  var hash: String
  var dh: Int
  var groups: [(name: String, bits: Int, isField: Bool)]
  /// Answers of yes and no by name.
  var yes: [String: Bool]
  var hsts: Int?

  private static let letters = ["A+", "A", "A-", "B", "C", "D", "E", "F"]
  private static let versionPoints = [0, 80, 90, 95, 100, 100]

  private static func step(_ value: Int, _ table: [(below: Int, points: Int)]) -> Int {
    for row in table where value < row.below { return row.points }
    return 100
  }

  private static let fieldTable = [(512, 20), (1024, 40), (2048, 80), (4096, 90)].map { (below: $0.0, points: $0.1) }
  private static let curveTable = [(110, 20), (123, 40), (163, 80), (225, 90)].map { (below: $0.0, points: $0.1) }
  private static let cipherTable = [(1, 0), (128, 20), (256, 80)].map { (below: $0.0, points: $0.1) }

  private var offered: [ReferenceSuite] { versions.flatMap { suites[$0] ?? [] } }

  private var keyPoints: [Int] {
    var all = keys.map { key in
      key.kind == "ed25519" ? 100 : Self.step(key.bits, key.kind == "ec" ? Self.curveTable : Self.fieldTable)
    }
    if offered.contains(where: { $0.exchange == "dhe" }) { all.append(Self.step(dh, Self.fieldTable)) }
    if versions.contains(5) || offered.contains(where: { $0.exchange == "ecdhe" }) {
      all += groups.map { Self.step($0.bits, $0.isField ? Self.fieldTable : Self.curveTable) }
    }
    if offered.contains(where: { $0.flags.contains("X") }) { all.append(40) }
    if offered.contains(where: { $0.flags.contains("N") }) { all.append(0) }
    return all
  }

  /// The three categories and the score in twentieths.
  var twentieths: (versions: Int, keys: Int, ciphers: Int, score: Int) {
    let protocols = versions.map { Self.versionPoints[$0] }.sorted()
    let ciphers = offered.map { Self.step($0.bits, Self.cipherTable) }.sorted()
    let first = (protocols[0] + protocols[protocols.count - 1]) * 10
    let second = keyPoints.reduce(100, min) * 20
    let third = (ciphers[0] + ciphers[ciphers.count - 1]) * 10
    let isZero = first * second * third == 0
    return (first, second, third, isZero ? 0 : (first * 3 + second * 3 + third * 4) / 10)
  }

  var letters: (shown: String, ifTrusted: String) {
    let score = twentieths.score
    var rank = score >= 1600 ? 0 : score >= 1300 ? 3 : score >= 1000 ? 4 : score >= 700 ? 5 : score >= 400 ? 6 : 7
    func has(_ flag: Character, from version: Int = 0, to last: Int = 5) -> Bool {
      versions.contains { (version...last).contains($0) && (suites[$0] ?? []).contains { $0.flags.contains(flag) } }
    }
    let onlyNewest = versions == [5]
    let secret = ["dhe", "ecdhe", "tls13"]
    let sizes = groups.filter(\.isField).map(\.bits) + (offered.contains { $0.exchange == "dhe" } ? [dh] : [])
    let weak = keys.contains { $0.kind == "ec" ? $0.bits < 123 : $0.kind != "ed25519" && $0.bits < 1024 }
    let short = keys.contains { $0.kind == "ec" ? $0.bits < 163 : $0.kind != "ed25519" && $0.bits < 2048 }
    let table: [(Int, Bool)] = [
      (7, versions.contains(0)), (7, versions.max() ?? 0 <= 1), (7, has("X")), (7, has("N")),
      (7, offered.contains { $0.bits < 112 }), (7, weak), (7, sizes.contains { $0 < 1024 }), (7, hash == "MD5"),
      (7, ServerProfile.Vulnerability.allCases.contains { yes[$0.rawValue] == true }),
      (7, groups.contains { !$0.isField && $0.bits < 123 }),
      (4, versions.max() ?? 0 < 4), (4, !onlyNewest && yes["compression"] == true), (4, has("C", from: 1, to: 1)),
      (4, has("4", from: 3)), (4, has("6", from: 3)),
      (3, versions.contains(1) || versions.contains(2) || versions.contains(3)), (3, has("4")), (3, short),
      (3, sizes.contains { $0 < 2048 }), (3, groups.contains { !$0.isField && $0.bits < 163 }),
      (3, yes["complete"] == false), (3, !offered.contains { secret.contains($0.exchange) }), (3, !has("A")),
      (2, !versions.contains(5)), (2, !onlyNewest && yes["renegotiation"] == false),
      (2, yes["modern"] == false && !offered.allSatisfy { secret.contains($0.exchange) }),
      (1, yes["http"] == true && hsts ?? 0 < 15_552_000),
      (1, versions.count > 1 && versions[0] < 4 && yes["fallback"] == false),
    ]
    for (limit, holds) in table where holds { rank = max(rank, limit) }
    let letter = Self.letters[rank]
    if yes["trusted"] == false || yes["outdated"] == true || yes["revoked"] == true || hash == "SHA1" {
      return ("T", letter)
    }
    return (yes["named"] == false ? "M" : letter, letter)
  }

  /// The same server as the code under test takes it.
  var profile: ServerProfile {
    let all = ProtocolVersion.allCases
    return ServerProfile(
      versions: Set(versions.map { all[$0] }),
      suites: Dictionary(
        uniqueKeysWithValues: versions.map { (all[$0], (suites[$0] ?? []).compactMap { CipherSuite(named: $0.name) }) }),
      certificates: keys.map { key in
        ServerProfile.Certificate(
          key: ServerProfile.Key(ServerProfile.Key.Kind(rawValue: key.kind) ?? .rsa, bits: key.bits),
          signatureDigests: ["SHA256", hash])
      }, dhBits: dh, groups: groups.map(\.name), isTrusted: yes["trusted"], matchesName: yes["named"],
      isOutOfDate: yes["outdated"], isSelfSigned: false, isRevoked: yes["revoked"], chainIsComplete: yes["complete"],
      renegotiatesSecurely: yes["renegotiation"], compresses: yes["compression"],
      fallbackSignal: yes["fallback"].map { $0 ? .honoured : .ignored },
      modernClientsGetForwardSecrecy: yes["modern"], isHTTP: yes["http"],
      strictTransport: hsts.map { .maxAge($0) } ?? .absent,
      vulnerabilities: Dictionary(
        uniqueKeysWithValues: ServerProfile.Vulnerability.allCases.compactMap { fault in
          yes[fault.rawValue].map { (fault, $0) }
        }))
  }
}

extension ReferenceServer {
  /// Any server; faults are rare enough for every letter to come up.
  static func random(using generator: inout SeededGenerator) -> ReferenceServer {
    func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &generator) < percent }
    let ruin = [0, 1, 4, 15, 40].randomElement(using: &generator) ?? 0
    var versions = [0, 1, 2, 3, 4, 5].filter { chance($0 >= 4 ? 85 : ruin) }
    if versions.isEmpty { versions = [5] }
    let good = ReferenceSuite.upTo12.filter { $0.flags.contains("A") && $0.exchange.hasSuffix("dhe") }
    var suites: [Int: [ReferenceSuite]] = [:]
    for version in versions {
      let pool =
        version == 5
        ? ReferenceSuite.of13.filter { $0.bits > 0 || ruin > 15 }
        : version == 0 ? ReferenceSuite.ofSSL2 : chance(ruin * 2) ? ReferenceSuite.upTo12 : good
      suites[version] = (0..<Int.random(in: 1...4, using: &generator)).compactMap { _ in
        pool.randomElement(using: &generator)
      }
    }
    let kinds = [
      ("rsa", [256, 1023, 1024, 2047, 2048, 3072, 4095, 4096]), ("dsa", [512, 1024, 2048]),
      ("ec", [109, 112, 122, 123, 160, 163, 192, 224, 225, 256, 384, 521]), ("ed25519", [256]),
    ]
    let keys = (0...(chance(20) ? 1 : 0)).compactMap { _ -> (kind: String, bits: Int)? in
      guard chance(ruin * 2) else { return chance(50) ? ("rsa", 2048) : ("ec", 256) }
      guard let (kind, sizes) = kinds.randomElement(using: &generator),
        let bits = sizes.randomElement(using: &generator)
      else { return nil }
      return (kind, bits)
    }
    let plain = [("x25519", 253), ("secp256r1", 256), ("secp384r1", 384), ("X25519MLKEM768", 253), ("x448", 448)]
    let odd = [("secp224r1", 224), ("sect163k1", 163), ("secp160r1", 160), ("secp112r1", 112), ("sect113r1", 113)]
    let groups = (0..<Int.random(in: 1...3, using: &generator)).compactMap { _ -> (String, Int, Bool)? in
      if chance(20) { return [("ffdhe2048", 2048, true), ("ffdhe4096", 4096, true)].randomElement(using: &generator) }
      return (chance(ruin) ? odd : plain).randomElement(using: &generator).map { ($0.0, $0.1, false) }
    }
    var yes: [String: Bool] = ["http": chance(70)]
    for word in ["trusted", "named", "complete", "renegotiation", "modern", "fallback"] {
      yes[word] = !chance(ruin / 2)
    }
    for word in ["outdated", "revoked", "compression"] { yes[word] = chance(ruin / 4) }
    for fault in ServerProfile.Vulnerability.allCases { yes[fault.rawValue] = chance(50) ? chance(ruin / 8) : nil }
    return ReferenceServer(
      versions: versions, suites: suites, keys: keys.isEmpty ? [("rsa", 2048)] : keys,
      hash: chance(ruin / 4) ? "MD5" : chance(ruin / 4) ? "SHA1" : "SHA384",
      dh: (chance(ruin) ? [512, 1023, 1024, 2047] : [2048, 3072, 4096]).randomElement(using: &generator) ?? 2048,
      groups: groups.map { (name: $0.0, bits: $0.1, isField: $0.2) }, yes: yes,
      hsts: [nil, 0, 15_551_999, 15_552_000, 63_072_000, 63_072_000, 63_072_000].randomElement(using: &generator) ?? nil
    )
  }
}
