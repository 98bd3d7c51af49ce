import AuditModel
import Facts
import Foundation
import LoopbackServers
import Probing
import Synchronization
import Testing

@testable import History

/// The built command as a service whose time runs faster.
private final class RehearsedService: Sendable {
  let port: Int
  private let process: Process
  private let log: String

  /// Starts it over `serve.yaml` in `folder` and waits until it serves.
  init(in folder: ScratchFolder, rate: Int, from beginning: Instant, secrets: [String: String] = [:]) async throws {
    (process, log) = try Fixtures.start(
      ["serve", "--config", folder.path("serve.yaml"), "--rehearse", String(rate), "--from", beginning.description],
      in: folder, environment: secrets)
    let deadline = Deadline(milliseconds: 60_000)
    while true {
      let words = try ScratchFolder.text(of: log).components(separatedBy: "http://127.0.0.1:")
      if words.count > 1, words[1].contains(","), let port = Int(words[1].prefix { $0.isNumber }) {
        self.port = port
        return
      }
      try #require(process.isRunning && !deadline.hasPassed, "it does not serve")
      try await Task.sleep(for: .milliseconds(20))
    }
  }

  deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

  /// Resident memory, in kB.
  func memory() throws -> Int { try Fixtures.memory(of: String(process.processIdentifier)) }

  /// Tells it to end, and gives its exit status and what it said.
  func stop() throws -> (status: Int32, log: String) {
    kill(process.processIdentifier, SIGTERM)
    process.waitUntilExit()
    return (process.terminationStatus, try ScratchFolder.text(of: log))
  }
}

/// What takes notices and refuses the first attempt at each.
private final class Receiver: Sendable {
  struct Letter: Sendable {
    var key: String
    var head: String
    var body: String
  }

  private let state = Mutex((refused: 0, seen: Set<String>(), taken: [Letter]()))

  var taken: [Letter] { state.withLock { $0.taken } }
  var refused: Int { state.withLock { $0.refused } }

  /// Whether a letter is taken now; `key` is the same at every attempt.
  func takes(_ letter: Letter) -> Bool {
    state.withLock { state in
      guard !state.seen.insert(letter.key).inserted else {
        state.refused += 1
        return false
      }
      state.taken.append(letter)
      return true
    }
  }

  /// A server for webhooks and for what speaks like Slack.
  func server() throws -> ScriptedServer {
    try ScriptedServer { [self] peer in
      var bytes: [UInt8] = []
      var head = ""
      while true {
        let part = peer.receive()
        if part.isEmpty { return }
        bytes += part
        let text = String(decoding: bytes, as: UTF8.self)
        guard let end = text.range(of: "\r\n\r\n") else { continue }
        head = String(text[..<end.lowerBound])
        let body = String(text[end.upperBound...])
        let length = head.components(separatedBy: "Content-Length: ").last.flatMap { Int($0.prefix { $0.isNumber }) }
        guard body.utf8.count >= length ?? 0 else { continue }
        let letter = Letter(key: body, head: head, body: body)
        let answer = takes(letter) ? "204 No Content" : "503 Service Unavailable\r\nContent-Length: 0"
        peer.send(Array("HTTP/1.1 \(answer)\r\n\r\n".utf8))
        return
      }
    }
  }

  /// A server for letters (RFC 5321), which puts off each at its first attempt.
  func mailServer() throws -> ScriptedServer {
    try ScriptedServer { [self] peer in
      var buffer = ""
      var message: String?
      peer.send(Array("220 mail.test\r\n".utf8))
      while case let part = peer.receive(), !part.isEmpty {
        buffer += String(decoding: part, as: UTF8.self)
        while let end = buffer.range(of: "\r\n") {
          let line = String(buffer[..<end.lowerBound])
          buffer = String(buffer[end.upperBound...])
          if let text = message {
            guard line == "." else {
              message = text + line + "\n"
              continue
            }
            message = nil
            let name = text.components(separatedBy: "Message-ID: ").last?.prefix { $0 != "\n" } ?? ""
            // The head says whose letter it is, the rest is base64.
            let parts = text.components(separatedBy: "\n\n")
            let body = Data(base64Encoded: parts.dropFirst().joined(), options: .ignoreUnknownCharacters) ?? Data()
            let letter = Letter(key: String(name), head: parts[0], body: String(decoding: body, as: UTF8.self))
            let isTaken = takes(letter)
            peer.send(Array((isTaken ? "250 taken\r\n" : "451 later\r\n").utf8))
          } else {
            let answer =
              switch line.prefix(4) {
              case "DATA": "354 go on"
              case "QUIT": "221 bye"
              default: "250 ok"
              }
            if line.hasPrefix("DATA") { message = "" }
            peer.send(Array("\(answer)\r\n".utf8))
          }
        }
      }
    }
  }
}

