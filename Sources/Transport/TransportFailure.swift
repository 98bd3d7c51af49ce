/// Why bytes could not be exchanged.
package enum TransportFailure: Error, Sendable, Equatable {
  /// The name does not exist, or has no address.
  case noSuchHost(String)
  /// The name could not be looked up: says nothing about whether it exists.
  case resolutionFailed(String)
  /// The host answered that nothing listens there.
  case refused
  /// The network does not lead there, or the operating system would not try.
  case unreachable(String)
  /// The deadline passed while in this phase: "resolve", "connect", "handshake", "read", "write".
  case timedOut(phase: String)
  /// The run was called off.
  case cancelled
  /// The peer reset the connection.
  case reset
  /// The peer ended the connection where more had to come.
  case closedEarly
  /// The peers did not come to speak TLS with each other.
  case tls(TLSFailure)

  /// One line for people, lower case, without full stop.
  package var sentence: String {
    switch self {
    case .noSuchHost(let name): "no such host: \(name)"
    case .resolutionFailed(let reason): "the name could not be resolved: \(reason)"
    case .refused: "connection refused"
    case .unreachable(let reason): "unreachable: \(reason)"
    case .timedOut(let phase): "no answer before the deadline (\(phase))"
    case .cancelled: "the run was called off"
    case .reset: "the peer reset the connection"
    case .closedEarly: "the peer closed the connection early"
    case .tls(let failure): failure.sentence
    }
  }
}

/// Why a TLS handshake or session broke.
package struct TLSFailure: Error, Sendable, Equatable {
  /// Who ended it, and why.
  package enum Cause: Sendable, Equatable {
    /// The peer sent a fatal alert with this number (RFC 8446 section 6).
    case alert(Int)
    /// The peer chose a protocol version that was not offered to it.
    case otherVersion
    /// What the peer sent is not TLS.
    case notTLS
    /// Our side could not go on.
    case local
  }

  /// Who ended it, and why.
  package var cause: Cause
  /// One line for people, lower case, without full stop.
  package var sentence: String
  /// Whether the peer had already agreed on a protocol version and cipher.
  package var isAfterAgreement: Bool

  /// A broken handshake or session.
  package init(_ cause: Cause, _ sentence: String, isAfterAgreement: Bool = false) {
    self.cause = cause
    self.sentence = sentence
    self.isAfterAgreement = isAfterAgreement
  }
}
