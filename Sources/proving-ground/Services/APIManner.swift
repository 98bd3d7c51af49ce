/// How the api service treats those who ask it.
struct APIManner: Codable, Sendable {
  /// How long it holds back its front page, in milliseconds.
  var frontPageDelayMilliseconds = 0
  /// How it reads tokens.
  var tokens = TokenManner()
  /// Whether the admin routes ask who is there.
  var guardsAdmin = true
  /// Whether the admin routes ask for the role as well.
  var asksForRole = true
  /// Whether the admin routes are open to HEAD.
  var forgetsGuardForHead = false
  /// Whether something can be stored for an account by whoever wants.
  var storesForAnybody = false
  /// Whether no token is accepted at all.
  var refusesEveryToken = false
  /// Whether the front page stands for every page that does not exist.
  var hasOnePageForEverything = false
  /// Whether the admin routes are open to whoever appends a slash.
  var forgetsGuardBehindSlash = false
  /// Whether what belongs to one account may be read by every other.
  var showsToEverybody = false
  /// Whether a token that cannot be read ends in an error of the server.
  var stumblesOverGarbage = false
  /// Whether a 401 says how to authenticate.
  var challenges = true
  /// Whether the public list of events wants a token.
  var guardsPublicRoutes = false
  /// Which origins may read its answers with the visitor's cookies.
  var crossOrigin = CrossOriginManner.oneOrigin
  /// Whether caches are told that answers depend on the origin.
  var variesByOrigin = true
  /// How the session cookie is set.
  var cookie = CookieManner()
  /// Whether shared caches may keep the front page, cookie and all.
  var sharesFrontPage = false
  /// Whether shared caches may keep what belongs to one account.
  var sharesPrivateAnswers = false
  /// Whether errors are problem details; else pages of HTML.
  var explainsErrors = true
  /// Whether problem details name the status that they come with.
  var statesTheStatus = true
  /// Whether a 405 lists the methods that are allowed.
  var namesAllowedMethods = true
  /// Whether TRACE is answered with what was asked.
  var answersTrace = false
  /// Whether every fifth search ends in an error of the server.
  var failsEveryFifthSearch = false
  /// Whether each search takes longer than the one before.
  var slowsDownSearches = false
}

/// Which origins may read answers with the visitor's cookies.
enum CrossOriginManner: String, Codable, Sendable {
  /// The platform's own application.
  case oneOrigin
  /// Whoever asks.
  case whoeverAsks
  /// Whoever asks, but without the visitor's cookies.
  case whoeverAsksBare
  /// `*`, with credentials, which browsers refuse and people wanted.
  case everybody
  /// The application, and documents without an origin of their own.
  case oneOriginAndNull
}

/// How the session cookie is set.
struct CookieManner: Codable, Sendable {
  /// Whether it is sent over TLS only.
  var isSecure = true
  /// Whether scripts cannot read it.
  var isHTTPOnly = true
  /// Whether other sites' requests come without it.
  var isSameSite = true
  /// Whether it names a domain, which its prefix forbids.
  var namesDomain = false

  /// The field's value for the session called `value`.
  func field(_ value: String) -> String {
    // The prefix demands Secure of the browser, so an insecure cookie cannot have it.
    let name = isSecure ? "__Host-session" : "session"
    return "\(name)=\(value); Path=/" + (isSecure ? "; Secure" : "") + (isHTTPOnly ? "; HttpOnly" : "")
      + (isSameSite ? "; SameSite=Lax" : "") + (namesDomain ? "; Domain=localhost" : "")
  }
}
