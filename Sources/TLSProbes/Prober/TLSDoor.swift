import Probing
import Transport

/// The way to a fresh connection that is ready for a ClientHello, whatever had to be said before.
struct TLSDoor: Sendable {
  /// Opens one. Blocks: only on a lane.
  var open: @Sendable (Deadline) throws(TransportFailure) -> Connection

  init(_ open: @escaping @Sendable (Deadline) throws(TransportFailure) -> Connection) { self.open = open }

  /// The way to `target`, at the given address instead of whatever its name leads to.
  static func to(_ target: TLSTarget, at address: String, traffic: TrafficMeter) -> TLSDoor {
    TLSDoor { (deadline) throws(TransportFailure) in
      let endpoint = Endpoint(host: address, port: target.endpoint.port)
      let connection = try Connection.open(endpoint, before: deadline, traffic: traffic)
      do throws(TransportFailure) {
        let client = TLSClient(target: target, trust: nil, deadline: deadline, traffic: traffic)
        if let obstacle = try client.upgrade(connection, before: deadline, quietMilliseconds: 0)?.obstacle {
          throw .tls(TLSFailure(.notTLS, obstacle))
        }
        return connection
      } catch {
        connection.close()
        throw error
      }
    }
  }
}
