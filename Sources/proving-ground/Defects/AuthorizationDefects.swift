extension Defect {
  /// What can be wrong with who may do what.
  static let authorization = [
    Defect(id: "admin-open", summary: "the admin routes ask nobody who they are", part: .adminRoutes) {
      $0.api.guardsAdmin = false
    },
    Defect(id: "admin-for-users", summary: "the admin routes let every account in", part: .adminRoutes) {
      $0.api.asksForRole = false
    },
    Defect(
      id: "admin-open-behind-slash", summary: "the admin routes are open to whoever appends a slash",
      part: .adminRoutes
    ) { $0.api.forgetsGuardBehindSlash = true },
    Defect(id: "admin-open-to-head", summary: "the admin routes are guarded for GET alone", part: .adminRoutes) {
      $0.api.forgetsGuardForHead = true
    },
    Defect(id: "writes-open", summary: "anybody can store something for an account", part: .writes) {
      $0.api.storesForAnybody = true
    },
    Defect(id: "every-token-refused", summary: "no token is accepted", part: .tokens, isBlinding: true) {
      $0.api.refusesEveryToken = true
    },
    Defect(id: "metrics-open", summary: "the web server shows metrics to everybody", part: .leftOpen) {
      $0.edge.leftOpen = .metrics
    },
    Defect(id: "console-open", summary: "the web server shows its status page to everybody", part: .leftOpen) {
      $0.edge.leftOpen = .console
    },
    Defect(id: "settings-open", summary: "the application's .env lies open", part: .leftOpen) {
      $0.edge.leftOpen = .settings
    },
    Defect(id: "foreign-object-readable", summary: "what one account saved every other can read", part: .objects) {
      $0.api.showsToEverybody = true
    },
    Defect(id: "public-route-guarded", summary: "the public list of events wants a token", part: .publicRoutes) {
      $0.api.guardsPublicRoutes = true
    },
    Defect(id: "unsigned-token-accepted", summary: "a token with alg none needs no signature", part: .tokens) {
      $0.api.tokens.acceptsUnsigned = true
    },
    Defect(id: "token-signature-ignored", summary: "any signature on a token will do", part: .tokens) {
      $0.api.tokens.ignoresSignatures = true
    },
    Defect(id: "expired-token-accepted", summary: "tokens hold forever", part: .tokens) {
      $0.api.tokens.ignoresExpiry = true
    },
    Defect(id: "garbage-token-crashes", summary: "a token that cannot be read is answered with 500", part: .tokens) {
      $0.api.stumblesOverGarbage = true
    },
    Defect(id: "no-challenge", summary: "a 401 does not say how to authenticate", part: .challenge) {
      $0.api.challenges = false
    },
    Defect(
      id: "private-answer-cacheable", summary: "shared caches may keep what belongs to one account",
      part: .privateCaching
    ) { $0.api.sharesPrivateAnswers = true },
    Defect(id: "html-errors", summary: "the api service tells errors as pages of HTML", part: .errorFormat) {
      $0.api.explainsErrors = false
    },
    Defect(
      id: "problem-misstated", summary: "the api service's problem details name another status", part: .errorFormat
    ) { $0.api.statesTheStatus = false },
    Defect(id: "no-allow", summary: "a 405 does not list the methods that are allowed", part: .methods) {
      $0.api.namesAllowedMethods = false
      $0.edge.namesAllowedMethods = false
    },
    Defect(
      id: "any-method-taken", summary: "a method that does not exist is taken for GET", part: .madeUpMethods,
      also: [.methods, .trace]
    ) { $0.edge.takesAnyMethod = true },
    Defect(
      id: "one-page-for-everything", summary: "the front page stands for every page that does not exist",
      part: .missingPages, isBlinding: true
    ) { $0.api.hasOnePageForEverything = true },
    Defect(
      id: "trace-answered", summary: "TRACE is answered with what was asked", part: .trace
    ) {
      $0.api.answersTrace = true
      $0.edge.passesTrace = true
    },
  ]

  /// What can be wrong with which origins may read answers.
  static let crossOrigin = [
    Defect(
      id: "cors-reflects-origin", summary: "any origin may read answers with the visitor's cookies",
      part: .crossOrigin
    ) { $0.api.crossOrigin = .whoeverAsks },
    Defect(id: "cors-wildcard", summary: "every origin is allowed, with credentials", part: .crossOrigin) {
      $0.api.crossOrigin = .everybody
    },
    Defect(
      id: "cors-null-origin", summary: "documents without an origin may read answers with the visitor's cookies",
      part: .crossOrigin
    ) { $0.api.crossOrigin = .oneOriginAndNull },
    Defect(
      id: "cors-without-vary", summary: "any origin is allowed by name, and caches are not told that answers differ",
      part: .crossOrigin
    ) {
      $0.api.crossOrigin = .whoeverAsksBare
      $0.api.variesByOrigin = false
    },
  ]
}
