import AuditModel
import Definitions
import Facts
import Foundation
import Scenarios
import Testing

@Suite("Shipped workflows")
struct ShippedWorkflowTests {
  private static let package = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  @Test("every file of workflows/ is sound and called after its workflow")
  func sound() throws {
    let files = try FileManager.default.contentsOfDirectory(
      at: Self.package.appendingPathComponent("workflows").resolvingSymlinksInPath(), includingPropertiesForKeys: nil
    ).filter { $0.pathExtension == "yaml" }
    #expect(files.count >= 6)
    for file in files {
      let loaded = BrokenWorkflowTests.load(try String(contentsOf: file, encoding: .utf8))
      #expect(loaded.diagnostics.isEmpty, "\(file.lastPathComponent): \(loaded.diagnostics.map { $0.rendered() })")
      #expect(loaded.value?.id == file.deletingPathExtension().lastPathComponent)
    }
  }

  @Test("the guide's example is sound, and of the class it says")
  func guide() throws {
    let guide = try String(contentsOf: Self.package.appendingPathComponent("docs/workflows.md"), encoding: .utf8)
    let parts = guide.components(separatedBy: "```")
    let example = String(try #require(parts.first { $0.hasPrefix("yaml\nworkflow:") }).dropFirst(5))
    let loaded = BrokenWorkflowTests.load(example)
    #expect(loaded.diagnostics.isEmpty, "\(loaded.diagnostics.map { $0.rendered() })")
    #expect(loaded.value?.safety == .mutate && loaded.value?.cleanup.count == 1)
  }

  @Test("the class of a workflow is that of its roughest step")
  func classes() {
    for (step, safety) in [
      ("http: { url: / }", SafetyClass.observe), ("http: { url: /, method: POST }", .mutate),
      ("sql: { query: SELECT 1 }", .observe), ("command: { run: [ls] }", .mutate),
      ("poll: { http: { url: / }, until: [{ fact: $.status, equals: 200 }] }", .probe),
      ("repeat: { times: 2, as: n, steps: [{ step: x, http: { url: /, method: PUT } }] }", .mutate),
    ] {
      let text = "workflow: c\ntitle: C\nsteps: [{ step: s, \(step) }]"
      #expect(BrokenWorkflowTests.load(text).value?.safety == safety, "\(step)")
    }
  }
}
