import AuditModel
import HTTPExchange
import Probing

/// Asks every declared route who is let in. Blocks: only on a lane.
///
/// The most telling questions are asked of all routes first, so that a budget that ends early leaves the rest unseen.
struct AuthorizationLook {
  /// What is asked.
  enum Kind: String, Sendable, CaseIterable {
    /// No credentials, made-up ones, expired ones, those of others; safe methods only.
    case strangers
    /// Tokens without a valid signature, and other ways to write the request.
    case forgeries
    /// Methods that change something.
    case writes

    /// The most requests it sends.
    var budget: Int { self == .forgeries ? 3000 : 2000 }
  }

  let kind: Kind
  private(set) var routes: [RouteSights]
  private(set) var interview: Interview
  private(set) var madeUp: MadeUpPaths
  /// Whether made-up paths were answered at the end as at the beginning; nil where that was not seen.
  private(set) var isSteady: Bool?

  private let login: LoginSigns
  private let identities: Identities

  /// The secrets by which the target tells who asks.
  struct Identities: Sendable {
    var bearer: Secret?
    var otherBearer: Secret?
    var expired: Secret?

    init(of target: Target) {
      bearer = target.secrets["bearer"]
      otherBearer = target.secrets["otherBearer"]
      expired = target.secrets["expiredBearer"]
    }

    /// The token of an identity, to be presented under guard.
    func presented(_ identity: DeclaredRoute.Identity) -> Presented? {
      (identity == .bearer ? bearer : otherBearer).map { .secret("Bearer " + $0.exposed) }
    }

    /// Whether both identities are the same.
    var areEqual: Bool { bearer != nil && bearer?.exposed == otherBearer?.exposed }
  }

  /// Looks at `declared` routes of the target behind `client`. Throws where the run was called off.
  init(
    _ kind: Kind, at declared: DeclaredRoutes, as identities: Identities, login: String?, pause: Int,
    with client: Client
  ) throws(CalledOff) {
    self.kind = kind
    self.identities = identities
    self.login = LoginSigns(declared: login)
    interview = Interview(with: client, limit: kind.budget, pause: pause)
    madeUp = try MadeUpPaths(asking: &interview, login: self.login)
    let wanted = declared.routes.filter { kind == .writes || $0.isSafe }
    routes = wanted.map(RouteSights.init)
    guard madeUp.first?.verdict != .silent else { return }
    switch kind {
    case .strangers: try askAsStranger()
    case .forgeries: try askWithForgeries()
    case .writes: try askToWrite()
    }
    try lookBack()
  }

  private mutating func sight(
    _ request: HTTPRequest, presenting presented: Presented = .nothing
  ) throws(CalledOff) -> Sight {
    let reply = try interview.ask(request, presenting: presented)
    return try Sight(reply, to: request.url, login: login) { (response) throws(CalledOff) in
      try madeUp.include(response, to: request.url, asking: &interview)
    }
  }

  private func request(_ route: DeclaredRoute) -> HTTPRequest {
    HTTPRequest(route.method, interview.url.with(target: route.path))
  }

  // MARK: Safe methods

  private mutating func askAsStranger() throws(CalledOff) {
    try askBase()
    for index in routes.indices where routes[index].route.owner != nil { try askAsOther(index) }
    for index in routes.indices where isWorthAsking(index) {
      if let expired = identities.expired {
        routes[index].expired = try sight(
          request(routes[index].route), presenting: .secret("Bearer " + expired.exposed))
      }
    }
    for index in routes.indices where isWorthAsking(index) && routes[index].route.method == .get {
      routes[index].methods = try [headWay(index), optionsWay(index)].compactMap { $0 }
    }
    for index in routes.indices where isWorthAsking(index) {
      routes[index].garbage = []
      for credential in MadeUpCredential.all {
        let sight = try sight(request(routes[index].route), presenting: .madeUp(credential.value))
        let refused = routes[index].isRefused(sight)
        routes[index].garbage?.append(RouteSights.Named(name: credential.name, sight: sight, refused: refused))
      }
    }
  }

