/// The arrivals of a script in their order, each with the moment fixed for it. Nothing is stored but the place in it.
package struct ArrivalSequence: Sequence, IteratorProtocol, Sendable {
  /// One arrival.
  package struct Arrival: Sendable, Hashable {
    /// From 0, over all phases.
    package var number: Int
    /// The phase, from 0.
    package var phase: Int
    /// From the start of the run.
    package var nanoseconds: Int
  }

  private let phases: [LoadPhase]
  private let seed: UInt64
  private var phase = 0
  private var phaseStart = 0.0
  private var inPhase = 0
  private var count: Int
  private var number = 0
  /// For drawn spaces: the share of the phase that has passed.
  private var passed = 0.0
  private var generator: SplitMix

  /// The arrivals of `phases`; `seed` decides where spaces are drawn.
  package init(_ phases: [LoadPhase], seed: UInt64) {
    self.phases = phases
    self.seed = seed
    count = phases.first?.arrivals ?? 0
    generator = SplitMix(seed, 0)
  }

  /// The next arrival; nil at the end.
  package mutating func next() -> Arrival? {
    while phases.indices.contains(phase) {
      if inPhase < count {
        let offset =
          phases[phase].isPoisson
          ? drawnSeconds(phases[phase]) : phases[phase].seconds(ofArrival: inPhase, of: count)
        defer {
          inPhase += 1
          number += 1
        }
        return Arrival(number: number, phase: phase, nanoseconds: Int(((phaseStart + offset) * 1e9).rounded()))
      }
      phaseStart += phases[phase].seconds ?? 0
      phase += 1
      inPhase = 0
      passed = 0
      count = phases.indices.contains(phase) ? phases[phase].arrivals ?? 0 : 0
      generator = SplitMix(seed, UInt64(phase))
    }
    return nil
  }

  /// Given their number, the arrivals of a Poisson process are evenly distributed over its time: the next of what is left
  /// is the smallest of so many.
  private mutating func drawnSeconds(_ phase: LoadPhase) -> Double {
    let left = Double(count - inPhase)
    // The smallest of `left` values is distributed as 1 − u^(1/left).
    let draw = 1 - power(generator.unit(), 1 / left)
    passed += (1 - passed) * draw
    switch phase.shape {
    case .ramp(let from, let to)?:
      let seconds = phase.seconds ?? 0
      let area = passed * (from + to) / 2 * seconds
      let root = (from * from + 2 * (to - from) / seconds * area).squareRoot()
      return from + root > 0 ? Swift.min(2 * area / (from + root), seconds) : 0
    default: return passed * (phase.seconds ?? 0)
    }
  }

}
