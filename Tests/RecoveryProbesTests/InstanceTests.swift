import AuditModel
import Facts
import Foundation
import LoopbackServers
import Probing
import Testing
import UndoJournal

@testable import RecoveryProbes

@Suite("Instances behind one address", .serialized)
struct InstanceTests {
  /// Passes each request to the next of the declared ports; with `failover` to another one where that fails.
  private static let balancer = """
    import http.server, itertools, json, os, socketserver, urllib.request
    settings = json.load(open("settings.json"))
    turn = itertools.count()
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            ports = settings["ports"]
            first = next(turn)
            for step in range(len(ports) if settings["failover"] else 1):
                try:
                    with urllib.request.urlopen("http://127.0.0.1:%d/live" % ports[(first + step) % len(ports)], timeout=0.3) as answer:
                        self.send_response(200)
                        self.send_header("X-Instance", answer.headers["X-Instance"])
                        self.send_header("Content-Length", "0")
                        self.end_headers()
                        return
                except Exception: pass
            self.send_response(502)
            self.send_header("Content-Length", "0")
            self.end_headers()
        def log_message(self, *words): pass
    class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
        daemon_threads = True
        request_queue_size = 64
    Server(("127.0.0.1", settings["port"]), Handler).serve_forever()
    """

  private let first: ServerProcess
  private let second: Services
  private let port: Int
  private let balancer: ServerProcess

  init() throws { try self.init(failover: true) }

  private init(failover: Bool) throws {
    let firstPort = try LoopbackPort.free()
    first = try PythonServer.start(
      Services.script, settings: #"{"port": \#(firstPort), "name": "first"}"#, port: firstPort)
    // Its dependency serves as the instance that commands stop and start.
    second = try Services()
    port = try LoopbackPort.free()
    balancer = try PythonServer.start(
      Self.balancer,
      settings: #"{"port": \#(port), "ports": [\#(firstPort), \#(second.dependencyPort)], "failover": \#(failover)}"#,
      port: port)
  }

  private func target(_ members: JSONValue? = nil) -> Target {
    var instances: JSONObject = ["header": "X-Instance", "requests": 20, "rate": 10, "awaySeconds": 2]
    instances["members"] = members
    return Target(
      id: "web", kind: "http",
      settings: ["url": .string("http://127.0.0.1:\(port)/"), "instances": .object(instances)],
      location: SourceLocation(path: second.scratch.path("prodworthy.yaml"), line: 1, column: 1))
  }

  private func context() -> ProbeContext {
    ProbeContext(deadline: Deadline(milliseconds: 60_000), lane: BlockingLane(width: 16), traffic: TrafficMeter())
  }

  private func change(_ members: JSONValue) async throws -> JSONValue {
    var probe = InstanceRemovalProbe()
    probe.journals = second.journals
    guard case .seen(let facts, _) = await probe.observe(target(members), with: [:], in: context()) else { return nil }
    #expect(probe.descriptor.facts.violations(of: facts).isEmpty)
    return facts["changes"]?[0] ?? nil
  }

  private var member: JSONValue { [["name": "one", "stop": ["./stop"], "start": ["./start"]]] }

  @Test("the spread is counted by the names that instances give themselves")
  func spread() async throws {
    defer { second.end() }
    let sighting = await InstanceSpreadProbe().observe(target(), with: [:], in: context())
    guard case .seen(let facts, let gaps) = sighting else {
      Issue.record("\(sighting)")
      return
    }
    #expect(gaps.isEmpty && facts["count"] == 2 && facts["requests"] == 20 && facts["failed"] == 0)
    #expect(facts["imbalance"]?.double == 1)
    #expect(InstanceSpreadProbe().descriptor.facts.violations(of: facts).isEmpty)
  }

  @Test("an instance that goes away is carried by the other one, and gets its share again")
  func carried() async throws {
    defer { second.end() }
    let change = try await change(member)
    #expect(change["isCarried"] == true && change["restored"] == true && change["hasJoined"] == true)
    #expect((change["requests"]?.integer ?? 0) >= 5)
    #expect((change["shareAfter"]?.double ?? 0) > 0.2)
    #expect(Leftovers(in: second.journals).journals.isEmpty)
  }

  @Test("a balancer that does not notice loses requests for as long as the instance is away")
  func lost() async throws {
    let other = try InstanceTests(failover: false)
    defer {
      second.end()
      other.second.end()
    }
    let change = try await other.change(other.member)
    #expect(change["isCarried"] == false)
    #expect((change["failedShare"]?.double ?? 0) > 0.2)
    #expect(change["restored"] == true)
  }
}
