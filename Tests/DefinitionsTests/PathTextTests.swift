import AuditModel
import Facts
import Testing

@testable import Definitions

/// The folder of a path, in the one way that all of the project has it.
@Suite struct PathTextTests {
  @Test(arguments: [
    ("/", "/"), ("/a", "/"), ("/a/b", "/a"), ("a", "."), ("", "."), ("a/b", "a"), ("a/b/", "a/b"), ("./a", "."),
    ("../a", ".."), ("a//b", "a/"), (".", "."), ("é/ü", "é"), ("a\u{301}/b", "a\u{301}"), ("a/\u{301}b", "a"),
  ])
  func theFolderOfAPath(_ path: String, _ folder: String) { #expect(PathText.folder(of: path) == folder) }

  @Test func theFolderOfAnInventoryIsTheOneOfItsTargets() {
    func folder(_ path: String?) -> String {
      Target(
        id: "a", kind: "b", settings: [:], secrets: [:],
        location: path.map { SourceLocation(path: $0, line: 1, column: 1) }
      ).folder
    }
    #expect(folder(nil) == "." && folder("prodworthy.yaml") == "." && folder("/prodworthy.yaml") == "/")
    #expect(folder("/etc/prodworthy/prodworthy.yaml") == "/etc/prodworthy" && folder("ops/a.yaml") == "ops")
  }

  @Test func whatAFileNamesIsSeenFromItsFolder() {
    #expect(FilePath.folder(of: "/a/b.yaml") == "/a" && FilePath.folder(of: "/b.yaml") == "/")
    #expect(FilePath.folder(of: "b.yaml").hasPrefix("/") && FilePath.folder(of: "x/b.yaml").hasSuffix("/x"))
    #expect(FilePath.absolute("./c", in: "/a") == "/a/c" && FilePath.absolute("c", in: "/") == "/c")
  }
}
