import ArgumentParser

/// `prodworthy history`: the runs kept.
struct HistoryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history",
    abstract: "Look at the runs kept, add to them, take them along, remove old ones.",
    discussion: """
      EXAMPLES:
        prodworthy audit --history history.db            every audit adds itself
        prodworthy history list --history history.db
        prodworthy history show latest --history history.db
        prodworthy history findings --history history.db  what is open, since when, how often
      """,
    subcommands: [
      HistoryListCommand.self,
      HistoryShowCommand.self,
      HistoryFindingsCommand.self,
      HistoryAddCommand.self,
      HistoryExportCommand.self,
      HistoryPruneCommand.self,
      HistoryPinCommand.self,
    ])
}
