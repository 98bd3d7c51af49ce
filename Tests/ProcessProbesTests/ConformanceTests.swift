import AuditModel
import Facts
import Foundation
import ProbeConformance
import Probing
import Testing

@testable import ProcessProbes

extension Children {
  @Suite("Every door keeps the promises of a probe")
  struct ConformanceTests {
    @Test("a probe in bash")
    func bash() async throws {
      let scratch = try Scratch()
      try scratch.script(
        named: "memory",
        """
        #!/bin/bash
        request=$(cat)
        [[ $request == *'"file":"'* ]] || { echo '{"unseen":{"kind":"malformed","reason":"no file"}}'; exit; }
        file=${request##*'"file":"'}
        file=${file%%'"'*}
        read -r _ total _ < "$file" || exit 1
        echo "{\\"facts\\":{\\"totalKilobytes\\":$total}}"
        """)
      let probe = ExecutableProbe(
        ProbeDescriptor(
          id: "memory", summary: "how much memory there is", targetKinds: [], safety: .observe,
          facts: .object([
            Schema.Field("totalKilobytes", .integer(minimum: 1), required: true, "memory in KiB")
          ]), timeout: 5_000, traffic: "1 file read"), command: ["./memory"], folder: scratch.folder)
      let target = Target(id: "here", kind: "host", settings: ["file": "/proc/meminfo"])
      #expect(await ProbeConformance.problems(with: probe, target: target) == [])
    }

    @Test("check_tcp, check_http and check_dummy", arguments: ["check_tcp", "check_http", "check_dummy"])
    func nagios(plugin: String) async throws {
      let listener = try LoopbackListener(greeting: "HTTP/1.0 200 OK\r\n\r\nready\n")
      let arguments =
        switch plugin {
        case "check_tcp": ["-H", "127.0.0.1", "-p", "\(listener.port)"]
        case "check_http": ["-I", "127.0.0.1", "-p", "\(listener.port)"]
        default: ["0"]
        }
      func target(_ plugin: String) -> Target {
        Target(id: "t", kind: "nagios", settings: ["command": JSONValue([plugin] + arguments)])
      }
      let problems = await ProbeConformance.problems(
        with: NagiosPluginProbe(), target: target(plugin), impossible: target("check_nothing_of_the_sort"))
      #expect(problems == [])
    }

    @Test("a plug-in that prints its whole environment, secret included")
    func talkative() async throws {
      let scratch = try Scratch()
      let script = try scratch.script("#!/bin/sh\necho OK\nenv\n")
      let target = Target(
        id: "t", kind: "nagios", settings: ["command": [.string(script)]],
        secrets: ["password": Secret("c4n4ry-in-a-variable")])
      #expect(await ProbeConformance.problems(with: NagiosPluginProbe(), target: target) == [])
    }

    @Test("the kit finds what is wrong with a bad probe")
    func badProbe() async {
      let problems = await ProbeConformance.problems(
        with: BadProbe(),
        target: Target(id: "t", kind: "any", settings: ["x": 1], secrets: ["key": Secret("c4n4ry-key")])
      )
      for expected in [
        "its id `1 bad`", "it has no summary", "it does not say what it sends", "it counted no connection",
        "the secret `key`", "the secret `canary`", "derive gives two outputs", "its facts are not of the shape",
        "ms with a deadline of 0 ms", "after it was called off", "it saw something, without a gap",
      ] {
        #expect(problems.contains { $0.contains(expected) }, "\(expected) in \(problems)")
      }
    }

    /// Breaks every promise.
    private struct BadProbe: Probe {
      let descriptor = ProbeDescriptor(
        id: "1 bad", summary: "", targetKinds: [], safety: .observe,
        facts: .object([Schema.Field("n", .integer(), required: true, "a number")]), timeout: 100, traffic: "")

      func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
        try? await Task.sleep(for: .milliseconds(1_300))
        return .seen(["n": .string(target.secrets.values.map(\.exposed).joined())])
      }

      func derive(_ facts: JSONValue, asOf now: Instant) -> JSONValue {
        ["n": .string("\(facts["n"]?.string ?? "")\(UInt64.random(in: .min ... .max))")]
      }
    }
  }
}
