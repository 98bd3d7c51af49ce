// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "prodworthy",
  products: [
    .executable(name: "prodworthy", targets: ["prodworthy"]),
    .executable(name: "proving-ground", targets: ["proving-ground"]),
    // What a Swift probe of one's own imports: the protocol, the nouns and the fact values.
    .library(name: "Prodworthy", targets: ["Probing", "AuditModel", "Facts"]),
  ],
  dependencies: [
    // Commands, help, completions: the ecosystem's own.
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    // YAML with line and column marks, over libyaml.
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    // Child processes with their own session and a teardown sequence.
    .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2", traits: []),
    // File descriptors and process ids, in which swift-subprocess speaks.
    .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
    // Structured fields (RFC 9651), in which rate limits are declared.
    .package(url: "https://github.com/apple/swift-http-structured-headers", exact: "1.7.0"),
    // The HTTP server of the proving ground; no TLS, testing or configuration products, which pull a second TLS stack.
    .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1", traits: []),
  ],
  targets: [
    // MARK: The command and the system it is tried on

    // The command line: the composition root.
    .executableTarget(
      name: "prodworthy",
      dependencies: [
        "AuditModel",
        "BackupProbes",
        "BuiltInCatalogue",
        "Certificates",
        "ChildProcesses",
        "ComposeModel",
        "Cryptography",
        "DatabaseProbes",
        "Definitions",
        "DeploymentProbes",
        "DocumentProbes",
        "Engine",
        "Exposition",
        "Facts",
        "HTTPProbes",
        "History",
        "LoadGeneration",
        "LoadProbes",
        "LoadScripts",
        "MigrationAnalysis",
        "NetworkProbes",
        "ObservabilityProbes",
        "Probing",
        "ProcessProbes",
        "RateLimits",
        "RecoveryProbes",
        "Reporting",
        "ScenarioProbes",
        "Scenarios",
        "Scheduling",
        "Service",
        "Signoff",
        "TLSProbes",
        "Transport",
        "UndoJournal",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    // A small real events platform with switchable defects.
    .executableTarget(
      name: "proving-ground",
      dependencies: [
        "AuditModel", "Cryptography", "Facts", "Postgres", "Probing",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Hummingbird", package: "hummingbird"),
      ],
      // The shipped workflows, which are carried out on it.
      resources: [.embedInCode("Workflows")]),

    // MARK: Probes: the only rooms that touch the audited system

    // What a TLS endpoint shows: certificate, chain, protocol versions.
    .target(
      name: "TLSProbes",
      dependencies: [
        "AuditModel", "Certificates", "Cryptography", "Facts", "HTTPExchange", "Probing", "TLSGrading", "TLSRegistry",
        "Transport",
      ], plugins: ["ListConformances"]),
    // HTTP exchanges and health endpoints.
    .target(
      name: "HTTPProbes",
      dependencies: ["AuditModel", "Facts", "HTTPExchange", "Probing", "RateLimits", "Transport"],
      plugins: ["ListConformances"]),
    // Which ports of a host really answer.
    .target(
      name: "NetworkProbes", dependencies: ["AuditModel", "Facts", "Probing", "Transport"],
      plugins: ["ListConformances"]),
    // PostgreSQL sessions and what the wire shows without credentials.
    .target(
      name: "DatabaseProbes",
      dependencies: [
        "AuditModel", "ChildProcesses", "Cryptography", "Facts", "MigrationAnalysis", "Postgres", "Probing",
        "ScratchServers", "Transport",
      ], plugins: ["ListConformances"]),
    // Prometheus, Alertmanager, Grafana, Loki, error trackers, collectors, and what endpoints expose as metrics.
    .target(
      name: "ObservabilityProbes",
      dependencies: ["AuditModel", "Definitions", "Exposition", "Facts", "HTTPExchange", "Probing", "Transport"],
      plugins: ["ListConformances"]),
    // Any executable over JSON, and any Nagios plug-in unchanged.
    .target(
      name: "ProcessProbes", dependencies: ["AuditModel", "ChildProcesses", "Facts", "Probing"],
      plugins: ["ListConformances"]),
    // Backups: what tools and files show of them, and restoring one for real.
    .target(
      name: "BackupProbes",
      dependencies: [
        "AuditModel", "ChildProcesses", "Compression", "Cryptography", "Facts", "Probing", "ScratchServers",
      ], plugins: ["ListConformances"]),
    // How a system bears load: a script run against it, its processes and its database watched meanwhile.
    .target(
      name: "LoadProbes",
      dependencies: [
        "AuditModel", "Cryptography", "Definitions", "Facts", "LoadGeneration", "LoadScripts", "Postgres", "Probing",
        "Transport",
      ], plugins: ["ListConformances"]),

    // Workflows carried out: requests, statements and programs step by step, and what came of each.
    .target(
      name: "ScenarioProbes",
      dependencies: [
        "AuditModel", "ChildProcesses", "Definitions", "Facts", "HTTPExchange", "Postgres", "Probing", "Scenarios",
        "Transport",
      ], plugins: ["ListConformances"]),

    // How a service bears the loss of what it depends on, and of its own instances.
    .target(
      name: "RecoveryProbes",
      dependencies: [
        "AuditModel", "FaultProxy", "Facts", "HTTPExchange", "Postgres", "Probing", "Transport", "UndoJournal",
      ], plugins: ["ListConformances"]),

    // Compose files and Dockerfiles as they are written, and what runs of them in a container engine.
    .target(
      name: "DeploymentProbes",
      dependencies: ["AuditModel", "ChildProcesses", "ComposeModel", "Facts", "HTTPExchange", "Probing", "Transport"],
      plugins: ["ListConformances"]),

    // What is written beside the system: documents, pipelines, manifests, assessments; and secrets where none may stand.
    .target(
      name: "DocumentProbes",
      dependencies: ["AuditModel", "ChildProcesses", "Compression", "Cryptography", "Definitions", "Facts", "Probing"],
      plugins: ["ListConformances"]),

    // MARK: Keeping and serving

    // What runs by itself: schedules carried out, a site over the history, notices.
    .target(
      name: "Service",
      dependencies: [
        "AuditModel", "Cryptography", "Definitions", "Facts", "History", "Probing", "Reporting", "Scheduling",
        "Transport",
      ]),
    // The runs kept: first seen, flapping, repair times, trend; SQLite or PostgreSQL under one schema.
    .target(
      name: "History",
      dependencies: ["AuditModel", "CSQLite", "CZlib", "Cryptography", "Facts", "Postgres", "Probing"]),

    // MARK: Judging and reporting: pure

    // Plan, observe, judge, assess, score, gate.
    .target(name: "Engine", dependencies: ["AuditModel", "Cryptography", "Facts", "Probing"]),
    // An audit report in, bytes out.
    .target(
      name: "Reporting", dependencies: ["AuditModel", "CLibXML2", "Cryptography", "Facts"],
      plugins: ["ListConformances"]),

    // Signatures of people under a report: made, bound to what was audited, and verified.
    .target(name: "Signoff", dependencies: ["AuditModel", "Cryptography", "Facts"]),

    // What header fields say about rate limits, and what the answers of a route say about them.
    .target(
      name: "RateLimits",
      dependencies: [
        "AuditModel", .product(name: "RawStructuredFieldValues", package: "swift-http-structured-headers"),
      ]),

    // MARK: Seams

    // YAML in, values or diagnostics with file:line:column out.
    .target(
      name: "Definitions",
      dependencies: ["AuditModel", "Facts", "Scenarios", "Scheduling", .product(name: "Yams", package: "Yams")]),
    // Workflows: their steps, templates, captures and expectations. Opens nothing.
    .target(name: "Scenarios", dependencies: ["AuditModel", "Facts"]),
    // What Artillery scripts ask for: phases, flows, templates and thresholds, or what of them is refused. Opens nothing.
    .target(name: "LoadScripts", dependencies: ["AuditModel", "Definitions", "Facts"]),
    // Load at times fixed in advance, and what came of it.
    .target(
      name: "LoadGeneration",
      dependencies: ["AuditModel", "CEpoll", "CZlib", "Facts", "LoadScripts", "Probing", "Transport"]),
    // What a TLS server's configuration is worth: a grade, and where it stands to Mozilla's guidelines.
    .target(name: "TLSGrading", dependencies: ["Facts", "TLSRegistry"]),
    // Versions, cipher suites and groups of TLS: their numbers and names, and what the names say. Opens nothing.
    .target(name: "TLSRegistry"),
    // One HTTP/1.1 exchange over a connection of its own, and the reader of what comes back.
    .target(name: "HTTPExchange", dependencies: ["AuditModel", "Facts", "Probing", "Transport"]),
    // Sockets, name resolution and TLS sessions under a deadline.
    .target(name: "Transport", dependencies: ["AuditModel", "COpenSSL", "Probing"]),
    // Programs of other people under a deadline, with bounded output and nothing left behind.
    .target(
      name: "ChildProcesses",
      dependencies: [
        "AuditModel", "Probing",
        .product(name: "Subprocess", package: "swift-subprocess"),
        .product(name: "SystemPackage", package: "swift-system"),
      ]),
    // Stands between a service and one it depends on, and spoils what they say when told to.
    .target(name: "FaultProxy", dependencies: ["Probing", "Transport"]),
    // What was disrupted and has to be put back, on the disk before it is done.
    .target(name: "UndoJournal", dependencies: ["AuditModel", "Facts", "Probing"]),
    // Throw-away PostgreSQL servers: where the programs are, who runs them, and what removes them however it ends.
    .target(name: "ScratchServers", dependencies: ["Probing"]),
    // libpq connections under a deadline.
    .target(name: "Postgres", dependencies: ["AuditModel", "CLibPQ", "Probing"]),
    // The probe protocol, deadlines, blocking lanes, traffic meters, redaction.
    .target(name: "Probing", dependencies: ["AuditModel", "Facts"]),
    // The nouns.
    .target(name: "AuditModel", dependencies: ["Facts"]),
    // JSON values, JSONPath (RFC 9535), matchers, schemas.
    .target(name: "Facts"),

    // OpenMetrics and the Prometheus text format: reading and linting. Opens nothing.
    .target(name: "Exposition"),

    // When something is due: crontab(5) and the clocks of a time zone; pure.
    .target(name: "Scheduling", dependencies: ["AuditModel"]),
    // Compose files as one effective model, and what is to be complained of in it and in Dockerfiles: pure.
    .target(name: "ComposeModel", dependencies: ["AuditModel", "Definitions", "Facts"]),

    // What SQL migrations lock, rewrite and break: pure.
    .target(name: "MigrationAnalysis"),

    // X.509: reading certificates and revocation lists, judging paths. Opens nothing.
    .target(name: "Certificates", dependencies: ["AuditModel", "Cryptography"]),
    // What zlib, LZ4 and Zstandard compressed, piece by piece.
    .target(name: "Compression", dependencies: ["CZlib"]),
    // Message digests and signatures from libcrypto.
    .target(name: "Cryptography", dependencies: ["COpenSSL"]),

    // MARK: The catalogue, compiled in at build time

    // The texts of checks/ and policies/ as Swift literals, written by the build plug-in.
    .target(name: "BuiltInCatalogue", plugins: ["CompileCatalogue"]),
    .executableTarget(
      name: "CatalogueCompiler",
      dependencies: ["AuditModel", "Definitions", "Facts"]),
    .plugin(name: "CompileCatalogue", capability: .buildTool(), dependencies: ["CatalogueCompiler"]),

    // MARK: The lists that nobody keeps by hand

    // Reads a room's sources and lists the types in them that conform to a protocol: its probes, its report formats.
    // Stands on nothing, since it is built before every room.
    .executableTarget(name: "ConformanceLister"),
    .plugin(name: "ListConformances", capability: .buildTool(), dependencies: ["ConformanceLister"]),

    // MARK: Tests

    .testTarget(name: "ConformanceListerTests", dependencies: ["ConformanceLister"]),
    .testTarget(name: "FactsTests", dependencies: ["Facts", "SeededRandomness"]),
    .testTarget(name: "TLSGradingTests", dependencies: ["Facts", "SeededRandomness", "TLSGrading", "TLSRegistry"]),
    .testTarget(name: "ProbingTests", dependencies: ["AuditModel", "Facts", "Probing"]),
    .testTarget(
      name: "TransportTests",
      dependencies: ["AuditModel", "LoopbackPostgres", "LoopbackServers", "Probing", "SeededRandomness", "Transport"]),
    .testTarget(
      name: "CertificatesTests",
      dependencies: ["AuditModel", "COpenSSL", "Certificates", "Cryptography", "LoopbackServers", "SeededRandomness"]),
    .testTarget(name: "PostgresTests", dependencies: ["AuditModel", "LoopbackPostgres", "Postgres", "Probing"]),
    .testTarget(
      name: "TLSProbesTests",
      dependencies: [
        "AuditModel", "BuiltInCatalogue", "Cryptography", "Definitions", "Engine", "Facts", "LoopbackPostgres",
        "LoopbackServers", "Probing", "TLSProbes", "TLSRegistry", "Transport", "proving-ground",
      ]),
    .testTarget(name: "HTTPExchangeTests", dependencies: ["HTTPExchange", "SeededRandomness"]),
    .testTarget(
      name: "HTTPProbesTests",
      dependencies: [
        "AuditModel", "BuiltInCatalogue", "Definitions", "Engine", "Facts", "HTTPExchange", "HTTPProbes",
        "LoopbackServers", "ProbeConformance", "Probing", "RateLimits", "SeededRandomness", "Transport",
      ]),
    .testTarget(name: "ExpositionTests", dependencies: ["Exposition", "LoopbackServers", "SeededRandomness"]),
    .testTarget(
      name: "ObservabilityProbesTests",
      dependencies: [
        "AuditModel", "BuiltInCatalogue", "Definitions", "Engine", "Exposition", "Facts", "HTTPExchange",
        "LoopbackServers", "ObservabilityProbes", "ProbeConformance", "Probing",
      ]),
    .testTarget(name: "LoadScriptsTests", dependencies: ["AuditModel", "Definitions", "Facts", "LoadScripts"]),
    .testTarget(
      name: "LoadGenerationTests",
      dependencies: [
        "AuditModel", "Definitions", "Facts", "LoadGeneration", "LoadScripts", "LoopbackServers", "Probing",
        "SeededRandomness", "Transport",
      ]),
    .testTarget(
      name: "LoadProbesTests",
      dependencies: [
        "AuditModel", "Facts", "LoadGeneration", "LoadProbes", "LoopbackPostgres", "LoopbackServers", "Postgres",
        "ProbeConformance", "Probing",
      ]),
    .testTarget(
      name: "NetworkProbesTests",
      dependencies: [
        "AuditModel", "Facts", "LoopbackServers", "NetworkProbes", "ProbeConformance", "Probing", "Transport",
      ]),
    .testTarget(name: "UndoJournalTests", dependencies: ["Facts", "LoopbackServers", "Probing", "UndoJournal"]),
    .testTarget(name: "FaultProxyTests", dependencies: ["FaultProxy", "LoopbackServers", "Probing", "Transport"]),
    .testTarget(
      name: "RecoveryProbesTests",
      dependencies: [
        "AuditModel", "BuiltInCatalogue", "Definitions", "Engine", "Facts", "FaultProxy", "LoopbackServers",
        "ProbeConformance",
        "Probing", "RecoveryProbes", "UndoJournal",
      ]),
    .testTarget(name: "RateLimitsTests", dependencies: ["RateLimits", "SeededRandomness"]),
    .testTarget(
      name: "DatabaseProbesTests",
      dependencies: [
        "AuditModel", "DatabaseProbes", "Facts", "LoopbackPostgres", "LoopbackServers", "Postgres", "Probing",
      ]),
    .testTarget(
      name: "ProcessProbesTests",
      dependencies: ["AuditModel", "ChildProcesses", "Facts", "ProbeConformance", "Probing", "ProcessProbes"]),
    .testTarget(
      name: "BackupProbesTests",
      dependencies: ["AuditModel", "BackupProbes", "Compression", "Facts", "LoopbackPostgres", "Probing"]),
    .testTarget(
      name: "MigrationAnalysisTests", dependencies: ["LoopbackPostgres", "MigrationAnalysis", "Postgres", "Probing"]),
    .testTarget(
      name: "ComposeModelTests",
      dependencies: ["AuditModel", "ComposeModel", "Definitions", "Facts", "SeededRandomness"]),
    .testTarget(
      name: "DeploymentProbesTests",
      dependencies: [
        "AuditModel", "BuiltInCatalogue", "ComposeModel", "Definitions", "DeploymentProbes", "Engine", "Facts",
        "LoopbackServers", "ProbeConformance", "Probing", "Transport",
      ]),
    .testTarget(
      name: "DocumentProbesTests",
      dependencies: [
        "AuditModel", "ChildProcesses", "Definitions", "DocumentProbes", "Facts", "ProbeConformance", "Probing",
        "SeededRandomness",
      ]),
    .testTarget(name: "DefinitionsTests", dependencies: ["AuditModel", "Definitions", "Facts", "SeededRandomness"]),
    .testTarget(name: "EngineTests", dependencies: ["AuditModel", "Engine", "Facts", "Probing", "SeededRandomness"]),
    .testTarget(
      name: "SignoffTests",
      dependencies: ["AuditModel", "Cryptography", "Facts", "LoopbackServers", "SeededRandomness", "Signoff"],
      exclude: ["Vectors"]),
    .testTarget(
      name: "HistoryTests",
      dependencies: [
        "AuditModel", "Facts", "History", "LoopbackPostgres", "LoopbackServers", "Postgres", "Probing",
        "SeededRandomness", "prodworthy",
      ]),
    .testTarget(
      name: "ServiceTests",
      dependencies: [
        "AuditModel", "Definitions", "Facts", "History", "HostileTexts", "LoopbackPostgres", "LoopbackServers",
        "Postgres", "Probing", "Scheduling", "SeededRandomness", "Service", "Transport", "prodworthy",
      ]),
    .testTarget(
      name: "ScenariosTests", dependencies: ["AuditModel", "Definitions", "Facts", "Scenarios", "SeededRandomness"]),
    .testTarget(
      name: "ScenarioProbesTests",
      dependencies: [
        "AuditModel", "Definitions", "Facts", "LoopbackPostgres", "LoopbackServers", "Postgres", "ProbeConformance",
        "Probing", "ScenarioProbes", "Scenarios",
      ]),
    .testTarget(name: "SchedulingTests", dependencies: ["AuditModel", "Scheduling"]),
    .testTarget(
      name: "ReportingTests", dependencies: ["AuditModel", "CLibXML2", "Facts", "HostileTexts", "Reporting"],
      exclude: ["Schemas"]),
    // The built-in checks and policies against the facts of the probes.
    .testTarget(
      name: "CatalogueTests",
      dependencies: [
        "AuditModel", "BackupProbes", "BuiltInCatalogue", "DatabaseProbes", "Definitions", "DeploymentProbes",
        "DocumentProbes", "Engine", "Facts", "HTTPProbes", "LoadProbes", "NetworkProbes", "ObservabilityProbes",
        "Probing", "ProcessProbes", "RecoveryProbes", "ScenarioProbes", "TLSProbes",
      ]),
    .testTarget(
      name: "ProvingGroundTests",
      dependencies: ["Cryptography", "DrivenPrograms", "Facts", "Probing", "proving-ground"]),
    // The built command over files and plug-ins, without any server.
    .testTarget(
      name: "CommandTests", dependencies: ["AuditModel", "Definitions", "Facts", "HostileTexts", "prodworthy"]),
    // The built command, driven as its users drive it.
    .testTarget(
      name: "Acceptance", dependencies: ["DrivenPrograms", "LoopbackServers", "prodworthy", "proving-ground"]),
    // Room and threads for tests that drive programs.
    .target(name: "DrivenPrograms", path: "Tests/DrivenPrograms"),
    // The same tests for a probe through any door.
    .target(
      name: "ProbeConformance", dependencies: ["AuditModel", "Facts", "Probing"], path: "Tests/ProbeConformance"),
    // Texts that act on whoever reads them, for tests of what is shown.
    .target(name: "HostileTexts", path: "Tests/HostileTexts"),
    // The same random values in every run, for tests.
    .target(name: "SeededRandomness", path: "Tests/SeededRandomness"),
    // Real servers on loopback for tests: a PKI, nginx, TCP servers with a script.
    .target(name: "LoopbackServers", path: "Tests/LoopbackServers"),
    // A real PostgreSQL on loopback for tests.
    .target(
      name: "LoopbackPostgres", dependencies: ["AuditModel", "Postgres", "Probing"], path: "Tests/LoopbackPostgres"),

    // MARK: System libraries

    // Event notification of Linux, which the C library's own module leaves out.
    .systemLibrary(name: "CEpoll"),
    .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
    .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CLibXML2", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
  ],
  swiftLanguageModes: [.v6]
)

for target in package.targets where [.regular, .executable, .test].contains(target.type) {
  target.swiftSettings =
    (target.swiftSettings ?? []) + [
      .enableUpcomingFeature("ExistentialAny"),
      .enableUpcomingFeature("InternalImportsByDefault"),
      .enableUpcomingFeature("MemberImportVisibility"),
      .treatAllWarnings(as: .error),
    ]
}