  /// Without credentials, and then with those that should do.
  private mutating func askBase() throws(CalledOff) {
    for index in routes.indices { routes[index].strangers = try sight(request(routes[index].route)) }
    for index in routes.indices {
      let route = routes[index].route
      // What is open to anybody needs a token only where a login form leaves a doubt.
      guard route.isGuarded || routes[index].strangers?.verdict == .loginPage else { continue }
      if let token = identities.presented(route.owner ?? .bearer) {
        routes[index].token = try sight(request(route), presenting: token)
      }
      routes[index].settleStrangers()
    }
    for index in routes.indices where routes[index].token == nil { routes[index].settleStrangers() }
  }

  private mutating func askAsOther(_ index: Int) throws(CalledOff) {
    guard let owner = routes[index].route.owner, !identities.areEqual,
      let token = identities.presented(owner.other), routes[index].mayKeepStrangersOut
    else { return }
    routes[index].otherIdentity = try sight(request(routes[index].route), presenting: token)
  }

  /// What keeps strangers out can also be asked how it does; what lets them in needs no further question.
  private func isWorthAsking(_ index: Int) -> Bool {
    routes[index].route.isGuarded && routes[index].mayKeepStrangersOut
  }

  // MARK: Other methods

  /// HEAD where GET is refused: an answer with 2xx is no hole where GET has one too, or where any made-up path gets it.
  private mutating func headWay(_ index: Int) throws(CalledOff) -> RouteSights.Named? {
    var head = request(routes[index].route)
    head.method = .head
    let reply = try interview.ask(head)
    var sight = try Sight(reply, to: head.url, login: login) { _ throws(CalledOff) in false }
    if sight.verdict == .open, case .answered(let response, _) = reply {
      var control = head
      control.url = head.url.with(target: "/" + MadeUpPaths.word())
      let isUsual = routes[index].strangers?.status.map { (200..<300).contains($0) } ?? false
      switch isUsual ? reply : try interview.ask(control) {
      case .answered(let other, _): if Likeness.haveSameHead(response, other) { sight.verdict = .catchAll }
      case .withheld, .none: return RouteSights.Named(name: "HEAD", sight: sight, refused: nil)
      }
    }
    return RouteSights.Named(name: "HEAD", sight: sight, refused: closed(sight))
  }

  /// OPTIONS may be answered to anybody, but not with what GET keeps to itself.
  private mutating func optionsWay(_ index: Int) throws(CalledOff) -> RouteSights.Named? {
    var options = request(routes[index].route)
    options.method = .options
    let reply = try interview.ask(options)
    guard case .answered(let response, _) = reply, response.status.map({ (200..<300).contains($0) }) ?? false else {
      let sight = try Sight(reply, to: options.url, login: login) { _ throws(CalledOff) in false }
      return RouteSights.Named(name: "OPTIONS", sight: sight, refused: closed(sight))
    }
    var sight = Sight(verdict: .rejected, status: response.status)
    if try showsContent(response, of: index, asking: options) { sight.verdict = .open }
    return RouteSights.Named(name: "OPTIONS", sight: sight, refused: sight.verdict == .open ? false : true)
  }

  /// Whether an answer that may be about the route shows what is in it.
  private mutating func showsContent(
    _ response: HTTPResponse, of index: Int, asking request: HTTPRequest
  ) throws(CalledOff) -> Bool {
    guard !response.body.isEmpty, !LoginSigns.hasPasswordField(response), !RefusalInContent.isIn(response) else {
      return false
    }
    let likeness = Likeness(response, to: String(request.url.path))
    if let mine = routes[index].token, mine.verdict == .open, let own = mine.likeness { return likeness.isKin(of: own) }
    var control = request
    control.url = request.url.with(target: "/" + MadeUpPaths.word())
    if case .answered(let other, _) = try interview.ask(control),
      Likeness(other, to: String(control.url.path)).equals(likeness)
    {
      return false
    }
    // A list of methods is what OPTIONS is for.
    let text = response.text?.uppercased() ?? ""
    return !["OPTIONS", "ALLOW", "METHODS"].contains { text.contains($0) }
  }

  /// What is not open is closed, unless nothing answered for the service.
  private func closed(_ sight: Sight) -> Bool? {
    switch sight.verdict {
    case .open: false
    case .limited, .silent, .failing, .withheld: nil
    default: true
    }
  }

  // MARK: Forgeries and variants

