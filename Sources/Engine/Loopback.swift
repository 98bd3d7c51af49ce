import Facts

extension RecordedTarget {
  /// Whether everything that load on it would reach is this very machine, by literal addresses or the name for it: load
  /// there needs no consent.
  var isOnThisMachine: Bool {
    let places = [declaration["target"], declaration["url"]].compactMap { $0?.string }
    let others = [declaration["hosts"], declaration["load"]?["hosts"]].compactMap { $0?.array }.joined()
    return !places.isEmpty && others.isEmpty && places.allSatisfy { Self.isLoopback($0) }
  }

  private static func isLoopback(_ url: String) -> Bool {
    guard let separator = url.firstRange(of: "://") else { return false }
    var authority = url[separator.upperBound...].prefix { !"/?#".contains($0) }
    if let at = authority.lastIndex(of: "@") { authority = authority[authority.index(after: at)...] }
    if authority.hasPrefix("[") { return authority.prefix { $0 != "]" } == "[::1" }
    let host = authority.prefix { $0 != ":" }.lowercased()
    if host == "localhost" || host.hasSuffix(".localhost") { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }
}
