import AuditModel
import ChildProcesses
import Facts
import HTTPExchange
import Postgres
import Probing
import Scenarios
import Transport

/// Why an action brought no answer.
enum ActionFailure: Error, Sendable {
  /// A value it needs is not there.
  case missing(String)
  /// It was tried and came to nothing.
  case failed(String)
  /// Time ran out or the run was called off, which says nothing about the system.
  case interrupted(String)
}

/// What an action brought back.
struct StepAnswer: Sendable {
  /// The facts, in one of the shapes of `AnswerShape`.
  var facts: JSONValue
  /// What was asked, in one line.
  var asked: String
}

/// Does one action: sends a request, runs a statement or a program.
struct StepPerformer: Sendable {
  let settings: WorkflowSettings
  let lane: BlockingLane
  let traffic: TrafficMeter

  /// The most content of an answer that is kept, in bytes.
  private static let contentLimit = 1 << 20

  /// Does `action` before `deadline`; statements may write where `safety` says so.
  func answer(
    to action: WorkflowAction, safety: SafetyClass, _ variables: JSONObject, before deadline: Deadline
  ) async throws(ActionFailure) -> StepAnswer {
    switch action {
    case .http(let call):
      let (request, asked) = try request(call, variables)
      let outcome = await lane.run { [self] in
        Result<JSONValue, ActionFailure> { () throws(ActionFailure) in
          try exchange(request, following: call.redirects, before: deadline)
        }
      }
      return StepAnswer(facts: try outcome.get(), asked: asked)
    case .sql(let statement):
      let arguments = try self.arguments(statement, variables)
      let outcome = await lane.run { [self] in
        Result<JSONValue, ActionFailure> { () throws(ActionFailure) in
          try rows(statement.query, arguments, mayWrite: safety >= .mutate, before: deadline)
        }
      }
      return StepAnswer(facts: try outcome.get(), asked: statement.query)
    case .command(let command): return try await run(command, variables, before: deadline)
    case .wait, .poll, .parallel, .repeated: return StepAnswer(facts: [:], asked: "")
    }
  }

  private func filled<Value>(_ fill: () throws(MissingValue) -> Value) throws(ActionFailure) -> Value {
    do throws(MissingValue) { return try fill() } catch { throw .missing(error.path) }
  }

  // MARK: Requests

  private func request(
    _ call: WorkflowAction.HTTPCall, _ variables: JSONObject
  ) throws(ActionFailure) -> (HTTPRequest, asked: String) {
    var text = try filled { () throws(MissingValue) in try call.url.url(in: variables) }
    var pairs: [String] = []
    for (name, value) in call.query {
      let value = try filled { () throws(MissingValue) in try value.text(in: variables) }
      pairs.append("\(name.percentEncoded)=\(value.percentEncoded)")
    }
    if !pairs.isEmpty { text += (text.contains("?") ? "&" : "?") + pairs.joined(separator: "&") }
    let base = call.target.map { settings.targets[$0] } ?? settings.target
    let isAbsolute = text.hasPrefix("http://") || text.hasPrefix("https://")
    guard let url = isAbsolute ? HTTPURL(text) : text.hasPrefix("/") ? base?.with(target: text) : nil,
      let method = HTTPMethod(rawValue: call.method)
    else { throw .failed("\(call.method) \(text) is no request that could be sent") }
    guard settings.hosts.contains(url.host) else {
      throw .failed("\(url.host) is not among the workflow's targets, and is not spoken to")
    }
    var request = HTTPRequest(method, url)
    request.contentLimit = Self.contentLimit
    for (name, value) in call.headers {
      let value = try filled { () throws(MissingValue) in try value.text(in: variables) }
      guard HTTPRequest.isFieldValue(value) else {
        throw .failed("the value of \(name) cannot stand in a header field")
      }
      request.fields.append((name: name, value: value))
    }
    var type: String?
    switch call.content {
    case .none: if !["GET", "HEAD", "OPTIONS", "DELETE"].contains(call.method) { request.content = [] }
    case .json(let template):
      let value = try filled { () throws(MissingValue) in try template.value(in: variables) }
      request.content = Array(JSONText.compact(value).utf8)
      type = "application/json"
    case .form(let fields):
      var pairs: [String] = []
      for (name, value) in fields {
        let value = try filled { () throws(MissingValue) in try value.text(in: variables) }
        pairs.append("\(name.percentEncoded)=\(value.percentEncoded)")
      }
      request.content = Array(pairs.joined(separator: "&").utf8)
      type = "application/x-www-form-urlencoded"
    case .text(let template):
      request.content = Array(try filled { () throws(MissingValue) in try template.text(in: variables) }.utf8)
      type = "text/plain; charset=utf-8"
    }
    if let type, !request.fields.contains(where: { $0.name.lowercased() == "content-type" }) {
      request.fields.append((name: "Content-Type", value: type))
    }
    return (request, "\(call.method) \(url.text)")
  }

