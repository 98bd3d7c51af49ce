import Testing

@testable import ProcessProbes

@Suite("A plug-in's output")
struct PluginOutputTests {
  private func output(_ text: String) -> PluginOutput { PluginOutput(Array(text.utf8)) }

  @Test("text, long text and performance data in all three places")
  func allPlaces() {
    let output = output(
      """
      DISK OK - free space: / 3326 MB (56%); | /=2643MB;5948;5958;0;5968
      / 15272 MB (77%);
      /boot 68 MB (69%);
      /var/log 819 MB (84%); | /boot=68MB;88;93;0;98
      /home=69357MB;253404;253409;0;253414
      /var/log=818MB;970;975;0;980
      """)
    #expect(output.text == "DISK OK - free space: / 3326 MB (56%);")
    #expect(output.longText == "/ 15272 MB (77%);\n/boot 68 MB (69%);\n/var/log 819 MB (84%);")
    #expect(output.metrics.map(\.label) == ["/", "/boot", "/home", "/var/log"])
    #expect(
      output.metrics.first
        == Metric(label: "/", value: 2643, unit: "MB", warn: "5948", critical: "5958", minimum: 0, maximum: 5968))
    #expect(output.unreadable.isEmpty)
  }

  @Test("labels in quotes, with spaces, equals signs, bars and quotes of their own")
  func labels() {
    let output = output("x | 'a b'=1 'it''s'=2s 'k=v'=3 'c|d'=4 C:\\=5 näme=6 '''q'''=7")
    #expect(output.metrics.map(\.label) == ["a b", "it's", "k=v", "c|d", "C:\\", "näme", "'q'"])
    #expect(output.metrics.map(\.value) == [1, 2, 3, 4, 5, 6, 7])
    #expect(output.unreadable.isEmpty)
  }

  @Test("units, signs, fractions, exponents, the unknown value and fields left out")
  func values() {
    let output = output("x|a=0.5s b=-3% c=1e-05 d=U;1;2 e=7c;; f=.5KB;;;;9 g=5e h=1;@1:2;~:5")
    #expect(output.metrics.map(\.value) == [0.5, -3, 1e-05, nil, 7, 0.5, 5, 1])
    #expect(output.metrics.map(\.unit) == ["s", "%", "", "", "c", "KB", "e", ""])
    #expect(output.metrics.map(\.warn) == [nil, nil, nil, "1", nil, nil, nil, "@1:2"])
    #expect(output.metrics.map(\.critical) == [nil, nil, nil, "2", nil, nil, nil, "~:5"])
    #expect(output.metrics[5].maximum == 9)
    #expect(output.unreadable.isEmpty)
  }

  @Test("an odd word does not hide the metrics around it")
  func oddWords() {
    let output = output("x|a=1 nonsense =2 'open=3 b=0,5 c=1e999 d=4 ''=5")
    #expect(output.metrics.map(\.label) == ["a", "d"])
    #expect(output.unreadable == ["nonsense", "=2", "'open=3", "b=0,5", "c=1e999", "''=5"])
  }

  @Test("silence, a bar alone, Windows line ends and bytes that are no text are no accident")
  func oddShapes() {
    #expect(output("") == PluginOutput([10]))
    #expect(output("|").metrics.isEmpty)
    #expect(output("OK\r\nmore\r\n").longText == "more")
    #expect(PluginOutput([0x4F, 0xFF, 0xFE, 0x7C, 0x61, 0x3D, 0x31]).text == "O\u{FFFD}\u{FFFD}")
    #expect(output(String(repeating: "'", count: 60_000)).text.count == 60_000)
    #expect(output("|" + String(repeating: "'a ", count: 20_000)).metrics.isEmpty)
    #expect(output("|" + String(repeating: "''' ", count: 20_000)).metrics.isEmpty)
  }

  @Test("a metric's state follows from its ranges, and is open without a value or a readable range")
  func states() {
    func state(_ text: String) -> PluginState? { output("|" + text).metrics.first?.state }
    #expect(state("a=5;10;20") == .ok)
    #expect(state("a=15;10;20") == .warning)
    #expect(state("a=25;10;20") == .critical)
    #expect(state("a=25;10") == .warning)
    #expect(state("a=25;;20") == .critical)
    #expect(state("a=5;10:;3:") == .warning)
    #expect(state("a=5;@1:9") == .warning)
    #expect(state("a=5") == nil)
    #expect(state("a=U;10;20") == nil)
    #expect(state("a=5;abc;20") == nil)
  }
}
