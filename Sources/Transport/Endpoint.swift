/// Where a TCP server listens.
package struct Endpoint: Sendable, Hashable {
  /// A host name or a literal address; IPv6 without brackets.
  package var host: String
  /// 1 to 65535.
  package var port: Int

  /// The port of a host.
  package init(host: String, port: Int) {
    self.host = host
    self.port = port
  }
}
