package import AuditModel
import Facts

/// Where `${env:NAME}`, `${file:path}` and the documents that an inventory names are looked up.
package struct SecretResolver: Sendable {
  /// Why a file could not be read.
  package struct Unreadable: Error {
    /// One line in lower case.
    package let reason: String

    /// A file that could not be read, and why.
    package init(reason: String) { self.reason = reason }
  }

  private let environment: [String: String]
  private let readFile: @Sendable (String) -> Result<String, Unreadable>

  /// Looks variables up in `environment` and reads files, by absolute path, with `readFile`.
  package init(
    environment: [String: String], readFile: @escaping @Sendable (String) -> Result<String, Unreadable>
  ) {
    self.environment = environment
    self.readFile = readFile
  }

  /// What a reference on the command line stands for; a path is relative to the working folder.
  package func secret(_ reference: String) -> Result<Secret, Unreadable> {
    guard Schema.string(.secretReference).violations(of: .string(reference)).isEmpty else {
      return .failure(Unreadable(reason: "write ${env:NAME} or ${file:path}, never the secret itself"))
    }
    return secret(reference, folder: ".")
  }

  /// What a reference of the form `${env:NAME}` or `${file:path}` stands for; a path is relative to `folder`. The
  /// newline at the end of a file is no part of the secret.
  func secret(_ reference: String, folder: String) -> Result<Secret, Unreadable> {
    let inside = reference.dropFirst(2).dropLast()
    let text: String
    if inside.hasPrefix("env:") {
      switch variable(String(inside.dropFirst(4))) {
      case .success(let value): text = value
      case .failure(let failure): return .failure(failure)
      }
    } else {
      let path = String(inside.dropFirst(5))
      switch readFile(FilePath.absolute(path, in: folder)) {
      case .success(let content): text = content.last?.isNewline == true ? String(content.dropLast()) : content
      case .failure(let failure): return .failure(Unreadable(reason: "\(path) cannot be read: \(failure.reason)"))
      }
    }
    return text.isEmpty ? .failure(Unreadable(reason: "\(inside) is empty")) : .success(Secret(text))
  }

  /// The text of the file at an absolute path.
  func text(of path: String) -> Result<String, Unreadable> { readFile(path) }

  /// The text with every `${env:NAME}` replaced.
  func resolved(_ text: String) -> Result<String, Unreadable> {
    var result = ""
    var rest = text[...]
    while let open = rest.firstRange(of: "${env:") {
      guard let close = rest[open.upperBound...].firstIndex(of: "}") else { break }
      switch variable(String(rest[open.upperBound..<close])) {
      case .success(let value): result += rest[..<open.lowerBound] + value
      case .failure(let failure): return .failure(failure)
      }
      rest = rest[rest.index(after: close)...]
    }
    return .success(result + rest)
  }

  private func variable(_ name: String) -> Result<String, Unreadable> {
    environment[name].map { .success($0) }
      ?? .failure(Unreadable(reason: "the environment variable \(name) is not set"))
  }
}
