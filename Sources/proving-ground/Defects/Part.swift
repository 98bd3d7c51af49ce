extension Defect {
  /// What a defect changes.
  struct Part: Hashable, Sendable {
    /// In words.
    let name: String
    /// Where it lies.
    let realm: Realm

    init(_ name: String, in realm: Realm) {
      self.name = name
      self.realm = realm
    }
  }

  /// A region of the platform in which one defect can hide another from an audit.
  struct Realm: Hashable, Sendable {
    let name: String

    init(_ name: String) { self.name = name }
  }
}

extension Defect.Realm {
  /// The web server and the api service behind it.
  static let web = Self("web")
  /// The database and who may do what in it.
  static let database = Self("database")
  /// The processing service.
  static let processing = Self("processing")
  /// The monitoring plug-in.
  static let plugin = Self("plugin")
  /// The mail front and the TLS servers behind it.
  static let mail = Self("mail")
  /// The public address.
  static let exposure = Self("exposure")
  /// What the inventory declares beside its targets.
  static let declarations = Self("declarations")
  /// The repository of backups.
  static let repository = Self("repository")
  /// The bucket of copies.
  static let bucket = Self("bucket")
  /// The dumps.
  static let dumps = Self("dumps")
  /// The pooler.
  static let pooler = Self("pooler")
  /// All of it.
  static let everything = Self("everything")
}

