import ArgumentParser
import Glibc

/// The command.
@main
struct Prodworthy: AsyncParsableCommand {
  /// The program's version (semantic versioning).
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "prodworthy",
    abstract: "Is it worthy of production? A readiness checklist as code, one verdict.",
    discussion: """
      EXAMPLES:
        prodworthy audit https://api.example.com          one endpoint, no file at all
        prodworthy init                                   write a commented prodworthy.yaml
        prodworthy audit --out reports/runs/today         audit what prodworthy.yaml lists
        prodworthy explain tls-certificate-lifetime       why a check matters and how to mend it

      \(ExitStatus.table)
      """,
    version: version,
    subcommands: [
      AuditCommand.self,
      PlanCommand.self,
      JudgeCommand.self,
      MergeCommand.self,
      ReportCommand.self,
      MatrixCommand.self,
      DiffCommand.self,
      BaselineCommand.self,
      WaiveCommand.self,
      AttestCommand.self,
      SignCommand.self,
      VerifyCommand.self,
      HistoryCommand.self,
      TrendCommand.self,
      ServeCommand.self,
      ChecksCommand.self,
      ExplainCommand.self,
      InitCommand.self,
      DoctorCommand.self,
      CertificateCommand.self,
      ComposeCommand.self,
      HeadersCommand.self,
      MetricsCommand.self,
      MigrationsCommand.self,
      RateLimitCommand.self,
      TLSCommand.self,
      JSONPathCommand.self,
      LoadCommand.self,
      WorkflowCommand.self,
      UndoCommand.self,
      FaultCommand.self,
    ])

  /// Runs the command and decides the exit status: every way out of the process goes through here.
  static func main() async {
    Interruption.shared.install()
    let arguments = AuditCommand.completed(Array(CommandLine.arguments.dropFirst()))
    do {
      var command = try parseAsRoot(arguments)
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
      Glibc.exit(ExitStatus.passed.rawValue)
    } catch let status as ExitStatus {
      Glibc.exit(status.rawValue)
    } catch let failure as Failure {
      Output.note("prodworthy: \(failure.message)\n")
      Glibc.exit(failure.status.rawValue)
    } catch {
      let code = exitCode(for: error)
      let message = fullMessage(for: error)
      if code == .success {
        do throws(Failure) {
          try Output.print(message + "\n")
        } catch {
          Glibc.exit(error.status.rawValue)
        }
        Glibc.exit(ExitStatus.passed.rawValue)
      }
      Output.note(message + "\n")
      Glibc.exit(code == .validationFailure ? ExitStatus.usage.rawValue : ExitStatus.ourFault.rawValue)
    }
  }
}
