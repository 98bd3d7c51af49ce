import AuditModel
import Cryptography
import Definitions
import FoundationEssentials
import Glibc
import Signoff

/// A person's key, in a file or with an agent.
enum SigningKey {
  case file(PrivateKey, SSHPublicKey)
  case agent(SigningAgent, SSHPublicKey)

  /// The public half.
  var publicKey: SSHPublicKey {
    switch self {
    case .file(_, let key), .agent(_, let key): key
    }
  }

  /// The key in the file at `path`. One that is encrypted is opened with the passphrase that `reference` stands for, or
  /// with what is typed; without either, and for a public key, the agent is asked. Throws `Failure` (64, 65, 66, 69).
  static func load(
    _ path: String, passphrase reference: String?, environment: [String: String]
  ) throws(Failure) -> SigningKey {
    let bytes = try Input.bytes(of: path)
    let given = try reference.map { (reference) throws(Failure) in
      try passphrase(reference, environment: environment)
    }
    switch try read(path, bytes, passphrase: given) {
    case .signing(let key, let publicKey):
      warnOfReaders(of: path)
      return .file(key, publicKey)
    case .publicOnly(let publicKey):
      guard let agent = SigningAgent(environment: environment) else {
        throw Failure(.usage, "\(path) is a public key, and there is no SSH agent (SSH_AUTH_SOCK) with the private one")
      }
      return .agent(agent, publicKey)
    case .encrypted(let publicKey):
      if let typed = Terminal.passphrase(for: path) {
        guard case .signing(let key, let publicKey) = try read(path, bytes, passphrase: typed) else {
          throw Failure(.badData, "\(path): the passphrase is another")
        }
        return .file(key, publicKey)
      }
      if let publicKey, let agent = SigningAgent(environment: environment) { return .agent(agent, publicKey) }
      throw Failure(
        .usage, "\(path) is encrypted: name its passphrase with --passphrase '${env:NAME}', or load it with ssh-add")
    }
  }

  /// The signature over `message`. Throws `Failure` (69, 70).
  func signature(over message: [UInt8]) throws(Failure) -> SSHKeySignature {
    switch self {
    case .agent(let agent, let publicKey): return try agent.signature(over: message, by: publicKey)
    case .file(let key, let publicKey):
      guard let signature = SSHKeySignature(by: key, over: message) else {
        throw Failure(.ourFault, "the key \(publicKey.fingerprint) does not sign")
      }
      return signature
    }
  }

  private static func read(_ path: String, _ bytes: [UInt8], passphrase: [UInt8]?) throws(Failure) -> KeyFile {
    do throws(KeyFile.Refusal) {
      return try KeyFile.read(bytes, passphrase: passphrase)
    } catch {
      throw Failure(.badData, "\(path): \(error.reason)")
    }
  }

  private static func passphrase(_ reference: String, environment: [String: String]) throws(Failure) -> [UInt8] {
    let resolver = SecretResolver(environment: environment) { path in
      do throws(Failure) {
        return .success(String(decoding: try Input.bytes(of: path), as: UTF8.self))
      } catch {
        return .failure(SecretResolver.Unreadable(reason: error.message))
      }
    }
    switch resolver.secret(reference) {
    case .success(let secret): return Array(secret.exposed.utf8)
    case .failure(let failure): throw Failure(.usage, "--passphrase: \(failure.reason)")
    }
  }

  private static func warnOfReaders(of path: String) {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_mode & 0o077 != 0 else { return }
    Output.note("prodworthy: others may read the key \(path): chmod 600 it\n")
  }
}
