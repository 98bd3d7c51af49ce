import AuditModel
import Engine
import Glibc
import Reporting

extension ReportOptions {
  /// Writes a run that was judged again into the folder `out`, and prints it: in the first format asked for where no folder
  /// takes it, else for the console. Throws `Failure`.
  func deliver(
    _ run: RecordedRun, _ report: AuditReport, into out: String?, environment: [String: String]
  ) throws {
    let formats = try furtherFormats()
    if let out {
      try RunFolder(path: out).claim()
      try RunFolder(path: out).write(
        run, report, formats: formats + Self.written(further: formats), options: options(color: false))
    }
    if out == nil, let format = formats.first {
      for file in try rendered(report, as: format, options(color: false)) { try Output.print(file.bytes) }
    } else {
      let console = options(color: Terminal.takesColor(STDOUT_FILENO, environment: environment, asked: color))
      for file in try rendered(report, as: ReportFormats.console, console) { try Output.print(file.bytes) }
    }
  }
}
