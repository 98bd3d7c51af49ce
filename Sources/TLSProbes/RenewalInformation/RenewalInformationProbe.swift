import AuditModel
import Facts
import HTTPExchange
import Probing
import Transport

/// Asks the ACME server that the inventory names when it wants the certificate renewed (RFC 9773).
struct RenewalInformationProbe: Probe {
  let descriptor = ProbeDescriptor(
    id: "tls-renewal-information", summary: "when the certificate's authority wants it renewed",
    targetKinds: ["https", "tls"], safety: .observe,
    facts: .object([
      Schema.Field("identifier", .nullable(.string()), required: true, "the certificate's name there"),
      Schema.Field(
        "window",
        .nullable(
          .object([
            Schema.Field("start", .string(.date), required: true, "from when on it is to be renewed"),
            Schema.Field("end", .string(.date), required: true, "until when"),
            Schema.Field("explanation", .nullable(.string()), required: true, "a page that says why then"),
            Schema.Field(
              "position", .string(.word(Position.allCases.map(\.rawValue))), "where the day stands to it"),
            Schema.Field("daysLeft", .integer(), "whole days to its end, negative once that has passed"),
          ])), required: true, "the window that the authority suggests"),
      Schema.Field(
        "unansweredBecause", .nullable(.string()), required: true, "why there is none; null where there is one"),
    ]), traffic: "1 handshake with the target and 2 requests to the ACME server")

  /// Where a day stands to the window.
  enum Position: String, CaseIterable {
    case before, within, past
  }

  /// What comes back is a few hundred bytes; a directory is a few thousand.
  private static let contentLimit = 64 << 10

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    await context.lane.run { Self.look(at: target, context) }
  }

  func derive(_ facts: JSONValue, asOf now: Instant) -> JSONValue {
    guard var whole = facts.object, var window = whole["window"]?.object,
      let start = window["start"]?.string.flatMap({ Instant($0) }),
      let end = window["end"]?.string.flatMap({ Instant($0) })
    else { return facts }
    let position: Position = now < start ? .before : now <= end ? .within : .past
    window["position"] = .string(position.rawValue)
    window["daysLeft"] = .integer(Int((Double(end.seconds(since: now)) / 86400).rounded(.down)))
    whole["window"] = .object(window)
    return .object(whole)
  }

  private static func look(at target: Target, _ context: ProbeContext) -> Sighting {
    let endpoint: TLSTarget
    do {
      endpoint = try TLSTarget(target, trust: context.trust)
    } catch {
      return .unseen(Unseen(.malformed, error.reason))
    }
    guard let declared = target.settings["acme"]?.string, let directory = HTTPURL(declared), directory.scheme == .https
    else { return unanswered("the inventory names no ACME server for it", nil) }
    let encoding: [UInt8]
    do throws(TransportFailure) {
      let client = TLSClient(target: endpoint, trust: nil, deadline: context.deadline, traffic: context.traffic)
      encoding = try client.meet().outcome.get().leafEncoding
    } catch {
      return .unseen(TLSConfigurationProbe.unseen(error))
    }
    guard let identifier = CertificateIdentifier(encoding) else {
      return unanswered("the certificate does not name its issuer's key", nil)
    }
    do {
      let asker = try Asker(directory, target, context)
      guard let base = try asker.object(at: directory)["renewalInfo"]?.string else {
        return unanswered("the ACME server tells of no renewal (it has no renewalInfo)", identifier)
      }
      let place = (base.hasSuffix("/") ? String(base.dropLast()) : base) + "/" + identifier.text
      guard let url = HTTPURL(place), url.scheme == .https else {
        return unanswered("what the ACME server calls its renewalInfo is no https URL", identifier)
      }
      let answer = try asker.object(at: url)
      guard let start = answer["suggestedWindow"]?["start"]?.string.flatMap({ Instant($0) }),
        let end = answer["suggestedWindow"]?["end"]?.string.flatMap({ Instant($0) }), start < end
      else { return unanswered("the ACME server's answer has no window", identifier) }
      let explanation = answer["explanationURL"]?.string.flatMap { $0.utf8.count <= 500 ? $0 : nil }
      return .seen([
        "identifier": .string(identifier.text),
        "window": [
          "start": .string(start.description), "end": .string(end.description),
          "explanation": JSONValue(explanation),
        ], "unansweredBecause": nil,
      ])
    } catch {
      return unanswered(error.reason, identifier)
    }
  }

  private static func unanswered(_ reason: String, _ identifier: CertificateIdentifier?) -> Sighting {
    .seen(
      ["identifier": JSONValue(identifier?.text), "window": nil, "unansweredBecause": .string(reason)],
      gaps: [Gap(path: "window", reason: reason)])
  }

  /// Asks the ACME server.
  private struct Asker {
    let client: Client

    struct Trouble: Error {
      var reason: String
    }

    init(_ directory: HTTPURL, _ target: Target, _ context: ProbeContext) throws(Trouble) {
      var settings: JSONObject = ["url": target.settings["acme"] ?? .null]
      if let trust = target.settings["trust"] { settings["trust"] = trust }
      do {
        let destination = try Destination(
          Target(id: target.id, kind: "https", settings: settings), trust: context.trust)
        client = Client(destination: destination, deadline: context.deadline, traffic: context.traffic)
      } catch {
        throw Trouble(reason: error.reason)
      }
    }

    /// The JSON object that a GET brings back.
    func object(at url: HTTPURL) throws(Trouble) -> JSONValue {
      var request = HTTPRequest(.get, url, fields: [(name: "Accept", value: "application/json")])
      request.contentLimit = RenewalInformationProbe.contentLimit
      let answer: HTTPExchange.Answer
      do throws(Silence) {
        answer = try client.answer(to: request, presenting: .nothing)
      } catch {
        switch error {
        case .noConnection(let reason): throw Trouble(reason: "the ACME server cannot be spoken to: \(reason)")
        case .unseen(let unseen): throw Trouble(reason: "the ACME server does not answer: \(unseen.reason)")
        }
      }
      guard let status = answer.response.status else {
        throw Trouble(reason: "what the ACME server answers is no HTTP")
      }
      guard status == 200 else { throw Trouble(reason: "the ACME server answers with status \(status)") }
      guard !answer.response.isBodyTruncated, let value = try? JSONText.parse(answer.response.body),
        value.object != nil
      else { throw Trouble(reason: "the ACME server's answer is no JSON object") }
      return value
    }
  }
}
