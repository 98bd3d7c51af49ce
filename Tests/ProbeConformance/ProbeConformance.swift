public import AuditModel
public import Facts
public import Probing

/// The same demands on every probe, through whatever door it came: Swift, an executable, a plug-in.
public enum ProbeConformance {
  /// Everything in which `probe` breaks the promises of a probe; empty if it keeps them.
  ///
  /// Looks at `target`, which the probe must be able to see, about six times, and once at `impossible`, which nobody
  /// could see; left out, that is the target without its settings. Every secret of the target, with at least four
  /// bytes, serves as a canary. Takes the longest the probe takes, six times over.
  public static func problems(
    with probe: any Probe, target: Target, impossible: Target? = nil, parameters: JSONObject = [:]
  ) async -> [String] {
    let bench = Bench(probe: probe, target: target.withCanary, parameters: parameters)
    var problems = descriptionProblems(of: probe.descriptor)
    problems += await bench.sightProblems()
    problems += await bench.deadlineProblems()
    problems += await bench.cancellationProblems()
    problems += await bench.blindnessProblems(at: impossible ?? target.withoutSettings)
    return problems
  }

  private static func descriptionProblems(of descriptor: ProbeDescriptor) -> [String] {
    var problems: [String] = []
    if !Schema.string(.identifier).violations(of: .string(descriptor.id)).isEmpty {
      problems.append("its id `\(descriptor.id)` is no identifier")
    }
    if descriptor.summary.isEmpty { problems.append("it has no summary") }
    if descriptor.traffic.isEmpty { problems.append("it does not say what it sends") }
    if descriptor.timeout <= 0 { problems.append("its timeout is not positive") }
    guard case .object = descriptor.facts else { return problems + ["its facts are not described as an object"] }
    return problems
  }
}

extension Target {
  /// With one more secret than the probe asks for: it gets that one too, and must keep it.
  fileprivate var withCanary: Target {
    var target = self
    target.secrets["canary"] = Secret("c4n4ry-9f1b3d7e5a")
    return target
  }

  fileprivate var withoutSettings: Target { Target(id: id, kind: kind, settings: [:]) }
}
