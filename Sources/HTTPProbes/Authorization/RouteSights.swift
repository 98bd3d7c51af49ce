/// Everything that was seen of one route.
struct RouteSights: Sendable {
  /// One of several questions of the same kind.
  struct Named: Sendable {
    /// The stable word for what was asked.
    var name: String
    var sight: Sight
    /// Whether whoever asked was kept out; nil where the answer does not decide it.
    var refused: Bool?
  }

  let route: DeclaredRoute
  /// Without credentials.
  var strangers: Sight?
  /// With the token of whoever may see it.
  var token: Sight?
  /// Made-up credentials; nil where they were not presented.
  var garbage: [Named]?
  var expired: Sight?
  /// Tokens without a valid signature; nil where they were not presented.
  var unsigned: [Named]?
  var otherIdentity: Sight?
  /// Other methods; nil where they were not tried.
  var methods: [Named]?
  /// Other ways to write the request; nil where they were not tried.
  var variants: [Named]?

  init(_ route: DeclaredRoute) { self.route = route }

  /// Whether the token of whoever may see it was let in; nil where that was not seen.
  var isTokenAccepted: Bool? {
    switch token?.verdict {
    case .open: true
    case .refused, .refusedInContent, .redirectedToLogin, .loginPage, .failing: false
    default: nil
    }
  }

  /// Whether the route is known to keep strangers out, to be still open to question, or known to let them in.
  var mayKeepStrangersOut: Bool { strangers?.refused != false }

  /// Decides about strangers what only the answer to a token can decide.
  mutating func settleStrangers() {
    guard var sight = strangers else { return }
    let isOpenToToken = token?.verdict == .open
    switch sight.verdict {
    case .loginPage, .refusedInContent:
      // The same form for those who are logged in: a page on which passwords are changed, open to everybody.
      if let mine = token, mine.verdict == sight.verdict, let a = mine.likeness, let b = sight.likeness, a.equals(b),
        route.isGuarded
      {
        sight.verdict = .open
        token?.verdict = .open
      }
    case .catchAll, .notFound, .redirected:
      if route.isGuarded, isOpenToToken || (route.isHidden && sight.verdict == .notFound) { sight.verdict = .hidden }
    default: break
    }
    strangers = sight
  }

  /// Whether a presented credential was refused: what looks like no such thing to strangers may look so again, and
  /// malformed credentials may be called a malformed request.
  func isRefused(_ sight: Sight) -> Bool? {
    switch sight.verdict {
    case .catchAll, .notFound, .redirected:
      token?.verdict == .open || strangers?.verdict == .hidden ? true : nil
    case .rejected: [400, 413, 414, 431].contains(sight.status) ? true : nil
    default: sight.refused
    }
  }
}
