import AuditModel

/// What has to be known of a run besides its gate and its findings, as those formats tell it that know tests: what
/// somebody said about the system, a waiver or an attestation; and that the run was a rehearsal.
struct Said {
  /// What it is; the word stands in names and ids that other programs keep.
  enum Kind: String {
    case waiver
    case attestation
    case rehearsal
  }

  let kind: Kind
  /// The id it was given by whoever wrote it; two may have the same.
  let id: String
  /// What it is about.
  let topic: String
  /// Its state as machines read it.
  let state: String
  /// Its state as people read it.
  let word: String
  /// What is wrong with it, in one line; empty where nothing is.
  let complaint: String
  /// Whether nothing has to be done about it.
  let isSound: Bool
  /// The last second it holds; nil where it has none.
  let expires: Instant?
  /// Where it is written.
  let location: SourceLocation?

  /// The suite it is told in, where a format has suites.
  var suite: String { "readiness.\(group)" }

  /// Its kind as a group of such things is named.
  var group: String { kind == .rehearsal ? kind.rawValue : "\(kind.rawValue)s" }
}

extension AuditReport {
  /// That the run was a rehearsal, which nobody who only counts tests may take for a real one; empty where it was real.
  var saidOfRehearsal: [Said] {
    rehearsalSentence.map { sentence in
      [
        Said(
          kind: .rehearsal, id: "rehearsal", topic: system.name, state: "rehearsed", word: "rehearsed",
          complaint: sentence, isSound: false, expires: nil, location: nil)
      ]
    } ?? []
  }

  /// What was said in waivers, in their order.
  var saidInWaivers: [Said] {
    waivers.map { row in
      Said(
        kind: .waiver, id: row.waiver.id, topic: row.place, state: row.state.rawValue, word: row.state.word,
        complaint: row.complaint, isSound: row.isSound, expires: row.waiver.expires, location: row.waiver.location)
    }
  }

  /// What was said in attestations, in their order. Whether one is sound hangs on the others.
  var saidInAttestations: [Said] {
    let standing = AttestationStanding(attestations)
    return attestations.map { row in
      Said(
        kind: .attestation, id: row.attestation.id, topic: row.topic, state: row.state.rawValue, word: row.state.word,
        complaint: row.complaint, isSound: standing.isSound(row), expires: row.attestation.expires,
        location: row.attestation.location)
    }
  }
}
