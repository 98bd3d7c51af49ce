import AuditModel
import Facts
import Foundation
import Probing
import Testing

@testable import ProcessProbes

extension Children {
  @Suite("A Nagios plug-in, run unchanged")
  struct NagiosPluginTests {
    private let probe = NagiosPluginProbe()

    private func target(
      _ command: [String], settings: JSONObject = [:], secrets: [String: Secret] = [:], in file: String? = nil
    ) -> Target {
      var all = settings
      all["command"] = JSONValue(command)
      return Target(
        id: "plug-in", kind: "nagios", settings: all, secrets: secrets,
        location: file.map { SourceLocation(path: $0, line: 1, column: 1) })
    }

    private func look(_ command: [String]) async -> Look { await Look(by: probe, at: target(command)) }

    // MARK: Debian's plug-ins

    @Test(
      "check_dummy's four states",
      arguments: [(0, "OK"), (1, "WARNING"), (2, "CRITICAL"), (3, nil)] as [(Int, String?)])
    func dummy(status: Int, state: String?) async {
      let look = await look(["check_dummy", "\(status)", "as asked"])
      #expect(look.facts?["exit"] == .integer(status))
      #expect(look.facts?["state"] == JSONValue(state))
      #expect(look.facts?["text"]?.string?.hasSuffix("as asked") == true)
      #expect(look.facts?["perfdata"] == [])
      #expect(
        look.gaps == (status == 3 ? [Gap(path: "state", reason: "the plug-in says UNKNOWN: UNKNOWN: as asked")] : []))
      #expect(look.traffic == Traffic(processes: 1))
      #expect(look.facts.map { NagiosFacts.schema.violations(of: $0) } == [])
    }

    @Test("check_tcp on an open and on a closed port")
    func tcp() async throws {
      let listener = try LoopbackListener(greeting: "hello\n")
      let open = await look([
        "check_tcp", "-H", "127.0.0.1", "-p", "\(listener.port)", "-w", "5", "-c", "8", "-e", "hello",
      ])
      #expect(open.facts?["state"] == "OK")
      let metric = open.facts?["perfdata"]?[0]
      #expect(metric?["label"] == "time")
      #expect(metric?["unit"] == "s")
      #expect(metric?["state"] == "ok")
      #expect(metric?["agrees"] == true)
      #expect(metric?["value"]?.double.map { (0..<5).contains($0) } == true)
      let strict = await look(["check_tcp", "-H", "127.0.0.1", "-p", "\(listener.port)", "-e", "goodbye", "-M", "crit"])
      #expect(strict.facts?["state"] == "CRITICAL")
      let closed = await look(["check_tcp", "-H", "127.0.0.1", "-p", "1"])
      #expect(closed.facts?["state"] == "CRITICAL")
      #expect(closed.facts?["text"]?.string?.contains("refused") == true)
    }

    @Test("check_http on a real answer, by its absolute path")
    func http() async throws {
      let listener = try LoopbackListener(greeting: "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nready\n")
      let command = ["/usr/lib/nagios/plugins/check_http", "-I", "127.0.0.1", "-p", "\(listener.port)", "-s"]
      let ready = await look(command + ["ready"])
      #expect(ready.facts?["state"] == "OK")
      #expect(ready.facts?["perfdata"]?.array?.map { $0["label"] } == ["time", "size"])
      #expect(ready.facts?["perfdata"]?[1]?["unit"] == "B")
      #expect(ready.gaps.isEmpty)
      let missing = await look(command + ["absent"])
      #expect(missing.facts?["state"] == "CRITICAL")
    }

    @Test(
      "check_disk and check_load print performance data that is read to the last metric",
      arguments: [
        ["check_disk", "-w", "1%", "-c", "0%", "-p", "/"],
        ["check_load", "-w", "9000,9000,9000", "-c", "9999,9999,9999"],
        ["check_procs", "-w", "0:99999"], ["check_users", "-w", "900", "-c", "999"],
      ])
    func local(command: [String]) async throws {
      let look = await look(command)
      #expect(look.facts?["state"] == "OK", "\(look.sighting)")
      #expect(look.gaps.isEmpty)
      let metrics = try #require(look.facts?["perfdata"]?.array)
      #expect(!metrics.isEmpty)
      #expect(metrics.allSatisfy { $0["agrees"] != false }, "\(metrics)")
    }

    // MARK: Odd ones

    private func scripted(_ text: String, within milliseconds: Int = 5_000) async throws -> Look {
      let scratch = try Scratch()
      return await Look(by: probe, at: target([try scratch.script(text)]), within: milliseconds)
    }

