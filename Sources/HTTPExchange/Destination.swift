package import AuditModel
import Facts

/// Where an `http` or `https` target is and how it is to be spoken to, from what the inventory declares.
package struct Destination: Sendable {
  /// What was declared.
  package var url: HTTPURL
  /// Where to connect instead of where the host's name leads.
  package var address: String?
  /// The name asked for in TLS instead of the host.
  package var serverName: String?
  /// Files with further roots to trust.
  package var trust: [String]
  /// Sent to the declared origin only.
  package var bearer: Secret?
  /// Where the same host listens without TLS; 0 where it does not.
  package var plainPort: Int?
  /// The path of the health endpoint.
  package var healthPath: String?

  /// Why a target cannot be spoken to at all.
  package struct Invalid: Error {
    package var reason: String
  }

  /// Reads the declaration of `target`; `trust` are the run's own further roots.
  package init(_ target: Target, trust: [String]) throws(Invalid) {
    guard let text = target.settings["url"]?.string else { throw Invalid(reason: "the target names no url") }
    guard let url = HTTPURL(text) else {
      throw Invalid(reason: "the url is no http or https URL with an ASCII host name")
    }
    self.url = url
    address = target.settings["address"]?.string
    serverName = target.settings["serverName"]?.string
    self.trust = trust + [target.settings["trust"]?.string].compactMap { $0 }
    bearer = target.secrets["bearer"]
    plainPort = target.settings["plainPort"]?.integer
    healthPath = target.settings["health"]?.string
  }

  /// The token as far as it may be sent with a request to `url`: to the declared origin, and only if it cannot break out of
  /// its header field.
  package func bearer(for url: HTTPURL) -> String? {
    guard let token = bearer?.exposed, url.hasSameOrigin(as: self.url), !token.isEmpty else { return nil }
    return token.utf8.allSatisfy { (0x21...0x7E).contains($0) } ? token : nil
  }

  /// The value of `Authorization` that holds a secret of the inventory, as far as it may be sent to `url`; nil for none.
  package func authorization(presenting presented: Presented, to url: HTTPURL) -> String? {
    switch presented {
    case .nothing, .madeUp: nil
    case .declared: bearer(for: url).map { "Bearer \($0)" }
    case .secret(let value): url.hasSameOrigin(as: self.url) && HTTPRequest.isFieldValue(value) ? value : nil
    }
  }

  /// Where the same host answers without TLS, as a URL with the declared path; or why that is not known.
  package var plain: Result<HTTPURL, Invalid> {
    var plain = url
    plain.scheme = .http
    switch plainPort {
    case 0?: return .failure(Invalid(reason: "the inventory declares that no port speaks plain HTTP"))
    case let port? where (1...65535).contains(port): plain.port = port
    default:
      if url.scheme == .https {
        guard url.port == HTTPURL.Scheme.https.defaultPort else {
          return .failure(Invalid(reason: "the inventory declares no plainPort beside port \(url.port)"))
        }
        plain.port = HTTPURL.Scheme.http.defaultPort
      }
    }
    return .success(plain)
  }
}
