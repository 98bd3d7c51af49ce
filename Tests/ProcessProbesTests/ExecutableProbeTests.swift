import AuditModel
import Facts
import Probing
import Testing

@testable import ProcessProbes

extension Children {
  @Suite("A probe that is any executable")
  struct ExecutableProbeTests {
    private static let shape = Schema.object([
      Schema.Field("port", .nullable(.integer(minimum: 0)), required: true, "the port"),
      Schema.Field("note", .string(), "anything"),
    ])

    private func probe(_ command: [String], in folder: String = ".", outputLimit: Int = 65_536) -> ExecutableProbe {
      ExecutableProbe(
        ProbeDescriptor(
          id: "tried", summary: "a probe on trial", targetKinds: [], safety: .observe, facts: Self.shape,
          timeout: 2_000, traffic: "1 process"), command: command, folder: folder, outputLimit: outputLimit)
    }

    private func look(_ script: String, secrets: [String: Secret] = [:], outputLimit: Int = 65_536) async -> Look {
      await Look(
        by: probe(["sh", "-c", script], outputLimit: outputLimit),
        at: Target(id: "t", kind: "any", settings: ["url": "https://h.example/"], secrets: secrets), within: 2_000)
    }

    // MARK: The request

    @Test("the request carries everything, secrets included, and these stand nowhere else")
    func request() async throws {
      let scratch = try Scratch()
      let probe = probe(
        [
          "sh", "-c",
          "cat > request; tr '\\0' '\\n' < /proc/$$/cmdline > arguments; env > environment; echo '{\"facts\":{\"port\":1}}'",
        ], in: scratch.folder)
      let target = Target(
        id: "db", kind: "postgres", settings: ["url": "postgresql://h/"], secrets: ["password": Secret("hunter2 \"ü\"")]
      )
      let look = await Look(
        by: probe, at: target, with: ["deep": ["x": [1, nil]]], within: 5_000, trust: ["/etc/roots.pem"])
      #expect(look.facts == ["port": 1])
      let request = try JSONText.parse(try scratch.bytes("request"))
      #expect(request["protocol"] == "prodworthy-probe/1")
      #expect(request["probe"] == "tried")
      #expect(
        request["target"] == [
          "id": "db", "kind": "postgres", "settings": ["url": "postgresql://h/"],
          "secrets": ["password": "hunter2 \"ü\""],
        ])
      #expect(request["parameters"] == ["deep": ["x": [1, nil]]])
      #expect(request["trust"] == ["/etc/roots.pem"])
      let milliseconds = try #require(request["deadlineMilliseconds"]?.integer)
      #expect((4_000...5_000).contains(milliseconds))
      for file in ["arguments", "environment"] {
        let text = String(decoding: try scratch.bytes(file), as: UTF8.self)
        #expect(!text.isEmpty && !text.contains("hunter2"), "\(file)")
      }
    }

    // MARK: Answers

    @Test("facts, gaps and traffic arrive")
    func answer() async {
      let look = await look(
        """
        cat <<'END'
        {"facts": {"port": null}, "gaps": [{"path": "port", "reason": "closed", "remedy": "open it"}, {"path": "a.b", "reason": "c"}],
         "traffic": {"connections": 2, "requests": 3, "bytesSent": 4, "bytesReceived": 5}}
        END
        """)
      #expect(look.facts == ["port": nil])
      #expect(look.gaps == [Gap(path: "port", reason: "closed", remedy: "open it"), Gap(path: "a.b", reason: "c")])
      #expect(look.traffic == Traffic(connections: 2, requests: 3, bytesSent: 4, bytesReceived: 5, processes: 1))
    }

