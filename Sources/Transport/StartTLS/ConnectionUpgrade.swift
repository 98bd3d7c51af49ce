package import Probing

/// What came of asking a server for TLS in the words of its protocol.
package struct UpgradeSighting: Sendable, Equatable {
  /// The protocol spoken.
  package var upgradeProtocol: UpgradeProtocol
  /// Whether the server gave the go-ahead.
  package var isOffered: Bool
  /// Why not, one line: in the server's own words, or that what answers speaks another protocol; nil where it was offered.
  package var obstacle: String?
  /// What the server calls itself; nil where it does not say.
  package var banner: String?
  /// How many bytes of plaintext came behind the go-ahead, as far as they were there by then; at most `mostBytesAfter`. They
  /// are thrown away: who took them for part of the encrypted session would believe whoever put them there
  /// (CVE-2011-0411, CVE-2021-23222).
  package var bytesAfterGoAhead: Int

  /// The most bytes after the go-ahead that are counted.
  package static let mostBytesAfter = 65536
}

extension Connection {
  /// The most bytes listened to before the go-ahead.
  private static let mostHeard = 65536

  /// Asks for TLS in the words of `upgradeProtocol`, up to the point where the handshake begins.
  ///
  /// Asks for `domain` where the protocol wants to know. Waits `quietMilliseconds` after the go-ahead for bytes that must not
  /// come. Sends what is smuggled in one breath with the request for TLS. Throws where the server is silent, or ends the connection before it has said enough.
  package func upgrade(
    by upgradeProtocol: UpgradeProtocol, to domain: String, before deadline: Deadline, quietMilliseconds: Int = 0,
    smuggling smuggled: SmuggledCommand? = nil
  ) throws(TransportFailure) -> UpgradeSighting {
    var dialogue = upgradeProtocol.dialogue(with: domain)
    var heard: [UInt8] = []
    var total = 0
    var sighting = UpgradeSighting(
      upgradeProtocol: upgradeProtocol, isOffered: false, obstacle: nil, banner: nil, bytesAfterGoAhead: 0)
    func ended(_ isOffered: Bool, _ obstacle: String?) -> UpgradeSighting {
      sighting.isOffered = isOffered
      sighting.obstacle = obstacle
      sighting.banner = dialogue.banner
      return sighting
    }
    while true {
      switch dialogue.next(&heard) {
      case .send(let bytes): try write(bytes + (smuggled?.behind(bytes) ?? []), before: deadline)
      case .hear:
        let bytes = try read(upTo: dialogue.readLimit, before: deadline)
        if bytes.isEmpty { throw .closedEarly }
        heard += bytes
        total += bytes.count
        if total > Self.mostHeard { return ended(false, "what answers talks without an end") }
      case .goAhead:
        if upgradeProtocol != .postgresDirect {
          let early = heard.count
          sighting.bytesAfterGoAhead =
            early
            + discardArrived(
              upTo: UpgradeSighting.mostBytesAfter, before: deadline.capped(milliseconds: quietMilliseconds))
        }
        if upgradeProtocol.wrapsHandshake { wrapHandshake() }
        return ended(true, nil)
      case .refused(let reason):
        return ended(false, "the server declines TLS" + (reason.isEmpty ? "" : ": \(reason)"))
      case .garbage: return ended(false, "what answers the request for TLS is not \(upgradeProtocol.title)")
      }
    }
  }
}
