import Facts
import Testing

/// `prodworthy load check` on files that are no scripts at all: other programs read its answer all the same.
@Suite("Load check") struct LoadCheckCommandTests {
  @Test(
    "what cannot be read is refused by the word on its line",
    arguments: [
      ("scenarios:\n  - flow:\n      - get: {url: /}\n        get: {url: /a}\n", "get", 4),
      ("config:\n  target: http://localhost\n scenarios:\n  - flow: []\n", "scenarios", 3),
    ] as [(String, String, Int)])
  func damaged(_ script: String, _ feature: String, _ line: Int) throws {
    let toy = try ToySystem()
    defer { toy.remove() }
    try toy.write("load.yml", script)
    let outcome = try toy.prodworthy("load", "check", "load.yml", "--json")
    #expect(outcome.status == 65)
    let answer = try JSONText.parse(Array(outcome.answer.utf8))
    #expect(answer["supported"] == false && answer["arrivals"] == .null && answer["phases"] == [])
    #expect(answer["refused"]?[0]?["feature"]?.string == feature)
    #expect(answer["refused"]?[0]?["line"]?.integer == line)
    #expect(outcome.output.contains("load.yml:\(line):"))
  }
}
