import TLSRegistry

extension CipherSuite {
  /// How many suites a hello offers at most: some stacks break above 127.
  static let mostOffered = 120

  /// Lists of suites that together offer everything a version knows, the usual ones first.
  ///
  /// Within a list the weak come before the strong, which is how no server orders them: a server that follows the client
  /// gives itself away by following.
  static func batches(for version: ProtocolVersion) -> [[UInt16]] {
    if version == .tls13 { return [all.filter(\.isForTLS13).sorted { $0.strangeness < $1.strangeness }.map(\.id)] }
    let known = all.filter { !$0.isForTLS13 && (version == .tls12 || !$0.needsTLS12) }
    let usual = known.filter(\.isUsual)
    let rest = known.filter { !$0.isUsual }
    return chunks(usual) + chunks(rest)
  }

  private static func chunks(_ suites: [CipherSuite]) -> [[UInt16]] {
    let count = (suites.count + mostOffered - 1) / mostOffered
    guard count > 0 else { return [] }
    let size = (suites.count + count - 1) / count
    return (0..<count).map { index in
      suites[(index * size)..<min((index + 1) * size, suites.count)].sorted { $0.strangeness < $1.strangeness }.map(
        \.id)
    }
  }

  /// Weak first; among equals RSA before the others, so that no preference in use comes out the same.
  private var strangeness: Int {
    strengthBits * 16 + (isForwardSecret ? 8 : 0) + (isAEAD ? 4 : 0) + (authentication == .ecdsa ? 2 : 0)
  }

  /// Whether servers in use are likely to accept it: one batch of these makes further ones come back empty.
  private var isUsual: Bool {
    guard [.rsa, .dhe, .ecdhe].contains(keyExchange), [.rsa, .ecdsa, .anonymous].contains(authentication),
      !isExport, !cipher.hasPrefix("SM4"), cipher != "IDEA_CBC", cipher != "DES_CBC", !isNull, !name.contains("FIPS")
    else { return false }
    return !cipher.hasPrefix("ARIA") || isAEAD
  }
}
