import AuditModel
import Definitions
import Engine
import Facts
import Probing
import ProcessProbes

/// Everything that files and flags say about a run, loaded together so that all problems come at once.
struct Workspace {
  /// Checks, probes and checklist, built in and the user's own.
  var catalogue: Catalogue
  /// What is audited; nil where only the catalogue was asked for.
  var inventory: Inventory?
  /// What is demanded.
  var policy: Policy
  /// What people say about findings.
  var overlays = Overlays()
  /// Digests of the files and the values by which the inventory tells one state of the system from another.
  var identity: [String: String] = [:]
  /// The file of the policy, absolute; nil for a built-in one.
  var policyFile: String?
  /// The folders of further checks, absolute.
  var checkFolders: [String] = []
  /// The words of the command that audits the same system under the same policy.
  var invocation: [String] = []
  /// The services and features of the inventory's matrix; nil where it declares none.
  var matrix: ValidationMatrix.Plan?
  /// The inventory's path, absolute; nil where there is no inventory.
  var inventoryPath: String?
  /// The files that were read and those that the inventory names, with what each is to the run; paths are absolute.
  var sources: [(role: String, path: String)] = []

  /// What to load.
  struct Request {
    /// Bare URLs, or the path of an inventory.
    var targets: [String] = []
    /// The inventory named by `-f`.
    var file: String?
    /// A policy's name or file.
    var policy: String?
    /// Folders with further checks and probe manifests.
    var checkFolders: [String] = []
    /// Whether an inventory is wanted at all.
    var wantsInventory = true
    /// Files of what people say about findings.
    var said = OverlayFiles()
  }

