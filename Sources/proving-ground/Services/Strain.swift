/// What is wrong with an instance of the api service that only shows along a whole way through the platform, or under load.
struct Strain: Codable, Sendable {
  /// What the instance calls itself.
  var instance: String
  /// How long requests of a kind are held back, in milliseconds.
  var delays: [RequestKind: Int] = [:]
  /// Whether every tenth search for AI ends in an error of the server.
  var failsSearches = false
  /// Whether every eighth order with the address of a page is to be dropped without an answer.
  var dropsOrders = false
  /// How much each request leaves behind in memory, in KiB.
  var leakedKilobytes = 0
  /// How many cores the instance uses up, on average, while requests come and for a second more.
  var burnedCores = 0.0
  /// Whether the list asks the database for each of its events again.
  var asksForEachEvent = false
  /// How long the database is made to wait at each search for AI, in milliseconds.
  var statementMilliseconds = 0
  /// How many sessions of the database orders with the address of a page leave open.
  var leftSessions = 0
  /// Whether searches for words with a colon find nothing.
  var stumblesOverColons = false
  /// Whether the last order of a batch is acknowledged and gone.
  var losesLastOfBatch = false
  /// Whether a page that cannot be read is passed off as an empty one.
  var hidesUnreadablePages = false
  /// Whether recommendations are refused to whoever asks first in a while.
  var startsCold = false
  /// Whether nothing can be taken away.
  var failsRemovals = false

  /// An instance called `name`, with nothing wrong.
  init(instance name: String) { instance = name }
}

/// What a request is about.
enum RequestKind: String, Codable, CodingKeyRepresentable, Sendable {
  case list
  case one
  /// The search that load asks for.
  case searchUnderLoad
  case search
  /// An order that brings the address of a page.
  case orderOfPage
  case order
  case speakers
  case recommendations
  case removal
  case other

  /// By method, path and query as they stand in the request's first line, and by whether there is content.
  init(method: String, path: Substring, query: Substring?, hasContent: Bool) {
    let parts = path.split(separator: "/")
    self =
      switch (method, parts.first, parts.count) {
      case ("DELETE", "api", 5): .removal
      case ("POST", "api", 3) where parts[1] == "scrape": hasContent ? .orderOfPage : .order
      case ("GET", "api", 2) where parts[1] == "events": .list
      case ("GET", "api", 3) where parts[1] == "events":
        parts[2] != "search" ? .one : query == "q=AI" ? .searchUnderLoad : .search
      case ("GET", "api", 4) where parts[1] == "events" && parts[3] == "speakers": .speakers
      case ("GET", "api", 4) where parts[1] == "events" && parts[3] == "recommendations": .recommendations
      default: .other
      }
  }
}