/// A small server that is audited, and goes bad and good again.
private final class FickleSite: Sendable {
  private let isBad = Mutex(false)

  func turn(bad: Bool) { isBad.withLock { $0 = bad } }

  func server() throws -> ScriptedServer {
    try ScriptedServer { [self] peer in
      let isKnown = String(decoding: peer.receive(), as: UTF8.self).hasPrefix("GET / ")
      let status = !isKnown ? "404 Not Found" : isBad.withLock { $0 } ? "500 Internal Server Error" : "200 OK"
      peer.send(Array("HTTP/1.1 \(status)\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok".utf8))
    }
  }
}

@Suite(.serialized) struct RehearsalTests {
  private let folder: ScratchFolder
  private let site = FickleSite()

  init() throws { folder = try ScratchFolder() }

  private func configure(_ target: ScriptedServer, schedule: String, deadline: Int, notify: String) throws {
    try folder.write(
      """
      system: shop
      environment: test
      targets:
        - { id: web, kind: http, url: "http://127.0.0.1:\(target.port)/" }

      """, to: "shop.yaml")
    // No more than the test is about: a run takes a fraction of a second.
    try folder.write(
      """
      policy: small
      title: It answers
      checks: { include: [tls-endpoint-answers, http-endpoint-answers, http-status-below-500] }
      gate: { maxOpen: { critical: 0, high: 0 } }

      """, to: "small.yaml")
    try folder.write(
      """
      listen: 127.0.0.1:0
      audits:
        - { name: often, inventory: shop.yaml, policy: small.yaml, schedule: "\(schedule)", deadlineSeconds: \(deadline) }
      notify:
      \(notify)
      """, to: "serve.yaml")
  }

  private func wait(_ what: Comment, _ condition: () async throws -> Bool) async throws {
    let deadline = Deadline(milliseconds: 120_000)
    while try await !condition() {
      try #require(!deadline.hasPassed, what)
      try await Task.sleep(for: .milliseconds(50))
    }
  }

  private func runs(_ store: HistoryStore) throws -> Int {
    try store.streams(before: .soon).first?.stream.runs ?? 0
  }

