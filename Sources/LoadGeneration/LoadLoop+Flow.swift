import Facts
import LoadScripts

/// The way through a flow: thinking, loops and branches.
extension LoadLoop {
  /// Goes on with a flow until it waits for something or is through.
  func advance(_ fiber: Fiber) {
    var budget = 100_000
    while true {
      if fiber.user.failure != nil || (isStopping && control.state == .deadline) { return finish(fiber) }
      guard fiber.position < fiber.end else { return finish(fiber) }
      budget -= 1
      if budget == 0 {
        // A loop without requests must not keep everybody waiting.
        timers.push(fiber, at: now + 1_000_000)
        return
      }
      switch program.code[fiber.position] {
      case .request(let number):
        fiber.position += 1
        let step = program.steps[number]
        if let condition = step.request.condition, !condition.holds({ self.named($0, fiber.user) }) { continue }
        if let probability = step.request.probability, fiber.user.unit() * 100 >= probability { continue }
        return send(step, fiber)
      case .think(let seconds, let jitter):
        fiber.position += 1
        fiber.due = max(fiber.due, 0) + thinking(seconds, jitter, fiber.user)
        if fiber.due > now {
          timers.push(fiber, at: fiber.due)
          return
        }
      case .log(let text):
        fiber.position += 1
        control.say(text.text(from: fiber.user))
      case .loop(let loop, let end): enter(loop, end, fiber)
      case .loopEnd(let start): repeatLoop(start, fiber)
      case .parallel(let branches, let limit, let next):
        fiber.position = next
        guard !branches.isEmpty else { continue }
        fiber.branches = branches[...]
        return startBranches(fiber, limit)
      }
    }
  }

  private func named(_ name: String, _ user: LoadUser) -> JSONValue? {
    TextTemplate("{{ \(name) }}").value(from: user)
  }

  private func thinking(_ template: TextTemplate, _ jitter: LoadStep.Jitter?, _ user: LoadUser) -> Int {
    var seconds = ScriptDuration.seconds(template.text(from: user)) ?? 0
    switch jitter {
    case .seconds(let spread)?: seconds += (user.unit() * 2 - 1) * spread
    case .share(let share)?: seconds *= 1 + (user.unit() * 2 - 1) * share
    case nil: break
    }
    return Int(max(0, min(seconds, 1e6)) * 1e9)
  }

  private func enter(_ loop: LoadStep.Loop, _ end: Int, _ fiber: Fiber) {
    var frame = Fiber.Loop(start: fiber.position, left: nil, count: 0, elements: [])
    switch loop.rounds {
    case .range(let from, let to):
      frame.left = to - from
      frame.count = from
    case .counted(let template):
      let value = template.value(from: fiber.user)
      let count = value?.integer ?? value?.string.flatMap { Int($0) } ?? 0
      frame.left = count < 0 ? nil : count
    case .over(let elements): frame.elements = elements.map { JSONTemplate($0).value(from: fiber.user) }
    case .overVariable(let template):
      let value = template.value(from: fiber.user)
      frame.elements = value?.array ?? value?.string.flatMap { try? JSONText.parse(Array($0.utf8)).array } ?? []
    case .endless: break
    }
    switch loop.rounds {
    case .over, .overVariable: frame.left = frame.elements.count
    default: break
    }
    if frame.left.map({ $0 <= 0 }) ?? isPastArrivals {
      fiber.position = end + 1
      return
    }
    setLoopVariables(loop, frame, fiber)
    fiber.loops.append(frame)
    fiber.position += 1
  }

  /// Whether no user will come any more: loops without end are over then.
  private var isPastArrivals: Bool { isStopping || !hasArrivalsLeft }

  private func repeatLoop(_ start: Int, _ fiber: Fiber) {
    guard var frame = fiber.loops.popLast(), case .loop(let loop, let end) = program.code[start] else {
      fiber.position += 1
      return
    }
    if let left = frame.left {
      frame.left = left - 1
    } else if isPastArrivals {
      frame.left = 0
    }
    frame.count += 1
    frame.position += 1
    if let left = frame.left, left <= 0 {
      fiber.position = end + 1
      return
    }
    setLoopVariables(loop, frame, fiber)
    fiber.loops.append(frame)
    fiber.position = start + 1
  }

  private func setLoopVariables(_ loop: LoadStep.Loop, _ frame: Fiber.Loop, _ fiber: Fiber) {
    fiber.user.set(loop.countName, .integer(frame.count))
    if frame.elements.indices.contains(frame.position) {
      fiber.user.set(loop.elementName, frame.elements[frame.position])
    }
  }

  private func startBranches(_ fiber: Fiber, _ limit: Int) {
    // All are counted before the first begins: one that ends at once must not end the whole.
    let first = fiber.branches.prefix(limit)
    fiber.branches = fiber.branches.dropFirst(limit)
    fiber.running = first.count
    for branch in first {
      let child = Fiber(fiber.user, branch, parent: fiber, due: fiber.due)
      child.loops = fiber.loops
      advance(child)
    }
  }
}
