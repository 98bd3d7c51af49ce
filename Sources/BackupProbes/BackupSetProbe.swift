import AuditModel
import ChildProcesses
import Facts
import Probing

/// Asks a backup tool, or its files, what there is to restore.
struct BackupSetProbe: Probe {
  let descriptor = ProbeDescriptor(
    id: "backup-set", summary: "which backups there are, how old, how whole, and up to when they restore",
    targetKinds: BackupTargets.names, safety: .observe, facts: BackupFacts.schema, timeout: 300_000,
    traffic: "up to 5 processes of the backup tool, which only read; or every octet of the files")

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    let redactor = Redactor(secrets: target.secrets.values)
    return switch await Self.sight(of: target, context) {
    case .unseen(let unseen): redactor.redacted(Sighting.unseen(unseen))
    case .facts(let facts): redactor.redacted(Sighting.seen(facts.value, gaps: facts.gaps))
    }
  }

  func derive(_ facts: JSONValue, asOf now: Instant) -> JSONValue { BackupSummary.derive(facts, asOf: now) }

  private static func sight(of target: Target, _ context: ProbeContext) async -> ToolSight {
    let settings = target.settings
    let verifies = settings["verify"]?.bool ?? true
    let config = settings["config"]?.string
    func missing(_ field: String) -> ToolSight { .unseen(Unseen(.malformed, "the inventory names no \(field)")) }
    switch target.kind {
    case "pgbackrest":
      guard let stanza = settings["stanza"]?.string, !stanza.hasPrefix("-") else { return missing("stanza") }
      return await PgBackRest(config: config, stanza: stanza, verifies: verifies, run: ToolRun(target, context)).sight()
    case "barman":
      guard let server = settings["server"]?.string, !server.hasPrefix("-") else { return missing("server") }
      return await Barman(config: config, server: server, run: ToolRun(target, context)).sight()
    case "wal-g": return await WalG(config: config, run: ToolRun(target, context)).sight()
    case "restic":
      guard let repository = settings["repository"]?.string else { return missing("repository") }
      let environment = target.secrets["password"].map { ["RESTIC_PASSWORD": $0.exposed] } ?? [:]
      return await Restic(
        repository: repository, tag: settings["tag"]?.string, host: settings["host"]?.string, verifies: verifies,
        run: ToolRun(target, environment: environment, context)
      ).sight()
    case "borg":
      guard let repository = settings["repository"]?.string, !repository.hasPrefix("-") else {
        return missing("repository")
      }
      var environment = target.secrets["passphrase"].map { ["BORG_PASSPHRASE": $0.exposed] } ?? [:]
      // Questions would wait for an answer that nobody gives; a repository that was moved is no danger to a reader.
      environment["BORG_RELOCATED_REPO_ACCESS_IS_OK"] = "yes"
      environment["BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK"] = "yes"
      return await Borg(
        repository: repository, verifies: verifies, run: ToolRun(target, environment: environment, context)
      ).sight()
    default: return await files(target, context)
    }
  }

  private static func files(_ target: Target, _ context: ProbeContext) async -> ToolSight {
    guard let path = target.settings["path"]?.string else {
      return .unseen(Unseen(.malformed, "the inventory names no path"))
    }
    context.traffic.add(requests: 1)
    switch target.kind {
    case "pg-dump":
      let format = target.settings["format"]?.string.flatMap(DumpInspection.Format.init) ?? .custom
      let inspection = DumpInspection(path: path, format: format, deadline: context.deadline)
      var facts = await context.lane.run { inspection.facts() }
      await InstalledRestore.complete(&facts, path: path, in: context)
      await InstalledRestore.readThrough(&facts, path: path, in: context)
      return .facts(facts)
    case "base-backup":
      let inspection = BaseBackupInspection(path: path, deadline: context.deadline)
      return .facts(await context.lane.run { inspection.facts() })
    default:
      let files = BackupFiles(path: path, ending: target.settings["ending"]?.string, deadline: context.deadline)
      return .facts(await context.lane.run { files.facts() })
    }
  }
}
