import ArgumentParser
import AuditModel
import Facts
import Postgres
import Probing

/// Fills a platform's database with made-up content.
struct Seed: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Fills a platform's database with events, speakers and companies.",
    discussion: """
      The same seed gives the same rows, whatever else is asked for, and a second run adds nothing. The database is that of \
      the platform in --directory, else the one that PGHOST, PGPORT, PGUSER, PGPASSWORD and PGDATABASE lead to, which must be \
      on this host.
      """)

  @Option(help: "How many events there are to be.") var events = 50
  @Option(help: "How many speakers there are to be.") var speakers = 200
  @Option(help: "How many companies there are to be.") var companies = 100
  @Option(help: "What all content follows from.") var seed: UInt64 = 1
  @Option(help: "The working folder of a platform.") var directory: String?
  @Flag(help: "Follow from chance instead of a seed.") var random = false
  @Flag(help: "Add rows to those that are there.") var append = false

  /// How long it may take, in milliseconds.
  private static let patience = 600_000

  func validate() throws {
    guard [events, speakers, companies].allSatisfy({ (0...10_000_000).contains($0) }) else {
      throw ValidationError("there can be 0 to 10000000 of each")
    }
  }

  func run() async throws {
    let outcome = await BlockingLane(width: 1).run { Result { try write() } }
    switch outcome {
    case .success(let report): print(JSONText.canonical(report), terminator: "")
    case .failure(let failure):
      Terminal.complain(failure)
      throw ExitCode.failure
    }
  }

  private func write() throws -> JSONValue {
    let seed = random ? UInt64.random(in: 0...UInt64.max) : self.seed
    let deadline = Deadline(milliseconds: Self.patience)
    let connection = try DatabaseDoor(directory: directory).open(before: deadline)
    let content = SeedContent(seed: seed, companies: companies, speakers: speakers, events: events)
    let began = ContinuousClock.now
    do throws(PostgresFailure) {
      var writing = SeedWriting(connection, content, before: deadline)
      if append { try writing.markAsFurther() }
      let inserted = try writing.run()
      let totals = try writing.totals()
      let elapsed = (ContinuousClock.now - began).components
      func object(_ counts: [(name: String, rows: Int)]) -> JSONValue {
        .object(JSONObject(counts.map { ($0.name, .integer($0.rows)) }))
      }
      return [
        "seed": .string(String(seed)), "inserted": object(inserted), "total": object(totals),
        "seconds": .double(Double(elapsed.seconds) + Double(elapsed.attoseconds / 1_000_000_000_000_000) / 1000),
      ]
    } catch {
      throw GroundFailure("the database refused: \(error)")
    }
  }
}