    @Test("a state better than its own thresholds does not agree, a worse one does")
    func disagreement() async throws {
      let data = "| calm=1;5;9 high=7;5;9 wild=12;5;9 free=3"
      let ok = try await scripted("#!/bin/sh\necho 'fine \(data)'\n")
      #expect(ok.facts?["perfdata"]?.array?.map { $0["agrees"] } == [true, false, false, nil as JSONValue])
      let warning = try await scripted("#!/bin/sh\necho 'so so \(data)'\nexit 1\n")
      #expect(warning.facts?["perfdata"]?.array?.map { $0["agrees"] } == [true, true, false, nil as JSONValue])
      let unknown = try await scripted("#!/bin/sh\necho 'hm \(data)'\nexit 3\n")
      #expect(unknown.facts?["perfdata"]?.array?.allSatisfy { $0["agrees"] == nil as JSONValue } == true)
    }

    @Test("any other status, and a signal, leave the state open with the reason")
    func otherEnds() async throws {
      let other = try await scripted("#!/bin/sh\necho 'out of range | a=1'\nexit 42\n")
      #expect(other.facts?["exit"] == 42)
      #expect(other.facts?["state"] == nil as JSONValue)
      #expect(
        other.gaps == [
          Gap(path: "state", reason: "the plug-in ended with status 42, which stands for no state: out of range")
        ])
      let killed = try await scripted("#!/bin/sh\necho begun\necho 'lost a page' >&2\nkill -SEGV $$\n")
      #expect(killed.facts?["exit"] == nil as JSONValue)
      #expect(killed.facts?["text"] == "begun")
      #expect(
        killed.gaps == [
          Gap(path: "state", reason: "the plug-in was ended by signal 11 (segmentation fault): lost a page")
        ])
      let mute = try await scripted("#!/bin/sh\necho 'usage: …' >&2\nexit 3\n")
      #expect(mute.gaps == [Gap(path: "state", reason: "the plug-in says UNKNOWN: usage: …")])
    }

    @Test("hostile text stays text, and what is no performance data is a gap")
    func hostile() async throws {
      let look = try await scripted(
        "#!/bin/sh\nprintf '::error::<b>\\033[31m\\377 | a=1 rubbish\\n::set-output name=x::y\\n'\n")
      #expect(look.facts?["text"] == "::error::<b>\u{1B}[31m\u{FFFD}")
      #expect(look.facts?["longText"] == "::set-output name=x::y")
      #expect(look.gaps == [Gap(path: "perfdata", reason: "`rubbish` is no performance data")])
    }

    @Test("a missing plug-in, one that hangs, one that floods")
    func noFacts() async throws {
      #expect(await look(["/no/such/plugin"]).unseen == Unseen(.broken, "there is no file /no/such/plugin"))
      #expect(await look(["check_nothing_of_the_sort"]).unseen?.kind == .broken)
      let marker = Survivors.marker()
      let hanging = try await scripted(
        "#!/bin/sh\ntrap '' TERM\nsleep \(marker) &\nwhile :; do sleep \(marker); done\n", within: 300)
      #expect(hanging.unseen?.kind == .timeout)
      #expect(hanging.milliseconds < 2500)
      #expect(await Survivors.areGone(marker))
      #expect(try await scripted("#!/bin/sh\nexec head -c 10485760 /dev/zero\n").unseen?.kind == .malformed)
    }

    // MARK: Targets

    @Test("the password reaches the plug-in in the variable named, and no text")
    func password() async throws {
      let scratch = try Scratch()
      let script = try scratch.script(
        "#!/bin/sh\necho \"$PGPASSWORD$NAGIOS_PASSWORD\" > \(scratch.folder)/got\necho \"OK $PGPASSWORD\"\n")
      for (settings, text) in [([:], "OK"), (["passwordVariable": "PGPASSWORD"], "OK [redacted]")]
        as [(JSONObject, String)]
      {
        let look = await Look(
          by: probe, at: target([script], settings: settings, secrets: ["password": Secret("hunter22")]))
        #expect(look.facts?["text"] == .string(text))
        #expect(String(decoding: try scratch.bytes("got"), as: UTF8.self) == "hunter22\n")
      }
    }

    @Test("the command's paths are relative to the inventory")
    func relative() async throws {
      let scratch = try Scratch()
      try scratch.script(named: "check_here", "#!/bin/sh\necho \"OK $(basename \"$PWD\")\"\n")
      let look = await Look(by: probe, at: target(["./check_here"], in: "\(scratch.folder)/prodworthy.yaml"))
      #expect(look.facts?["text"]?.string?.hasPrefix("OK process-probes-") == true)
    }

    @Test("a target that names no command, or no usable variable, says so")
    func unusable() async {
      #expect(
        await Look(by: probe, at: Target(id: "t", kind: "nagios", settings: [:])).unseen
          == Unseen(.malformed, "the inventory names no command"))
      #expect(await look([]).unseen?.kind == .malformed)
      #expect(await look([""]).unseen?.kind == .malformed)
      let odd = target(["true"], settings: ["passwordVariable": "A=B"], secrets: ["password": Secret("hunter22")])
      #expect(await Look(by: probe, at: odd).unseen == Unseen(.malformed, "A=B is no name of a variable"))
    }
  }
}
