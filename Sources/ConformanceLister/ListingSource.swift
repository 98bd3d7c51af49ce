/// The list as Swift.
enum ListingSource {
  /// The source of `EveryProbe` for a protocol called `Probe`: an enumeration whose `inThisRoom` has an instance of every
  /// type listed.
  static func swift(for conformances: Conformances, to wanted: Conformances.ProtocolName, in module: String) -> String {
    let entries = conformances.entries
    let type = "[any \(wanted.name)]"
    let list: String
    if entries.contains(where: { !$0.conditions.isEmpty }) {
      list = """
         {
            var all: \(type) = []
        \(entries.map(appended).joined(separator: "\n"))
            return all
          }()
        """
    } else if entries.isEmpty {
      list = " []"
    } else {
      list = " [\n\(entries.map { "    \($0.name)(),\n" }.joined())  ]"
    }
    return """
      // Written by ConformanceLister from the sources of \(module).
      \(wanted.module == module ? "" : "\nimport \(wanted.module)\n")
      /// One of every type of this room that is declared to be a `\(wanted.name)`, in the order of their names.
      enum Every\(wanted.name) {
        static let inThisRoom: \(type) =\(list)
      }

      """
  }

  private static func appended(_ entry: Conformances.Entry) -> String {
    let statement = "    all.append(\(entry.name)())"
    if entry.conditions.isEmpty { return statement }
    let condition =
      entry.conditions.count == 1 ? entry.conditions[0] : entry.conditions.map { "(\($0))" }.joined(separator: " && ")
    return "    #if \(condition)\n\(statement)\n    #endif"
  }
}
