import Facts
import LoadScripts

/// Users: who begins, with what, and how they end.
extension LoadLoop {
  /// Starts the user of an arrival, or tells why not.
  func begin(_ arrival: ArrivalSequence.Arrival) {
    let due = start + arrival.nanoseconds
    if let most = mostUsersOfPhases[arrival.phase], activeUsers >= most {
      figures.skipped["maxVusers", default: 0] += 1
      return
    }
    guard activeUsers < mostUsersAtOnce else {
      figures.skipped["too many users at once", default: 0] += 1
      return
    }
    var randomness = SplitMix(plan.seed ^ 0xA5A5_5A5A_1234_4321, UInt64(arrival.number))
    let scenario = draw(&randomness)
    let user = LoadUser(
      number: arrival.number, scenario: scenario, phase: arrival.phase, intended: due, common: common,
      variables: usesVariables ? variables(of: arrival.number, &randomness) : [:], randomness: randomness)
    activeUsers += 1
    figures.mostUsers = max(figures.mostUsers, activeUsers)
    figures.started += 1
    figures.scenarios[scenario].started += 1
    figures.phases[arrival.phase].started += 1
    figures.bin(bin(of: due)) { $0.started += 1 }
    if setsCookies { setDefaultCookies(user) }
    advance(Fiber(user, program.flows[scenario], due: due))
  }

  /// Starts the one user of `before` or `after`.
  func startOnce(_ stretch: Range<Int>, _ variables: JSONObject) {
    var randomness = SplitMix(plan.seed, UInt64.max)
    var all = self.variables(of: 0, &randomness)
    for (name, value) in variables { all[name] = value }
    let user = LoadUser(
      number: -1, scenario: 0, phase: 0, intended: now, common: common, variables: all, randomness: randomness)
    user.hasStarted = true
    activeUsers += 1
    setDefaultCookies(user)
    advance(Fiber(user, stretch, due: now))
  }

  private func setDefaultCookies(_ user: LoadUser) {
    for cookie in plan.script.http.cookies {
      user.jar.set(cookie.name.text(from: user), cookie.value.text(from: user), for: plan.base)
    }
  }

  private func draw(_ randomness: inout SplitMix) -> Int {
    if weights.count == 1 { return 0 }
    var left = randomness.unit() * weights.reduce(0, +)
    for (index, weight) in weights.enumerated() where weight > 0 {
      left -= weight
      if left < 0 { return index }
    }
    return weights.lastIndex { $0 > 0 } ?? 0
  }

  private func variables(of number: Int, _ randomness: inout SplitMix) -> JSONObject {
    var variables = JSONObject()
    for (name, value) in plan.script.variables {
      if case .array(let choices) = value {
        if !choices.isEmpty { variables[name] = choices[randomness.below(choices.count)] }
      } else {
        variables[name] = value
      }
    }
    for table in plan.files.tables where table.payload.allRowsName == nil {
      let row =
        table.payload.isInOrder ? max(0, number) % table.rows.count : randomness.below(table.rows.count)
      for (name, value) in table.rows[row] { variables[name] = value }
    }
    // Variables may be made of each other and of the environment.
    var source: LoadUser?
    for (name, value) in variables.members {
      let template = JSONTemplate(value)
      if template.isConstant { continue }
      let known =
        source
        ?? LoadUser(
          number: number, scenario: 0, phase: 0, intended: 0, common: common, variables: variables,
          randomness: randomness)
      source = known
      variables[name] = template.value(from: known)
    }
    return variables
  }

  /// Ends a fiber, and its user with the last of them.
  func finish(_ fiber: Fiber) {
    if let parent = fiber.parent {
      parent.due = max(parent.due, fiber.due)
      if fiber.user.failure == nil, let branch = parent.branches.popFirst() {
        let child = Fiber(fiber.user, branch, parent: parent, due: fiber.due)
        child.loops = parent.loops
        return advance(child)
      }
      parent.running -= 1
      if parent.running == 0 { advance(parent) }
      return
    }
    let user = fiber.user
    if !user.idle.isEmpty {
      for connection in user.idle { drop(connection) }
      user.idle = []
    }
    activeUsers -= 1
    if user.number < 0 {
      capturedByOnce = user.variables
      failureOfOnce = user.failure
      return
    }
    if user.failure != nil {
      figures.failedUsers += 1
      figures.scenarios[user.scenario].failedUsers += 1
      figures.phases[user.phase].failedUsers += 1
    } else {
      figures.completed += 1
      figures.scenarios[user.scenario].completed += 1
      figures.phases[user.phase].completed += 1
      figures.sessionLength.record((max(fiber.due, now) - user.intended) / 1000)
    }
  }

  /// Ends a user by its first error.
  func fail(_ fiber: Fiber, _ error: String) {
    if fiber.user.failure == nil {
      fiber.user.failure = error
      if fiber.user.number >= 0 { figures.note(error: error) }
    }
    fiber.forgetRequest()
    finish(fiber)
  }
}
