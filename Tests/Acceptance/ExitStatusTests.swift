import DrivenPrograms
import Foundation
import Testing

@Suite("Exit statuses of the built command", .driving)
struct ExitStatusTests {
  private func run(
    _ arguments: [String], folder: String? = nil, environment: [String: String] = [:], input: String = ""
  ) throws -> BuiltCommand.Outcome {
    try BuiltCommand.prodworthy.run(arguments, environment: environment, folder: folder, input: input)
  }

  @Test("64: wrong arguments")
  func usage() throws {
    for arguments in [
      ["nonsense"], ["audit", "--nonsense"], ["audit", "https://127.0.0.1:1", "--format", "nonsense"],
      ["audit", "https://127.0.0.1:1", "--junit-dialect", "nonsense"], ["audit", "ftp://127.0.0.1"],
      ["audit", "https://127.0.0.1:1", "--as-of", "tomorrow"], ["explain", "nonsense"],
      ["audit", "https://127.0.0.1:1", "--policy", "nonsense"],
      ["audit", "https://127.0.0.1:1", "--check", "nonsense"],
      ["audit", "https://127.0.0.1:1", "--concurrency", "0"],
    ] {
      let outcome = try run(arguments, folder: try Scratch.folder())
      #expect(outcome.status == 64, "\(arguments): \(outcome.errors)")
      #expect(outcome.output.isEmpty)
      #expect(!outcome.errors.isEmpty)
    }
    let suggestion = try run(["audit", "https://127.0.0.1:1", "--check", "tls-endpoint-answer"])
    #expect(suggestion.errors.contains("did you mean tls-endpoint-answers"))
  }

  @Test("65: a file that is not what it should be, with file, line and column")
  func badData() throws {
    let inventory = try Scratch.write(
      "system: x\nenvironment: staging\ntargets:\n  - id: web\n    kind: https\n    urll: https://127.0.0.1:1/\n",
      named: "prodworthy.yaml")
    let outcome = try run(["audit", "-f", inventory])
    #expect(outcome.status == 65)
    #expect(outcome.errors.contains("\(inventory):6:5"), "\(outcome.errors)")
    #expect(outcome.errors.contains("url"))
    #expect(try run(["jsonpath", "$["], input: "{}").status == 65)
    #expect(try run(["jsonpath", "$"], input: "{").status == 65)
    let folder = try Scratch.folder()
    try "not a report".write(toFile: "\(folder)/report.json", atomically: true, encoding: .utf8)
    #expect(try run(["report", folder]).status == 65)
    try "{}".write(toFile: "\(folder)/run.json", atomically: true, encoding: .utf8)
    try "{}".write(toFile: "\(folder)/observations.jsonl", atomically: true, encoding: .utf8)
    #expect(try run(["judge", folder, "--policy", "nightly"]).status == 65)
  }

  @Test("66: a named file that is missing")
  func missing() throws {
    #expect(try run(["audit", "-f", "/nonexistent/prodworthy.yaml"]).status == 66)
    #expect(try run(["audit", "https://127.0.0.1:1", "--trust", "/nonexistent.pem"]).status == 66)
    #expect(try run(["report", "/nonexistent"]).status == 66)
    #expect(try run(["judge", "/nonexistent"]).status == 66)
    #expect(try run(["checks", "--checks", "/nonexistent"]).status == 66)
  }

  @Test("73 and 74: a place that cannot be written, a full standard output included")
  func unwritable() throws {
    let file = try Scratch.write("", named: "file")
    #expect(try run(["audit", "https://127.0.0.1:1", "--out", "\(file)/under"]).status == 73)
    #expect(try run(["init", "-o", "\(file)/prodworthy.yaml"]).status == 73)
    // A device is written to, not replaced by a file.
    let report = "\(BuiltCommand.package)/reports/specimen/broken/report.json"
    #expect(try run(["report", report, "--format", "junit", "-o", "/dev/full"]).status == 74)
    #expect(try run(["report", report, "--format", "junit", "-o", "/dev/null"]).status == 0)
    for path in ["/dev/full", "/dev/null"] {
      let type = try FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
      #expect(type == .typeCharacterSpecial, "\(path) is no device any more")
    }
    let full = try #require(FileHandle(forWritingAtPath: "/dev/full"))
    for arguments in [["checks"], ["audit", "https://127.0.0.1:1"], ["--version"], ["--help"]] {
      #expect(try BuiltCommand.prodworthy.run(arguments, output: full).status == 74, "\(arguments)")
    }
  }

