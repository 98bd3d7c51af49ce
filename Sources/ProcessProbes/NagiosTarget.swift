import AuditModel
import ChildProcesses
import Facts

/// A target of the kind `nagios`: a plug-in and how to call it.
struct NagiosTarget: Sendable {
  /// What the inventory may say about one.
  static let kind = TargetKind(
    name: "nagios", summary: "a Nagios or Icinga plug-in, run unchanged",
    fields: [
      Schema.Field(
        "command", .array(.string(), minimumCount: 1), required: true,
        "the plug-in and its arguments; a path relative to this file, or a name in PATH or a usual plug-in folder"),
      Schema.Field(
        "password", .string(.secretReference), "a secret handed to the plug-in in an environment variable"),
      Schema.Field(
        "passwordVariable", .string(.nonEmpty), "the variable the plug-in reads the password from",
        default: .string(defaultVariable)),
    ])

  private static let defaultVariable = "NAGIOS_PASSWORD"

  /// Where distributions and the projects themselves put plug-ins.
  private static let pluginFolders = [
    "/usr/lib/nagios/plugins", "/usr/lib64/nagios/plugins", "/usr/lib/monitoring-plugins",
    "/usr/local/lib/monitoring-plugins", "/usr/local/nagios/libexec",
  ]

  /// The plug-in and its arguments.
  let command: [String]
  /// What the plug-in sees of the environment.
  let environment: [String: String]
  /// The folder of the inventory, to which the command's paths are relative.
  let folder: String

  /// Why a target cannot be used.
  struct Unusable: Error {
    var reason: String
  }

  /// Reads a declared target.
  init(_ target: Target) throws(Unusable) {
    guard let words = target.settings["command"]?.array?.map(\.string), let first = words.first, first?.isEmpty == false
    else { throw Unusable(reason: "the inventory names no command") }
    command = words.compactMap { $0 }
    guard command.count == words.count else { throw Unusable(reason: "the command must be a list of texts") }
    var declared: [String: String] = [:]
    if let password = target.secrets["password"] {
      let variable = target.settings["passwordVariable"]?.string ?? Self.defaultVariable
      guard Self.isVariable(variable) else { throw Unusable(reason: "\(variable) is no name of a variable") }
      declared[variable] = password.exposed
    }
    environment = ChildProcess.environment(adding: declared, searching: Self.pluginFolders)
    folder = target.folder
  }

  /// POSIX.1-2017 section 8.1: letters, digits and underscores, no digit first.
  private static func isVariable(_ name: String) -> Bool {
    name.unicodeScalars.first.map { !("0"..."9").contains($0) } ?? false
      && name.unicodeScalars.allSatisfy {
        ("a"..."z").contains($0) || ("A"..."Z").contains($0) || ("0"..."9").contains($0) || $0 == "_"
      }
  }
}
