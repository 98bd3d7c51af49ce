/// What is to be built: the healthy system, until defects change it.
struct Blueprint: Sendable {
  /// The web server in front.
  var edge = EdgePlan()
  /// Who may connect to the database without TLS.
  var plaintextAccess = PlaintextAccess.nobody
  /// How the services protect their database sessions.
  var serviceSessions = Protection.verified
  /// How the set-up protects its own: as well as the database lets it.
  var setUpSessions = Protection.verified
  /// How many database sessions the api service opens at its start and keeps, besides those it needs.
  var hoardedSessions = 0
  /// Whether the database still runs once everything is set up.
  var databaseRuns = true
  /// The leaf certificate that the database shows.
  var databaseCertificate = Leaf.database
  /// Settings of the database, by name, beside those of the healthy system.
  var databaseSettings: [String: String] = [:]
  /// A line before the other access rules; empty for none.
  var firstAccessRule = ""
  /// What is done to the database `events` once its tables are there, by the cluster's first role.
  var databaseStatements: [String] = []
  /// What is done after that, in which database.
  var databaseDeeds: [DatabaseDeed] = []
  /// The platform's migrations.
  var migrations = MigrationPlan()
  /// The repository of backups.
  var repository = RepositoryPlan()
  /// Dumps beside it; nil for none.
  var dumps: DumpPlan?
  /// What lies in the bucket of copies.
  var bucket = BucketPlan()
  /// The pooler in front of the database.
  var pooler = PoolerPlan()
  /// The wings that are not as they would be by themselves; read and changed by kind.
  var wings: [ObjectIdentifier: any Wing] = [:]
  /// What the auditor's role is given beside the right to log in.
  var auditorGrant = AuditorGrant.monitor
  /// What the inventory says about the database.
  var inventory = InventoryPlan()
  /// Whether the processing service is started.
  var processingRuns = true
  /// Whether the processing service looks for the database where it is.
  var processingFindsDatabase = true
  /// How old an order is before the processing service takes it, in milliseconds.
  var queueMilliseconds = 0
  /// How the processing service reports on itself.
  var processingHealth = HealthManner()
  /// How the api service treats those who ask it.
  var api = APIManner()
  /// How mail is taken.
  var mail = MailPlan()
  /// Whether the database listens on the public address too.
  var databaseListensInPublic = false

  /// The leaf certificates that are needed.
  var leaves: Set<Leaf> {
    Set([edge.certificate, databaseCertificate, .database] + (edge.sendsStray ? [.wrongName] : []) + mail.leaves)
  }

  /// What the processing service's health endpoint says once it is as ready as it will be.
  var processingAnswer: String {
    if !processingHealth.exists { return "404" }
    if processingHealth.asksForCredentials { return "401" }
    return processingFindsDatabase || processingHealth.hidesDownParts ? "pass" : "fail"
  }
}

/// How the web server in front speaks.
struct EdgePlan: Sendable {
  /// The leaf certificate it shows.
  var certificate = Leaf.web
  /// Whether it sends the intermediate after its leaf.
  var sendsIntermediate = true
  /// Whether it sends a certificate that has nothing to do with the others.
  var sendsStray = false
  /// Whether it sends the root that a server for developers came with, whose private key everybody has.
  var sendsDevelopersRoot = false
  /// The page on which people sign in.
  var signIn = SignInPage()
  /// The protocol versions it speaks.
  var protocols = Protocols.modern
  /// Whether its TLS port speaks TLS.
  var speaksTLS = true
  /// What its plain port does with visitors.
  var plainPort = PlainPort.redirects
  /// What its front page is.
  var frontPage = FrontPage.ofTheAPI
  /// For how long it tells browsers to come back over HTTPS only; nil where it does not.
  var strictTransport: String? = "max-age=63072000; includeSubDomains"
  /// Header fields that browsers have given up, and the platform never had.
  var outdatedFields: [String] = []
  /// Whether it tells browsers not to guess content types.
  var sendsNoSniff = true
  /// What pages may load and who may frame them; nil where it does not say.
  var contentPolicy: String? = EdgePlan.strictContentPolicy
  /// What browsers tell other sites about where visitors come from.
  var referrerPolicy = "no-referrer"
  /// Whether it compresses text.
  var compresses = true
  /// Whether caches are told that answers depend on the encoding.
  var variesByEncoding = true
  /// How the files of the web page are served.
  var assets = AssetsPlan()
  /// Who is refused for asking too often.
  var limit = LimitPlan()
  /// Whether it refuses the handshake with whoever asks for a name that nobody has.
  var refusesUnknownNames = true
  /// Whether it speaks HTTP/2.
  var speaksHTTP2 = true
  /// How it lets clients resume sessions.
  var resumption = Resumption.bySession
  /// Whether it takes a method that does not exist for GET.
  var takesAnyMethod = false
  /// Whether its refusals of a method list those that are allowed.
  var namesAllowedMethods = true
  /// What lies open that visitors have no business with.
  var leftOpen: LeftOpen?
  /// Whether it lets the api service answer TRACE.
  var passesTrace = false
  /// Whether the outside site, which is for the platform alone, answers on the public address.
  var outsideSiteIsPublic = false
  /// Whether its answers name its version.
  var namesItsVersion = false
  /// Whether its error pages show a stack trace.
  var showsStackTraces = false

