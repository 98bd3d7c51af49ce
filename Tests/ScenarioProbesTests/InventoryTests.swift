import AuditModel
import Definitions
import Facts
import Probing
import Testing

@testable import ScenarioProbes

@Suite("Workflows in the inventory")
struct InventoryTests {
  private func load(_ secrets: String) -> Loaded<InventoryFile> {
    let text = """
      system: shop
      environment: test
      targets:
        - id: ordering
          kind: workflow
          file: flows/order.yaml
          target: https://shop.example/
          secrets: \(secrets)
      """
    let vocabulary = Vocabulary(
      targetKinds: ScenarioProbes.set.targetKinds, probes: ScenarioProbes.set.probes.map(\.descriptor), checklist: [])
    return Definitions.inventory(
      SourceFile(path: "/etc/shop/prodworthy.yaml", bytes: Array(text.utf8)), vocabulary: vocabulary,
      resolve: SecretResolver(environment: ["KEY": "canary-key"]) { _ in .failure(.init(reason: "no file")) })
  }

  @Test("secrets by name come by reference and stand nowhere else")
  func references() throws {
    let target = try #require(load(#"{ key: "${env:KEY}" }"#).value?.inventory.targets.first)
    #expect(target.secrets["secrets.key"]?.exposed == "canary-key")
    #expect(target.settings["secrets"] == nil && target.settings["file"] == "/etc/shop/flows/order.yaml")
    #expect(!JSONText.compact(target.declaration).contains("canary"))
  }

  @Test("a secret that is written down is told, without repeating it")
  func literals() {
    let diagnostics = load("{ key: hunter2-canary }").diagnostics
    #expect(diagnostics.map(\.code) == ["secret-literal"])
    #expect(diagnostics.allSatisfy { !$0.rendered().contains("canary") }, "\(diagnostics.map { $0.rendered() })")
  }

  @Test("a variable that is not set is told")
  func unset() {
    #expect(load(#"{ key: "${env:NOTHING}" }"#).diagnostics.map(\.code) == ["secret"])
  }
}