  /// Loads what `request` names. Throws `Failure` (64, 65, 66) with every diagnostic of every file.
  static func load(_ request: Request, environment: [String: String]) throws(Failure) -> Workspace {
    var kinds = Composition.probeSets.flatMap(\.targetKinds)
    var probes = Composition.probeSets.flatMap(\.probes)
    let checklist = try Composition.builtInChecklist()
    let builtIn = try Composition.builtInChecks()
    var diagnostics: [Diagnostic] = []

    let source = try InventorySource(request, environment: environment, kinds: kinds)
    var folders = request.checkFolders
    if folders.isEmpty, let named = environment["PRODWORTHY_CHECKS"], !named.isEmpty { folders = [named] }

    // The inventory may name further folders of checks, and those may bring probes that its targets need.
    // It is read once: a pipe would be empty the second time.
    var inventoryFile: InventoryFile?
    var inventorySource: SourceFile?
    if case .file(let path) = source {
      let file = SourceFile(path: path, bytes: try Input.bytes(of: path))
      folders += Definitions.checkFolders(ofInventory: file).map { Self.absolute($0, beside: path) }
      inventorySource = file
    }
    var files: [SourceFile] = []
    var checkPaths: [String] = []
    for folder in folders {
      guard Input.isFolder(folder) else { throw Failure(.missingInput, "\(folder) is not a folder of checks") }
      for path in try Input.yamlFiles(under: folder) {
        let file = SourceFile(path: path, bytes: try Input.bytes(of: path))
        checkPaths.append(path)
        guard path.hasSuffix(".probe.yaml") || path.hasSuffix(".probe.yml") else {
          files.append(file)
          continue
        }
        let loaded = Definitions.probeManifest(file)
        diagnostics += loaded.diagnostics
        if let manifest = loaded.value {
          probes.append(
            ExecutableProbe(
              manifest.descriptor, command: manifest.command, folder: Input.absolute(PathText.folder(of: path)),
              outputLimit: manifest.outputLimit))
          kinds += manifest.descriptor.targetKinds.filter { kind in !kinds.contains { $0.name == kind } }.map {
            TargetKind(name: $0, summary: "looked at by \(manifest.descriptor.id)", fields: manifest.targetFields)
          }
        }
      }
    }
    let vocabulary = Vocabulary(targetKinds: kinds, probes: probes.map(\.descriptor), checklist: checklist)
    let loadedChecks = Definitions.checks(files, vocabulary: vocabulary, knownCheckIDs: Set(builtIn.map(\.id)))
    diagnostics += loadedChecks.diagnostics
    let own = loadedChecks.value ?? []
    let checks = builtIn + own

    var inventory: Inventory?
    switch source {
    case .file:
      guard let file = inventorySource else { break }
      let resolver = SecretResolver(environment: environment) { path in
        do throws(Failure) {
          return .success(String(decoding: try Input.bytes(of: path), as: UTF8.self))
        } catch {
          return .failure(SecretResolver.Unreadable(reason: error.message))
        }
      }
      let loaded = Definitions.inventory(file, vocabulary: vocabulary, resolve: resolver)
      diagnostics += loaded.diagnostics
      inventoryFile = loaded.value
      for named in loaded.value?.named ?? [] where named.kind == "workflow" && named.field == "file" {
        diagnostics += try WorkflowFile(named.path).loaded.diagnostics
      }
      inventory = loaded.value?.inventory
    case .urls(let targets): inventory = Inventory(system: targets[0].id, environment: .test, targets: targets)
    case .none: break
    }

    let isBare = if case .urls = source { true } else { false }
    let policyName =
      request.policy ?? environment["PRODWORTHY_POLICY"].flatMap { $0.isEmpty ? nil : $0 } ?? inventoryFile?.policy
      ?? (isBare ? "endpoint" : "pre-release")
    var policyPath: String?
    let policy = try Self.policy(
      policyName, beside: request.policy == nil ? source.path : nil, checks: checks, checklist: checklist,
      path: &policyPath, diagnostics: &diagnostics)
    var said = request.said
    if let path = source.path, let file = inventoryFile {
      said.waivers = said.waivers ?? file.waivers.map { Self.absolute($0, beside: path) }
      said.attestations = said.attestations ?? file.attestations.map { Self.absolute($0, beside: path) }
    }
    said.waivers = said.waivers ?? policy?.waivers
    let overlays = try said.load(checks: checks, checklist: checklist, diagnostics: &diagnostics)
    guard diagnostics.isEmpty, let policy else { throw Failure(.badData, Self.rendered(diagnostics)) }
    var workspace = Workspace(
      catalogue: Catalogue(checks: checks, probes: probes, checklist: checklist), inventory: inventory, policy: policy,
      overlays: overlays)
    workspace.policyFile =
      try Composition.builtInPolicy(policyName) == nil
      ? Input.absolute(
        request.policy == nil ? source.path.map { Self.absolute(policyName, beside: $0) } ?? policyName : policyName)
      : nil
    workspace.checkFolders = folders.map(Input.absolute)
    if let path = source.path, let file = inventoryFile {
      workspace.identity = try SystemIdentity.read(file, beside: PathText.folder(of: path))
    }
    workspace.invocation =
      ["prodworthy", "audit"] + source.words(request, environment: environment)
      + (inventoryFile?.policy == nil || request.policy != nil ? ["--policy", policyName] : [])
      + folders.filter { request.checkFolders.contains($0) }.flatMap { ["--checks", $0] }
    workspace.matrix = inventoryFile?.matrix.map(ValidationMatrix.Plan.init(document:))
    workspace.inventoryPath = source.path.map(Input.absolute)
    var sources = [("inventory", source.path), ("policy", policyPath)]
    sources += checkPaths.map { ("check", $0) }
    sources += [("waivers", said.waivers), ("attestations", said.attestations), ("baseline", said.baseline)]
    if let path = source.path, let file = inventoryFile {
      sources += file.identityFiles.map { ("identity", Self.absolute($0, beside: path)) }
    }
    sources += (inventoryFile?.named ?? []).filter(Composition.isConfiguration).map {
      ("\($0.target).\($0.field)", $0.path)
    }
    workspace.sources = sources.compactMap { role, path in path.map { (role, Input.absolute($0)) } }
    return workspace
  }

  /// The policy with the file of waivers that it names, seen from the working folder.
  private static func policy(
    _ name: String, beside inventory: String?, checks: [CheckDefinition], checklist: [ChecklistItem],
    path found: inout String?, diagnostics: inout [Diagnostic]
  ) throws(Failure) -> Policy? {
    if let builtIn = try Composition.builtInPolicy(name) { return builtIn }
    let path = inventory.map { Self.absolute(name, beside: $0) } ?? name
    guard name.hasSuffix(".yaml") || name.hasSuffix(".yml") || Input.exists(path) else {
      let known = Composition.policyNames.joined(separator: ", ")
      throw Failure(
        inventory == nil ? .usage : .badData,
        "\(inventory.map { "\($0): " } ?? "")there is no policy called \(name); known are \(known), or name a file")
    }
    found = path
    let loaded = Definitions.policy(
      SourceFile(path: path, bytes: try Input.bytes(of: path)), checks: checks, checklist: checklist)
    diagnostics += loaded.diagnostics
    guard var policy = loaded.value else { return nil }
    if let waivers = policy.waivers { policy.waivers = absolute(waivers, beside: path) }
    return policy
  }

