import ArgumentParser
import Facts
import Postgres
import Probing

/// Brings events of the platform's predecessor into a platform's database, or takes them out again.
struct Import: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Imports events of the platform's predecessor from a file of JSON lines.",
    discussion: """
      The file is read whole first: a line that is not as it has to be ends in 65 before anything is written. Batches are \
      transactions of their own; the same file again goes on where the last batch ended. At the end everything is read back \
      and compared with the file; a difference ends in 1. --rollback takes an import back. The database is that of the \
      platform in --directory, else the one that PGHOST, PGPORT, PGUSER, PGPASSWORD and PGDATABASE lead to.
      """)

  @Argument(help: "The file: an event on each line, as a JSON object.") var file: String?
  @Option(help: ArgumentHelp("Take the import of this number back.", valueName: "id")) var rollback: Int?
  @Option(help: "How many events a batch has.") var batch = 500
  @Option(help: "The working folder of a platform.") var directory: String?

  /// How long it may take, in milliseconds.
  private static let patience = 3_600_000

  func validate() throws {
    guard (file == nil) != (rollback == nil) else {
      throw ValidationError("name a file to import, or with --rollback the number of an import")
    }
    guard (1...100_000).contains(batch) else { throw ValidationError("a batch has 1 to 100000 events") }
  }

  func run() async throws {
    let status = await BlockingLane(width: 1).run { perform() }
    if status != 0 { throw ExitCode(status) }
  }

  private func perform() -> Int32 {
    let deadline = Deadline(milliseconds: Self.patience)
    do {
      if let rollback {
        var work = LegacyImport(try DatabaseDoor(directory: directory).open(before: deadline), before: deadline)
        return report(try work.undo(rollback), of: rollback)
      }
      let content = try LegacyFile(path: file ?? "")
      var work = LegacyImport(try DatabaseDoor(directory: directory).open(before: deadline), before: deadline)
      return report(try work.run(content, name: file ?? "", batch: batch))
    } catch LegacyFile.Refusal.missing(let reason) {
      return complain(reason, 66)
    } catch LegacyFile.Refusal.malformed(let flaws) {
      for flaw in flaws { _ = complain("\(file ?? ""): \(flaw)", 65) }
      return 65
    } catch LegacyImport.Refusal.busy {
      return complain("somebody else imports this file at this moment", 75)
    } catch LegacyImport.Refusal.unknown(let id) {
      return complain("there is no import \(id)", 66)
    } catch LegacyImport.Refusal.impossible(let reason) {
      return complain(reason, 1)
    } catch LegacyImport.Refusal.database(let failure) {
      return complain("the database refused: \(failure)", 69)
    } catch {
      return complain(String(describing: error), 69)
    }
  }

  private func complain(_ reason: String, _ status: Int32) -> Int32 {
    Terminal.complain(GroundFailure(reason))
    return status
  }

  private func report(_ outcome: LegacyImport.Outcome) -> Int32 {
    let verification = outcome.verification
    let document: JSONValue = [
      "import": .integer(outcome.id), "imported": .integer(outcome.imported), "found": .integer(outcome.found),
      "verified": .bool(verification.holds),
      "source": ["events": .integer(verification.sourceCount), "digest": .string(verification.source)],
      "stored": ["events": .integer(verification.storedCount), "digest": .string(verification.stored)],
      "mismatches": .array(verification.mismatches.map { .integer($0) }),
    ]
    print(JSONText.canonical(document), terminator: "")
    return verification.holds ? 0 : 1
  }

  private func report(_ undoing: LegacyImport.Undoing, of id: Int) -> Int32 {
    let document: JSONValue = [
      "import": .integer(id),
      "removed": .object(JSONObject(undoing.removed.map { ($0.name, .integer($0.rows)) })),
      "restored": .integer(undoing.restored), "asBefore": .bool(undoing.isAsBefore),
    ]
    print(JSONText.canonical(document), terminator: "")
    return 0
  }
}
