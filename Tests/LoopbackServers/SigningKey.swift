import Foundation

/// A private key of the openssl command that signs octets.
package final class SigningKey: Sendable {
  /// The public half, a SubjectPublicKeyInfo in DER.
  package let subjectPublicKeyInfo: [UInt8]
  private let folder: ScratchFolder

  /// A new key: `ec:prime256v1`, `rsa:2048`, `rsa:1024`, `dsa:160` for 1024 bits in a group of so many.
  package init(_ kind: String) throws {
    folder = try ScratchFolder()
    let parts = kind.split(separator: ":").map(String.init)
    let option: [String]
    switch parts[0] {
    case "rsa": option = ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:\(parts[1])"]
    case "dsa":
      let group = ["-pkeyopt", "dsa_paramgen_bits:1024", "-pkeyopt", "dsa_paramgen_q_bits:\(parts[1])"]
      try ChildProcess.run(
        "openssl", ["genpkey", "-genparam", "-algorithm", "DSA"] + group + ["-out", "group.pem"], in: folder)
      option = ["-paramfile", "group.pem"]
    default: option = ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:\(parts[1])"]
    }
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
