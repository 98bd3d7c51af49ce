import Testing

@testable import ConformanceLister

@Suite("What a room declares is listed by the build")
struct ConformancesTests {
  private func types(_ sources: String...) -> [String] {
    Conformances(to: "Probe", exempting: "UnlistedProbe", in: sources).types
  }

  @Test("by the conformance at the type, among others and over several lines, sorted and once")
  func declared() {
    #expect(
      types("struct Web: Probe {\n}\nstruct Mail: Sendable, Probe{}\n", "final class Disk: Probe {}") == [
        "Disk", "Mail", "Web",
      ])
    #expect(types("package struct LongName:\n  Sendable,\n  Probe\n{\n}") == ["LongName"])
    #expect(types("@MainActor public struct Old: Probe & Sendable {}") == ["Old"])
    #expect(types("struct Twice: Probe {}", "extension Twice: Probe {}") == ["Twice"])
  }

  @Test("by an extension, and through protocols of the room to any depth")
  func through() {
    #expect(types("struct Late {}", "extension Late: Probe {}") == ["Late"])
    #expect(types("struct A: Fault {}", "protocol Fault: Slow {}", "protocol Slow: Probe {}") == ["A"])
  }

  @Test("nothing else is: other protocols, protocols themselves, constraints, comments, what stands within another")
  func passedOver() {
    #expect(types("struct ProbeSet: Sendable {}\nprotocol Fault: Probe {}\nstruct Prober: Probes {}").isEmpty)
    #expect(types("extension Array: Shown where Element: Probe {}").isEmpty)
    #expect(types("// struct Gone: Probe {}\n/// struct Told: Probe {}\n  struct Within: Probe {}").isEmpty)
    #expect(types("struct Plain {\n  var probe: any Probe\n}\nfunc look(_ probe: Probe) {}").isEmpty)
    #expect(types("struct FromManifest: UnlistedProbe {}\nprotocol UnlistedProbe: Probe {}").isEmpty)
    #expect(types("struct FromManifest: Probe {}", "extension FromManifest: UnlistedProbe {}").isEmpty)
    #expect(types("", "struct", "struct :", "struct X", "struct X:").isEmpty)
  }

  @Test("what cannot be made is listed all the same, so that the compiler refuses it instead of leaving it out")
  func refused() {
    #expect(types("private struct Own: Probe {}\nstruct Wide<T>: Probe {}") == ["Own", "Wide"])
  }

  @Test("the list is Swift, the same for the same room")
  func listing() {
    let room = Conformances(to: "Probe", exempting: "", in: ["struct B: Probe {}\nstruct A: Probe {}"])
    #expect(
      room.listing(of: "Probe", from: "Probing").contains(
        "import Probing\n\n/// One of every type of this room that is declared to be a `Probe`, in the order of their names.\n"
          + "enum EveryProbe {\n  static let inThisRoom: [any Probe] = [\n    A(),\n    B(),\n  ]\n}\n"))
    #expect(!room.listing(of: "Probe", from: "").contains("import"))
  }
}
