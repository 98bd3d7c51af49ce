import Probing
import Transport

/// Whether a server speaks a protocol version.
enum VersionSighting: Sendable {
  case offered
  case notOffered
  /// It could not be told, and why.
  case unseen(String)
}

/// Tries protocol versions one by one.
enum VersionEnumeration {
  /// What the server does with each version; the one already agreed on is not tried again.
  static func sightings(_ client: TLSClient, knownFrom meeting: Meeting?) -> [TLSVersion: VersionSighting] {
    guard case .success(let session) = meeting?.outcome else {
      let reason = "the server did not complete a handshake that offered every version"
      return Dictionary(uniqueKeysWithValues: TLSVersion.allCases.map { ($0, .unseen(reason)) })
    }
    var sightings: [TLSVersion: VersionSighting] = [:]
    let open = TLSVersion.allCases.filter { $0.rawValue != session.version }
    for version in TLSVersion.allCases where version.rawValue == session.version { sightings[version] = .offered }
    for (index, version) in open.enumerated() {
      // A version met with silence must not use up the time of the others.
      let share = client.deadline.millisecondsLeft / (open.count - index)
      sightings[version] = sighting(of: version, client, before: client.deadline.capped(milliseconds: share))
    }
    return sightings
  }

  private static func sighting(
    of version: TLSVersion, _ client: TLSClient, before deadline: Deadline
  ) -> VersionSighting {
    guard TLSVersion.spokenHere.contains(version) else {
      return .unseen("this machine's \(TLSLibrary.version) cannot speak it")
    }
    do {
      try client.offer(version, before: deadline)
      return .offered
    } catch {
      return sighting(from: error)
    }
  }

  /// Only a server that speaks up, or closes in order, has declined.
  static func sighting(from failure: TransportFailure) -> VersionSighting {
    switch failure {
    case .tls(let broken):
      switch broken.cause {
      case _ where broken.isAfterAgreement: .offered
      case .alert, .otherVersion: .notOffered
      case .notTLS, .local: .unseen(failure.sentence)
      }
    case .closedEarly: .notOffered
    default: .unseen(failure.sentence)
    }
  }
}
