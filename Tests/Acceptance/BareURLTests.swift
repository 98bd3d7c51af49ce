import DrivenPrograms
import Foundation
import Testing

/// An audit of what has no inventory. It is held to a time, so nothing else may run beside it.
@Suite("An audit of a bare URL", .drivingAlone)
struct BareURLTests {
  @Test("a URL gives a verdict with no file at all, in under two seconds")
  func verdict() throws {
    try Ground.with { ground in
      let inventory = try String(contentsOfFile: ground.inventory, encoding: .utf8)
      let url = try #require(
        inventory.split(separator: "\n").first { $0.contains("url: https://") }?.split(separator: " ").last
          .map(String.init))
      let trust = try #require(
        inventory.split(separator: "\n").first { $0.contains("trust:") }?.split(separator: " ").last
          .map { $0.trimmingCharacters(in: CharacterSet(charactersIn: "\"")) })
      let empty = try Scratch.folder()
      let trusted = try BuiltCommand.prodworthy.run(["audit", url, "--trust", trust], folder: empty)
      #expect(trusted.status == 0, "\(trusted.output)\(trusted.errors)")
      #expect(trusted.seconds < 2)
      #expect(try FileManager.default.contentsOfDirectory(atPath: empty).isEmpty)
      let untrusted = try BuiltCommand.prodworthy.run(["audit", url], folder: empty)
      #expect(untrusted.status == 1)
    }
  }
}
