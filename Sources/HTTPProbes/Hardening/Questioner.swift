import AuditModel
import Facts
import Glibc
import HTTPExchange
import Probing

/// Asks one target several questions, of which each may stay without an answer.
struct Questioner: Sendable {
  /// What came of a question.
  enum Outcome: Sendable {
    case answered(Answer)
    /// Nothing came, or nothing that is HTTP, for this reason.
    case silent(String)

    /// The answer, if its header section was read.
    var answer: Answer? { if case .answered(let answer) = self { answer } else { nil } }
  }

  let client: Client

  /// Microseconds between two questions, so that a few of them are no burst to a rate limiter.
  private static let pause: UInt32 = 20_000

  /// Whom the inventory describes.
  var destination: Destination { client.destination }

  /// Asks once. Throws only where the run was called off.
  func ask(_ request: HTTPRequest, presenting presented: Presented = .nothing) throws(Silence) -> Outcome {
    if client.deadline.millisecondsLeft > Int(Self.pause) / 1000 { usleep(Self.pause) }
    do {
      return Self.outcome(of: try client.answer(to: request, presenting: presented))
    } catch {
      switch error {
      case .noConnection(let reason): return .silent(reason)
      case .unseen(let unseen):
        if unseen.kind == .interrupted { throw error }
        return .silent(unseen.reason)
      }
    }
  }

  /// The answer, unless it is none of HTTP or only a rate limiter's.
  static func outcome(of answer: Answer) -> Outcome {
    answer.response.silence.map { .silent($0) } ?? .answered(answer)
  }
}

extension ProbeContext {
  /// Looks at `target` on the lane: `see` turns what the target says into facts, with what is wrong with its declaration
  /// and with a target that cannot be reached at all already told, as facts of the shape `schema`.
  func looking(
    at target: Target, for schema: Schema,
    _ see: @escaping @Sendable (Questioner, _ redact: @escaping (String) -> String) throws(Silence) -> Sighting
  ) async -> Sighting {
    await lane.run {
      let redactor = Redactor(secrets: target.secrets.values)
      let destination: Destination
      do throws(Destination.Invalid) {
        destination = try Destination(target, trust: self.trust)
      } catch {
        return .unseen(Unseen(.malformed, error.reason))
      }
      let client = Client(destination: destination, deadline: self.deadline, traffic: self.traffic)
      do throws(Silence) {
        return try see(Questioner(client: client)) { redactor.redacted($0) }
      } catch {
        switch error {
        case .noConnection(let reason):
          return .seen(Answer.unreachedFacts(redactor.redacted(reason).bounded(300), in: schema))
        case .unseen(let unseen): return .unseen(unseen)
        }
      }
    }
  }
}

extension HTTPResponse {
  /// Why this is no answer to what was asked; nil if it is one.
  var silence: String? {
    guard fields != nil, let status else { return "no HTTP answer: \(malformed ?? "no status")" }
    return status == 429 ? "a rate limiter answered 429" : nil
  }
}

extension Answer {
  /// What every probe of answers says about having reached one.
  var connectionFacts: JSONValue { ["established": true, "reason": nil, "address": .string(address)] }

  /// What a probe whose facts have the shape `schema` says about having reached nobody: that, and `null` for every other
  /// member that must be there.
  static func unreachedFacts(_ reason: String, in schema: Schema) -> JSONValue {
    guard case .object(let fields, _) = schema else { return nil }
    var facts = JSONObject(fields.filter(\.isRequired).map { ($0.name, .null) })
    facts["connection"] = ["established": false, "reason": .string(reason), "address": nil]
    return .object(facts)
  }
}
