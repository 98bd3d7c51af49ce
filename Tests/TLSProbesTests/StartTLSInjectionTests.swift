import AuditModel
import Facts
import LoopbackServers
import Probing
import Testing

@testable import TLSProbes
@testable import Transport

/// A server that talks in lines, with real TLS inside, in Python.
enum LineServer {
  /// What it does with what has come in plaintext behind the request for TLS.
  enum Habit: String, CaseIterable, Sendable {
    case forgets, keeps, closes, resets, greets
  }

  /// The talk up to TLS and the answers inside, by the first word of the command or its second where it has a tag.
  struct Talk: Sendable {
    var name: String
    /// Says where it begins with `S:`, hears where with `C:`.
    var turns: [String]
    var answers: [String: String]
    /// Said inside TLS unasked.
    var unasked = ""
  }

  static let talks: [Talk] = [
    Talk(
      name: "smtp",
      turns: ["S:220 m ESMTP", "C:EHLO audit.invalid", "S:250-m", "S:250 STARTTLS", "C:STARTTLS", "S:220 go"],
      answers: ["NOOP": "250 2.0.0 OK", "QUIT": "221-bye\r\n221 now"]),
    Talk(
      name: "lmtp", turns: ["S:220 m LMTP", "C:LHLO audit.invalid", "S:250 STARTTLS", "C:STARTTLS", "S:220 go"],
      answers: ["NOOP": "250 OK", "QUIT": "221 bye"]),
    Talk(
      name: "ftp", turns: ["S:220 f", "C:AUTH TLS", "S:234 go"], answers: ["NOOP": "530 login", "QUIT": "221 bye"]),
    Talk(
      name: "nntp", turns: ["S:200 n", "C:STARTTLS", "S:382 go"],
      answers: ["DATE": "111 20260101000000", "QUIT": "205 bye"]),
    Talk(
      name: "imap",
      turns: ["S:* OK r", "C:a1 CAPABILITY", "S:* CAPABILITY STARTTLS", "S:a1 OK d", "C:a2 STARTTLS", "S:a2 OK go"],
      answers: ["NOOP": "a3 OK done", "LOGOUT": "* BYE\r\na4 OK done"]),
    Talk(
      name: "pop3", turns: ["S:+OK p", "C:CAPA", "S:+OK", "S:STLS", "S:.", "C:STLS", "S:+OK go"],
      answers: ["NOOP": "-ERR log in first", "QUIT": "+OK bye"]),
    Talk(
      name: "sieve", turns: ["S:\"STARTTLS\"", "S:OK \"r\"", "C:STARTTLS", "S:OK \"go\""],
      answers: ["NOOP": "OK (TAG \"a3\") \"done\"", "LOGOUT": "OK \"bye\""],
      unasked: "\"SASL\" \"PLAIN\"\r\nOK \"r\"\r\n"),
  ]

  static func start(_ talk: Talk, _ habit: Habit, _ credential: TestPKI.Credential) throws -> ServerProcess {
    let port = try LoopbackPort.free()
    let talkFile: JSONValue = [
      "turns": JSONValue(talk.turns), "unasked": .string(talk.unasked),
      "answers": .object(JSONObject(talk.answers.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })),
    ]
    return try PythonServer.start(
      """
      import json, socket, ssl, struct, threading

      talk = json.load(open('settings.json'))
      habit = '\(habit.rawValue)'
      context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
      context.load_cert_chain('\(credential.chainFile)', '\(credential.keyFile)')

      def line(peer, rest):
          while b'\\r\\n' not in rest:
              part = peer.recv(4096)
              if not part:
                  raise EOFError
              rest += part
          first, rest = rest.split(b'\\r\\n', 1)
          return first.decode(), rest

      def serve(peer):
          rest = b''
          for turn in talk['turns'][:-1]:
              if turn.startswith('S:'):
                  peer.sendall(turn[2:].encode() + b'\\r\\n')
              else:
                  heard, rest = line(peer, rest)
                  assert heard == turn[2:]
          if habit == 'resets' and rest:
              peer.sendall(talk['turns'][-1][2:].encode() + b'\\r\\n')
              peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
              peer.recv(4096)
              return
          if habit == 'closes' and rest:
              peer.sendall(talk['turns'][-1][2:].encode() + b'\\r\\n')
              peer.shutdown(socket.SHUT_WR)
              while peer.recv(4096):
                  pass
              return
          peer.sendall(talk['turns'][-1][2:].encode() + b'\\r\\n')
          if habit != 'keeps':
              rest = b''
          session = context.wrap_socket(peer, server_side=True)
          if habit == 'greets' and talk['turns'][0].startswith('S:2'):
              session.sendall(talk['turns'][0][2:].encode() + b'\\r\\n')
          session.sendall(talk['unasked'].encode())
          while True:
              heard, rest = line(session, rest)
              words = heard.split(' ')
              word = words[0] if words[0] in talk['answers'] else words[1]
              session.sendall(talk['answers'][word].encode() + b'\\r\\n')
              if word in ('QUIT', 'LOGOUT'):
                  break
          session.close()

      def serving(peer):
          try:
              serve(peer)
          except Exception:
              pass
          finally:
              peer.close()

      listener = socket.socket()
      listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
      listener.bind(('127.0.0.1', \(port)))
      listener.listen(64)
      while True:
          threading.Thread(target=serving, args=(listener.accept()[0],), daemon=True).start()

      """, settings: JSONText.compact(talkFile), port: port)
  }
}