  /// Sends a request and follows at most so many redirections. Blocks.
  private func exchange(
    _ first: HTTPRequest, following most: Int, before deadline: Deadline
  ) throws(ActionFailure) -> JSONValue {
    let began = ContinuousClock.now
    var request = first
    var followed = 0
    while true {
      let response = try one(request, before: deadline)
      if let reason = response.malformed { throw .failed("\(request.url.text): no HTTP answer: \(reason)") }
      guard let status = response.status else { throw .failed("\(request.url.text): no HTTP answer") }
      let location = response.fields?.first("location")
      guard [301, 302, 303, 307, 308].contains(status), followed < most,
        let next = location.flatMap({ request.url.resolving($0) })
      else { return facts(response, status, request.url, followed, since: began) }
      guard settings.hosts.contains(next.host) else {
        throw .failed("it redirects to \(next.host), which is not among the workflow's targets")
      }
      followed += 1
      if status == 303 || (status != 307 && status != 308 && request.method == .post) {
        request.method = .get
        request.content = nil
        request.fields.removeAll { $0.name.lowercased() == "content-type" }
      }
      if !next.hasSameOrigin(as: request.url) {
        // What was meant for one origin is not shown to another.
        request.fields.removeAll { ["authorization", "cookie"].contains($0.name.lowercased()) }
      }
      request.url = next
    }
  }

  private func one(_ request: HTTPRequest, before deadline: Deadline) throws(ActionFailure) -> HTTPResponse {
    var secrets: [String: Secret] = [:]
    secrets["bearer"] = settings.bearer
    let origin = settings.target ?? request.url
    let destination: Destination
    do throws(Destination.Invalid) {
      destination = try Destination(
        Target(id: "", kind: origin.scheme.rawValue, settings: ["url": .string(origin.text)], secrets: secrets),
        trust: settings.trust)
    } catch {
      throw .failed(error.reason)
    }
    let client = Client(destination: destination, deadline: deadline, traffic: traffic)
    do throws(Silence) {
      let (connection, isTrusted) = try client.connection(to: request.url, needsProof: true, before: deadline)
      defer { connection.close() }
      guard isTrusted else {
        throw .noConnection(reason: "\(request.url.authority) does not prove who it is: its certificate is not trusted")
      }
      var request = request
      if !request.fields.contains(where: { $0.name.lowercased() == "authorization" }) {
        request.authorization = destination.authorization(presenting: .declared, to: request.url)
      }
      return try client.exchange(request, over: connection, before: deadline).0
    } catch {
      switch error {
      case .noConnection(let reason): throw .failed("\(request.url.authority): \(reason)")
      case .unseen(let unseen):
        throw unseen.kind == .interrupted
          ? .interrupted(unseen.reason) : .failed("\(request.url.authority): \(unseen.reason)")
      }
    }
  }

  private func facts(
    _ response: HTTPResponse, _ status: Int, _ url: HTTPURL, _ redirects: Int, since began: ContinuousClock.Instant
  ) -> JSONValue {
    var headers = JSONObject()
    for (name, value) in response.fields?.fields ?? [] where headers[name] == nil { headers[name] = .string(value) }
    return [
      "status": .integer(status), "url": .string(url.text), "redirects": .integer(redirects),
      "headers": .object(headers), "json": Self.json(response.body) ?? nil, "text": JSONValue(response.text),
      "bytes": .integer(response.body.count), "milliseconds": Self.milliseconds(since: began),
    ]
  }

  private static func json(_ bytes: [UInt8]) -> JSONValue? { bytes.isEmpty ? nil : try? JSONText.parse(bytes) }