  /// Eight hours of the real program in some ten seconds: audits, pages and notices all along.
  @Test(.timeLimit(.minutes(4))) func eightHoursOfServingLeaveNothingInMemory() async throws {
    let (hours, rate) = (8, 2880)
    let target = try site.server()
    let told = Mutex(0)
    let receiver = try ScriptedServer { peer in
      _ = peer.receive()
      told.withLock { $0 += 1 }
      peer.send(Array("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".utf8))
    }
    // An Alertmanager is told of what fails after every run.
    try configure(
      target, schedule: "*/20 * * * *", deadline: 1800,
      notify: "  - { name: alerts, kind: alertmanager, url: \"http://127.0.0.1:\(receiver.port)\", severity: low }\n"
        + "  - { name: hook, kind: webhook, url: \"http://127.0.0.1:\(receiver.port)/h\" }")
    let service = try await RehearsedService(in: folder, rate: rate, from: Instant(seconds: 1_793_491_200))
    let store = HistoryStore(.file(folder.path("history.db")))
    let began = ContinuousClock.now
    var samples: [Int] = []
    var pages = 0
    let length = Duration.seconds(hours * 3600) / rate
    // Where the disk makes audits wait, hours pass between two of them: then it is more hours.
    while case let passed = ContinuousClock.now - began,
      try passed < length || (passed < .seconds(90) && runs(store) < 8)
    {
      site.turn(bad: Int(passed / .seconds(2)) % 2 == 1)
      let paths = ["/", "/systems/1", "/changes", "/waivers", "/metrics", "/api/v1/systems/1/trend"]
      let answer = try await get(paths[pages % paths.count], port: service.port)
      #expect(answer.status == 200 || answer.status == 404)
      pages += 1
      samples.append(try service.memory())
      try await Task.sleep(for: .milliseconds(15))
    }
    let (status, log) = try service.stop()
    #expect(status == 0, "\(log)")
    func median(_ samples: ArraySlice<Int>) -> Int { samples.sorted()[samples.count / 2] }
    try #require(samples.count >= 40, "hardly any page was answered")
    let tenth = samples.count / 10
    let middle = median(samples[(samples.count / 2 - tenth / 2)...].prefix(tenth))
    let grown = median(samples.suffix(tenth)) - middle
    let count = try runs(store)
    print(
      "eight hours: \(count) runs, \(pages) pages, \(told.withLock { $0 }) notices; \(middle) kB in the middle, "
        + "\(grown) kB more at the end")
    #expect(count >= 4 && told.withLock { $0 } >= 2)
    #expect(grown < 4096)
  }