  /// All diagnostics for standard error, with what came of them.
  static func rendered(_ diagnostics: [Diagnostic], consequence: String = "nothing was audited") -> String {
    let count = diagnostics.count
    return diagnostics.map { $0.rendered() }.joined(separator: "\n")
      + "\n\(count) problem\(count == 1 ? "" : "s") found; \(consequence)"
  }

  private static func absolute(_ path: String, beside file: String) -> String {
    path.hasPrefix("/") ? path : Input.absolute(PathText.folder(of: file) + "/" + path)
  }
}

/// Where a run's targets come from.
private enum InventorySource {
  /// The inventory at a path.
  case file(String)
  /// Bare URLs.
  case urls([Target])
  /// Nowhere: only the catalogue is wanted.
  case none

  /// How a command line names it; an inventory that is found by itself needs no name.
  func words(_ request: Workspace.Request, environment: [String: String]) -> [String] {
    switch self {
    case .file(let path):
      let isNamed =
        request.file != nil || !request.targets.isEmpty || environment["PRODWORTHY_FILE"].map { !$0.isEmpty } == true
      return isNamed ? ["-f", path] : []
    case .urls: return request.targets
    case .none: return []
    }
  }

  /// The inventory's path.
  var path: String? { if case .file(let path) = self { path } else { nil } }

  /// Flags win over the environment, that over what is found beside or above the working folder.
  init(_ request: Workspace.Request, environment: [String: String], kinds: [TargetKind]) throws(Failure) {
    guard request.wantsInventory else {
      self = .none
      return
    }
    let urls = request.targets.filter { $0.contains("://") }
    let paths = request.targets.filter { !$0.contains("://") } + (request.file.map { [$0] } ?? [])
    if !urls.isEmpty {
      guard paths.isEmpty else {
        throw Failure(.usage, "bare URLs and an inventory do not go together: put \(urls[0]) into \(paths[0])")
      }
      self = .urls(try Self.targets(for: urls, kinds: kinds))
    } else if paths.count > 1 {
      throw Failure(.usage, "one inventory at a time: \(paths.joined(separator: ", "))")
    } else if let path = paths.first {
      guard Input.exists(path) else { throw Failure(.missingInput, "there is no file \(path)") }
      self = .file(path)
    } else if let path = environment["PRODWORTHY_FILE"], !path.isEmpty {
      guard Input.exists(path) else {
        throw Failure(.missingInput, "there is no file \(path) (named by PRODWORTHY_FILE)")
      }
      self = .file(path)
    } else if let path = Self.discovered() {
      self = .file(path)
    } else {
      throw Failure(
        .usage,
        "nothing to audit: name a URL or an inventory, or write one with `prodworthy init` (looked for "
          + "prodworthy.yaml here and above, up to the repository's root)")
    }
  }

  /// `prodworthy.yaml` in the working folder or above it, not beyond the root of a repository.
  private static func discovered() -> String? {
    var folder = Input.absolute(".")
    while true {
      let path = folder == "/" ? "/prodworthy.yaml" : folder + "/prodworthy.yaml"
      if Input.exists(path) { return path }
      if folder == "/" || Input.exists(folder + "/.git") { return nil }
      folder = Input.absolute(folder + "/..")
    }
  }

  private static func targets(for urls: [String], kinds: [TargetKind]) throws(Failure) -> [Target] {
    var targets: [Target] = []
    for url in urls {
      let scheme = String(url.prefix { $0 != ":" })
      guard let kind = kinds.first(where: { $0.schemes.contains(scheme) }) else {
        let known = Set(kinds.flatMap(\.schemes)).sorted().joined(separator: ", ")
        throw Failure(.usage, "cannot audit a \(scheme) URL without an inventory; known schemes are \(known)")
      }
      let shape = Schema.string(.url(schemes: kind.schemes))
      guard shape.violations(of: .string(url)).isEmpty else { throw Failure(.usage, "\(url) is not a URL") }
      let rest = url.drop { $0 != ":" }.dropFirst(3)
      let authority = rest.prefix { !"/?#".contains($0) }
      guard !authority.contains("@") || !authority.prefix(while: { $0 != "@" }).contains(":") else {
        throw Failure(.usage, "a URL on the command line may not hold a password: use an inventory and a reference")
      }
      guard let address = Address(url: url), !address.host.isEmpty else {
        throw Failure(.usage, "\(url) names no host and port that can be connected to")
      }
      let id = String(authority)
      let count = targets.count { $0.id == id || $0.id.hasPrefix("\(id) ") }
      targets.append(
        Target(id: count == 0 ? id : "\(id) \(count + 1)", kind: kind.name, settings: ["url": .string(url)]))
    }
    return targets
  }
}
