/// A regular expression as a nondeterministic automaton, simulated by the set of its live steps: no pattern can make it
/// slower than the product of its length and the text's.
struct RegexpProgram: Sendable {
  private enum Step: Sendable {
    case consume(ScalarSet)
    case split(Int, Int)
    case jump(Int)
    case start
    case end
    case accept
  }

  private static let sizeLimit = 20_000

  private var steps: [Step] = []

  private struct TooLarge: Error {}

  /// Nil if the automaton would grow beyond 20 000 steps.
  init?(_ node: RegexpNode) {
    do {
      try emit(node)
      try append(.accept)
    } catch {
      return nil
    }
  }

  // MARK: Compiling

  private mutating func append(_ step: Step) throws(TooLarge) {
    guard steps.count < Self.sizeLimit else { throw TooLarge() }
    steps.append(step)
  }

  private mutating func emit(_ node: RegexpNode) throws(TooLarge) {
    switch node {
    case .scalar(let set): try append(.consume(set))
    case .start: try append(.start)
    case .end: try append(.end)
    case .sequence(let nodes): for node in nodes { try emit(node) }
    case .alternatives(let nodes): try emitAlternatives(nodes)
    case .repeated(let node, let minimum, let maximum): try emitRepeated(node, minimum, maximum)
    }
  }

  private mutating func emitAlternatives(_ nodes: [RegexpNode]) throws(TooLarge) {
    var exits: [Int] = []
    for node in nodes.dropLast() {
      let split = steps.count
      try append(.split(split + 1, split + 1))
      try emit(node)
      exits.append(steps.count)
      try append(.jump(0))
      steps[split] = .split(split + 1, steps.count)
    }
    if let last = nodes.last { try emit(last) }
    for exit in exits { steps[exit] = .jump(steps.count) }
  }

  private mutating func emitRepeated(_ node: RegexpNode, _ minimum: Int, _ maximum: Int?) throws(TooLarge) {
    for _ in 0..<minimum {
      let before = steps.count
      try emit(node)
      // What takes no step at all is the same however often it is repeated.
      if steps.count == before { return }
    }
    guard let maximum else {
      let split = steps.count
      try append(.split(split + 1, split + 1))
      try emit(node)
      try append(.jump(split))
      steps[split] = .split(split + 1, steps.count)
      return
    }
    var splits: [Int] = []
    for _ in minimum..<max(minimum, maximum) {
      splits.append(steps.count)
      try append(.split(0, 0))
      try emit(node)
    }
    for split in splits { steps[split] = .split(split + 1, steps.count) }
  }

  // MARK: Running

  func run(on text: String.UnicodeScalarView, anywhere: Bool) -> Bool {
    var live = LiveSteps(capacity: steps.count)
    var following = LiveSteps(capacity: steps.count)
    var pending: [Int] = []
    var isStart = true
    var index = text.startIndex
    while true {
      let isEnd = index == text.endIndex
      if isStart || anywhere { enter(0, of: &live, &pending, isStart: isStart, isEnd: isEnd) }
      if live.accepts, anywhere || isEnd { return true }
      if isEnd || (live.isEmpty && !anywhere) { return false }
      let scalar = text[index]
      text.formIndex(after: &index)
      isStart = false
      let reachesEnd = index == text.endIndex
      following.removeAll()
      for position in live.consuming {
        guard case .consume(let set) = steps[position], set.contains(scalar) else { continue }
        enter(position + 1, of: &following, &pending, isStart: false, isEnd: reachesEnd)
      }
      swap(&live, &following)
    }
  }

  /// Adds a step and all that follow from it without consuming anything.
  private func enter(
    _ first: Int, of live: inout LiveSteps, _ pending: inout [Int], isStart: Bool, isEnd: Bool
  ) {
    pending.append(first)
    while let position = pending.popLast() {
      guard live.mark(position) else { continue }
      switch steps[position] {
      case .consume: live.consuming.append(position)
      case .split(let first, let second):
        pending.append(second)
        pending.append(first)
      case .jump(let target): pending.append(target)
      case .start: if isStart { pending.append(position + 1) }
      case .end: if isEnd { pending.append(position + 1) }
      case .accept: live.accepts = true
      }
    }
  }

  /// The steps an automaton may be at.
  private struct LiveSteps {
    /// Those that wait for a scalar.
    var consuming: [Int] = []
    var accepts = false
    /// The generation in which each step was last entered.
    private var marks: [Int]
    private var generation = 1

    init(capacity: Int) { marks = Array(repeating: 0, count: capacity) }

    var isEmpty: Bool { consuming.isEmpty && !accepts }

    mutating func mark(_ position: Int) -> Bool {
      if marks[position] == generation { return false }
      marks[position] = generation
      return true
    }

    mutating func removeAll() {
      consuming.removeAll(keepingCapacity: true)
      accepts = false
      generation += 1
    }
  }
}
