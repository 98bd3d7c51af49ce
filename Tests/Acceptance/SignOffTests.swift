import DrivenPrograms
import Foundation
import LoopbackServers
import Testing

/// Signing and verifying by the built command, as docs/sign-off.md tells it and as other programs call it.
@Suite("Sign-off by the built command", .driving)
struct SignOffTests {
  /// Answers every request with a small page.
  private static func page() throws -> ScriptedServer {
    try ScriptedServer { peer in
      _ = peer.receive()
      peer.send(Array("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok".utf8))
    }
  }

  /// The guide's blocks in order: files under the name in their first line, commands with the status they end with.
  private enum Step {
    case file(String, String)
    case command(String, status: Int32)
  }

  private static func steps(of guide: String) -> [Step] {
    var steps: [Step] = []
    var block: (language: String, lines: [String])?
    for line in guide.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
      guard line.hasPrefix("```") else {
        block?.lines.append(line)
        continue
      }
      guard let (language, lines) = block else {
        block = (String(line.dropFirst(3)), [])
        continue
      }
      block = nil
      if language == "yaml", let first = lines.first, first.hasPrefix("# ") {
        steps.append(.file(String(first.dropFirst(2)), lines.dropFirst().joined(separator: "\n") + "\n"))
      } else if language == "sh" {
        for line in lines {
          let parts = line.components(separatedBy: "# ends with ")
          steps.append(.command(parts[0], status: parts.count > 1 ? Int32(parts[1]) ?? -1 : 0))
        }
      }
    }
    return steps
  }

  @Test("the guide holds line by line")
  func guide() throws {
    let server = try Self.page()
    let folder = try Scratch.folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let guide = try String(contentsOfFile: "\(BuiltCommand.package)/docs/sign-off.md", encoding: .utf8)
    let steps = Self.steps(of: guide.replacing(":8080", with: ":\(server.port)"))
    var counts = (files: 0, commands: 0)
    let shell = BuiltCommand(path: "/bin/bash")
    for step in steps {
      switch step {
      case .file(let name, let text):
        counts.files += 1
        try text.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
      case .command(let line, let status):
        counts.commands += 1
        let outcome = try shell.run(
          ["-c", line],
          environment: [
            "PATH": "\(BuiltCommand.folder):/usr/bin:/bin", "HOME": folder, "GIT_AUTHOR_NAME": "A",
            "GIT_AUTHOR_EMAIL": "a@example.com", "GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.com",
          ], folder: folder)
        #expect(outcome.status == status, "\(line)\n\(outcome.output)\(outcome.errors)")
      }
    }
    #expect(counts.files == 4)
    #expect(counts.commands > 18)
  }

  /// A run of a bare URL in a folder of its own, with Alice's key and a policy that asks for her.
  private static func kept() throws -> String {
    let server = try page()
    let folder = try Scratch.folder()
    let audit = try BuiltCommand.prodworthy.run(
      [
        "audit", "http://127.0.0.1:\(server.port)/", "--check", "http-endpoint-answers", "--out", "run", "--policy",
        "gate.yaml",
      ], folder: try prepared(folder))
    #expect(audit.status == 0, "\(audit.output)\(audit.errors)")
    return folder
  }

  private static func prepared(_ folder: String) throws -> String {
    func write(_ text: String, _ name: String) throws {
      try text.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
    }
    try write(
      """
      policy: gate
      title: It answers
      checks: { include: [http-endpoint-answers] }
      gate: { maxOpen: { critical: 0 } }
      """, "gate.yaml")
    let keygen = try BuiltCommand(path: "/usr/bin/ssh-keygen").run(
      ["-q", "-t", "ed25519", "-N", "", "-f", "alice"], folder: folder)
    #expect(keygen.status == 0)
    let publicKey = try String(contentsOfFile: "\(folder)/alice.pub", encoding: .utf8)
    try write("alice@example.com \(publicKey)", "signers")
    try write("signers: signers\nrequired: [{role: release, people: [alice@example.com]}]\n", "policy.yaml")
    return folder
  }

  private func verify(_ folder: String, _ more: String...) throws -> BuiltCommand.Outcome {
    try BuiltCommand.prodworthy.run(["verify", "run", "--policy", "policy.yaml", "--json"] + more, folder: folder)
  }

  @Test("a changed report is 1, also where it is no report any more; what is damaged or missing is told")
  func changedReports() throws {
    let folder = try Self.kept()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let run = BuiltCommand.prodworthy
    #expect(try verify(folder).status == 2)
    let signed = try run.run(["sign", "run", "--key", "alice", "--role", "release"], folder: folder)
    #expect(signed.status == 0, "\(signed.errors)")
    let sound = try verify(folder)
    #expect(sound.status == 0, "\(sound.output)\(sound.errors)")
    #expect(sound.output.contains("\"verdict\":\"verified\""))

    let report = try String(contentsOfFile: "\(folder)/run/report.json", encoding: .utf8)
    for changed in [report + " ", report.replacing("\"passed\"", with: "\"passed\" "), String(report.dropFirst())] {
      try changed.write(toFile: "\(folder)/run/report.json", atomically: true, encoding: .utf8)
      let outcome = try verify(folder)
      #expect(outcome.status == 1, "\(outcome.output)\(outcome.errors)")
      #expect(outcome.output.contains("\"verdict\":\"notVerified\""))
    }
    try report.write(toFile: "\(folder)/run/report.json", atomically: true, encoding: .utf8)
    #expect(try verify(folder).status == 0)

    #expect(try run.run(["verify", "nowhere", "--policy", "policy.yaml"], folder: folder).status == 66)
    #expect(try run.run(["verify", "run", "--policy", "nowhere.yaml"], folder: folder).status == 66)
    try Data("alice".utf8).write(to: URL(fileURLWithPath: "\(folder)/signers"))
    let broken = try verify(folder)
    #expect(broken.status == 65)
    #expect(broken.errors.contains("signers:1:6: "))
    try "signers: signers\nrequierd: []\n".write(toFile: "\(folder)/policy.yaml", atomically: true, encoding: .utf8)
    let policy = try verify(folder)
    #expect(policy.status == 65)
    #expect(policy.errors.contains("policy.yaml:2:1"))
  }

  @Test("the agent signs for a public key, and for an encrypted key without its passphrase")
  func agent() throws {
    let folder = try Self.kept()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let shell = BuiltCommand(path: "/bin/bash")
    // The agent lives as long as the command it is started with.
    let script = """
      ssh-keygen -q -p -f alice -N secret -P '' >/dev/null
      prodworthy sign run --key alice.pub --role release; echo "without $?"
      cat > ask <<'E'
      #!/bin/sh
      echo secret
      E
      chmod +x ask
      SSH_ASKPASS=$PWD/ask SSH_ASKPASS_REQUIRE=force ssh-agent sh -c '
        prodworthy sign run --key alice.pub --role release; echo "unknown $?"
        ssh-add -q alice && prodworthy sign run --key alice.pub --role release && echo "public $?"
        prodworthy sign run --key alice --role release --as alice@example.com && echo "encrypted $?"'
      PASS=other prodworthy sign run --key alice --role release --passphrase '${env:PASS}'; echo "wrong $?"
      prodworthy verify run --policy policy.yaml; echo "verify $?"
      """
    let outcome = try shell.run(
      ["-c", script], environment: ["PATH": "\(BuiltCommand.folder):/usr/bin:/bin", "HOME": folder], folder: folder)
    for line in ["without 64", "unknown 69", "public 0", "encrypted 0", "wrong 65", "verify 0"] {
      #expect(outcome.output.contains(line + "\n"), "\(outcome.output)\(outcome.errors)")
    }
  }

  @Test("wrong arguments are 64, a key that is none 65")
  func arguments() throws {
    let folder = try Self.kept()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    func status(_ arguments: String...) throws -> Int32 {
      try BuiltCommand.prodworthy.run(arguments, folder: folder).status
    }
    #expect(try status("sign", "run", "--key", "alice") == 64)
    #expect(try status("sign", "run", "--role", "release") == 64)
    #expect(try status("sign", "run", "--key", "alice", "--role", "a b") == 64)
    #expect(try status("sign", "run", "--key", "alice", "--role", "a", "--passphrase", "secret") == 64)
    #expect(try status("sign", "run", "--key", "alice", "--role", "a", "--valid-until", "soon") == 64)
    #expect(try status("sign", "run", "--key", "policy.yaml", "--role", "a") == 65)
    #expect(try status("sign", "run", "--key", "nowhere", "--role", "a") == 66)
    #expect(try status("sign", "nowhere", "--key", "alice", "--role", "a") == 66)
    #expect(try status("verify", "run") == 64)
    #expect(try status("verify", "run", "--policy", "policy.yaml", "--image", "api:1.4") == 64)
    #expect(try status("verify", "run", "--policy", "policy.yaml", "--at", "soon") == 64)
    #expect(try status("verify", "--raw", "alice") == 64)
    #expect(
      try status("verify", "--raw", "--scheme", "ed25519", "--key", "alice", "--signature", "alice", "alice") == 65)
    #expect(
      try status("verify", "--raw", "--scheme", "ed448", "--key", "alice", "--signature", "alice", "alice") == 64)
  }
}
