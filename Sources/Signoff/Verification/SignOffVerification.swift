package import AuditModel

/// Holds the sign-offs of a run against a policy. Pure: what there is now is handed in.
package struct SignOffVerification {
  typealias Reason = SignOffVerdict.Reason
  typealias Entry = SignOffVerdict.Entry

  /// By how many seconds clocks may differ.
  static let clockTolerance = 300

  private let run: SignedRun
  private let policy: SignOffPolicy
  private let signers: AllowedSigners
  private let surroundings: Surroundings
  private var reasons: [Reason] = []

  /// The verdict on `run` under `policy`.
  package static func verdict(
    on run: SignedRun, policy: SignOffPolicy, signers: AllowedSigners, in surroundings: Surroundings
  ) -> SignOffVerdict {
    var verification = SignOffVerification(run: run, policy: policy, signers: signers, surroundings: surroundings)
    return verification.verdict()
  }

  private init(run: SignedRun, policy: SignOffPolicy, signers: AllowedSigners, surroundings: Surroundings) {
    self.run = run
    self.policy = policy
    self.signers = signers
    self.surroundings = surroundings
  }

  private mutating func verdict() -> SignOffVerdict {
    judgeReport()
    let reader = CandidateReader(run: run, policy: policy, signers: signers, now: surroundings.now)
    let entries = run.candidates.map(reader.entry)
    for entry in entries {
      // What holds no more was changed after it was signed, or is not what it says: nobody may pass over that.
      for reason in entry.reasons where reason.contradicts {
        refuse(reason.id, "\(entry.file): \(reason.message)")
      }
      if entry.state == .rejects {
        refuse("rejected", "\(entry.person ?? entry.key ?? "a signer") says no in \(entry.file)")
      }
    }
    let counting = entries.filter { $0.state == .counts }
    let roles = assignment(of: counting, all: entries)
    judgeSurroundings(counting)
    let outcome: SignOffVerdict.Outcome =
      reasons.contains(where: \.contradicts) ? .notVerified : reasons.isEmpty ? .verified : .cannotTell
    return SignOffVerdict(outcome: outcome, reasons: reasons, roles: roles, entries: entries)
  }

  private mutating func refuse(_ id: String, _ message: String) {
    reasons.append(Reason(id: id, message: message, contradicts: true))
  }

  private mutating func miss(_ id: String, _ message: String) {
    reasons.append(Reason(id: id, message: message, contradicts: false))
  }

  // MARK: The report

  private mutating func judgeReport() {
    let report = run.report
    if Gate(conditions: report.gate.conditions).status != report.gate.status {
      refuse("gate-inconsistent", "the gate's decision does not follow from its conditions")
    }
    if report.rehearsed == true { refuse("rehearsed", "the run was rehearsed: its times are made up") }
    switch report.gate.status {
    case .passed: break
    case .failed: refuse("gate-failed", "the gate of the report failed")
    case .undecided: miss("gate-undecided", "the gate of the report is undecided")
    }
    // A report judged as of an earlier day is as old as that day.
    let age = surroundings.now.seconds(since: min(report.finishedAt, report.asOf ?? report.finishedAt))
    if age < -Self.clockTolerance {
      refuse("report-in-the-future", "the report is of \(report.finishedAt), later than \(surroundings.now)")
    }
    if let hours = policy.maximumAgeHours, age > hours * 3600 {
      refuse("report-expired", "the report is \(age / 3600) hours old, allowed are \(hours)")
    }
  }

  // MARK: The roles

  /// Gives each role as many people as it wants, nobody twice: the largest assignment there is.
  private mutating func assignment(of counting: [Entry], all: [Entry]) -> [SignOffVerdict.RoleEntry] {
    let humans = Self.humans(in: counting)
    let slots = policy.required.indices.flatMap { role in Array(repeating: role, count: policy.required[role].minimum) }
    let willing = humans.map { human in
      Set(policy.required.indices.filter { index in human.contains { $0.role == policy.required[index].name } })
    }
    var holder = [Int?](repeating: nil, count: slots.count)
    /// Finds a slot for a human, moving those who hold one to another where that helps (Kuhn, 1955).
    func place(_ human: Int, _ tried: inout Set<Int>) -> Bool {
      for slot in slots.indices where willing[human].contains(slots[slot]) && tried.insert(slot).inserted {
        if let other = holder[slot], !place(other, &tried) { continue }
        holder[slot] = human
        return true
      }
      return false
    }
    for human in humans.indices {
      var tried: Set<Int> = []
      _ = place(human, &tried)
    }
    return policy.required.indices.map { index in
      let role = policy.required[index]
      let people = slots.indices.filter { slots[$0] == index }.compactMap { slot in
        holder[slot].flatMap { human in humans[human].first { $0.role == role.name }?.person }
      }
      let entry = SignOffVerdict.RoleEntry(role: role, people: people)
      if entry.isFilled { return entry }
      let wanted = "the role \(role.name) wants \(role.minimum) and has \(people.count)"
      let signed = Set(counting.filter { $0.role == role.name }.compactMap(\.person)).subtracting(people)
      let void = all.contains { $0.role == role.name && $0.state == .void }
      if !signed.isEmpty {
        refuse(
          "one-person-twice",
          "\(wanted): \(signed.sorted().joined(separator: ", ")) cannot be counted again, each person counts once")
      } else if void {
        refuse("role-unfilled", "\(wanted): a sign-off for it does not hold")
      } else {
        miss("role-unfilled", "\(wanted): nobody\(people.isEmpty ? "" : " else") signed for it")
      }
      return entry
    }
  }

  /// The sign-offs by human: who shares a name or a key is one.
  private static func humans(in entries: [Entry]) -> [[Entry]] {
    var humans: [[Entry]] = []
    for entry in entries {
      let same = humans.indices.filter { index in
        humans[index].contains { $0.person == entry.person || $0.key == entry.key }
      }
      guard let first = same.first else {
        humans.append([entry])
        continue
      }
      humans[first].append(entry)
      for index in same.dropFirst().reversed() { humans[first] += humans.remove(at: index) }
    }
    return humans
  }

  // MARK: What there is now

  private mutating func judgeSurroundings(_ counting: [Entry]) {
    var seen: Set<AuditedSources.File> = []
    var unseen: Set<String> = []
    for file in counting.flatMap({ $0.signOff?.sources?.files ?? [] }) where seen.insert(file).inserted {
      switch surroundings.file(file) {
      case .sha256(file.sha256): break
      case .sha256:
        refuse("configuration-changed", "\(file.path) (\(file.role)) is not what it was when it was audited")
      case .missing: refuse("configuration-missing", "\(file.path) (\(file.role)) is gone")
      case .unseen(let reason):
        if unseen.insert(reason).inserted { miss("configuration-unseen", reason) }
      }
    }
    judgeCommit(counting)
    for image in surroundings.images
    where !counting.allSatisfy({ ($0.signOff?.sources?.images ?? []).contains { $0.sha256 == image } }) {
      refuse("image-not-signed", "no image sha256:\(image) was audited")
    }
  }

  private mutating func judgeCommit(_ counting: [Entry]) {
    let signed = counting.compactMap { $0.signOff?.sources?.commit }
    if let asked = surroundings.commitAsked, signed.count < counting.count || signed.contains(where: { $0.id != asked })
    {
      refuse("commit-not-signed", "the commit \(asked) is not the one that was audited")
    }
    if policy.commit == .same, let commit = signed.first {
      switch surroundings.commit {
      case .at(commit.id): break
      case .at(let other):
        refuse("commit-changed", "the work tree is at \(other), audited was \(commit.id)")
      case .unseen(let reason): miss("commit-unseen", reason)
      }
    }
    guard policy.demandsUnmodified, !counting.isEmpty else { return }
    if signed.contains(where: { $0.isModified == true }) {
      refuse("commit-modified", "files under version control were modified when the system was audited")
    } else if signed.count < counting.count || signed.contains(where: { $0.isModified == nil }) {
      miss("commit-unknown", "it is not known whether the audited files were those of a commit")
    }
  }
}
