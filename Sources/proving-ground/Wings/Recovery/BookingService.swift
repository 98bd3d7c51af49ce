import Facts
import Hummingbird
import Probing

/// Takes bookings. It needs a store and a price list, and works through a queue of orders: small enough to be cut off from
/// all of them within seconds.
struct BookingService: Sendable {
  private let settings: ServiceSettings
  private let manner: BookingManner
  private let store: BookingCalls
  private let prices: BookingCalls
  private let orders = OrderQueue()

  /// A service with its settings.
  init(_ settings: ServiceSettings) throws(GroundFailure) {
    guard let booking = settings.booking else { throw GroundFailure("the settings say nothing about bookings") }
    let lane = BlockingLane(width: 16)
    self.settings = settings
    manner = booking.manner
    store = BookingCalls(port: booking.storePort, manner: manner, on: lane)
    prices = BookingCalls(port: booking.pricesPort, manner: manner, on: lane)
  }

  /// Serves until it is told to end.
  func run() async throws {
    let router = Server.router(
      health: Health(database: nil, manner: settings.health, service: settings.name), manner: settings.api)
    router.get("live") { _, _ in
      if manner.livenessAsksStore {
        guard await store.succeedOnce("/health") else { return Self.unavailable("the store does not answer") }
      }
      return Server.json(#"{"status":"pass"}"#)
    }
    router.get("ready") { _, _ in
      if manner.tellsReadiness {
        async let hasStore = store.succeedOnce("/health")
        async let hasPrices = prices.succeedOnce("/health")
        guard await hasStore, await hasPrices else { return Self.unavailable("something that is needed is missing") }
      }
      return Server.json(#"{"status":"pass"}"#)
    }
    router.get("bookings") { _, _ in
      if await store.succeed("/bookings") || manner.passesOffEmptyLists { return Server.json(#"{"bookings":[]}"#) }
      return Self.unavailable("the bookings cannot be read now")
    }
    router.get("prices") { _, _ in
      if await prices.succeed("/prices") { return Server.json(#"{"prices":[]}"#) }
      return Self.unavailable("the prices cannot be read now")
    }
    router.get("queue") { _, _ in
      let (waiting, done) = await orders.figures
      return Server.json(JSONText.compact(["waiting": .integer(waiting), "done": .integer(done)]))
    }
    router.post("orders") { _, _ in
      await orders.add()
      return Server.json(#"{"status":"accepted"}"#, status: .accepted)
    }
    async let _ = workThrough()
    try await Server.run(router, port: settings.port)
  }

  private static func unavailable(_ reason: String) -> Response {
    var response = Server.problem(.serviceUnavailable, reason)
    response.headers[.retryAfter] = "1"
    return response
  }

  /// Stores one order after the other; one leaves the queue only when it is stored.
  private func workThrough() async {
    var pause = 100
    while !Task.isCancelled {
      guard await orders.figures.waiting > 0 else {
        try? await Task.sleep(for: .milliseconds(50))
        continue
      }
      if manner.acknowledgesFirst { await orders.acknowledge() }
      if await store.succeedOnce("/orders") {
        if !manner.acknowledgesFirst { await orders.acknowledge() }
        await orders.countAsDone()
        pause = 100
      } else if !manner.consumerReconnects {
        return
      } else if !manner.acknowledgesFirst {
        try? await Task.sleep(for: .milliseconds(pause))
        pause = min(pause * 2, 800)
      }
    }
  }
}

/// The orders that were accepted.
private actor OrderQueue {
  private var waiting = 0
  private var done = 0

  var figures: (waiting: Int, done: Int) { (waiting, done) }
  func add() { waiting += 1 }
  func acknowledge() { waiting -= 1 }
  func countAsDone() { done += 1 }
}
