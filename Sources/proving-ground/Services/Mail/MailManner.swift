/// What the mail front is told at its start.
struct MailSettings: Codable, Sendable {
  /// The addresses it listens on; each leads to the TLS server at the same address.
  var nodes: [String]
  /// The port of the TLS servers.
  var tlsPort: Int
  /// How it treats those who ask for TLS.
  var manner = MailManner()
  /// The file with the chain, in PEM, that it shows where it answers a hello itself.
  var chainFile: String
}

/// How the mail front treats those who ask for TLS.
struct MailManner: Codable, Sendable {
  /// Whether it says that it has no TLS right now.
  var refusesTLS = false
  /// Whether it sends one answer more than it was asked for, behind its go-ahead.
  var saysTooMuch = false
  /// What becomes of the client's hello.
  var hellos = HelloManner.passed
}

/// What becomes of a ClientHello on its way to the TLS server.
enum HelloManner: String, Codable, Sendable {
  /// It gets there, and the answer gets back.
  case passed
  /// The connection breaks where it is longer than a packet, as with a front that expects it in one piece.
  case brokenIfLong
  /// The connection breaks where it offers nothing newer than TLS 1.1, as with a firewall that knows old attacks.
  case brokenIfOld
  /// It is declined where no usual client sends it, as by a front that tells clients by their hellos.
  case declinedIfStrange
  /// One that offers SSL 3.0 and nothing newer is answered in it.
  case answeredInSSL3
  /// One that offers TLS 1.1 and nothing newer is answered in it, even if it says that the client fell back.
  case answeredInTLS11
  /// One of TLS 1.2 with nothing better than triple DES gets triple DES.
  case answeredWithTripleDES
  /// Where DEFLATE is offered to TLS 1.2, the answer takes it.
  case compressed
  /// The answers of TLS 1.2 do not know RFC 5746.
  case withoutRenegotiationInfo

  /// Whether it is answered, at times, by the front itself, under a key of RSA.
  var isAnsweredHere: Bool { [.answeredInSSL3, .answeredInTLS11, .answeredWithTripleDES].contains(self) }
}
