import Facts
import LoadScripts

/// What is made of an answer.
extension LoadLoop {
  /// Takes an answer that is complete: counts and times it, and goes on with the user. `moment` is that of its end; the user
  /// goes on now, when it has read it.
  func complete(_ connection: LoadConnection, at moment: Int, keeps: Bool) {
    guard let fiber = connection.fiber, let step = fiber.step else { return }
    now = max(now, moment)
    let status = connection.reader.status
    let user = fiber.user
    finishedAt = max(finishedAt, moment)
    let bin = bin(of: fiber.due)
    if user.number >= 0 {
      let response = (moment - fiber.due) / 1000
      figures.note(
        answer: status, endpoint: step.endpoint, scenario: user.scenario, phase: user.phase, bin: bin,
        response: response, service: (moment - connection.sentAt) / 1000,
        firstByte: (connection.firstByteAt - fiber.due) / 1000)
      if let limit = plan.resultPlan.apdexMilliseconds {
        if Double(response) <= limit * 1000 {
          figures.satisfied += 1
        } else if Double(response) <= limit * 4000 {
          figures.tolerated += 1
        }
      }
    }
    fiber.due = now
    let section = connection.reader.fields
    let content = connection.reader.content
    let isCut = connection.reader.isCut
    connection.fiber = nil
    release(connection, user, keeps: keeps)
    guard !section.isEmpty || step.isLookedAt else {
      fiber.forgetRequest()
      return advance(fiber)
    }
    let fields = AnswerFields(section)
    if let name = plan.instanceHeader, user.number >= 0 {
      figures.note(instance: fields[name].map { String($0.prefix(100)) } ?? "unnamed", bin: bin)
    }
    for cookie in fields.values("set-cookie") { user.jar.take(cookie, from: fiber.url ?? plan.base) }
    if step.request.followsRedirects, [301, 302, 303, 307, 308].contains(status), let location = fields["location"] {
      return redirect(fiber, status, to: location)
    }
    let answer = Answer(
      status: status, fields: fields,
      content: isCut ? nil : Inflated.content(content, coding: fields["content-encoding"]))
    judge(answer, step, fiber)
  }

  private func release(_ connection: LoadConnection, _ user: LoadUser, keeps: Bool) {
    connection.isUsed = true
    guard keeps else { return drop(connection) }
    let origin = connection.origin
    if poolLimit != nil {
      if let next = waiting[origin].popFirst() {
        transmit(connection, of: next)
      } else {
        pool[origin].append(connection)
      }
    } else {
      user.idle.append(connection)
    }
  }

  private func redirect(_ fiber: Fiber, _ status: Int, to location: String) {
    guard let step = fiber.step else { return }
    fiber.redirects += 1
    guard fiber.redirects <= 10 else { return fail(fiber, "ERR_TOO_MANY_REDIRECTS") }
    let base = fiber.url ?? plainURL(of: fiber.bytes)
    guard let url = base.resolving(location) else { return fail(fiber, "EURL") }
    let method = step.request.method
    let becomesGet = status == 303 && method != "HEAD" || (status < 303 && method == "POST")
    let written = writer.redirected(
      RequestWriter.Written(url: base, bytes: fiber.bytes), method: becomesGet ? "GET" : method, to: url,
      keepsContent: !becomesGet, cookie: fiber.user.jar.field(for: url))
    fiber.url = written.url
    fiber.bytes = written.bytes
    fiber.attempts = 0
    connect(fiber)
  }

  /// A request that never varies is kept as bytes alone; its URL stands in its first line.
  private func plainURL(of bytes: [UInt8]) -> LoadURL {
    let line = String(decoding: bytes.prefix { $0 != 13 }, as: UTF8.self).split(separator: " ")
    return LoadURL(origin: plan.base.origin, target: line.count > 1 ? String(line[1]) : "/")
  }

  /// Looks at an answer with the expectations and captures of its request.
  private func judge(_ answer: Answer, _ step: FlowProgram.Step, _ fiber: Fiber) {
    let user = fiber.user
    var failed = false
    for expectation in step.request.expectations {
      let holds = answer.meets(expectation, user)
      if user.number >= 0 {
        if holds { figures.expectationsMet += 1 } else { figures.expectationsFailed += 1 }
      }
      if !holds {
        // `match` ends the user by itself; `expect` where it is switched on.
        if case .jsonEquals = expectation { failed = true } else if plan.script.judgesExpectations { failed = true }
      }
    }
    if failed { return fail(fiber, "Failed expectations") }
    var found: [(VariablePlace, JSONValue)] = []
    for capture in step.captures {
      let value = answer.value(of: capture, user)
      let isMissing = value.map { $0 == .string("") || $0.isNull } ?? true
      if isMissing, capture.capture.isStrict ?? plan.script.http.isCaptureStrict {
        return fail(fiber, "Failed capture or match")
      }
      if let value { found.append((capture.capture.place, value)) }
    }
    for (place, value) in found { user.set(place.name, place.keeping(value, in: user.variable(place.name))) }
    fiber.forgetRequest()
    advance(fiber)
  }
}
