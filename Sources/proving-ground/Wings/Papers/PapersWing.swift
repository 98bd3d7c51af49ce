import Facts
import Glibc
import Probing

/// What is written beside the platform: the repository of its source with documents, pipeline and manifests, a log, what
/// scanners reported, and what its people attest.
struct PapersWing: Wing {
  /// The files of the repository and those beside it, by path, with `{{N days ago}}` where a day stands.
  private(set) var files = PaperTexts.all
  /// What the history held once and the tree does not any more, by path.
  private(set) var bygone: [String: String] = [:]
  /// Places at which an edit found nothing to change: a defect that would do nothing.
  private(set) var missed: [String] = []
  /// The image of the interface.
  var image = PaperImage()
  /// Who is on call.
  var onCall = ["dana", "eli", "farah"]
  /// What the platform's people have attested.
  var attestations = AttestationPlan()

  static func programs() throws(GroundFailure) -> [String] {
    [try Launcher.path(of: "git"), try Launcher.path(of: "sh")]
  }

  func start(in site: Site, before deadline: Deadline) throws(GroundFailure) -> [AwaitedPart] {
    if let place = missed.first { throw GroundFailure("a defect changes nothing in \(place)") }
    let places = Places(site)
    let now = Int(time(nil))
    for folder in [places.home, places.source] { try Files.makeFolder(folder) }
    let written = files.mapValues { PaperTexts.dated($0, now: now) }
    for (path, text) in written where !PaperTexts.isSource(path) {
      try Files.makeFolders(above: path, in: places.home)
      try Files.write(text, to: "\(places.home)/\(path)")
    }
    let history = PaperHistory(
      files: written.filter { PaperTexts.isSource($0.key) }.map { (PaperTexts.inSource($0.key), $0.value) },
      bygone: bygone.map { (PaperTexts.inSource($0.key), $0.value) })
    try history.write(to: places, git: Self.programs(), launcher: site.launcher, now: now, before: deadline)
    try Files.write(
      attestations.text(now: now) { Files.bytes(at: "\(places.home)/\($0)") }, to: places.attestations)
    try Files.write(image.bytes, to: "\(places.home)/api.tar")
    // Texts that were attested and changed afterwards.
    for (path, addition) in attestations.laterAdditions {
      let whole = "\(places.home)/\(path)"
      try Files.write((Files.text(at: whole) ?? "") + addition, to: whole)
    }
    return []
  }

  func inventoryHead(in site: Site) -> InventoryTarget {
    [("attestations", .string(Places(site).attestations))]
  }

  func targets(in site: Site) -> [InventoryTarget] {
    let places = Places(site)
    func path(_ name: String) -> JSONValue { .string("\(places.source)/\(name)") }
    return [
      [
        ("id", "docs"), ("kind", "documents"), ("folder", path("docs")), ("compose", .array([path("compose.yaml")])),
        ("rules", .array([path("monitoring/rules.yaml")])), ("publishedAt", "https://docs.events.example/"),
        ("exercises", path("docs/exercises.md")), ("accessReview", path("docs/access-review.md")),
        ("capacityPlan", path("docs/capacity.md")),
      ],
      [
        ("id", "source"), ("kind", "repository"), ("path", .string(places.source)),
        ("logs", .array([.string("\(places.home)/log")])),
      ],
      [("id", "image"), ("kind", "image-archive"), ("path", .string("\(places.home)/api.tar"))],
      [("id", "pipeline"), ("kind", "pipeline"), ("path", .string(places.source))],
      [("id", "cluster"), ("kind", "kubernetes-manifests"), ("path", path("deploy"))],
      [
        ("id", "scan-image"), ("kind", "assessment"), ("report", .string("\(places.home)/scans/trivy.json")),
        ("vex", .array([.string("\(places.home)/scans/openvex.json")])),
      ],
      [("id", "scan-host"), ("kind", "assessment"), ("report", .string("\(places.home)/scans/grype.json"))],
      [("id", "scan-code"), ("kind", "assessment"), ("report", .string("\(places.home)/scans/code.sarif"))],
      [("id", "scan-parts"), ("kind", "assessment"), ("report", .string("\(places.home)/scans/parts.cdx.json"))],
      [
        ("id", "scan-page"), ("kind", "assessment"), ("report", .string("\(places.home)/scans/npm-audit.json")),
        ("scannedOn", .string(PaperTexts.day(time(nil) - 2 * 86_400))),
      ],
      [("id", "team"), ("kind", "people"), ("onCall", JSONValue(onCall)), ("users", ["editors", "organisers"])],
    ]
  }

  // MARK: Edits

  /// Puts `new` in the place of `old`, which has to be there, in the file at `path`.
  mutating func replace(_ old: String, by new: String, in path: String) {
    guard let text = files[path], text.contains(old) else { return missed.append(path) }
    files[path] = text.replacing(old, with: new)
  }

  /// Takes the file at `path` away.
  mutating func remove(_ path: String) { if files.removeValue(forKey: path) == nil { missed.append(path) } }

  /// Adds a file.
  mutating func add(_ path: String, _ text: String) { files[path] = text }

  /// Lets a file have been in the history, and be gone.
  mutating func addToHistory(_ path: String, _ text: String) { bygone[path] = text }

  /// Where it lies.
  struct Places {
    let home: String
    /// The working tree.
    var source: String { "\(home)/source" }
    /// The file of attestations.
    var attestations: String { "\(home)/attestations.yaml" }

    init(_ site: Site) { home = "\(site.folder.path)/papers" }
  }
}

extension Files {
  /// Makes the folders that the file at `path`, relative to `root`, lies in.
  static func makeFolders(above path: String, in root: String) throws(GroundFailure) {
    var folder = root
    for part in path.split(separator: "/").dropLast() {
      folder += "/\(part)"
      try makeFolder(folder)
    }
  }
}
