import Certificates
import Facts

/// What the lints say of a server's certificate, as facts. Pure.
enum CertificateFacts {
  /// The most rules that are listed: a hostile certificate may break them all.
  static let mostLints = 100

  /// What speaks against its key beside its strength; null where the certificate cannot be read.
  static func keyConcerns(_ der: [UInt8]) -> JSONValue {
    guard let certificate = try? X509Certificate(der: der) else { return .null }
    return JSONValue(KeyConcern.all(about: certificate.publicKey).map(\.rawValue))
  }

  /// The rules that the certificate breaks; null where it cannot be read. `isPublic`: it leads to a root of the system.
  static func lints(_ der: [UInt8], isPublic: Bool) -> JSONValue {
    guard let certificate = try? LintedCertificate(der: der) else { return .null }
    return .array(
      certificate.lints.filter(\.isFinding).prefix(mostLints).map { result in
        [
          "id": .string(result.lint.id), "source": .string(result.lint.source),
          "authority": .string(result.lint.authority.rawValue),
          "binds": .bool(result.lint.authority == .standard ? !certificate.contradicts(result.lint) : isPublic),
          "status": .string(result.status.rawValue),
          "message": .string(result.message),
        ]
      })
  }
}
