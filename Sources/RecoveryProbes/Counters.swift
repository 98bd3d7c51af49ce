import AuditModel
import Facts
import HTTPExchange
import Postgres
import Probing

/// A number that the system tells: by a query, or in a JSON document.
struct DeclaredCounter: Sendable {
  /// Where it is read.
  enum Source: Sendable {
    /// The first column of the first row.
    case sql(String)
    /// What a JSONPath selects in what a URL, or a path on the target's own origin, answers.
    case json(url: String, path: JSONPath)
  }

  var source: Source

  static let schema = Schema.object([
    Schema.Field("sql", .string(.nonEmpty), "a query whose first column is the number; goes to workDatabase"),
    Schema.Field("url", .string(.nonEmpty), "a URL, or a path on the target's origin, that answers with JSON"),
    Schema.Field("json", .string(.jsonPath), "where in the answer the number is", default: "$"),
  ])

  init?(_ value: JSONValue?) {
    if let statement = value?["sql"]?.string {
      source = .sql(statement)
    } else if let url = value?["url"]?.string, let path = try? JSONPath(value?["json"]?.string ?? "$") {
      source = .json(url: url, path: path)
    } else {
      return nil
    }
  }

  /// What is wrong with a declaration of the right shape.
  static func violations(
    _ value: JSONValue?, at path: [Schema.Violation.Step], hasDatabase: Bool
  ) -> [Schema.Violation] {
    guard let value else { return [] }
    if value["sql"] == nil, value["url"] == nil { return [.init(path: path, kind: .missingName("sql"))] }
    if value["sql"] != nil, !hasDatabase {
      return [.init(path: path + [.name("sql")], kind: .malformed("a url, since the target names no workDatabase"))]
    }
    if let url = value["url"]?.string, !url.hasPrefix("/"), HTTPURL(url) == nil {
      return [.init(path: path + [.name("url")], kind: .malformed("a URL, or a path beginning with /"))]
    }
    return []
  }
}

/// Reads declared counters. Blocks: only on a lane.
struct CounterReader: Sendable {
  /// Why a counter tells nothing.
  struct Failure: Error {
    var reason: String
  }

  let target: Target
  let destination: Destination
  let trust: [String]
  let traffic: TrafficMeter

  func value(of counter: DeclaredCounter, before deadline: Deadline) throws(Failure) -> Int {
    switch counter.source {
    case .sql(let statement): try query(statement, before: deadline)
    case .json(let url, let path): try document(url, path, before: deadline)
    }
  }

  private func document(_ text: String, _ path: JSONPath, before deadline: Deadline) throws(Failure) -> Int {
    let isOwn = text.hasPrefix("/")
    guard let url = isOwn ? destination.url.with(target: text) : HTTPURL(text) else {
      throw Failure(reason: "\(text) is no URL")
    }
    let client = Client(
      destination: isOwn ? destination : try elsewhere(url, text), deadline: deadline, traffic: traffic)
    let answer: Answer
    do throws(Silence) { answer = try client.answer(to: HTTPRequest(.get, url), presenting: .declared) } catch {
      throw Failure(reason: "\(text): \(error.sentence)")
    }
    guard answer.response.status == 200, let document = try? JSONText.parse(answer.response.body) else {
      throw Failure(reason: "\(text) answers \(answer.response.status.map(String.init) ?? "nothing") without JSON")
    }
    let numbers = path.values(in: document).compactMap { value in
      value.integer ?? value.double.flatMap { Int(exactly: $0.rounded()) }
    }
    guard numbers.count == 1, let number = numbers.first else {
      throw Failure(reason: "\(text): \(path.text) selects no single number")
    }
    return number
  }

  private func elsewhere(_ url: HTTPURL, _ text: String) throws(Failure) -> Destination {
    let settings: JSONObject = ["url": .string(text), "trust": target.settings["trust"] ?? .null]
    do throws(Destination.Invalid) {
      return try Destination(Target(id: target.id, kind: target.kind, settings: settings), trust: trust)
    } catch {
      throw Failure(reason: error.reason)
    }
  }

  private func query(_ statement: String, before deadline: Deadline) throws(Failure) -> Int {
    let settings = target.settings
    guard let place = settings["workDatabase"]?.string.flatMap({ DatabasePlace($0) }) else {
      throw Failure(reason: "workDatabase is not of the form postgresql://role@host:port/database")
    }
    do throws(PostgresFailure) {
      traffic.add(connections: 1, requests: 2)
      var session = try PostgresConnection.open(
        PostgresParameters(
          host: place.host, port: place.port, user: place.user, database: place.database,
          password: target.secrets["workDatabasePassword"],
          sslMode: settings["workDatabaseSSLMode"]?.string.flatMap(SSLMode.init) ?? .verifyFull,
          trust: trust + [settings["workDatabaseTrust"]?.string].compactMap { $0 }), before: deadline)
      _ = try session.query("SET default_transaction_read_only = on", before: deadline)
      let rows = try session.query(statement, before: deadline)
      guard let column = rows.columns.first, let text = rows.first?[column],
        let number = Int(text) ?? Double(text).flatMap({ Int(exactly: $0.rounded()) })
      else { throw PostgresFailure.invalid("the query gives no number") }
      return number
    } catch {
      throw Failure(reason: error.description)
    }
  }
}

extension Silence {
  /// Why there is no answer, in one line.
  var sentence: String {
    switch self {
    case .noConnection(let reason): reason
    case .unseen(let unseen): unseen.reason
    }
  }
}
