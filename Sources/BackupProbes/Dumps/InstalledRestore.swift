import AuditModel
import ChildProcesses
import Facts
import Probing

/// The pg_restore that is installed here: whether it reads the dumps, and its own full reading of those for whose compression
/// this system has no library.
enum InstalledRestore {
  /// The newest archive format that a major version of PostgreSQL reads, as major × 100 + minor.
  static func newestFormat(ofMajor major: Int) -> Int {
    switch major {
    case ..<12: 113
    case 12...15: 114
    case 16: 115
    default: 116
    }
  }

  /// Completes `facts` with what the installed tool says.
  static func complete(_ facts: inout BackupFacts, path: String, in context: ProbeContext) async {
    guard let written = facts.dumpVersion?.written else { return }
    let outcome = await ChildProcess.run(
      ["pg_restore", "--version"], deadline: context.deadline.capped(milliseconds: 5000), outputLimit: 4096,
      on: context.lane)
    context.traffic.add(of: outcome)
    let text = String(decoding: outcome.output, as: UTF8.self)
    guard case .exited(0) = outcome.ending, let major = major(in: text) else {
      facts.gaps.append(
        Gap(
          path: "dumpVersion.restorable", reason: "no pg_restore is installed here to restore with",
          remedy: "install PostgreSQL's client programs"))
      return
    }
    let newest = newestFormat(ofMajor: major)
    facts.toolVersion = text.split(separator: " ").first { $0.first?.isNumber ?? false }.map(String.init)
    facts.dumpVersion?.readable = "\(newest / 100).\(newest % 100)"
    let parts = written.split(separator: ".").compactMap { Int($0) }
    if parts.count == 2 { facts.dumpVersion?.isReadable = parts[0] * 100 + parts[1] <= newest }
  }

  /// Has pg_restore read the dumps to their ends, where this system has no library for their compression.
  static func readThrough(_ facts: inout BackupFacts, path: String, in context: ProbeContext) async {
    guard DumpInspection.needsTool(facts) else { return }
    guard facts.dumpVersion?.isReadable == true else {
      facts.integrity = nil
      facts.gaps.append(
        Gap(
          path: "integrity",
          reason:
            "the data are compressed by LZ4 or Zstandard, and this system has neither the library for it nor a pg_restore "
            + "that reads them",
          remedy: "install liblz4.so.1 and libzstd.so.1"))
      return
    }
    var damages = facts.integrity?.damages ?? []
    for record in facts.backups where record.state == .complete {
      let file = facts.isCollection ? "\(path)/\(record.name)" : path
      let outcome = await ChildProcess.run(
        ["pg_restore", "-f", "/dev/null", file], deadline: context.deadline, outputLimit: 65_536, on: context.lane)
      context.traffic.add(of: outcome)
      switch outcome.ending {
      case .exited(0): continue
      case .exited where Self.lacksCompression(outcome):
        facts.integrity = nil
        facts.gaps.append(
          Gap(
            path: "integrity",
            reason: outcome.withComplaint("neither this system nor its pg_restore uncompresses the data"),
            remedy: "install liblz4.so.1 and libzstd.so.1"))
        return
      case .exited:
        damages.append(
          BackupFacts.Damage(
            subject: record.name, kind: .corrupt, reason: outcome.withComplaint("pg_restore cannot read it")))
      default:
        facts.integrity = nil
        facts.gaps.append(Gap(path: "integrity", reason: "\(record.name) could not be read to its end"))
        return
      }
    }
    facts.integrity?.depth = .contents
    facts.integrity?.damages = damages
  }

  /// Whether pg_restore failed because it was built without what the archive wants.
  private static func lacksCompression(_ outcome: ChildProcess.Outcome) -> Bool {
    String(decoding: outcome.errors, as: UTF8.self).contains("does not support compression")
  }

  /// `pg_restore (PostgreSQL) 15.20 (Debian …)`
  private static func major(in text: String) -> Int? {
    guard let number = text.split(separator: " ").first(where: { $0.first?.isNumber ?? false }) else { return nil }
    return Int(number.prefix { $0.isNumber })
  }
}