  /// Sets of protocol versions.
  enum Protocols: Sendable {
    /// TLS 1.2 and 1.3, forward secrecy only.
    case modern
    /// TLS 1.2 alone.
    case withoutTLS13
    /// TLS 1.0 to 1.3, with any cipher.
    case old
    /// TLS 1.2 and 1.3, also with suites that encrypt nothing.
    case withoutEncryption
    /// TLS 1.2 and 1.3, also with suites in which nobody proves who they are.
    case withoutAuthentication
    /// TLS 1.2 and 1.3, also with suites in CBC mode.
    case withBlockChaining
    /// TLS 1.2 and 1.3, also with suites without forward secrecy.
    case withoutForwardSecrecy
    /// TLS 1.2 and 1.3, also with a Diffie-Hellman group of 1024 bits.
    case withSmallGroup
    /// TLS 1.2 and 1.3, also with a Diffie-Hellman group over a number that is no prime.
    case withCompositeGroup
    /// TLS 1.2 and 1.3, also with a Diffie-Hellman group whose prime is no safe one.
    case withUncheckableGroup
    /// TLS 1.2 alone, with suites in CBC mode only.
    case onlyBlockChaining
    /// TLS 1.2 alone, with an RSA key exchange only.
    case onlyStaticKeys
  }

  /// Everything from the platform itself, nothing inline.
  static let ownContentPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    + "form-action 'self'; base-uri 'none'"
  /// The same, and no frames.
  static let strictContentPolicy = ownContentPolicy + "; frame-ancestors 'none'"

  /// How clients resume sessions.
  enum Resumption: Sendable {
    /// From the server's memory, within a day.
    case bySession
    /// With tickets that hold for a month.
    case byLongTickets
    /// With tickets, and the first request may come before the handshake is done.
    case withEarlyData
  }

  /// What may lie open by mistake.
  enum LeftOpen: Sendable {
    /// Figures for the monitoring.
    case metrics
    /// The server's own status page.
    case console
    /// The settings of the application, passwords and all.
    case settings
  }

  /// What a plain port does with visitors.
  enum PlainPort: Sendable {
    /// Leads them to the same place over HTTPS, for good.
    case redirects
    /// Leads them there for this time.
    case redirectsForNow
    /// Leads them to the front page.
    case dropsThePath
    /// Serves them.
    case serves
  }

  /// What a front page is.
  enum FrontPage: Sendable {
    /// What the api service says.
    case ofTheAPI
    /// A failure of the server.
    case failing
    /// A redirect to itself.
    case looping
    /// A redirect to the plain port.
    case downgrading
    /// An answer that is not well-formed HTTP.
    case garbled
  }
}

/// How mail is taken.
struct MailPlan: Sendable {
  /// How the front treats those who ask for TLS.
  var manner = MailManner()
  /// The leaf certificate of the TLS server behind it.
  var certificate = Leaf.web
  /// Whether the second node still shows a certificate that the first one has replaced.
  var keepsOldCertificate = false
  /// What the TLS server speaks.
  var protocols = EdgePlan.Protocols.modern

  /// What the front shows where it answers itself.
  var ownCertificate: Leaf { manner.hellos.isAnsweredHere ? .rsa : certificate }
  /// What the second node shows.
  var secondCertificate: Leaf { keepsOldCertificate ? .replaced : certificate }
  /// The leaf certificates it needs.
  var leaves: [Leaf] { [certificate, ownCertificate, secondCertificate] }
}

