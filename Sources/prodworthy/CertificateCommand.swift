import ArgumentParser

/// `prodworthy certificate`: what can be said of certificates in files.
struct CertificateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "certificate",
    abstract: "Judge certificates in files.",
    subcommands: [CertificateVerifyCommand.self, CertificateLintCommand.self])
}
