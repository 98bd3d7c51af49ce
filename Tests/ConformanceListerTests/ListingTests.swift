import SeededRandomness
import Testing

@testable import ConformanceLister

@Suite("The list that is written")
struct ListingTests {
  private func source(_ text: String, to wanted: String = "Probing.Probe") throws -> String {
    let name = try #require(Conformances.ProtocolName(wanted))
    return ListingSource.swift(for: Reading(text, to: wanted).conformances, to: name, in: "Room")
  }

  @Test("one of each, in the order of their names, whatever that of the sources")
  func plain() throws {
    #expect(
      try source("struct B: Probe {}\nenum C { struct A: Probe {} }\nstruct A: Probe {}") == """
        // Written by ConformanceLister from the sources of Room.

        import Probing

        /// One of every type of this room that is declared to be a `Probe`, in the order of their names.
        enum EveryProbe {
          static let inThisRoom: [any Probe] = [
            A(),
            B(),
            C.A(),
          ]
        }

        """)
  }

  @Test("what is there under conditions is made under them")
  func conditional() throws {
    #expect(
      try source("protocol F {}\nstruct A: F {}\n#if X\n#if Y\nstruct B: F {}\n#endif\n#endif", to: "Room.F") == """
        // Written by ConformanceLister from the sources of Room.

        /// One of every type of this room that is declared to be a `F`, in the order of their names.
        enum EveryF {
          static let inThisRoom: [any F] = {
            var all: [any F] = []
            all.append(A())
            #if (X) && (Y)
            all.append(B())
            #endif
            return all
          }()
        }

        """)
  }

  @Test("nothing is a list too")
  func empty() throws {
    #expect(try source("struct A {}").contains("static let inThisRoom: [any Probe] = []\n"))
  }

  @Test("a protocol is named with its module, or not at all", arguments: ["Probe", "", ".", "A.", ".B", "A.B.C"])
  func names(_ text: String) { #expect(Conformances.ProtocolName(text) == nil) }

  @Test("sources cut off, spliced and scrambled come to an end and to no crash")
  func damaged() {
    let pieces = [
      "struct A: Probe {", "}", "{", "(", ")", "[", "]", "\"", "\"\"\"", "#\"", "\"#", "\\(", "\\", "/*", "*/", "//",
      "\n",
      "/", "#/", "/#", "#if X", "#else", "#endif", "`", "<", ">", "init", "let", "var", ":", ",", "=", "@A",
      "extension",
      "typealias", "A.B", "->", "where", "class", "private", "actor", "import", "ü", "\u{0}", "\r\n", "\t", "...", ".",
    ]
    var source = SeededGenerator(seed: 7)
    for _ in 0..<3000 {
      let text = (0..<Int.random(in: 0..<40, using: &source))
        .map { _ in pieces.randomElement(using: &source) ?? "" }
        .joined(separator: Bool.random(using: &source) ? " " : "")
      var bytes = Array(text.utf8)
      if !bytes.isEmpty, Bool.random(using: &source) {
        bytes[Int.random(in: bytes.indices, using: &source)] = .random(in: 0 ... .max, using: &source)
      }
      for declaration in DeclarationReader.declarations(in: bytes, file: "") {
        #expect(declaration.place.line > 0 && declaration.place.column > 0)
      }
    }
  }
}
