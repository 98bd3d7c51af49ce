import Postgres
import Probing

/// The auditor's way in: as the application would go, and where the server's certificate stands in the way, past it.
struct Login: ~Copyable {
  /// What came of it.
  enum Outcome: ~Copyable {
    case session(PostgresConnection)
    /// There is nobody to log in to.
    case nobody(PostgresFailure)
    /// The server, or libpq in view of what the server asks for, refused.
    case rejected(ServerReport)
    /// The server offers no TLS, and a password does not travel without.
    case withheld(reason: String)
    /// Nothing can be said.
    case unseen(PostgresFailure)
  }

  var outcome: Outcome
  /// Whether the certificate is what the application asks for; nil if it asks for nothing or that could not be told.
  var isVerified: Bool?
  /// Why it is not.
  var verificationReason: String?

  /// Logs in to `target`. Blocks: only on a lane.
  static func attempt(_ target: PostgresTarget, user: String, before deadline: Deadline, traffic: TrafficMeter) -> Login
  {
    func open(_ mode: SSLMode, provingKnowledge: Bool = false) throws(PostgresFailure) -> PostgresConnection {
      traffic.add(connections: 1)
      var parameters = PostgresParameters(
        host: target.url.host, address: target.address, port: target.url.port, user: user,
        database: target.url.database ?? user, password: target.password, sslMode: mode, trust: target.trust)
      parameters.requiresChannelBinding = provingKnowledge && target.password != nil
      return try PostgresConnection.open(parameters, before: deadline)
    }

    // `disable` and `allow` say how the application connects; the auditor still takes TLS where there is some.
    let unverified: SSLMode = target.sslMode.map { $0 < .require } ?? false ? .prefer : .require
    guard let asked = target.verification else {
      do throws(PostgresFailure) {
        return Login(outcome: .session(try open(unverified)))
      } catch {
        return Login(outcome: Outcome(error))
      }
    }
    do throws(PostgresFailure) {
      return Login(outcome: .session(try open(asked)), isVerified: true)
    } catch {
      switch error {
      // Who got as far as a login had passed verification.
      case .rejected: return Login(outcome: Outcome(error), isVerified: true)
      case .insecure(let reason):
        do throws(PostgresFailure) {
          // Whoever holds a certificate not worth trusting has to know the password before being told anything of it.
          let session = try open(.require, provingKnowledge: true)
          return Login(outcome: .session(session), isVerified: false, verificationReason: reason)
        } catch {
          return Login(outcome: Outcome(error), isVerified: false, verificationReason: reason)
        }
      default: return Login(outcome: Outcome(error))
      }
    }
  }

  private init(outcome: consuming Outcome, isVerified: Bool? = nil, verificationReason: String? = nil) {
    self.outcome = outcome
    self.isVerified = isVerified
    self.verificationReason = verificationReason
  }
}

extension Login.Outcome {
  fileprivate init(_ failure: PostgresFailure) {
    switch failure {
    case .noSuchHost, .refused: self = .nobody(failure)
    case .rejected(let report): self = .rejected(report)
    case .server(let report): self = .rejected(report)
    case .insecure(let reason): self = .withheld(reason: reason)
    case .resolutionFailed, .unreachable, .lost, .timedOut, .cancelled, .tooLarge, .invalid: self = .unseen(failure)
    }
  }
}
