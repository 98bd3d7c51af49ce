import AuditModel
import Facts
import Probing

/// What ends between a run and the day it is judged for. Pure.
struct Forecast {
  /// Earliest first.
  private(set) var expiries: [AuditReport.Expiry] = []

  /// Days are told apart by judging again: at most so often, and less often where there is much to judge.
  private static let mostJudgings = 64
  /// About as many judgements as are worth their time.
  private static let mostJudgements = 200_000
  /// Certificates and the like beyond this are not listed one by one.
  private static let mostListed = 1000

  /// What ends for `run` after it began and before `day`. `plan` is what it planned, `then` its findings as of that day.
  init(
    _ run: RecordedRun, plan: Plan, catalogue: Catalogue, shelfLife: ShelfLife, findings then: [Finding],
    asOf day: Instant
  ) {
    let start = run.header.startedAt
    for waiver in run.overlays.waivers where start <= waiver.expires && waiver.expires < day {
      add(
        .waiver, waiver.expires, waiver.id, waiver.target.hasSuffix("*") ? nil : waiver.target,
        "the waiver of \(waiver.check) by \(waiver.owner) ends")
    }
    for attestation in run.overlays.attestations where start <= attestation.expires && attestation.expires < day {
      add(
        .attestation, attestation.expires, attestation.id, nil,
        "what \(attestation.by) attested has to be attested again")
    }
    for observation in run.observations where observation.facts != nil {
      let descriptor = catalogue.probe(observation.probe)?.descriptor
      if let descriptor, descriptor.safety >= .load {
        let end = shelfLife.end(of: observation.probe, seenAt: observation.startedAt)
        if start <= end, end < day {
          add(.evidence, end, observation.probe, observation.target, "what \(observation.probe) saw is too old then")
        }
      }
      certificates(in: observation, from: start, to: day)
    }
    turning(run, plan: plan, catalogue: catalogue, shelfLife: shelfLife, then: then, day: day)
    expiries.sort {
      ($0.at, $0.kind.rawValue, $0.what, $0.target ?? "") < ($1.at, $1.kind.rawValue, $1.what, $1.target ?? "")
    }
  }

  private mutating func add(
    _ kind: AuditReport.Expiry.Kind, _ at: Instant, _ what: String, _ target: String?, _ message: String
  ) {
    expiries.append(AuditReport.Expiry(kind: kind, at: at, what: what, target: target, message: message))
  }

  // MARK: Certificates

  /// Certificates say `notAfter`, in facts as in X.509.
  private mutating func certificates(in observation: Observation, from start: Instant, to day: Instant) {
    guard let facts = observation.facts else { return }
    var known = Set(expiries.filter { $0.kind == .certificate }.map { "\($0.target ?? "") \($0.at)" })
    func visit(_ value: JSONValue, _ path: String, _ depth: Int, _ found: inout [(String, Instant)]) {
      guard depth < 12, found.count < Self.mostListed else { return }
      switch value {
      case .object(let object):
        for (name, member) in object.members {
          if name == "notAfter", let end = member.string.flatMap({ Instant($0) }), start <= end, end < day {
            found.append((path.isEmpty ? "certificate" : path, end))
          } else {
            visit(member, path.isEmpty ? name : "\(path).\(name)", depth + 1, &found)
          }
        }
      case .array(let elements):
        for (index, element) in elements.enumerated() { visit(element, "\(path)[\(index)]", depth + 1, &found) }
      default: break
      }
    }
    var found: [(String, Instant)] = []
    visit(facts, "", 0, &found)
    // Several probes see one certificate.
    for (path, end) in found where known.insert("\(observation.target) \(end)").inserted {
      add(.certificate, end, "\(observation.probe) \(path)", observation.target, "a certificate expires")
    }
  }

  // MARK: Findings

  private struct Key: Hashable {
    let check: String
    let target: String
  }

  /// What passes now and is open by the day, each with the first day on which it is.
  private mutating func turning(
    _ run: RecordedRun, plan: Plan, catalogue: Catalogue, shelfLife: ShelfLife, then: [Finding], day: Instant
  ) {
    let start = run.header.startedAt
    var worst: [Key: Finding] = [:]
    for finding in then where finding.status.isOpen {
      let key = Key(check: finding.check, target: finding.target)
      if let known = worst[key], known.status.badness >= finding.status.badness { continue }
      worst[key] = finding
    }
    var places = Set(worst.keys)
    let closure = plan.restricted(toNeedsOf: Set(places.map(\.check)), on: Set(places.map(\.target)))
    let keys = Set(closure.observations.map(\.key))
    let observations = run.observations.filter { keys.contains($0.key) }
    let limit = min(Self.mostJudgings, Self.mostJudgements / max(1, closure.judgements.count))
    func open(at instant: Instant) -> Set<Key> {
      let findings = Assessment(
        closure, observations: observations, catalogue: catalogue, shelfLife: shelfLife, asOf: instant
      ).findings
      return Set(findings.filter { $0.status.isOpen }.map { Key(check: $0.check, target: $0.target) })
    }
    places.subtract(open(at: start))
    guard !places.isEmpty else { return }
    var judgings = 0
    func resolve(_ low: Int, _ high: Int, _ places: Set<Key>, _ found: inout [Key: Int]) {
      guard !places.isEmpty else { return }
      guard high - low > 1, judgings < limit else {
        for place in places { found[place] = high }
        return
      }
      judgings += 1
      let middle = low + (high - low) / 2
      let early = places.intersection(open(at: Instant(seconds: middle * 86_400)))
      resolve(low, middle, early, &found)
      resolve(middle, high, places.subtracting(early), &found)
    }
    var days: [Key: Int] = [:]
    resolve(start.seconds / 86_400, (day.seconds + 86_399) / 86_400, places, &days)
    for (place, number) in days {
      guard let finding = worst[place] else { continue }
      add(
        .finding, min(Instant(seconds: number * 86_400), day), place.check, place.target,
        "\(finding.status.rawValue) then: \(finding.message)")
    }
  }
}