@Suite struct StartTLSInjectionTests {
  private static let identity = Result {
    let pki = try TestPKI()
    return (pki: pki, credential: try pki.credential())
  }

  private func look(_ port: Int, _ name: String?, within milliseconds: Int = 10_000) async -> (
    facts: JSONValue?, gaps: [Gap], unseen: Unseen?
  ) {
    var settings: JSONObject = ["host": "localhost", "address": "127.0.0.1", "port": .integer(port)]
    if let name { settings["starttls"] = .string(name) }
    let context = ProbeContext(
      deadline: Deadline(milliseconds: milliseconds), lane: lane, traffic: TrafficMeter(), trust: [])
    let injection = StartTLSInjectionProbe()
    switch await injection.observe(Target(id: "mail", kind: "tls", settings: settings), with: [:], in: context) {
    case .seen(let facts, let gaps):
      #expect(injection.descriptor.facts.violations(of: facts).isEmpty)
      return (facts, gaps, nil)
    case .unseen(let unseen): return (nil, [], unseen)
    }
  }

  @Test(arguments: LineServer.talks.indices, LineServer.Habit.allCases)
  func serverThatKeepsPlaintextIsFoundOut(index: Int, habit: LineServer.Habit) async throws {
    let talk = LineServer.talks[index]
    let server = try LineServer.start(talk, habit, try Self.identity.get().credential)
    let (facts, gaps, unseen) = await look(server.port, talk.name)
    #expect(unseen == nil)
    #expect(facts?["injection"]?["protocol"]?.string == talk.name)
    #expect(facts?["injection"]?["actedOn"] == .bool(habit == .keeps), "\(talk.name) \(habit): \(gaps)")
    #expect((facts?["injection"]?["endedBecause"] == .null) == (habit != .closes && habit != .resets))
    #expect(gaps.isEmpty)
  }

  @Test func whatCannotBeToldStaysOpen() async throws {
    let refusing = try ScriptedServer { peer in
      peer.send(Array("200 n\r\n".utf8))
      _ = peer.receive()
      peer.send(Array("580 no\r\n".utf8))
      _ = peer.receive()
    }
    let refused = await look(refusing.port, "nntp")
    #expect(refused.facts?["injection"]?["actedOn"] == .null)
    #expect(refused.gaps.map(\.path) == ["injection.actedOn"])
    let silent = try ScriptedServer { peer in
      peer.send(Array("200 n\r\n".utf8))
      _ = peer.receive()
      peer.send(Array("382 go\r\n".utf8))
      while !peer.receive().isEmpty {}
    }
    #expect(await look(silent.port, "nntp", within: 300).unseen?.kind == .timeout)
    let resetting = try ScriptedServer { peer in
      peer.send(Array("200 n\r\n".utf8))
      _ = peer.receive()
      peer.resetOnClose()
    }
    #expect(await look(resetting.port, "nntp").facts?["injection"]?["actedOn"] == .null)
    #expect(await look(try LoopbackPort.free(), "nntp").unseen?.kind == .unreachable)
    // Nothing is sent where there is nothing to smuggle.
    for name in [nil, "ldap", "postgres"] {
      let (facts, gaps, _) = await look(try LoopbackPort.free(), name)
      #expect(facts == ["injection": nil] && gaps.isEmpty)
    }
  }

  @Test func answersAreReadWhereverTheyAreCut() throws {
    for (upgradeProtocol, said, verdict) in [
      (UpgradeProtocol.smtp, "250 ok\r\n221 bye\r\n", true), (.smtp, "221 bye\r\n", false),
      (.smtp, "421 too busy\r\n221 bye\r\n", nil), (.smtp, "250 ok\r\n", nil), (.smtp, "250-ok\r\n221 bye", nil),
      (.ftp, "", nil), (.imap, "* 1 EXISTS\r\na3 OK\r\na4 OK\r\n", true), (.imap, "* BYE\r\nA4 ok\r\n", false),
      (.imap, "* BYE\r\n", nil), (.pop3, "+OK\r\n", false), (.pop3, "-ERR\r\n+OK\r\n", true), (.pop3, "", nil),
      (.sieve, "OK\r\nNO \"what\"\r\nOK\r\n", true), (.sieve, "OK\r\nBYE\r\n", false), (.sieve, "\u{0}\n\n", nil),
    ] as [(UpgradeProtocol, String, Bool?)] {
      let smuggled = try #require(SmuggledCommand(for: upgradeProtocol))
      let bytes = Array(said.utf8)
      #expect(smuggled.wasActedOn(bytes, isOver: true) == verdict, "\(upgradeProtocol) \(said)")
      for end in bytes.indices {
        let early = smuggled.wasActedOn(Array(bytes[..<end]), isOver: false)
        #expect(early == nil || early == verdict)
      }
    }
  }

  @Test func commandFollowsTheRequestForTLSAlone() throws {
    for upgradeProtocol in UpgradeProtocol.allCases {
      guard let smuggled = SmuggledCommand(for: upgradeProtocol) else { continue }
      #expect(smuggled.behind(Array("\(smuggled.request)\r\n".utf8)) == Array("\(smuggled.command)\r\n".utf8))
      for other in ["EHLO audit.invalid\r\n", "a1 CAPABILITY\r\n", "CAPA\r\n", smuggled.request] {
        #expect(smuggled.behind(Array(other.utf8)).isEmpty)
      }
    }
  }
}
