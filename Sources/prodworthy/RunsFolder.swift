import FoundationEssentials

/// The folder in which the service keeps its runs: either real ones, or those of rehearsals.
struct RunsFolder {
  /// Where it is; it need not be there.
  let path: String

  /// The file that marks a folder as that of rehearsals.
  private static let markName = "rehearsal.txt"

  /// Throws `Failure` (65) where a rehearsal would remove what is no rehearsal's for its age, or where real runs would go
  /// among rehearsed ones; `config` names the service's file.
  func requirePlace(forRehearsal isRehearsal: Bool, config: String) throws(Failure) {
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    let isMarked = entries.contains(Self.markName)
    if isRehearsal, !isMarked, !entries.isEmpty {
      throw Failure(
        .badData,
        "\(path) holds what is no rehearsal's: a rehearsal would remove runs there; give \(config) a folder `runs` of its "
          + "own for rehearsing, an empty one")
    }
    if !isRehearsal, isMarked {
      throw Failure(
        .badData,
        "\(path) holds the runs of a rehearsal, with times made up: give \(config) another folder `runs` for what is real"
      )
    }
  }

  /// Marks it as that of rehearsals; it must be there. Throws `Failure` (73, 74).
  func mark() throws(Failure) {
    try Output.replace(
      "\(path)/\(Self.markName)",
      with: Array("Runs that were rehearsed by `prodworthy serve --rehearse`: their times are made up.\n".utf8))
  }
}
