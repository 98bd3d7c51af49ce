package import Probing
package import Transport

/// One GET over a connection of its own, for asking a metrics server while load runs.
package enum PlainExchange {
  /// Why there is no answer.
  package struct Failure: Error, Sendable {
    /// In one line of lower case.
    package var reason: String
  }

  /// The status and content of what `url` answers. Blocks until the deadline: only on a lane or a thread of one's own.
  package static func get(
    _ text: String, trust: TrustStore, before deadline: Deadline, traffic: TrafficMeter
  ) throws(Failure) -> (status: Int, content: [UInt8]) {
    guard let url = LoadURL(text) else { throw Failure(reason: "\(text) is no http or https URL") }
    do throws(TransportFailure) {
      let connection = try Connection.open(
        Endpoint(host: url.origin.host, port: url.origin.port), before: deadline, traffic: traffic)
      defer { connection.close() }
      if url.origin.isSecure {
        let session = try connection.startTLS(
          TLSClientSettings(serverName: url.origin.host, trust: trust, minimumVersion: .tls12), before: deadline)
        guard session.verdict?.isTrusted == true, session.isMadeOutToName == true else {
          throw TransportFailure.unreachable("its certificate proves nothing")
        }
      }
      let request =
        "GET \(url.target) HTTP/1.1\r\nhost: \(url.origin.authority)\r\nuser-agent: prodworthy\r\naccept: application/json\r\nconnection: close\r\n\r\n"
      try connection.write(Array(request.utf8), before: deadline)
      traffic.add(requests: 1)
      var reader = AnswerReader()
      reader.begin(isHead: false, keepsContent: true, keepsFields: false)
      while true {
        let bytes = try connection.read(upTo: 1 << 16, before: deadline)
        if bytes.isEmpty {
          guard reader.status != 0, reader.end() == nil else { throw TransportFailure.closedEarly }
          return (reader.status, reader.content)
        }
        switch bytes.withUnsafeBytes({ reader.consume($0) }) {
        case .more: continue
        case .complete: return (reader.status, reader.content)
        case .malformed(let reason): throw TransportFailure.unreachable(reason)
        }
      }
    } catch {
      throw Failure(reason: error.sentence)
    }
  }
}
