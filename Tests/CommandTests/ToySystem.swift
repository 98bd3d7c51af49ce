import Facts
import Foundation

/// A system made of files: two plug-ins read what they see of it from a file, so that a test can change the system between
/// two runs.
struct ToySystem {
  /// Where everything is.
  let folder: String

  /// A healthy system of two things in a folder of its own.
  init() throws {
    folder = NSTemporaryDirectory() + "prodworthy-toy-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder + "/plug", withIntermediateDirectories: true)
    try write(
      "prodworthy.yaml",
      """
      system: toy
      environment: staging
      ceiling: probe
      policy: strict.yaml
      checks: [plug]
      targets:
        - { id: one, kind: toy, state: one.json }
        - { id: two, kind: toy, state: two.json }

      """)
    try write(
      "loaded.yaml", try read("prodworthy.yaml").replacingOccurrences(of: "ceiling: probe", with: "ceiling: load"))
    try write(
      "strict.yaml",
      """
      policy: strict
      title: Nothing is open
      checks: { include: [toy-*] }
      gate:
        maxOpen: { critical: 0, high: 0, medium: 0, low: 0 }

      """)
    for (name, safety, facts, identity) in [
      (
        "toy", "observe", "{ up: boolean, serial: string, parts: [{ name: string, sound: boolean }] }",
        "identity: [$.serial]"
      ),
      (
        "pressure", "load", "{ milliseconds: number }",
        "measures: { numbers: [{ fact: $.milliseconds, name: response time, unit: ms, least: 1 }] }"
      ),
    ] {
      try write(
        "plug/\(name).probe.yaml",
        """
        probe: \(name)
        summary: reads \(name)
        command: [./\(name)]
        targets: [toy]
        targetFields:
          state: { type: path, required: true, summary: what is to be seen }
        safety: \(safety)
        facts: \(facts)
        \(identity)

        """)
      // Each look is counted, so that a test can tell whether there was one.
      try write(
        "plug/\(name)",
        """
        #!/usr/bin/python3
        import json, sys
        state = json.load(sys.stdin)["target"]["settings"]["state"]
        open(state + ".\(name).looks", "a").write("x")
        json.dump({"facts": json.load(open(state))["\(name)"]}, sys.stdout)

        """)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(folder)/plug/\(name)")
    }
    try writeCheck("toy-up", "critical", "toy", "fact: $.up", "equals: true", "up: true", "up: false")
    try writeCheck(
      "toy-quick", "high", "pressure", "fact: $.milliseconds", "atMost: 200", "milliseconds: 100", "milliseconds: 300")
    try write(
      "plug/parts.yaml",
      """
      id: toy-parts
      title: Parts are sound
      severity: medium
      probe: toy
      targets: [toy]
      safety: observe
      needs: [toy-up]
      each: $.parts[*]
      subject: "{{ @.name }}"
      ifNone: { status: pass, because: there are no parts }
      expect:
        - { fact: "@.sound", equals: true, otherwise: "{{ @.name }} is broken" }
      rationale: Broken parts break others.
      remediation: { effort: medium, text: Mend the part. }
      examples:
        - { name: sound, facts: { parts: [{ name: a, sound: true }] }, status: pass }
        - { name: broken, facts: { parts: [{ name: a, sound: false }] }, status: fail }

      """)
    try set("one")
    try set("two")
  }

  private func writeCheck(
    _ id: String, _ severity: String, _ probe: String, _ fact: String, _ relation: String, _ good: String, _ bad: String
  ) throws {
    try write(
      "plug/\(id).yaml",
      """
      id: \(id)
      title: \(id) holds
      severity: \(severity)
      probe: \(probe)
      targets: [toy]
      safety: \(probe == "pressure" ? "load" : "observe")
      expect:
        - { \(fact), \(relation) }
      rationale: It matters.
      remediation: { effort: low, text: Mend it. }
      examples:
        - { name: good, facts: { \(good) }, status: pass }
        - { name: bad, facts: { \(bad) }, status: fail }

      """)
  }

  /// What is to be seen of a thing from now on.
  func set(
    _ target: String, up: Bool = true, serial: String = "1", broken: [String] = [], milliseconds: Int = 100
  ) throws {
    let parts = ["a", "b"].map { "{\"name\":\"\($0)\",\"sound\":\(!broken.contains($0))}" }.joined(separator: ",")
    try write(
      "\(target).json",
      "{\"toy\":{\"up\":\(up),\"serial\":\"\(serial)\",\"parts\":[\(parts)]},\"pressure\":{\"milliseconds\":\(milliseconds)}}"
    )
  }

  /// How often a plug-in looked at a thing.
  func looks(_ probe: String, at target: String) -> Int {
    (try? read("\(target).json.\(probe).looks").count) ?? 0
  }

  /// Writes a file of the system.
  func write(_ name: String, _ text: String) throws {
    try text.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
  }

  /// The text of a file.
  func read(_ name: String) throws -> String { try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8) }

  /// The report that a run left.
  func report(_ run: String) throws -> JSONValue { try JSONText.parse(Array(try read("\(run)/report.json").utf8)) }

  /// Removes everything.
  func remove() { try? FileManager.default.removeItem(atPath: folder) }

  // MARK: The command

  /// What came of a command.
  struct Outcome {
    /// The exit status.
    var status: Int32
    /// Standard output and standard error.
    var output: String
    /// Standard output alone.
    var answer: String
  }

  /// Runs `prodworthy` in the system's folder, to its end.
  func prodworthy(_ arguments: String...) throws -> Outcome { try prodworthy(arguments: arguments) }

  /// Runs `prodworthy` in the system's folder, to its end.
  func prodworthy(arguments: [String]) throws -> Outcome {
    let process = Process()
    let programs = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    process.executableURL = programs.appending(path: "prodworthy")
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.environment = ["PATH": "/usr/bin:/bin", "HOME": folder, "SWIFT_BACKTRACE": "enable=no"]
    let (output, errors) = ("\(folder)/.stdout", "\(folder)/.stderr")
    for file in [output, errors] { _ = FileManager.default.createFile(atPath: file, contents: nil) }
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
    process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: errors))
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    let answer = try read(".stdout")
    return Outcome(status: process.terminationStatus, output: answer + (try read(".stderr")), answer: answer)
  }
}

extension JSONValue {
  /// The statuses of the findings, as `check target subject: status`, sorted.
  var findings: [String] {
    (self["findings"]?.array ?? []).map { finding in
      let place = ["check", "target", "subject"].compactMap { finding[$0]?.string }.joined(separator: " ")
      return "\(place): \(finding["status"]?.string ?? "")"
    }.sorted()
  }

  /// What the gate says.
  var gate: String? { self["gate"]?["status"]?.string }

  /// The names of the elements of a list of objects.
  func names(_ list: String, _ name: String) -> [String] {
    (self[list]?.array ?? []).compactMap { $0[name]?.string }
  }
}
