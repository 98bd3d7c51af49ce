import AuditModel
import Facts

/// Whether what the logs have signed is enough for the browsers that ask for it, on some day (Chrome's certificate
/// transparency policy, Apple's HT205280). Pure.
enum TransparencyDerivation {
  /// What it comes to.
  enum Verdict: String, CaseIterable {
    /// As many logs as are wanted, of more than one operator; with a list only by signatures that are valid.
    case enough
    /// A private authority's certificate: nobody asks.
    case notDemanded
    /// It falls short under a root of the system, which a company's own may be.
    case doubtful
    /// It falls short, and the inventory says that every browser has to trust it.
    case refused
  }

  /// How it falls short.
  enum Shortfall: String, CaseIterable {
    case tooFewLogs
    case oneOperator
  }

  /// A life of up to so many days is content with two logs in the certificate; a longer one wants three.
  private static let shortLife = 180
  /// Beside the certificate two logs are enough, however long it lives.
  private static let wantedBeside = 2

  /// `facts` with the verdict; `leaf` is the main certificate's facts.
  static func derived(_ facts: JSONObject, leaf: JSONValue?, asOf now: Instant) -> JSONObject {
    var derived = facts
    let timestamps = facts["timestamps"]?.array ?? []
    let isListed = facts["listed"]?.bool ?? false
    let wantedInside = wanted(of: leaf)
    let certain = Set(isListed ? ["valid"] : ["unchecked"])
    let (inside, beside) = tallies(timestamps, certain, now)
    // Either way is enough alone; what is shown is the one that comes nearer.
    let shortInside = shortfall(inside, wantedInside)
    let shortBeside = shortfall(beside, wantedBeside)
    let isBeside = shortInside != nil && (shortBeside == nil || beside.logs > inside.logs)
    let short = isBeside ? shortBeside : shortInside
    derived["logs"] = .integer(isBeside ? beside.logs : inside.logs)
    derived["wanted"] = .integer(isBeside ? wantedBeside : wantedInside)
    derived["shortfall"] = JSONValue(short?.rawValue)
    let (perhapsInside, perhapsBeside) = tallies(timestamps, certain.union(["unverifiable"]), now)
    let isPerhapsEnough =
      shortfall(perhapsInside, wantedInside) == nil || shortfall(perhapsBeside, wantedBeside) == nil
    let verdict: Verdict? =
      switch (facts["demandedBy"]?.string, short) {
      case (nil, _): .notDemanded
      case (_, nil): .enough
      case _ where isPerhapsEnough: nil
      case ("inventory", _): .refused
      default: .doubtful
      }
    derived["verdict"] = JSONValue(verdict?.rawValue)
    return derived
  }

  /// Whether signatures that nobody can verify decide, on a day on which all of them have been made.
  static func isOpen(_ facts: JSONObject, leaf: JSONValue?) -> Bool {
    derived(facts, leaf: leaf, asOf: TransparencyFacts.latest)["verdict"] == .null
  }

  private static func wanted(of leaf: JSONValue?) -> Int {
    guard let notBefore = leaf?["notBefore"]?.string.flatMap({ Instant($0) }),
      let notAfter = leaf?["notAfter"]?.string.flatMap({ Instant($0) })
    else { return 3 }
    return notAfter.seconds(since: notBefore) + 1 <= shortLife * 86400 ? 2 : 3
  }

  private struct Tally {
    var logs: Int
    /// Whether one operator runs them all, as far as the operators are known.
    var isOneOperator: Bool
  }

  private static func shortfall(_ tally: Tally, _ wanted: Int) -> Shortfall? {
    tally.logs < wanted ? .tooFewLogs : tally.isOneOperator ? .oneOperator : nil
  }

  /// Of the timestamps in the certificate and of those beside it, as far as their signatures are among `signatures`.
  private static func tallies(
    _ timestamps: [JSONValue], _ signatures: Set<String>, _ now: Instant
  ) -> (inside: Tally, beside: Tally) {
    let counted = timestamps.filter { timestamp in
      timestamp["signature"]?.string.map(signatures.contains) == true && counts(timestamp, now)
    }
    return (
      tally(counted.filter { $0["way"]?.string == "embedded" }),
      tally(counted.filter { $0["way"]?.string != "embedded" })
    )
  }

  /// Counts logs, not timestamps: one log can sign as often as it likes.
  private static func tally(_ counted: [JSONValue]) -> Tally {
    let operators = Set(counted.map { $0["operator"]?.string })
    return Tally(
      logs: Set(counted.map { $0["log"]?.string }).count, isOneOperator: operators.count == 1 && operators != [nil])
  }

  /// Whether the log counts on the day: without a list every one does, with one those in it do while they stand there.
  private static func counts(_ timestamp: JSONValue, _ now: Instant) -> Bool {
    guard let issued = timestamp["issued"]?.string.flatMap({ Instant($0) }), issued <= now else { return false }
    if timestamp["believed"]?.bool == false { return false }
    guard let retired = timestamp["retired"]?.string.flatMap({ Instant($0) }) else { return true }
    return issued < retired
  }
}

/// The shape of what is known about certificate transparency.
enum TransparencySchema {
  static let facts = Schema.object([
    Schema.Field(
      "demandedBy", .nullable(.string(.word(["publicRoot", "inventory"]))), required: true,
      "who wants the certificate in public logs: it leads to a root of the system, or the inventory says that every"
        + " browser has to trust it; null where nobody does"),
    Schema.Field("listed", .boolean, required: true, "whether the inventory names a list with the logs' keys"),
    Schema.Field("timestamps", .array(timestamp), required: true, "what the logs have signed"),
    Schema.Field("logs", .integer(minimum: 0), "how many logs count on the day, one way or the other"),
    Schema.Field("wanted", .integer(minimum: 0), "how many of them browsers ask for"),
    Schema.Field(
      "shortfall", .nullable(.string(.word(TransparencyDerivation.Shortfall.allCases.map(\.rawValue)))),
      "how it falls short; null if it does not"),
    Schema.Field(
      "verdict", .nullable(.string(.word(TransparencyDerivation.Verdict.allCases.map(\.rawValue)))),
      "doubtful where it falls short under a root of the system, refused where the inventory says that it is public;"
        + " null where it falls short unless signatures are valid that nobody can verify"),
  ])

  private static let timestamp = Schema.object([
    Schema.Field("log", .string(), required: true, "SHA-256 of the log's key, hexadecimal"),
    Schema.Field("name", .nullable(.string()), required: true, "what the list calls the log"),
    Schema.Field("operator", .nullable(.string()), required: true, "who runs it, by the list"),
    Schema.Field(
      "way", .string(.word(TransparencyFacts.Way.allCases.map(\.rawValue))), required: true,
      "in the certificate, in the TLS extension, or in the stapled response"),
    Schema.Field("issued", .nullable(.string(.date)), required: true, "when the log made it"),
    Schema.Field(
      "signature", .string(.word(TransparencyFacts.Signature.allCases.map(\.rawValue))), required: true,
      "unchecked without a list, unlisted where the list does not have the log, unverifiable without the issuer's key"),
    Schema.Field("retired", .nullable(.string(.date)), required: true, "from when on the log no longer counts"),
    Schema.Field("believed", .nullable(.boolean), required: true, "whether the list lets it count at all"),
  ])
}
