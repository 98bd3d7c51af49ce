import ArgumentParser
import FoundationEssentials
import Glibc
import Reporting

/// `prodworthy report`.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Render a kept report in another format, to the very bytes that the audit would have written.",
    discussion: "EXAMPLE:\n  prodworthy report reports/runs/today --format junit --junit-dialect jenkins -o junit.xml")

  @Argument(help: "The folder of a run, or a report.json.", completion: .directory)
  var folder: String

  @OptionGroup var rendering: ReportOptions

  @Option(name: .shortAndLong, help: "A file, or a folder where the format makes several; `-` is standard output.")
  var output: String?

  func run() throws {
    let environment = ProcessInfo.processInfo.environment
    guard rendering.format.count <= 1 else { throw Failure(.usage, "one --format at a time") }
    let format = try rendering.furtherFormats().first ?? ReportFormats.console
    let report = try RunFolder(path: folder).report()
    let writesFile = output != nil && output != "-"
    let options = rendering.options(
      color: !writesFile && Terminal.takesColor(STDOUT_FILENO, environment: environment, asked: rendering.color))
    let files = try rendered(report, as: format, options)
    let leadIsEnough = format.leadStandsAlone(options)
    guard writesFile, let output else {
      for file in leadIsEnough ? Array(files.prefix(1)) : files { try Output.print(file.bytes) }
      return
    }
    let fitsOneFile = leadIsEnough || (files.count == 1 && format.writesOneFile(options))
    if fitsOneFile, !Input.isFolder(output), !output.hasSuffix("/") {
      try Output.replace(output, with: files[0].bytes)
    } else {
      try Output.makeFolder(output)
      for file in files { try Output.replace("\(output)/\(file.name)", with: file.bytes) }
    }
  }
}
