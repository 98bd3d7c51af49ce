import Foundation

/// A private key of the openssl command that signs octets.
package final class SigningKey: Sendable {
  /// The public half, a SubjectPublicKeyInfo in DER.
  package let subjectPublicKeyInfo: [UInt8]
  private let folder: ScratchFolder

  /// A new key: `ec:prime256v1`, `rsa:2048`, `rsa:1024`.
  package init(_ kind: String) throws {
    folder = try ScratchFolder()
    let parts = kind.split(separator: ":").map(String.init)
    let option =
      parts[0] == "rsa"
      ? ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:\(parts[1])"]
      : ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:\(parts[1])"]
    try ChildProcess.run("openssl", ["genpkey"] + option + ["-out", "key.pem"], in: folder)
    try ChildProcess.run(
      "openssl", ["pkey", "-in", "key.pem", "-pubout", "-outform", "DER", "-out", "public.der"], in: folder)
    subjectPublicKeyInfo = Array(try Data(contentsOf: URL(fileURLWithPath: folder.path("public.der"))))
  }

  /// The signature over `message` with `digest`: `sha256`, `sha1`, `md5`.
  package func signature(over message: [UInt8], digest: String = "sha256") throws -> [UInt8] {
    let name = UUID().uuidString
    try Data(message).write(to: URL(fileURLWithPath: folder.path(name)))
    try ChildProcess.run(
      "openssl", ["dgst", "-\(digest)", "-sign", "key.pem", "-out", "\(name).signature", name], in: folder)
    return Array(try Data(contentsOf: URL(fileURLWithPath: folder.path("\(name).signature"))))
  }
}
