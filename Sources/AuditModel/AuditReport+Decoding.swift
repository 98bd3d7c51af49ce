/// Reports of earlier versions lack the members that were added since.
extension AuditReport {
  private enum Member: String, CodingKey {
    case schemaVersion, tool, runID, system, policy, asOf, startedAt, finishedAt, durationMs, interrupted, partial
    case targets, checks, score, gate, findings, checklist, causes, traffic, notSeen
    case waivers, attestations, baseline, forecast, wayToGreen, carried, shard, undone, measures, matrix, rehearsed
  }

  /// Reads a report of any minor version.
  public init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: Member.self)
    self.init(
      tool: try members.decode(Tool.self, forKey: .tool), runID: try members.decode(String.self, forKey: .runID),
      system: try members.decode(System.self, forKey: .system),
      policy: try members.decode(PolicySummary.self, forKey: .policy),
      asOf: try members.decodeIfPresent(Instant.self, forKey: .asOf),
      startedAt: try members.decode(Instant.self, forKey: .startedAt),
      finishedAt: try members.decode(Instant.self, forKey: .finishedAt),
      durationMs: try members.decode(Int.self, forKey: .durationMs),
      interrupted: try members.decode(Bool.self, forKey: .interrupted),
      partial: try members.decode([String].self, forKey: .partial),
      targets: try members.decode([TargetSummary].self, forKey: .targets),
      checks: try members.decode([String: CheckSummary].self, forKey: .checks),
      score: try members.decode(Score.self, forKey: .score), gate: try members.decode(Gate.self, forKey: .gate),
      findings: try members.decode([Finding].self, forKey: .findings),
      checklist: try members.decode([ChecklistRow].self, forKey: .checklist),
      causes: try members.decode([Cause].self, forKey: .causes),
      traffic: try members.decode(TrafficReport.self, forKey: .traffic),
      notSeen: try members.decode([NotSeen].self, forKey: .notSeen),
      waivers: try members.decodeIfPresent([WaiverRow].self, forKey: .waivers) ?? [],
      attestations: try members.decodeIfPresent([AttestationRow].self, forKey: .attestations) ?? [],
      baseline: try members.decodeIfPresent(BaselineComparison.self, forKey: .baseline),
      forecast: try members.decodeIfPresent([Expiry].self, forKey: .forecast),
      wayToGreen: try members.decodeIfPresent(WayToGreen.self, forKey: .wayToGreen),
      carried: try members.decodeIfPresent([CarriedEvidence].self, forKey: .carried) ?? [],
      shard: try members.decodeIfPresent(ShardSummary.self, forKey: .shard),
      undone: try members.decodeIfPresent([UndoneStep].self, forKey: .undone),
      measures: try members.decodeIfPresent([Measurement].self, forKey: .measures),
      matrix: try members.decodeIfPresent(MatrixSummary.self, forKey: .matrix),
      rehearsed: try members.decodeIfPresent(Bool.self, forKey: .rehearsed))
    schemaVersion = try members.decode(String.self, forKey: .schemaVersion)
  }
}

extension AuditReport.ChecklistRow {
  private enum Member: String, CodingKey {
    case id, title, area, status, findings, attestations, awaiting
  }

  /// Reads a row of any minor version.
  public init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: Member.self)
    self.init(
      id: try members.decode(String.self, forKey: .id), title: try members.decode(String.self, forKey: .title),
      area: try members.decode(String.self, forKey: .area), status: try members.decode(Coverage.self, forKey: .status),
      findings: try members.decode([String].self, forKey: .findings),
      attestations: try members.decodeIfPresent([String].self, forKey: .attestations) ?? [],
      awaiting: try members.decodeIfPresent([String].self, forKey: .awaiting) ?? [])
  }
}