  private mutating func askWithForgeries() throws(CalledOff) {
    try askBase()
    let tokens = ForgedToken.forged(from: identities.bearer)
    for index in routes.indices where isWorthAsking(index) {
      routes[index].unsigned = []
      for token in tokens {
        let sight = try sight(request(routes[index].route), presenting: token.presented)
        // A signature that the right token does not need is no matter: where that is refused too, nothing was tried.
        let isMoot = routes[index].isTokenAccepted == false && routes[index].route.access != .forbidden
        let refused = isMoot ? nil : routes[index].isRefused(sight)
        routes[index].unsigned?.append(RouteSights.Named(name: token.name, sight: sight, refused: refused))
      }
    }
    for index in routes.indices where isWorthAsking(index) && routes[index].route.method == .get {
      routes[index].variants = []
      for variant in PathVariant.all {
        let url = interview.url.with(target: routes[index].route.path)
        let asked = variant.request(for: url)
        guard asked.url != url || asked.method != .get || !asked.fields.isEmpty else { continue }
        let (sight, refused) = try look(through: asked, variant, at: index)
        routes[index].variants?.append(RouteSights.Named(name: variant.name, sight: sight, refused: refused))
      }
    }
  }

  /// A way around shows only where the answer is neither what the variant gets for a made-up path nor something else
  /// altogether than what the route shows to whoever may see it.
  private mutating func look(
    through asked: HTTPRequest, _ variant: PathVariant, at index: Int
  ) throws(CalledOff) -> (Sight, refused: Bool?) {
    let reply = try interview.ask(asked)
    var sight = try Sight(reply, to: asked.url, login: login) { (response) throws(CalledOff) in
      try madeUp.include(response, to: asked.url, asking: &interview)
    }
    guard sight.verdict == .open, case .answered(let response, _) = reply else { return (sight, closed(sight)) }
    if response.body.isEmpty { sight.verdict = .rejected }
    let control = variant.request(for: asked.url.with(target: "/" + MadeUpPaths.word()))
    if case .answered(let other, let from) = try interview.ask(control),
      Likeness(other, to: String(from.path)).equals(Likeness(response, to: String(asked.url.path)))
    {
      sight.verdict = .catchAll
    }
    if sight.verdict == .open, let mine = routes[index].token, mine.verdict == .open, let own = mine.likeness,
      let likeness = sight.likeness, !likeness.isKin(of: own)
    {
      sight.verdict = .rejected
    }
    return (sight, closed(sight))
  }

  // MARK: Writing

  private mutating func askToWrite() throws(CalledOff) {
    let writing: [HTTPMethod] = [.post, .put, .patch, .delete]
    let declared = Set(routes.map(\.route.name))
    for index in routes.indices where routes[index].route.isGuarded {
      let route = routes[index].route
      guard route.isSafe else {
        routes[index].strangers = try sight(writingRequest(route.method, route.path))
        guard routes[index].mayKeepStrangersOut else { continue }
        let credential = MadeUpCredential.all[0]
        let sight = try sight(writingRequest(route.method, route.path), presenting: .madeUp(credential.value))
        let refused = routes[index].isRefused(sight)
        routes[index].garbage = [RouteSights.Named(name: credential.name, sight: sight, refused: refused)]
        continue
      }
      var methods: [RouteSights.Named] = []
      for method in writing where !declared.contains("\(method.rawValue) \(route.path)") {
        let sight = try sight(writingRequest(method, route.path))
        methods.append(RouteSights.Named(name: method.rawValue, sight: sight, refused: closed(sight)))
      }
      routes[index].methods = methods
    }
  }

  /// Without anything that a service could store.
  private func writingRequest(_ method: HTTPMethod, _ path: String) -> HTTPRequest {
    var request = HTTPRequest(method, interview.url.with(target: path))
    request.content = []
    return request
  }

  // MARK: Control

  /// A firewall that has had enough of the auditor refuses everything: then no refusal is one of the service's.
  private mutating func lookBack() throws(CalledOff) {
    guard let first = madeUp.first, !routes.isEmpty else { return }
    let last = try madeUp.lookAgain(with: &interview)
    switch last.verdict {
    case .silent, .limited: isSteady = nil
    default: isSteady = last.status == first.status || last.verdict != .refused
    }
  }
}
