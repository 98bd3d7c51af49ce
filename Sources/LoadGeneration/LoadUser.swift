import Facts
import LoadScripts

/// One user on the way through a flow.
final class LoadUser {
  /// The arrival's number over the whole run.
  let number: Int
  let scenario: Int
  let phase: Int
  /// When it was to start, on the monotonic clock in nanoseconds.
  let intended: Int
  /// What all users know.
  private let common: CommonVariables
  private(set) var variables: JSONObject
  private var randomness: SplitMix
  var jar = CookieJar()
  /// Connections of its own that wait for the next request.
  var idle: [LoadConnection] = []
  /// Why it ended early.
  var failure: String?
  /// Whether its start was noted.
  var hasStarted = false

  init(
    number: Int, scenario: Int, phase: Int, intended: Int, common: CommonVariables, variables: JSONObject,
    randomness: SplitMix
  ) {
    self.number = number
    self.scenario = scenario
    self.phase = phase
    self.intended = intended
    self.common = common
    self.variables = variables
    self.randomness = randomness
  }

  func set(_ name: String, _ value: JSONValue?) { variables[name] = value }

  func unit() -> Double { randomness.unit() }
}

extension LoadUser: TemplateSource {
  func variable(_ name: String) -> JSONValue? {
    if let value = variables[name] { return value }
    if name == "$uuid" {
      let value = JSONValue.string(UniqueName.text(&randomness))
      variables[name] = value
      return value
    }
    return common.values[name]
  }

  func random(below bound: Int) -> Int { randomness.below(bound) }
}

/// What every user of a run knows.
final class CommonVariables: Sendable {
  let values: JSONObject

  init(_ values: JSONObject) { self.values = values }
}

/// A random UUID (RFC 9562 section 5.4).
enum UniqueName {
  static func text(_ generator: inout SplitMix) -> String {
    let digits = Array("0123456789abcdef")
    var text = ""
    for index in 0..<32 {
      if [8, 12, 16, 20].contains(index) { text.append("-") }
      let draw = generator.below(16)
      text.append(index == 12 ? "4" : digits[index == 16 ? 8 + draw % 4 : draw])
    }
    return text
  }
}

/// A place in the instructions, and what is under way there. A user has one, and more inside `parallel`.
final class Fiber {
  /// One loop that it is in.
  struct Loop {
    var start: Int
    /// Rounds still to go; nil without end.
    var left: Int?
    var count: Int
    var elements: [JSONValue]
    var position = 0
  }

  let user: LoadUser
  let parent: Fiber?
  var position: Int
  let end: Int
  var loops: [Loop] = []
  /// When the next request is due: the end of what came before it.
  var due: Int
  /// The request under way.
  var step: FlowProgram.Step?
  /// It as it is sent.
  var bytes: [UInt8] = []
  /// Where it leads; nil for one that never varies and goes to the target itself.
  var url: LoadURL?
  var redirects = 0
  var attempts = 0
  /// Stretches that are yet to be run side by side.
  var branches: ArraySlice<Range<Int>> = []
  var running = 0

  init(_ user: LoadUser, _ stretch: Range<Int>, parent: Fiber? = nil, due: Int) {
    self.user = user
    self.parent = parent
    position = stretch.lowerBound
    end = stretch.upperBound
    self.due = due
  }

  /// There is no request under way any more.
  func forgetRequest() {
    step = nil
    url = nil
  }
}