  /// What passed since `began`, in milliseconds with three places.
  static func milliseconds(since began: ContinuousClock.Instant) -> JSONValue {
    let (seconds, attoseconds) = (ContinuousClock.now - began).components
    return .double(Double(seconds * 1_000_000 + attoseconds / 1_000_000_000_000) / 1000)
  }

  // MARK: Statements

  private func arguments(
    _ statement: WorkflowAction.Statement, _ variables: JSONObject
  ) throws(ActionFailure) -> [String?] {
    var arguments: [String?] = []
    for template in statement.arguments {
      let value = try filled { () throws(MissingValue) in try template.value(in: variables) }
      arguments.append(value.isNull ? nil : value.plainText)
    }
    return arguments
  }

  /// Runs one statement in a session of its own, which can only read unless it may write. Blocks.
  private func rows(
    _ query: String, _ arguments: [String?], mayWrite: Bool, before deadline: Deadline
  ) throws(ActionFailure) -> JSONValue {
    guard let database = settings.database else { throw .failed("no database is given") }
    do throws(PostgresFailure) {
      traffic.add(connections: 1, requests: 1)
      var session = try PostgresConnection.open(database, before: deadline)
      if !mayWrite { try session.query("SET default_transaction_read_only = on", before: deadline) }
      let began = ContinuousClock.now
      let found = try session.query(query, arguments, before: deadline)
      let took = Self.milliseconds(since: began)
      let rows = found.map { row in
        JSONValue.object(
          JSONObject(
            zip(found.columns, found.types).map { name, type in (name, Self.value(row[name], type: type)) }))
      }
      return [
        "count": .integer(rows.count), "columns": JSONValue(found.columns), "rows": .array(rows),
        "affected": JSONValue(found.affected), "milliseconds": took,
      ]
    } catch {
      if case .cancelled = error { throw .interrupted("the run was interrupted") }
      throw .failed("the database: \(error)")
    }
  }

  /// Numbers, truth values and JSON documents as such, by the numbers of their types in `pg_type`; the rest as text.
  private static func value(_ text: String?, type: UInt32) -> JSONValue {
    guard let text else { return nil }
    switch type {
    case 16: return .bool(text == "t")
    case 20, 21, 23, 26: return Int(text).map { .integer($0) } ?? .string(text)
    case 700, 701, 1700:
      if let whole = Int(text) { return .integer(whole) }
      return Double(text).flatMap { $0.isFinite ? .double($0) : nil } ?? .string(text)
    case 114, 3802: return json(Array(text.utf8)) ?? .string(text)
    default: return .string(text)
    }
  }

  // MARK: Programs

  private func run(
    _ command: WorkflowAction.Command, _ variables: JSONObject, before deadline: Deadline
  ) async throws(ActionFailure) -> StepAnswer {
    var words: [String] = []
    for word in command.words {
      words.append(try filled { () throws(MissingValue) in try word.text(in: variables) })
    }
    var environment: [String: String] = [:]
    for (name, value) in command.environment {
      environment[name] = try filled { () throws(MissingValue) in try value.text(in: variables) }
    }
    var input: [UInt8] = []
    if let template = command.input {
      input = Array(try filled { () throws(MissingValue) in try template.text(in: variables) }.utf8)
    }
    let began = ContinuousClock.now
    let outcome = await ChildProcess.run(
      words, input: input, environment: ChildProcess.environment(adding: environment), in: settings.workflow.folder,
      deadline: deadline, outputLimit: Self.contentLimit, on: lane)
    if outcome.wasStarted { traffic.add(processes: 1) }
    var status: JSONValue = nil
    switch outcome.ending {
    case .exited(let code): status = .integer(code)
    case .killed(let signal): throw .failed("the program was ended by signal \(signal)")
    case .timedOut: throw .failed("the program was stopped: its time was over")
    case .cancelled: throw .interrupted("the run was interrupted")
    case .tooMuchOutput(let limit): throw .failed("the program was stopped: it wrote more than \(limit) bytes")
    case .notStarted(let reason): throw .failed(reason)
    }
    return StepAnswer(
      facts: [
        "status": status, "output": .string(String(decoding: outcome.output, as: UTF8.self)),
        "errors": .string(String(decoding: outcome.errors, as: UTF8.self)),
        "json": Self.json(outcome.output) ?? nil, "milliseconds": Self.milliseconds(since: began),
      ], asked: words.joined(separator: " "))
  }
}
