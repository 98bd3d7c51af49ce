extension Defect {
  /// What can be wrong with how the files of the page, and text at all, are delivered.
  static let caching = [
    Defect(
      id: "assets-uncached", summary: "caches are told nothing about the files of the page", part: .assetCaching
    ) { $0.edge.assets.cacheControl = nil },
    Defect(id: "asset-missing", summary: "the page names a file that is not there", part: .assetFiles) {
      $0.edge.assets.areComplete = false
    },
    Defect(
      id: "assets-short-lived", summary: "the files of the page may be kept for a minute", part: .assetCaching
    ) { $0.edge.assets.cacheControl = "public, max-age=60" },
    Defect(
      id: "assets-without-validators", summary: "the files of the page have neither tag nor date",
      part: .assetValidators
    ) { $0.edge.assets.haveValidators = false },
    Defect(id: "no-edge-copies", summary: "the edge keeps no copies of the files of the page", part: .edgeCopies) {
      $0.edge.assets.areKeptAtTheEdge = false
    },
    Defect(
      id: "edge-copies-overdue", summary: "the edge hands out copies that are older than they may be", part: .edgeCopies
    ) { $0.edge.assets.age = 63_072_000 },
    Defect(id: "no-compression", summary: "the web server sends text as it is", part: .compression) {
      $0.edge.compresses = false
    },
    Defect(
      id: "compression-without-vary", summary: "caches are not told that answers depend on the encoding",
      part: .compression
    ) { $0.edge.variesByEncoding = false },
  ]

  /// What can be wrong with the rate limit.
  static let limits = [
    Defect(id: "no-rate-limit", summary: "nobody is refused for asking too often", part: .limit) {
      $0.edge.limit.isOn = false
    },
    Defect(
      id: "rate-limit-bypassable", summary: "the rate limit believes what clients say in X-Forwarded-For", part: .limit
    ) { $0.edge.limit.believesForwardedFor = true },
    Defect(id: "rate-limit-503", summary: "who asks too often gets 503", part: .limit) { $0.edge.limit.status = 503 },
    Defect(
      id: "rate-limit-without-retry-after", summary: "who asks too often is not told when to come back", part: .limit
    ) { $0.edge.limit.retryAfter = nil },
    Defect(
      id: "rate-limit-impatient", summary: "who asks too often is told to come back sooner than it helps", part: .limit
    ) { $0.edge.limit.rate = "20r/m" },
    Defect(id: "rate-limit-cached", summary: "caches may keep a refusal for everybody", part: .limit) {
      $0.edge.limit.refusalsAreKept = true
    },
    Defect(id: "rate-limit-hidden", summary: "browsers hide refusals from the application", part: .limit) {
      $0.edge.limit.refusalsCross = false
    },
    Defect(id: "search-overwhelmed", summary: "every fifth search fails", part: .limit) {
      $0.api.failsEveryFifthSearch = true
    },
    Defect(id: "search-slows-down", summary: "each search in a row takes longer than the last", part: .limit) {
      $0.api.slowsDownSearches = true
    },
    Defect(id: "rate-limit-page", summary: "who asks too often gets a page of HTML", part: .limit) {
      $0.edge.limit.explains = false
    },
    Defect(
      id: "rate-limit-on-health", summary: "the health endpoint is limited like the rest", part: .limit,
      isBlinding: true
    ) {
      $0.edge.limit.coversHealth = true
    },
    Defect(
      id: "rate-limit-misdeclared", summary: "answers claim a limit of 1000 a minute and 11 are let through",
      part: .limit
    ) { $0.edge.limit.claim = "\"search\";q=1000;w=60" },
  ]
}