  @Test("70: a fault of ours says so, and is no verdict")
  func fault() throws {
    let outcome = try run(["fault"])
    #expect(outcome.status == 70)
    #expect(outcome.output.isEmpty && !outcome.errors.isEmpty)
  }

  @Test("77: what the operating system does not permit")
  func notPermitted() throws {
    let folder = try Scratch.folder()
    let inventory = "\(folder)/prodworthy.yaml"
    try "system: x\n".write(toFile: inventory, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o000], ofItemAtPath: inventory)
    // Nothing is forbidden to root, so the command has to be somebody else, and lie where that one may go.
    let command = "\(folder)/prodworthy"
    try FileManager.default.copyItem(atPath: BuiltCommand.prodworthy.path, toPath: command)
    let isRoot = geteuid() == 0
    let other = ["--reuid=nobody", "--regid=nogroup", "--clear-groups"]
    let outcome = try BuiltCommand(path: isRoot ? "/usr/bin/setpriv" : command)
      .run((isRoot ? other + [command] : []) + ["audit", "-f", inventory])
    #expect(outcome.status == 77, "\(outcome.errors)")
  }

  @Test("1 or 2 with a full report: no such host, a refused port")
  func unreachable() throws {
    for url in ["https://nonexistent.invalid/", "https://127.0.0.1:1/"] {
      let out = Scratch.file("run")
      let outcome = try run(["audit", url, "--out", out])
      #expect([1, 2].contains(outcome.status), "\(url): \(outcome.status) \(outcome.errors)")
      let report = try Report(folder: out)
      #expect(report.gate.status != "passed")
      #expect((report.gate.status == "failed" ? 1 : 2) == outcome.status)
      for name in ["junit.xml", "report.md", "observations.jsonl"] {
        #expect(FileManager.default.fileExists(atPath: "\(out)/\(name)"))
      }
    }
  }

  @Test("2: a selection for which no target exists")
  func nothing() throws {
    let outcome = try run(["audit", "https://127.0.0.1:1", "--check", "postgres-endpoint-answers"])
    #expect(outcome.status == 2)
  }

  @Test("0: what needs no target")
  func plain() throws {
    for arguments in [
      ["--version"], ["--help"], ["checks"], ["checks", "--by", "checklist"], ["explain", "tls-endpoint-answers"],
    ] {
      let outcome = try run(arguments)
      #expect(outcome.status == 0, "\(arguments): \(outcome.errors)")
      #expect(!outcome.output.isEmpty)
      #expect(!outcome.output.contains("\u{1B}"))
    }
    #expect(try run(["jsonpath", "$.a[?@ > 1]"], input: "{\"a\": [1, 2, 3.5]}").output == "[2,3.5]\n")
    #expect(try run(["jsonpath", "--paths", "$..b"], input: "{\"a\": {\"b\": 1}}").output == "[\"$['a']['b']\"]\n")
  }

  @Test("the table in the documentation is the program's own")
  func documented() throws {
    let page = try String(contentsOfFile: "\(BuiltCommand.package)/docs/exit-statuses.md", encoding: .utf8)
    // The help is wrapped to the terminal's width.
    let help = try run(["--help"]).output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    let rows = page.split(separator: "\n").compactMap { line -> (String, String)? in
      let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      return cells.count == 2 && Int(cells[0]) != nil ? (cells[0], cells[1]) : nil
    }
    #expect(rows.count == 14)
    for (number, meaning) in rows { #expect(help.contains("\(number) \(meaning)"), "\(number)") }
  }
}