extension Defect.Part {
  static let edgeCertificate = Self("the certificate of the edge", in: .web)
  static let edgeProtocols = Self("the protocol versions and suites of the edge", in: .web)
  static let sessionTickets = Self("the session tickets of the edge", in: .web)
  static let applicationProtocols = Self("the application protocols of the edge", in: .web)
  static let unknownNames = Self("what the edge shows to unknown names", in: .web)
  static let strictTransport = Self("the Strict-Transport-Security of the edge", in: .web)
  static let sniffing = Self("the X-Content-Type-Options of the edge", in: .web)
  static let contentPolicy = Self("the Content-Security-Policy of the edge", in: .web)
  static let referrerPolicy = Self("the Referrer-Policy of the edge", in: .web)
  static let serverName = Self("the Server field of the edge", in: .web)
  static let errorPages = Self("the error pages of the edge", in: .web)
  static let frontPage = Self("the front page", in: .web)
  static let signInPage = Self("the page on which people sign in", in: .web)
  static let frontPageCaching = Self("how the front page may be kept", in: .web)
  static let plainPort = Self("the plain port", in: .web)
  static let compression = Self("the compression of the edge", in: .web)
  static let assetFiles = Self("the files of the page", in: .web)
  static let assetCaching = Self("how long the files of the page may be kept", in: .web)
  static let assetValidators = Self("the validators of the files of the page", in: .web)
  static let edgeCopies = Self("the copies at the edge", in: .web)
  static let limit = Self("the rate limit of the edge", in: .web)
  static let cookie = Self("the session cookie", in: .web)
  static let adminRoutes = Self("who may use the admin routes", in: .web)
  static let objects = Self("who may read what belongs to one account", in: .web)
  static let publicRoutes = Self("who may use the public routes", in: .web)
  static let tokens = Self("how tokens are read", in: .web)
  static let challenge = Self("how the api service asks for credentials", in: .web)
  static let privateCaching = Self("how private answers may be kept", in: .web)
  static let errorFormat = Self("how the api service tells errors", in: .web)
  static let methods = Self("how the api service refuses methods", in: .web)
  static let madeUpMethods = Self("what becomes of methods that do not exist", in: .web)
  static let missingPages = Self("what stands for missing pages", in: .web)
  static let outdatedFields = Self("the outdated header fields of the edge", in: .web)
  static let leftOpen = Self("what lies open at the edge", in: .web)
  static let writes = Self("who may store something", in: .web)
  static let trace = Self("how the api service answers TRACE", in: .web)
  static let crossOrigin = Self("which origins may read answers", in: .web)
  static let foreignKeyIndexes = Self("which references have an index", in: .database)
  static let duplicateIndexes = Self("which indexes there are twice", in: .database)
  static let indexBuilds = Self("whether indexes were finished", in: .database)
  static let tableKeys = Self("which tables have a key", in: .database)
  static let sequences = Self("how far sequences have come", in: .database)
  static let keyWidths = Self("how wide references are", in: .database)
  static let keyTypes = Self("of which type references are", in: .database)
  static let keyRepetition = Self("whether references are declared twice", in: .database)
  static let constraintChecks = Self("whether constraints were checked", in: .database)
  static let tableDurability = Self("whether tables survive a crash", in: .database)
  static let idlePolicies = Self("whether policies are heeded", in: .database)
  static let emptyRowSecurity = Self("whether guarded tables have policies", in: .database)
  static let openPolicies = Self("whom policies let in", in: .database)
  static let definers = Self("what functions with rights trust", in: .database)
  static let functions = Self("what functions trust", in: .database)
  static let tableRights = Self("who may read tables", in: .database)
  static let schemaRights = Self("who may create objects", in: .database)
  static let extensionPlaces = Self("where extensions lie", in: .database)
  static let vacuuming = Self("whether tables are cleaned", in: .database)
  static let statementCounts = Self("whether statements are counted", in: .database)
  static let applicationRights = Self("what the services may do", in: .database)
  static let applicationTimeouts = Self("how long the services may take", in: .database)
  static let roleMembership = Self("which roles the services have", in: .database)
  static let superusers = Self("how many superusers there are", in: .database)
  static let pendingSettings = Self("which settings wait for a restart", in: .database)
  static let slots = Self("who reads replication slots", in: .database)
  static let columnTypes = Self("of which types columns are", in: .database)
  static let archive = Self("the archive of the database's log", in: .database)
  static let applicationOwnership = Self("what the services own", in: .database)
  static let checkpointCauses = Self("why the database writes its pages", in: .database)
  static let transactionEnds = Self("how transactions and sessions end", in: .database)
  static let extensionVersions = Self("of which version extensions are", in: .database)
  static let keyNulls = Self("whether references hold with nulls", in: .database)
  static let indexKeys = Self("what indexes are made on", in: .database)
  static let indexReads = Self("which indexes are read", in: .database)
  static let multixacts = Self("how old row locks are", in: .database)
  static let frozenRows = Self("how old rows are", in: .database)
  static let pages = Self("whether pages are whole", in: .database)
  static let policyCosts = Self("what policies cost", in: .database)
  static let tableAnalysis = Self("whether the planner knows its tables", in: .database)
  static let tableBloat = Self("how much of a table is empty", in: .database)
  static let tableReads = Self("how tables are read", in: .database)
  static let columnUpgrades = Self("whether columns can be taken over", in: .database)
  static let deadRows = Self("how many rows nobody sees", in: .database)
  static let viewRights = Self("whose rights views have", in: .database)
  static let missingValues = Self("whether values are there", in: .database)
  static let repeatedValues = Self("whether values are there once", in: .database)
  static let malformedValues = Self("whether values are well-formed", in: .database)
  static let orphans = Self("whether rows refer to something", in: .database)
  static let rowCounts = Self("how many sources there are", in: .database)
  static let heartbeat = Self("when services last wrote", in: .database)
  static let figures = Self("how long services take", in: .database)
  static let contradictions = Self("whether rows contradict each other", in: .database)
  static let oldSessions = Self("how long sessions are kept", in: .database)
  static let seeding = Self("the seeder", in: .database)
  static let pools = Self("the sessions that services may open", in: .database)
  static let migrations = Self("the migrations", in: .database)
  static let repository = Self("the repository of backups", in: .repository)
  static let bucket = Self("the bucket of copies", in: .bucket)
  static let dumps = Self("the dumps", in: .dumps)
  static let pooler = Self("the pooler", in: .pooler)
  static let databaseCertificate = Self("the certificate of the database", in: .database)
  static let databaseTLS = Self("the TLS of the database", in: .database)
  static let passwordHashing = Self("how the database stores passwords", in: .database)
  static let durability = Self("whether the database waits for its disk", in: .database)
  static let statementLog = Self("which statements the database logs", in: .database)
  static let sessionCount = Self("how many sessions the database takes", in: .database)
  static let databaseAccess = Self("the access rules of the database", in: .database)
  static let databaseProcess = Self("whether the database runs", in: .everything)
  static let auditor = Self("the role of the auditor", in: .database)
  static let inventory = Self("what the inventory says about the database", in: .database)
  static let plugin = Self("the monitoring plug-in", in: .plugin)
  static let mail = Self("how mail is taken", in: .mail)
  static let mailTrust = Self("who has to trust the certificate for mail", in: .mail)
  static let mailNames = Self("by which names mail is reached", in: .mail)
  static let mailPins = Self("which keys clients of mail pin", in: .mail)
  static let processing = Self("the processing service", in: .processing)
  static let publicDatabase = Self("whether the database answers in public", in: .exposure)
  static let publicInside = Self("what else answers in public", in: .exposure)
  static let publicInventory = Self("which ports the inventory opens", in: .exposure)
  static let ownersInInventory = Self("who answers for which service", in: .declarations)
}
