extension Defect {
  /// What a defect changes.
  enum Part: String, Sendable {
    case edgeCertificate = "the certificate of the edge"
    case edgeProtocols = "the protocol versions and suites of the edge"
    case sessionTickets = "the session tickets of the edge"
    case applicationProtocols = "the application protocols of the edge"
    case unknownNames = "what the edge shows to unknown names"
    case strictTransport = "the Strict-Transport-Security of the edge"
    case sniffing = "the X-Content-Type-Options of the edge"
    case contentPolicy = "the Content-Security-Policy of the edge"
    case referrerPolicy = "the Referrer-Policy of the edge"
    case serverName = "the Server field of the edge"
    case errorPages = "the error pages of the edge"
    case frontPage = "the front page"
    case frontPageCaching = "how the front page may be kept"
    case plainPort = "the plain port"
    case compression = "the compression of the edge"
    case assetFiles = "the files of the page"
    case assetCaching = "how long the files of the page may be kept"
    case assetValidators = "the validators of the files of the page"
    case edgeCopies = "the copies at the edge"
    case limit = "the rate limit of the edge"
    case cookie = "the session cookie"
    case adminRoutes = "who may use the admin routes"
    case objects = "who may read what belongs to one account"
    case publicRoutes = "who may use the public routes"
    case tokens = "how tokens are read"
    case challenge = "how the api service asks for credentials"
    case privateCaching = "how private answers may be kept"
    case errorFormat = "how the api service tells errors"
    case methods = "how the api service refuses methods"
    case madeUpMethods = "what becomes of methods that do not exist"
    case missingPages = "what stands for missing pages"
    case outdatedFields = "the outdated header fields of the edge"
    case leftOpen = "what lies open at the edge"
    case writes = "who may store something"
    case trace = "how the api service answers TRACE"
    case crossOrigin = "which origins may read answers"
    case foreignKeyIndexes = "which references have an index"
    case duplicateIndexes = "which indexes there are twice"
    case indexBuilds = "whether indexes were finished"
    case tableKeys = "which tables have a key"
    case sequences = "how far sequences have come"
    case keyWidths = "how wide references are"
    case keyTypes = "of which type references are"
    case keyRepetition = "whether references are declared twice"
    case constraintChecks = "whether constraints were checked"
    case tableDurability = "whether tables survive a crash"
    case idlePolicies = "whether policies are heeded"
    case emptyRowSecurity = "whether guarded tables have policies"
    case openPolicies = "whom policies let in"
    case definers = "what functions with rights trust"
    case functions = "what functions trust"
    case tableRights = "who may read tables"
    case schemaRights = "who may create objects"
    case extensionPlaces = "where extensions lie"
    case vacuuming = "whether tables are cleaned"
    case statementCounts = "whether statements are counted"
    case applicationRights = "what the services may do"
    case applicationTimeouts = "how long the services may take"
    case roleMembership = "which roles the services have"
    case superusers = "how many superusers there are"
    case pendingSettings = "which settings wait for a restart"
    case slots = "who reads replication slots"
    case columnTypes = "of which types columns are"
    case archive = "the archive of the database's log"
    case applicationOwnership = "what the services own"
    case checkpointCauses = "why the database writes its pages"
    case transactionEnds = "how transactions and sessions end"
    case extensionVersions = "of which version extensions are"
    case keyNulls = "whether references hold with nulls"
    case indexKeys = "what indexes are made on"
    case indexReads = "which indexes are read"
    case multixacts = "how old row locks are"
    case frozenRows = "how old rows are"
    case pages = "whether pages are whole"
    case policyCosts = "what policies cost"
    case tableAnalysis = "whether the planner knows its tables"
    case tableBloat = "how much of a table is empty"
    case tableReads = "how tables are read"
    case columnUpgrades = "whether columns can be taken over"
    case deadRows = "how many rows nobody sees"
    case viewRights = "whose rights views have"
    case missingValues = "whether values are there"
    case repeatedValues = "whether values are there once"
    case malformedValues = "whether values are well-formed"
    case orphans = "whether rows refer to something"
    case rowCounts = "how many sources there are"
    case heartbeat = "when services last wrote"
    case figures = "how long services take"
    case contradictions = "whether rows contradict each other"
    case oldSessions = "how long sessions are kept"
    case seeding = "the seeder"
    case migrations = "the migrations"
    case repository = "the repository of backups"
    case bucket = "the bucket of copies"
    case dumps = "the dumps"
    case pooler = "the pooler"
    case cache = "the cache"
    case databaseCertificate = "the certificate of the database"
    case databaseTLS = "the TLS of the database"
    case passwordHashing = "how the database stores passwords"
    case durability = "whether the database waits for its disk"
    case statementLog = "which statements the database logs"
    case sessionCount = "how many sessions the database takes"
    case databaseAccess = "the access rules of the database"
    case databaseProcess = "whether the database runs"
    case auditor = "the role of the auditor"
    case inventory = "what the inventory says about the database"
    case plugin = "the monitoring plug-in"
    case mail = "how mail is taken"
    case processing = "the processing service"
    case publicDatabase = "whether the database answers in public"
    case publicInside = "what else answers in public"
    case publicInventory = "which ports the inventory opens"
  }

  /// A region of the platform in which one defect can hide another from an audit.
  enum Realm: String, Sendable {
    /// The web server and the api service behind it.
    case web
    /// The database and who may do what in it.
    case database
    /// The processing service.
    case processing
    /// The monitoring plug-in.
    case plugin
    /// The mail front and the TLS servers behind it.
    case mail
    /// The public address.
    case exposure
    /// The repository of backups.
    case repository
    /// The bucket of copies.
    case bucket
    /// The dumps.
    case dumps
    /// The pooler.
    case pooler
    /// The cache.
    case cache
    /// All of it.
    case everything
  }
}

extension Defect.Part {
  /// Where it lies.
  var realm: Defect.Realm {
    switch self {
    case .databaseCertificate, .databaseTLS, .passwordHashing, .durability, .statementLog, .sessionCount,
      .databaseAccess, .auditor, .inventory, .foreignKeyIndexes, .duplicateIndexes, .indexBuilds, .tableKeys,
      .sequences, .keyWidths, .keyTypes, .keyRepetition, .constraintChecks, .tableDurability, .idlePolicies,
      .emptyRowSecurity, .openPolicies, .definers, .functions, .tableRights, .schemaRights, .extensionPlaces,
      .vacuuming, .statementCounts, .applicationRights, .applicationTimeouts, .roleMembership, .superusers,
      .pendingSettings, .slots, .columnTypes, .archive, .applicationOwnership, .checkpointCauses, .transactionEnds,
      .extensionVersions, .keyNulls, .indexKeys, .indexReads, .multixacts, .frozenRows, .pages, .policyCosts,
      .tableAnalysis, .tableBloat, .tableReads, .columnUpgrades, .deadRows, .viewRights, .missingValues,
      .repeatedValues, .malformedValues, .orphans, .rowCounts, .heartbeat, .figures, .contradictions, .oldSessions,
      .seeding, .migrations:
      .database
    case .repository: .repository
    case .bucket: .bucket
    case .dumps: .dumps
    case .pooler: .pooler
    case .cache: .cache
    case .databaseProcess: .everything
    case .plugin: .plugin
    case .processing: .processing
    case .mail: .mail
    case .publicDatabase, .publicInside, .publicInventory: .exposure
    default: .web
    }
  }
}
