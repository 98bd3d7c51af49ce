import AuditModel
import Facts
import Foundation
import LoopbackServers
import Probing
import UndoJournal

@testable import RecoveryProbes

/// A small service in Python with a dependency: how it treats that is told by its settings.
struct Services {
  static let script = """
    import http.server, json, socket, socketserver, sys, threading, time, urllib.request
    settings = json.load(open("settings.json"))
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        def say(self, status, text):
            body = text.encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("X-Instance", settings.get("name", "one"))
            self.end_headers()
            self.wfile.write(body)
        def call(self, path, timeout):
            url = "http://127.0.0.1:%d%s" % (settings["dependency"], path)
            return urllib.request.urlopen(url, timeout=timeout).read()
        def do_GET(self):
            path = self.path.split("?")[0]
            if path == "/live": return self.say(200, "alive")
            if path == "/ready":
                if settings.get("lies"): return self.say(200, "ready")
                try:
                    self.call("/ping", 0.5)
                    return self.say(200, "ready")
                except Exception: return self.say(503, "not ready")
            if "dependency" not in settings: return self.say(200, "{}")
            pause = settings.get("pause", 0.05)
            for attempt in range(settings.get("attempts", 1)):
                try:
                    self.call("/work", settings.get("timeout", 0.5))
                    return self.say(200, "done")
                except Exception:
                    time.sleep(pause)
                    pause *= settings.get("growth", 1)
            self.say(200 if settings.get("pretends") else 503, "without")
        def log_message(self, *words): pass
    class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
        daemon_threads = True
        request_queue_size = 64
    open(str(settings["port"]) + ".pid", "w").write(str(__import__("os").getpid()))
    Server(("127.0.0.1", settings["port"]), Handler).serve_forever()
    """

  let scratch: ScratchFolder
  let dependencyPort: Int
  let servicePort: Int
  let proxyPort: Int
  private let service: ServerProcess

  /// A dependency that its own commands start and stop, and a service that reaches it directly or through a proxy's port.
  init(_ manner: String = "", throughProxy: Bool = false) throws {
    scratch = try ScratchFolder()
    dependencyPort = try LoopbackPort.free()
    servicePort = try LoopbackPort.free()
    proxyPort = try LoopbackPort.free()
    try scratch.write(#"{"port": \#(dependencyPort)}"#, to: "settings.json")
    try scratch.write(Self.script, to: "server.py")
    // Returns once it listens, and does nothing where it runs already.
    try scratch.write(
      """
      #!/bin/sh
      kill -0 $(cat \(dependencyPort).pid 2>/dev/null) 2>/dev/null && exit 0
      rm -f \(dependencyPort).pid
      python3 server.py &
      for i in $(seq 200); do
        python3 -c "import socket; socket.create_connection(('127.0.0.1', \(dependencyPort)))" 2>/dev/null && exit 0
        sleep 0.05
      done
      exit 1
      """, to: "start")
    try scratch.write("#!/bin/sh\nkill -9 $(cat \(dependencyPort).pid)\nrm -f \(dependencyPort).pid\n", to: "stop")
    for name in ["start", "stop"] { chmod(scratch.path(name), 0o755) }
    let start = ServiceCommand(words: ["./start"], folder: scratch.path)
    guard start.run(before: Deadline(milliseconds: 20_000), stopsAtDeadline: true) == .done else {
      throw StepFailure(reason: "the dependency does not start")
    }
    service = try PythonServer.start(
      Self.script,
      settings:
        #"{"port": \#(servicePort), "dependency": \#(throughProxy ? proxyPort : dependencyPort)\#(manner.isEmpty ? "" : ", " + manner)}"#,
      port: servicePort)
  }

  var dependencyPid: Int? { (try? scratch.read("\(dependencyPort).pid")).flatMap { Int($0) } }

  /// Ends the dependency.
  func end() { if let dependencyPid { kill(pid_t(dependencyPid), SIGKILL) } }

  func target(_ dependency: JSONObject, further: JSONObject = [:]) -> Target {
    var settings: JSONObject = [
      "url": .string("http://127.0.0.1:\(servicePort)/"), "readiness": "/ready", "liveness": "/live",
    ]
    var declared: JSONObject = ["name": "store", "cutSeconds": 1, "patienceSeconds": 2, "recoverySeconds": 20]
    for (name, value) in dependency { declared[name] = value }
    settings["dependencies"] = .array([.object(declared)])
    for (name, value) in further { settings[name] = value }
    return Target(
      id: "web", kind: "http", settings: settings,
      location: SourceLocation(path: scratch.path("prodworthy.yaml"), line: 1, column: 1))
  }

  func proxied(_ faults: [String]) -> JSONObject {
    [
      "proxy": [
        "listen": .string("127.0.0.1:\(proxyPort)"), "forward": .string("127.0.0.1:\(dependencyPort)"),
        "faults": JSONValue(faults),
      ]
    ]
  }

  var journals: JournalFolder { JournalFolder(path: scratch.path("undo")) }

  func observe(_ target: Target, cancellation: Cancellation = Cancellation()) async -> Sighting {
    var probe = ServiceRecoveryProbe()
    probe.journals = journals
    return await probe.observe(
      target, with: [:],
      in: ProbeContext(
        deadline: Deadline(milliseconds: 60_000, cancellation: cancellation), lane: BlockingLane(width: 8),
        traffic: TrafficMeter()))
  }
}