  /// From the schedule to the receivers: a target that goes bad and good again is told of once each over every kind of
  /// channel, though each refuses at first, and not again after a restart.
  @Test(.timeLimit(.minutes(8))) func everyChannelHearsOfARegressionAndItsRecoveryOnce() async throws {
    let (hooks, chat, mail, resolved) = (Receiver(), Receiver(), Receiver(), Receiver())
    let (hookServer, chatServer, mailServer) = (try hooks.server(), try chat.server(), try mail.mailServer())
    // Behind a real Alertmanager; a first delivery that is refused there is the Alertmanager's to repeat.
    let pager = try resolved.server()
    let alertmanager = try AlertmanagerServer.start(
      """
      route: { receiver: pager, group_by: [check], group_wait: 0s, group_interval: 1s, repeat_interval: 4h }
      receivers:
        - name: pager
          webhook_configs: [{ url: "http://127.0.0.1:\(pager.port)/", send_resolved: true }]
      """)
    let attempts = Mutex(0)
    let relay = try Relay(to: alertmanager.port) { _, _ in
      attempts.withLock { count in
        count += 1
        return count > 1
      }
    }
    let target = try site.server()
    let secrets = [
      "HOOK_URL": "http://127.0.0.1:\(hookServer.port)/path-canary-1", "HOOK_TOKEN": "bearer-canary-2",
      "HOOK_KEY": "hmac-canary-3", "CHAT_URL": "http://127.0.0.1:\(chatServer.port)/slack-canary-4",
    ]
    let canaries = ["path-canary-1", "bearer-canary-2", "hmac-canary-3", "slack-canary-4"]
    try configure(
      target, schedule: "* * * * *", deadline: 21_600,
      notify: """
          - name: hook
            kind: webhook
            url: "${env:HOOK_URL}"
            bearer: "${env:HOOK_TOKEN}"
            key: "${env:HOOK_KEY}"
            events: [regression, recovery]
          - { name: chat, kind: slack, url: "${env:CHAT_URL}", events: [regression, recovery] }
          - { name: alerts, kind: alertmanager, url: "http://127.0.0.1:\(relay.server.port)" }
          - name: mail
            kind: email
            server: 127.0.0.1:\(mailServer.port)
            security: none
            from: audit@example.test
            to: [team@example.test]
            events: [regression, recovery]
        """)
    let store = HistoryStore(.file(folder.path("history.db")))
    // In the past, so that an Alertmanager, who goes by real time, takes what ended for ended.
    let now = Int(Date().timeIntervalSince1970)
    var service = try await RehearsedService(
      in: folder, rate: 60, from: Instant(seconds: now - 6 * 3600), secrets: secrets)
    try await wait("no run was kept") { try runs(store) >= 2 }
    let check = "http-status-below-500"
    func told(_ event: String) -> [Int] {
      let words = event == "regression" ? "critical regressed: " : "critical recovered after "
      return [hooks, chat, mail].map { receiver in
        receiver.taken.count { letter in
          letter.body.contains(check)
            && (letter.body.contains("\"event\":\"\(event)\"") || letter.body.contains(words))
        }
      }
    }
    func alerts() async throws -> [JSONValue] {
      let answer = try await get(
        "/api/v2/alerts?active=true&filter=check%3D%22\(check)%22", port: alertmanager.port)
      return try (JSONText.parse(Array(answer.body.utf8)).array ?? []).filter {
        $0["labels"]?["check"]?.string == check
      }
    }
    site.turn(bad: true)
    try await wait("the regression was not told of: \(told("regression"))") { told("regression") == [1, 1, 1] }
    try await wait("no alert fires") { try await alerts().count == 1 }
    let (status, log) = try service.stop()
    #expect(status == 0)
    // Whoever starts anew tells nothing anew.
    let last = try store.schedule("often", now: Instant(seconds: 0), before: .soon).lastSlot
    let kept = try runs(store)
    service = try await RehearsedService(
      in: folder, rate: 60, from: Instant(seconds: last.seconds + 1), secrets: secrets)
    try await wait("nothing ran after the restart") { try runs(store) >= kept + 2 }
    #expect(told("regression") == [1, 1, 1] && told("recovery") == [0, 0, 0])
    let firing = try await alerts()
    #expect(firing.count == 1)
    site.turn(bad: false)
    try await wait("the recovery was not told of") { told("recovery") == [1, 1, 1] }
    try await wait("the alert does not end") { try await alerts().isEmpty }
    func pages(_ status: String) -> Int {
      resolved.taken.count { $0.body.contains(check) && $0.body.contains("\"status\":\"\(status)\"") }
    }
    try await wait("nobody was paged") { pages("firing") > 0 && pages("resolved") > 0 }
    let recovered = try runs(store)
    try await wait("nothing ran after the recovery") { try runs(store) >= recovered + 2 }
    #expect(told("regression") == [1, 1, 1] && told("recovery") == [1, 1, 1])
    // Each was refused once and came with the same key.
    #expect(hooks.refused == 2 && chat.refused == 2 && mail.refused == 2 && attempts.withLock { $0 } >= 3)
    for letter in hooks.taken {
      #expect(letter.head.contains("X-Prodworthy-Signature: sha256=") && letter.head.contains("Idempotency-Key: "))
      #expect(letter.head.contains("Authorization: Bearer bearer-canary-2"))
    }
    let page = try await get("/", port: service.port).body + (try await get("/metrics", port: service.port)).body
    let (ended, laterLog) = try service.stop()
    #expect(ended == 0)
    #expect(log.contains("503") && (log + laterLog).contains("451"), "no refusal was logged")
    let database = ["history.db", "history.db-wal"].compactMap {
      FileManager.default.contents(atPath: folder.path($0))
    }
    // Nobody is called out by it who reads what they are told.
    for letter in hooks.taken { #expect(letter.body.contains("\"rehearsed\":true")) }
    for letter in chat.taken { #expect(letter.body.contains("REHEARSAL, shop")) }
    #expect(mail.taken.allSatisfy { $0.body.contains("This was rehearsed: its times are made up.") })
    #expect(firing.allSatisfy { $0["labels"]?["rehearsed"] == "true" })
    #expect(page.contains("A rehearsal: the times of these runs are made up.") && page.contains(",rehearsed=\"true\"}"))
    for canary in canaries {
      #expect(!(log + laterLog + page).contains(canary))
      for bytes in database { #expect(bytes.range(of: Data(canary.utf8)) == nil) }
      #expect(!(hooks.taken + chat.taken + mail.taken).contains { $0.body.contains(canary) })
    }
  }
}
