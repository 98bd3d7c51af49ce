import Facts
import Probing

/// The ways through the platform that have to work: all workflows that are shipped, as targets of the inventory.
struct WorkflowWing: Wing {
  /// The files, by their names without the ending.
  private static let files: [(name: String, bytes: [UInt8])] = [
    ("batch", PackageResources.batch_yaml), ("data-quality", PackageResources.data_quality_yaml),
    ("failure-recovery", PackageResources.failure_recovery_yaml),
    ("recommendations", PackageResources.recommendations_yaml),
    ("relationships", PackageResources.relationships_yaml), ("saved-search", PackageResources.saved_search_yaml),
    ("scrape-to-retrieve", PackageResources.scrape_to_retrieve_yaml),
    ("search-and-discovery", PackageResources.search_and_discovery_yaml),
    ("similar-events", PackageResources.similar_events_yaml),
  ]

  func start(in site: Site, before deadline: Deadline) throws(GroundFailure) -> [AwaitedPart] {
    try Files.makeFolder(Self.folder(in: site))
    for (name, bytes) in Self.files { try Files.write(bytes, to: Self.path(of: name, in: site)) }
    return []
  }

  func targets(in site: Site) -> [InventoryTarget] {
    Self.files.map { name, _ in
      [
        ("id", .string(name)), ("kind", "workflow"), ("file", .string(Self.path(of: name, in: site))),
        ("target", .string(InstancesWing.address(in: site))),
        ("bearer", .string("${file:\(site.folder.token(of: "alice"))}")),
      ] + InstancesWing.watcher(in: site)
    }
  }

  private static func folder(in site: Site) -> String { "\(site.folder.path)/workflows" }
  private static func path(of name: String, in site: Site) -> String { "\(folder(in: site))/\(name).yaml" }
}

extension Defect.Part {
  fileprivate static let punctuation = Self("how the instances read searches", in: .workflows)
  fileprivate static let batches = Self("what becomes of batches", in: .workflows)
  fileprivate static let unreadablePages = Self("how the instances tell that a page cannot be read", in: .workflows)
  fileprivate static let queue = Self("how long orders lie in the queue", in: .workflows)
  fileprivate static let warmth = Self("how soon recommendations are there", in: .workflows)
  fileprivate static let removals = Self("whether something can be taken away", in: .workflows)
  fileprivate static let speakers = Self("how quick the instances tell who speaks", in: .workflows)
}

extension Defect.Realm {
  /// The ways through the platform.
  fileprivate static let workflows = Self("workflows")
}

extension WorkflowWing {
  static let defects = [
    strained("search-misses-events", "searches for words with a colon find nothing", .punctuation) {
      $0.stumblesOverColons = true
    },
    strained("queue-loses-order", "the last order of a batch is acknowledged and gone", .batches) {
      $0.losesLastOfBatch = true
    },
    strained("dependency-failure-hidden", "a page that cannot be read is passed off as an empty one", .unreadablePages)
    {
      $0.hidesUnreadablePages = true
    },
    strained("recommendations-flaky", "recommendations are refused to whoever asks first in a while", .warmth) {
      $0.startsCold = true
    },
    strained("removal-fails", "nothing that was stored can be taken away", .removals) { $0.failsRemovals = true },
    strained("speakers-slow", "who speaks at an event is told after 1.5 s", .speakers) {
      $0.delays[.speakers] = 1500
    },
    Defect(id: "queue-slow", summary: "orders lie in the queue for 12 s", part: .queue, also: [.processing]) {
      $0.queueMilliseconds = 12_000
    },
  ]

  private static func strained(
    _ id: String, _ summary: String, _ part: Defect.Part, _ change: @escaping @Sendable (inout Strain) -> Void
  ) -> Defect {
    Defect(id: id, summary: summary, part: part) { change(&$0[InstancesWing.self].strain) }
  }

  /// Of steps that a workflow did not come to nobody knows whether they pass at once.
  private static func stopped(_ workflow: String) -> [ExpectedFinding] {
    [
      .init(check: "workflow-step-passes", target: workflow),
      .init(check: "workflow-not-flaky", target: workflow, status: "unknown"),
    ]
  }

  static let expectations: [String: [ExpectedFinding]] = [
    "search-misses-events": stopped("search-and-discovery"), "queue-loses-order": stopped("batch"),
    "dependency-failure-hidden": stopped("failure-recovery"),
    "recommendations-flaky": [.init(check: "workflow-not-flaky", target: "recommendations")],
    "removal-fails": [.init(check: "workflow-cleanup-passes", target: "saved-search")],
    "speakers-slow": [.init(check: "workflow-step-within-time", target: "relationships")],
    "queue-slow": [.init(check: "workflow-within-time", target: "scrape-to-retrieve")],
  ]
}
