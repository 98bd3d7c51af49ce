import FoundationEssentials

/// What `down` needs to know, written before anything is started.
struct GroundMark: Codable, Sendable {
  /// The process that builds, and stays where it was not asked to detach.
  var builder: ProcessIdentity?
  /// The paths of the programs that are started, as the kernel names them.
  var programs: [String]
  /// The account that servers run as; nil where they run as the caller.
  var account: Account?
  /// Where the inventory lies.
  var inventory: String

  /// Writes the mark of `folder`.
  func write(to folder: Folder) throws(GroundFailure) {
    guard let data = try? JSONEncoder().encode(self) else { throw GroundFailure("cannot encode the mark") }
    try Files.write(String(decoding: data, as: UTF8.self), to: folder.mark)
  }

  /// The mark of `folder`; nil where there is none that can be read.
  init?(of folder: Folder) {
    guard let bytes = Files.bytes(at: folder.mark),
      let mark = try? JSONDecoder().decode(GroundMark.self, from: Data(bytes))
    else { return nil }
    self = mark
  }

  /// A mark with its contents.
  init(programs: [String], account: Account?, inventory: String) {
    builder = ProcessIdentity(pid: ProcessInfo.processInfo.processIdentifier)
    self.programs = programs
    self.account = account
    self.inventory = inventory
  }

  /// The processes of the proving ground in `folder`.
  func processes(in folder: Folder) -> ProcessTable {
    ProcessTable(folders: [folder.home, folder.database], programs: Set(programs), account: account)
  }
}