    @Test(
      "a probe can say that it could not look, and why",
      arguments: ["timeout", "unreachable", "denied", "malformed", "broken"])
    func unseen(kind: String) async {
      let look = await look(
        #"echo '{"unseen": {"kind": "\#(kind)", "reason": "no route"}, "traffic": {"connections": 1}}'"#)
      #expect(look.unseen.map { "\($0.kind): \($0.reason)" } == "\(kind): no route")
      #expect(look.traffic.connections == 1)
    }

    @Test(
      "an answer that is not one is never facts",
      arguments: [
        (#"{"facts":{"port":1},"status":"pass"}"#, "its answer has a member `status` that is not known"),
        (#"{"facts":{"port":1,"verdict":"ok"}}"#, "its answer has at facts a member `verdict` that is not known"),
        (#"{"facts":{"port":"80"}}"#, "its answer has at facts.port text where a whole number is wanted"),
        (#"{"facts":{"port":-1}}"#, "its answer has at facts.port a number out of range; wanted is at least 0"),
        (#"{"facts":{}}"#, "its answer lacks at facts the member `port`"),
        (#"{"facts":null}"#, "its answer has at facts null where an object is wanted"),
        ("{}", "its answer needs either `facts` or `unseen`"),
        (
          #"{"facts":{"port":1},"unseen":{"kind":"broken","reason":"x"}}"#,
          "its answer needs either `facts` or `unseen`"
        ),
        (#"{"unseen":{"kind":"interrupted","reason":"x"}}"#, "its answer has at unseen.kind none of the words timeout"),
        (#"{"facts":{"port":1},"gaps":[{"path":"a"}]}"#, "its answer lacks at gaps[0] the member `reason`"),
        (
          #"{"facts":{"port":1},"traffic":{"requests":9223372036854775807}}"#,
          "its answer has at traffic.requests a number"
        ),
        (#"{"facts":{"port":1}} {}"#, "its answer is not JSON: line 1, column 22"),
        ("hello", "its answer is not JSON: line 1, column 1"),
        (#"{"facts":{"port":1,"port":2}}"#, "its answer is not JSON"),
      ])
    func misunderstanding(answer: String, reason: String) async {
      let look = await look("cat <<'END'\n\(answer)\nEND")
      #expect(look.unseen?.kind == .malformed)
      #expect(look.unseen?.reason.hasPrefix(reason) == true, "\(look.unseen?.reason ?? "seen")")
      #expect(look.traffic.processes == 1)
    }

    // MARK: Nasty children

    @Test("a failing probe is broken, with the first line of its complaint, cut")
    func failing() async {
      let look = await look("echo; echo '::error::boom' >&2; echo second >&2; echo '{\"facts\":{\"port\":1}}'; exit 3")
      #expect(look.unseen == Unseen(.broken, "it ended with status 3: ::error::boom"))
      let long = await self.look("head -c 5000 /dev/zero | tr '\\0' x >&2; exit 1")
      #expect(long.unseen?.reason.unicodeScalars.count == "it ended with status 1: ".count + 300)
      let killed = await self.look("kill -KILL $$")
      #expect(killed.unseen == Unseen(.broken, "it ended by signal 9 (killed)"))
    }

    @Test("silence, bytes that are no text, and a flood are no facts")
    func noise() async {
      #expect(await look("exit 0").unseen == Unseen(.broken, "it answered nothing"))
      #expect(await look("printf '{\"facts\":{\"port\":1,\"note\":\"\\377\"}}'").unseen?.kind == .malformed)
      let flood = await look("head -c 10485760 /dev/zero", outputLimit: 10_000)
      #expect(flood.unseen == Unseen(.malformed, "it wrote more than 10000 bytes and was stopped"))
    }

    @Test("a program that is missing is broken and no process")
    func missing() async {
      let look = await Look(by: probe(["./nothing"], in: "/tmp"), at: Target(id: "t", kind: "any", settings: [:]))
      #expect(look.unseen == Unseen(.broken, "there is no file /tmp/nothing"))
      #expect(look.traffic == Traffic())
      let late = await Look(by: probe(["true"]), at: Target(id: "t", kind: "any", settings: [:]), within: 0)
      #expect(late.unseen?.kind == .timeout)
      #expect(late.traffic == Traffic())
    }

    @Test("a probe that does not end is a timeout; one that was called off is interrupted")
    func slow() async {
      let marker = Survivors.marker()
      let probe = probe([
        "sh", "-c", "echo waiting >&2; trap '' TERM; sleep \(marker) & while :; do sleep \(marker); done",
      ])
      let target = Target(id: "t", kind: "any", settings: [:])
      let look = await Look(by: probe, at: target, within: 300)
      #expect(look.unseen == Unseen(.timeout, "it was stopped at its deadline: waiting"))
      #expect(look.milliseconds < 2500)
      let cancellation = Cancellation()
      async let looking = Look(by: probe, at: target, unless: cancellation)
      try? await Task.sleep(for: .milliseconds(100))
      cancellation.call()
      #expect(await looking.unseen?.kind == .interrupted)
      #expect(await Survivors.areGone(marker))
    }

    @Test("a secret that a probe repeats is gone from facts, gaps and reasons")
    func echo() async {
      let secrets = ["token": Secret("s3cr3t-canary")]
      let seen = await look(
        #"echo '{"facts":{"port":1,"note":"got s3cr3t-canary"},"gaps":[{"path":"x","reason":"s3cr3t-canary"}]}'"#,
        secrets: secrets)
      #expect(seen.facts == ["port": 1, "note": "got [redacted]"])
      #expect(seen.gaps == [Gap(path: "x", reason: "[redacted]")])
      let cut = await look(
        "printf '%0295d' 0 >&2; echo 's3cr3t-canary' >&2; echo '{\"s3cr3t-canary\":1}'; exit 1", secrets: secrets)
      #expect(cut.unseen?.reason.contains("s3c") == false)
      let named = await look("echo '{\"s3cr3t-canary\":1}'", secrets: secrets)
      #expect(named.unseen?.reason.contains("`[redacted]`") == true)
      let broken = await look("echo s3cr3t-canary >&2; exit 1", secrets: secrets)
      #expect(broken.unseen == Unseen(.broken, "it ended with status 1: [redacted]"))
    }
  }
}
