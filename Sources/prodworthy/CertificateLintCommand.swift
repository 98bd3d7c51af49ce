import ArgumentParser
import Certificates
import Facts
import Reporting

/// `prodworthy certificate lint`.
struct CertificateLintCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lint",
    abstract: "Hold certificates against RFC 5280, the Baseline Requirements and the rules of root stores.",
    discussion: """
      Each FILE holds a certificate in PEM or DER; of several the first is looked at. The rules of the Baseline Requirements \
      bind certificates of public authorities for TLS servers; for others they are good advice.

      EXAMPLE:
        prodworthy certificate lint server.pem
      """)

  @Argument(help: ArgumentHelp("A file with a certificate.", valueName: "file"))
  var files: [String]

  @Flag(help: "Print every lint's word as JSON, also of those that are kept or do not apply.")
  var json = false

  func run() throws {
    var reports: [(file: String, lints: [LintResult])] = []
    for file in files { reports.append((file, try Self.lints(of: file))) }
    try Output.print(json ? Output.text(of: Self.value(reports)) + "\n" : Self.text(reports))
    if reports.contains(where: { $0.lints.contains { $0.status == .error } }) { throw ExitStatus.failed }
  }

  private static func lints(of file: String) throws(Failure) -> [LintResult] {
    let octets = try octets(of: try Input.bytes(of: file), named: file)
    do throws(DERFailure) {
      return try LintedCertificate(der: octets).lints
    } catch {
      throw Failure(.badData, "\(file): no certificate that can be read: \(error.sentence)")
    }
  }

  /// The first certificate of a PEM file, or the file as it is.
  private static func octets(of bytes: [UInt8], named file: String) throws(Failure) -> [UInt8] {
    let (blocks, problems) = PEM.read(bytes)
    let certificates = blocks.filter(\.isCertificate)
    if certificates.count > 1 {
      Output.note("\(file): holds \(certificates.count) certificates, the first is looked at\n")
    }
    if let first = certificates.first { return first.octets }
    // A SEQUENCE is DER; anything else that names no certificate is nothing.
    guard bytes.first == 0x30 else {
      let reason = problems.first.map { ": line \($0.line): \($0.message)" } ?? ""
      throw Failure(.badData, "\(file): holds no certificate\(reason)")
    }
    return bytes
  }

  private static func value(_ reports: [(file: String, lints: [LintResult])]) -> JSONValue {
    .array(
      reports.map { report in
        [
          "file": .string(report.file),
          "lints": .array(
            report.lints.map { result in
              [
                "id": .string(result.lint.id), "source": .string(result.lint.source),
                "zlint": JSONValue(result.lint.zlint), "status": .string(result.status.rawValue),
                "message": .string(result.message),
              ]
            }),
        ]
      })
  }

  private static func text(_ reports: [(file: String, lints: [LintResult])]) -> String {
    var lines: [String] = []
    for (file, lints) in reports {
      for result in lints where result.isFinding {
        lines.append("\(file): \(result.status.rawValue): \(result.message) (\(result.lint.source), \(result.lint.id))")
      }
      let kept = lints.filter { $0.status == .pass }.count
      let broken = lints.filter(\.isFinding).count
      lines.append("\(file): \(kept) rules kept, \(broken) broken, \(lints.count - kept - broken) not about it")
    }
    return lines.map { Untrusted.line($0) + "\n" }.joined()
  }
}