/// How the files of the web page are served.
struct AssetsPlan: Sendable {
  /// Whether all that the page names are there.
  var areComplete = true
  /// What caches are told; nil where they are told nothing.
  var cacheControl: String? = "public, max-age=31536000, immutable"
  /// Whether they can be asked for again by tag and date.
  var haveValidators = true
  /// Whether the edge keeps copies, and says so.
  var areKeptAtTheEdge = true
  /// How old it says that its copies are, in seconds.
  var age = 0
}

/// Who is refused for asking too often.
struct LimitPlan: Sendable {
  /// Whether anybody is.
  var isOn = true
  /// Whether clients are told apart by what they say in X-Forwarded-For.
  var believesForwardedFor = false
  /// The status of a refusal.
  var status = 429
  /// How many searches a client may make, as nginx writes it.
  var rate = "5r/s"
  /// After how many seconds a refusal says to come back; nil where it does not say.
  var retryAfter: Int? = 1
  /// Whether the application in the browser gets to see refusals.
  var refusalsCross = true
  /// Whether caches may keep a refusal.
  var refusalsAreKept = false
  /// Whether a refusal is problem details; else a page of HTML.
  var explains = true
  /// Whether the health endpoint is limited like the rest.
  var coversHealth = false
  /// What answers claim about the limit; nil where they claim nothing.
  var claim: String?
}

/// What the cluster's first role does in one of its databases.
struct DatabaseDeed: Sendable {
  var database = "events"
  var statements: [String]
  /// Whether the database is meant to refuse some of it.
  var mayFail = false
}

/// What an inventory says that may be wrong.
struct InventoryPlan: Sendable {
  /// The arguments of the seeder.
  var seeding = ["--events", "50", "--speakers", "200", "--companies", "100", "--seed", "42"]
  /// How the application connects to the database.
  var sslmode = "verify-full"
  /// Whether the password it refers to is the right one.
  var passwordIsRight = true
  /// How many sessions it says that the services may open together.
  var declaredSessions = 40
  /// Whether it names the dumps.
  var namesDumps = false
  /// Whether it knows the password of the pooler's role.
  var poolerPasswordIsRight = true
  /// How the application connects to the pooler.
  var poolerSSLMode = "verify-full"
  /// What the monitoring plug-in does.
  var plugin = Plugin.looksAtTheDatabase
  /// Whether it says that the database must not answer on the public address.
  var closesDatabase = true
  /// Whether it says that anybody's browser has to trust the certificate for mail.
  var mailIsForEverybody = false
  /// By which further names mail is reached.
  var furtherMailNames: [String] = []
  /// Which keys it says that clients of mail pin, each as `sha256/` and the Base64 of its digest.
  var pinnedMailKeys: [String] = []
  /// Whether it says that a port must answer on the public address where nothing listens.
  var opensUnusedPort = false

  /// Which services and features it names.
  var matrix = InventoryMatrix()

  /// What a monitoring plug-in does.
  enum Plugin: Sendable {
    /// Connects to the database's port.
    case looksAtTheDatabase
    /// Connects to a port where nothing listens.
    case looksInTheWrongPlace
    /// Reports OK although its own thresholds say otherwise.
    case contradictsItself
  }
}

/// What the auditor's role is given beside the right to log in.
enum AuditorGrant: Sendable {
  /// To read the statistics and settings of others.
  case monitor
  /// Everything.
  case superuser
  /// Nothing.
  case nothing
}

/// Who may connect to the database without TLS.
enum PlaintextAccess: Sendable {
  /// Every rule says `hostssl`.
  case nobody
  /// The role of the services; everybody else needs TLS.
  case services
  /// Every rule says `host`.
  case everybody
  /// Every rule says `hostnossl`: nobody may use the TLS that is offered.
  case onlyPlaintext
}

/// How a service reports on itself.
struct HealthManner: Codable, Sendable {
  /// How long the answer is held back, in milliseconds.
  var delayMilliseconds = 0
  /// Whether a failing state is told by the status code too (503), and not only by the body.
  var statusCodeTellsTruth = true
  /// Whether there is a health endpoint at all.
  var exists = true
  /// Whether it answers only who brings a token.
  var asksForCredentials = false
  /// Whether caches may keep the answer for a minute.
  var isCacheable = false
  /// Whether it shows the database's address and the error's stack.
  var revealsInternals = false
  /// Whether every other answer says that it is down.
  var flaps = false
  /// Whether a part that is down leaves the whole up.
  var hidesDownParts = false
}
