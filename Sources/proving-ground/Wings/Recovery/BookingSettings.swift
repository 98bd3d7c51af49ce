/// What the booking service is told: whom it needs, and how it bears being without them.
struct BookingSettings: Codable, Sendable {
  /// The port of the store, in which bookings are kept.
  var storePort = 0
  /// The port at which it looks for the price list.
  var pricesPort = 0
  /// What it does while it is cut off.
  var manner = BookingManner()
}

/// How the booking service bears being cut off. Times are in milliseconds.
struct BookingManner: Codable, Sendable {
  /// Whether readiness tells that something is missing.
  var tellsReadiness = true
  /// Whether liveness asks the store.
  var livenessAsksStore = false
  /// Whether a list that cannot be read is passed off as an empty one.
  var passesOffEmptyLists = false
  /// How long one call may take.
  var patience = 400
  /// The pauses before further tries of a call that was refused.
  var pausesWhenRefused = [100, 500]
  /// Those of a call that got no answer in time.
  var pausesWhenSilent = [100, 500]
  /// Those of a call that broke off.
  var pausesWhenBroken = [100, 500]
  /// Those of a call that was answered with an error.
  var pausesWhenFailing = [100, 500]
  /// Whether a connection that broke is kept for all further calls.
  var keepsBrokenConnection = false
  /// Whether an order leaves the queue before it is done.
  var acknowledgesFirst = false
  /// Whether whoever works through the queue comes back after a failure.
  var consumerReconnects = true
}
