import Facts
import Hummingbird
import Probing

/// What a service says about itself on `/health`, as `application/health+json` (draft-inadarei-api-health-check).
struct Health: Sendable {
  /// What it depends on.
  let database: Database?
  /// How it reports.
  let manner: HealthManner
  /// Who it is.
  let service: ServiceName
  /// The longest a dependency may take to answer, in milliseconds.
  private static let patience = 1000

  /// How many answers were given: a service that flaps says something else every other time.
  private let answers = Counter()

  /// A report in the given manner.
  init(database: Database?, manner: HealthManner, service: ServiceName) {
    self.database = database
    self.manner = manner
    self.service = service
  }

  /// The answer to `GET /health`, found out anew each time.
  func response(to request: Request) async throws -> Response {
    if manner.asksForCredentials, request.headers[.authorization] == nil {
      return Response(status: .unauthorized, headers: [.wwwAuthenticate: "Bearer"])
    }
    if manner.delayMilliseconds > 0 { try await Task.sleep(for: .milliseconds(manner.delayMilliseconds)) }
    var document: JSONObject = ["status": "pass", "serviceId": .string(service.rawValue)]
    var isWell = true
    if let database {
      let start = ContinuousClock.now
      let failure = await database.trouble(before: Deadline(milliseconds: Self.patience))
      let elapsed = start.duration(to: .now) / .milliseconds(1)
      isWell = failure == nil
      var check: JSONObject = [
        "componentType": "datastore", "observedValue": .double((elapsed * 1000).rounded() / 1000),
        "observedUnit": "ms", "status": isWell ? "pass" : "fail",
      ]
      // The reason stays inside: it names hosts and accounts.
      if !isWell { check["output"] = "the database does not answer" }
      document["checks"] = ["database:responseTime": [.object(check)]]
    }
    if manner.hidesDownParts { isWell = true }
    if manner.flaps, answers.next() % 2 == 1 { isWell = false }
    document["status"] = isWell ? "pass" : "fail"
    if manner.revealsInternals {
      document["output"] =
        "postgresql://events_app:hidden@127.0.0.1:5432/events\n  at Pool.connect (/srv/app/pool.js:12:7)"
    }
    return Response(
      status: isWell || !manner.statusCodeTellsTruth ? .ok : .serviceUnavailable,
      headers: [
        .contentType: "application/health+json", .cacheControl: manner.isCacheable ? "public, max-age=60" : "no-store",
      ],
      body: .init(byteBuffer: ByteBuffer(string: JSONText.compact(.object(document)))))
  }
}
