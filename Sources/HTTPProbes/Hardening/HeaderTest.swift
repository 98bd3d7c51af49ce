/// What one test of an answer's header fields came to, under the names and with the weights of the MDN HTTP Observatory
/// where that has the test.
struct HeaderTest: Sendable, Hashable {
  /// The test's name, such as `content-security-policy`.
  var test: String
  /// The outcome's name, such as `csp-not-implemented`.
  var result: String
  /// What it adds to the score: a penalty below 0, a bonus above.
  var modifier: Int
  /// Whether nothing needs doing.
  var passes: Bool

  init(_ test: String, _ result: String, _ modifier: Int, passes: Bool) {
    self.test = test
    self.result = result
    self.modifier = modifier
    self.passes = passes
  }
}

/// The tests of one answer taken together.
struct HeaderGrade: Sendable, Hashable {
  var tests: [HeaderTest]
  /// From 0; above 100 where bonuses carry it there.
  var score: Int
  /// `A+` to `F`.
  var letter: String

  /// The least score without bonuses from which bonuses count.
  private static let bonusFloor = 90

  /// From 100 all penalties are taken; bonuses are added only to what is still an A without them.
  init(_ tests: [HeaderTest]) {
    self.tests = tests
    let plain = 100 + tests.map { min(0, $0.modifier) }.reduce(0, +)
    let withBonuses = 100 + tests.map(\.modifier).reduce(0, +)
    score = max(0, plain >= Self.bonusFloor ? withBonuses : plain)
    letter = Self.letter(for: score)
  }

  /// The Observatory's chart; scores count in steps of five, rounded down.
  static func letter(for score: Int) -> String {
    switch score - score % 5 {
    case 100...: "A+"
    case 90...95: "A"
    case 85: "A-"
    case 80: "B+"
    case 70...75: "B"
    case 65: "B-"
    case 60: "C+"
    case 50...55: "C"
    case 45: "C-"
    case 40: "D+"
    case 30...35: "D"
    case 25: "D-"
    default: "F"
    }
  }
}
